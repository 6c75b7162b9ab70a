import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { MatchedValues } from './matched-values.ts';
import type { ComputedAttribute } from './matching.ts';
import { type Layout, type PackedEntry, packAttribute, packType, type ResolvedAttribute } from './packed-entry.ts';
import type { Mask } from './rights.ts';
import type { Viewer } from './viewer.ts';

/** What of an entry goes into an answer: byte ranges of entry.bytes (start, end, start, end, …), and encoded attributes that are not stored. */
export interface Composition {
  readonly ranges: readonly number[];
  readonly extra: readonly Buffer[];
}

/** For one layout and one asker: which stored attributes (index ranges, end exclusive) and which computed ones. */
interface Plan {
  readonly stored: readonly number[];
  readonly computed: readonly ComputedAttribute[];
}

/**
 * The attribute list of a search (RFC 4511 §4.5.1.8) made ready: `*`, `+`, `1.1`, names, OIDs, options. Undefined names are
 * ignored. What it means for a layout and an asker is worked out once.
 */
export class Selection {
  readonly #schema: Schema;
  readonly #computed: ReadonlyMap<AttributeType, ComputedAttribute>;
  readonly #withheld: ReadonlySet<string>;
  readonly #attributes: readonly string[];
  readonly #typesOnly: boolean;
  readonly #all: boolean;
  readonly #operational: boolean;
  #ids: ReadonlySet<number>;
  #types: ReadonlySet<AttributeType>;
  #version: number;
  #plans = new WeakMap<Mask, Map<Layout, Plan>>();
  /** What was used last; most answers are about entries of one shape */
  #last: { readonly layout: Layout; readonly mask: Mask; readonly plan: Plan } | undefined;

  /** @param withheld names of stored attributes that go to nobody, whoever asks for them */
  constructor(
    schema: Schema,
    computed: ReadonlyMap<AttributeType, ComputedAttribute>,
    withheld: ReadonlySet<string>,
    attributes: readonly string[],
    typesOnly: boolean,
  ) {
    this.#schema = schema;
    this.#computed = computed;
    this.#withheld = withheld;
    this.#attributes = attributes;
    this.#typesOnly = typesOnly;
    this.#all = attributes.length === 0 || attributes.includes('*');
    this.#operational = attributes.includes('+');
    this.#version = schema.version;
    [this.#ids, this.#types] = this.#resolve();
  }

  compose(entry: PackedEntry, viewer: Viewer, matched?: MatchedValues): Composition {
    if (matched !== undefined) return this.#matched(entry, viewer, matched);
    const plan = this.#planFor(entry.layout, viewer.mask(entry), viewer);
    if (this.#typesOnly) return this.#typesOf(plan, entry);
    const ranges: number[] = [];
    for (let at = 0; at < plan.stored.length; at += 2) {
      ranges.push(entry.offsets[plan.stored[at] ?? 0] ?? 0, entry.offsets[plan.stored[at + 1] ?? 0] ?? 0);
    }
    if (plan.computed.length === 0) return { ranges, extra: none };
    const extra: Buffer[] = [];
    for (const computed of plan.computed) {
      const values = computed.values(entry);
      if (values.length > 0) extra.push(packAttribute({ description: computed.description, values }));
    }
    return { ranges, extra };
  }

  #matched(entry: PackedEntry, viewer: Viewer, matched: MatchedValues): Composition {
    const attributes = matched.of(this.#attributesOf(entry, viewer));
    const extra = attributes.map((each) => (this.#typesOnly ? packType(each.description) : packAttribute(each)));
    return { ranges: [], extra };
  }

  /** The same as plain data: descriptions and values. */
  #attributesOf(entry: PackedEntry, viewer: Viewer): ResolvedAttribute[] {
    const plan = this.#planFor(entry.layout, viewer.mask(entry), viewer);
    const attributes: ResolvedAttribute[] = [];
    for (let at = 0; at < plan.stored.length; at += 2) {
      for (let index = plan.stored[at] ?? 0; index < (plan.stored[at + 1] ?? 0); index++) {
        const description = entry.layout.descriptions[index];
        if (description !== undefined) attributes.push({ description, values: entry.valuesAt(index) });
      }
    }
    for (const computed of plan.computed) attributes.push({ description: computed.description, values: computed.values(entry) });
    return attributes;
  }

  #typesOf(plan: Plan, entry: PackedEntry): Composition {
    const extra: Buffer[] = [];
    for (let at = 0; at < plan.stored.length; at += 2) {
      for (const description of entry.layout.descriptions.slice(plan.stored[at], plan.stored[at + 1])) extra.push(packType(description));
    }
    for (const computed of plan.computed) if (computed.present(entry)) extra.push(packType(computed.description));
    return { ranges: [], extra };
  }

  #planFor(layout: Layout, mask: Mask, viewer: Viewer): Plan {
    if (this.#version !== this.#schema.version) this.#refresh();
    if (this.#last?.layout === layout && this.#last.mask === mask) return this.#last.plan;
    const plan = this.#knownPlan(layout, mask, viewer);
    this.#last = { layout, mask, plan };
    return plan;
  }

  #knownPlan(layout: Layout, mask: Mask, viewer: Viewer): Plan {
    let plans = this.#plans.get(mask);
    if (plans === undefined) {
      plans = new Map();
      this.#plans.set(mask, plans);
    }
    let plan = plans.get(layout);
    if (plan === undefined) {
      plan = this.#plan(layout, mask, viewer);
      plans.set(layout, plan);
    }
    return plan;
  }

  #plan(layout: Layout, mask: Mask, viewer: Viewer): Plan {
    const computed = [...this.#computed.values()].filter(
      (each) =>
        each.appliesTo(layout) &&
        viewer.maskMayRead(mask, each.description) &&
        (this.#types.has(each.description.type) || (each.asUser && this.#all) || (this.#operational && each.description.type.operational)),
    );
    const replaced = new Set(computed.map((each) => each.description.type));
    const stored: number[] = [];
    layout.descriptions.forEach((description, index) => {
      const wanted = this.#ids.has(description.id) || (index < layout.userCount ? this.#all : this.#operational);
      if (!wanted || replaced.has(description.type) || this.#withheld.has(description.type.name) || !viewer.maskMayRead(mask, description))
        return;
      if (stored.length > 0 && stored.at(-1) === index) stored[stored.length - 1] = index + 1;
      else stored.push(index, index + 1);
    });
    return { stored, computed };
  }

  #refresh(): void {
    this.#version = this.#schema.version;
    [this.#ids, this.#types] = this.#resolve();
    this.#plans = new WeakMap();
    this.#last = undefined;
  }

  #resolve(): [ReadonlySet<number>, ReadonlySet<AttributeType>] {
    const ids = new Set<number>();
    const types = new Set<AttributeType>();
    for (const attribute of this.#attributes.flatMap((each) => attributesOfClass(this.#schema, each))) {
      const covered = this.#schema.covered(attribute);
      if (covered === undefined) continue;
      types.add(covered.type);
      for (const description of covered.descriptions) {
        ids.add(description.id);
        types.add(description.type);
      }
    }
    return [ids, types];
  }
}

/** `@person` asks for all that the class and its superiors name (RFC 4529). */
function attributesOfClass(schema: Schema, text: string): readonly string[] {
  if (!text.startsWith('@')) return [text];
  const objectClass = schema.objectClass(text.slice(1));
  const classes = objectClass === undefined ? [] : [...schema.superiorClosure(objectClass)];
  return classes.flatMap(({ must, may }) => [...must, ...may].map(({ name }) => name));
}

const none: readonly Buffer[] = [];
const nothingWithheld: ReadonlySet<string> = new Set();

/** Selections by the identity of the attribute list, which the wire hands out once for each distinct list. */
export class Selections {
  readonly #schema: Schema;
  readonly #computed: ReadonlyMap<AttributeType, ComputedAttribute>;
  readonly #withheld: ReadonlySet<string>;
  readonly #full = new WeakMap<readonly string[], Selection>();
  readonly #types = new WeakMap<readonly string[], Selection>();

  constructor(schema: Schema, computed: ReadonlyMap<AttributeType, ComputedAttribute>, withheld = nothingWithheld) {
    this.#schema = schema;
    this.#computed = computed;
    this.#withheld = withheld;
  }

  get(attributes: readonly string[], typesOnly: boolean): Selection {
    const known = typesOnly ? this.#types : this.#full;
    let selection = known.get(attributes);
    if (selection === undefined) {
      selection = new Selection(this.#schema, this.#computed, this.#withheld, attributes, typesOnly);
      known.set(attributes, selection);
    }
    return selection;
  }
}
