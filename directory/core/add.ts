import { randomUUID } from 'node:crypto';
import { validateEntry } from '../../schema/ldap/validate.ts';
import { formatDn, parseDn } from '../model/dn.ts';
import type { Attribute } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import { Draft, resolveDescription, serverSets } from './draft.ts';
import { checkIntegrity } from './integrity.ts';
import { refuseUnreadable } from './member-url.ts';
import type { PackedEntry } from './packed-entry.ts';
import { type PasswordRecord, refusePasswordAsName } from './password-record.ts';
import { followReferrals, type Plan, type PlanContext } from './plan.ts';
import { nearestSuperior } from './search.ts';

/**
 * Plans a new entry (RFC 4511 §4.7).
 * @param baseDn the suffix; only the entry that carries it may stand without a parent
 * @param record what the password leaves beside it
 * @throws DirectoryError
 */
export function planAdd(
  context: PlanContext,
  baseDn: string,
  dnText: string,
  attributes: readonly Attribute[],
  record?: PasswordRecord,
): Plan {
  const { staging, viewer, stamp, restoring } = context;
  const { schema } = staging.tree;
  const dn = parseDn(dnText);
  const key = schema.dnKey(dn);
  followReferrals(context, dnText);
  const isSuffix = key === schema.normalizeDn(baseDn);
  if (staging.find(key) !== undefined) throw new DirectoryError('entryAlreadyExists', 'there is an entry of that name already');

  const parent = isSuffix ? undefined : staging.find(schema.dnKey(dn.slice(1)));
  if (!isSuffix && parent === undefined) {
    if (dn.length === 0 || !`,${key}`.endsWith(`,${schema.normalizeDn(baseDn)}`)) {
      throw new DirectoryError('unwillingToPerform', `this directory holds ${baseDn} and nothing outside it`);
    }
    const detail = { matchedDn: nearestSuperior(staging.tree, viewer, dn), flaw: 'parentMissing' } as const;
    throw new DirectoryError('noSuchObject', 'the parent entry does not exist', detail);
  }
  if (parent === undefined ? !viewer.isRoot : !viewer.mayAddBelow(parent)) {
    throw new DirectoryError('insufficientAccessRights', 'adding an entry here is not allowed');
  }

  const draft = new Draft(staging.tree);
  for (const attribute of attributes) {
    const description = resolveDescription(staging.tree, attribute.description);
    if (description.type.noUserModification && !restoring) {
      throw serverSets(description.name);
    }
    if (draft.get(description).length > 0 && !restoring)
      throw new DirectoryError('attributeOrValueExists', `${description.name}: the attribute is given twice`);
    if (attribute.values.length === 0) throw new DirectoryError('protocolError', `${description.name}: an attribute needs a value`);
    draft.add(description, attribute.values);
  }
  const given = draft.attributes();
  const uuid = takeText(draft, staging.tree, 'entryUUID')?.toLowerCase() ?? randomUUID();
  for (const name of ['entryDN', 'hasSubordinates', 'numSubordinates', 'subschemaSubentry', 'memberOf', 'contextCSN'])
    takeText(draft, staging.tree, name);
  if (staging.byUuid(uuid) !== undefined) throw new DirectoryError('constraintViolation', `entryUUID: ${uuid} belongs to another entry`);

  refusePasswordAsName(schema, dn[0] ?? []);
  // clients may leave out what the name says (RFC 4511 §4.7)
  for (const { type, value } of dn[0] ?? []) {
    const description = resolveDescription(staging.tree, type);
    if (!description.type.operational && !draft.has(description, value)) draft.add(description, [value]);
  }
  if (parent !== undefined) refuseGrants(context, draft, parent);
  refuseSecrets(context, draft);
  const { structural } = validateEntry(schema, dn, draft.attributes());
  draft.setText('structuralObjectClass', structural.name);
  const created = {
    creatorsName: context.actor,
    createTimestamp: stamp.time,
    modifiersName: context.actor,
    modifyTimestamp: stamp.time,
    entryCSN: stamp.csn,
  };
  for (const [name, value] of Object.entries(created)) {
    if (draft.get(resolveDescription(staging.tree, name)).length === 0) draft.setText(name, value);
  }
  // the newest CSN of the directory must never go back, whatever a dump says
  draft.setText('entryCSN', stamp.csn);
  if (
    draft.get(resolveDescription(staging.tree, 'userPassword')).length > 0 &&
    draft.get(resolveDescription(staging.tree, 'pwdChangedTime')).length === 0
  ) {
    draft.setText('pwdChangedTime', stamp.time);
  }
  record?.(draft, undefined, context);
  const below = parent === undefined ? '' : `,${parent.dn}`;
  const name = formatDn((parent === undefined ? dn : dn.slice(0, 1)).map((rdn) => schema.spell(rdn))) + below;
  const after = draft.pack({ uuid, parent: parent?.uuid ?? null, key, dn: name });
  checkIntegrity(staging, after);
  refuseUnreadable(context, undefined, after);
  return [{ cause: 'request', before: undefined, after, change: { kind: 'add', dn: name, attributes: given } }];
}

/** Who may add entries here does not thereby give rights, by whatever option or in the name. */
function refuseGrants({ staging, viewer }: PlanContext, draft: Draft, parent: PackedEntry): void {
  const { schema } = staging.tree;
  const grant = resolveDescription(staging.tree, 'mosGrant');
  const gives = draft.attributes().some(({ description }) => schema.covered(description)?.type === grant.type);
  if (gives && !viewer.mayWrite(parent, grant))
    throw new DirectoryError('insufficientAccessRights', 'an entry that has rights is made by those who may give them');
}

/** Who changes no secrets gives none to a new entry either. */
function refuseSecrets({ staging, viewer }: PlanContext, draft: Draft): void {
  if (viewer.changesSecrets) return;
  const types = draft.attributes().map(({ description }) => staging.tree.schema.covered(description)?.type);
  if (types.some((type) => type !== undefined && viewer.isSecret(type)))
    throw new DirectoryError('insufficientAccessRights', 'an entry that can sign in is not made with a token');
}

/** Takes an attribute out of the draft; what is computed is not stored. */
function takeText(draft: Draft, tree: Parameters<typeof resolveDescription>[0], name: string): string | undefined {
  const description = resolveDescription(tree, name);
  const [value] = draft.get(description);
  draft.set(description, []);
  return value?.toString();
}
