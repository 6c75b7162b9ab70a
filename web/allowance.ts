import { networkOf } from '../directory/core/network.ts';

/** How many are remembered; those that have not come for longest go first. */
const mostRemembered = 20_000;

/**
 * So many in so long, for each client (`networkOf`): who asks for more has to wait. Counts in this process alone, so that N processes let N times as
 * many through: it keeps the flood of one client off and bounds nothing else. What must hold for all processes together is counted in
 * Postgres, by whom it is about and not by who asks, who may have any number of addresses: links of one person (`makeLinkUnless`), mail
 * to one address (`sendUnless`).
 */
export class Allowance {
  readonly #most: number;
  readonly #milliseconds: number;
  readonly #clock: () => number;
  /** When each came; the newest last */
  readonly #times = new Map<string, readonly number[]>();

  /** @param clock in milliseconds */
  constructor({ most, seconds }: { readonly most: number; readonly seconds: number }, clock: () => number) {
    this.#most = most;
    this.#milliseconds = seconds * 1000;
    this.#clock = clock;
  }

  /** Takes one, if there is one left. What is refused counts for nothing, so that waiting helps. @param address of the client */
  take(address: string): boolean {
    const name = networkOf(address);
    const recent = this.#recent(name);
    const isLeft = recent.length < this.#most;
    this.#times.delete(name);
    this.#times.set(name, isLeft ? [...recent, this.#clock()] : recent);
    if (this.#times.size > mostRemembered) {
      const [oldest] = this.#times.keys();
      if (oldest !== undefined) this.#times.delete(oldest);
    }
    return isLeft;
  }

  /** Seconds until there is one left for a client. */
  wait(address: string): number {
    const recent = this.#recent(networkOf(address));
    const [first] = recent;
    return first === undefined || recent.length < this.#most ? 0 : Math.ceil((first + this.#milliseconds - this.#clock()) / 1000);
  }

  #recent(name: string): readonly number[] {
    const now = this.#clock();
    return (this.#times.get(name) ?? []).filter((time) => now - time < this.#milliseconds);
  }
}
