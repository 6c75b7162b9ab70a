import type { AttributeType } from '../../schema/ldap/registry.ts';
import { type Dn, parseDn } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import type { Viewer } from './access.ts';
import { type ComputedAttribute, compileFilter, type Test } from './matching.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

export type Scope = 'base' | 'one' | 'sub' | 'subordinates';

export interface SearchQuestion {
  readonly base: string;
  readonly scope: Scope;
  readonly filter: Filter;
}

/**
 * Starts a search (RFC 4511 §4.5) for one asker.
 * @throws DirectoryError noSuchObject with matchedDN, invalidDNSyntax
 */
export function search(
  tree: Tree,
  computed: ReadonlyMap<AttributeType, ComputedAttribute>,
  viewer: Viewer,
  question: SearchQuestion,
): SearchRun {
  const base = findVisible(tree, viewer, question.base);
  const test = compileFilter(question.filter, { tree, computed, maySearch: (entry, description) => viewer.maySearch(entry, description) });
  return new SearchRun(tree, viewer, test, base, question.scope);
}

/**
 * The entry of that name, if the asker may know of it.
 * @throws DirectoryError noSuchObject; matchedDN is the nearest superior that the asker may know of (RFC 4511 §4.1.9)
 */
export function findVisible(tree: Tree, viewer: Viewer, dn: string): PackedEntry {
  const entry = tree.find(tree.schema.normalizeDn(dn));
  if (entry !== undefined && viewer.sees(entry)) return entry;
  throw new DirectoryError('noSuchObject', 'there is no such entry', { matchedDn: nearestSuperior(tree, viewer, parseDn(dn)) });
}

/** DN of the lowest existing superior that the asker sees, empty when there is none. */
export function nearestSuperior(tree: Tree, viewer: Viewer, dn: Dn): string {
  for (let above = dn.slice(1); above.length > 0; above = above.slice(1)) {
    const entry = tree.find(tree.schema.dnKey(above));
    if (entry !== undefined && viewer.sees(entry)) return entry.dn;
  }
  return '';
}

/** A search under way. It may be left lying while others write: what it has not looked at yet is looked at as it then is. */
export class SearchRun {
  /** True when `next` will not find anything more. */
  done = false;
  readonly viewer: Viewer;
  readonly #tree: Tree;
  readonly #test: Test;
  readonly base: PackedEntry;
  readonly #scope: Scope;
  readonly #slots: Iterator<number>;

  constructor(tree: Tree, viewer: Viewer, test: Test, base: PackedEntry, scope: Scope) {
    this.viewer = viewer;
    this.#tree = tree;
    this.#test = test;
    this.base = base;
    this.#scope = scope;
    this.#slots = this.#plan()[Symbol.iterator]();
  }

  /**
   * The next entry that matches and that the asker sees. It gives up after looking at `most` entries without a match, so that
   * others get their turn; then it answers undefined with `done` still false.
   */
  next(most = 1000): PackedEntry | undefined {
    for (let looked = 0; looked < most; looked++) {
      const next = this.#slots.next();
      if (next.done) {
        this.done = true;
        return undefined;
      }
      const entry = this.#tree.at(next.value);
      if (entry !== undefined && this.includes(entry)) return entry;
    }
    return undefined;
  }

  /** Would the search find this entry, as it is now? */
  includes(entry: PackedEntry): boolean {
    return this.#inScope(entry) && this.#test.evaluate(entry) === true && this.viewer.sees(entry);
  }

  #plan(): Iterable<number> {
    if (this.#scope === 'base') return [this.base.slot];
    const candidates = this.#test.candidates();
    if (this.#scope === 'one') {
      const children = this.#tree.childrenOf(this.base);
      return candidates !== undefined && candidates.size < children.size ? candidates.slots() : children;
    }
    return candidates?.slots() ?? slotsBelow(this.#tree, this.base);
  }

  #inScope(entry: PackedEntry): boolean {
    switch (this.#scope) {
      case 'base':
        return entry.slot === this.base.slot;
      case 'one':
        return this.#tree.parentOf(entry)?.slot === this.base.slot;
      case 'sub':
        return this.#isWithinBase(entry);
      case 'subordinates':
        return entry.slot !== this.base.slot && this.#isWithinBase(entry);
    }
  }

  #isWithinBase(entry: PackedEntry): boolean {
    const { slot } = this.base;
    for (let at: PackedEntry | undefined = entry; at !== undefined; at = this.#tree.parentOf(at)) if (at.slot === slot) return true;
    return false;
  }
}

function* slotsBelow(tree: Tree, base: PackedEntry): Iterable<number> {
  for (const entry of tree.subtree(base)) yield entry.slot;
}
