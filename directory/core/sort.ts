import type { MatchingRule } from '../../schema/ldap/matching-rules.ts';
import type { AttributeDescription, Schema } from '../../schema/ldap/registry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Run, SearchRun } from './search.ts';
import type { Tree } from './tree.ts';

/** What to sort by (RFC 2891 §1.1). */
export interface SortKey {
  readonly attribute: string;
  /** OID or name of an ordering rule; the attribute's own without */
  readonly rule: string | undefined;
  readonly reverse: boolean;
}

/** A key made ready. */
interface Order {
  readonly descriptions: readonly AttributeDescription[];
  readonly rule: MatchingRule;
  readonly compare: (a: string, b: string) => number;
  readonly sign: 1 | -1;
}

/** Keys that can't be sorted by: which one, and why. */
export class UnsortableKey extends DirectoryError {
  override readonly attribute: string;
  constructor(kind: 'noSuchAttribute' | 'inappropriateMatching', attribute: string, reason: string) {
    super(kind, reason);
    this.attribute = attribute;
  }
}

/**
 * Makes sort keys ready. Attributes without an ORDERING rule of their own, names and mail addresses among them, are sorted by
 * the normal forms of their EQUALITY rule: people want to sort by cn.
 * @throws UnsortableKey noSuchAttribute, inappropriateMatching (RFC 2891 §1.2)
 */
export function sortOrders(schema: Schema, keys: readonly SortKey[]): readonly Order[] {
  return keys.map(({ attribute, rule: named, reverse }) => {
    const covered = schema.covered(attribute);
    if (covered === undefined) throw new UnsortableKey('noSuchAttribute', attribute, `${attribute}: attribute type undefined`);
    const rule = named === undefined ? (covered.type.ordering ?? covered.type.equality) : schema.matchingRule(named);
    const sorts = rule !== undefined && (named === undefined || (rule.compare !== undefined && schema.ruleApplies(rule, covered.type)));
    if (rule === undefined || !sorts)
      throw new UnsortableKey('inappropriateMatching', attribute, `${attribute}: there is no ordering rule`);
    return { descriptions: covered.descriptions, rule, compare: rule.compare ?? byCodePoints, sign: reverse ? -1 : 1 };
  });
}

function byCodePoints(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Keyed {
  readonly slot: number;
  readonly keys: readonly (string | undefined)[];
}

/**
 * The entries of a search in order. It finds all of them before it gives the first.
 * Entries without a key come last, first when reversed; of several values the least counts (RFC 2891 §2).
 */
export class SortedRun implements Run {
  readonly #run: SearchRun;
  readonly #tree: Tree;
  readonly #orders: readonly Order[];
  readonly #most: number;
  #found: Keyed[] = [];
  /** Slots alone: a search between two pages may be kept for long */
  #sorted: Iterator<number> | undefined;
  done = false;

  /** @param most entries; more than that are refused */
  constructor(run: SearchRun, tree: Tree, orders: readonly Order[], most: number) {
    this.#run = run;
    this.#tree = tree;
    this.#orders = orders;
    this.#most = most;
  }

  /** @throws DirectoryError adminLimitExceeded */
  next(most = 1000): PackedEntry | undefined {
    if (this.#sorted === undefined && !this.#collect(most)) return undefined;
    for (let next = this.#sorted?.next(); next !== undefined && !next.done; next = this.#sorted?.next()) {
      const entry = this.#tree.at(next.value);
      // it may be gone, or another one, since it was found
      if (entry !== undefined && this.#run.includes(entry)) return entry;
    }
    this.done = true;
    return undefined;
  }

  #collect(most: number): boolean {
    for (let looked = 0; looked < most; looked++) {
      // one at a time: what is looked at without a match counts too
      const entry = this.#run.next(1);
      if (this.#run.done) {
        this.#found.sort((a, b) => this.#compare(a, b));
        this.#sorted = Uint32Array.from(this.#found, ({ slot }) => slot)[Symbol.iterator]();
        this.#found = [];
        return true;
      }
      if (entry === undefined) continue;
      this.#found.push({ slot: entry.slot, keys: this.#orders.map((order) => this.#key(entry, order)) });
      if (this.#found.length > this.#most) throw new DirectoryError('adminLimitExceeded', `more than ${this.#most} entries are not sorted`);
    }
    return false;
  }

  #key(entry: PackedEntry, { descriptions, rule, compare }: Order): string | undefined {
    let least: string | undefined;
    for (const description of descriptions) {
      if (!entry.has(description) || !this.#run.viewer.maySearch(entry, description)) continue;
      for (const value of entry.values(description)) {
        const normal = rule.normalize(value);
        if (normal !== undefined && (least === undefined || compare(normal, least) < 0)) least = normal;
      }
    }
    return least;
  }

  #compare(a: Keyed, b: Keyed): number {
    for (const [index, { compare, sign }] of this.#orders.entries()) {
      const [one, other] = [a.keys[index], b.keys[index]];
      const order = one === undefined ? (other === undefined ? 0 : 1) : other === undefined ? -1 : compare(one, other);
      if (order !== 0) return order * sign;
    }
    return a.slot - b.slot;
  }
}
