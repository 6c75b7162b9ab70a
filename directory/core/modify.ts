import type { AttributeDescription, AttributeType } from '../../schema/ldap/registry.ts';
import { structuralClass, validateEntry, validateNumber, validateValues } from '../../schema/ldap/validate.ts';
import { parseDn } from '../model/dn.ts';
import type { Modification } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import { Draft, resolveDescription, serverSets } from './draft.ts';
import { checkIntegrity } from './integrity.ts';
import { refuseUnreadable } from './member-url.ts';
import type { PackedEntry } from './packed-entry.ts';
import { refuseHigher } from './password-change.ts';
import { type PasswordRecord, timeAlone } from './password-record.ts';
import { loadForUpdate, type Plan, type PlanContext, stampModified } from './plan.ts';
import { keepSomebodyIn } from './role-groups.ts';

/**
 * Plans a change of an entry's attributes (RFC 4511 §4.6, RFC 4525). The changes are made in order and the schema is checked
 * at the end, so a MUST attribute may go and come again within one request.
 * @param record what a change of the password leaves beside it
 * @throws DirectoryError
 */
export function planModify(
  context: PlanContext,
  dnText: string,
  modifications: readonly Modification[],
  record: PasswordRecord = timeAlone,
): Plan {
  const { staging } = context;
  const { schema } = staging.tree;
  const before = loadForUpdate(context, dnText);
  const types = modifications.map(({ attribute }) => knownType(context, attribute.description));
  for (const { type } of types) {
    if (type.noUserModification && !context.restoring) throw serverSets(type.name);
  }
  const waits = mustWait(context, before, types);
  const resolved = modifications.map(({ operation, attribute }) => ({
    operation,
    description: resolveDescription(staging.tree, attribute.description),
    values: attribute.values,
  }));

  const draft = new Draft(staging.tree, before);
  for (const { operation, description, values } of resolved) {
    if (operation === 'add' && values.length === 0) throw new DirectoryError('protocolError', `${description.name}: adding needs a value`);
    if (operation === 'add') draft.add(description, checked(description, values));
    else if (operation === 'delete') draft.remove(description, values);
    else if (operation === 'increment') draft.set(description, incremented(draft, description, values));
    else {
      draft.set(description, []);
      draft.add(description, checked(description, values));
    }
  }
  const dn = parseDn(before.dn);
  checkRdnKept(draft, before, context);
  const structural = structuralClass(schema, draft.get(resolveDescription(staging.tree, 'objectClass')).map(String));
  const [old] = before.values(resolveDescription(staging.tree, 'structuralObjectClass'));
  if (old !== undefined && schema.objectClass(old.toString()) !== structural) {
    throw new DirectoryError(
      'objectClassModsProhibited',
      `the structural class stays ${old.toString()}; an entry can't become ${structural.name}`,
      { attribute: 'objectClass', named: old.toString() },
    );
  }
  validateEntry(schema, dn, draft.attributes(), validateNumber);
  const password = resolveDescription(staging.tree, 'userPassword');
  if (resolved.some(({ description }) => description.type === password.type)) {
    refuseHigher(context.viewer, before);
    record(draft, before, context);
  }
  stampModified(draft, context);
  const after = draft.pack(before);
  checkIntegrity(staging, after);
  refuseUnreadable(context, before, after);
  const change = { kind: 'modify' as const, dn: before.dn, modifications };
  const planned = { cause: 'request' as const, before, after, change };
  keepSomebodyIn(context, planned);
  return waits ? [{ ...planned, after: before, waits: true }] : [planned];
}

type NamedType = ReturnType<typeof knownType>;

/**
 * A change of something that the asker may not write waits as a whole, if they may propose that: an update is made whole or not at all.
 * @throws DirectoryError insufficientAccessRights, unwillingToPerform when a secret would have to wait
 */
function mustWait({ viewer, mayWait }: PlanContext, before: PackedEntry, types: readonly NamedType[]): boolean {
  const beyond = types.filter(({ base }) => !viewer.mayWrite(before, base));
  if (beyond.length === 0) return false;
  const refused = beyond.find(({ base }) => !(mayWait && viewer.mayPropose(before, base)));
  if (refused !== undefined) {
    const { name } = refused.type;
    throw new DirectoryError('insufficientAccessRights', `changing ${name} is not allowed here`, { attribute: name });
  }
  const secret = types.find(({ type }) => viewer.isSecret(type));
  if (secret !== undefined)
    throw new DirectoryError(
      'unwillingToPerform',
      `${secret.type.name} can't wait for approval together with ${beyond[0]?.type.name}; change it by itself`,
      { flaw: 'waitsTogether', attribute: secret.type.name, named: beyond[0]?.type.name ?? '' },
    );
  return true;
}

/** The type that a description is of, without numbering the description: who asks may not be allowed to bring up new options. */
function knownType({ staging }: PlanContext, text: string): { readonly type: AttributeType; readonly base: AttributeDescription } {
  const type = staging.tree.schema.covered(text)?.type;
  if (type === undefined) throw new DirectoryError('undefinedAttributeType', `${text}: attribute type undefined`, { attribute: text });
  return { type, base: resolveDescription(staging.tree, type.name) };
}

/** Values are checked where they come in, so that a wrong one is not mistaken for one that is missing. */
function checked(description: AttributeDescription, values: readonly Buffer[]): readonly Buffer[] {
  validateValues(description, values);
  return values;
}

/** RFC 4525 §2.2 */
function incremented(draft: Draft, description: AttributeDescription, values: readonly Buffer[]): Buffer[] {
  const present = draft.get(description);
  if (present.length === 0) throw new DirectoryError('noSuchAttribute', `${description.name}: no such attribute`);
  const [by] = values;
  if (values.length !== 1 || by === undefined) throw new DirectoryError('protocolError', `${description.name}: increment takes one value`);
  return present.map((value) => {
    if (!isInteger(by)) throw new DirectoryError('invalidAttributeSyntax', `${description.name}: the increment is no integer`);
    if (!isInteger(value)) throw new DirectoryError('constraintViolation', `${description.name}: increment is for integers`);
    return Buffer.from(String(BigInt(value.toString()) + BigInt(by.toString())));
  });
}

function isInteger(value: Buffer): boolean {
  return value.length < 100 && /^-?\d+$/.test(value.toString('latin1'));
}

/** The values that name the entry stay in it (RFC 4511 §4.6: notAllowedOnRDN). */
function checkRdnKept(draft: Draft, before: PackedEntry, { staging }: PlanContext): void {
  const [rdn = []] = parseDn(before.dn);
  for (const { type, value } of rdn) {
    const description = resolveDescription(staging.tree, type);
    if (!draft.has(description, value))
      throw new DirectoryError('notAllowedOnRDN', `${description.name}: the value in the entry's name can't go; rename the entry`, {
        attribute: description.name,
      });
  }
}
