import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds in which an answer has gone. */
const pause = 50;

/** What is done when the answer has gone, so that its time tells nothing of it. */
export class Afterwards {
  readonly #warn: (text: string, error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  constructor(warn: (text: string, error: unknown) => void) {
    this.#warn = warn;
  }

  later(work: () => Promise<void>): void {
    const run = sleep(pause)
      .then(work)
      .catch((error: unknown) => this.#warn('something that a page had begun could not be done', error))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** When all that has been begun is done. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
