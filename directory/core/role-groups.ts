import { DirectoryError } from '../model/errors.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { PlanContext, PlannedChange } from './plan.ts';

/**
 * The access policy knows a role's groups by their names. Were one deleted or renamed, everybody in it would lose their rights at once, and
 * whoever made another of that name would give them away.
 * @throws DirectoryError insufficientAccessRights
 */
export function keepRoleGroup({ viewer }: PlanContext, entry: PackedEntry): void {
  if (!viewer.mustKeep(entry)) return;
  throw new DirectoryError(
    'insufficientAccessRights',
    `a role of the access policy hangs on the name of ${entry.dn}: the administrator alone deletes or renames it`,
    { flaw: 'roleStays', named: entry.dn },
  );
}

/**
 * A group whose members may do things does not lose the last of them: nobody could put somebody into it again.
 * @throws DirectoryError insufficientAccessRights
 */
export function keepSomebodyIn({ viewer, staging: { tree } }: PlanContext, { before, after }: PlannedChange): void {
  if (before === undefined || after === undefined || !viewer.mustKeepMembers(before)) return;
  const hasMembers = (group: PackedEntry) =>
    ['member', 'uniqueMember', 'memberURL'].some((name) => {
      const type = tree.schema.attributeType(name);
      return type !== undefined && group.layout.indexesOf(type).length > 0;
    });
  if (!hasMembers(before) || hasMembers(after)) return;
  throw new DirectoryError(
    'insufficientAccessRights',
    `rights come from being in ${before.dn}, so somebody stays in it: put another in first, or ask the administrator`,
    { flaw: 'roleEmptied', named: before.dn },
  );
}
