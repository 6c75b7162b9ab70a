import type { Rdn } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { AttributeDescription, AttributeType, ObjectClass, Schema } from './registry.ts';

/**
 * Checks a whole entry against the schema (RFC 4512 §2.4, §2.5; RFC 4511 §4.7).
 * @param dn the entry's name; its first RDN is checked against the attributes
 * @returns the structural class, lowest of its chain
 * @throws DirectoryError objectClassViolation, undefinedAttributeType, invalidAttributeSyntax, constraintViolation, namingViolation
 */
export function validateEntry(schema: Schema, dn: readonly Rdn[], attributes: readonly Attribute[]): { readonly structural: ObjectClass } {
  const resolved = attributes.map(({ description: text, values }) => {
    const description = schema.description(text);
    if (description === undefined) throw new DirectoryError('undefinedAttributeType', `${text}: attribute type undefined`);
    return { description, values };
  });
  for (const { description, values } of resolved) checkValues(description, values);
  const names = resolved.find(({ description }) => description.type.name === 'objectClass')?.values.map(String) ?? [];
  const structural = structuralClass(schema, names);
  checkAttributes(
    schema.classesOf(names),
    resolved.map(({ description }) => description.type),
  );
  checkRdn(schema, dn[0] ?? [], resolved);
  return { structural };
}

function violation(text: string): DirectoryError {
  return new DirectoryError('objectClassViolation', text);
}

function checkValues({ name, type }: AttributeDescription, values: readonly Buffer[]): void {
  if (type.singleValue && values.length > 1) throw new DirectoryError('constraintViolation', `${name}: it takes one value only`);
  const wrong = values.findIndex((value) => !type.syntax.check(value));
  if (wrong >= 0) throw new DirectoryError('invalidAttributeSyntax', `${name}: value #${wrong} invalid per syntax`);
}

/** One structural class, or several of which each is above the next (RFC 4512 §2.4.2). */
function structuralClass(schema: Schema, names: readonly string[]): ObjectClass {
  if (names.length === 0) throw violation('no objectClass attribute');
  const unknown = names.findIndex((name) => schema.objectClass(name) === undefined);
  if (unknown >= 0)
    throw new DirectoryError('invalidAttributeSyntax', `objectClass: value #${unknown} is a class that the schema does not know`);
  const structural = [...schema.classesOf(names)].filter(({ kind }) => kind === 'structural');
  const lowest = structural.filter((one) => !structural.some((other) => other !== one && schema.classesOf([other.name]).has(one)));
  const [only] = lowest;
  if (only === undefined) throw violation('no structural object class provided');
  if (lowest.length > 1) throw violation(`invalid structural object class chain (${lowest.map(({ name }) => name).join('/')})`);
  return only;
}

/** Operational attributes belong to every entry. */
function checkAttributes(classes: ReadonlySet<ObjectClass>, types: readonly AttributeType[]): void {
  const present = new Set(types);
  for (const { name, must } of classes) {
    const missing = must.find((type) => !present.has(type));
    if (missing !== undefined) throw violation(`object class '${name}' requires attribute '${missing.name}'`);
  }
  if ([...classes].some(({ name }) => name === 'extensibleObject')) return;
  const allowed = new Set([...classes].flatMap(({ must, may }) => [...must, ...may]));
  const stray = types.find((type) => !type.operational && !allowed.has(type));
  if (stray !== undefined) throw violation(`attribute '${stray.name}' not allowed`);
}

function checkRdn(
  schema: Schema,
  rdn: Rdn,
  attributes: readonly { readonly description: AttributeDescription; readonly values: readonly Buffer[] }[],
): void {
  for (const { type: name, value } of rdn) {
    const type = schema.attributeType(name);
    if (type === undefined) throw new DirectoryError('undefinedAttributeType', `${name}: attribute type undefined`);
    if (type.operational) throw new DirectoryError('namingViolation', `naming attribute '${type.name}' is operational`);
    const values = attributes
      .filter(({ description }) => description.type === type && description.options.length === 0)
      .flatMap((each) => each.values);
    const normal = type.equality?.normalize(value);
    if (!values.some((each) => (normal === undefined ? each.equals(value) : type.equality?.normalize(each) === normal))) {
      throw new DirectoryError('namingViolation', `value of naming attribute '${type.name}' is not present in entry`);
    }
  }
}
