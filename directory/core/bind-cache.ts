import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How many logins are remembered; the one not used for longest goes first. */
const mostRemembered = 10_000;

interface Remembered {
  readonly proof: Buffer;
  /** On the cache's clock. */
  readonly until: number;
}

/**
 * Remembers for a while which password fitted, so that services that bind for every request do not pay argon2 each time.
 * Kept is an HMAC under a key that only this process has, over the stored value too: a changed password is no longer known.
 */
export class BindCache {
  readonly #key = randomBytes(32);
  readonly #milliseconds: number;
  readonly #clock: () => number;
  /** Oldest use first. */
  readonly #logins = new Map<string, Remembered>();

  /**
   * @param seconds how long a login is remembered; 0 remembers none
   * @param clock in milliseconds
   */
  constructor(seconds: number, clock: () => number) {
    this.#milliseconds = seconds * 1000;
    this.#clock = clock;
  }

  /** @param id of the entry; one password is remembered for each */
  remember(id: string, stored: string, password: Buffer): void {
    if (this.#milliseconds <= 0) return;
    this.#logins.delete(id);
    this.#logins.set(id, { proof: this.#prove(id, stored, password), until: this.#clock() + this.#milliseconds });
    if (this.#logins.size <= mostRemembered) return;
    for (const oldest of this.#logins.keys()) {
      this.#logins.delete(oldest);
      break;
    }
  }

  /** Whether this password was remembered for this stored value, not too long ago. */
  knows(id: string, stored: string, password: Buffer): boolean {
    const login = this.#logins.get(id);
    if (login === undefined) return false;
    if (login.until <= this.#clock()) {
      this.#logins.delete(id);
      return false;
    }
    if (!timingSafeEqual(login.proof, this.#prove(id, stored, password))) return false;
    this.#logins.delete(id);
    this.#logins.set(id, login);
    return true;
  }

  forget(id: string): void {
    this.#logins.delete(id);
  }

  /** Each part goes in with its length before it, so that no two triples are the same bytes. */
  #prove(id: string, stored: string, password: Buffer): Buffer {
    const hmac = createHmac('sha256', this.#key);
    for (const part of [Buffer.from(id), Buffer.from(stored), password]) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      hmac.update(length).update(part);
    }
    return hmac.digest();
  }
}
