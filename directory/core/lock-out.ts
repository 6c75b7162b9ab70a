import { BoundedCache } from '../../schema/ldap/bounded-cache.ts';
import type { PasswordPolicy } from './password-policy.ts';

/** How many entries are remembered in each generation; a flood over more makes the oldest forgotten. */
const remembered = 50_000;
/** Of one entry; pwdMaxFailure is taken as no more than this. */
const mostTimes = 1000;

/**
 * Counts failures for policies with pwdLockout (draft-behera-ldap-password-policy-10 §7.5).
 *
 * They are counted here, in memory, and reach the entry (pwdFailureTime, pwdAccountLockedTime) in one write when pwdMaxFailure of
 * them lock it: a flood of wrong passwords, which costs the sender nothing, is then never a flood of transactions, rows of the log
 * and replication. The price: each process counts for itself, and a restart forgets what has not come to a lock yet.
 */
export class LockOut {
  readonly #times = new BoundedCache<readonly number[]>(remembered);

  /** @param now milliseconds @returns the times of the failures when this one locks */
  failed(uuid: string, policy: PasswordPolicy, now: number): readonly number[] | undefined {
    if (!isOn(policy)) return undefined;
    const { failureCountInterval } = policy;
    const known = this.#times.get(uuid) ?? [];
    const ended = known.length >= most(policy);
    const since = failureCountInterval === 0 ? 0 : now - failureCountInterval * 1000;
    const times = [...(ended ? [] : known.filter((time) => time > since)), now];
    this.#times.set(uuid, times);
    return times.length >= most(policy) ? times : undefined;
  }

  /** Have so many failed that nobody is let in for now? */
  isLocked(uuid: string, policy: PasswordPolicy, now: number): boolean {
    if (!isOn(policy)) return false;
    const times = this.#times.get(uuid) ?? [];
    const last = times.at(-1);
    if (last === undefined || times.length < most(policy)) return false;
    return policy.lockoutDuration === 0 || now < last + policy.lockoutDuration * 1000;
  }

  /** After a right password, and when the entry itself says that it is locked. */
  forget(uuid: string, policy: PasswordPolicy): void {
    if (isOn(policy) && this.#times.get(uuid) !== undefined) this.#times.set(uuid, []);
  }
}

function isOn({ lockout, maxFailure }: PasswordPolicy): boolean {
  return lockout && maxFailure > 0;
}

function most({ maxFailure }: PasswordPolicy): number {
  return Math.min(maxFailure, mostTimes);
}
