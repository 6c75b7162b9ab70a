import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryError } from '../model/errors.ts';
import type { Guessing } from './guessing.ts';

/** Attempts on one account from one address that may wait for each other. */
const mostWaiting = 256;

/**
 * Lets passwords be tried, one after the other for each account and address: a failure counts before the next is looked at,
 * so sending many at once brings no more guesses.
 */
export class Attempts {
  readonly #guessing: Guessing;
  readonly #lines = new Map<string, { last: Promise<void>; waiting: number }>();

  constructor(guessing: Guessing) {
    this.#guessing = guessing;
  }

  /**
   * @param key normal form of a DN
   * @param attempt answers undefined for a wrong password
   * @param known looked at first when its turn has come; what it answers costs no attempt
   * @returns undefined for a wrong password, and for one that is not looked at because too many were wrong
   * @throws DirectoryError busy when too many wait
   */
  async try<T>(
    key: string,
    address: string,
    attempt: () => Promise<T | undefined>,
    known: () => T | undefined = () => undefined,
  ): Promise<T | undefined> {
    return this.#inTurn(key, address, async () => {
      const before = known();
      if (before !== undefined) return before;
      const { allowed, delayMs } = this.#guessing.check(key, address);
      if (delayMs > 0) await sleep(delayMs);
      if (!allowed) return undefined;
      const result = await attempt();
      if (result === undefined) this.#guessing.failed(key, address);
      else this.#guessing.succeeded(key, address);
      return result;
    });
  }

  /** Have so many failed that no password is looked at for now, from there for this account? */
  isLocked(key: string, address: string): boolean {
    return this.#guessing.isLocked(key, address);
  }

  async #inTurn<T>(key: string, address: string, attempt: () => Promise<T>): Promise<T> {
    const pair = `${address} ${key}`;
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
