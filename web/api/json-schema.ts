/** A JSON Schema (2020-12), as far as this description needs it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const string: JsonSchema = { type: 'string' };
export const integer: JsonSchema = { type: 'integer' };
export const boolean: JsonSchema = { type: 'boolean' };
export const time: JsonSchema = { type: 'string', format: 'date-time' };

export function array(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** An object with these members and no others; those whose name ends in `?` may be missing. */
export function object(members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const entries = Object.entries(members);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    required: entries.flatMap(([name]) => (name.endsWith('?') ? [] : [name])),
    additionalProperties: false,
  };
}

export function map(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
