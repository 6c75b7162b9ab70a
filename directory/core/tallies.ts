/** How many names are remembered; those not touched for longest go first. */
const mostRemembered = 50_000;
/** In milliseconds: the wait after the first failure that costs something, doubled with each further one, and where it ends. */
const firstDelay = 250;
const longestDelay = 4000;
/** Attempts under one name wait for each other; whoever would wait longer than this is turned away, in milliseconds. */
const longestWait = 12_000;

export interface Judgement {
  readonly allowed: boolean;
  /** How long to wait before the password is looked at. */
  readonly delayMs: number;
}

/** Failures that fade with time. */
interface Tally {
  failures: number;
  /** When `failures` was right. */
  at: number;
  lockedUntil: number;
  /** When the last of the attempts now waiting has its turn. */
  nextTurn: number;
}

/** Counts failures by name, and what follows from them; which names, and what they mean, is `Guessing`'s business. */
export class Tallies {
  readonly #lockTime: number;
  readonly #clock: () => number;
  readonly #tallies = new Recent<Tally>();

  /** @param lockTime milliseconds of a lock; also the time in which half of the failures fade @param clock in milliseconds */
  constructor(lockTime: number, clock: () => number) {
    this.#lockTime = lockTime;
    this.#clock = clock;
  }

  /** How many failures of a name are left by now. */
  failures(name: string): number {
    const tally = this.#tallies.get(name);
    return tally === undefined ? 0 : this.#left(tally);
  }

  isLocked(name: string): boolean {
    const tally = this.#tallies.get(name);
    return tally !== undefined && this.#clock() < tally.lockedUntil;
  }

  /** Counts one more; the `lock`th locks. */
  add(name: string, lock: number): void {
    const now = this.#clock();
    const tally = this.#tallies.get(name) ?? { failures: 0, at: now, lockedUntil: 0, nextTurn: 0 };
    tally.failures = this.#left(tally) + 1;
    tally.at = now;
    // fading takes a little off between two failures; the lock-th is still the lock-th
    if (Math.round(tally.failures) >= lock) tally.lockedUntil = now + this.#lockTime;
    this.#tallies.set(name, tally);
  }

  forgive(name: string, failures = Number.POSITIVE_INFINITY): void {
    const tally = this.#tallies.get(name);
    if (tally === undefined) return;
    tally.failures = Math.max(0, this.#left(tally) - failures);
    tally.at = this.#clock();
  }

  /** How long the next attempt is to wait, side by side with others. @param free so many failures cost nothing */
  delay(name: string, free: number): number {
    const beyond = Math.round(this.failures(name)) - free;
    return beyond <= 0 ? 0 : Math.min(longestDelay, firstDelay * 2 ** Math.min(beyond - 1, 10));
  }

  /** Judges one attempt, and puts it behind those that wait already. */
  inTurn(name: string, free: number): Judgement {
    if (this.isLocked(name)) return { allowed: false, delayMs: 0 };
    const tally = this.#tallies.get(name);
    const delay = this.delay(name, free);
    if (tally === undefined || delay === 0) return { allowed: true, delayMs: 0 };
    const now = this.#clock();
    const turn = Math.max(now, tally.nextTurn) + delay;
    if (turn - now > longestWait) return { allowed: false, delayMs: 0 };
    tally.nextTurn = turn;
    return { allowed: true, delayMs: turn - now };
  }

  #left({ failures, at }: Tally): number {
    return failures * 2 ** (-Math.max(0, this.#clock() - at) / Math.max(1000, this.#lockTime));
  }
}

/** A map that forgets what was not touched for longest. */
export class Recent<T> {
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
}
