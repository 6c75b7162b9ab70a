/**
 * A map from text that forgets: what was not asked for since the last change of generation goes. It holds at most two
 * generations, and no key longer than 512 characters, so that nobody can grow it from outside.
 */
export class BoundedCache<Value> {
  readonly #perGeneration: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(perGeneration: number) {
    this.#perGeneration = perGeneration;
  }

  get(key: string): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const kept = this.#old.get(key);
    if (kept !== undefined) this.set(key, kept);
    return kept;
  }

  set(key: string, value: Value): void {
    if (key.length > 512) return;
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
