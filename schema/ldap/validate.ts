import { formatDnValue, type Rdn } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError, type ErrorDetail } from '../../directory/model/errors.ts';
import type { AttributeDescription, AttributeType, ObjectClass, Schema } from './registry.ts';
import { SYNTAX } from './syntaxes.ts';

/** What an entry's classes make of it. */
export interface Validated {
  /** The structural class, lowest of its chain */
  readonly structural: ObjectClass;
  /** All classes that the entry belongs to, superiors included */
  readonly classes: ReadonlySet<ObjectClass>;
}

interface Resolved {
  readonly description: AttributeDescription;
  readonly values: readonly Buffer[];
}

/**
 * Checks a whole entry against the schema (RFC 4512 §2.3 to §2.5, RFC 4511 §4.7). Operational attributes belong to every entry;
 * who may set them (`noUserModification`) is not asked here.
 * @param dn the entry's name; its first RDN must be among the attributes
 * @param check of an attribute's values; `validateNumber` where each of them has been checked
 * @throws DirectoryError undefinedAttributeType, invalidAttributeSyntax, constraintViolation, attributeOrValueExists,
 *   objectClassViolation, namingViolation; the text names the attribute and the value's place
 */
export function validateEntry(
  schema: Schema,
  dn: readonly Rdn[],
  attributes: readonly Attribute[],
  check: (description: AttributeDescription, values: readonly Buffer[]) => void = validateValues,
): Validated {
  const resolved = attributes.map(({ description: text, values }) => {
    const description = schema.description(text);
    if (description === undefined)
      throw new DirectoryError('undefinedAttributeType', `${text}: attribute type undefined`, { attribute: text });
    return { description, values };
  });
  for (const { description, values } of resolved) check(description, values);
  const objectClass = schema.attributeType('objectClass');
  const names = resolved.find(({ description }) => description.type === objectClass)?.values.map(String) ?? [];
  const structural = structuralClass(schema, names);
  const classes = schema.classesOf(names);
  checkAttributes(
    classes,
    resolved.map(({ description }) => description.type),
  );
  checkNaming(schema, dn[0] ?? [], resolved);
  return { structural, classes };
}

/**
 * Checks the values of one attribute: each by its syntax, as many as there may be, none twice by the equality rule.
 * @throws DirectoryError invalidAttributeSyntax, constraintViolation, attributeOrValueExists
 */
export function validateValues({ name, type }: AttributeDescription, values: readonly Buffer[]): void {
  // what has a normal form as a DN is one; no need to read long lists of members twice
  const normalIsValid = type.syntax.oid === SYNTAX.dn && type.equality !== undefined;
  const normals = values.length > 1 || normalIsValid ? values.map((value) => type.equality?.normalize(value)) : [];
  const wrong = values.findIndex((value, nth) => !(normalIsValid ? normals[nth] !== undefined : type.syntax.check(value)));
  if (wrong >= 0)
    throw new DirectoryError('invalidAttributeSyntax', `${name}: value #${wrong} invalid per syntax`, { attribute: name, at: wrong });
  if (values.length < 2) return;
  validateNumber({ name, type }, values);
  const known = new Set<string>();
  values.forEach((value, nth) => {
    const normal = normals[nth] ?? `=${value.toString('latin1')}`;
    if (known.has(normal)) {
      const detail = { flaw: 'valueTwice', attribute: name, at: nth } as const;
      throw new DirectoryError('attributeOrValueExists', `${name}: value #${nth} provided more than once`, detail);
    }
    known.add(normal);
  });
}

/** @throws DirectoryError constraintViolation */
export function validateNumber({ name, type }: Pick<AttributeDescription, 'name' | 'type'>, values: readonly Buffer[]): void {
  if (values.length > 1 && type.singleValue)
    throw new DirectoryError('constraintViolation', `${name}: multiple values provided`, { flaw: 'oneValue', attribute: name });
}

function violation(text: string, detail: ErrorDetail): DirectoryError {
  return new DirectoryError('objectClassViolation', text, { attribute: 'objectClass', ...detail });
}

/**
 * The lowest structural class of an entry: it has one, or several of which each is above the next (RFC 4512 §2.4.2).
 * @param names the values of objectClass
 * @throws DirectoryError objectClassViolation, invalidAttributeSyntax
 */
export function structuralClass(schema: Schema, names: readonly string[]): ObjectClass {
  if (names.length === 0) throw violation('no objectClass attribute', { flaw: 'noClass' });
  const unknown = names.findIndex((name) => schema.objectClass(name) === undefined);
  // as slapd has it, a class that is not known is no value of objectClass
  if (unknown >= 0) {
    const detail = { flaw: 'unknownClass', attribute: 'objectClass', at: unknown, named: names[unknown] ?? '' } as const;
    throw new DirectoryError(
      'invalidAttributeSyntax',
      `objectClass: value #${unknown} invalid per syntax: no such class in the schema`,
      detail,
    );
  }
  const structural = [...schema.classesOf(names)].filter(({ kind }) => kind === 'structural');
  const lowest = structural.filter((one) => structural.every((other) => other === one || !schema.superiorClosure(other).has(one)));
  const [only] = lowest;
  if (only === undefined) throw violation('no structural object class provided', { flaw: 'noStructuralClass' });
  if (lowest.length > 1) {
    const chain = lowest.map(({ name }) => name);
    throw violation(`invalid structural object class chain (${chain.join('/')})`, { flaw: 'classChain', named: chain.join(', ') });
  }
  return only;
}

function checkAttributes(classes: ReadonlySet<ObjectClass>, types: readonly AttributeType[]): void {
  const present = new Set(types);
  const allowed = new Set<AttributeType>();
  let everything = false;
  for (const { name, must, may } of classes) {
    const missing = must.find((type) => !present.has(type));
    if (missing !== undefined) {
      const detail = { flaw: 'attributeMissing', attribute: missing.name, named: name } as const;
      throw violation(`object class '${name}' requires attribute '${missing.name}'`, detail);
    }
    for (const type of must) allowed.add(type);
    for (const type of may) allowed.add(type);
    everything ||= name === 'extensibleObject'; // RFC 4512 §4.3
  }
  const stray = everything ? undefined : types.find((type) => !type.operational && !allowed.has(type));
  if (stray !== undefined) throw violation(`attribute '${stray.name}' not allowed`, { flaw: 'attributeNotAllowed', attribute: stray.name });
}

/** The values that name an entry stand in it (RFC 4512 §2.3.2). */
function checkNaming(schema: Schema, rdn: Rdn, attributes: readonly Resolved[]): void {
  const named = new Set<AttributeType>();
  for (const { type: name, value } of rdn) {
    const type = schema.attributeType(name);
    if (type === undefined) throw new DirectoryError('undefinedAttributeType', `${name}: attribute type undefined`, { attribute: name });
    const refused = (text: string, detail: ErrorDetail) => new DirectoryError('namingViolation', text, { attribute: type.name, ...detail });
    if (type.operational) throw refused(`naming attribute '${type.name}' is operational`, { flaw: 'nameOperational' });
    if (named.has(type)) throw refused(`naming attribute '${type.name}' stands in the name twice`, { flaw: 'nameTwice' });
    named.add(type);
    const attribute = attributes.find(({ description }) => description.type === type && description.options.length === 0);
    if (attribute === undefined) throw refused(`naming attribute '${type.name}' is not present in entry`, { flaw: 'nameMissing' });
    const normal = type.equality?.normalize(value);
    if (attribute.values.some((each) => (normal === undefined ? each.equals(value) : type.equality?.normalize(each) === normal))) continue;
    throw refused(`value of naming attribute '${type.name}' is not present in entry: ${formatDnValue(value)}`, { flaw: 'nameMissing' });
  }
}
