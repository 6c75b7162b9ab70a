import { containsPieces } from '../../schema/ldap/matching-rules.ts';
import type { AttributeDescription, AttributeType } from '../../schema/ldap/registry.ts';
import { and, type ExtensibleFilter, type Filter, not, or, type SubstringsFilter, type Truth } from '../model/filter.ts';
import { type EqualityIndex, type Posting, postingHas, postingSize } from './indexes.ts';
import type { Layout, PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/** Slots among which all matches are; a superset, perhaps with duplicates. `size` is an estimate from above. */
export interface Candidates {
  readonly size: number;
  slots(): Iterable<number>;
}

/** A filter made ready: its attributes looked up, its assertion values in normal form. */
export interface Test {
  evaluate(entry: PackedEntry): Truth;
  /** Undefined: the indexes cannot help, look at every entry of the scope. */
  candidates(): Candidates | undefined;
}

/** An attribute whose values follow from other entries (memberOf, …) or from the entry's place in the tree. */
export interface ComputedAttribute {
  readonly description: AttributeDescription;
  /** `*` means it too, as if it were stored; otherwise it must be asked for by name or by `+`. */
  readonly asUser: boolean;
  /** Entries of other layouts never have it, or have it stored. */
  appliesTo(layout: Layout): boolean;
  /** Values for an answer; empty when the entry has none. */
  values(entry: PackedEntry): readonly Buffer[];
  present(entry: PackedEntry): boolean;
  /** Does the entry have a value of this normal form? */
  equals(entry: PackedEntry, normal: string): boolean;
  /** Which entries have it; undefined when that can't be said without looking at each. */
  candidates(normal: string): Candidates | undefined;
}

export interface MatchingContext {
  readonly tree: Tree;
  readonly computed: ReadonlyMap<AttributeType, ComputedAttribute>;
  /** May the asker use this attribute of this entry in a filter? What it may not makes the item Undefined. */
  maySearch(entry: PackedEntry, description: AttributeDescription): boolean;
}

/** Entries in the chain of a DN-valued attribute, at any distance (1.2.840.113556.1.4.1941). */
const IN_CHAIN = '1.2.840.113556.1.4.1941';

/** Compiles a filter for one asker. What the schema does not know, or a value its syntax refuses, becomes Undefined (RFC 4511 §4.5.1.7). */
export function compileFilter(filter: Filter, context: MatchingContext): Test {
  switch (filter.kind) {
    case 'and':
      return new AndTest(filter.filters.map((each) => compileFilter(each, context)));
    case 'or':
      return new OrTest(filter.filters.map((each) => compileFilter(each, context)));
    case 'not':
      return new NotTest(compileFilter(filter.filter, context));
    case 'present':
      return compilePresence(filter.attribute, context);
    case 'equality':
    case 'approx':
      return compileEquality(filter.attribute, filter.value, context);
    case 'greaterOrEqual':
    case 'lessOrEqual':
      return compileOrdering(filter.kind, filter.attribute, filter.value, context);
    case 'substrings':
      return compileSubstrings(filter, context);
    case 'extensible':
      return compileExtensible(filter, context);
  }
}

const nothing: Candidates = { size: 0, slots: () => [] };

const undefinedTest: Test = { evaluate: () => undefined, candidates: () => nothing };

class AndTest implements Test {
  readonly #tests: readonly Test[];
  constructor(tests: readonly Test[]) {
    this.#tests = tests;
  }
  evaluate(entry: PackedEntry): Truth {
    let result: Truth = true;
    for (const test of this.#tests) {
      const truth = test.evaluate(entry);
      if (truth === false) return false;
      if (truth === undefined) result = undefined;
    }
    return result;
  }
  candidates(): Candidates | undefined {
    let best: Candidates | undefined;
    for (const test of this.#tests) {
      const candidates = test.candidates();
      if (candidates !== undefined && (best === undefined || candidates.size < best.size)) best = candidates;
      if (best !== undefined && best.size <= 1) return best;
    }
    return best;
  }
}

class OrTest implements Test {
  readonly #tests: readonly Test[];
  constructor(tests: readonly Test[]) {
    this.#tests = tests;
  }
  evaluate(entry: PackedEntry): Truth {
    return or(lazily(this.#tests, entry));
  }
  candidates(): Candidates | undefined {
    const all: Candidates[] = [];
    for (const test of this.#tests) {
      const candidates = test.candidates();
      if (candidates === undefined) return undefined;
      if (candidates.size > 0) all.push(candidates);
    }
    const [first] = all;
    if (first === undefined) return nothing;
    if (all.length === 1) return first;
    return { size: all.reduce((sum, each) => sum + each.size, 0), slots: () => new Set(all.flatMap((each) => [...each.slots()])) };
  }
}

function* lazily(tests: readonly Test[], entry: PackedEntry): Iterable<Truth> {
  for (const test of tests) yield test.evaluate(entry);
}

class NotTest implements Test {
  readonly #test: Test;
  constructor(test: Test) {
    this.#test = test;
  }
  evaluate(entry: PackedEntry): Truth {
    return not(this.#test.evaluate(entry));
  }
  candidates(): Candidates | undefined {
    // what is Undefined for every entry is so when negated
    return this.#test === undefinedTest ? nothing : undefined;
  }
}

/** The descriptions that an attribute in a filter stands for, and the computed attribute behind it if there is one. */
interface Term {
  readonly type: AttributeType;
  readonly descriptions: readonly AttributeDescription[];
  readonly computed: ComputedAttribute | undefined;
}

function termOf(attribute: string, context: MatchingContext): Term | undefined {
  const { schema } = context.tree;
  const covered = schema.covered(attribute);
  if (covered === undefined) return undefined;
  return { type: covered.type, descriptions: covered.descriptions, computed: context.computed.get(covered.type) };
}

/** Goes through the attributes of an entry that a term covers and the asker may use; what they may not use makes the outcome Undefined at best. */
function anyReadable(
  descriptions: readonly AttributeDescription[],
  entry: PackedEntry,
  context: MatchingContext,
  matches: (index: number) => boolean,
): Truth {
  let unknown = false;
  for (const description of descriptions) {
    if (!context.maySearch(entry, description)) {
      unknown = true;
      continue;
    }
    const index = entry.layout.indexOf(description.id);
    if (index >= 0 && matches(index)) return true;
  }
  return unknown ? undefined : false;
}

function computedTruth(computed: ComputedAttribute, entry: PackedEntry, context: MatchingContext, matches: () => boolean): Truth {
  return context.maySearch(entry, computed.description) ? matches() : undefined;
}

function compilePresence(attribute: string, context: MatchingContext): Test {
  const term = termOf(attribute, context);
  if (term === undefined) return undefinedTest;
  const { computed } = term;
  if (computed !== undefined) {
    return {
      evaluate: (entry) => computedTruth(computed, entry, context, () => computed.present(entry)),
      candidates: () => undefined,
    };
  }
  return {
    evaluate: (entry) => anyReadable(term.descriptions, entry, context, () => true),
    candidates() {
      const layouts = [...context.tree.layouts.inUse()].filter((layout) => term.descriptions.some((each) => layout.indexOf(each.id) >= 0));
      const size = layouts.reduce((sum, layout) => sum + layout.slots.size, 0);
      return size > context.tree.size / 2 ? undefined : { size, slots: () => layouts.flatMap((layout) => [...layout.slots]) };
    },
  };
}

function compileEquality(attribute: string, value: Buffer, context: MatchingContext): Test {
  const term = termOf(attribute, context);
  const rule = term?.type.equality;
  const normal = rule?.normalizeAssertion(value);
  if (term === undefined || rule === undefined || normal === undefined) return undefinedTest;
  const { computed } = term;
  if (computed !== undefined) {
    return {
      evaluate: (entry) => computedTruth(computed, entry, context, () => computed.equals(entry, normal)),
      candidates: () => computed.candidates(normal),
    };
  }
  const index = context.tree.equalityIndex(term.type);
  if (index !== undefined && term.descriptions.every((each) => each.type === term.type)) {
    return new IndexedEquality(term, normal, index, context);
  }
  return {
    evaluate: (entry) =>
      anyReadable(term.descriptions, entry, context, (at) => entry.valuesAt(at).some((each) => rule.normalize(each) === normal)),
    candidates: () => unionOfIndexes(term, normal, context),
  };
}

/** The usual case, without a look at the values: who has the value stands in the index, which is asked anew after each change of the tree. */
class IndexedEquality implements Test {
  readonly #term: Term;
  readonly #normal: string;
  readonly #index: EqualityIndex;
  readonly #context: MatchingContext;
  readonly #only: AttributeDescription | undefined;
  #posting: Posting | undefined;
  #epoch = -1;
  constructor(term: Term, normal: string, index: EqualityIndex, context: MatchingContext) {
    this.#term = term;
    this.#normal = normal;
    this.#index = index;
    this.#context = context;
    this.#only = term.descriptions.length === 1 ? term.descriptions[0] : undefined;
  }
  evaluate(entry: PackedEntry): Truth {
    const { descriptions, type } = this.#term;
    if (this.#only !== undefined && entry.slot >= 0 && entry.layout.indexesOf(type).length <= 1) {
      return this.#context.maySearch(entry, this.#only) ? postingHas(this.#having(), entry.slot) : undefined;
    }
    // several options of one type, where the index does not say which one has the value; or an entry that is not in the tree yet
    return anyReadable(descriptions, entry, this.#context, (at) =>
      this.#context.tree.indexTerms(type, entry.valuesAt(at)).includes(this.#normal),
    );
  }
  candidates(): Candidates {
    return candidatesOf(this.#having());
  }
  #having(): Posting | undefined {
    const { epoch } = this.#context.tree;
    if (this.#epoch !== epoch) {
      this.#posting = this.#index.get(this.#normal);
      this.#epoch = epoch;
    }
    return this.#posting;
  }
}

function candidatesOf(posting: Posting | undefined): Candidates {
  return { size: postingSize(posting), slots: () => (typeof posting === 'object' ? posting : posting === undefined ? [] : [posting]) };
}

/** For supertypes (`name`): whoever has the value in any of the subtypes, when all of them are indexed. */
function unionOfIndexes(term: Term, normal: string, context: MatchingContext): Candidates | undefined {
  const all: Candidates[] = [];
  for (const type of new Set(term.descriptions.map((each) => each.type))) {
    const index = context.tree.equalityIndex(type);
    if (index === undefined || type.equality !== term.type.equality) return undefined;
    all.push(candidatesOf(index.get(normal)));
  }
  return { size: all.reduce((sum, each) => sum + each.size, 0), slots: () => new Set(all.flatMap((each) => [...each.slots()])) };
}

function compileOrdering(kind: 'greaterOrEqual' | 'lessOrEqual', attribute: string, value: Buffer, context: MatchingContext): Test {
  const term = termOf(attribute, context);
  const rule = term?.type.ordering;
  const normal = rule?.normalizeAssertion(value);
  const compare = rule?.compare;
  if (term === undefined || rule === undefined || normal === undefined || compare === undefined) return undefinedTest;
  const holds = (each: Buffer) => {
    const other = rule.normalize(each);
    if (other === undefined) return false;
    const order = compare(other, normal);
    return kind === 'greaterOrEqual' ? order >= 0 : order <= 0;
  };
  const { computed } = term;
  if (computed !== undefined) {
    return {
      evaluate: (entry) => computedTruth(computed, entry, context, () => computed.values(entry).some(holds)),
      candidates: () => undefined,
    };
  }
  return {
    evaluate: (entry) => anyReadable(term.descriptions, entry, context, (at) => entry.valuesAt(at).some(holds)),
    candidates() {
      if (term.descriptions.some((each) => each.type !== term.type)) return undefined;
      const index = context.tree.orderingIndex(term.type);
      if (index === undefined) return undefined;
      const slots = new Set<number>();
      const bound = context.tree.size / 2;
      for (const slot of index.range(kind, normal)) {
        slots.add(slot);
        if (slots.size > bound) return undefined;
      }
      return { size: slots.size, slots: () => slots };
    },
  };
}

function compileSubstrings(filter: SubstringsFilter, context: MatchingContext): Test {
  const term = termOf(filter.attribute, context);
  const rule = term?.type.substrings;
  const pattern = rule?.normalizeSubstrings?.(filter);
  if (term === undefined || rule === undefined || pattern === undefined) return undefinedTest;
  const holds = (value: Buffer) => {
    const normal = rule.normalize(value);
    return normal !== undefined && containsPieces(normal, pattern);
  };
  const { computed } = term;
  if (computed !== undefined) {
    return {
      evaluate: (entry) => computedTruth(computed, entry, context, () => computed.values(entry).some(holds)),
      candidates: () => undefined,
    };
  }
  const pieces = [pattern.initial, ...pattern.any, pattern.final].filter((piece) => piece !== undefined);
  return {
    evaluate: (entry) => anyReadable(term.descriptions, entry, context, (at) => entry.valuesAt(at).some(holds)),
    candidates() {
      if (term.descriptions.some((each) => each.type !== term.type)) return undefined;
      const slots = context.tree.substringIndex(term.type)?.candidates(pieces);
      return slots === undefined ? undefined : { size: slots.length, slots: () => new Set(slots) };
    },
  };
}

/** RFC 4511 §4.5.1.7.7 */
function compileExtensible(filter: ExtensibleFilter, context: MatchingContext): Test {
  const { schema } = context.tree;
  const term = filter.attribute === undefined ? undefined : termOf(filter.attribute, context);
  if (filter.attribute !== undefined && term === undefined) return undefinedTest;
  if (filter.rule === IN_CHAIN && term !== undefined) return compileChain(term, filter.value, context);
  const rule = filter.rule === undefined ? term?.type.equality : schema.matchingRule(filter.rule);
  if (rule === undefined || (filter.rule === undefined && term === undefined)) return undefinedTest;
  if (term !== undefined && !schema.ruleApplies(rule, term.type)) return undefinedTest;
  const matches = rule.assertion(filter.value);
  if (matches === undefined) return undefinedTest;
  const inEntry = (entry: PackedEntry): Truth => {
    if (term?.computed !== undefined) {
      const { computed } = term;
      return computedTruth(computed, entry, context, () => computed.values(entry).some(matches));
    }
    const descriptions = term?.descriptions ?? entry.layout.descriptions.filter((each) => schema.ruleApplies(rule, each.type));
    return anyReadable(descriptions, entry, context, (at) => entry.valuesAt(at).some(matches));
  };
  const inName = (entry: PackedEntry): Truth => {
    let result: Truth = false;
    for (const { type: name, value } of schema.dnValues(entry.dn)) {
      const type = schema.attributeType(name);
      const description = type && schema.findDescription(type.name);
      if (type === undefined || description === undefined || !schema.ruleApplies(rule, type)) continue;
      if (term !== undefined && !schema.isSubtype(type, term.type)) continue;
      if (!context.maySearch(entry, description)) result = undefined;
      else if (matches(value)) return true;
    }
    return result;
  };
  return {
    evaluate: (entry) => (filter.dnAttributes ? or([inEntry(entry), inName(entry)]) : inEntry(entry)),
    candidates: () => undefined,
  };
}

/** `(member:…1941:=DN)`: groups that have DN as a member, directly or through other groups; the same upwards for memberOf and any DN attribute. */
function compileChain(term: Term, value: Buffer, context: MatchingContext): Test {
  const normal = term.type.equality?.normalizeAssertion(value);
  if (normal === undefined) return undefinedTest;
  const { tree, computed } = context;
  const step = (target: string): Iterable<number> => {
    const own = computed.get(term.type)?.candidates(target);
    return own === undefined ? candidatesOf(tree.equalityIndex(term.type)?.get(target)).slots() : own.slots();
  };
  let found: Set<number> | undefined;
  const reach = () => {
    if (found !== undefined) return found;
    found = new Set();
    for (const open = [normal]; open.length > 0; ) {
      for (const slot of step(open.pop() ?? '')) {
        if (found.has(slot)) continue;
        found.add(slot);
        const next = tree.at(slot);
        if (next !== undefined) open.push(next.key);
      }
    }
    return found;
  };
  return {
    evaluate: (entry) => and(term.descriptions.map((each) => (context.maySearch(entry, each) ? reach().has(entry.slot) : undefined))),
    candidates: () => ({ size: reach().size, slots: () => reach() }),
  };
}
