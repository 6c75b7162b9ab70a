import type { Note } from './plan.ts';

/** A record of `manage.py dumpdata`. */
export interface DjangoRecord {
  readonly model: string;
  readonly pk: number | string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface DjangoDump {
  /** By model, in the order of the files; of records with the same key the first counts */
  readonly records: ReadonlyMap<string, readonly DjangoRecord[]>;
  readonly notes: readonly Note[];
}

/**
 * Reads what `manage.py dumpdata` has written.
 * @param files name and bytes of each
 * @throws Error in words for what is no such dump
 */
export function readDjangoDump(files: readonly { readonly name: string; readonly bytes: Buffer }[]): DjangoDump {
  const records = new Map<string, DjangoRecord[]>();
  const seen = new Map<string, string>();
  const notes: Note[] = [];
  for (const { name, bytes } of files) {
    const content = contentOf(name, bytes);
    if (!Array.isArray(content))
      throw new Error(`${name} is no dump of Django: a list of records is expected, as manage.py dumpdata writes it`);
    for (const [nth, each] of content.entries()) {
      const record = recordOf(each);
      if (record === undefined) {
        notes.push({
          where: `${name}, record ${nth + 1}`,
          what: 'is no record of Django (model, pk, fields), and was left out; dumps with --natural-primary have none',
        });
        continue;
      }
      const key = `${record.model} ${record.pk}`;
      // two dumps of one site hold the same tables; one of them may be older
      const fields = JSON.stringify(Object.entries(record.fields).sort(([one], [other]) => (one < other ? -1 : 1)));
      const first = seen.get(key);
      if (first !== undefined && first !== fields)
        notes.push({ where: `${name}, record ${nth + 1}`, what: `${key} is there already with other fields, and was left out` });
      if (first !== undefined) continue;
      seen.set(key, fields);
      const all = records.get(record.model);
      if (all === undefined) records.set(record.model, [record]);
      else all.push(record);
    }
  }
  return { records, notes };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws Error in words */
function contentOf(name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? `JSON: ${withoutText(error)}` : 'text in UTF-8';
    throw new Error(`${name} is no ${reason}`, { cause: error });
  }
}

/** What the engine says of bad JSON shows a piece of it, and dumps hold hashes. */
function withoutText({ message }: Error): string {
  return /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0] ?? 'it ends too early or is something else';
}

function recordOf(value: unknown): DjangoRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { model, pk, fields } = value as Partial<DjangoRecord>; // looked at field by field below
  if (typeof model !== 'string' || (typeof pk !== 'number' && typeof pk !== 'string')) return undefined;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
  return { model, pk, fields };
}

/** Reads fields of one record, and remembers which; what nobody asked for, or what is of another kind than was asked for, is told. */
export class Fields {
  readonly record: DjangoRecord;
  readonly #read = new Set<string>();

  constructor(record: DjangoRecord) {
    this.record = record;
  }

  where(field: string): string {
    return `${this.record.model} ${this.record.pk} ${field}`;
  }

  /** Text without blanks around it; empty when it is missing, null or no text. */
  text(name: string): string {
    const value = this.record.fields[name];
    if (typeof value !== 'string' && typeof value !== 'number') return '';
    this.#read.add(name);
    return String(value).trim();
  }

  /** The key of another record for a message: one made with --natural-foreign is a list. */
  shownKey(name: string): string {
    return this.text(name) || JSON.stringify(this.record.fields[name] ?? null);
  }

  flag(name: string): boolean {
    const value = this.record.fields[name];
    if (typeof value === 'boolean' || value === 0 || value === 1) this.#read.add(name);
    return value === true || value === 1;
  }

  /** Is it there and off? Null and a field that is missing say nothing. */
  isOff(name: string): boolean {
    const isOn = this.flag(name);
    return !isOn && this.#read.has(name);
  }

  /** Keys of other records. */
  keys(name: string): readonly string[] {
    const value = this.record.fields[name];
    if (!Array.isArray(value) || !value.every((key) => typeof key === 'number' || typeof key === 'string')) return [];
    this.#read.add(name);
    return value.map(String);
  }

  /** Fields that hold something and that nobody has read. */
  get left(): readonly string[] {
    return Object.entries(this.record.fields)
      .filter(
        ([name, value]) =>
          !this.#read.has(name) && value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
      )
      .map(([name]) => name);
  }
}

/** Says of each field that `isLeft` picks in how many of these records, all of one model, it holds something. */
export function countedFields(records: readonly DjangoRecord[], isLeft: (field: string) => boolean, why: string): Note[] {
  const counts = new Map<string, number>();
  for (const record of records) for (const field of new Fields(record).left.filter(isLeft)) counts.set(field, (counts.get(field) ?? 0) + 1);
  return [...counts].map(([field, count]) => ({ where: `${records[0]?.model} ${field}`, what: `${count} left out: ${why}` }));
}
