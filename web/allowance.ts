/** How many are remembered; those that have not come for longest go first. */
const mostRemembered = 20_000;

/**
 * So many in so long, for each name: who asks for more has to wait. Counts in this process alone, so that N processes let N times as
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

  /** Takes one, if there is one left. What is refused counts for nothing, so that waiting helps. */
  take(name: string): boolean {
    const now = this.#clock();
    const recent = (this.#times.get(name) ?? []).filter((time) => now - time < this.#milliseconds);
    const isLeft = recent.length < this.#most;
    this.#times.delete(name);
    this.#times.set(name, isLeft ? [...recent, now] : recent);
    if (this.#times.size > mostRemembered) {
      const [oldest] = this.#times.keys();
      if (oldest !== undefined) this.#times.delete(oldest);
    }
    return isLeft;
  }
}
