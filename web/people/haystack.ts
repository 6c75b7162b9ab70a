/** Many short texts in one, so that one search of the engine's own goes through all of them. */
export class Haystack {
  readonly #text: string;
  /** Where each text begins */
  readonly #starts: Uint32Array;

  /** @param texts without line ends */
  constructor(texts: readonly string[]) {
    this.#starts = new Uint32Array(texts.length);
    let at = 0;
    for (const [nth, text] of texts.entries()) {
      this.#starts[nth] = at;
      at += text.length + 1;
    }
    this.#text = texts.join('\n');
  }

  /** @returns numbers of the texts in which all words stand, in order */
  find(words: readonly string[]): number[] {
    // the longest word is in the fewest texts
    const [first, ...others] = [...words].sort((one, other) => other.length - one.length);
    const found: number[] = [];
    if (first === undefined) return found;
    for (let at = this.#text.indexOf(first); at >= 0; ) {
      const nth = this.#numberAt(at);
      const end = this.#starts[nth + 1] ?? this.#text.length + 1;
      const text = others.length === 0 ? '' : this.#text.slice(this.#starts[nth], end - 1);
      if (others.every((word) => text.includes(word))) found.push(nth);
      at = this.#text.indexOf(first, end);
      if (end > this.#text.length) break;
    }
    return found;
  }

  /** The text in which a place lies. */
  #numberAt(place: number): number {
    let [from, to] = [0, this.#starts.length - 1];
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= place) from = middle;
      else to = middle - 1;
    }
    return from;
  }
}
