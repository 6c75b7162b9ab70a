import type { AttributeType } from '../../schema/ldap/registry.ts';
import { type Dn, parseDn } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import { aliasSlots, dereferenceName } from './aliases.ts';
import { type ComputedAttribute, compileFilter, type Test } from './matching.ts';
import type { PackedEntry } from './packed-entry.ts';
import { isReferral, referralSlots, refuseReferred } from './referrals.ts';
import { DereferencedRegion, type Region, type Scope, ScopeRegion } from './region.ts';
import type { Tree } from './tree.ts';
import type { Viewer } from './viewer.ts';

export interface SearchQuestion {
  readonly base: string;
  readonly scope: Scope;
  readonly filter: Filter;
  /** RFC 4511 §4.5.1.3; never without it */
  readonly derefAliases?: 'never' | 'searching' | 'finding' | 'always';
  /** RFC 3296: referral objects are entries like others */
  readonly manageDsaIt?: boolean | undefined;
}

/**
 * Starts a search (RFC 4511 §4.5) for one asker.
 * @throws DirectoryError noSuchObject with matchedDN, invalidDNSyntax, referral, aliasProblem
 */
export function search(
  tree: Tree,
  computed: ReadonlyMap<AttributeType, ComputedAttribute>,
  viewer: Viewer,
  question: SearchQuestion,
): SearchRun {
  const { scope, derefAliases: deref = 'never', manageDsaIt = false } = question;
  const sees = (entry: PackedEntry) => viewer.sees(entry);
  const name = deref === 'finding' || deref === 'always' ? dereferenceName(tree, sees, question.base) : question.base;
  if (!manageDsaIt) refuseReferred(tree, sees, name, scope);
  const base = findVisible(tree, viewer, name);
  const test = compileFilter(question.filter, { tree, computed, maySearch: (entry, description) => viewer.maySearch(entry, description) });
  const dereferences = (deref === 'searching' || deref === 'always') && aliasSlots(tree).length > 0;
  const region = dereferences ? new DereferencedRegion(tree, base, scope, sees) : new ScopeRegion(tree, base, scope);
  return new SearchRun(tree, viewer, test, base, region, !manageDsaIt && referralSlots(tree).length > 0);
}

/**
 * The entry of that name, if the asker may know of it.
 * @throws DirectoryError noSuchObject; matchedDN is the nearest superior that the asker may know of (RFC 4511 §4.1.9)
 */
export function findVisible(tree: Tree, viewer: Viewer, dn: string): PackedEntry {
  const entry = tree.named(dn);
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

/** Entries one after the other, found as they are asked for. */
export interface Run {
  /** True when `next` will not find anything more. */
  readonly done: boolean;
  /** The next entry, or undefined after so many steps without one. */
  next(most?: number): PackedEntry | undefined;
}

/** A search under way. It may be left lying while others write: what it has not looked at yet is looked at as it then is. */
export class SearchRun implements Run {
  done = false;
  readonly viewer: Viewer;
  readonly base: PackedEntry;
  readonly #tree: Tree;
  readonly #test: Test;
  readonly #region: Region;
  readonly #refers: boolean;
  readonly #slots: Iterator<number>;

  /** @param refers whether referral objects are found whatever the filter says (RFC 3296 §5.1) */
  constructor(tree: Tree, viewer: Viewer, test: Test, base: PackedEntry, region: Region, refers: boolean) {
    this.viewer = viewer;
    this.base = base;
    this.#tree = tree;
    this.#test = test;
    this.#region = region;
    this.#refers = refers;
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
    return this.#region.has(entry) && (this.refersTo(entry) || this.#test.evaluate(entry) === true) && this.viewer.sees(entry);
  }

  /** Is this one of the entries that send the client to another server? */
  refersTo(entry: PackedEntry): boolean {
    return this.#refers && isReferral(this.#tree, entry);
  }

  #plan(): Iterable<number> {
    const { size } = this.#region;
    const candidates = size <= 1 ? undefined : this.#test.candidates();
    if (candidates === undefined || candidates.size >= size) return this.#region.slots();
    return this.#refers ? new Set([...candidates.slots(), ...referralSlots(this.#tree)]) : candidates.slots();
  }
}
