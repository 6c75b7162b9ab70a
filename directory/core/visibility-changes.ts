import type { AttributeDescription, Schema } from '../../schema/ldap/registry.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Revision } from './store.ts';
import { valueChanges } from './value-changes.ts';
import type { Viewer } from './viewer.ts';

/** What a person chose to show until a change of mosVisibility; undefined when the change is none of that. */
export function endedChoices(schema: Schema, before: PackedEntry | undefined, after: PackedEntry | undefined): string[] | undefined {
  const type = schema.attributeType('mosVisibility');
  if (type === undefined || before === undefined || after === undefined) return undefined;
  if (valueChanges(before, after, type, false) === undefined) return undefined;
  return before.valuesOfType(type).map(String);
}

/**
 * Which values of an old change somebody may read: what its owner hid at the time stays hidden, whatever they show by now, and what they
 * hide by now is hidden, whatever they showed.
 */
export function readableOf(
  viewer: Viewer,
  entry: PackedEntry,
  description: AttributeDescription,
  { chosenBefore, chosenAfter }: Pick<Revision, 'chosenBefore' | 'chosenAfter'>,
): { readonly removed: boolean; readonly added: boolean } {
  const now = viewer.mayRead(entry, description);
  return {
    removed: now && viewer.mayRead(entry, description, chosenBefore),
    added: now && viewer.mayRead(entry, description, chosenAfter),
  };
}
