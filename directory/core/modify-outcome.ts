import type { Schema } from '../../schema/ldap/registry.ts';
import type { ModifyChange } from '../model/change.ts';
import type { Attribute, Modification } from '../model/entry.ts';
import { normalOf } from './draft.ts';

// What a modify has made of the values that were there: pure.

/**
 * What puts values back to how they were before a change: what came is deleted and what went is added, one by one, so that it fails
 * where they are not any more what the change made of them.
 * @param before the values that it touched, as they were; of a long list those that went are enough
 */
export function reversalOf(schema: Schema, before: readonly Attribute[], change: ModifyChange): Modification[] {
  const { removed, added } = outcomeOf(schema, before, change);
  const part = (operation: 'delete' | 'add', from: ReadonlyMap<string, readonly Buffer[]>): Modification[] =>
    [...from].map(([description, values]) => ({ operation, attribute: { description, values } }));
  return [...part('delete', added), ...part('add', removed)];
}

/** What a modify has taken and given, by attribute. */
export interface ModifyOutcome {
  readonly removed: ReadonlyMap<string, readonly Buffer[]>;
  readonly added: ReadonlyMap<string, readonly Buffer[]>;
}

/** Makes a change once more on the values that were there before it. */
export function outcomeOf(schema: Schema, before: readonly Attribute[], change: ModifyChange): ModifyOutcome {
  const nameOf = (text: string) => schema.description(text)?.name ?? text;
  const old = new Map(before.map(({ description, values }) => [nameOf(description), values]));
  const values = new Map(old);
  for (const { operation, attribute } of change.modifications) {
    const name = nameOf(attribute.description);
    values.set(name, changed(schema, name, values.get(name) ?? [], operation, attribute.values));
  }
  const removed = new Map<string, Buffer[]>();
  const added = new Map<string, Buffer[]>();
  for (const [name, now] of values) {
    const was = old.get(name) ?? [];
    const gone = was.filter((value) => !now.some((each) => each.equals(value)));
    const come = now.filter((value) => !was.some((each) => each.equals(value)));
    if (gone.length > 0) removed.set(name, gone);
    if (come.length > 0) added.set(name, come);
  }
  return { removed, added };
}

function changed(
  schema: Schema,
  name: string,
  present: readonly Buffer[],
  operation: Modification['operation'],
  values: readonly Buffer[],
): readonly Buffer[] {
  if (operation === 'replace') return values;
  if (operation === 'add') return [...present, ...values];
  if (operation === 'increment')
    return present.map((value) => Buffer.from(String(BigInt(value.toString()) + BigInt(String(values[0] ?? 0)))));
  if (values.length === 0) return [];
  const description = schema.description(name);
  const normal = (value: Buffer) => (description === undefined ? value.toString('latin1') : normalOf(description, value));
  const gone = new Set(values.map(normal));
  return present.filter((value) => !gone.has(normal(value)));
}
