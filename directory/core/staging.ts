import { type PackedEntry, renamedWith } from './packed-entry.ts';
import { holdsDn, type Tree } from './tree.ts';

/**
 * The tree as it will be after changes that are not committed yet: what a batch or a transaction sees of its own work.
 * The tree itself stays as it is.
 */
export class Staging {
  readonly #tree: Tree;
  readonly #byUuid = new Map<string, PackedEntry | null>();
  readonly #byKey = new Map<string, PackedEntry | null>();
  readonly #children = new Map<string, { readonly added: Set<string>; readonly removed: Set<string> }>();
  readonly #referrers = new Map<string, Set<string>>();
  /** Entries whose references stand in #referrers only when somebody asks: a group has thousands, and few updates ask */
  #unnoted: PackedEntry[] = [];

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  get tree(): Tree {
    return this.#tree;
  }

  find(key: string): PackedEntry | undefined {
    const staged = this.#byKey.get(key);
    if (staged !== undefined) return staged ?? undefined;
    const entry = this.#tree.find(key);
    // it may have gone from that name
    return entry === undefined || this.#byUuid.has(entry.uuid) ? undefined : entry;
  }

  byUuid(uuid: string): PackedEntry | undefined {
    const staged = this.#byUuid.get(uuid);
    return staged === undefined ? this.#tree.byUuid(uuid) : (staged ?? undefined);
  }

  parentOf(entry: PackedEntry): PackedEntry | undefined {
    return entry.parent === null ? undefined : this.byUuid(entry.parent);
  }

  /** Is there no entry at all? */
  get empty(): boolean {
    if (this.#tree.root !== undefined && this.#byUuid.get(this.#tree.root.uuid) !== null) return false;
    for (const entry of this.#byUuid.values()) if (entry !== null) return false;
    return true;
  }

  *childrenOf(entry: PackedEntry): Iterable<PackedEntry> {
    const delta = this.#children.get(entry.uuid);
    const inTree = this.#tree.byUuid(entry.uuid);
    for (const slot of inTree === undefined ? [] : this.#tree.childrenOf(inTree)) {
      const uuid = this.#tree.at(slot)?.uuid;
      const child = uuid === undefined || delta?.removed.has(uuid) ? undefined : this.byUuid(uuid);
      if (child !== undefined && !delta?.added.has(child.uuid)) yield child;
    }
    for (const uuid of delta?.added ?? []) {
      const child = this.byUuid(uuid);
      if (child !== undefined) yield child;
    }
  }

  hasChildren(entry: PackedEntry): boolean {
    for (const _ of this.childrenOf(entry)) return true;
    return false;
  }

  /** The entry and everything below it, parents first. */
  *subtree(entry: PackedEntry): Iterable<PackedEntry> {
    const open = [entry];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      yield next;
      open.push(...this.childrenOf(next));
    }
  }

  /** Entries that name the DN with this normal form in some attribute. */
  referrersTo(key: string): PackedEntry[] {
    for (const entry of this.#unnoted.splice(0)) this.#noteReferences(entry);
    const uuids = new Set(this.#referrers.get(key));
    for (const type of this.#tree.referenceTypes) {
      const posting = this.#tree.equalityIndex(type)?.get(key);
      for (const slot of typeof posting === 'object' ? posting : posting === undefined ? [] : [posting]) {
        const uuid = this.#tree.at(slot)?.uuid;
        if (uuid !== undefined) uuids.add(uuid);
      }
    }
    return [...uuids].flatMap((uuid) => this.byUuid(uuid) ?? []);
  }

  /** A new state of an entry; entries below follow a new name. */
  put(entry: PackedEntry): void {
    const old = this.byUuid(entry.uuid);
    if (old !== undefined && old.key !== entry.key) this.#byKey.set(old.key, null);
    this.#byUuid.set(entry.uuid, entry);
    this.#byKey.set(entry.key, entry);
    if (old?.parent !== entry.parent) {
      if (old !== undefined) this.#unlink(old);
      this.#link(entry);
    }
    this.#unnoted.push(entry);
    if (old !== undefined && old.dn !== entry.dn) this.#renameBelow(old, entry);
  }

  delete(entry: PackedEntry): void {
    this.#byUuid.set(entry.uuid, null);
    this.#byKey.set(entry.key, null);
    this.#unlink(entry);
  }

  #renameBelow(old: PackedEntry, entry: PackedEntry): void {
    for (const child of [...this.childrenOf(entry)]) this.put(renamedWith(child, old, entry));
  }

  #delta(parent: string): { readonly added: Set<string>; readonly removed: Set<string> } {
    let delta = this.#children.get(parent);
    if (delta === undefined) {
      delta = { added: new Set(), removed: new Set() };
      this.#children.set(parent, delta);
    }
    return delta;
  }

  #link(entry: PackedEntry): void {
    if (entry.parent === null) return;
    const delta = this.#delta(entry.parent);
    delta.added.add(entry.uuid);
    delta.removed.delete(entry.uuid);
  }

  #unlink(entry: PackedEntry): void {
    if (entry.parent === null) return;
    const delta = this.#delta(entry.parent);
    delta.added.delete(entry.uuid);
    delta.removed.add(entry.uuid);
  }

  #noteReferences(entry: PackedEntry): void {
    entry.layout.descriptions.forEach(({ type }, index) => {
      if (!holdsDn(type)) return;
      for (const value of entry.valuesAt(index)) {
        const key = type.equality?.normalize(value);
        if (key === undefined) continue;
        const referrers = this.#referrers.get(key);
        if (referrers === undefined) this.#referrers.set(key, new Set([entry.uuid]));
        else referrers.add(entry.uuid);
      }
    });
  }
}
