import type { Schema } from '../../schema/ldap/registry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import { type LdapUrl, parseLdapUrl } from '../model/ldap-url.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { PlanContext } from './plan.ts';
import type { Place } from './reach.ts';
import type { Viewer } from './viewer.ts';

/** Where the members of a memberURL are looked for. Without a scope it is the entry itself (RFC 4516 §2). */
export function placeOf(schema: Schema, { dn, scope = 'base' }: LdapUrl): Place {
  return { baseKey: schema.normalizeDn(dn), scope };
}

/**
 * Who is in a group tells for whom its filter holds, and so what they keep to themselves. Whoever writes a memberURL must be allowed to read
 * what it asks for, of everybody whom it may find and whatever these choose to show; secrets nobody may ask for.
 * @returns what is to be thrown: insufficientAccessRights, with the attribute that the asker may not ask for as the filter spells it, `*` for
 * all of them; undefined when all is well
 */
export function unreadableIn(viewer: Viewer, schema: Schema, url: LdapUrl): DirectoryError | undefined {
  const place = placeOf(schema, url);
  const asked = url.filter === undefined ? [] : [...attributesIn(url.filter)];
  const attribute = asked.find((name) => {
    const type = schema.covered(name)?.type;
    // what the schema does not know finds nobody
    return name === everything || (type !== undefined && !viewer.mayReadOfAll(place, type));
  });
  if (attribute === undefined) return undefined;
  const named = attribute === everything ? 'every attribute' : attribute;
  return new DirectoryError(
    'insufficientAccessRights',
    `memberURL: who is in the group would tell what people keep to themselves: its filter asks for ${named}, which you may not read of everybody`,
    { flaw: 'filterUnreadable', attribute },
  );
}

/** What a matching rule without an attribute asks for (RFC 4511 §4.5.1.7.7). */
const everything = '*';

/** Names of the attributes that a filter asks for. */
function* attributesIn(filter: Filter): Iterable<string> {
  if ('filters' in filter) for (const each of filter.filters) yield* attributesIn(each);
  else if ('filter' in filter) yield* attributesIn(filter.filter);
  else yield filter.attribute ?? everything;
}

/**
 * The same for what an update brings. What is there already stays, and a dump is taken as it is.
 * @throws DirectoryError insufficientAccessRights
 */
export function refuseUnreadable({ staging, viewer, restoring }: PlanContext, before: PackedEntry | undefined, after: PackedEntry): void {
  const { schema } = staging.tree;
  const type = schema.attributeType('memberURL');
  if (type === undefined || restoring || after.layout.indexesOf(type).length === 0) return;
  const known = before?.valuesOfType(type) ?? [];
  for (const value of after.valuesOfType(type)) {
    if (known.some((each) => each.equals(value))) continue;
    const unreadable = unreadableIn(viewer, schema, parseLdapUrl(value.toString()));
    if (unreadable !== undefined) throw unreadable;
  }
}
