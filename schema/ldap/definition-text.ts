import type { AttributeTypeDefinition, ObjectClassDefinition } from './parse.ts';

/** A definition as RFC 4512 §4.1 writes it, one blank between tokens: what a subschema entry publishes. */
export function printDefinition(definition: AttributeTypeDefinition | ObjectClassDefinition): string {
  const { oid, names, description, obsolete, extensions } = definition;
  const words = [oid];
  if (names.length > 0) words.push('NAME', quoted(names));
  if (description !== undefined) words.push('DESC', quote(description));
  if (obsolete) words.push('OBSOLETE');
  words.push(...(definition.kind === 'attributeType' ? attributeTypeWords(definition) : objectClassWords(definition)));
  for (const [name, values] of extensions) words.push(name, quoted(values));
  return `( ${words.join(' ')} )`;
}

function attributeTypeWords(type: AttributeTypeDefinition): string[] {
  const words: string[] = [];
  const rules = { SUP: type.superior, EQUALITY: type.equality, ORDERING: type.ordering, SUBSTR: type.substrings };
  for (const [keyword, value] of Object.entries(rules)) if (value !== undefined) words.push(keyword, value);
  if (type.syntax !== undefined) words.push('SYNTAX', type.syntax + (type.maxLength === undefined ? '' : `{${type.maxLength}}`));
  if (type.singleValue) words.push('SINGLE-VALUE');
  if (type.collective) words.push('COLLECTIVE');
  if (type.noUserModification) words.push('NO-USER-MODIFICATION');
  if (type.usage !== undefined) words.push('USAGE', type.usage);
  return words;
}

function objectClassWords({ superiors, form, must, may }: ObjectClassDefinition): string[] {
  const words: string[] = [];
  if (superiors.length > 0) words.push('SUP', listed(superiors));
  words.push(form.toUpperCase());
  if (must.length > 0) words.push('MUST', listed(must));
  if (may.length > 0) words.push('MAY', listed(may));
  return words;
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names.join() : `( ${names.join(' $ ')} )`;
}

function quoted(values: readonly string[]): string {
  return values.length === 1 ? values.map(quote).join() : `( ${values.map(quote).join(' ')} )`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\5C').replaceAll("'", '\\27').replace(/\s+/g, ' ')}'`;
}
