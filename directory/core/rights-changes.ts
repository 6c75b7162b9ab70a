import type { Identity } from './access.ts';
import type { Changes } from './changes.ts';
import type { Directory } from './directory.ts';

/**
 * May somebody have other rights after these changes? They hang on the asker's own entry, on its status, and on the groups that rows
 * name. A group within one of those that loses its name changes the one that it is in, too.
 */
export function mayTouchRights({ tree, schema, access, membership }: Directory, identity: Identity, changes: Changes): boolean {
  if (identity.kind !== 'entry') return false;
  const own = tree.byUuid(identity.uuid);
  const type = schema.attributeType('mosStatus');
  const [status] = own === undefined || type === undefined ? [] : own.valuesOfType(type);
  const decisive = [own?.uuid, status && tree.named(status.toString())?.uuid];
  if (own === undefined || changes.uuids.some((uuid) => decisive.includes(uuid))) return true;
  const lost = changes.lost.map((dn) => schema.normalizeDn(dn));
  return access.deciding.some((key) => {
    if (lost.some((each) => key === each || key.endsWith(`,${each}`))) return true;
    const entry = tree.find(key);
    if (entry === undefined) return false;
    const inside = [...membership.membersOf(entry)].flatMap((slot) => tree.at(slot)?.uuid ?? []);
    return changes.named.has(entry.uuid) || [entry.uuid, ...inside].some((uuid) => changes.groups.has(uuid));
  });
}
