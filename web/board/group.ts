import { type EditedField, editOf } from '../../directory/core/edit.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, type FieldErrors, notFound, page, redirect } from '../answer.ts';
import type { Form } from '../form.ts';
import { askFirst } from '../frame/ask.ts';
import { checkAddress, complaintOf } from '../mail/address.ts';
import { conflicts, hasChanged, loadedValues } from '../people/edit.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { personNamed } from '../people/profile.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';
import { filterOf, preview, urlWith } from './group-filter.ts';
import { groupsOf, isDynamic } from './groups.ts';

const mostShown = 500;

/** A field of the form. */
interface GroupField {
  readonly attribute: string;
  /** It has room for one value */
  readonly single: boolean;
  /** What it shows of the values */
  readonly text: (values: readonly string[]) => string;
  /** The values that somebody has typed, or in words what is wrong with them. @param loaded what was there when the form was loaded */
  readonly read: (visit: Visit, text: string, loaded: readonly string[]) => readonly string[] | string;
}

const fields = {
  description: { attribute: 'description', single: true, text: ([first = '']) => first, read: (_, text) => [text].filter(Boolean) },
  mail: {
    attribute: 'mail',
    single: false,
    text: (values) => values.join(' '),
    read({ t }, text, loaded) {
      const values = text.split(/[\s,]+/).filter(Boolean);
      const complaint = complaintOf(checkAddress, values, loaded);
      return complaint === undefined ? values : t(...complaint);
    },
  },
  filter: {
    attribute: 'memberURL',
    single: true,
    text: (values) => filterOf(values) ?? '',
    read(visit, text) {
      const [own] = visit.as.texts(groupNamed(visit), 'memberURL');
      return preview(visit, text, own).error ?? [urlWith(visit, text, own)];
    },
  },
} satisfies Record<string, GroupField>;
type Field = keyof typeof fields;

interface Told {
  readonly errors?: FieldErrors;
  /** What was typed, and what was there when the form was loaded */
  readonly form?: Form;
  readonly status?: number;
}

/** GET /board/groups/:name; `?filter=` shows whom it would have with another filter. */
export function showGroup(visit: Visit, { errors, form, status }: Told = {}): Answer {
  const entry = groupNamed(visit);
  const { as, site } = visit;
  const { tree, membership } = site.directory;
  const direct = new Set(as.texts(entry, 'member').map((dn) => site.directory.schema.normalizeDn(dn)));
  const members = [...membership.membersOf(entry)].flatMap((slot) => {
    const member = tree.at(slot);
    if (member === undefined || !as.viewer.sees(member) || membership.isGroup(member)) return [];
    return {
      uid: userNameOf(member) ?? '',
      name: nameOf(as, member),
      direct: direct.has(member.key),
      active: site.directory.mayLogIn(member),
    };
  });
  const name = as.texts(entry, 'cn')[0] ?? '';
  const memberURL = as.texts(entry, 'memberURL');
  const tried = form?.text('filter') || visit.query('filter');
  return page(
    'board/group',
    name,
    {
      name,
      description: as.texts(entry, 'description')[0] ?? '',
      mail: as.texts(entry, 'mail'),
      memberURL,
      count: members.length,
      preview: tried !== '' && filterOf(memberURL) !== undefined ? preview(visit, tried, memberURL[0]) : undefined,
      members: members.sort((one, other) => one.name.localeCompare(other.name)).slice(0, mostShown),
    },
    {
      form: {
        ...fieldsOf(visit, entry, form, status === 409),
        uid: form?.text('uid') ?? '',
        fillsItself: isDynamic(visit, entry),
        maySave: Object.values(fields).some(({ attribute }) => as.mayWrite(entry, attribute)),
        mayFill: as.mayWrite(entry, 'member'),
        mayDelete: as.mayDelete(entry),
      },
      ...(errors && { status: status ?? 422, errors }),
    },
  );
}

/** What stands in the form, what comes back with it, and what somebody else has made of it meanwhile. */
function fieldsOf(visit: Visit, entry: PackedEntry, form: Form | undefined, isConflict: boolean) {
  const of = (name: Field) => {
    const { attribute, text } = fields[name];
    const now = visit.as.texts(entry, attribute);
    const isStale = isConflict && form !== undefined && hasChanged(visit, entry, form, attribute);
    const shown = form?.has(name) ? form.text(name) : text(now);
    return { text: shown, was: JSON.stringify(now), ...(isStale && { meanwhile: text(now) || '–' }) };
  };
  const filter = filterOf(visit.as.texts(entry, 'memberURL')) === undefined ? undefined : of('filter');
  const tried = visit.query('filter');
  return {
    ...{ description: of('description'), mail: of('mail') },
    filter: filter && { ...filter, ...(form === undefined && tried !== '' && { text: tried }) },
  };
}

/** POST /board/groups/:name: `do` is save, try (a filter), join, leave or delete. */
export async function changeGroup(visit: Visit): Promise<Answer> {
  const entry = groupNamed(visit);
  const form = await visit.request.form();
  try {
    switch (form.text('do')) {
      case 'delete':
        return await deleteGroup(visit, entry);
      case 'join':
      case 'leave':
        return await changeMember(visit, entry, form);
      case 'try':
        return showGroup(visit, { form });
      default:
        return await saveGroup(visit, entry, form);
    }
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    if (error.flaw === 'filterUnreadable') return showGroup(visit, { errors: { filter: wordsOf(visit.t, error) }, form });
    const status = conflicts.has(error.kind) ? 409 : 422;
    return showGroup(visit, { errors: { form: wordsOf(visit.t, error) }, form, status });
  }
}

async function deleteGroup(visit: Visit, entry: PackedEntry): Promise<Answer> {
  const { as, t } = visit;
  const name = as.texts(entry, 'cn')[0] ?? '';
  // what can't be done is not asked about
  const count = visit.site.directory.membership.membersOf(entry).size;
  const question =
    as.mayDelete(entry) &&
    (await askFirst(visit, {
      ...{ title: t('ask.delete', { name }), what: t('groups.willDelete', { count }), yes: t('smallEntries.delete') },
      isDanger: true,
      back: pathOf(visit),
    }));
  if (question) return question;
  await as.delete(entry.dn);
  return redirect('/board/groups', { word: 'smallEntries.deleted', values: { name } });
}

async function changeMember(visit: Visit, entry: PackedEntry, form: Form): Promise<Answer> {
  const { as, site, t } = visit;
  const uid = form.text('uid');
  const person = uid === '' ? undefined : personOrNobody(visit, uid);
  if (person === undefined) return showGroup(visit, { errors: { uid: t('groups.nobody', { uid }) }, form });
  const operation = form.text('do') === 'join' ? 'add' : 'delete';
  const isLast = operation === 'delete' && as.values(entry, 'member').length === 1;
  if (isLast && site.directory.access.carriesRole(entry) && !as.viewer.mustKeepMembers(entry)) {
    const name = as.texts(entry, 'cn')[0] ?? '';
    const [title, what] = [t('members.confirm'), t('groups.willEmpty', { name })];
    const question = await askFirst(visit, { title, what, yes: t('groups.leave'), back: pathOf(visit) });
    if (question !== undefined) return question;
  }
  try {
    await as.modify(entry.dn, [{ operation, attribute: { description: 'member', values: [Buffer.from(person.dn)] } }]);
  } catch (error) {
    if (!(error instanceof DirectoryError) || error.kind !== 'attributeOrValueExists') throw error;
    return showGroup(visit, { errors: { uid: t('groups.isIn') }, form });
  }
  return redirect(pathOf(visit), { word: 'profile.saved' });
}

/** Changes what the form brought; what it does not name stays. */
async function saveGroup(visit: Visit, entry: PackedEntry, form: Form): Promise<Answer> {
  const { as, site } = visit;
  const errors: Record<string, string> = {};
  const edited: EditedField[] = [];
  for (const [name, { attribute, single, text, read }] of Object.entries<GroupField>(fields)) {
    const loaded = loadedValues(visit, entry, form, attribute);
    // what was not touched stays, also what the form does not show
    if (!form.has(name) || form.text(name) === text(loaded)) continue;
    const typed = read(visit, form.text(name), loaded);
    if (typeof typed === 'string') errors[name] = typed;
    else edited.push({ attribute, single, loaded: bytes(loaded), typed: bytes(typed) });
  }
  if (Object.keys(errors).length > 0) return showGroup(visit, { errors, form });
  const { modifications, assertion } = editOf(site.directory.schema, edited);
  if (modifications.length > 0) await as.modify(entry.dn, modifications, { assertion });
  return redirect(pathOf(visit), { word: 'profile.saved' });
}

function bytes(texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text));
}

function personOrNobody(visit: Visit, uid: string): PackedEntry | undefined {
  try {
    return personNamed(visit, uid);
  } catch {
    return undefined;
  }
}

/** @throws Refusal 404 */
function groupNamed(visit: Visit): PackedEntry {
  const { tree, baseDn } = visit.site.directory;
  const entry = tree.named(`cn=${escapeDnText(visit.param('name'))},ou=groups,${baseDn}`);
  if (entry === undefined || !groupsOf(visit).includes(entry)) throw notFound();
  return entry;
}

function pathOf(visit: Visit): string {
  return `/board/groups/${encodeURIComponent(visit.param('name'))}`;
}
