import { Refusal } from './answer.ts';

/** Bytes of large bodies that are in memory at once, however many send some; each takes two or three times as much while it is read. */
const mostBytes = 64 * 1024 * 1024;
/** What one person may hold or have waiting, so that nobody keeps the others out */
const mostEach = mostBytes / 2;
const mostWaiting = 20;

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Bounds what bodies with pictures make the site hold: who comes when there is no room waits, first come first served, and what they send
 * stays with them till then.
 */
export class LargeBodies {
  #held = 0;
  readonly #each = new Map<string, number>();
  readonly #line: Waiting[] = [];

  /**
   * Does something while so many bytes of a body may be in memory.
   * @param owner who sends it
   * @throws Refusal 503 when too many wait, or this one has too much under way
   */
  async holding<T>(bytes: number, owner: string, work: () => Promise<T>): Promise<T> {
    const own = (this.#each.get(owner) ?? 0) + bytes;
    if (own > mostEach || this.#line.length >= mostWaiting) throw new Refusal(503, 'error.busy');
    this.#each.set(owner, own);
    try {
      await this.#enter(bytes);
      try {
        return await work();
      } finally {
        this.#leave(bytes);
      }
    } finally {
      const left = (this.#each.get(owner) ?? 0) - bytes;
      if (left > 0) this.#each.set(owner, left);
      else this.#each.delete(owner);
    }
  }

  #enter(bytes: number): Promise<void> | undefined {
    if (this.#line.length === 0 && this.#held + bytes <= mostBytes) {
      this.#held += bytes;
      return undefined;
    }
    return new Promise((enter) => this.#line.push({ bytes, enter }));
  }

  #leave(bytes: number): void {
    this.#held -= bytes;
    for (let [next] = this.#line; next !== undefined && this.#held + next.bytes <= mostBytes; [next] = this.#line) {
      this.#line.shift();
      this.#held += next.bytes;
      next.enter();
    }
  }
}
