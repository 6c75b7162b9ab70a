import type { AttributeType } from '../../schema/ldap/registry.ts';
import { DynamicGroups } from './dynamic-groups.ts';
import type { Posting } from './indexes.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/**
 * Who is in which group: static groups (member, uniqueMember), groups in groups, and dynamic ones. Answers are worked out
 * from the tree's indexes and remembered until a membership changes anywhere.
 */
export class Membership {
  readonly #tree: Tree;
  readonly #dynamic: DynamicGroups;
  readonly #memberTypes: readonly AttributeType[];
  #staticEpoch = 0;
  #rememberedAt = -1;
  readonly #groups = new Map<number, ReadonlySet<number>>();
  readonly #members = new Map<number, ReadonlySet<number>>();

  constructor(tree: Tree) {
    this.#tree = tree;
    this.#dynamic = new DynamicGroups(tree);
    this.#memberTypes = ['member', 'uniqueMember'].flatMap((name) => tree.schema.attributeType(name) ?? []);
    tree.watch((before, after) => {
      if (this.#isStaticGroup(before) || this.#isStaticGroup(after) || before?.key !== after?.key) this.#staticEpoch++;
    });
  }

  get dynamic(): DynamicGroups {
    return this.#dynamic;
  }

  isGroup(entry: PackedEntry): boolean {
    return this.#isStaticGroup(entry) || this.#dynamic.isDynamic(entry);
  }

  /** Slots of all groups that the entry is in, directly or through groups in groups. */
  groupsOf(entry: PackedEntry): ReadonlySet<number> {
    this.#forgetStale();
    // an entry that is not in the tree yet has no number to remember the answer under
    if (entry.slot < 0) return this.#closure(entry, (each) => this.#directGroups(each));
    let groups = this.#groups.get(entry.slot);
    if (groups === undefined) {
      groups = this.#closure(entry, (each) => this.#directGroups(each));
      if (this.#groups.size >= maxRemembered) this.#groups.clear();
      this.#groups.set(entry.slot, groups);
    }
    return groups;
  }

  isMember(entry: PackedEntry, groupKey: string): boolean {
    const group = this.#tree.find(groupKey);
    return group !== undefined && this.groupsOf(entry).has(group.slot);
  }

  /** Slots of all entries in the group, directly or through groups in it. */
  membersOf(group: PackedEntry): ReadonlySet<number> {
    this.#forgetStale();
    let members = this.#members.get(group.slot);
    if (members === undefined) {
      members = this.#closure(group, (each) => this.directMembers(each));
      if (this.#members.size >= maxRemembered) this.#members.clear();
      this.#members.set(group.slot, members);
    }
    return members;
  }

  /** Slots of the entries that the group itself names or finds. */
  *directMembers(group: PackedEntry): Iterable<number> {
    for (const type of this.#memberTypes) {
      if (group.layout.indexesOf(type).length === 0) continue;
      for (const value of group.valuesOfType(type)) {
        const key = type.equality?.normalize(value);
        const member = key === undefined ? undefined : this.#tree.find(key);
        if (member !== undefined) yield member.slot;
      }
    }
    yield* this.#dynamic.membersOf(group);
  }

  *#directGroups(entry: PackedEntry): Iterable<number> {
    for (const type of this.#memberTypes) yield* slotsOf(this.#tree.equalityIndex(type)?.get(entry.key));
    yield* this.#dynamic.groupsOf(entry);
  }

  #closure(start: PackedEntry, next: (entry: PackedEntry) => Iterable<number>): ReadonlySet<number> {
    const found = new Set<number>();
    for (const open = [start]; open.length > 0; ) {
      const entry = open.pop();
      for (const slot of entry === undefined ? [] : next(entry)) {
        if (found.has(slot)) continue;
        found.add(slot);
        const reached = this.#tree.at(slot);
        if (reached !== undefined) open.push(reached);
      }
    }
    return found;
  }

  #isStaticGroup(entry: PackedEntry | undefined): boolean {
    return entry !== undefined && this.#memberTypes.some((type) => entry.layout.indexesOf(type).length > 0);
  }

  /** Changes with every change of who is in what. */
  get epoch(): number {
    return this.#staticEpoch + this.#dynamic.epoch;
  }

  #forgetStale(): void {
    const now = this.epoch;
    if (now === this.#rememberedAt) return;
    this.#groups.clear();
    this.#members.clear();
    this.#rememberedAt = now;
  }
}

/** Answers kept at a time; more than that and all are worked out again. */
const maxRemembered = 100_000;

function slotsOf(posting: Posting | undefined): Iterable<number> {
  return typeof posting === 'object' ? posting : posting === undefined ? [] : [posting];
}
