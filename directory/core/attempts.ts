import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryError } from '../model/errors.ts';
import type { Guess, Guessing } from './guessing.ts';
import { networkOf } from './network.ts';

/** Attempts under one name from one client that may wait for each other. */
const mostWaiting = 256;

/** How a password is tried. */
export interface Attempt<T> {
  /** Answers undefined for a wrong password */
  readonly match: () => Promise<T | undefined>;
  /** Takes as long as `match` with a wrong password, in whose place it stands when none is to fit */
  readonly pretend: () => Promise<unknown>;
  /** Looked at first when its turn has come; what it answers costs no attempt */
  readonly known?: () => T | undefined;
}

/**
 * Lets passwords be tried, one after the other for each name and client: a failure counts before the next is looked at,
 * so sending many at once brings no more guesses.
 */
export class Attempts {
  readonly #guessing: Guessing;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  readonly #lines = new Map<string, { last: Promise<void>; waiting: number }>();

  constructor(guessing: Guessing, wait: (milliseconds: number) => Promise<unknown> = sleep) {
    this.#guessing = guessing;
    this.#sleep = wait;
  }

  /**
   * @param guess its names are normal forms of DNs
   * @returns undefined for a wrong password, and for one that is not looked at because too many were wrong
   * @throws DirectoryError busy when too many wait
   */
  async try<T>(guess: Guess, { match, pretend, known = () => undefined }: Attempt<T>): Promise<T | undefined> {
    return this.#inTurn(guess, async () => {
      const before = known();
      if (before !== undefined) return before;
      const { allowed, delayMs } = this.#guessing.check(guess);
      if (delayMs > 0) await this.#sleep(delayMs);
      if (!allowed) return undefined;
      const isHeld = this.#guessing.isHeld(guess);
      const result = isHeld ? void (await pretend()) : await match();
      if (result === undefined) this.#guessing.failed(guess);
      else this.#guessing.succeeded(guess);
      return result;
    });
  }

  /** Have so many failed that no password is looked at for now, from there under this name? */
  isLocked(guess: Guess): boolean {
    return this.#guessing.isLocked(guess);
  }

  async #inTurn<T>({ name, address }: Guess, attempt: () => Promise<T>): Promise<T> {
    const pair = `${networkOf(address)} ${name}`;
    const line = this.#lines.get(pair) ?? { last: Promise.resolve(), waiting: 0 };
    if (line.waiting >= mostWaiting) throw new DirectoryError('busy', 'too many attempts at once');
    line.waiting++;
    this.#lines.set(pair, line);
    const turn = line.last.then(attempt);
    line.last = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      if (--line.waiting === 0) this.#lines.delete(pair);
    }
  }
}
