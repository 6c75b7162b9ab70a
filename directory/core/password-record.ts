import type { Schema } from '../../schema/ldap/registry.ts';
import type { Rdn } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import { Draft, resolveDescription } from './draft.ts';
import type { PackedEntry } from './packed-entry.ts';
import { generalizedTime, millisecondsOf, type PasswordPolicy } from './password-policy.ts';
import type { Plan, PlanContext } from './plan.ts';

/** What the log says of a hash that is renewed: nobody has changed the password. */
export const rehashReason = 'rehash';

/** Milliseconds. */
const second = 1000;

/** Writes into an entry what a change of its password leaves there beside the password. */
export type PasswordRecord = (draft: Draft, before: PackedEntry | undefined, context: PlanContext) => void;

/** The password is the same in another form. */
export const samePassword: PasswordRecord = () => undefined;

/**
 * When it was changed, and nothing else. LDAP counts seconds here; of two changes of one entry within a second the later one gets the
 * second after, and the time stays when the password goes. So no two passwords that an entry has had carry the same time, and what
 * began with one (a session of the site) is told from what began with the next.
 */
export const timeAlone: PasswordRecord = (draft, before, { staging, stamp }) => {
  const password = resolveDescription(staging.tree, 'userPassword');
  const [known] = before?.values(resolveDescription(staging.tree, 'pwdChangedTime')) ?? [];
  const last = known && millisecondsOf(known.toString());
  const isThere = [draft.get(password), before?.values(password) ?? []].some((values) => values.length > 0);
  if (last === undefined && !isThere) return;
  const isLater = last === undefined || stamp.at.getTime() - (stamp.at.getTime() % second) > last;
  draft.setText('pwdChangedTime', isLater ? stamp.time : generalizedTime(last + second).replace(/\.\d+/, ''));
};

/**
 * What a password policy wants to be kept after a change (draft-behera-ldap-password-policy-10 §8.2.7): time and history; failures and
 * grace logins begin anew. Somebody else's password is a reset, which also unlocks; one's own does not undo a lock for ever.
 * @param given attributes that the request sets itself
 */
export function recordOf(policy: PasswordPolicy, isOwn: boolean, given: ReadonlySet<string>): PasswordRecord {
  return (draft, before, context) => {
    timeAlone(draft, before, context);
    const hasPassword = draft.get(resolveDescription(context.staging.tree, 'userPassword')).length > 0;
    draft.setText('pwdFailureTime');
    draft.setText('pwdGraceUseTime');
    if (!given.has('pwdReset')) draft.setText('pwdReset', ...(hasPassword && !isOwn && policy.mustChange ? ['TRUE'] : []));
    if (!given.has('pwdAccountLockedTime') && !isOwn) draft.setText('pwdAccountLockedTime');
    if (before !== undefined) keepHistory(draft, before, policy, context);
  };
}

/**
 * Everybody who sees an entry sees its name, and what stands there is as it was typed.
 * @throws DirectoryError namingViolation
 */
export function refusePasswordAsName(schema: Schema, rdn: Rdn): void {
  if (rdn.some(({ type }) => schema.covered(type)?.type.name === 'userPassword'))
    throw new DirectoryError('namingViolation', 'a password is no name; name the entry by another attribute', { flaw: 'nameSecret' });
}

const octetString = '1.3.6.1.4.1.1466.115.121.1.40';

/** `time#syntax#length#value` (draft-behera §5.3.5), oldest first. */
function keepHistory(draft: Draft, before: PackedEntry, { inHistory }: PasswordPolicy, { staging, stamp }: PlanContext): void {
  const history = resolveDescription(staging.tree, 'pwdHistory');
  if (inHistory === 0) {
    draft.set(history, []);
    return;
  }
  const old = before.valuesOfType(resolveDescription(staging.tree, 'userPassword').type);
  const entered = old.map((value) => Buffer.concat([Buffer.from(`${stamp.time}#${octetString}#${value.length}#`), value]));
  const kept = new Map([...draft.get(history), ...entered].map((value) => [value.toString('latin1'), value]));
  const sorted = [...kept.values()].sort((one, other) => Buffer.compare(one.subarray(0, 15), other.subarray(0, 15)));
  draft.set(history, sorted.slice(-inHistory));
}

/** The password in a value of pwdHistory, as it was stored. */
export function fromHistory(value: Buffer): Buffer | undefined {
  const [head] = /^[^#]*#[^#]*#\d+#/.exec(value.toString('latin1')) ?? [];
  return head === undefined ? undefined : value.subarray(head.length);
}

/**
 * Plans a change of the server's own notes on a password. Like slapd, it leaves modifiersName and modifyTimestamp as they are; the
 * entryCSN goes on, since copies elsewhere must take it over.
 * @param notes attribute → its new values
 */
export function planNotes({ staging, stamp }: PlanContext, before: PackedEntry, notes: Readonly<Record<string, readonly string[]>>): Plan {
  const draft = new Draft(staging.tree, before);
  const modifications = Object.entries(notes).map(([name, values]) => {
    draft.setText(name, ...values);
    return { operation: 'replace' as const, attribute: { description: name, values: values.map((value) => Buffer.from(value)) } };
  });
  draft.setText('entryCSN', stamp.csn);
  return [{ cause: 'request', before, after: draft.pack(before), change: { kind: 'modify', dn: before.dn, modifications } }];
}
