import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { DirectoryError } from '../../directory/model/errors.ts';
import type { AttributeType, ObjectClass, Schema } from '../../schema/ldap/registry.ts';
import type { Form } from '../form.ts';
import { textOrBase64 } from '../people/own-data.ts';
import type { Visit } from '../visit.ts';
import { shownOf } from './browse.ts';
import { isSecret, offered } from './secrets.ts';
import { lineOf, valuesOf } from './value-text.ts';

/** An attribute in the form. */
export interface AttributeField {
  readonly name: string;
  readonly required: boolean;
  readonly single: boolean;
  /** It is never shown, and what is typed takes the place of what is there */
  readonly secret: boolean;
  readonly text: string;
  /** What stood there when the form was made */
  readonly was: string;
  /** What somebody else has made of it meanwhile */
  readonly meanwhile?: string;
}

/** What a form of an entry shows. */
export interface EntryFields {
  readonly fields: readonly AttributeField[];
  /** Secrets that are offered to who has given the password a while ago */
  readonly proofFor: readonly string[];
}

/** The same as JSON. */
export function factsOf(fields: readonly AttributeField[]) {
  return fields.map(({ name, required, single, secret, was }) => ({
    ...{ name, required, single, secret },
    values: valuesOf(was).map(textOrBase64),
  }));
}

/** A form that the directory has refused. */
export interface Refused {
  readonly error: DirectoryError;
  readonly typed: Form;
}

/** Kinds of errors that say that somebody else was faster (`editOf`). */
const conflicts: ReadonlySet<DirectoryError['kind']> = new Set(['assertionFailed', 'attributeOrValueExists', 'noSuchAttribute']);

/** What an entry has, with what was typed where that was refused; with `?more=` whatever else its classes allow. */
export function fieldsOf(visit: Visit, entry: PackedEntry, refused?: Refused): EntryFields {
  const { as, site } = visit;
  const { schema } = site.directory;
  const own = shownOf(visit, entry)
    .filter(({ description }) => schema.description(description)?.type.noUserModification === false)
    .map(({ description, values }) => ({ name: description, text: values.map(lineOf).join('\n') }));
  const classes = schema.classesOf(as.texts(entry, 'objectClass'));
  const { must, may } = allowedBy(classes);
  const has = new Set(own.map(({ name }) => name.replace(/;.*/, '')));
  const allowed = visit.query('more') === '' ? [] : [...may].filter((name) => !has.has(name));
  // what was typed into further fields is there again, and a field for what was missed
  const missed = refused?.error.flaw === 'attributeMissing' ? [refused.error.attribute ?? ''] : [];
  const named = new Set(own.map(({ name }) => name));
  const typedNames = (refused?.typed.texts('attribute') ?? []).filter((name) => typeOf(schema, name) !== undefined);
  const { names: further, proofFor } = offered(
    visit,
    entry,
    [...new Set([...allowed, ...typedNames, ...missed])].filter((name) => !named.has(name)),
  );
  const isConflict = refused !== undefined && conflicts.has(refused.error.kind);
  const fields = [...own, ...further.map((name) => ({ name, text: '' }))].map(({ name, text }): AttributeField => {
    const typed = refused?.typed;
    // what others have changed meanwhile counts as seen where it is shown, and not before
    const was = typed?.has(`was.${name}`) && !isConflict ? typed.raw(`was.${name}`) : text;
    const isStale = isConflict && typed?.has(`was.${name}`) === true && typed.raw(`was.${name}`) !== text;
    return {
      ...{ name, required: must.has(name), single: typeOf(schema, name)?.singleValue === true, secret: isSecret(visit, name) },
      ...{ text: typedOr(visit, typed, name, text), was },
      ...(isStale && { meanwhile: text || visit.t('browser.empty') }),
    };
  });
  return { fields, proofFor };
}

/** What was typed into a field, if it was in the form; a password is typed anew. */
export function typedOr(visit: Visit, typed: Form | undefined, name: string, text: string): string {
  return typed?.has(`value.${name}`) && !isSecret(visit, name) ? typed.raw(`value.${name}`) : text;
}

/** The type of a description, whatever options it has. */
function typeOf(schema: Schema, description: string): AttributeType | undefined {
  return schema.attributeType(description.replace(/;.*/s, ''));
}

/** Names of the attributes that the classes want and allow, but for what the server alone sets. */
export function allowedBy(classes: ReadonlySet<ObjectClass>): { readonly must: ReadonlySet<string>; readonly may: ReadonlySet<string> } {
  const names = (pick: (each: ObjectClass) => ObjectClass['must']) =>
    new Set([...classes].flatMap((each) => pick(each).flatMap((type) => (type.noUserModification ? [] : type.name))));
  return { must: names(({ must }) => must), may: names(({ may }) => may) };
}
