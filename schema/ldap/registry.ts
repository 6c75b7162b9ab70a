import { type AttributeTypeAndValue, type Dn, parseDn, parseRdn, type Rdn } from '../../directory/model/dn.ts';
import { BoundedCache } from './bounded-cache.ts';
import { Descriptions } from './descriptions.ts';
import { rdnKey } from './dn-key.ts';
import { type Linked, linkDefinitions } from './link.ts';
import { type MatchingRule, matchingRules, type NormalizationContext } from './matching-rules.ts';
import { parseDefinitions, SchemaError, type Source } from './parse.ts';
import { type Syntax, syntaxes } from './syntaxes.ts';

/** An attribute type with everything inherited from its superiors filled in (RFC 4512 §2.5.1, §4.1.2). */
export interface AttributeType {
  readonly oid: string;
  /** First name of the definition, in its spelling; the OID when it has none */
  readonly name: string;
  readonly names: readonly string[];
  readonly superior: AttributeType | undefined;
  readonly equality: MatchingRule | undefined;
  readonly ordering: MatchingRule | undefined;
  readonly substrings: MatchingRule | undefined;
  readonly syntax: Syntax;
  readonly maxLength: number | undefined;
  readonly singleValue: boolean;
  readonly collective: boolean;
  readonly noUserModification: boolean;
  readonly obsolete: boolean;
  readonly usage: 'userApplications' | 'directoryOperation' | 'distributedOperation' | 'dSAOperation';
  /** usage is not userApplications */
  readonly operational: boolean;
  /** RFC 4512 text as published */
  readonly definition: string;
}

export interface ObjectClass {
  readonly oid: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly superiors: readonly ObjectClass[];
  readonly kind: 'abstract' | 'structural' | 'auxiliary';
  /** As the definition says; what the superiors say comes on top */
  readonly must: readonly AttributeType[];
  readonly may: readonly AttributeType[];
  readonly obsolete: boolean;
  readonly definition: string;
}

/** An attribute description: a type and its options, one object for each distinct one (RFC 4512 §2.5). */
export interface AttributeDescription {
  /** Small and dense; numbers an attribute in tables */
  readonly id: number;
  readonly type: AttributeType;
  /** lower case, sorted, without duplicates */
  readonly options: readonly string[];
  /** As it stands in answers: the schema's spelling of the type, `;options` in lower case */
  readonly name: string;
}

/** What a description in a request stands for: itself, its subtypes, and those of them with more options (RFC 4512 §2.5.2). */
export interface Covered {
  readonly type: AttributeType;
  readonly descriptions: readonly AttributeDescription[];
}

/** Answers kept by the text that they were asked with; clients use the same few again and again. */
const remembered = 4096;

/** Everything the definitions say. It never changes, but for descriptions with options, which are numbered when they first come. */
export class Schema implements NormalizationContext {
  readonly attributeTypes: readonly AttributeType[];
  readonly objectClasses: readonly ObjectClass[];
  readonly matchingRules: readonly MatchingRule[];
  readonly #types: ReadonlyMap<string, AttributeType>;
  readonly #classes: ReadonlyMap<string, ObjectClass>;
  readonly #rules = new Map<string, MatchingRule>();
  readonly #descriptions: Descriptions;
  readonly #closures = new Map<ObjectClass, ReadonlySet<ObjectClass>>();
  readonly #classSets = new BoundedCache<ReadonlySet<ObjectClass>>(remembered);
  // a group of ten thousand is looked through again and again
  readonly #dnKeys = new BoundedCache<string>(16_384, 128);
  readonly #rdnKeys = new BoundedCache<string>(16_384, 128);

  private constructor(link: (rule: (nameOrOid: string) => MatchingRule | undefined) => Linked) {
    this.matchingRules = matchingRules(this);
    for (const rule of this.matchingRules) for (const key of [rule.oid, rule.name.toLowerCase()]) this.#rules.set(key, rule);
    const { types, classes } = link((name) => this.matchingRule(name));
    this.#types = types;
    this.#classes = classes;
    this.attributeTypes = [...new Set(types.values())];
    this.objectClasses = [...new Set(classes.values())];
    for (const each of this.objectClasses) this.#closures.set(each, closureOf(each));
    this.#descriptions = new Descriptions(this.attributeTypes, (name) => this.attributeType(name));
  }

  /**
   * Reads definition files: OpenLDAP's `.schema` format or RFC 4512's text.
   * @throws SchemaError with every mistake, a line each: file, line, reason
   */
  static load(sources: readonly Source[]): Schema {
    const definitions = parseDefinitions(sources);
    const mistakes = [...definitions.mistakes];
    const schema = new Schema((rule) => linkDefinitions(definitions, rule, mistakes));
    if (mistakes.length > 0) throw new SchemaError(mistakes.join('\n'));
    return schema;
  }

  attributeType(nameOrOid: string): AttributeType | undefined {
    return this.#types.get(nameOrOid) ?? this.#types.get(nameOrOid.toLowerCase());
  }

  objectClass(nameOrOid: string): ObjectClass | undefined {
    return this.#classes.get(nameOrOid) ?? this.#classes.get(nameOrOid.toLowerCase());
  }

  matchingRule(nameOrOid: string): MatchingRule | undefined {
    return this.#rules.get(nameOrOid.toLowerCase());
  }

  syntax(oid: string): Syntax | undefined {
    return syntaxes.get(oid);
  }

  /** Grows when a description with new options comes up: what was worked out from `covered` is then out of date. */
  get version(): number {
    return this.#descriptions.version;
  }

  /**
   * The description for what is going to be stored; one with new options gets its number now.
   * @returns undefined when the type or an option is not known
   * @throws DirectoryError adminLimitExceeded when there are too many different ones
   */
  description(text: string): AttributeDescription | undefined {
    return this.#descriptions.intern(text);
  }

  /** The description, if any entry may have it already; numbers nothing. `covered` tells whether the type is known. */
  findDescription(text: string): AttributeDescription | undefined {
    return this.#descriptions.find(text);
  }

  descriptionById(id: number): AttributeDescription | undefined {
    return this.#descriptions.byId(id);
  }

  /**
   * What a description in a filter or an attribute list stands for: `name` also cn, `cn` also `cn;lang-de`, `cn;lang-en-` every
   * English (RFC 4512 §2.5.2, RFC 3866 §3).
   * @returns undefined when the type or an option is not known; no descriptions when the options were never seen
   */
  covered(text: string): Covered | undefined {
    return this.#descriptions.covered(text);
  }

  isSubtype(type: AttributeType, of: AttributeType): boolean {
    for (let at: AttributeType | undefined = type; at !== undefined; at = at.superior) if (at === of) return true;
    return false;
  }

  /** The class and everything above it. */
  superiorClosure(objectClass: ObjectClass): ReadonlySet<ObjectClass> {
    return this.#closures.get(objectClass) ?? closureOf(objectClass);
  }

  /** All classes that these values of objectClass make an entry belong to, superiors included; what is not known is left out. */
  classesOf(names: readonly string[]): ReadonlySet<ObjectClass> {
    const key = names.join();
    let classes = this.#classSets.get(key);
    if (classes === undefined) {
      classes = new Set(names.flatMap((name) => this.objectClass(name) ?? []).flatMap((each) => [...this.superiorClosure(each)]));
      this.#classSets.set(key, classes);
    }
    return classes;
  }

  /** May the rule be used on values of this type (RFC 4512 §4.1.4)? */
  ruleApplies(rule: MatchingRule, type: AttributeType): boolean {
    return rule.appliesTo.includes(type.syntax.oid) || rule === type.equality || rule === type.ordering || rule === type.substrings;
  }

  /**
   * The normal form of a DN: canonical type names in lower case, values by their equality rule, multi-valued RDNs in order. Two
   * DNs name the same entry when their forms are equal; a comma in it always sets two RDNs apart.
   * @throws DirectoryError invalidDNSyntax
   */
  normalizeDn(text: string): string {
    const known = this.#dnKeys.get(text);
    if (known !== undefined) return known;
    // commas set RDNs apart where nothing is escaped or quoted; most RDNs of a tree are those of few parents
    const pieces = /[\\"+;#<>\0]/.test(text) ? undefined : text.split(',', 128);
    const simple = pieces !== undefined && pieces.length < 128 && text.trim() !== '';
    const key = simple ? pieces.map((piece) => this.#rdnTextKey(piece)).join(',') : this.dnKey(parseDn(text));
    this.#dnKeys.set(text, key);
    return key;
  }

  /** normalizeDn for a DN that is parsed already. The key of the parent is the one of the slice from 1. */
  dnKey(dn: Dn): string {
    return dn.map((rdn) => this.rdnKey(rdn)).join(',');
  }

  /** @throws DirectoryError invalidDNSyntax */
  rdnKey(rdn: Rdn): string {
    return rdnKey(rdn, (name) => this.attributeType(name));
  }

  /** The RDN with its types in the schema's spelling, as answers have them. */
  spell(rdn: Rdn): Rdn {
    return rdn.map(({ type, value }) => ({ type: this.attributeType(type)?.name ?? type, value }));
  }

  /** All types and values that a DN names, for `:dn:` in extensible filters. */
  dnValues(text: string): readonly AttributeTypeAndValue[] {
    return parseDn(text).flat();
  }

  /** The OID of a class, attribute type or rule; a number that is not known stays. */
  canonicalOid(nameOrOid: string): string | undefined {
    const known = this.objectClass(nameOrOid) ?? this.attributeType(nameOrOid) ?? this.matchingRule(nameOrOid);
    if (known !== undefined) return known.oid;
    return /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+$/.test(nameOrOid) ? nameOrOid : undefined;
  }

  #rdnTextKey(text: string): string {
    const known = this.#rdnKeys.get(text);
    if (known !== undefined) return known;
    const key = this.rdnKey(parseRdn(text));
    this.#rdnKeys.set(text, key);
    return key;
  }
}

function closureOf(objectClass: ObjectClass): ReadonlySet<ObjectClass> {
  const found = new Set([objectClass]);
  // a set goes on to what is added while it is walked
  for (const each of found) for (const superior of each.superiors) found.add(superior);
  return found;
}
