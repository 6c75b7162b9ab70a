import { aliasSlots, dereference, isAlias } from './aliases.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

export type Scope = 'base' | 'one' | 'sub' | 'subordinates';

/** The entries that a search is about (RFC 4511 §4.5.1.2). */
export interface Region {
  /** How many they are at most */
  readonly size: number;
  has(entry: PackedEntry): boolean;
  /** Superiors first */
  slots(): Iterable<number>;
}

/** A base and a scope; aliases are entries like others. */
export class ScopeRegion implements Region {
  readonly #tree: Tree;
  readonly #base: PackedEntry;
  readonly #scope: Scope;

  constructor(tree: Tree, base: PackedEntry, scope: Scope) {
    this.#tree = tree;
    this.#base = base;
    this.#scope = scope;
  }

  get size(): number {
    if (this.#scope === 'base') return 1;
    return this.#scope === 'one' ? this.#tree.childrenOf(this.#base).size : this.#tree.size;
  }

  has(entry: PackedEntry): boolean {
    switch (this.#scope) {
      case 'base':
        return entry.slot === this.#base.slot;
      case 'one':
        return this.#tree.parentOf(entry)?.slot === this.#base.slot;
      case 'sub':
        return this.#tree.isWithin(entry, this.#base);
      case 'subordinates':
        return entry.slot !== this.#base.slot && this.#tree.isWithin(entry, this.#base);
    }
  }

  *slots(): Iterable<number> {
    if (this.#scope === 'base') yield this.#base.slot;
    else if (this.#scope === 'one') yield* this.#tree.childrenOf(this.#base);
    else for (const entry of this.#tree.subtree(this.#base)) if (this.#scope === 'sub' || entry.slot !== this.#base.slot) yield entry.slot;
  }
}

/** What a base and a scope reach when every alias on the way stands for its object (RFC 4511 §4.5.1.3); the aliases themselves are not in it. */
export class DereferencedRegion implements Region {
  readonly #tree: Tree;
  readonly #base: PackedEntry;
  readonly #parts: Region[];

  /** @param sees what the asker may know of; other objects are not reached */
  constructor(tree: Tree, base: PackedEntry, scope: Scope, sees: (entry: PackedEntry) => boolean) {
    this.#tree = tree;
    this.#base = base;
    this.#parts = [new ScopeRegion(tree, base, scope)];
    if (scope === 'base') return;
    // whole trees are searched below what an alias in a subtree stands for, and for its own aliases; one level finds the object alone
    for (let reached = 0; reached < this.#parts.length; reached++) {
      const part = this.#parts[reached];
      if (part === undefined || (scope === 'one' && reached > 0)) break;
      for (const slot of aliasSlots(tree)) {
        const alias = tree.at(slot);
        if (alias === undefined || alias.slot === base.slot || !part.has(alias)) continue;
        const object = dereference(tree, alias);
        if (object !== undefined && sees(object) && !this.#parts.some((each) => each.has(object)))
          this.#parts.push(new ScopeRegion(tree, object, scope === 'one' ? 'base' : 'sub'));
      }
    }
  }

  get size(): number {
    return this.#tree.size;
  }

  has(entry: PackedEntry): boolean {
    // the base was found as it was asked for, and is no alias to this search
    return (entry.slot === this.#base.slot || !isAlias(this.#tree, entry)) && this.#parts.some((part) => part.has(entry));
  }

  *slots(): Iterable<number> {
    const seen = new Set<number>();
    for (const part of this.#parts) {
      for (const slot of part.slots()) {
        if (this.#parts.length > 1 && seen.has(slot)) continue;
        seen.add(slot);
        yield slot;
      }
    }
  }
}
