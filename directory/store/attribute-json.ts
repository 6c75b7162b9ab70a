import { isUtf8 } from 'node:buffer';
import type { Attribute } from '../model/entry.ts';

/** A value in jsonb: text as it is, other bytes as base64. jsonb has no U+0000, so text with a NUL counts as bytes. */
export type JsonValue = string | { readonly base64: string };
/** Attribute description → values, in the order in which they came. */
export type JsonAttributes = Readonly<Record<string, readonly JsonValue[]>>;

/** Attributes in the form that the database keeps. Attributes of one description become one; the order between attributes is not kept. */
export function attributesToJson(attributes: readonly Attribute[]): JsonAttributes {
  const byDescription = new Map<string, JsonValue[]>();
  for (const { description, values } of attributes) {
    const json = values.map(valueToJson);
    const sofar = byDescription.get(description);
    if (sofar === undefined) byDescription.set(description, json);
    else sofar.push(...json);
  }
  return Object.fromEntries(byDescription);
}

/** The attributes with exactly the bytes that attributesToJson was given. */
export function attributesFromJson(json: JsonAttributes): Attribute[] {
  return Object.entries(json).map(([description, values]) => ({ description, values: values.map(valueFromJson) }));
}

function valueToJson(value: Buffer): JsonValue {
  return isUtf8(value) && !value.includes(0) ? value.toString('utf8') : { base64: value.toString('base64') };
}

function valueFromJson(json: JsonValue): Buffer {
  return typeof json === 'string' ? Buffer.from(json, 'utf8') : Buffer.from(json.base64, 'base64');
}
