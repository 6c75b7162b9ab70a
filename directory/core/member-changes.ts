import type { Schema } from '../../schema/ldap/registry.ts';
import type { Change } from '../model/change.ts';
import { outcomeOf } from './modify-outcome.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { MemberChange, NewRevision } from './store.ts';

/** The attributes by which a group names its members, one by one. */
const memberAttributes: readonly string[] = ['member', 'uniqueMember'];

/**
 * Whom a change of a group put into it or took out of it, so that their history finds it.
 * @param before the values that it touched, as the log keeps them
 * @param entryNamed by the normal form of a DN
 */
export function memberChangesOf(
  schema: Schema,
  entryNamed: (key: string) => PackedEntry | undefined,
  change: Change,
  before: NewRevision['before'],
): MemberChange[] {
  const found = new Map<string, MemberChange>();
  const note = (attribute: string, joined: boolean, names: readonly Buffer[] = []): void => {
    const equality = schema.attributeType(attribute)?.equality;
    for (const name of names) {
      const key = equality?.normalize(name);
      const uuid = key === undefined ? undefined : entryNamed(key)?.uuid;
      if (uuid !== undefined && !found.has(uuid)) found.set(uuid, { uuid, attribute, joined });
    }
  };
  for (const attribute of memberAttributes) {
    const isIt = (description: string): boolean => schema.description(description)?.name === attribute;
    if (change.kind === 'add') {
      note(
        attribute,
        true,
        change.attributes.filter(({ description }) => isIt(description)).flatMap(({ values }) => values),
      );
    } else if (change.kind === 'modify' && change.modifications.some((each) => isIt(each.attribute.description))) {
      const { removed, added } = outcomeOf(schema, before, change);
      note(attribute, true, added.get(attribute));
      note(attribute, false, removed.get(attribute));
    }
  }
  return [...found.values()];
}
