import { editOf } from '../../directory/core/edit.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { ObjectClass } from '../../schema/ldap/registry.ts';
import { type Answer, page, redirect } from '../answer.ts';
import type { Form } from '../form.ts';
import type { Visit } from '../visit.ts';
import { shownOf } from './browse.ts';
import { refusalOf } from './refusal.ts';
import { lineOf, valuesOf } from './value-text.ts';

/** An attribute in the form. */
interface AttributeField {
  readonly name: string;
  readonly required: boolean;
  readonly single: boolean;
  readonly text: string;
  /** What stood there when the form was made */
  readonly was: string;
}

export const placeOf = (dn: string) => `/directory?dn=${encodeURIComponent(dn)}`;

/** GET /directory/edit?dn=: what the entry has, and with `?more=` whatever else its classes allow. */
export function editEntryForm(visit: Visit): Answer {
  const entry = visit.as.find(visit.query('dn'));
  return shownEdit(visit, entry);
}

/** POST /directory/edit?dn= */
export async function editEntry(visit: Visit): Promise<Answer> {
  const { as, site } = visit;
  const entry = as.find(visit.query('dn'));
  const form = await visit.request.form();
  const names = form.texts('attribute');
  const edited = names.map((attribute) => ({
    attribute,
    loaded: valuesOf(form.raw(`was.${attribute}`)),
    typed: valuesOf(form.raw(`value.${attribute}`)),
  }));
  const { modifications, assertion } = editOf(site.directory.schema, edited);
  try {
    const pending = modifications.length === 0 ? undefined : (await as.modify(entry.dn, modifications, { assertion })).pending;
    return redirect(placeOf(entry.dn), { word: pending === undefined ? 'profile.saved' : 'profile.waits', values: { count: 1 } });
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return shownEdit(visit, entry, refusalOf(visit, error), form);
  }
}

function shownEdit(visit: Visit, entry: PackedEntry, wrong?: string, typed?: Form): Answer {
  const { as, site } = visit;
  const { schema } = site.directory;
  const own = shownOf(visit, entry)
    .filter(({ description }) => schema.description(description)?.type.noUserModification === false)
    .map(({ description, values }) => ({ name: description, text: values.map(lineOf).join('\n') }));
  const classes = schema.classesOf(as.texts(entry, 'objectClass'));
  const { must, may } = allowedBy(classes);
  const has = new Set(own.map(({ name }) => name.replace(/;.*/, '')));
  const further = visit.query('more') === '' ? [] : [...may].filter((name) => !has.has(name)).map((name) => ({ name, text: '' }));
  const fields = [...own, ...further].map(({ name, text }): AttributeField => {
    const type = schema.description(name)?.type;
    return {
      ...{ name, required: must.has(name), single: type?.singleValue === true },
      ...{ text: typed?.has(`value.${name}`) ? typed.raw(`value.${name}`) : text, was: text },
    };
  });
  const form = {
    fields,
    more: visit.query('more') !== '',
    path: `/directory/edit?dn=${encodeURIComponent(entry.dn)}`,
    back: placeOf(entry.dn),
  };
  return page('directory/edit', entry.dn, { dn: entry.dn }, { form, ...(wrong !== undefined && { status: 422, errors: { form: wrong } }) });
}

/** GET /directory/add?parent=: `?class=` says what it will be; without, one chooses. */
export function addEntryForm(visit: Visit): Answer {
  return shownAdd(visit);
}

/** POST /directory/add?parent= */
export async function addEntry(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const parent = visit.as.find(visit.query('parent'));
  const [rdn, classes] = [form.text('rdn'), form.texts('class')];
  const attributes: Attribute[] = [{ description: 'objectClass', values: classes.map((each) => Buffer.from(each)) }];
  for (const name of form.texts('attribute')) {
    const values = valuesOf(form.raw(`value.${name}`));
    if (values.length > 0) attributes.push({ description: name, values });
  }
  const dn = `${rdn},${parent.dn}`;
  try {
    await visit.as.add(dn, attributes);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return shownAdd(visit, refusalOf(visit, error), form);
  }
  return redirect(placeOf(dn), { word: 'smallEntries.added', values: { name: rdn } });
}

function shownAdd(visit: Visit, wrong?: string, typed?: Form): Answer {
  const { schema } = visit.site.directory;
  const parent = visit.as.find(visit.query('parent'));
  const chosen = typed?.texts('class') ?? visit.url.searchParams.getAll('class');
  const all = [...new Set(schema.objectClasses)].filter(({ kind, obsolete }) => kind !== 'abstract' && !obsolete);
  const named = (kind: ObjectClass['kind']) =>
    all
      .filter((each) => each.kind === kind)
      .map(({ name }) => name)
      .sort((one, other) => one.localeCompare(other));
  const { must, may } = allowedBy(schema.classesOf(chosen));
  const fields = [...must, ...[...may].filter((name) => !must.has(name))]
    .filter((name) => name !== 'objectClass')
    .map((name): AttributeField => {
      const single = schema.attributeType(name)?.singleValue === true;
      return { name, required: must.has(name), single, text: typed?.raw(`value.${name}`) ?? '', was: '' };
    });
  return page(
    'directory/add',
    visit.t('browser.add'),
    { parent: parent.dn },
    {
      form: {
        fields,
        chosen,
        structural: named('structural'),
        auxiliary: named('auxiliary'),
        rdn: typed?.text('rdn') ?? '',
        back: placeOf(parent.dn),
      },
      ...(wrong !== undefined && { status: 422, errors: { form: wrong } }),
    },
  );
}

/** POST /directory/move?dn=: `rdn` is the new name. */
export async function renameEntry(visit: Visit): Promise<Answer> {
  const { as } = visit;
  const entry = as.find(visit.query('dn'));
  const rdn = (await visit.request.form()).text('rdn');
  try {
    const { after } = await as.move({ dn: entry.dn, newRdn: rdn, deleteOldRdn: true, newSuperior: undefined });
    return redirect(placeOf(after?.dn ?? entry.dn), { word: 'profile.saved' });
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return shownEdit(visit, entry, refusalOf(visit, error));
  }
}

/** POST /directory/delete?dn=: asks first. */
export async function deleteEntry(visit: Visit): Promise<Answer> {
  const { as, site } = visit;
  const entry = as.find(visit.query('dn'));
  const parent = site.directory.tree.parentOf(entry);
  if ((await visit.request.form()).text('confirmed') !== 'yes')
    return page(
      'directory/delete',
      entry.dn,
      { dn: entry.dn },
      { form: { path: `/directory/delete?dn=${encodeURIComponent(entry.dn)}`, back: placeOf(entry.dn) } },
    );
  try {
    await as.delete(entry.dn);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return shownEdit(visit, entry, refusalOf(visit, error));
  }
  return redirect(placeOf(parent?.dn ?? site.directory.baseDn), { word: 'smallEntries.deleted', values: { name: entry.dn } });
}

/** Names of the attributes that the classes want and allow, but for what the server alone sets. */
function allowedBy(classes: ReadonlySet<ObjectClass>): { readonly must: ReadonlySet<string>; readonly may: ReadonlySet<string> } {
  const names = (pick: (each: ObjectClass) => ObjectClass['must']) =>
    new Set([...classes].flatMap((each) => pick(each).flatMap((type) => (type.noUserModification ? [] : type.name))));
  return { must: names(({ must }) => must), may: names(({ may }) => may) };
}
