import { type Level, levels } from '../../schema/ldap/policy.ts';
import type { AttributeDescription, AttributeType } from '../../schema/ldap/registry.ts';
import type { Access, ViewerClass } from './access.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Place } from './reach.ts';
import { ADD, COMPARE, DELETE, type Mask, PROPOSE, PROXY, READ, REPLICATE, SEARCH, WRITE } from './rights.ts';

/** One asker's eyes. For root, everything. */
export class Viewer {
  readonly entry: PackedEntry | undefined;
  readonly #access: Access;
  readonly #class: ViewerClass | undefined;
  readonly #selfClass: ViewerClass | undefined;
  /** Not so for a program that asks with a token: whoever gets hold of that must not get the account */
  readonly changesSecrets: boolean;

  constructor(
    access: Access,
    entry: PackedEntry | undefined,
    others: ViewerClass | undefined,
    self: ViewerClass | undefined,
    changesSecrets = true,
  ) {
    this.#access = access;
    this.entry = entry;
    this.#class = others;
    this.#selfClass = self;
    this.changesSecrets = changesSecrets;
  }

  get isRoot(): boolean {
    return this.#class === undefined;
  }

  /** Whoever has the same one sees the same of everybody but of themselves. A change of rights that concerns all makes another. */
  get sharedRights(): object {
    return this.#class ?? this.#access;
  }

  /** The same eyes, but without what somebody sees of their own entry alone. */
  get withoutSelf(): Viewer {
    return new Viewer(this.#access, undefined, this.#class, this.#class, this.changesSecrets);
  }

  /** The widest visibility level that still shows this asker something: `public`, `members` or `board`; of root `nobody`. */
  get level(): Level {
    return this.#class === undefined ? 'nobody' : (levels[this.#class.level] ?? 'public');
  }

  /** Identifies what this asker may see of the entry: entries with the same mask show the same attributes. */
  mask(entry: PackedEntry, chosen?: readonly string[]): Mask {
    return this.#access.mask(entry.uuid === this.entry?.uuid ? this.#selfClass : this.#class, entry, chosen);
  }

  /** Is it one of the attributes that `*` never means? */
  isSecret(type: AttributeType): boolean {
    return this.#access.isSecret(type);
  }

  /** Does the entry exist at all for this asker? */
  sees(entry: PackedEntry): boolean {
    return (this.mask(entry).entry & (SEARCH | READ)) !== 0;
  }
  mayCompare(entry: PackedEntry, description: AttributeDescription): boolean {
    return (this.mask(entry).get(description) & COMPARE) !== 0;
  }
  maySearch(entry: PackedEntry, description: AttributeDescription): boolean {
    return (this.mask(entry).get(description) & SEARCH) !== 0;
  }
  /** @param chosen what the entry's owner showed at another time (mosVisibility); undefined: what they show now */
  mayRead(entry: PackedEntry, description: AttributeDescription, chosen?: readonly string[]): boolean {
    return (this.mask(entry, chosen).get(description) & READ) !== 0;
  }
  maskMayRead(mask: Mask, description: AttributeDescription): boolean {
    return (mask.get(description) & READ) !== 0;
  }
  mayWrite(entry: PackedEntry, description: AttributeDescription): boolean {
    return (this.mask(entry).get(description) & WRITE) !== 0 && (this.changesSecrets || !this.isSecret(description.type));
  }
  /** May this asker read an attribute of everything in a place, whatever its owners choose to show? Secrets nobody may. */
  mayReadOfAll(place: Place, type: AttributeType): boolean {
    return this.#access.mayReadOfAll(this.#class, place, type);
  }
  /** Has somebody else rights that this asker has not? */
  isBelow(entry: PackedEntry): boolean {
    return this.#class !== undefined && entry.uuid !== this.entry?.uuid && this.#access.hasMoreRights(entry, this.#class);
  }
  /** Does a role hang on the name of this entry, and this asker is not root, who alone may take it away? */
  mustKeep(entry: PackedEntry): boolean {
    return !this.isRoot && this.#access.carriesRole(entry);
  }
  /** Must somebody stay in this group, because otherwise nobody could put anybody into it? */
  mustKeepMembers(group: PackedEntry): boolean {
    return !this.isRoot && this.#access.carriesPower(group);
  }
  /** May this asker ask for a change that somebody else then approves? */
  mayPropose(entry: PackedEntry, description: AttributeDescription): boolean {
    return (this.mask(entry).get(description) & PROPOSE) !== 0;
  }
  /** @param parent the entry below which it goes */
  mayAddBelow(parent: PackedEntry): boolean {
    return (this.mask(parent).entry & ADD) !== 0;
  }
  /** @param parent the entry below which it stands */
  mayDeleteBelow(parent: PackedEntry): boolean {
    return (this.mask(parent).entry & DELETE) !== 0;
  }
  /** May this asker keep a copy of everything that it sees at and below the entry, however much that is? */
  mayReplicate(base: PackedEntry): boolean {
    return (this.mask(base).entry & REPLICATE) !== 0;
  }
  /** May this asker act for somebody (RFC 4370)? */
  mayActFor(somebody: PackedEntry): boolean {
    return (this.mask(somebody).entry & PROXY) !== 0;
  }
  /** True when both have the same rights over every entry. */
  sameRightsAs(other: Viewer): boolean {
    const hasSame = this.#class === other.#class && this.#selfClass === other.#selfClass && this.changesSecrets === other.changesSecrets;
    return hasSame && this.entry?.uuid === other.entry?.uuid;
  }
}
