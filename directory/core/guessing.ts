import { createHash } from 'node:crypto';
import { isHere, networkOf } from './network.ts';
import { type Judgement, Recent, Tallies } from './tallies.ts';

export interface GuessingOptions {
  /** So many failures cost nothing: people mistype. */
  readonly guessFree: number;
  /** From so many on, nobody is let in for a while. */
  readonly guessLock: number;
  /** How long that is, in seconds; also the time in which half of the failures are forgotten. */
  readonly guessLockTime: number;
}

/** One who tries a password. */
export interface Guess {
  /** Any text that stands for what was typed: a normalised DN, whether or not there is such an entry */
  readonly name: string;
  /** The same of whom it means; `name` unless said */
  readonly account?: string;
  /** Of the client: IPv4, IPv6 or a name such as `ldapi` */
  readonly address: string;
}

/** An address may fail on so many times as many names as a name may fail, since services log in all their users from one. */
const addressFree = 10;
/** Where it is absurd: an address that failed on a hundred times as many is no service. */
const addressLock = 100;
/** How long an address that somebody logged in from stays theirs, in milliseconds: two weeks. */
const familiarTime = 14 * 24 * 3600 * 1000;

/**
 * Slows down who guesses passwords, without letting them lock out whoever they guess at.
 *
 * The law:
 * - **Name.** The first `guessFree` failures cost nothing. Each further one doubles the wait before the next attempt, from 250 ms to 4 s,
 *   and attempts that come at once wait one after another (beyond 12 s of waiting they are refused). The `guessLock`th locks the name
 *   for `guessLockTime`. Attempts while locked count for nothing, so a lock ends. Names that do not exist count as those that do.
 * - **Account.** What was typed may mean an account by another name than its DN: the site takes mail addresses too. The waits and the lock
 *   above go by what was typed alone, or they would tell whose an address is. What fails at an account under all its names is counted
 *   beside them and slows nobody; the `guessLock`th holds the account for `guessLockTime`: no password fits, in the time that a wrong one takes.
 * - **Fading.** Half of the failures are forgotten in each `guessLockTime`: after a lock, half of `guessLock` is left.
 * - **Familiar pair.** An account that logged in from an address in the last two weeks is judged there by the failures of just this pair,
 *   under the same law, and those do not count against it elsewhere. So others can neither slow nor lock out the owner at
 *   the usual address; who shares that address (a service that forwards logins) is held by the pair's own count, and might see
 *   by a lock that is not there that somebody has logged in from it.
 * - **Address.** It counts on how many names it failed, not how often. From 10 × `guessFree` names on, attempts from there wait
 *   250 ms to 4 s, side by side; at 100 × `guessLock` it is locked for `guessLockTime`. IPv6 addresses are one by their first 64
 *   bits. Loopback and `ldapi` are never judged. Familiar pairs are exempt.
 * - **Success** forgives what this pair failed, not what others failed at the account, and nothing at the address.
 *
 * Memory is bounded, names are kept as digests, nothing outlives the process.
 */
export class Guessing {
  readonly #options: GuessingOptions;
  readonly #clock: () => number;
  readonly #names: Counts;
  readonly #accounts: Counts;
  readonly #addresses: Tallies;
  /** Pairs that logged in, and when. Apart from the failures, so that no number of these pushes them out. */
  readonly #familiar = new Recent<number>();

  /** @param clock in milliseconds */
  constructor(options: GuessingOptions, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
    this.#names = new Counts(options, clock);
    this.#accounts = new Counts(options, clock);
    this.#addresses = new Tallies(options.guessLockTime * 1000, clock);
  }

  /** Whether a password may be tried now, and how long to wait first. What it says is also booked: two that ask at once wait in turn. */
  check(guess: Guess): Judgement {
    const { guessFree } = this.#options;
    const { name, address } = this.#placesOf(guess);
    if (address !== undefined && this.#addresses.isLocked(address)) return { allowed: false, delayMs: 0 };
    const judgement = this.#names.inTurn(name);
    if (address === undefined || !judgement.allowed) return judgement;
    const delay = this.#addresses.delay(address, Math.max(1, guessFree) * addressFree);
    return { allowed: true, delayMs: Math.max(judgement.delayMs, delay) };
  }

  /** Is nothing looked at for now, from there under this name? Books nothing. The same for names that do not exist. */
  isLocked(guess: Guess): boolean {
    const { name, address } = this.#placesOf(guess);
    return this.#names.isLocked(name) || (address !== undefined && this.#addresses.isLocked(address));
  }

  /** Is the account held, whatever it was called? Nobody is to see that it is. */
  isHeld(guess: Guess): boolean {
    return this.#accounts.isLocked(this.#placesOf(guess).account);
  }

  /** Counts a wrong password, or a refused attempt, which counts for nothing while the lock lasts. */
  failed(guess: Guess): void {
    if (this.isLocked(guess)) return;
    const { name, account, address } = this.#placesOf(guess);
    const isFirst = this.#names.add(name);
    if (!this.#accounts.isLocked(account)) this.#accounts.add(account);
    if (isFirst && address !== undefined) this.#addresses.add(address, this.#options.guessLock * addressLock);
  }

  /** Forgives what this pair failed, and makes it a familiar one. */
  succeeded(guess: Guess): void {
    const { name, account } = this.#placesOf(guess);
    this.#names.forgive(name);
    this.#accounts.forgive(account);
    this.#familiar.set(account.pair, this.#clock());
  }

  /** Where a guess is counted. */
  #placesOf({ name, account = name, address }: Guess): {
    readonly name: Place;
    readonly account: Place;
    readonly address: string | undefined;
  } {
    const network = networkOf(address);
    const judged = isHere(network) ? undefined : network;
    const pairOf = (text: string) => `${digestOf(text)} ${judged ?? ''}`;
    const since = this.#familiar.get(pairOf(account));
    const isFamiliar = since !== undefined && this.#clock() - since < familiarTime;
    const place = (text: string): Place => ({ everywhere: digestOf(text), pair: pairOf(text), isFamiliar });
    return { name: place(name), account: place(account), address: isFamiliar ? undefined : judged };
  }
}

/** A name, and the pair that it makes with an address; which of the two is judged, and where it is counted. */
interface Place {
  readonly everywhere: string;
  readonly pair: string;
  readonly isFamiliar: boolean;
}

/** What failed, by name from everywhere and by pair. */
class Counts {
  readonly #everywhere: Tallies;
  readonly #pairs: Tallies;
  readonly #options: GuessingOptions;

  constructor(options: GuessingOptions, clock: () => number) {
    this.#options = options;
    this.#everywhere = new Tallies(options.guessLockTime * 1000, clock);
    this.#pairs = new Tallies(options.guessLockTime * 1000, clock);
  }

  isLocked({ isFamiliar, pair, everywhere }: Place): boolean {
    return isFamiliar ? this.#pairs.isLocked(pair) : this.#everywhere.isLocked(everywhere);
  }

  inTurn({ isFamiliar, pair, everywhere }: Place): Judgement {
    const { guessFree } = this.#options;
    return isFamiliar ? this.#pairs.inTurn(pair, guessFree) : this.#everywhere.inTurn(everywhere, guessFree);
  }

  /** @returns whether it is the first of this pair */
  add({ isFamiliar, pair, everywhere }: Place): boolean {
    const { guessLock } = this.#options;
    const isFirst = this.#pairs.failures(pair) < 0.5;
    // of a pair that is not familiar it is what its success would forgive, and locks nothing
    this.#pairs.add(pair, isFamiliar ? guessLock : Number.POSITIVE_INFINITY);
    if (!isFamiliar) this.#everywhere.add(everywhere, guessLock);
    return isFirst;
  }

  forgive({ isFamiliar, pair, everywhere }: Place): void {
    if (!isFamiliar) this.#everywhere.forgive(everywhere, this.#pairs.failures(pair));
    this.#pairs.forgive(pair);
  }
}

/** Of equal, short length, whatever a client sends as a DN. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
