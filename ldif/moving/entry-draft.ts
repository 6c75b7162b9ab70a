import type { Attribute } from '../../directory/model/entry.ts';

/** What is wrong with a value for this attribute, in words; undefined when nothing is. */
export type Fault = (description: string, value: Buffer) => string | undefined;

/** Attributes of an entry to come, put in one after the other. What the schema does not take is told and left out. */
export class EntryDraft {
  readonly attributes: Attribute[] = [];
  readonly #fault: Fault;
  readonly #note: (where: string, what: string) => void;

  constructor(fault: Fault, note: (where: string, what: string) => void) {
    this.#fault = fault;
    this.#note = note;
  }

  /**
   * @param where the values come from
   * @param values empty ones are none
   * @returns whether a value went in
   */
  put(where: string, description: string, ...values: readonly (string | Buffer | undefined)[]): boolean {
    const given = values.filter((value) => value !== undefined).map((value) => Buffer.from(value));
    const fitting = given
      .filter((value) => value.length > 0)
      .filter((value) => {
        const fault = this.#fault(description, value);
        if (fault !== undefined) this.#note(where, `${shown(value)} ${fault}; left out`);
        return fault === undefined;
      });
    if (fitting.length > 0) this.attributes.push({ description, values: fitting });
    return fitting.length > 0;
  }
}

/** A value in a message: short, and one line. */
function shown(value: Buffer): string {
  const text = JSON.stringify(value.toString().slice(0, 80));
  return value.length > 80 ? `${text}…` : text;
}

/** An attribute of texts; empty ones are no values. */
export function text(description: string, ...values: readonly (string | undefined)[]): Attribute {
  return { description, values: values.flatMap((value) => (value === undefined || value === '' ? [] : [Buffer.from(value)])) };
}
