import type { AttributeType } from '../../schema/ldap/registry.ts';
import { DirectoryError } from '../model/errors.ts';
import { parseLdapUrl } from '../model/ldap-url.ts';
import { compileFilter, type Test } from './matching.ts';
import { placeOf } from './member-url.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Place } from './reach.ts';
import type { Tree } from './tree.ts';

/** One memberURL of a group, ready to be asked. */
interface MemberRule extends Place {
  readonly test: Test;
}

interface DynamicGroup {
  readonly rules: readonly MemberRule[];
  readonly members: Set<number>;
}

/**
 * Groups whose members are whoever a memberURL finds (groupOfURLs; slapd's dynlist). Who is in is worked out when the
 * group or a person changes, so that asking costs nothing. The filters see stored attributes only: a group that
 * depends on memberOf would depend on itself.
 */
export class DynamicGroups {
  /** Grows when somebody enters or leaves a dynamic group. */
  epoch = 0;
  readonly #tree: Tree;
  readonly #memberUrl: AttributeType | undefined;
  readonly #groups = new Map<number, DynamicGroup>();

  constructor(tree: Tree) {
    this.#tree = tree;
    this.#memberUrl = tree.schema.attributeType('memberURL');
    tree.watch((before, after) => this.#changed(before, after));
  }

  isDynamic(group: PackedEntry): boolean {
    return this.#groups.has(group.slot);
  }

  /** Slots of who is in; empty for other entries. */
  membersOf(group: PackedEntry): ReadonlySet<number> {
    return this.#groups.get(group.slot)?.members ?? nobody;
  }

  /** Slots of who would be in a group with these values of memberURL. */
  foundBy(urls: readonly Buffer[]): ReadonlySet<number> {
    return this.#define(urls).members;
  }

  /** Slots of the dynamic groups that an entry is in. */
  *groupsOf(entry: PackedEntry): Iterable<number> {
    for (const [slot, group] of this.#groups) if (group.members.has(entry.slot)) yield slot;
  }

  #changed(before: PackedEntry | undefined, after: PackedEntry | undefined): void {
    const entry = after ?? before;
    if (entry === undefined || this.#memberUrl === undefined) return;
    this.#recheck(entry.slot, after);
    const urls = after?.valuesOfType(this.#memberUrl) ?? [];
    if (urls.length === 0) {
      if (this.#groups.delete(entry.slot)) this.epoch++;
      return;
    }
    if (before !== undefined && after !== undefined && this.#groups.has(entry.slot) && sameUrls(before, after, this.#memberUrl)) return;
    this.#groups.set(entry.slot, this.#define(urls));
    this.epoch++;
  }

  #recheck(slot: number, entry: PackedEntry | undefined): void {
    for (const { rules, members } of this.#groups.values()) {
      const is = entry !== undefined && rules.some((rule) => this.#finds(rule, entry));
      if (is === members.has(slot)) continue;
      if (is) members.add(slot);
      else members.delete(slot);
      this.epoch++;
    }
  }

  #define(urls: readonly Buffer[]): DynamicGroup {
    const rules = urls.flatMap((url) => this.#rule(url.toString()));
    const members = new Set<number>();
    for (const rule of rules) {
      const base = this.#tree.find(rule.baseKey);
      if (base === undefined) continue;
      for (const entry of this.#tree.subtree(base)) if (this.#finds(rule, entry)) members.add(entry.slot);
    }
    return { rules, members };
  }

  /** A memberURL that can't be read finds nobody; writes refuse it, but what is there stays there. */
  #rule(text: string): MemberRule[] {
    try {
      const url = parseLdapUrl(text);
      const filter = url.filter ?? ({ kind: 'present', attribute: 'objectClass' } as const);
      const context = { tree: this.#tree, computed: new Map(), maySearch: () => true };
      return [{ ...placeOf(this.#tree.schema, url), test: compileFilter(filter, context) }];
    } catch (error) {
      if (error instanceof DirectoryError) return [];
      throw error;
    }
  }

  #finds(rule: MemberRule, entry: PackedEntry): boolean {
    return inScope(this.#tree, rule, entry) && rule.test.evaluate(entry) === true;
  }
}

const nobody: ReadonlySet<number> = new Set();

function inScope(tree: Tree, rule: MemberRule, entry: PackedEntry): boolean {
  if (rule.scope === 'base') return entry.key === rule.baseKey;
  if (rule.scope === 'one') return tree.parentOf(entry)?.key === rule.baseKey;
  for (let at: PackedEntry | undefined = entry; at !== undefined; at = tree.parentOf(at)) if (at.key === rule.baseKey) return true;
  return false;
}

function sameUrls(a: PackedEntry, b: PackedEntry, type: AttributeType): boolean {
  const before = a.valuesOfType(type);
  const after = b.valuesOfType(type);
  return before.length === after.length && before.every((value, index) => after[index]?.equals(value));
}
