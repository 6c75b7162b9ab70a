import { editOf } from '../../directory/core/edit.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { parseFilter } from '../../directory/model/filter-text.ts';
import { type Answer, type FieldErrors, notFound, page, redirect } from '../answer.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { personNamed } from '../people/profile.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';

const mostShown = 500;
const mostInPreview = 20;

/** GET /board/groups */
export function listGroups(visit: Visit, errors?: FieldErrors, typed: Readonly<Record<string, unknown>> = {}): Answer {
  const groups = groupsOf(visit).map((entry) => {
    const { as, site } = visit;
    return {
      name: as.texts(entry, 'cn')[0] ?? '',
      description: as.texts(entry, 'description')[0] ?? '',
      mail: as.texts(entry, 'mail'),
      count: site.directory.membership.membersOf(entry).size,
      fillsItself: isDynamic(visit, entry),
    };
  });
  return page(
    'board/groups',
    visit.t('groups.title'),
    { groups: groups.sort((one, other) => one.name.localeCompare(other.name)) },
    {
      form: { typed, preview: typed['filter'] ? preview(visit, String(typed['filter'])) : undefined },
      ...(errors && { status: 422, errors }),
    },
  );
}

/** GET /board/groups/preview?filter=: whom a group that fills itself would have. */
export function previewGroup(visit: Visit): Answer {
  return listGroups(visit, undefined, { name: visit.query('name'), mail: visit.query('mail'), filter: visit.query('filter') });
}

/** POST /board/groups: a new one; with a filter it fills itself. */
export async function addGroup(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const [name, description, mail, filter] = [form.text('name'), form.text('description'), form.text('mail'), form.text('filter')];
  const wrong: Record<string, string> = {};
  if (name === '' || name.length > 100) wrong['name'] = visit.t('smallEntries.missing');
  if (filter !== '' && preview(visit, filter).error !== undefined) wrong['filter'] = visit.t('groups.wrongFilter');
  if (Object.keys(wrong).length > 0) return listGroups(visit, wrong, form.typed);
  const text = (attribute: string, ...values: readonly string[]): Attribute => ({
    description: attribute,
    values: values.filter(Boolean).map((value) => Buffer.from(value)),
  });
  const people = `ou=people,${visit.site.directory.baseDn}`;
  const attributes = [
    text('objectClass', filter === '' ? 'groupOfNames' : 'groupOfURLs', 'mosGroup'),
    text('cn', name),
    text('description', description),
    text('mail', mail),
    text('memberURL', filter === '' ? '' : `ldap:///${people}??sub?${filter}`),
  ].filter(({ values }) => values.length > 0);
  try {
    await visit.as.add(`cn=${escapeDnText(name)},ou=groups,${visit.site.directory.baseDn}`, attributes);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return listGroups(visit, { form: wordsOf(visit.t, error) }, form.typed);
  }
  return redirect(`/board/groups/${encodeURIComponent(name)}`, { word: 'smallEntries.added', values: { name } });
}

/** GET /board/groups/:name */
export function showGroup(visit: Visit, errors?: FieldErrors, typed: Readonly<Record<string, unknown>> = {}): Answer {
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
  return page(
    'board/group',
    name,
    {
      name,
      description: as.texts(entry, 'description')[0] ?? '',
      mail: as.texts(entry, 'mail'),
      memberURL: as.texts(entry, 'memberURL'),
      count: members.length,
      members: members.sort((one, other) => one.name.localeCompare(other.name)).slice(0, mostShown),
    },
    { form: { typed, fillsItself: isDynamic(visit, entry) }, ...(errors && { status: 422, errors }) },
  );
}

/** POST /board/groups/:name: `do` is save, join, leave or delete. */
export async function changeGroup(visit: Visit): Promise<Answer> {
  const entry = groupNamed(visit);
  const form = await visit.request.form();
  const path = `/board/groups/${encodeURIComponent(visit.param('name'))}`;
  const { as, site } = visit;
  try {
    switch (form.text('do')) {
      case 'delete':
        await as.delete(entry.dn);
        return redirect('/board/groups', { word: 'smallEntries.deleted', values: { name: visit.param('name') } });
      case 'join':
      case 'leave': {
        const uid = form.text('uid');
        const person = uid === '' ? undefined : personOrNobody(visit, uid);
        if (person === undefined) return showGroup(visit, { uid: visit.t('groups.nobody', { uid }) }, form.typed);
        const operation = form.text('do') === 'join' ? 'add' : 'delete';
        await as.modify(entry.dn, [{ operation, attribute: { description: 'member', values: [Buffer.from(person.dn)] } }]);
        return redirect(path, { word: 'profile.saved' });
      }
      default: {
        const typed = (attribute: string, values: readonly string[]) => ({
          attribute,
          loaded: [...as.values(entry, attribute)],
          typed: values.filter(Boolean).map((value) => Buffer.from(value)),
        });
        const { modifications, assertion } = editOf(site.directory.schema, [
          typed('description', [form.text('description')]),
          typed('mail', form.text('mail').split(/[\s,]+/)),
        ]);
        if (modifications.length > 0) await as.modify(entry.dn, modifications, { assertion });
        return redirect(path, { word: 'profile.saved' });
      }
    }
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    const isThere = error.kind === 'attributeOrValueExists';
    return showGroup(visit, isThere ? { uid: visit.t('groups.isIn') } : { form: wordsOf(visit.t, error) }, form.typed);
  }
}

/** Whom a filter finds among people, or what is wrong with it. */
function preview(visit: Visit, text: string): { readonly names: readonly string[]; readonly count: number; readonly error?: string } {
  const { as, site } = visit;
  try {
    const run = as.search({ base: `ou=people,${site.directory.baseDn}`, scope: 'sub', filter: parseFilter(text) });
    const names: string[] = [];
    let count = 0;
    while (!run.done) {
      const entry = run.next();
      if (entry === undefined) continue;
      count++;
      if (names.length < mostInPreview) names.push(nameOf(as, entry));
    }
    return { names, count };
  } catch (error) {
    return { names: [], count: 0, error: error instanceof Error ? error.message : String(error) };
  }
}

function personOrNobody(visit: Visit, uid: string): PackedEntry | undefined {
  try {
    return personNamed(visit, uid);
  } catch {
    return undefined;
  }
}

function groupsOf({ as, site }: Visit): PackedEntry[] {
  const { tree, baseDn } = site.directory;
  const folder = tree.named(`ou=groups,${baseDn}`);
  return [...(folder === undefined ? [] : tree.childrenOf(folder))].flatMap((slot) => {
    const entry = tree.at(slot);
    return entry !== undefined && as.viewer.sees(entry) && isGroup(site, entry) ? entry : [];
  });
}

/** Also one that nobody is in yet. */
export function isGroup({ directory: { tree } }: Pick<Visit['site'], 'directory'>, entry: PackedEntry): boolean {
  return ['groupOfNames', 'groupOfUniqueNames', 'groupOfURLs'].some((name) => tree.isOfClass(entry, name));
}

/** @throws Refusal 404 */
function groupNamed(visit: Visit): PackedEntry {
  const name = visit.param('name');
  const entry = visit.site.directory.tree.named(`cn=${escapeDnText(name)},ou=groups,${visit.site.directory.baseDn}`);
  if (entry === undefined || !groupsOf(visit).includes(entry)) throw notFound();
  return entry;
}

function isDynamic({ site }: Visit, entry: PackedEntry): boolean {
  return site.directory.membership.dynamic.isDynamic(entry);
}
