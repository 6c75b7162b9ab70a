import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import { type Posting, postingHas, postingSize } from './indexes.ts';
import { mayLogIn } from './login.ts';
import type { Candidates, ComputedAttribute } from './matching.ts';
import type { Membership } from './membership.ts';
import type { Layout, PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

type Rules = Omit<ComputedAttribute, 'description'>;

/** The attributes that no entry stores: a row each. */
export function computedAttributes(tree: Tree, membership: Membership): ReadonlyMap<AttributeType, ComputedAttribute> {
  const rows: readonly (readonly [name: string, rules: Rules])[] = [
    ['entryUUID', entryUuid(tree)],
    ['entryDN', entryDn(tree)],
    ['subschemaSubentry', constant('cn=Subschema', tree.schema.normalizeDn('cn=Subschema'))],
    ['contextCSN', contextCsn(tree)],
    ['hasSubordinates', flag((entry) => tree.childrenOf(entry).size > 0)],
    ['numSubordinates', number((entry) => tree.childrenOf(entry).size)],
    ['mosActive', active(tree)],
    ['memberOf', memberOf(tree, membership)],
    ['member', member(tree, membership)],
    ['uniqueMember', uniqueMember(tree, membership)],
    ['memberUid', memberUid(tree, membership)],
  ];
  return describe(tree, rows);
}

/** Those that follow from the entry and the table of statuses alone: access rows may ask for them. */
export function ownComputedAttributes(tree: Tree): ReadonlyMap<AttributeType, ComputedAttribute> {
  return describe(tree, [['mosActive', active(tree)]]);
}

function describe(tree: Tree, rows: readonly (readonly [name: string, rules: Rules])[]): ReadonlyMap<AttributeType, ComputedAttribute> {
  const computed = new Map<AttributeType, ComputedAttribute>();
  for (const [name, rules] of rows) {
    const description = tree.schema.description(name);
    if (description !== undefined) computed.set(description.type, { ...rules, description });
  }
  return computed;
}

function entryUuid(tree: Tree): Rules {
  return {
    asUser: false,
    appliesTo: everywhere,
    values: (entry) => [Buffer.from(entry.uuid)],
    present: () => true,
    equals: (entry, normal) => entry.uuid === normal,
    candidates: (normal) => oneSlot(tree.byUuid(normal)),
  };
}

/** Of a person, whether they may log in: what services ask that look somebody up without a password, as for mail. */
function active(tree: Tree): Rules {
  const type = tree.schema.attributeType('mosStatus');
  const of = (entry: PackedEntry): string | undefined => {
    if (type === undefined || entry.layout.indexesOf(type).length === 0) return undefined;
    return mayLogIn(tree, entry) ? 'TRUE' : 'FALSE';
  };
  return {
    asUser: false,
    appliesTo: having(tree.schema, ['mosStatus']),
    values: (entry) => [of(entry) ?? []].flat().map((value) => Buffer.from(value)),
    present: (entry) => of(entry) !== undefined,
    equals: (entry, normal) => of(entry) === normal,
    candidates: () => undefined,
  };
}

/** OpenLDAP's: on the suffix entry, the CSN of the newest change anywhere. */
function contextCsn(tree: Tree): Rules {
  const of = (entry: PackedEntry) => (entry.parent === null && tree.contextCsn !== '' ? [Buffer.from(tree.contextCsn)] : []);
  return {
    asUser: false,
    appliesTo: everywhere,
    values: of,
    present: (entry) => of(entry).length > 0,
    equals: (entry, normal) => of(entry).length > 0 && tree.contextCsn.toLowerCase() === normal,
    candidates: () => undefined,
  };
}

/** RFC 5020 */
function entryDn(tree: Tree): Rules {
  return {
    asUser: false,
    appliesTo: everywhere,
    values: (entry) => [Buffer.from(entry.dn)],
    present: () => true,
    equals: (entry, normal) => entry.key === normal,
    candidates: (normal) => oneSlot(tree.find(normal)),
  };
}

function constant(value: string, normal: string): Rules {
  return {
    asUser: false,
    appliesTo: everywhere,
    values: () => [Buffer.from(value)],
    present: () => true,
    equals: (_, asked) => asked === normal,
    candidates: () => undefined,
  };
}

function flag(of: (entry: PackedEntry) => boolean): Rules {
  return constantly((entry) => (of(entry) ? 'TRUE' : 'FALSE'));
}

function number(of: (entry: PackedEntry) => number): Rules {
  return constantly((entry) => String(of(entry)));
}

function constantly(of: (entry: PackedEntry) => string): Rules {
  return {
    asUser: false,
    appliesTo: everywhere,
    values: (entry) => [Buffer.from(of(entry))],
    present: () => true,
    equals: (entry, normal) => of(entry) === normal,
    candidates: () => undefined,
  };
}

/** 1.2.840.113556.1.2.102 as slapd's memberof overlay has it, here with groups in groups and dynamic groups. */
function memberOf(tree: Tree, membership: Membership): Rules {
  return {
    asUser: false,
    appliesTo: everywhere,
    values: (entry) => dnsOf(tree, membership.groupsOf(entry)),
    present: (entry) => membership.groupsOf(entry).size > 0,
    equals: (entry, normal) => membership.isMember(entry, normal),
    candidates(normal) {
      const group = tree.find(normal);
      return setCandidates(group === undefined ? noSlots : membership.membersOf(group));
    },
  };
}

/** Of a dynamic group, whom it finds, as slapd's dynlist shows it; of other groups what is stored. */
function member(tree: Tree, membership: Membership): Rules {
  const type = tree.schema.attributeType('member');
  const stored = (normal: string): Posting | undefined => (type === undefined ? undefined : tree.equalityIndex(type)?.get(normal));
  const { dynamic } = membership;
  return {
    asUser: true,
    appliesTo: having(tree.schema, ['memberURL']),
    values(entry) {
      const own = type === undefined ? [] : entry.valuesOfType(type);
      return dynamic.isDynamic(entry) ? union(own, dnsOf(tree, dynamic.membersOf(entry)), tree.schema) : own;
    },
    present: (entry) => (type !== undefined && entry.layout.indexesOf(type).length > 0) || dynamic.membersOf(entry).size > 0,
    equals(entry, normal) {
      if (postingHas(stored(normal), entry.slot)) return true;
      if (!dynamic.isDynamic(entry)) return false;
      const found = tree.find(normal);
      return found !== undefined && dynamic.membersOf(entry).has(found.slot);
    },
    candidates(normal) {
      const found = tree.find(normal);
      const groups = found === undefined ? [] : [...dynamic.groupsOf(found)];
      return joined(stored(normal), groups);
    },
  };
}

/** Clients that were set up for groupOfUniqueNames find our groups too. */
function uniqueMember(tree: Tree, membership: Membership): Rules {
  const type = tree.schema.attributeType('uniqueMember');
  const stored = (normal: string): Posting | undefined => (type === undefined ? undefined : tree.equalityIndex(type)?.get(normal));
  const asMember = member(tree, membership);
  return {
    asUser: false,
    appliesTo: having(tree.schema, ['member', 'uniqueMember', 'memberUid', 'memberURL']),
    values: (entry) => union(type === undefined ? [] : entry.valuesOfType(type), asMember.values(entry), tree.schema),
    present: (entry) => (type !== undefined && entry.layout.indexesOf(type).length > 0) || asMember.present(entry),
    equals: (entry, normal) => postingHas(stored(normal), entry.slot) || asMember.equals(entry, normal),
    candidates: (normal) => joined(stored(normal), [...(asMember.candidates(normal)?.slots() ?? [])]),
  };
}

/** The uids of everybody in the group, for clients that know groups as NIS has them (RFC 2307). */
function memberUid(tree: Tree, membership: Membership): Rules {
  const [type, uid] = [tree.schema.attributeType('memberUid'), tree.schema.attributeType('uid')];
  const stored = (normal: string): Posting | undefined => (type === undefined ? undefined : tree.equalityIndex(type)?.get(normal));
  const named = (normal: string): PackedEntry[] =>
    uid === undefined
      ? []
      : [...slots(tree.equalityIndex(uid)?.get(uid.equality?.normalize(Buffer.from(normal)) ?? ''))].flatMap((slot) => tree.at(slot) ?? []);
  return {
    asUser: false,
    appliesTo: having(tree.schema, ['member', 'uniqueMember', 'memberUid', 'memberURL']),
    values(entry) {
      const values = type === undefined ? [] : entry.valuesOfType(type);
      if (!membership.isGroup(entry) || uid === undefined) return values;
      const own = new Set(values.map(String));
      for (const slot of membership.membersOf(entry)) {
        const [name] = tree.at(slot)?.valuesOfType(uid) ?? [];
        if (name !== undefined && !own.has(name.toString())) values.push(name);
      }
      return values;
    },
    present: (entry) =>
      (type !== undefined && entry.layout.indexesOf(type).length > 0) ||
      (membership.isGroup(entry) && membership.membersOf(entry).size > 0),
    equals: (entry, normal) =>
      postingHas(stored(normal), entry.slot) || named(normal).some((each) => membership.groupsOf(each).has(entry.slot)),
    candidates: (normal) =>
      joined(
        stored(normal),
        named(normal).flatMap((each) => [...membership.groupsOf(each)]),
      ),
  };
}

const everywhere = () => true;

function having(schema: Schema, names: readonly string[]): (layout: Layout) => boolean {
  const types = names.flatMap((name) => schema.attributeType(name) ?? []);
  return (layout) => types.some((type) => layout.indexesOf(type).length > 0);
}

const noSlots: ReadonlySet<number> = new Set();

function slots(posting: Posting | undefined): Iterable<number> {
  return typeof posting === 'object' ? posting : posting === undefined ? [] : [posting];
}

function oneSlot(entry: PackedEntry | undefined): Candidates {
  return entry === undefined ? setCandidates(noSlots) : { size: 1, slots: () => [entry.slot] };
}

function setCandidates(set: ReadonlySet<number>): Candidates {
  return { size: set.size, slots: () => set };
}

function joined(posting: Posting | undefined, more: readonly number[]): Candidates {
  if (more.length === 0) return { size: postingSize(posting), slots: () => slots(posting) };
  return setCandidates(new Set([...slots(posting), ...more]));
}

function dnsOf(tree: Tree, entries: ReadonlySet<number>): Buffer[] {
  const dns: Buffer[] = [];
  for (const slot of entries) {
    const entry = tree.at(slot);
    if (entry !== undefined) dns.push(entry.bytes.subarray(0, entry.offsets[0]));
  }
  return dns;
}

/** DN values without those that name the same entry twice. */
function union(own: Buffer[], more: readonly Buffer[], schema: Schema): Buffer[] {
  if (own.length === 0) return [...more];
  const known = new Set(own.map((dn) => schema.normalizeDn(dn.toString())));
  return [...own, ...more.filter((dn) => !known.has(schema.normalizeDn(dn.toString())))];
}
