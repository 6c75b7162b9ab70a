/** The cookies of a request, and those that its answer sets (RFC 6265). */
export class Cookies {
  readonly #has: Map<string, string>;
  readonly #set = new Map<string, string>();
  readonly #secure: boolean;

  /** @param secure the site is reached over TLS: names get the prefix that keeps others from setting them */
  constructor(header: string, secure: boolean) {
    this.#secure = secure;
    this.#has = new Map(
      header.split(';').flatMap((part) => {
        const at = part.indexOf('=');
        return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
      }),
    );
  }

  /** What the browser has, by this answer at the latest. */
  get(name: string): string | undefined {
    return this.#has.get(this.#name(name));
  }

  /** @param seconds how long it is kept; 0 takes it away; undefined: until the browser ends */
  set(name: string, value: string, seconds?: number): void {
    const parts = [`${this.#name(name)}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Lax'];
    if (this.#secure) parts.push('Secure');
    if (seconds !== undefined) parts.push(`Max-Age=${seconds}`);
    this.#set.set(name, parts.join('; '));
    if (seconds === 0) this.#has.delete(this.#name(name));
    else this.#has.set(this.#name(name), value);
  }

  /** Values of Set-Cookie. */
  get changes(): readonly string[] {
    return [...this.#set.values()];
  }

  #name(name: string): string {
    return this.#secure ? `__Host-mos-${name}` : `mos-${name}`;
  }
}
