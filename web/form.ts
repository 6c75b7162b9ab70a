/** Names of what is not shown again. */
const secret = /password/i;

/** Is NUL in it? It is in no text of ours, and Postgres takes none. */
export function hasNul(text: string): boolean {
  return text.includes('\0');
}

/** What a form or a JSON body brought. Text has the line ends of a text file. */
export class Form {
  readonly #fields: ReadonlyMap<string, readonly (string | File)[]>;

  /** @throws Error when NUL is in a name or a text */
  constructor(fields: Iterable<readonly [name: string, value: string | File]>) {
    const all = new Map<string, (string | File)[]>();
    for (const [name, value] of fields) {
      if (hasNul(name) || (typeof value === 'string' && hasNul(value))) throw new Error(`NUL in the field ${name}`);
      const clean = typeof value === 'string' ? value.replace(/\r\n?/g, '\n') : value;
      const values = all.get(name);
      if (values === undefined) all.set(name, [clean]);
      else values.push(clean);
    }
    this.#fields = all;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** The text of a field, without blanks around it; empty when it is not there. */
  text(name: string): string {
    return this.raw(name).trim();
  }

  /** The text as it was typed: for passwords. */
  raw(name: string): string {
    const [first] = this.#fields.get(name) ?? [];
    return typeof first === 'string' ? first : '';
  }

  /** All texts of a field that are not empty. */
  texts(name: string): string[] {
    return (this.#fields.get(name) ?? []).flatMap((value) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : []));
  }

  /** A file that somebody chose; undefined when there is none. */
  file(name: string): File | undefined {
    return (this.#fields.get(name) ?? []).find((value): value is File => typeof value !== 'string' && value.size > 0);
  }

  get hasFile(): boolean {
    return [...this.#fields.keys()].some((name) => this.file(name) !== undefined);
  }

  get hasPassword(): boolean {
    return [...this.#fields.keys()].some((name) => secret.test(name));
  }

  /** What was typed, to be shown again; never what a field named like a password holds. */
  get typed(): Readonly<Record<string, string | readonly string[]>> {
    return Object.fromEntries(
      [...this.#fields].flatMap(([name, values]) => {
        const texts = values.filter((value) => typeof value === 'string');
        return secret.test(name) || name === 'csrf' || texts.length === 0 ? [] : [[name, texts.length === 1 ? (texts[0] ?? '') : texts]];
      }),
    );
  }
}

/** Reads a JSON object as if it were a form. Numbers and yes or no become text. */
export function formOfJson(body: unknown): Form {
  const fields: [string, string][] = [];
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    for (const [name, value] of Object.entries(body)) {
      for (const each of Array.isArray(value) ? value : [value])
        if (['string', 'number', 'boolean'].includes(typeof each)) fields.push([name, String(each)]);
    }
  }
  return new Form(fields);
}
