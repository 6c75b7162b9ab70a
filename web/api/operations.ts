import { array, boolean, integer, type JsonSchema, map, object, ref, string, time } from './json-schema.ts';

/** What one address does for a program. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** As in the table of routes */
  readonly path: string;
  readonly summary: string;
  /** What may stand behind the question mark */
  readonly query?: Readonly<Record<string, string>>;
  /** Members of the JSON that is sent */
  readonly body?: Readonly<Record<string, string>>;
  /** What comes back; a media type for what is no JSON */
  readonly answer: JsonSchema | string;
}

const paged = { count: integer, page: integer, pages: integer };
const nothing: JsonSchema = { type: 'object' };

/** The addresses that programs use. Pages for people alone are not among them. */
export const operations: readonly Operation[] = [
  {
    ...{ method: 'GET', path: '/people', summary: 'Everybody in the club whom the asker may see, by name' },
    query: { q: 'words in name, nick or skill', page: 'from 1' },
    answer: object({ query: string, people: array(ref('PersonLine')), ...paged }),
  },
  {
    ...{ method: 'GET', path: '/people.atom', summary: 'Who has come and what has changed on profiles, the newest first (RFC 4287)' },
    answer: 'application/atom+xml',
  },
  { method: 'GET', path: '/people/:name', summary: 'A person, as far as the asker may see', answer: ref('Person') },
  { method: 'GET', path: '/people/:name/vcard', summary: 'The same as a vCard 4.0 (RFC 6350)', answer: 'text/vcard' },
  { method: 'GET', path: '/people/:name/photo', summary: 'The photo', query: { size: 'small, for lists' }, answer: 'image/jpeg' },
  {
    ...{ method: 'POST', path: '/people/:name/edit', summary: 'Change attributes; what needs approval waits' },
    body: {
      displayName: 'each attribute that is named is replaced, others stay; several values in an array',
      'visibility.mobile': 'public, members, board or self',
    },
    answer: object({ waits: integer }),
  },
  {
    ...{ method: 'GET', path: '/people/:name/history', summary: 'What waits and what has happened, the newest first' },
    query: { before: 'number of a change, to go further back' },
    answer: object({ name: string, 'uid?': string, waiting: array(ref('Proposal')), changes: array(ref('Change')), 'before?': integer }),
  },
  { method: 'POST', path: '/people/:name/history/:csn/revert', summary: 'Take a change back', answer: object({ 'pending?': integer }) },
  { method: 'POST', path: '/people/:name/history/:csn/withdraw', summary: 'Withdraw what one has asked for', answer: nothing },
  {
    ...{ method: 'GET', path: '/people/:name/data', summary: 'Everything of one’s own entry' },
    answer: object({ dn: string, attributes: map(array(ref('Value'))) }),
  },
  { method: 'GET', path: '/people/:name/data.ldif', summary: 'The same as LDIF (RFC 2849)', answer: 'text/x-ldif' },
  { method: 'POST', path: '/people/:name/deletion', summary: 'Ask to be deleted, or not', body: { wanted: 'yes or no' }, answer: nothing },
  {
    method: 'POST',
    path: '/invite',
    summary: 'Invite somebody by mail',
    body: { mail: 'an address', note: 'a word from you' },
    answer: nothing,
  },
  {
    ...{ method: 'GET', path: '/board/members', summary: 'Members of every status' },
    query: { status: 'name of a status', group: 'name of a group', q: 'words', only: 'unconfirmed or deletion', page: 'from 1' },
    answer: object({ members: array(ref('Member')), ...paged }),
  },
  { method: 'GET', path: '/board/members.csv', summary: 'The same as a table (RFC 4180)', answer: 'text/csv' },
  {
    ...{ method: 'POST', path: '/board/members/bulk', summary: 'Do one thing with several members' },
    body: { uid: 'user names', action: '"status NAME", "join GROUP" or "leave GROUP"', confirmed: 'yes' },
    answer: object({ done: integer, refused: array(object({ name: string, reason: string })) }),
  },
  {
    ...{ method: 'GET', path: '/board/applicants', summary: 'Who has asked to join, the longest first' },
    query: { page: 'from 1' },
    answer: object({
      ...paged,
      applicants: array(
        object({ uid: string, name: string, mail: array(string), confirmed: boolean, message: string, 'invitedBy?': string, since: time }),
      ),
    }),
  },
  {
    ...{ method: 'POST', path: '/board/applicants/:name', summary: 'Take somebody in, or decline' },
    body: { do: 'accept or decline', status: 'with accept', reason: 'with decline, mailed' },
    answer: nothing,
  },
  {
    method: 'GET',
    path: '/board/approvals',
    summary: 'Changes that wait for a decision',
    answer: object({ count: integer, waiting: array(ref('Proposal')) }),
  },
  { method: 'POST', path: '/board/approvals/:csn/approve', summary: 'Approve a change', answer: nothing },
  {
    method: 'POST',
    path: '/board/approvals/:csn/refuse',
    summary: 'Refuse a change',
    body: { reason: 'the member gets it by mail' },
    answer: nothing,
  },
  {
    ...{ method: 'GET', path: '/board/groups', summary: 'Groups' },
    answer: object({
      groups: array(object({ name: string, description: string, mail: array(string), count: integer, fillsItself: boolean })),
    }),
  },
  {
    ...{ method: 'POST', path: '/board/groups', summary: 'Make a group' },
    body: { name: 'its name', description: 'what for', mail: 'its address', filter: 'an LDAP filter, for a group that fills itself' },
    answer: nothing,
  },
  {
    ...{ method: 'GET', path: '/board/groups/:name', summary: 'A group and who is in it' },
    answer: object({
      ...{ name: string, description: string, mail: array(string), memberURL: array(string), count: integer },
      members: array(object({ uid: string, name: string, direct: boolean, active: boolean })),
    }),
  },
  {
    ...{ method: 'POST', path: '/board/groups/:name', summary: 'Change a group' },
    body: {
      do: 'save, join, leave or delete',
      uid: 'with join and leave',
      description: 'with save',
      mail: 'with save',
      filter: 'with save, of a group that fills itself',
      confirmed: 'yes, with delete, and with leave for the last in a group that gives rights',
    },
    answer: nothing,
  },
  ...['statuses', 'mail/domains', 'mail/aliases'].flatMap((table): Operation[] => [
    {
      method: 'GET',
      path: `/board/${table}`,
      summary: `The table of ${table.replace('/', ' ')}`,
      answer: object({ entries: array(ref('SmallEntry')) }),
    },
    { method: 'POST', path: `/board/${table}`, summary: 'Add a row', body: { ATTRIBUTE: 'its value' }, answer: nothing },
    {
      method: 'POST',
      path: `/board/${table}/:id`,
      summary: 'Change or delete a row',
      body: { do: 'save or delete', ATTRIBUTE: 'its value', confirmed: 'yes, with delete' },
      answer: nothing,
    },
  ]),
  {
    ...{ method: 'GET', path: '/board/services', summary: 'Programs that use the directory, and what each may' },
    answer: object({ services: array(object({ name: string, description: string, grants: array(string), isChanging: boolean })) }),
  },
  {
    ...{ method: 'GET', path: '/board/app-passwords', summary: 'Who has app passwords' },
    query: { page: 'from 1' },
    answer: object({
      ...paged,
      people: array(
        object({
          ...{ uid: string, name: string },
          passwords: array(object({ id: string, name: string, 'service?': string, made: time, 'used?': time })),
        }),
      ),
    }),
  },
  {
    ...{ method: 'POST', path: '/board/app-passwords/:name/:id/revoke', summary: 'Take somebody’s app password back' },
    body: { confirmed: 'yes' },
    answer: nothing,
  },
  {
    ...{ method: 'GET', path: '/board/log', summary: 'Every change, the newest first' },
    query: {
      actor: 'part of a DN',
      entry: 'part of a DN',
      origin: 'part of it',
      operation: 'add, modify, rename or delete',
      state: 'applied, pending …',
      since: 'a day',
      until: 'a day',
      before: 'a number',
      csn: 'the number of one change',
    },
    answer: object({
      changes: array(
        object({
          ...{ csn: integer, at: time, by: string, origin: string, operation: string, state: string, followed: boolean },
          ...{ dn: string, 'uid?': string, differences: array(ref('Difference')) },
        }),
      ),
      'before?': integer,
    }),
  },
];
