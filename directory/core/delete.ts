import { DirectoryError } from '../model/errors.ts';
import { loadForUpdate, type Plan, type PlanContext } from './plan.ts';
import { dropReferences } from './references.ts';
import { keepRoleGroup, keepSomebodyIn } from './role-groups.ts';

/**
 * Plans the end of an entry (RFC 4511 §4.8). References to it go with it.
 * @throws DirectoryError
 */
export function planDelete(context: PlanContext, dnText: string): Plan {
  const { staging, viewer } = context;
  const before = loadForUpdate(context, dnText);
  const parent = staging.parentOf(before);
  if (parent === undefined ? !viewer.isRoot : !viewer.mayDeleteBelow(parent)) {
    throw new DirectoryError('insufficientAccessRights', 'deleting this entry is not allowed');
  }
  keepRoleGroup(context, before);
  if (staging.hasChildren(before)) throw new DirectoryError('notAllowedOnNonLeaf', 'there are entries below; delete them first');
  const references = dropReferences(context, before);
  for (const each of references) keepSomebodyIn(context, each);
  return [{ cause: 'request', before, after: undefined, change: { kind: 'delete', dn: before.dn } }, ...references];
}
