import { normalizeGeneralizedTime } from '../../schema/ldap/generalized-time.ts';
import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { PasswordPolicyError, PasswordPolicyResponse } from '../model/password-policy.ts';
import { isCommonPassword } from './common-passwords.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/** draft-behera-ldap-password-policy-10 §5.2: times in seconds, 0 for no limit. */
export interface PasswordPolicy {
  readonly minAge: number;
  readonly maxAge: number;
  readonly inHistory: number;
  /** 0: nothing is checked; 1: what can't be checked (a hash) is taken; 2: it is refused */
  readonly checkQuality: number;
  /** In characters; like the list of common passwords, only looked at when checkQuality is not 0 */
  readonly minLength: number;
  readonly maxLength: number;
  readonly expireWarning: number;
  readonly graceLimit: number;
  readonly graceExpiry: number;
  readonly lockout: boolean;
  readonly lockoutDuration: number;
  readonly maxFailure: number;
  readonly failureCountInterval: number;
  readonly mustChange: boolean;
  readonly allowUserChange: boolean;
  readonly safeModify: boolean;
}

/** What holds where no policy entry says otherwise: length and common passwords. Guessing is slowed down elsewhere (`guessing.ts`). */
export function builtInPolicy(minLength: number): PasswordPolicy {
  return { ...withoutRules, checkQuality: 1, minLength };
}

const withoutRules: PasswordPolicy = {
  minAge: 0,
  maxAge: 0,
  inHistory: 0,
  checkQuality: 0,
  minLength: 0,
  maxLength: 0,
  expireWarning: 0,
  graceLimit: 0,
  graceExpiry: 0,
  lockout: false,
  lockoutDuration: 0,
  maxFailure: 0,
  failureCountInterval: 0,
  mustChange: false,
  allowUserChange: true,
  safeModify: false,
};

/** Attributes of a policy entry (draft-behera §5.2). pwdMinDelay, pwdMaxDelay and pwdMaxIdle are stored and not obeyed. */
const numbers = {
  minAge: 'pwdMinAge',
  maxAge: 'pwdMaxAge',
  inHistory: 'pwdInHistory',
  checkQuality: 'pwdCheckQuality',
  minLength: 'pwdMinLength',
  maxLength: 'pwdMaxLength',
  expireWarning: 'pwdExpireWarning',
  graceLimit: 'pwdGraceAuthNLimit',
  graceExpiry: 'pwdGraceExpiry',
  lockoutDuration: 'pwdLockoutDuration',
  maxFailure: 'pwdMaxFailure',
  failureCountInterval: 'pwdFailureCountInterval',
} as const;
const flags = {
  lockout: 'pwdLockout',
  mustChange: 'pwdMustChange',
  allowUserChange: 'pwdAllowUserChange',
  safeModify: 'pwdSafeModify',
} as const;

/** What an entry's operational attributes say about its password (draft-behera §5.3). Times in milliseconds since 1970. */
export interface PasswordState {
  readonly changed: number | undefined;
  readonly reset: boolean;
  readonly locked: number | 'forever' | undefined;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly graceUses: number;
}

/** The value of pwdAccountLockedTime that no time undoes (draft-behera §5.3.3), in the form that sorts. */
const lockedForever = '00000101000000';

/** Is the password not to be used now (draft-behera §7.1)? A lock that somebody wrote holds whatever the policy's pwdLockout says. */
export function isLocked({ lockoutDuration }: PasswordPolicy, { locked, start, end }: PasswordState, now: number): boolean {
  if (start !== undefined && now < start) return true;
  if (end !== undefined && now >= end) return true;
  if (locked === undefined) return false;
  return locked === 'forever' || lockoutDuration === 0 || now < locked + lockoutDuration * 1000;
}

/** Must it be changed before anything else (draft-behera §7.2)? */
export function mustChangeNow({ mustChange }: PasswordPolicy, { reset }: PasswordState): boolean {
  return mustChange && reset;
}

/** How far a right password lets in, locks apart (draft-behera §7.3): `grace` when it has expired and one of the last logins is used up. */
export function judgeAge(policy: PasswordPolicy, state: PasswordState, now: number): 'valid' | 'grace' | 'expired' {
  const expires = expiryOf(policy, state);
  if (expires === undefined || now < expires || mustChangeNow(policy, state)) return 'valid';
  const inTime = policy.graceExpiry === 0 || now < expires + policy.graceExpiry * 1000;
  return inTime && state.graceUses < policy.graceLimit ? 'grace' : 'expired';
}

function expiryOf({ maxAge }: PasswordPolicy, { changed }: PasswordState): number | undefined {
  return maxAge === 0 || changed === undefined ? undefined : changed + maxAge * 1000;
}

/** What whoever has just logged in should know (draft-behera §7.2 to §7.4). */
export function noticeFor(policy: PasswordPolicy, state: PasswordState, now: number): PasswordPolicyResponse {
  if (mustChangeNow(policy, state)) return { error: 'changeAfterReset' };
  const expires = expiryOf(policy, state);
  if (expires === undefined) return {};
  if (now >= expires) return { warning: { kind: 'graceAuthentications', value: Math.max(0, policy.graceLimit - state.graceUses) } };
  const left = Math.floor((expires - now) / 1000);
  return policy.expireWarning > 0 && left <= policy.expireWarning ? { warning: { kind: 'timeBeforeExpiration', value: left } } : {};
}

/** Why something is refused. */
export interface Objection {
  readonly error: PasswordPolicyError;
  readonly text: string;
}

/**
 * Judges how good a new password is (draft-behera §5.2.5).
 * @param password undefined for one that came as a hash
 */
export function judgeQuality(policy: PasswordPolicy, password: Buffer | undefined): Objection | undefined {
  const { checkQuality, minLength, maxLength } = policy;
  if (checkQuality === 0) return undefined;
  if (password === undefined) {
    return checkQuality >= 2 ? poor('a hash can not be checked; send the password itself') : undefined;
  }
  const text = password.toString('utf8');
  const length = [...text].length;
  if (length < minLength) return { error: 'passwordTooShort', text: `a password has at least ${minLength} characters` };
  if (maxLength > 0 && length > maxLength) return poor(`a password has at most ${maxLength} characters`);
  return isCommonPassword(text) ? poor('too many people use this password; choose another') : undefined;
}

function poor(text: string): Objection {
  return { error: 'insufficientPasswordQuality', text };
}

/** Finds policies: of an entry by its pwdPolicySubentry, else `cn=default,ou=policies,SUFFIX`, else the built-in one. */
export class PasswordPolicies {
  readonly #tree: Tree;
  readonly #builtIn: PasswordPolicy;
  readonly #defaultKey: string;
  /** Entries never change, so what was read from one stays right. */
  readonly #read = new WeakMap<PackedEntry, PasswordPolicy>();
  readonly #states = new WeakMap<PackedEntry, PasswordState>();
  readonly #types: Readonly<Record<TypeName, AttributeType | undefined>>;

  constructor(tree: Tree, baseDn: string, builtIn: PasswordPolicy) {
    const { schema } = tree;
    this.#tree = tree;
    this.#builtIn = builtIn;
    this.#defaultKey = schema.normalizeDn(`cn=default,ou=policies,${baseDn}`);
    const type = (name: TypeName) => schema.attributeType(name);
    this.#types = {
      userPassword: type('userPassword'),
      pwdPolicySubentry: type('pwdPolicySubentry'),
      pwdChangedTime: type('pwdChangedTime'),
      pwdReset: type('pwdReset'),
      pwdAccountLockedTime: type('pwdAccountLockedTime'),
      pwdStartTime: type('pwdStartTime'),
      pwdEndTime: type('pwdEndTime'),
      pwdGraceUseTime: type('pwdGraceUseTime'),
    };
  }

  /** @param entry undefined for a name that does not exist, which is treated like one without a policy of its own */
  of(entry: PackedEntry | undefined): PasswordPolicy {
    const own = entry && this.#values(entry, 'pwdPolicySubentry')[0];
    return (own && this.named(own.toString())) ?? this.#readAt(this.#defaultKey) ?? this.#builtIn;
  }

  /** The policy in the entry of that name; undefined when there is none. */
  named(dn: string): PasswordPolicy | undefined {
    return this.#readAt(this.#tree.schema.normalizeDn(dn));
  }

  get standard(): PasswordPolicy {
    return this.of(undefined);
  }

  stateOf(entry: PackedEntry): PasswordState {
    let state = this.#states.get(entry);
    if (state === undefined) {
      state = this.#readState(entry);
      this.#states.set(entry, state);
    }
    return state;
  }

  #readState(entry: PackedEntry): PasswordState {
    const text = (name: StateName) => this.#values(entry, name)[0]?.toString();
    const time = (name: StateName) => millisecondsOf(text(name));
    const locked = text('pwdAccountLockedTime');
    // of a password that has gone the time stays; there is nothing that could grow old
    const isThere = this.#values(entry, 'userPassword').length > 0;
    return {
      changed: isThere ? time('pwdChangedTime') : undefined,
      reset: text('pwdReset') === 'TRUE',
      locked: locked !== undefined && normalizeGeneralizedTime(locked) === lockedForever ? 'forever' : millisecondsOf(locked),
      start: time('pwdStartTime'),
      end: time('pwdEndTime'),
      graceUses: this.#values(entry, 'pwdGraceUseTime').length,
    };
  }

  #values(entry: PackedEntry, name: TypeName): Buffer[] {
    const type = this.#types[name];
    return type === undefined ? [] : entry.valuesOfType(type);
  }

  #readAt(key: string): PasswordPolicy | undefined {
    const entry = this.#tree.find(key);
    if (entry === undefined) return undefined;
    let policy = this.#read.get(entry);
    if (policy === undefined) {
      if (!isPolicy(this.#tree.schema, entry)) return undefined;
      policy = readPolicy(this.#tree.schema, entry);
      this.#read.set(entry, policy);
    }
    return policy;
  }
}

type StateName = 'pwdChangedTime' | 'pwdReset' | 'pwdAccountLockedTime' | 'pwdStartTime' | 'pwdEndTime' | 'pwdGraceUseTime';
type TypeName = StateName | 'userPassword' | 'pwdPolicySubentry';

function isPolicy(schema: Schema, entry: PackedEntry): boolean {
  const objectClass = schema.attributeType('objectClass');
  const wanted = schema.objectClass('pwdPolicy');
  if (objectClass === undefined || wanted === undefined) return false;
  return schema.classesOf(entry.valuesOfType(objectClass).map(String)).has(wanted);
}

/** What the entry does not say is off (draft-behera §5.2). */
function readPolicy(schema: Schema, entry: PackedEntry): PasswordPolicy {
  const policy: Record<string, number | boolean> = {};
  const textOf = (name: string) => {
    const type = schema.attributeType(name);
    return type && entry.valuesOfType(type)[0]?.toString();
  };
  for (const [field, name] of Object.entries(numbers)) {
    const text = textOf(name);
    if (text !== undefined) policy[field] = Math.max(0, Number(text));
  }
  for (const [field, name] of Object.entries(flags)) {
    const text = textOf(name);
    if (text !== undefined) policy[field] = text === 'TRUE';
  }
  return { ...withoutRules, ...policy };
}

/** Milliseconds since 1970 of a Generalized Time; undefined when it is none. */
export function millisecondsOf(text: string | undefined): number | undefined {
  const normal = text === undefined ? undefined : normalizeGeneralizedTime(text);
  if (normal === undefined) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '0'] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?$/.exec(normal) ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Math.floor(Number(fraction) * 1000));
  return date.getTime();
}

/** Generalized Time with milliseconds: two failures may fall into one second. */
export function generalizedTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-T:]/g, '');
}
