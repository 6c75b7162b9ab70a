import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import { type Answer, page } from '../answer.ts';
import { plainText } from '../people/people-index.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { firstRdn } from '../people/profile.ts';
import type { Visit } from '../visit.ts';
import { csv } from './csv.ts';
import { groupsOf, isDynamic } from './groups.ts';
import { statusesOf } from './member-status.ts';
import { pageOf } from './paged.ts';

const perPage = 100;

/** Somebody as the board's list shows them. */
export interface MemberRow {
  readonly uid: string;
  readonly name: string;
  readonly mail: readonly string[];
  readonly status: string;
  /** YYYY-MM-DD */
  readonly joined: string;
  readonly left: string;
  readonly active: boolean;
  /** Has asked to be deleted */
  readonly deletion: boolean;
}

/** GET /board/members: `?status=`, `?group=`, `?q=`, `?only=unconfirmed|deletion`. */
export function listMembers(visit: Visit): Answer {
  const rows = filtered(visit);
  const { shown: members, paged } = pageOf(visit, rows, perPage);
  const groups = groupsOf(visit);
  const { as } = visit;
  const form = {
    filters: filtersOf(visit),
    statuses: statusesOf(visit.site),
    groups: namesOf(visit, groups),
    query: visit.url.search,
    // what can be done with several of them
    maySetStatus: members.length > 0 && [...peopleOf(visit)].some((entry) => as.mayWrite(entry, 'mosStatus')),
    mayFill: namesOf(
      visit,
      groups.filter((group) => as.mayWrite(group, 'member') && !isDynamic(visit, group)),
    ),
  };
  return page('board/members', visit.t('members.title'), { members, ...paged }, { form });
}

/** GET /board/members.csv: the same with all its rows, for a spreadsheet. */
export function membersCsv(visit: Visit): Answer {
  const head = ['uid', 'name', 'mail', 'status', 'joined', 'left'];
  const rows = filtered(visit).map(({ uid, name, mail, status, joined, left }) => [uid, name, mail.join(' '), status, joined, left]);
  return {
    kind: 'file',
    // the mark tells spreadsheets that it is UTF-8
    body: `\ufeff${csv([head, ...rows])}`,
    type: 'text/csv; charset=utf-8',
    headers: { 'content-disposition': 'attachment; filename="members.csv"' },
  };
}

export interface MemberFilters {
  readonly status: string;
  readonly group: string;
  readonly q: string;
  readonly only: string;
}

function filtersOf(visit: Visit): MemberFilters {
  return { status: visit.query('status'), group: visit.query('group'), q: visit.query('q').slice(0, 100), only: visit.query('only') };
}

function filtered(visit: Visit): MemberRow[] {
  const { site } = visit;
  const { status, group, q, only } = filtersOf(visit);
  const words = plainText(q).split(' ').filter(Boolean);
  const inGroup = group === '' ? undefined : site.directory.tree.named(`cn=${escapeDnText(group)},ou=groups,${site.directory.baseDn}`);
  const members = inGroup && site.directory.membership.membersOf(inGroup);
  const rows: MemberRow[] = [];
  for (const entry of peopleOf(visit)) {
    if (group !== '' && members?.has(entry.slot) !== true) continue;
    const row = memberRow(visit, entry);
    if (status !== '' && row.status !== status) continue;
    if (only === 'deletion' && !row.deletion) continue;
    if (only === 'unconfirmed' && visit.as.texts(entry, 'mosMailActivated')[0] !== 'FALSE') continue;
    if (words.length > 0) {
      const plain = plainText([row.uid, row.name, ...row.mail, ...visit.as.texts(entry, 'cn')].join(' '));
      if (!words.every((word) => plain.includes(word))) continue;
    }
    rows.push(row);
  }
  return rows.sort((one, other) => one.name.localeCompare(other.name, visit.language) || (one.uid < other.uid ? -1 : 1));
}

/** Everybody below ou=people whom the visitor may see, whatever their status. */
export function* peopleOf({ as, site }: Visit): Generator<PackedEntry> {
  const { tree, baseDn } = site.directory;
  const parent = tree.named(`ou=people,${baseDn}`);
  for (const slot of parent === undefined ? [] : tree.childrenOf(parent)) {
    const entry = tree.at(slot);
    if (entry !== undefined && as.viewer.sees(entry) && tree.isOfClass(entry, 'inetOrgPerson')) yield entry;
  }
}

export function memberRow({ as, site }: Visit, entry: PackedEntry): MemberRow {
  const day = (name: string) => as.texts(entry, name)[0]?.replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3') ?? '';
  return {
    uid: userNameOf(entry) ?? '',
    name: nameOf(as, entry),
    mail: as.texts(entry, 'mail'),
    status: firstRdn(as.texts(entry, 'mosStatus')[0]) ?? '',
    joined: day('mosJoined'),
    left: day('mosLeft'),
    active: site.directory.mayLogIn(entry),
    deletion: as.texts(entry, 'mosDeletionRequested').length > 0,
  };
}

function namesOf({ as }: Visit, groups: readonly PackedEntry[]): readonly string[] {
  return groups.flatMap((entry) => as.texts(entry, 'cn')[0] ?? []).sort();
}
