import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { Change, ModifyChange } from '../model/change.ts';
import type { Attribute, Modification } from '../model/entry.ts';
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
