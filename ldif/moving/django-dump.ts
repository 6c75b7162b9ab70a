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
 * @param files name and text of each
 * @throws Error in words for what is no such dump
 */
export function readDjangoDump(files: readonly { readonly name: string; readonly text: string }[]): DjangoDump {
  const records = new Map<string, DjangoRecord[]>();
  const seen = new Set<string>();
  const notes: Note[] = [];
  for (const { name, text } of files) {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (error) {
      throw new Error(`${name} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    if (!Array.isArray(content))
      throw new Error(`${name} is no dump of Django: a list of records is expected, as manage.py dumpdata writes it`);
    for (const [nth, each] of content.entries()) {
      const record = recordOf(each);
      if (record === undefined) {
        notes.push({ where: `${name}, record ${nth + 1}`, what: 'is no record of Django (model, pk, fields), and was left out' });
        continue;
      }
      const key = `${record.model} ${record.pk}`;
      // two dumps of one site hold the same tables
      if (seen.has(key)) continue;
      seen.add(key);
      const all = records.get(record.model);
      if (all === undefined) records.set(record.model, [record]);
      else all.push(record);
    }
  }
  return { records, notes };
}

function recordOf(value: unknown): DjangoRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { model, pk, fields } = value as Partial<DjangoRecord>; // looked at field by field below
  if (typeof model !== 'string' || (typeof pk !== 'number' && typeof pk !== 'string')) return undefined;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
  return { model, pk, fields };
}

/** Reads fields of one record, and remembers which; what nobody asked for is told. */
export class Fields {
  readonly record: DjangoRecord;
  readonly #read = new Set<string>();

  constructor(record: DjangoRecord) {
    this.record = record;
  }

  where(field: string): string {
    return `${this.record.model} ${this.record.pk} ${field}`;
  }

  /** Text without blanks around it; empty when it is missing or null. */
  text(name: string): string {
    this.#read.add(name);
    const value = this.record.fields[name];
    return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  }

  flag(name: string): boolean {
    this.#read.add(name);
    const value = this.record.fields[name];
    return value === true || value === 1;
  }

  /** Keys of other records. */
  keys(name: string): readonly string[] {
    this.#read.add(name);
    const value = this.record.fields[name];
    return (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]).map(String);
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
