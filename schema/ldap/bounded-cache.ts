/**
 * A map from text that forgets: what was not asked for since the last change of generation goes. It holds at most two
 * generations, and no key longer than it is told, so that nobody can grow it from outside.
 */
export class BoundedCache<Value> {
  readonly #perGeneration: number;
  readonly #longest: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** @param longest characters of a key */
  constructor(perGeneration: number, longest = 512) {
    this.#perGeneration = perGeneration;
    this.#longest = longest;
  }

  get(key: string): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const kept = this.#old.get(key);
    if (kept !== undefined) this.set(key, kept);
    return kept;
  }

  set(key: string, value: Value): void {
    if (key.length > this.#longest) return;
    if (this.#young.size >= this.#perGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
