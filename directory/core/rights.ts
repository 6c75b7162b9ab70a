import { type Right, rights } from '../../schema/ldap/policy.ts';
import type { AttributeDescription, AttributeType } from '../../schema/ldap/registry.ts';

/** A set of rights is a number. */
export const bit = (right: Right): number => 1 << rights.indexOf(right);
export const COMPARE = bit('compare');
export const SEARCH = bit('search');
export const READ = bit('read');
export const WRITE = bit('write');
export const ADD = bit('add');
export const DELETE = bit('delete');
export const REPLICATE = bit('replicate');
export const PROXY = bit('proxy');
export const PROPOSE = bit('propose');
export const ALL = COMPARE | SEARCH | READ | WRITE | ADD | DELETE | REPLICATE | PROXY | PROPOSE;
/** What changes nothing and acts for nobody. */
export const LOOK = COMPARE | SEARCH | READ;

/** Rights over one profile's attributes, worked out as they are asked for. −1: not yet. */
export class Mask {
  /** All rights that any row gives over the entry; what add and delete and being seen at all go by. */
  readonly entry: number;
  readonly #of: (type: AttributeType) => number;
  #byDescription = new Int16Array(64).fill(-1);

  constructor(entry: number, of: (type: AttributeType) => number) {
    this.entry = entry;
    this.#of = of;
  }

  get(description: AttributeDescription): number {
    const known = this.#byDescription[description.id] ?? -1;
    if (known >= 0) return known;
    if (description.id >= this.#byDescription.length) {
      const grown = new Int16Array(description.id * 2).fill(-1);
      grown.set(this.#byDescription);
      this.#byDescription = grown;
    }
    const found = this.#of(description.type);
    this.#byDescription[description.id] = found;
    return found;
  }
}
