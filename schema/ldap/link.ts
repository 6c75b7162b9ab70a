import type { MatchingRule } from './matching-rules.ts';
import type { Definition } from './parse.ts';
import type { AttributeType, ObjectClass } from './registry.ts';
import { syntaxes } from './syntaxes.ts';

/** Where linked definitions go: by OID and by each name in lower case. */
export interface LinkTarget {
  readonly rule: (nameOrOid: string) => MatchingRule | undefined;
  readonly types: Map<string, AttributeType>;
  readonly classes: Map<string, ObjectClass>;
}

const usages = ['userApplications', 'directoryOperation', 'distributedOperation', 'dSAOperation'] as const;

/** Looks up what definitions name: superiors, syntaxes, rules, attributes. They may only name what comes before them. */
export function linkDefinitions(definitions: readonly Definition[], target: LinkTarget, mistakes: string[]): void {
  for (const definition of definitions) {
    try {
      const table: Map<string, AttributeType | ObjectClass> = definition.kind === 'attributeType' ? target.types : target.classes;
      const keys = [definition.oid, ...definition.names.map((name) => name.toLowerCase())];
      if (keys.some((key) => isSame(table.get(key), definition))) continue;
      const taken = keys.find((key) => table.has(key));
      if (taken !== undefined) throw new Error(`${taken} is defined already, and otherwise`);
      if (definition.kind === 'attributeType') register(target.types, keys, linkType(definition, target));
      else register(target.classes, keys, linkClass(definition, target));
    } catch (error) {
      mistakes.push(`${definition.file}:${definition.line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function register<T>(table: Map<string, T>, keys: readonly string[], value: T): void {
  for (const key of keys) table.set(key, value);
}

/** The same definition may come again, as when a file that ships with MOS is named in the settings too. */
function isSame(known: { readonly oid: string; readonly names: readonly string[] } | undefined, definition: Definition): boolean {
  return known !== undefined && known.oid === definition.oid && known.names.join() === definition.names.join();
}

function linkType(definition: Definition, { types, rule }: LinkTarget): AttributeType {
  const { fields } = definition;
  const text = (keyword: string) => fields.get(keyword)?.[0];
  const superiorName = text('SUP');
  const superior = superiorName === undefined ? undefined : types.get(superiorName.toLowerCase());
  if (superiorName !== undefined && superior === undefined) throw new Error(`the superior type ${superiorName} is not known`);
  const [, syntaxOid, length] = /^([\d.]+)(?:\{(\d+)\})?$/.exec(text('SYNTAX') ?? '') ?? [];
  const syntax = syntaxOid === undefined ? superior?.syntax : syntaxes.get(syntaxOid);
  if (syntax === undefined)
    throw new Error(syntaxOid === undefined ? 'a SYNTAX or a SUP is missing' : `the syntax ${syntaxOid} is not known`);
  const ruleOf = (keyword: string, inherited: MatchingRule | undefined): MatchingRule | undefined => {
    const name = text(keyword);
    if (name === undefined) return inherited;
    const found = rule(name);
    if (found === undefined) throw new Error(`the matching rule ${name} is not known`);
    return found;
  };
  const usageText = text('USAGE') ?? 'userApplications';
  const usage = usages.find((each) => each.toLowerCase() === usageText.toLowerCase());
  if (usage === undefined) throw new Error(`the usage ${usageText} is not known`);
  return {
    oid: definition.oid,
    name: definition.names[0] ?? definition.oid,
    names: definition.names,
    superior,
    equality: ruleOf('EQUALITY', superior?.equality),
    ordering: ruleOf('ORDERING', superior?.ordering),
    substrings: ruleOf('SUBSTR', superior?.substrings),
    syntax,
    maxLength: length === undefined ? superior?.maxLength : Number(length),
    singleValue: fields.has('SINGLE-VALUE'),
    collective: fields.has('COLLECTIVE'),
    noUserModification: fields.has('NO-USER-MODIFICATION'),
    obsolete: fields.has('OBSOLETE'),
    usage,
    operational: usage !== 'userApplications',
    definition: definition.text,
  };
}

function linkClass(definition: Definition, { types, classes }: LinkTarget): ObjectClass {
  const { fields } = definition;
  const attributes = (keyword: 'MUST' | 'MAY') =>
    (fields.get(keyword) ?? []).map((name) => {
      const type = types.get(name.toLowerCase());
      if (type === undefined) throw new Error(`${keyword} names the attribute type ${name}, which is not known`);
      return type;
    });
  const superiors = (fields.get('SUP') ?? []).map((name) => {
    const superior = classes.get(name.toLowerCase());
    if (superior === undefined) throw new Error(`the superior class ${name} is not known`);
    return superior;
  });
  return {
    oid: definition.oid,
    name: definition.names[0] ?? definition.oid,
    names: definition.names,
    superiors,
    kind: fields.has('ABSTRACT') ? 'abstract' : fields.has('AUXILIARY') ? 'auxiliary' : 'structural',
    must: attributes('MUST'),
    may: attributes('MAY'),
    obsolete: fields.has('OBSOLETE'),
    definition: definition.text,
  };
}
