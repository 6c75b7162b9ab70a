import { type EditedField, editOf } from '../../directory/core/edit.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { isLevel, type Level } from '../../schema/ldap/policy.ts';
import { type Answer, page, Refusal, redirect } from '../answer.ts';
import type { Form } from '../form.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';
import { type Complaint, checkValues } from './field-check.ts';
import { boxKinds, typedText, typedValues } from './field-text.ts';
import { type Field, fields } from './fields.ts';
import { nameOf } from './person.ts';
import { isPhoto, makePhoto, mostPhotoBytes } from './photo.ts';
import { isOwn, personNamed } from './profile.ts';

/** Changes of these wait for nobody, or for the board. */
type Right = 'write' | 'propose';

/** A field as the form shows it. */
interface FormField {
  readonly attribute: string;
  readonly kind: Field['kind'];
  readonly isBox: boolean;
  readonly most: number;
  readonly autocomplete: string | undefined;
  readonly values: readonly string[];
  readonly text: string;
  /** What is there now, as JSON, to come back with the form */
  readonly was: string;
  readonly right: Right;
  readonly sees: FormChoice;
  /** What somebody else has made of it meanwhile */
  readonly meanwhile?: string;
}

/** Who sees a field, as the form shows it. */
interface FormChoice {
  readonly level: Level;
  /** What is there now, to come back with the form */
  readonly was: Level;
  /** More than one when the owner may choose */
  readonly levels: readonly Level[];
  /** What somebody else has chosen meanwhile */
  readonly meanwhile?: Level;
}

/** GET /people/:name/edit */
export function editForm(visit: Visit): Answer {
  const entry = editable(visit);
  return shownForm(visit, entry, {});
}

/** POST /people/:name/edit: changes what the form brought; what it does not name stays. */
export async function editPerson(visit: Visit): Promise<Answer> {
  const entry = editable(visit);
  const form = await visit.request.form();
  const errors: Record<string, string> = {};
  const changes = changedFields(visit, entry, form, errors);
  const photo = await changedPhoto(visit, entry, form);
  if (photo?.complaint !== undefined) errors['photo'] = visit.t(...photo.complaint);
  if (photo?.field !== undefined) changes.push(photo.field);
  if (Object.keys(errors).length > 0) return shownForm(visit, entry, errors, form);
  if (choosable.some((attribute) => chosenLevel(visit, entry, form, attribute)?.isStale)) return conflict(visit, form);
  const { modifications, assertion } = editOf(visit.site.directory.schema, changes);
  let waits = 0;
  try {
    if (modifications.length > 0) waits = (await visit.as.approvals.submit(entry.dn, modifications, { assertion })).pending.length;
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    if (!conflicts.has(error.kind)) return shownForm(visit, entry, { form: wordsOf(visit.t, error) }, form);
    return conflict(visit, form);
  }
  const path = `/people/${encodeURIComponent(visit.param('name'))}`;
  return redirect(path, { word: waits > 0 ? 'profile.waits' : 'profile.saved', values: { count: waits } }, { waits });
}

/** Somebody else was faster. */
export const conflicts: ReadonlySet<DirectoryError['kind']> = new Set(['noSuchAttribute', 'attributeOrValueExists', 'assertionFailed']);

/** What is too large for the whole form is a picture, and was not read, nor was what was typed beside it. */
export function editTooLarge(visit: Visit): Answer {
  const photo = visit.t('photo.tooLarge', { most: mostPhotoBytes / 1024 / 1024 });
  return shownForm(visit, editable(visit), { photo: `${photo} ${visit.t('photo.rest')}` }, undefined, 413);
}

function conflict(visit: Visit, form: Form): Answer {
  return shownForm(visit, personNamed(visit, visit.param('name')), { form: visit.t('error.conflict') }, form, 409);
}

/** @throws Refusal 403 when there is nothing that the visitor may change or ask to be changed */
function editable(visit: Visit): PackedEntry {
  const entry = personNamed(visit, visit.param('name'));
  if (!fields.some(({ attribute }) => rightOver(visit, entry, attribute) !== undefined)) throw new Refusal(403, 'error.forbidden');
  return entry;
}

function rightOver({ as, site }: Visit, entry: PackedEntry, attribute: string): Right | undefined {
  const description = site.directory.schema.description(attribute);
  if (description === undefined) return undefined;
  if (as.viewer.mayWrite(entry, description)) return 'write';
  return as.viewer.mayPropose(entry, description) ? 'propose' : undefined;
}

/** What the form brought, beside what it showed when it was loaded. */
function changedFields(visit: Visit, entry: PackedEntry, form: Form, errors: Record<string, string>): EditedField[] {
  const changes: EditedField[] = [];
  for (const field of fields) {
    const { attribute, most } = field;
    const right = rightOver(visit, entry, attribute);
    if (!form.has(attribute) || right === undefined) continue;
    const loaded = loadedValues(visit, entry, form, attribute);
    const typed = valuesIn(form, field, loaded);
    if (typed === loaded) continue;
    // what stands there already is not looked at again: it may be older than our rules
    const isNew = typed.some((value) => !loaded.includes(value));
    const complaint = isNew ? checkValues(field, typed) : undefined;
    if (complaint !== undefined) errors[attribute] = visit.t(...complaint);
    changes.push({
      attribute,
      loaded: loaded.map((value) => Buffer.from(value)),
      typed: typed.map((value) => Buffer.from(value)),
      single: most === 1,
    });
  }
  const chosen = changedVisibility(visit, entry, form);
  if (chosen !== undefined) changes.push(chosen);
  return changes;
}

/** What was typed into a field; `loaded` itself where it came back as it was shown, however that is spelled in the directory. */
function valuesIn(form: Form, field: Field, loaded: readonly string[]): readonly string[] {
  const isLong = boxKinds.has(field.kind);
  const typed = isLong ? form.raw(field.attribute) : form.texts(field.attribute).join('\n');
  // browsers send line ends in their own way, and none from a field of one line (HTML, value sanitization)
  const lineEnd = isLong || field.most > 1 ? '\n' : '';
  const shown = typedText(field, loaded).replace(/\r\n?|\n/g, lineEnd);
  return typed.trim() === shown.trim() ? loaded : typedValues(field, typed);
}

/** What the form showed when it was loaded; who sends no such thing (a program) means what is there now. */
export function loadedValues({ as }: Visit, entry: PackedEntry, form: Form, attribute: string): string[] {
  const now = as.texts(entry, attribute);
  const was = form.raw(`was.${attribute}`);
  if (was === '') return now;
  try {
    const values: unknown = JSON.parse(was);
    return Array.isArray(values) ? values.map(String) : now;
  } catch {
    return now;
  }
}

/** Is something else there by now than when the form was loaded? */
export function hasChanged(visit: Visit, entry: PackedEntry, form: Form, attribute: string): boolean {
  return JSON.stringify(visit.as.texts(entry, attribute)) !== JSON.stringify(loadedValues(visit, entry, form, attribute));
}

/** What may be chosen of who sees it. */
const choosable: readonly string[] = [...fields.map(({ attribute }) => attribute), 'jpegPhoto'];

/** The level that was chosen in the form; undefined where it was left as it was shown. */
function chosenLevel(
  visit: Visit,
  entry: PackedEntry,
  form: Form,
  attribute: string,
): { readonly level: Level; readonly isStale: boolean } | undefined {
  if (rightOver(visit, entry, 'mosVisibility') !== 'write') return undefined;
  const { level: now, choices } = visit.site.directory.access.visibility(entry, attribute);
  const [level, sent] = [form.text(`visibility.${attribute}`), form.text(`was.visibility.${attribute}`)];
  const was = isLevel(sent) ? sent : now;
  if (!isLevel(level) || level === was || !choices.includes(level)) return undefined;
  return { level, isStale: was !== now && level !== now };
}

/** Choices of who sees what, in mosVisibility: "mobile public". */
function changedVisibility(visit: Visit, entry: PackedEntry, form: Form): EditedField | undefined {
  // who may choose for somebody must not need to read what they have chosen
  const loaded = visit.site.directory.valuesOf(entry, 'mosVisibility').map(String);
  let typed = loaded;
  for (const attribute of choosable) {
    const chosen = chosenLevel(visit, entry, form, attribute);
    if (chosen === undefined || chosen.level === visit.site.directory.access.visibility(entry, attribute).level) continue;
    const others = typed.filter((value) => value.split(/\s/)[0]?.toLowerCase() !== attribute.toLowerCase());
    typed = [...others, `${attribute} ${chosen.level}`];
  }
  const bytes = (values: readonly string[]) => values.map((value) => Buffer.from(value));
  return typed === loaded ? undefined : { attribute: 'mosVisibility', loaded: bytes(loaded), typed: bytes(typed) };
}

async function changedPhoto(
  visit: Visit,
  entry: PackedEntry,
  form: Form,
): Promise<{ readonly field?: EditedField; readonly complaint?: Complaint } | undefined> {
  const file = form.file('photo');
  const isGone = form.text('photo.remove') === 'yes';
  if ((file === undefined && !isGone) || rightOver(visit, entry, 'jpegPhoto') !== 'write') return undefined;
  const loaded = [...visit.as.values(entry, 'jpegPhoto')];
  if (file === undefined) return { field: { attribute: 'jpegPhoto', loaded, typed: [] } };
  const made = await makePhoto(file);
  return isPhoto(made) ? { field: { attribute: 'jpegPhoto', loaded, typed: [made] } } : { complaint: made };
}

/** The form as things are now, with what was typed into it and may not have been saved. */
function shownForm(visit: Visit, entry: PackedEntry, errors: Readonly<Record<string, string>>, typed?: Form, status?: number): Answer {
  const { as, site, t } = visit;
  const mayChoose = rightOver(visit, entry, 'mosVisibility') === 'write';
  const seesOf = (attribute: string): FormChoice => {
    const { level: was, choices } = site.directory.access.visibility(entry, attribute);
    const chosen = typed && chosenLevel(visit, entry, typed, attribute);
    return { level: chosen?.level ?? was, was, levels: mayChoose ? choices : [], ...(chosen?.isStale && { meanwhile: was }) };
  };
  const shown = fields.flatMap((field): FormField[] => {
    const { attribute, kind, most, autocomplete } = field;
    const right = rightOver(visit, entry, attribute);
    if (right === undefined) return [];
    const now = as.texts(entry, attribute);
    if (field.inherited && now.length === 0 && !typed?.has(attribute)) return [];
    const loaded = typed?.has(attribute) ? loadedValues(visit, entry, typed, attribute) : now;
    const touched = typed?.has(attribute) && valuesIn(typed, field, loaded) !== loaded ? typed : undefined;
    const isStale = touched !== undefined && JSON.stringify(now) !== JSON.stringify(loaded);
    return [
      {
        ...{ attribute, kind, most, autocomplete, values: now, right },
        text: touched?.raw(attribute).trim() ?? typedText(field, now),
        isBox: boxKinds.has(kind) || most > 1,
        was: JSON.stringify(now),
        sees: seesOf(attribute),
        ...(isStale && { meanwhile: typedText(field, now) || '–' }),
      },
    ];
  });
  const photo =
    rightOver(visit, entry, 'jpegPhoto') === 'write'
      ? { has: as.values(entry, 'jpegPhoto').length > 0, most: mostPhotoBytes, sees: seesOf('jpegPhoto') }
      : undefined;
  const facts = {
    fields: shown.map(({ attribute, right, most, values, sees }) => ({ attribute, right, most, values, ...factsOf(sees) })),
    photo: photo && { has: photo.has, ...factsOf(photo.sees) },
  };
  const name = nameOf(as, entry);
  const isWrong = Object.keys(errors).length > 0;
  return page(
    'people/edit',
    t('profile.editTitle', { name }),
    { name, ...facts },
    {
      ...(isWrong && { status: status ?? 422, errors }),
      form: {
        fields: shown,
        path: `/people/${encodeURIComponent(visit.param('name'))}`,
        isOwn: isOwn(visit, entry),
        photo,
      },
    },
  );
}

/** Who sees it now, and what may be chosen, as JSON. */
function factsOf({ was, levels }: FormChoice): { readonly level: Level; readonly levels: readonly Level[] } {
  return { level: was, levels };
}
