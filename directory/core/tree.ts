import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { Attribute } from '../model/entry.ts';
import { EqualityIndex, OrderingIndex, postingHas, TrigramIndex } from './indexes.ts';
import { Layouts, type PackedEntry, packEntry, type ResolvedAttribute, renamedWith } from './packed-entry.ts';
import type { Delta, StoredEntry } from './store.ts';
import { normalForms, valueChanges } from './value-changes.ts';

/** Attributes with an equality index, besides all that hold DNs (references must be found from their target). */
const indexedForEquality = [
  ...['objectClass', 'uid', 'mail', 'cn', 'sn', 'uidNumber', 'employeeNumber', 'ou', 'dc'],
  ...['mailLocalAddress', 'mailRoutingAddress', 'rfc822MailMember', 'associatedDomain', 'memberUid', 'mosWikiName', 'mosSkill'],
];

/** Attributes that get a substring index when somebody first asks for a part of them. */
const indexedForSubstrings = [
  'uid',
  'mail',
  'cn',
  'sn',
  'givenName',
  'displayName',
  'mailLocalAddress',
  'mosSkill',
  'description',
  'telephoneNumber',
];

/** Groups answer to the class names that clients ask for by default, whichever kind they are. */
const answersAs: Readonly<Record<string, readonly string[]>> = {
  groupOfNames: ['groupOfUniqueNames'],
  groupOfURLs: ['groupOfNames', 'groupOfUniqueNames'],
};

/**
 * All entries in memory, by name, by entryUUID and by number, with their indexes. It holds what the database holds and
 * nothing else; it is changed by what was committed alone.
 */
export class Tree {
  readonly schema: Schema;
  readonly layouts = new Layouts();
  /** The newest revision that the tree includes */
  csn = 0;
  /** The newest entryCSN of all (contextCSN); empty for an empty tree */
  contextCsn = '';
  /** Grows with every change. */
  epoch = 0;
  /** By slot; no slot is used twice */
  readonly #entries: (PackedEntry | undefined)[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #byUuid = new Map<string, number>();
  readonly #children = new Map<number, Set<number>>();
  readonly #equality = new Map<AttributeType, EqualityIndex>();
  readonly #ordering = new Map<AttributeType, OrderingIndex>();
  readonly #trigrams = new Map<AttributeType, TrigramIndex>();
  readonly #substringTypes: ReadonlySet<AttributeType>;
  readonly #watchers: TreeWatcher[] = [];
  readonly #followers = new Set<() => void>();
  readonly #references: readonly AttributeType[];
  readonly #objectClass: AttributeType | undefined;
  readonly #entryCsn: AttributeType | undefined;

  constructor(schema: Schema) {
    this.schema = schema;
    this.#objectClass = schema.attributeType('objectClass');
    this.#entryCsn = schema.attributeType('entryCSN');
    this.#references = schema.attributeTypes.filter(isReference);
    for (const type of [...indexedForEquality.map((name) => schema.attributeType(name)), ...this.#references]) {
      if (type?.equality !== undefined) this.#equality.set(type, new EqualityIndex());
    }
    const substringTypes = indexedForSubstrings.map((name) => schema.attributeType(name));
    this.#substringTypes = new Set(substringTypes.filter((type) => type !== undefined));
  }

  /** Is told of each change, after it. */
  watch(watcher: TreeWatcher): void {
    this.#watchers.push(watcher);
  }

  get size(): number {
    return this.#byUuid.size;
  }

  /** Attribute types that hold references to entries, by which a rename or delete finds them. */
  get referenceTypes(): readonly AttributeType[] {
    return this.#references;
  }

  /** @param key normal form of a DN */
  find(key: string): PackedEntry | undefined {
    const slot = this.#byKey.get(key);
    return slot === undefined ? undefined : this.#entries[slot];
  }

  /**
   * The entry of a name in whatever spelling.
   * @throws DirectoryError invalidDNSyntax
   */
  named(dn: string): PackedEntry | undefined {
    const slot = ownKey.test(dn) ? this.#byKey.get(dn) : undefined;
    return slot === undefined ? this.find(this.schema.normalizeDn(dn)) : this.#entries[slot];
  }

  byUuid(uuid: string): PackedEntry | undefined {
    const slot = this.#byUuid.get(uuid);
    return slot === undefined ? undefined : this.#entries[slot];
  }

  at(slot: number): PackedEntry | undefined {
    return this.#entries[slot];
  }

  parentOf(entry: PackedEntry): PackedEntry | undefined {
    return entry.parent === null ? undefined : this.byUuid(entry.parent);
  }

  /** Slots of the entries right below; live. */
  childrenOf(entry: PackedEntry): ReadonlySet<number> {
    return this.#children.get(entry.slot) ?? noChildren;
  }

  /** Entries without a parent here: the suffix entry. */
  get root(): PackedEntry | undefined {
    for (const slot of this.#children.get(rootSlot) ?? noChildren) return this.#entries[slot];
    return undefined;
  }

  /** The entry and all below it, parents first. Entries may come and go while it runs. */
  *subtree(base: PackedEntry): Iterable<PackedEntry> {
    yield base;
    const open: Iterator<number>[] = [this.childrenOf(base).values()];
    for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
      const next = level.next();
      if (next.done) {
        open.pop();
        continue;
      }
      const entry = this.#entries[next.value];
      if (entry === undefined) continue;
      yield entry;
      const children = this.#children.get(entry.slot);
      if (children !== undefined) open.push(children.values());
    }
  }

  /** Slots of the entries of an object class or of one below it. */
  ofClass(name: string): readonly number[] {
    const oid = this.schema.objectClass(name)?.oid;
    return oid === undefined || this.#objectClass === undefined ? [] : (this.#equality.get(this.#objectClass)?.slots(oid) ?? []);
  }

  isOfClass(entry: PackedEntry, name: string): boolean {
    const oid = this.schema.objectClass(name)?.oid;
    const index = this.#objectClass && this.#equality.get(this.#objectClass);
    return oid !== undefined && postingHas(index?.get(oid), entry.slot);
  }

  /** Is the entry the base itself or below it? */
  isWithin(entry: PackedEntry, base: PackedEntry): boolean {
    for (let at: PackedEntry | undefined = entry; at !== undefined; at = this.parentOf(at)) if (at.slot === base.slot) return true;
    return false;
  }

  get equalityIndexes(): ReadonlyMap<AttributeType, EqualityIndex> {
    return this.#equality;
  }

  equalityIndex(type: AttributeType): EqualityIndex | undefined {
    return this.#equality.get(type);
  }

  /** Made when it is first asked for. */
  orderingIndex(type: AttributeType): OrderingIndex | undefined {
    const known = this.#ordering.get(type);
    const compare = type.ordering?.compare;
    if (known !== undefined || compare === undefined) return known;
    const values: { normal: string; slot: number }[] = [];
    for (const entry of this.#entries) {
      for (const value of entry?.valuesOfType(type) ?? []) {
        const normal = type.ordering?.normalize(value);
        if (normal !== undefined && entry !== undefined) values.push({ normal, slot: entry.slot });
      }
    }
    const index = new OrderingIndex(compare, values);
    this.#ordering.set(type, index);
    return index;
  }

  /** Made when it is first asked for, and anew when it is worn; undefined for attributes that have none. */
  substringIndex(type: AttributeType): TrigramIndex | undefined {
    const known = this.#trigrams.get(type);
    if (known !== undefined && !known.worn) return known;
    const rule = type.equality;
    if (!this.#substringTypes.has(type) || rule === undefined) return undefined;
    const index = new TrigramIndex();
    for (const entry of this.#entries) {
      if (entry === undefined) continue;
      for (const value of entry.valuesOfType(type)) {
        const normal = rule.normalize(value);
        if (normal !== undefined) index.add(normal, entry.slot);
      }
    }
    this.#trigrams.set(type, index);
    return index;
  }

  /** Packs an entry of the store under the DN that its parent has here. */
  pack(stored: StoredEntry): PackedEntry {
    const parent = stored.parent === null ? undefined : this.byUuid(stored.parent);
    if (stored.parent !== null && parent === undefined) throw new Error(`entry ${stored.uuid} came before its parent ${stored.parent}`);
    const dn = parent === undefined ? stored.rdn : `${stored.rdn},${parent.dn}`;
    const key = parent === undefined ? stored.rdnKey : `${stored.rdnKey},${parent.key}`;
    return packEntry(this.layouts, { uuid: stored.uuid, parent: parent?.uuid ?? null, key, dn }, this.resolve(stored.attributes));
  }

  /** Looks the attributes up in the schema and puts them in the order of answers. */
  resolve(attributes: readonly Attribute[]): ResolvedAttribute[] {
    const resolved: ResolvedAttribute[] = [];
    for (const { description: text, values } of attributes) {
      const description = this.schema.description(text);
      if (description === undefined) throw new Error(`the schema does not know the attribute ${text}, which entries have`);
      if (values.length > 0) resolved.push({ description, values });
    }
    return this.inOrder(resolved);
  }

  /** objectClass first, then by description, operational attributes last; one order for all, so that entries share layouts. */
  inOrder(attributes: readonly ResolvedAttribute[]): ResolvedAttribute[] {
    const rank = ({ description }: ResolvedAttribute) =>
      description.type === this.#objectClass ? -1 : description.id + (description.type.operational ? 1e9 : 0);
    return attributes.toSorted((a, b) => rank(a) - rank(b));
  }

  /** Takes over what others wrote. */
  apply(delta: Delta): void {
    for (const entry of delta.put) this.put(this.pack(entry));
    // children before parents: the store names them in any order
    for (const uuid of delta.deleted) this.delete(uuid);
    this.advance(delta.csn, delta.entryCsn);
  }

  /** The tree now includes the log up to this revision; CSNs of changes that left no entry behind count too. */
  advance(csn: number, entryCsn: string): void {
    this.#noteCsn(entryCsn);
    if (csn === this.csn) return;
    this.csn = csn;
    for (const wake of this.#followers) wake();
  }

  /** Calls `wake` after each commit that the tree has taken over. @returns what ends that */
  follow(wake: () => void): () => void {
    this.#followers.add(wake);
    return () => void this.#followers.delete(wake);
  }

  /** Adds an entry, or puts a new state in the place of the old one; entries below follow a new name. */
  put(entry: PackedEntry): void {
    const slot = this.#byUuid.get(entry.uuid) ?? this.#entries.length;
    const old = this.#entries[slot];
    entry.slot = slot;
    this.#entries[slot] = entry;
    if (old === undefined) this.#byUuid.set(entry.uuid, slot);
    if (old?.key !== entry.key) {
      if (old !== undefined && this.#byKey.get(old.key) === slot) this.#byKey.delete(old.key);
      this.#byKey.set(entry.key, slot);
    }
    if (old === undefined || old.parent !== entry.parent) {
      if (old !== undefined) this.#siblings(old).delete(slot);
      this.#siblings(entry).add(slot);
    }
    if (old?.layout !== entry.layout) {
      old?.layout.slots.delete(slot);
      entry.layout.slots.add(slot);
      if (this.layouts.size > 4096) this.layouts.sweep();
    }
    this.#reindex(slot, old, entry);
    const [csn] = this.#entryCsn === undefined ? [] : entry.valuesOfType(this.#entryCsn);
    if (csn !== undefined) this.#noteCsn(csn.toString('latin1'));
    if (old !== undefined && old.dn !== entry.dn) this.#renameBelow(old, entry);
    this.#changed(old, entry);
  }

  #noteCsn(csn: string): void {
    if (csn > this.contextCsn) this.contextCsn = csn;
  }

  /** Takes an entry out, with all below it. */
  delete(uuid: string): void {
    const entry = this.byUuid(uuid);
    if (entry === undefined) return;
    for (const child of this.childrenOf(entry)) {
      const below = this.#entries[child];
      if (below !== undefined) this.delete(below.uuid);
    }
    const slot = entry.slot;
    this.#siblings(entry).delete(slot);
    this.#children.delete(slot);
    if (this.#byKey.get(entry.key) === slot) this.#byKey.delete(entry.key);
    this.#byUuid.delete(uuid);
    this.#entries[slot] = undefined;
    entry.layout.slots.delete(slot);
    this.#reindex(slot, entry, undefined);
    this.#changed(entry, undefined);
  }

  #renameBelow(old: PackedEntry, parent: PackedEntry): void {
    for (const slot of this.childrenOf(parent)) {
      const child = this.#entries[slot];
      if (child !== undefined) this.put(renamedWith(child, old, parent));
    }
  }

  #siblings(entry: PackedEntry): Set<number> {
    const parent = entry.parent === null ? rootSlot : (this.#byUuid.get(entry.parent) ?? rootSlot);
    let siblings = this.#children.get(parent);
    if (siblings === undefined) {
      siblings = new Set();
      this.#children.set(parent, siblings);
    }
    return siblings;
  }

  #changed(old: PackedEntry | undefined, entry: PackedEntry | undefined): void {
    this.epoch++;
    for (const watcher of this.#watchers) watcher(old, entry);
  }

  #reindex(slot: number, old: PackedEntry | undefined, entry: PackedEntry | undefined): void {
    const update = (index: Index, type: AttributeType, termsOf: (values: readonly Buffer[]) => string[], unique = true): void => {
      const changed = valueChanges(old, entry, type, unique && type !== this.#objectClass);
      if (changed === undefined) return;
      const before = new Set(termsOf(changed.gone));
      const after = new Set(termsOf(changed.come));
      for (const term of before) if (!after.has(term)) index.remove(term, slot);
      for (const term of after) if (!before.has(term)) index.add(term, slot);
    };
    for (const [type, index] of this.#equality) update(index, type, (values) => this.indexTerms(type, values));
    for (const [type, index] of this.#ordering) update(index, type, (values) => normalForms(values, type.ordering), false);
    for (const [type, index] of this.#trigrams) update(index, type, (values) => normalForms(values, type.equality));
  }

  /** What an entry with these values is found by in the equality index of a type: for objectClass also the superiors of its classes. */
  indexTerms(type: AttributeType, values: readonly Buffer[]): string[] {
    if (type !== this.#objectClass) return normalForms(values, type.equality);
    const classes = [...this.schema.classesOf(values.map(String))];
    const alike = classes
      .flatMap((each) => (Object.hasOwn(answersAs, each.name) ? answersAs[each.name] : undefined) ?? [])
      .flatMap((name) => this.schema.objectClass(name) ?? []);
    return [...classes, ...alike].map((objectClass) => objectClass.oid);
  }
}

/** Told of a change: the entry before (undefined: new) and after (undefined: deleted). */
export type TreeWatcher = (before: PackedEntry | undefined, after: PackedEntry | undefined) => void;

interface Index {
  add(term: string, slot: number): void;
  remove(term: string, slot: number): void;
}

/** Text that, if it is the key of an entry, has no other meaning as a DN: no normaliser changes these characters. */
const ownKey = /^[a-z0-9=,.@_]+$/;
const rootSlot = -1;
const noChildren: ReadonlySet<number> = new Set();

/** Does it hold DNs that people set, so that they have to follow the entries they name? pwdPolicySubentry is one, creatorsName is not. */
export function isReference(type: AttributeType): boolean {
  return holdsDn(type) && !type.noUserModification && type.usage !== 'dSAOperation';
}

/** Syntaxes whose values name entries: DN, Name And Optional UID. */
export function holdsDn(type: AttributeType): boolean {
  return type.syntax.oid === '1.3.6.1.4.1.1466.115.121.1.12' || type.syntax.oid === '1.3.6.1.4.1.1466.115.121.1.34';
}
