import { validateEntry } from '../../schema/ldap/validate.ts';
import { formatRdn, parseDn, parseRdn } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import { Draft, resolveDescription, serverSets } from './draft.ts';
import { refuseUnreadable } from './member-url.ts';
import { type PackedEntry, renamePacked } from './packed-entry.ts';
import { refusePasswordAsName } from './password-record.ts';
import { loadForUpdate, type Plan, type PlanContext, type PlannedChange, stampModified } from './plan.ts';
import { followRename } from './references.ts';
import { keepRoleGroup } from './role-groups.ts';

export interface MoveRequest {
  readonly dn: string;
  readonly newRdn: string;
  readonly deleteOldRdn: boolean;
  readonly newSuperior: string | undefined;
}

/**
 * Plans a new name or a new place for an entry and everything below it (RFC 4511 §4.9); references to all of them follow.
 * @throws DirectoryError
 */
export function planMove(context: PlanContext, request: MoveRequest): Plan {
  const { staging, viewer } = context;
  const { schema } = staging.tree;
  const before = loadForUpdate(context, request.dn);
  const newRdn = parseRdn(request.newRdn);
  const oldParent = staging.parentOf(before);
  if (oldParent === undefined)
    throw new DirectoryError('unwillingToPerform', 'the entry that carries the suffix keeps its name', { flaw: 'suffixStays' });
  if (request.newSuperior !== undefined && !isWithinSuffix(context, request.newSuperior))
    throw new DirectoryError('affectsMultipleDSAs', 'this directory holds nothing outside its suffix');
  const parent = request.newSuperior === undefined ? oldParent : loadForUpdate(context, request.newSuperior);
  for (let above: PackedEntry | undefined = parent; above !== undefined; above = staging.parentOf(above)) {
    if (above.uuid === before.uuid) throw new DirectoryError('unwillingToPerform', 'an entry can not be moved below itself');
  }
  const key = `${schema.rdnKey(newRdn)},${parent.key}`;
  const [oldRdn = []] = parseDn(before.dn);
  const naming = [...newRdn, ...(request.deleteOldRdn ? oldRdn : [])].map(({ type }) => resolveDescription(staging.tree, type));
  if (naming.some((description) => !viewer.mayWrite(before, description))) {
    throw new DirectoryError('insufficientAccessRights', 'renaming this entry is not allowed');
  }
  if (parent !== oldParent && !(viewer.mayDeleteBelow(oldParent) && viewer.mayAddBelow(parent))) {
    throw new DirectoryError('insufficientAccessRights', 'moving this entry there is not allowed');
  }
  if (key !== before.key) keepRoleGroup(context, before);
  const occupant = staging.find(key);
  if (occupant !== undefined && occupant.uuid !== before.uuid)
    throw new DirectoryError('entryAlreadyExists', 'there is an entry of that name already');

  refusePasswordAsName(schema, newRdn);
  const draft = new Draft(staging.tree, before);
  if (request.deleteOldRdn) {
    for (const { type, value } of oldRdn) {
      const description = resolveDescription(staging.tree, type);
      if (draft.has(description, value)) draft.remove(description, [value]);
    }
  }
  for (const { type, value } of newRdn) {
    const description = resolveDescription(staging.tree, type);
    if (description.type.noUserModification) throw serverSets(description.name);
    if (!draft.has(description, value)) draft.add(description, [value]);
  }
  validateEntry(schema, [newRdn], draft.attributes());
  stampModified(draft, context);
  const after = draft.pack({ uuid: before.uuid, parent: parent.uuid, key, dn: `${formatRdn(schema.spell(newRdn))},${parent.dn}` });
  refuseUnreadable(context, before, after);
  return withReferences(context, request, before, after);
}

function isWithinSuffix({ staging }: PlanContext, dn: string): boolean {
  const key = staging.tree.schema.normalizeDn(dn);
  return staging.tree.root === undefined || `,${key}`.endsWith(`,${staging.tree.root.key}`);
}

/** The rename, and the changes of the entries that name it or something below it. */
function withReferences(context: PlanContext, request: MoveRequest, before: PackedEntry, after: PackedEntry): Plan {
  const renamed = new Map<string, string>();
  const moved = new Map<string, PackedEntry>();
  for (const entry of context.staging.subtree(before)) {
    const dn = entry === before ? after.dn : entry.dn.slice(0, entry.dn.length - before.dn.length) + after.dn;
    const key = entry === before ? after.key : entry.key.slice(0, entry.key.length - before.key.length) + after.key;
    renamed.set(entry.key, dn);
    moved.set(entry.uuid, entry === before ? after : renamePacked(entry, { parent: entry.parent, key, dn }));
  }
  const { dn, newRdn, deleteOldRdn, newSuperior } = request;
  const change = { kind: 'rename' as const, dn, newRdn, deleteOldRdn, ...(newSuperior === undefined ? {} : { newSuperior }) };
  const rename: PlannedChange = { cause: 'request', before, after, change };
  return [rename, ...followRename(context, renamed, moved)];
}
