import { editOf } from '../../directory/core/edit.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { ObjectClass } from '../../schema/ldap/registry.ts';
import { type Answer, type FieldErrors, page, redirect } from '../answer.ts';
import type { Form } from '../form.ts';
import { askAgain, askFirst } from '../frame/ask.ts';
import type { Visit } from '../visit.ts';
import { entryNamed, shownOf } from './browse.ts';
import { type AttributeField, allowedBy, type EntryFields, factsOf, fieldsOf, type Refused, typedOr } from './entry-fields.ts';
import { isRefusal, refusalOf, refusedFields } from './refusal.ts';
import { beforeSecrets, isSecret, offered, tellOfSecrets } from './secrets.ts';
import { valuesOf } from './value-text.ts';

export const placeOf = (dn: string) => `/directory?dn=${encodeURIComponent(dn)}`;

/** GET /directory/edit?dn=: what the entry has, and with `?more=` whatever else its classes allow. */
export function editEntryForm(visit: Visit): Answer {
  const entry = entryNamed(visit, visit.query('dn'));
  return shownEdit(visit, entry);
}

/** POST /directory/edit?dn= */
export async function editEntry(visit: Visit): Promise<Answer> {
  const { as, site } = visit;
  const entry = entryNamed(visit, visit.query('dn'));
  const form = await visit.request.form();
  const names = form.texts('attribute');
  const edited = names.map((attribute) => ({
    attribute,
    loaded: loadedValues(visit, entry, form, attribute),
    typed: typedValues(form, attribute),
  }));
  const { modifications: changes, assertion } = editOf(site.directory.schema, edited);
  const modifications = changes.map((each) =>
    isSecret(visit, each.attribute.description) ? { ...each, operation: 'replace' as const } : each,
  );
  const secrets = modifications.map(({ attribute }) => attribute.description).filter((each) => isSecret(visit, each));
  const first = beforeSecrets(visit, entry, secrets);
  if (first !== undefined) return first;
  try {
    const pending = modifications.length === 0 ? undefined : (await as.modify(entry.dn, modifications, { assertion })).pending;
    await tellOfSecrets(visit, entry, secrets);
    const word = pending === undefined ? 'profile.saved' : 'profile.waits';
    return redirect(placeOf(entry.dn), { word, values: { count: 1 } }, { waits: pending === undefined ? 0 : 1 });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return shownEdit(visit, as.find(entry.dn), { error, typed: form });
  }
}

/** What the form showed when it was loaded; who sends no such thing (a program) means what is there now. A secret nobody was shown. */
function loadedValues(visit: Visit, entry: PackedEntry, form: Form, attribute: string): readonly Buffer[] {
  if (isSecret(visit, attribute)) return [];
  if (form.has(`was.${attribute}`)) return valuesOf(form.raw(`was.${attribute}`));
  const name = visit.site.directory.schema.findDescription(attribute)?.name;
  return shownOf(visit, entry).find(({ description }) => description === name)?.values ?? [];
}

/** A value a line, or one each. */
function typedValues(form: Form, attribute: string): Buffer[] {
  return valuesOf(form.texts(`value.${attribute}`).join('\n'));
}

function shownEdit(visit: Visit, entry: PackedEntry, refused?: Refused): Answer {
  const shown = fieldsOf(visit, entry, refused);
  const names = new Set(shown.fields.map(({ name }) => name));
  return editPage(visit, entry, shown, refused && refusedFields(visit, refused.error, names));
}

/** @param rdn the new name that was typed */
function editPage(visit: Visit, entry: PackedEntry, shown: EntryFields, errors?: FieldErrors, rdn = ''): Answer {
  const form = {
    ...{ ...shown, rdn, more: visit.query('more') !== '' },
    path: `/directory/edit?dn=${encodeURIComponent(entry.dn)}`,
    back: placeOf(entry.dn),
  };
  return page(
    'directory/edit',
    entry.dn,
    { dn: entry.dn, attributes: factsOf(shown.fields) },
    { form, ...(errors && { status: 422, errors }) },
  );
}

/** GET /directory/add?parent=: `?class=` says what it will be; without, one chooses. */
export function addEntryForm(visit: Visit): Answer {
  return shownAdd(visit);
}

/** POST /directory/add?parent= */
export async function addEntry(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const parent = entryNamed(visit, visit.query('parent'));
  const [rdn, classes] = [form.text('rdn'), form.texts('class')];
  const attributes: Attribute[] = [{ description: 'objectClass', values: classes.map((each) => Buffer.from(each)) }];
  for (const name of form.texts('attribute')) {
    const values = typedValues(form, name);
    if (values.length > 0) attributes.push({ description: name, values });
  }
  const dn = `${rdn},${parent.dn}`;
  const secrets = attributes.map(({ description }) => description).filter((each) => isSecret(visit, each));
  const first = beforeSecrets(visit, undefined, secrets);
  if (first !== undefined) return first;
  try {
    const { after } = await visit.as.add(dn, attributes);
    if (after !== undefined) await tellOfSecrets(visit, after, secrets);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return shownAdd(visit, { error, typed: form });
  }
  return redirect(placeOf(dn), { word: 'smallEntries.added', values: { name: rdn } }, { dn });
}

function shownAdd(visit: Visit, refused?: Refused): Answer {
  const { schema } = visit.site.directory;
  const parent = entryNamed(visit, visit.query('parent'));
  const typed = refused?.typed;
  const chosen = typed?.texts('class') ?? visit.url.searchParams.getAll('class');
  const all = [...new Set(schema.objectClasses)].filter(({ kind, obsolete }) => kind !== 'abstract' && !obsolete);
  const named = (kind: ObjectClass['kind']) =>
    all
      .filter((each) => each.kind === kind)
      .map(({ name }) => name)
      .sort((one, other) => one.localeCompare(other));
  const { must, may } = allowedBy(schema.classesOf(chosen));
  const allowed = [...must, ...[...may].filter((name) => !must.has(name))].filter((name) => name !== 'objectClass');
  const { names, proofFor } = offered(visit, undefined, allowed);
  const fields = names.map((name): AttributeField => {
    const [single, secret] = [schema.attributeType(name)?.singleValue === true, isSecret(visit, name)];
    return { name, required: must.has(name), single, secret, text: typedOr(visit, typed, name, ''), was: '' };
  });
  return page(
    'directory/add',
    visit.t('browser.add'),
    { parent: parent.dn, structural: named('structural'), auxiliary: named('auxiliary'), attributes: factsOf(fields) },
    {
      form: {
        fields,
        proofFor,
        chosen,
        rdn: typed?.text('rdn') ?? '',
        back: placeOf(parent.dn),
      },
      ...(refused && { status: 422, errors: addErrors(visit, refused.error, new Set(fields.map(({ name }) => name))) }),
    },
  );
}

/** What an entry will be is chosen beside the form; and nobody can have been faster with values of what is not there yet. */
function addErrors(visit: Visit, error: DirectoryError, shown: ReadonlySet<string>): FieldErrors {
  const { attribute, at } = error;
  if (attribute === 'objectClass') return { class: refusalOf(visit, error) };
  const isTwice = error.kind === 'attributeOrValueExists' && attribute !== undefined;
  const detail = { flaw: 'valueTwice', attribute: attribute ?? '', at: at ?? 0 } as const;
  return refusedFields(visit, isTwice ? new DirectoryError(error.kind, error.message, detail) : error, shown);
}

/** POST /directory/move?dn=: `rdn` is the new name. */
export async function renameEntry(visit: Visit): Promise<Answer> {
  const { as } = visit;
  const entry = entryNamed(visit, visit.query('dn'));
  const rdn = (await visit.request.form()).text('rdn');
  try {
    const { after } = await as.move({ dn: entry.dn, newRdn: rdn, deleteOldRdn: true, newSuperior: undefined });
    const dn = after?.dn ?? entry.dn;
    return redirect(placeOf(dn), { word: 'profile.saved' }, { dn });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return editPage(visit, entry, fieldsOf(visit, entry), { rdn: refusalOf(visit, error) }, rdn);
  }
}

/** POST /directory/delete?dn=: asks first. */
export async function deleteEntry(visit: Visit): Promise<Answer> {
  const { as, site, t } = visit;
  const entry = entryNamed(visit, visit.query('dn'));
  const parent = site.directory.tree.parentOf(entry);
  const { dn } = entry;
  const words = { title: dn, what: t('browser.really'), yes: t('browser.delete') };
  const question = { ...words, isDanger: true, back: placeOf(dn) } as const;
  const asked = await askFirst(visit, question);
  if (asked !== undefined) return asked;
  try {
    await as.delete(dn);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return askAgain(visit, question, { form: refusalOf(visit, error) });
  }
  return redirect(placeOf(parent?.dn ?? site.directory.baseDn), { word: 'smallEntries.deleted', values: { name: dn } }, { dn });
}
