import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, type FieldErrors, page, redirect } from '../answer.ts';
import { checkAddress } from '../mail/address.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';
import { preview, urlWith } from './group-filter.ts';

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
  const folder = folderOf(visit);
  return page(
    'board/groups',
    visit.t('groups.title'),
    {
      groups: groups.sort((one, other) => one.name.localeCompare(other.name)),
      preview: typed['filter'] ? preview(visit, String(typed['filter'])) : undefined,
    },
    {
      form: { typed, mayAdd: folder !== undefined && visit.as.viewer.mayAddBelow(folder) },
      ...(errors && { status: 422, errors }),
    },
  );
}

/** GET /board/groups/preview?filter=: whom a group that fills itself would have. */
export function previewGroup(visit: Visit): Answer {
  return listGroups(visit, undefined, {
    ...{ name: visit.query('name'), description: visit.query('description') },
    ...{ mail: visit.query('mail'), filter: visit.query('filter') },
  });
}

/** POST /board/groups: a new one; with a filter it fills itself. */
export async function addGroup(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const [name, description, mail, filter] = [form.text('name'), form.text('description'), form.text('mail'), form.text('filter')];
  const wrong: Record<string, string> = {};
  if (name === '' || name.length > 100) wrong['name'] = visit.t('smallEntries.missing');
  const complaint = mail === '' ? undefined : checkAddress(mail);
  if (complaint !== undefined) wrong['mail'] = visit.t(...complaint);
  const unfit = filter === '' ? undefined : preview(visit, filter).error;
  if (unfit !== undefined) wrong['filter'] = unfit;
  if (Object.keys(wrong).length > 0) return listGroups(visit, wrong, form.typed);
  const text = (attribute: string, ...values: readonly string[]): Attribute => ({
    description: attribute,
    values: values.filter(Boolean).map((value) => Buffer.from(value)),
  });
  const attributes = [
    text('objectClass', filter === '' ? 'groupOfNames' : 'groupOfURLs', 'mosGroup'),
    text('cn', name),
    text('description', description),
    text('mail', mail),
    text('memberURL', filter === '' ? '' : urlWith(visit, filter)),
  ].filter(({ values }) => values.length > 0);
  try {
    await visit.as.add(`cn=${escapeDnText(name)},ou=groups,${visit.site.directory.baseDn}`, attributes);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return listGroups(visit, { form: wordsOf(visit.t, error) }, form.typed);
  }
  return redirect(`/board/groups/${encodeURIComponent(name)}`, { word: 'smallEntries.added', values: { name } });
}

/** Those that the visitor may see, in no order. */
export function groupsOf(visit: Visit): PackedEntry[] {
  const { as, site } = visit;
  const { tree } = site.directory;
  const folder = folderOf(visit);
  return [...(folder === undefined ? [] : tree.childrenOf(folder))].flatMap((slot) => {
    const entry = tree.at(slot);
    return entry !== undefined && as.viewer.sees(entry) && isGroup(site, entry) ? entry : [];
  });
}

function folderOf({ site: { directory } }: Visit): PackedEntry | undefined {
  return directory.tree.named(`ou=groups,${directory.baseDn}`);
}

/** Also one that nobody is in yet. */
function isGroup({ directory: { tree } }: Pick<Visit['site'], 'directory'>, entry: PackedEntry): boolean {
  return ['groupOfNames', 'groupOfUniqueNames', 'groupOfURLs'].some((name) => tree.isOfClass(entry, name));
}

export function isDynamic({ site }: Visit, entry: PackedEntry): boolean {
  return site.directory.membership.dynamic.isDynamic(entry);
}
