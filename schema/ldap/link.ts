import { printDefinition } from './definition-text.ts';
import type { MatchingRule } from './matching-rules.ts';
import type { AttributeTypeDefinition, Definitions, ObjectClassDefinition } from './parse.ts';
import type { AttributeType, ObjectClass } from './registry.ts';
import { syntaxes } from './syntaxes.ts';

/** Definitions with everything looked up that they name; the maps go by OID and by each name in lower case. */
export interface Linked {
  readonly types: ReadonlyMap<string, AttributeType>;
  readonly classes: ReadonlyMap<string, ObjectClass>;
}

type Definition = AttributeTypeDefinition | ObjectClassDefinition;
type RuleByName = (nameOrOid: string) => MatchingRule | undefined;

const usages = ['userApplications', 'directoryOperation', 'distributedOperation', 'dSAOperation'] as const;

/**
 * Looks up what definitions name: superiors, syntaxes, rules, attributes; whether before or behind, in which file ever.
 * @param mistakes gets a line for each thing that is wrong
 */
export function linkDefinitions({ attributeTypes, objectClasses }: Definitions, rule: RuleByName, mistakes: string[]): Linked {
  const typeTable = new LinkTable<AttributeTypeDefinition, AttributeType>(attributeTypes, mistakes, (definition, superior) =>
    linkType(definition, superior, rule),
  );
  const types = typeTable.link();
  const classTable = new LinkTable<ObjectClassDefinition, ObjectClass>(objectClasses, mistakes, (definition, superior) =>
    linkClass(definition, superior, types),
  );
  return { types, classes: classTable.link() };
}

/** Definitions of one kind, each linked after its superiors. */
class LinkTable<From extends Definition, To> {
  readonly #definitions = new Map<string, From>();
  readonly #linked = new Map<string, To>();
  /** Being linked, or found to be wrong */
  readonly #open = new Set<From>();
  readonly #wrong = new Set<From>();
  readonly #mistakes: string[];
  readonly #convert: (definition: From, superior: (name: string) => To) => To;

  constructor(definitions: readonly From[], mistakes: string[], convert: (definition: From, superior: (name: string) => To) => To) {
    this.#mistakes = mistakes;
    this.#convert = convert;
    for (const definition of definitions) this.#enter(definition);
  }

  link(): ReadonlyMap<string, To> {
    for (const definition of this.#definitions.values()) this.#link(definition);
    return this.#linked;
  }

  /** The same definition may come again, perhaps described in other words, as in OpenLDAP's files beside the ones that ship with MOS. */
  #enter(definition: From): void {
    const keys = keysOf(definition);
    const known = keys.map((key) => this.#definitions.get(key)).find((each) => each !== undefined);
    if (known === undefined) for (const key of keys) this.#definitions.set(key, definition);
    else if (!saysTheSame(known, definition)) {
      const shared = keys.filter((key) => keysOf(known).includes(key)).join(', ');
      this.#mistake(definition, `${shared} is defined otherwise at ${known.place.file}:${known.place.line}`);
    }
  }

  #link(definition: From): To | undefined {
    const linked = this.#linked.get(definition.oid);
    if (linked !== undefined || this.#wrong.has(definition)) return linked;
    this.#open.add(definition);
    try {
      const result = this.#convert(definition, (name) => this.#superior(name));
      for (const key of keysOf(definition)) this.#linked.set(key, result);
      return result;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#wrong.add(definition);
      if (error.message !== '') this.#mistake(definition, error.message);
      return undefined;
    } finally {
      this.#open.delete(definition);
    }
  }

  #superior(name: string): To {
    const definition = this.#definitions.get(name.toLowerCase());
    if (definition === undefined) throw new LinkError(`SUP ${name} is not known`);
    if (this.#open.has(definition)) throw new LinkError(`SUP ${name} leads back to where it began`);
    const superior = this.#link(definition);
    // what is wrong with the superior has been said
    if (superior === undefined) throw new LinkError('');
    return superior;
  }

  #mistake({ place, names, oid }: From, text: string): void {
    this.#mistakes.push(`${place.file}:${place.line}: ${names[0] ?? oid}: ${text}`);
  }
}

function saysTheSame(a: Definition, b: Definition): boolean {
  const [one, other] = [a, b].map((each) => printDefinition({ ...each, description: undefined, extensions: new Map() }));
  return one?.toLowerCase() === other?.toLowerCase();
}

/** What is wrong with one definition, in words. */
class LinkError extends Error {}

function keysOf({ oid, names }: Definition): string[] {
  return [oid, ...names.map((name) => name.toLowerCase())];
}

function linkType(definition: AttributeTypeDefinition, superiorOf: (name: string) => AttributeType, rule: RuleByName): AttributeType {
  const superior = definition.superior === undefined ? undefined : superiorOf(definition.superior);
  const syntax = definition.syntax === undefined ? superior?.syntax : syntaxes.get(definition.syntax);
  if (syntax === undefined) {
    throw new LinkError(definition.syntax === undefined ? 'SUP or SYNTAX is missing' : `SYNTAX ${definition.syntax} is not known`);
  }
  const ruleOf = (kind: 'equality' | 'ordering' | 'substrings'): MatchingRule | undefined => {
    const name = definition[kind];
    if (name === undefined) return superior?.[kind];
    const found = rule(name);
    if (found?.kind !== kind) throw new LinkError(`${name} is not the name of any ${kind} rule`);
    return found;
  };
  const written = definition.usage?.toLowerCase() ?? 'userapplications';
  const usage = usages.find((each) => each.toLowerCase() === written);
  if (usage === undefined) throw new LinkError(`USAGE ${definition.usage} is not known`);
  if (superior !== undefined && superior.usage !== usage) throw new LinkError(`its USAGE is not that of SUP ${superior.name}`);
  if (definition.collective && definition.singleValue) throw new LinkError('COLLECTIVE and SINGLE-VALUE exclude each other');
  return {
    oid: definition.oid,
    name: definition.names[0] ?? definition.oid,
    names: definition.names,
    superior,
    equality: ruleOf('equality'),
    ordering: ruleOf('ordering'),
    substrings: ruleOf('substrings'),
    syntax,
    maxLength: definition.maxLength ?? (definition.syntax === undefined ? superior?.maxLength : undefined),
    singleValue: definition.singleValue,
    collective: definition.collective,
    noUserModification: definition.noUserModification,
    obsolete: definition.obsolete,
    usage,
    operational: usage !== 'userApplications',
    definition: printDefinition(definition),
  };
}

function linkClass(
  definition: ObjectClassDefinition,
  superiorOf: (name: string) => ObjectClass,
  types: ReadonlyMap<string, AttributeType>,
): ObjectClass {
  const { form, oid } = definition;
  // every structural class is one of top's subclasses (RFC 4512 §2.4.2), whether it says so or not
  const named = definition.superiors.length === 0 && form === 'structural' ? ['top'] : definition.superiors;
  const superiors = named.map(superiorOf);
  const wrong = superiors.find(({ kind }) => kind !== 'abstract' && kind !== form);
  if (wrong !== undefined) throw new LinkError(`a class that is ${form} can't have SUP ${wrong.name}, which is ${wrong.kind}`);
  const attributes = (keyword: string, names: readonly string[]) =>
    names.map((name) => {
      const type = types.get(name.toLowerCase());
      if (type === undefined) throw new LinkError(`${keyword} ${name} is not known`);
      return type;
    });
  return {
    oid,
    name: definition.names[0] ?? oid,
    names: definition.names,
    superiors,
    kind: form,
    must: attributes('MUST', definition.must),
    may: attributes('MAY', definition.may),
    obsolete: definition.obsolete,
    definition: printDefinition(definition),
  };
}
