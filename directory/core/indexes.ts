/** Slots of entries. Most values stand in one entry only, so one slot is kept bare. */
export type Posting = number | Set<number>;

/** Normal form of a value → the entries that have it. */
export class EqualityIndex {
  readonly #postings = new Map<string, Posting>();

  get(normal: string): Posting | undefined {
    return this.#postings.get(normal);
  }

  add(normal: string, slot: number): void {
    const posting = this.#postings.get(normal);
    if (posting === undefined) this.#postings.set(normal, slot);
    else if (typeof posting !== 'number') posting.add(slot);
    else if (posting !== slot) this.#postings.set(normal, new Set([posting, slot]));
  }

  remove(normal: string, slot: number): void {
    const posting = this.#postings.get(normal);
    if (posting === slot) this.#postings.delete(normal);
    else if (typeof posting === 'object' && posting.delete(slot) && posting.size === 0) this.#postings.delete(normal);
  }

  get size(): number {
    return this.#postings.size;
  }

  /** Every normal form that some entry has. */
  terms(): Iterable<string> {
    return this.#postings.keys();
  }

  slots(normal: string): number[] {
    const posting = this.#postings.get(normal);
    return typeof posting === 'object' ? [...posting] : posting === undefined ? [] : [posting];
  }
}

export function postingHas(posting: Posting | undefined, slot: number): boolean {
  return typeof posting === 'object' ? posting.has(slot) : posting === slot;
}

export function postingSize(posting: Posting | undefined): number {
  return typeof posting === 'object' ? posting.size : posting === undefined ? 0 : 1;
}

interface Keyed {
  readonly normal: string;
  readonly slot: number;
}

const chunkSize = 1024;

/** Values in the order of an ORDERING rule, in chunks, so that a change moves at most one chunk. */
export class OrderingIndex {
  readonly #compare: (a: string, b: string) => number;
  #chunks: Keyed[][] = [];

  constructor(compare: (a: string, b: string) => number, values: Keyed[]) {
    this.#compare = compare;
    values.sort((a, b) => this.#order(a, b));
    for (let at = 0; at < values.length; at += chunkSize / 2) this.#chunks.push(values.slice(at, at + chunkSize / 2));
  }

  add(normal: string, slot: number): void {
    const value = { normal, slot };
    const at = this.#chunkFor(value);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([value]);
      return;
    }
    chunk.splice(this.#lowerBound(chunk, value), 0, value);
    if (chunk.length > chunkSize) this.#chunks.splice(at + 1, 0, chunk.splice(chunkSize / 2));
  }

  remove(normal: string, slot: number): void {
    const value = { normal, slot };
    const at = this.#chunkFor(value);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const position = this.#lowerBound(chunk, value);
    const found = chunk[position];
    if (found === undefined || this.#order(found, value) !== 0) return;
    chunk.splice(position, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** Slots whose value is ≥ (or ≤) the given one; a slot with several such values comes several times. */
  *range(direction: 'greaterOrEqual' | 'lessOrEqual', normal: string): Iterable<number> {
    if (direction === 'lessOrEqual') {
      for (const chunk of this.#chunks) {
        for (const value of chunk) {
          if (this.#compare(value.normal, normal) > 0) return;
          yield value.slot;
        }
      }
      return;
    }
    const first = { normal, slot: -1 };
    for (let at = this.#chunkFor(first); at < this.#chunks.length; at++) {
      for (const value of this.#chunks[at] ?? []) if (this.#compare(value.normal, normal) >= 0) yield value.slot;
    }
  }

  #order(a: Keyed, b: Keyed): number {
    return this.#compare(a.normal, b.normal) || a.slot - b.slot;
  }

  /** The last chunk that begins at or before the value; the first one when all begin later. */
  #chunkFor(value: Keyed): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = this.#chunks[middle]?.[0];
      if (first !== undefined && this.#order(first, value) <= 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #lowerBound(chunk: readonly Keyed[], value: Keyed): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = chunk[middle];
      if (at !== undefined && this.#order(at, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Three letters in a row → the entries whose values may hold them. Removing only counts: who asks verifies each
 * candidate anyway, and when half of it is stale the index is made anew.
 */
export class TrigramIndex {
  readonly #postings = new Map<string, number[]>();
  #live = 0;
  #stale = 0;

  add(normal: string, slot: number): void {
    for (let at = 0; at + 3 <= normal.length; at++) {
      const trigram = normal.substring(at, at + 3);
      const posting = this.#postings.get(trigram);
      if (posting === undefined) this.#postings.set(trigram, [slot]);
      else if (posting[posting.length - 1] !== slot) posting.push(slot);
    }
    this.#live++;
  }

  remove(): void {
    this.#live--;
    this.#stale++;
  }

  get worn(): boolean {
    return this.#stale > 1000 && this.#stale > this.#live;
  }

  /**
   * Entries that may hold all the pieces: those of the rarest trigram, a superset, perhaps with duplicates.
   * Undefined when no piece has three letters, so that the index cannot help.
   */
  candidates(pieces: readonly string[]): readonly number[] | undefined {
    let best: readonly number[] | undefined;
    for (const piece of pieces) {
      for (let at = 0; at + 3 <= piece.length; at++) {
        const posting = this.#postings.get(piece.substring(at, at + 3));
        if (posting === undefined) return [];
        if (best === undefined || posting.length < best.length) best = posting;
      }
    }
    return best;
  }
}
