/** Who holds bytes: a connection. */
export interface Holder {
  /** bytes of requests that are not answered yet, and of answers that are not sent yet */
  readonly held: number;
  /** Is cut off, and holds nothing from then on. */
  relieve(): void;
}

/**
 * Bounds what all clients together make the server hold. One connection may hold a long message, ten thousand of them must not:
 * when the sum is too much, whoever holds most is cut off, which is never one that sends little and reads its answers.
 */
export class HeldBytes {
  readonly #limit: number;
  readonly #holders: Iterable<Holder>;
  #total = 0;

  constructor(limit: number, holders: Iterable<Holder>) {
    this.#limit = limit;
    this.#holders = holders;
  }

  /** @param difference by which one holder's `held` has changed */
  change(difference: number): void {
    this.#total += difference;
    while (difference > 0 && this.#total > this.#limit) {
      let most: Holder | undefined;
      for (const holder of this.#holders) if (holder.held > (most?.held ?? 0)) most = holder;
      if (most === undefined) return;
      most.relieve();
    }
  }
}
