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

/** Aliases lead to trees with aliases in them, so many times at most. */
const mostRounds = 16;

/** What a base and a scope reach when every alias on the way stands for its object (RFC 4511 §4.5.1.3); the aliases themselves are not in it. */
export class DereferencedRegion implements Region {
  readonly #tree: Tree;
  readonly #base: PackedEntry;
  readonly #start: Region;
  /** Slots of the objects that aliases stand for: found alone from one level, with all below from a subtree */
  readonly #objects = new Set<number>();
  readonly #alone: boolean;

  /** @param sees what the asker may know of; other aliases lead nowhere, and other objects are not reached */
  constructor(tree: Tree, base: PackedEntry, scope: Scope, sees: (entry: PackedEntry) => boolean) {
    this.#tree = tree;
    this.#base = base;
    this.#start = new ScopeRegion(tree, base, scope);
    this.#alone = scope === 'one';
    let aliases = scope === 'base' ? [] : aliasSlots(tree).flatMap((slot) => tree.at(slot) ?? []);
    aliases = aliases.filter((alias) => alias.slot !== base.slot && sees(alias));
    for (let round = this.#alone ? 1 : mostRounds; round > 0 && aliases.length > 0; round--) {
      const before = aliases.length;
      const reached = aliases.filter((alias) => this.#reaches(alias));
      for (const alias of reached) {
        const object = dereference(tree, alias);
        if (object !== undefined && sees(object) && !this.#reaches(object)) this.#objects.add(object.slot);
      }
      const done = new Set(reached);
      aliases = aliases.filter((alias) => !done.has(alias));
      if (aliases.length === before) break;
    }
  }

  get size(): number {
    return this.#tree.size;
  }

  has(entry: PackedEntry): boolean {
    // the base was found as it was asked for, and is no alias to this search
    return (entry.slot === this.#base.slot || !isAlias(this.#tree, entry)) && this.#reaches(entry);
  }

  *slots(): Iterable<number> {
    const seen = new Set<number>();
    for (const slot of this.#all()) {
      if (seen.has(slot)) continue;
      seen.add(slot);
      yield slot;
    }
  }

  *#all(): Iterable<number> {
    yield* this.#start.slots();
    for (const slot of this.#objects) {
      const object = this.#tree.at(slot);
      if (object !== undefined) yield* new ScopeRegion(this.#tree, object, this.#alone ? 'base' : 'sub').slots();
    }
  }

  #reaches(entry: PackedEntry): boolean {
    if (this.#start.has(entry)) return true;
    if (this.#alone || this.#objects.size === 0) return this.#objects.has(entry.slot);
    for (let at: PackedEntry | undefined = entry; at !== undefined; at = this.#tree.parentOf(at))
      if (this.#objects.has(at.slot)) return true;
    return false;
  }
}
