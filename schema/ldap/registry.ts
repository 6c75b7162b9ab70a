import { type AttributeTypeAndValue, type Dn, parseDn, type Rdn } from '../../directory/model/dn.ts';
import { linkDefinitions } from './link.ts';
import { MatchingRule, matchingRuleRows, type NormalizationContext } from './matching-rules.ts';
import { type Definition, parseDefinitions, SchemaError } from './parse.ts';
import { prepare } from './string-preparation.ts';
import type { Syntax } from './syntaxes.ts';

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

/** More descriptions with options than any club has; a bound for what a writer can make us remember. */
const mostDescriptions = 20_000;
/** Answers kept by the text that they were asked with; clients use the same few again and again. */
const mostRemembered = 4096;

/** Everything the definitions say. It never changes, but for descriptions with options, which are numbered when they first come. */
export class Schema implements NormalizationContext {
  readonly attributeTypes: readonly AttributeType[];
  readonly objectClasses: readonly ObjectClass[];
  readonly matchingRules: readonly MatchingRule[];
  /** Grows when a description with new options comes up: what was worked out from `covered` is then out of date. */
  version = 0;
  readonly #types = new Map<string, AttributeType>();
  readonly #classes = new Map<string, ObjectClass>();
  readonly #rules = new Map<string, MatchingRule>();
  readonly #descriptions: AttributeDescription[] = [];
  readonly #byName = new Map<string, AttributeDescription>();
  readonly #covered = new Map<string, { readonly version: number; readonly covered: Covered | undefined }>();
  readonly #dnKeys = new Map<string, string>();
  readonly #classSets = new Map<string, ReadonlySet<ObjectClass>>();

  /** @throws SchemaError with every mistake, a line each */
  private constructor(definitions: readonly Definition[], mistakes: string[]) {
    this.matchingRules = matchingRuleRows.map((row) => new MatchingRule(row, this));
    for (const rule of this.matchingRules) for (const key of [rule.oid, rule.name.toLowerCase()]) this.#rules.set(key, rule);
    linkDefinitions(definitions, { rule: (name) => this.matchingRule(name), types: this.#types, classes: this.#classes }, mistakes);
    if (mistakes.length > 0) throw new SchemaError(mistakes.join('\n'));
    this.attributeTypes = [...new Set(this.#types.values())];
    this.objectClasses = [...new Set(this.#classes.values())];
    for (const type of this.attributeTypes) this.#intern(type, []);
  }

  /**
   * Reads definition files in their order; a later one builds on the earlier.
   * @throws SchemaError
   */
  static load(sources: readonly { readonly file: string; readonly text: string }[]): Schema {
    const macros = new Map<string, string>();
    const mistakes: string[] = [];
    const definitions = sources.flatMap(({ file, text }) => parseDefinitions(text, file, macros, mistakes));
    return new Schema(definitions, mistakes);
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

  /** The description, which is numbered if it is new; for what is going to be stored. Undefined when the type is not known. */
  description(text: string): AttributeDescription | undefined {
    const known = this.#byName.get(text);
    if (known !== undefined) return known;
    const parsed = this.#parse(text);
    return parsed && this.#intern(parsed.type, parsed.options);
  }

  /** The description if entries may have it already; numbers nothing. */
  findDescription(text: string): AttributeDescription | undefined {
    const parsed = this.#parse(text);
    return parsed && this.#byName.get(nameOf(parsed.type, parsed.options));
  }

  /** What a description in a filter or an attribute list stands for; undefined when the type is not known. */
  covered(text: string): Covered | undefined {
    const known = this.#covered.get(text);
    if (known !== undefined && known.version === this.version) return known.covered;
    const parsed = this.#parse(text);
    const covered = parsed && {
      type: parsed.type,
      descriptions: this.#descriptions.filter((each) => this.isSubtype(each.type, parsed.type) && hasOptions(each, parsed.options)),
    };
    if (this.#covered.size >= mostRemembered) this.#covered.clear();
    this.#covered.set(text, { version: this.version, covered });
    return covered;
  }

  isSubtype(type: AttributeType, of: AttributeType): boolean {
    for (let at: AttributeType | undefined = type; at !== undefined; at = at.superior) if (at === of) return true;
    return false;
  }

  /** All classes that these values of objectClass make an entry belong to, superiors included; what is not known is left out. */
  classesOf(names: readonly string[]): ReadonlySet<ObjectClass> {
    const key = names.join();
    let classes = this.#classSets.get(key);
    if (classes === undefined) {
      const found = new Set<ObjectClass>();
      const open = names.flatMap((name) => this.objectClass(name) ?? []);
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        found.add(next);
        open.push(...next.superiors.filter((superior) => !found.has(superior)));
      }
      classes = found;
      if (this.#classSets.size >= mostRemembered) this.#classSets.clear();
      this.#classSets.set(key, classes);
    }
    return classes;
  }

  /** May the rule be used on values of this type (RFC 4512 §4.1.4)? */
  ruleApplies(rule: MatchingRule, type: AttributeType): boolean {
    return rule.appliesTo.includes(type.syntax.oid) || rule === type.equality || rule === type.ordering || rule === type.substrings;
  }

  /**
   * The normal form of a DN: canonical type names in lower case, values by their equality rule, multi-valued RDNs in order.
   * Two DNs name the same entry when their forms are equal. A comma in it always sets two RDNs apart.
   * @throws DirectoryError invalidDNSyntax
   */
  normalizeDn(text: string): string {
    const known = this.#dnKeys.get(text);
    if (known !== undefined) return known;
    const key = this.dnKey(parseDn(text));
    if (this.#dnKeys.size >= mostRemembered) this.#dnKeys.clear();
    if (text.length <= 512) this.#dnKeys.set(text, key);
    return key;
  }

  dnKey(dn: Dn): string {
    return dn.map((rdn) => this.rdnKey(rdn)).join(',');
  }

  rdnKey(rdn: Rdn): string {
    const [only] = rdn;
    if (rdn.length === 1 && only !== undefined) return this.#avaKey(only);
    return rdn
      .map((ava) => this.#avaKey(ava))
      .sort()
      .join('+');
  }

  /** All types and values that a DN names, for `:dn:` in extensible filters. */
  dnValues(text: string): readonly AttributeTypeAndValue[] {
    return parseDn(text).flat();
  }

  canonicalOid(nameOrOid: string): string | undefined {
    const known = this.objectClass(nameOrOid) ?? this.attributeType(nameOrOid) ?? this.matchingRule(nameOrOid);
    if (known !== undefined) return known.oid;
    return /^\d+(?:\.\d+)+$/.test(nameOrOid) ? nameOrOid : undefined;
  }

  #avaKey({ type: name, value }: AttributeTypeAndValue): string {
    const type = this.attributeType(name);
    const normal = (type === undefined ? undefined : type.equality?.normalize(value)) ?? prepare(value, true) ?? value.toString('latin1');
    return `${(type?.name ?? name).toLowerCase()}=${normal.replace(/[\\,+]/g, (character) => `\\${character.charCodeAt(0).toString(16)}`)}`;
  }

  #parse(text: string): { readonly type: AttributeType; readonly options: readonly string[] } | undefined {
    if (!text.includes(';')) {
      const type = this.attributeType(text);
      return type && { type, options: [] };
    }
    const [name = '', ...options] = text.split(';');
    const type = this.attributeType(name);
    if (type === undefined || options.some((option) => !/^[A-Za-z0-9-]+$/.test(option))) return undefined;
    return { type, options: [...new Set(options.map((option) => option.toLowerCase()))].sort() };
  }

  #intern(type: AttributeType, options: readonly string[]): AttributeDescription | undefined {
    const name = nameOf(type, options);
    let description = this.#byName.get(name);
    if (description === undefined && this.#descriptions.length < mostDescriptions) {
      description = { id: this.#descriptions.length, type, options, name };
      this.#descriptions.push(description);
      this.#byName.set(name, description);
      this.version++;
    }
    return description;
  }
}

function nameOf(type: AttributeType, options: readonly string[]): string {
  return options.length === 0 ? type.name : `${type.name};${options.join(';')}`;
}

/** All of the options; `lang-de-` stands for every option that begins so (RFC 3866 §3.1). */
function hasOptions(description: AttributeDescription, options: readonly string[]): boolean {
  return options.every((option) =>
    description.options.some((each) => each === option || (option.endsWith('-') && each.startsWith(option))),
  );
}
