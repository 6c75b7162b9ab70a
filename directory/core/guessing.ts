import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

export interface GuessingOptions {
  /** So many failures cost nothing: people mistype. */
  readonly guessFree: number;
  /** From so many on, nobody is let in for a while. */
  readonly guessLock: number;
  /** How long that is, in seconds; also the time in which half of the failures are forgotten. */
  readonly guessLockTime: number;
}

export interface Judgement {
  readonly allowed: boolean;
  /** How long to wait before the password is looked at. */
  readonly delayMs: number;
}

/** In milliseconds: the wait after the first failure that costs something, doubled with each further one, and where it ends. */
const firstDelay = 250;
const longestDelay = 4000;
/** Attempts on one account wait for each other; whoever would wait longer than this is turned away, in milliseconds. */
const longestWait = 12_000;
/** An address may fail on so many times as many accounts as an account may fail, since services log in all their users from one. */
const addressFree = 10;
/** Where it is absurd: an address that failed on a hundred times as many is no service. */
const addressLock = 100;
/** How long an address that somebody logged in from stays theirs, in milliseconds: two weeks. */
const familiarTime = 14 * 24 * 3600 * 1000;
/** How many accounts, addresses, and pairs of them are remembered; those not touched for longest go first. */
const mostRemembered = 50_000;

/** Failures that fade with time. */
interface Tally {
  failures: number;
  /** When `failures` was right. */
  at: number;
  lockedUntil: number;
  /** When the last of the attempts now waiting has its turn. */
  nextTurn: number;
}

/**
 * Slows down who guesses passwords, without letting them lock out whoever they guess at.
 *
 * The law:
 * - **Account.** The first `guessFree` failures cost nothing. Each further one doubles the wait before the next attempt, from 250 ms to 4 s,
 *   and attempts that come at once wait one after another (beyond 12 s of waiting they are refused). The `guessLock`th locks the account
 *   for `guessLockTime`. Attempts while locked count for nothing, so a lock ends.
 * - **Fading.** Half of the failures are forgotten in each `guessLockTime`: after a lock, half of `guessLock` is left.
 * - **Familiar pair.** An account that logged in from an address in the last two weeks is judged there by the failures of just this pair,
 *   under the same law, and those do not count against the account elsewhere. So others can neither slow nor lock out the owner at
 *   the usual address; who shares that address (a service that forwards logins) is held by the pair's own count.
 * - **Address.** It counts on how many accounts it failed, not how often. From 10 × `guessFree` accounts on, attempts from there wait
 *   250 ms to 4 s, side by side; at 100 × `guessLock` it is locked for `guessLockTime`. IPv6 addresses are one by their first 64
 *   bits. Loopback and `ldapi` are never judged. Familiar pairs are exempt.
 * - **Success** forgives what this pair failed, not what others failed at the account, and nothing at the address.
 *
 * Names that do not exist count as those that do. Memory is bounded, names are kept as digests, nothing outlives the process.
 */
export class Guessing {
  readonly #options: GuessingOptions;
  readonly #clock: () => number;
  readonly #accounts = new Recent<Tally>();
  readonly #addresses = new Recent<Tally>();
  readonly #pairs = new Recent<Tally>();
  /** Pairs that logged in, and when. Apart from the failures, so that no number of these pushes them out. */
  readonly #familiar = new Recent<number>();

  /** @param clock in milliseconds */
  constructor(options: GuessingOptions, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
  }

  /**
   * Whether a password may be tried now, and how long to wait first. What it says is also booked: two that ask at once wait in turn.
   * @param account any text that stands for one account: a normalised DN
   * @param address of the client: IPv4, IPv6 or a name such as `ldapi`
   */
  check(account: string, address: string): Judgement {
    const { guessFree } = this.#options;
    const names = namesOf(account, address);
    if (this.#isFamiliar(names.pair)) return this.#judgeInTurn(this.#pairs.get(names.pair));
    const ofAddress = names.address === undefined ? undefined : this.#addresses.get(names.address);
    if (ofAddress !== undefined && this.#isLocked(ofAddress)) return { allowed: false, delayMs: 0 };
    const ofAccount = this.#judgeInTurn(this.#accounts.get(names.account));
    if (ofAddress === undefined || !ofAccount.allowed) return ofAccount;
    const delay = delayAfter(this.#failures(ofAddress), Math.max(1, guessFree) * addressFree);
    return { allowed: true, delayMs: Math.max(ofAccount.delayMs, delay) };
  }

  /** Is nothing looked at for now, from there for this account? Books nothing. The same for names that do not exist. */
  isLocked(account: string, address: string): boolean {
    const names = namesOf(account, address);
    const ofAddress = names.address === undefined ? undefined : this.#addresses.get(names.address);
    const tallies = this.#isFamiliar(names.pair) ? [this.#pairs.get(names.pair)] : [this.#accounts.get(names.account), ofAddress];
    return tallies.some((tally) => tally !== undefined && this.#isLocked(tally));
  }

  /** Counts a wrong password, or a refused attempt, which counts for nothing while the lock lasts. */
  failed(account: string, address: string): void {
    const { guessLock } = this.#options;
    const names = namesOf(account, address);
    const familiar = this.#isFamiliar(names.pair);
    const judged = familiar ? this.#tally(this.#pairs, names.pair) : this.#tally(this.#accounts, names.account);
    const ofAddress = names.address === undefined ? undefined : this.#tally(this.#addresses, names.address);
    if (this.#isLocked(judged) || (!familiar && ofAddress !== undefined && this.#isLocked(ofAddress))) return;
    const pair = this.#tally(this.#pairs, names.pair);
    const isFirst = this.#failures(pair) < 0.5;
    this.#count(judged, guessLock);
    if (familiar) return;
    // what the pair's success would forgive; it locks nothing
    this.#count(pair, Number.POSITIVE_INFINITY);
    if (isFirst && ofAddress !== undefined) this.#count(ofAddress, guessLock * addressLock);
  }

  /** Forgives what this pair failed, and makes it a familiar one. */
  succeeded(account: string, address: string): void {
    const names = namesOf(account, address);
    const pair = this.#pairs.get(names.pair);
    const ofAccount = this.#accounts.get(names.account);
    if (pair !== undefined && ofAccount !== undefined && !this.#isFamiliar(names.pair)) {
      ofAccount.failures = Math.max(0, this.#failures(ofAccount) - this.#failures(pair));
      ofAccount.at = this.#clock();
    }
    this.#pairs.delete(names.pair);
    this.#familiar.set(names.pair, this.#clock());
  }

  #isFamiliar(pair: string): boolean {
    const since = this.#familiar.get(pair);
    return since !== undefined && this.#clock() - since < familiarTime;
  }

  /** Judges one attempt by a tally, and puts it behind those that wait already. */
  #judgeInTurn(tally: Tally | undefined): Judgement {
    if (tally === undefined) return { allowed: true, delayMs: 0 };
    if (this.#isLocked(tally)) return { allowed: false, delayMs: 0 };
    const delay = delayAfter(this.#failures(tally), this.#options.guessFree);
    if (delay === 0) return { allowed: true, delayMs: 0 };
    const now = this.#clock();
    const turn = Math.max(now, tally.nextTurn) + delay;
    if (turn - now > longestWait) return { allowed: false, delayMs: 0 };
    tally.nextTurn = turn;
    return { allowed: true, delayMs: turn - now };
  }

  #tally(tallies: Recent<Tally>, name: string): Tally {
    const known = tallies.get(name);
    if (known !== undefined) return known;
    const fresh: Tally = { failures: 0, at: this.#clock(), lockedUntil: 0, nextTurn: 0 };
    tallies.set(name, fresh);
    return fresh;
  }

  #count(tally: Tally, lock: number): void {
    const now = this.#clock();
    tally.failures = this.#failures(tally) + 1;
    tally.at = now;
    // fading takes a little off between two failures; the guessLock-th is still the guessLock-th
    if (Math.round(tally.failures) >= lock) tally.lockedUntil = now + this.#options.guessLockTime * 1000;
  }

  #isLocked(tally: Tally): boolean {
    return this.#clock() < tally.lockedUntil;
  }

  /** How many failures of a tally are left by now. */
  #failures({ failures, at }: Tally): number {
    const halfLife = Math.max(1, this.#options.guessLockTime) * 1000;
    return failures * 2 ** (-Math.max(0, this.#clock() - at) / halfLife);
  }
}

/** In milliseconds: nothing for the first `free` failures, then doubling. */
function delayAfter(failures: number, free: number): number {
  const beyond = Math.round(failures) - free;
  return beyond <= 0 ? 0 : Math.min(longestDelay, firstDelay * 2 ** Math.min(beyond - 1, 10));
}

interface Names {
  readonly account: string;
  readonly pair: string;
  /** undefined for one that is not judged */
  readonly address: string | undefined;
}

/** Names of equal, short length, whatever a client sends as a DN. */
function namesOf(account: string, address: string): Names {
  const network = networkOf(address);
  const name = createHash('sha256').update(account).digest('base64url');
  return { account: name, pair: `${name} ${network ?? ''}`, address: network };
}

/** What counts as one address; undefined for this machine, where no stranger comes from. */
function networkOf(address: string): string | undefined {
  const [bare = ''] = address.toLowerCase().split('%', 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1] ?? bare;
  if (isIPv4(mapped)) return mapped.startsWith('127.') ? undefined : mapped;
  if (!isIPv6(mapped) || mapped === '::1') return undefined;
  const [head = '', tail] = mapped.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** A map that forgets what was not touched for longest. */
class Recent<T> {
  readonly #values = new Map<string, T>();

  get(name: string): T | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    this.#values.delete(name);
    this.#values.set(name, value);
    return value;
  }

  set(name: string, value: T): void {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= mostRemembered) return;
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      break;
    }
  }

  delete(name: string): void {
    this.#values.delete(name);
  }
}
