import type { Attribute, Modification } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { PasswordPolicyError } from '../model/password-policy.ts';
import type { BoundDirectory } from './bound-directory.ts';
import type { Directory } from './directory.ts';
import { resolveDescription } from './draft.ts';
import type { PackedEntry } from './packed-entry.ts';
import { judgeQuality, type PasswordPolicy } from './password-policy.ts';
import { fromHistory, type PasswordRecord, recordOf, timeAlone } from './password-record.ts';
import type { Viewer } from './viewer.ts';

/** More values of userPassword than this are not tried: each costs a hash. */
export const mostPasswords = 4;
/** A new password is compared with as many old ones, whatever the policy says. */
const mostHistory = 100;

/** A change that holds no password in clear any more. */
export interface Prepared<T> {
  readonly change: readonly T[];
  /** undefined when it touches no password */
  readonly record?: PasswordRecord;
}

/**
 * Applies the password policy to a modify and hashes what is in clear (draft-behera-ldap-password-policy-10 §8.2). A value to be deleted
 * may come in clear: it stands for the stored one that it fits, and shows that the old password is known. The root DN is not judged.
 * @param oldIsRight the old password has been checked already
 * @throws DirectoryError constraintViolation, insufficientAccessRights, unwillingToPerform (the old password is wrong), busy
 */
export async function prepareModify(
  directory: Directory,
  asker: BoundDirectory,
  dn: string,
  modifications: readonly Modification[],
  oldIsRight = false,
): Promise<Prepared<Modification>> {
  const { schema, tree, policies } = directory;
  const touching = modifications.filter(({ attribute }) => isPassword(directory, attribute));
  if (touching.length === 0) return { change: modifications };
  const entry = tree.named(dn);
  if (entry === undefined && asker.viewer.isRoot) return { change: await hashPasswordsIn(directory, modifications), record: timeAlone };
  // the plan refuses it; were that different by then, nothing in clear may get in
  if (entry === undefined || !asker.viewer.mayWrite(entry, resolveDescription(tree, 'userPassword'))) {
    return { change: modifications, record: tryAgain };
  }
  const policy = policies.of(entry);
  const isOwn = asker.identity.kind === 'entry' && asker.identity.uuid === entry.uuid;
  const judged = passwordsIn(directory, entry);
  const old = touching.filter(({ operation }) => operation === 'delete').flatMap(({ attribute }) => attribute.values);
  const fresh = touching.filter(({ operation }) => operation !== 'delete').flatMap(({ attribute }) => attribute.values);
  await refuseServices(directory, asker, entry);
  refuseHigher(asker.viewer, entry);
  if (!asker.viewer.isRoot) refuseMany(directory, fresh);
  if (isOwn) judgeOwn(directory, entry, policy, fresh.length > 0, oldIsRight || old.some((value) => directory.passwords.isClear(value)));
  const stored = await storedForms(directory, asker, entry, old);
  if (!asker.viewer.isRoot) await judgeNew(directory, entry, policy, fresh);
  const named = modifications.map(({ operation, attribute }) => ({
    operation,
    attribute: operation === 'delete' ? { ...attribute, values: attribute.values.map((value) => stored.get(value) ?? value) } : attribute,
  }));
  const change = await hashPasswordsIn(directory, named);
  const given = new Set(modifications.map(({ attribute }) => schema.covered(attribute.description)?.type.name ?? ''));
  const record = recordOf(policy, isOwn, given);
  return {
    change,
    record: (draft, before, context) => {
      if (before === undefined || !sameValues(judged, passwordsIn(directory, before))) tryAgain();
      record(draft, before, context);
    },
  };
}

/**
 * The same for an entry that is to be added (draft-behera §8.2.7): its quality is judged, and whoever got it from somebody else may have to change it.
 * @throws DirectoryError constraintViolation, busy
 */
export async function prepareAdd(
  directory: Directory,
  asker: BoundDirectory,
  attributes: readonly Attribute[],
): Promise<Prepared<Attribute>> {
  const { schema, policies } = directory;
  const passwords = attributes.filter((attribute) => isPassword(directory, attribute)).flatMap(({ values }) => values);
  // what the anonymous send is not worth a hash; an access file that lets them add finds the password refused
  if (passwords.length === 0) return { change: attributes };
  if (asker.identity.kind === 'anonymous') return { change: attributes, record: tryAgain };
  const policyDn = attributes.find(({ description }) => schema.covered(description)?.type.name === 'pwdPolicySubentry')?.values[0];
  const policy = (policyDn && policies.named(policyDn.toString())) ?? policies.standard;
  if (!asker.viewer.isRoot) {
    refuseMany(directory, passwords);
    for (const password of passwords) refuseFor(quality(directory, policy, password));
  }
  const change = await hashPasswords(directory, attributes);
  const given = new Set(attributes.map(({ description }) => schema.covered(description)?.type.name ?? ''));
  return { change, record: recordOf(policy, false, given) };
}

/**
 * Which main passwords are not a service's to set. Not that of somebody who has or had app passwords: the service can't tell with which password
 * its session began, and a session outlives an app password that was revoked. And not that of somebody who has rights over others: whoever
 * takes the service over must not get these too.
 * @throws DirectoryError unwillingToPerform
 */
async function refuseServices(directory: Directory, asker: BoundDirectory, entry: PackedEntry): Promise<void> {
  const { entry: asking } = asker.viewer;
  if (asking === undefined || asking.uuid === entry.uuid || !directory.access.isService(asking)) return;
  const refuse = (why: string) => {
    throw new DirectoryError('unwillingToPerform', `this password is changed on the web site alone, because ${why}`);
  };
  if (onlyAppPasswords(directory, entry)) refuse('services know app passwords only');
  if (directory.access.hasPowers(entry)) refuse('its owner has rights over others');
  if (directory.appPasswordsOf(entry).length > 0) refuse('its owner has app passwords');
  if ((await directory.store.passwordUses(entry.uuid)).size > 0) refuse('its owner has used app passwords');
}

/**
 * Whoever sets somebody's password can be them from then on, so nobody sets that of somebody who may more than they.
 * @throws DirectoryError insufficientAccessRights
 */
export function refuseHigher(viewer: Viewer, entry: PackedEntry): void {
  if (viewer.isBelow(entry))
    throw new DirectoryError('insufficientAccessRights', `${entry.dn} has rights that you have not: their password is not yours to set`, {
      flaw: 'moreRights',
      named: entry.dn,
    });
}

/** Does the main password open the web site alone? */
export function onlyAppPasswords(directory: Directory, entry: PackedEntry): boolean {
  return directory.valuesOf(entry, 'mosAppPasswordsOnly')[0]?.toString() === 'TRUE';
}

/** Each is a hash to work out, while others wait to bind. @throws DirectoryError constraintViolation */
function refuseMany({ passwords }: Directory, fresh: readonly Buffer[]): void {
  if (fresh.filter((value) => passwords.isClear(value)).length > mostPasswords)
    throw new DirectoryError('constraintViolation', `more than ${mostPasswords} passwords at once`);
}

/** What somebody may do to their own password (draft-behera §8.2.1 to §8.2.3). Administrators don't know the old one and don't wait. */
function judgeOwn(directory: Directory, entry: PackedEntry, policy: PasswordPolicy, isNew: boolean, knowsOld: boolean): void {
  const { policies } = directory;
  const state = policies.stateOf(entry);
  if (!policy.allowUserChange)
    throw refusal('insufficientAccessRights', 'passwordModNotAllowed', 'the password policy lets nobody change their own password');
  if (!isNew) return;
  if (policy.safeModify && !knowsOld)
    throw refusal('insufficientAccessRights', 'mustSupplyOldPassword', 'the old password is needed to set a new one');
  if (policy.minAge > 0 && !state.reset && state.changed !== undefined && directory.clock() < state.changed + policy.minAge * 1000)
    throw refusal('constraintViolation', 'passwordTooYoung', 'the password was changed a short while ago; change it again later');
}

/** Quality and history (draft-behera §8.2.5, §8.2.6). @throws DirectoryError constraintViolation, busy */
async function judgeNew(directory: Directory, entry: PackedEntry, policy: PasswordPolicy, fresh: readonly Buffer[]): Promise<void> {
  for (const value of fresh) refuseFor(quality(directory, policy, value));
  if (policy.inHistory === 0) return;
  const { passwords } = directory;
  const current = directory.valuesOf(entry, 'userPassword').slice(0, mostPasswords);
  const history = directory.valuesOf(entry, 'pwdHistory').slice(-Math.min(policy.inHistory, mostHistory));
  const known = [...current, ...history.flatMap((value) => fromHistory(value) ?? [])];
  for (const value of fresh) {
    const clear = clearOf(directory, value);
    for (const stored of known) {
      const used = clear === undefined ? stored.equals(value) : (await passwords.verify(stored, clear)).ok;
      if (used) throw refusal('constraintViolation', 'passwordInHistory', 'this password was used before; choose another');
    }
  }
}

function quality(directory: Directory, policy: PasswordPolicy, value: Buffer): ReturnType<typeof judgeQuality> {
  return judgeQuality(policy, clearOf(directory, value));
}

function refuseFor(objection: ReturnType<typeof judgeQuality>): void {
  if (objection !== undefined) throw refusal('constraintViolation', objection.error, objection.text);
}

function refusal(
  kind: 'constraintViolation' | 'insufficientAccessRights',
  passwordPolicy: PasswordPolicyError,
  text: string,
): DirectoryError {
  return new DirectoryError(kind, text, { passwordPolicy });
}

/** Clear text of a value that is to be stored; undefined for a hash. */
function clearOf({ passwords }: Directory, value: Buffer): Buffer | undefined {
  if (!passwords.isClear(value)) return undefined;
  const [prefix] = /^\{CLEARTEXT\}/i.exec(value.toString('latin1', 0, 16)) ?? [''];
  return value.subarray(prefix.length);
}

/** For values to be deleted that came in clear: the stored ones that they fit. Whoever tries is slowed down as at a bind. */
async function storedForms(
  directory: Directory,
  asker: BoundDirectory,
  entry: PackedEntry,
  old: readonly Buffer[],
): Promise<ReadonlyMap<Buffer, Buffer>> {
  const { passwords, attempts } = directory;
  const found = new Map<Buffer, Buffer>();
  for (const value of old.slice(0, mostPasswords)) {
    const clear = clearOf(directory, value);
    if (clear === undefined) continue;
    const match = async () => {
      for (const stored of directory.valuesOf(entry, 'userPassword').slice(0, mostPasswords))
        if ((await passwords.verify(stored, clear)).ok) return stored;
      return undefined;
    };
    const guess = { name: entry.key, address: asker.origin };
    const stored = await (asker.viewer.isRoot ? match() : attempts.try(guess, { match, pretend: () => passwords.pretend(clear) }));
    if (stored === undefined) throw wrongOldPassword();
    found.set(value, stored);
  }
  return found;
}

/** The code and the control's error are slapd's. */
function wrongOldPassword(): DirectoryError {
  return new DirectoryError('unwillingToPerform', 'the old password is not right', { passwordPolicy: 'mustSupplyOldPassword' });
}

/** The same in a modify; what is deleted stays as it is. */
function hashPasswordsIn(directory: Directory, modifications: readonly Modification[]): Promise<Modification[]> {
  return Promise.all(
    modifications.map(async ({ operation, attribute }) => ({
      operation,
      attribute: operation !== 'delete' && isPassword(directory, attribute) ? await hashed(directory, attribute) : attribute,
    })),
  );
}

/** No password is stored as it was typed. */
export function hashPasswords(directory: Directory, attributes: readonly Attribute[]): Promise<Attribute[]> {
  return Promise.all(attributes.map((each) => (isPassword(directory, each) ? hashed(directory, each) : each)));
}

async function hashed(directory: Directory, attribute: Attribute): Promise<Attribute> {
  const values = attribute.values.map(async (value) => {
    const clear = clearOf(directory, value);
    return clear === undefined ? value : Buffer.from(await directory.passwords.hash(clear));
  });
  return { ...attribute, values: await Promise.all(values) };
}

function isPassword({ schema }: Directory, { description }: Attribute): boolean {
  return schema.covered(description)?.type.name === 'userPassword';
}

function passwordsIn(directory: Directory, entry: PackedEntry): readonly Buffer[] {
  return [...directory.valuesOf(entry, 'userPassword'), ...directory.valuesOf(entry, 'pwdHistory')];
}

function sameValues(one: readonly Buffer[], other: readonly Buffer[]): boolean {
  return one.length === other.length && one.every((value, nth) => other[nth]?.equals(value));
}

/** What was judged is no longer what is there. */
function tryAgain(): never {
  throw new DirectoryError('busy', 'somebody else has changed the entry just now; try again');
}
