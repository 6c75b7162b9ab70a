import { type Grant, isVisibleTo, levels, type Who } from '../../schema/ldap/policy.ts';
import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { Filter } from '../model/filter.ts';
import { formatFilter } from '../model/filter-text.ts';
import { ownComputedAttributes } from './computed.ts';
import { type ComputedAttribute, compileFilter, type Test } from './matching.ts';
import type { PackedEntry } from './packed-entry.ts';
import { type Place, reaches } from './reach.ts';
import { bit } from './rights.ts';
import type { Tree } from './tree.ts';

/** A row ready to be asked. */
export interface Row extends Place {
  readonly test: Test | undefined;
  /** What it tests, as text */
  readonly filter: string | undefined;
  /** Does the row speak of this attribute? Undefined: of those that the visibility rows show. */
  readonly names: ((type: AttributeType) => boolean) | undefined;
  /** Those that it names one by one, without their subtypes */
  readonly listed: readonly AttributeType[] | undefined;
  /** To whom they show it; undefined: to the asker */
  readonly level: number | undefined;
  readonly may: number;
}

/** Makes rows of what the policy and the grants say: names become types, DNs stand below the suffix. */
export class RowReader {
  readonly #tree: Tree;
  readonly #schema: Schema;
  readonly #baseKey: string;
  readonly #secret: ReadonlySet<AttributeType>;
  readonly #computed: ReadonlyMap<AttributeType, ComputedAttribute>;

  constructor(tree: Tree, baseDn: string, secret: ReadonlySet<AttributeType>) {
    this.#tree = tree;
    this.#schema = tree.schema;
    this.#baseKey = tree.schema.normalizeDn(baseDn);
    this.#secret = secret;
    this.#computed = ownComputedAttributes(tree);
  }

  row(grant: Grant): Row {
    return {
      baseKey: this.below(grant.entries.dn),
      scope: grant.entries.scope,
      filter: grant.entries.filter && formatFilter(grant.entries.filter),
      test: grant.entries.filter === undefined ? undefined : this.#test(grant.entries.filter),
      names: this.#names(grant.attributes),
      level: isVisibleTo(grant.attributes) ? levels.indexOf(grant.attributes.level) : undefined,
      listed: Array.isArray(grant.attributes) ? grant.attributes.map((name) => this.type(name)) : undefined,
      may: grant.may.reduce((sum, right) => sum | bit(right), 0),
    };
  }

  #names(attributes: Grant['attributes']): Row['names'] {
    if (attributes === 'visible' || isVisibleTo(attributes)) return undefined;
    if (attributes === '*') return (type) => !this.#secret.has(type);
    const types = attributes.map((name) => this.type(name));
    return (type) => types.some((each) => this.#schema.isSubtype(type, each));
  }

  #test(filter: Filter): Test {
    return compileFilter(filter, { tree: this.#tree, computed: this.#computed, maySearch: () => true });
  }

  who(who: Who): Who {
    return who.kind === 'entry' ? { kind: 'entry', dn: this.below(who.dn) } : who;
  }

  /** Normal form of a DN below the suffix */
  below(dn: string): string {
    if (dn === '') return this.#baseKey;
    return `${this.#schema.normalizeDn(dn)},${this.#baseKey}`;
  }

  /** @throws Error when the schema does not know it */
  type(name: string): AttributeType {
    return typeNamed(this.#schema, name);
  }
}

/** @throws Error when the schema does not know it */
export function typeNamed(schema: Schema, name: string): AttributeType {
  const type = schema.attributeType(name);
  if (type === undefined) throw new Error(`an access row names the attribute ${name}, which the schema does not know`);
  return type;
}

const rowNumbers = new WeakMap<Row, number>();
let lastRowNumber = 0;

/** Tells rows apart in a key. */
export function rowNumber(row: Row): number {
  let found = rowNumbers.get(row);
  if (found === undefined) {
    found = ++lastRowNumber;
    rowNumbers.set(row, found);
  }
  return found;
}

/** Does a row speak of this entry? */
export function selects(row: Row, entry: PackedEntry): boolean {
  return reaches(row, { baseKey: entry.key, scope: 'base' }) && (row.test === undefined || row.test.evaluate(entry) === true);
}

/**
 * Do rows give whoever has them all that another row gives? Each of its rights may come from another of them. `visible` means what a level
 * shows: that of the row, or else of whoever has it. Pure.
 */
export function isWithin(
  { row, level }: { readonly row: Row; readonly level: number },
  wide: { readonly rows: readonly Row[]; readonly level: number },
): boolean {
  const over = wide.rows.filter(
    (each) =>
      reaches(each, row) &&
      (each.filter === undefined || each.filter === row.filter) &&
      speaksOf(each, each.level ?? wide.level, row, row.level ?? level),
  );
  return (row.may & ~over.reduce((rights, each) => rights | each.may, 0)) === 0;
}

function speaksOf(wide: Row, wideLevel: number, row: Row, level: number): boolean {
  const { names } = wide;
  // to write mosGrant takes a row that names it
  if (row.listed !== undefined)
    return names !== undefined && row.listed.every((type) => names(type) && (type.name !== 'mosGrant' || wide.listed !== undefined));
  // `*` is all that can be visible, too
  return names === undefined ? row.names === undefined && wideLevel >= level : wide.listed === undefined;
}
