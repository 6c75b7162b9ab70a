import type { AttributeType } from '../../schema/ldap/registry.ts';
import type { PackedEntry } from './packed-entry.ts';

/** Values of a type that an entry has lost and won. */
export interface ValueChanges {
  readonly gone: readonly Buffer[];
  readonly come: readonly Buffer[];
}

/**
 * What of an attribute type differs between two states of an entry, options and all. What stayed may be among both; of a group with
 * thousands of members, one that came or went is all.
 * @param old undefined: the entry is new
 * @param entry undefined: it is deleted
 * @param unique whatever the values are turned into, no two of one description turn into the same
 * @returns undefined when nothing differs
 */
export function valueChanges(
  old: PackedEntry | undefined,
  entry: PackedEntry | undefined,
  type: AttributeType,
  unique: boolean,
): ValueChanges | undefined {
  if (old !== undefined && entry !== undefined && sameBytes(old, entry, type)) return undefined;
  const before = valuesOf(old, type);
  const after = valuesOf(entry, type);
  const single = old?.layout.indexesOf(type).length === 1 && entry?.layout.indexesOf(type).length === 1;
  return unique && single ? withoutCommonEnds(before, after) : { gone: before, come: after };
}

function valuesOf(entry: PackedEntry | undefined, type: AttributeType): readonly Buffer[] {
  return entry === undefined || entry.layout.indexesOf(type).length === 0 ? [] : entry.valuesOfType(type);
}

function withoutCommonEnds(before: readonly Buffer[], after: readonly Buffer[]): ValueChanges {
  const same = (at: number, other: number): boolean => before[at]?.equals(after[other] ?? nothing) ?? false;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && same(head, head)) head++;
  let tail = 0;
  while (tail < most - head && same(before.length - 1 - tail, after.length - 1 - tail)) tail++;
  return { gone: before.slice(head, before.length - tail), come: after.slice(head, after.length - tail) };
}

const nothing = Buffer.alloc(0);

function sameBytes(a: PackedEntry, b: PackedEntry, type: AttributeType): boolean {
  const of = (entry: PackedEntry) => entry.layout.indexesOf(type);
  if (of(a).length === 0 && of(b).length === 0) return true;
  if (of(a).length !== of(b).length) return false;
  return of(a).every((index, nth) => {
    const other = of(b)[nth] ?? 0;
    return a.bytes.subarray(a.offsets[index], a.offsets[index + 1]).equals(b.bytes.subarray(b.offsets[other], b.offsets[other + 1]));
  });
}

/** Values by a matching rule; what it cannot read is left out. */
export function normalForms(values: readonly Buffer[], rule: { normalize(value: Buffer): string | undefined } | undefined): string[] {
  const normals: string[] = [];
  for (const value of values) {
    const normal = rule?.normalize(value);
    if (normal !== undefined) normals.push(normal);
  }
  return normals;
}
