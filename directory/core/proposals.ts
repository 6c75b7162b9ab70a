import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { Change, ModifyChange } from '../model/change.ts';
import type { Attribute, Modification } from '../model/entry.ts';
import { normalOf } from './draft.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { PlannedChange } from './plan.ts';
import { type RevisionContext, touched } from './revisions.ts';
import type { Revision } from './store.ts';
import type { Viewer } from './viewer.ts';

// Changes that wait for approval, seen as data: pure.

/** Changes of one person that may wait at a time. */
export const mostWaiting = 20;

/** Characters of the reason for a refusal. */
export const longestReason = 1000;

/** The change of a revision that waits. @throws Error when it is no modify, which can't be */
export function askedChange(
  { parseChange }: Pick<RevisionContext, 'parseChange'>,
  revision: Pick<Revision, 'csn' | 'change'>,
): ModifyChange {
  const change = parseChange(revision.change);
  if (change.kind !== 'modify') throw new Error(`revision ${revision.csn} waits and is no modify`);
  return change;
}

/** The attribute types that a change touches. */
export function typesOf(schema: Schema, change: Change): Set<AttributeType> {
  const modifications = change.kind === 'modify' ? change.modifications : [];
  return new Set(modifications.flatMap(({ attribute }) => schema.covered(attribute.description)?.type ?? []));
}

/** Does somebody who asks for the second take back the first with it? */
export function isReplaced(context: RevisionContext, waiting: Revision, planned: PlannedChange): boolean {
  if (waiting.entryUuid !== planned.before?.uuid) return false;
  const { schema } = context.tree;
  const types = typesOf(schema, planned.change);
  return [...typesOf(schema, askedChange(context, waiting))].some((type) => types.has(type));
}

/** May somebody make a change? Of an entry that they don't see they may nothing. */
export function mayMake(viewer: Viewer, schema: Schema, entry: PackedEntry, change: ModifyChange): boolean {
  if (!viewer.sees(entry)) return false;
  for (const type of typesOf(schema, change)) {
    const description = schema.description(type.name);
    if (description === undefined || !viewer.mayWrite(entry, description)) return false;
  }
  return true;
}

/** An attribute that is not any more what it was when its change was asked for. */
export interface Conflict {
  readonly attribute: string;
  readonly was: readonly Buffer[];
  readonly now: readonly Buffer[];
}

/** What has changed in an entry since a change of it was asked for, of that which the change touches. */
export function conflictsOf(
  context: Pick<RevisionContext, 'tree' | 'isSecret'>,
  before: readonly Attribute[],
  change: ModifyChange,
  entry: PackedEntry,
): Conflict[] {
  const was = new Map(before.map((each) => [each.description, each.values]));
  const now = new Map(touched(context, change, entry).map((each) => [each.description, each.values]));
  return [...new Set([...was.keys(), ...now.keys()])].flatMap((attribute) => {
    const [old, present] = [was.get(attribute) ?? [], now.get(attribute) ?? []];
    return haveSameBytes(old, present) ? [] : [{ attribute, was: old, now: present }];
  });
}

function haveSameBytes(one: readonly Buffer[], other: readonly Buffer[]): boolean {
  const keys = new Set(one.map((value) => value.toString('latin1')));
  return one.length === other.length && other.every((value) => keys.has(value.toString('latin1')));
}

/**
 * Parts that are decided one by one: a form may ask for several things at once. The names of a person (cn, sn, givenName, title)
 * have one supertype and stay together.
 */
export function partsOf(schema: Schema, modifications: readonly Modification[]): Modification[][] {
  const parts = new Map<AttributeType | string, Modification[]>();
  for (const modification of modifications) {
    const { description } = modification.attribute;
    let family: AttributeType | undefined = schema.covered(description)?.type;
    while (family?.superior !== undefined) family = family.superior;
    const part = parts.get(family ?? description);
    if (part === undefined) parts.set(family ?? description, [modification]);
    else part.push(modification);
  }
  return [...parts.values()];
}

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
