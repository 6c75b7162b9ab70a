import { levels } from '../../schema/ldap/policy.ts';
import { array, boolean, integer, type JsonSchema, object, ref, string, time } from './json-schema.ts';

/** What one address does for a program. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** As in the table of routes */
  readonly path: string;
  readonly summary: string;
  /** Also without a token, as far as the public sees */
  readonly open?: true;
  /** What may stand behind the question mark */
  readonly query?: Readonly<Record<string, string>>;
  /** Members of the JSON that is sent */
  readonly body?: Readonly<Record<string, string>>;
  /** What comes back; a media type for what is no JSON, or is described elsewhere */
  readonly answer: JsonSchema | string;
  /** The same comes with 409 when some of it was done and some was not */
  readonly partly?: true;
}

const paged = { count: integer, page: integer, pages: integer };
const nothing = object({});
const groups = array(object({ name: string, description: string, mail: array(string), count: integer, fillsItself: boolean }));
const preview = object({ names: array(string), count: integer, 'error?': string });
/** What is not done yet, because it was not confirmed, is asked. */
const unlessAsked = (answer: JsonSchema): JsonSchema => ({ oneOf: [answer, object({ question: string })] });
const level: JsonSchema = { enum: levels };
/** What the directory browser takes. */
const fieldsBody = {
  attribute: 'names of what is meant; each is replaced, others stay',
  'value.ATTRIBUTE': 'its values: a line each, or an array; what is no line of text in Base64 behind two colons',
  'was.ATTRIBUTE': 'what it was: if it is something else by now, nothing is done',
};
const levelsOf = { level, levels: array(level) };

/** Every address that a token opens. Pages for people alone are not among them. */
export const operations: readonly Operation[] = [
  { method: 'GET', path: '/openapi.json', summary: 'This description', open: true, answer: 'application/json' },
  ...['/', '/people'].map(
    (path): Operation => ({
      ...{ method: 'GET', path, open: true, summary: 'Everybody in the club whom the asker may see, by name' },
      query: { q: 'words in name, nick or skill', page: 'from 1' },
      answer: object({ query: string, people: array(ref('PersonLine')), ...paged }),
    }),
  ),
  {
    ...{
      method: 'GET',
      path: '/people.atom',
      open: true,
      summary: 'Who has come and what has changed on profiles, the newest first (RFC 4287)',
    },
    answer: 'application/atom+xml',
  },
  {
    ...{ method: 'GET', path: '/people/:name', open: true, summary: 'A person, as far as the asker may see' },
    query: { as: 'public or members: with the eyes of others, of oneself and by the board' },
    answer: ref('Person'),
  },
  { method: 'GET', path: '/people/:name/vcard', open: true, summary: 'The same as a vCard 4.0 (RFC 6350)', answer: 'text/vcard' },
  {
    ...{ method: 'GET', path: '/people/:name/photo', open: true, summary: 'The photo' },
    query: { size: 'small, for lists' },
    answer: 'image/jpeg',
  },
  {
    ...{ method: 'GET', path: '/people/:name/edit', summary: 'What the asker may change, or ask to be changed, and who sees it' },
    answer: object({
      name: string,
      fields: array(
        object({
          ...{ attribute: string, right: { enum: ['write', 'propose'] }, most: integer, values: array(string) },
          ...levelsOf,
        }),
      ),
      'photo?': object({ has: boolean, ...levelsOf }),
    }),
  },
  {
    ...{
      method: 'POST',
      path: '/people/:name/edit',
      summary: 'Change attributes; what needs approval waits. Others’ with board:write as well',
    },
    body: {
      ATTRIBUTE: 'each that is named is replaced, others stay; several values in an array',
      'visibility.ATTRIBUTE': 'public, members, board or self',
      photo: 'a picture, as a file of multipart/form-data',
      'photo.remove': 'yes',
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
    answer: ref('OwnData'),
  },
  { method: 'GET', path: '/people/:name/data.ldif', summary: 'The same as LDIF (RFC 2849)', answer: 'text/x-ldif' },
  { method: 'GET', path: '/people/:name/data.json', summary: 'The same as a file of JSON', answer: ref('OwnData') },
  { method: 'POST', path: '/people/:name/deletion', summary: 'Ask to be deleted, or not', body: { wanted: 'yes or no' }, answer: nothing },
  { method: 'GET', path: '/invite', summary: 'Whether the asker may invite', answer: nothing },
  {
    method: 'POST',
    path: '/invite',
    summary: 'Invite somebody by mail',
    body: { mail: 'an address', note: 'a word from you' },
    answer: nothing,
  },
  { method: 'GET', path: '/board', summary: 'Leads to /board/members', answer: nothing },
  {
    ...{ method: 'GET', path: '/board/members', summary: 'Members of every status' },
    query: { status: 'name of a status', group: 'name of a group', q: 'words', only: 'unconfirmed or deletion', page: 'from 1' },
    answer: object({ members: array(ref('Member')), ...paged }),
  },
  { method: 'GET', path: '/board/members.csv', summary: 'The same as a table (RFC 4180)', answer: 'text/csv' },
  {
    ...{
      method: 'POST',
      path: '/board/members/bulk',
      summary: 'Do one thing with several members; unless confirmed, say what would be done',
    },
    body: { uid: 'user names', action: '"status NAME", "join GROUP" or "leave GROUP"', confirmed: 'yes' },
    answer: {
      oneOf: [
        object({ done: integer, refused: array(object({ name: string, reason: string })) }),
        object({ action: string, named: string, people: array(object({ uid: string, name: string })), count: integer }),
      ],
    },
    partly: true,
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
    answer: object({ groups }),
  },
  {
    ...{ method: 'GET', path: '/board/groups/preview', summary: 'Whom a group that fills itself would have' },
    query: { filter: 'an LDAP filter' },
    answer: object({ groups, 'preview?': preview }),
  },
  {
    ...{ method: 'POST', path: '/board/groups', summary: 'Make a group' },
    body: { name: 'its name', description: 'what for', mail: 'its address', filter: 'an LDAP filter, for a group that fills itself' },
    answer: nothing,
  },
  {
    ...{ method: 'GET', path: '/board/groups/:name', summary: 'A group and who is in it' },
    query: { filter: 'an LDAP filter: whom it would have with that' },
    answer: object({
      ...{ name: string, description: string, mail: array(string), memberURL: array(string), count: integer, 'preview?': preview },
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
    answer: unlessAsked(nothing),
  },
  { method: 'GET', path: '/board/mail', summary: 'The addresses of what there is about mail', answer: object({ places: array(string) }) },
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
      answer: unlessAsked(nothing),
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
  {
    ...{ method: 'GET', path: '/directory', summary: 'An entry with what is below it' },
    query: { dn: 'the entry, the suffix unless said', filter: 'an LDAP filter; below is then what it finds under the entry' },
    answer: object({
      ...{ dn: string, above: array(ref('Listed')), below: array(ref('Listed')), count: integer },
      attributes: array(object({ name: string, operational: boolean, values: array(ref('Value')) })),
    }),
  },
  {
    ...{ method: 'GET', path: '/directory/edit', summary: 'The attributes of an entry that can be changed' },
    query: { dn: 'the entry', more: 'anything: with whatever else its classes allow' },
    answer: object({ dn: string, attributes: array(ref('EntryField')) }),
  },
  {
    ...{ method: 'POST', path: '/directory/edit', summary: 'Change an entry, but for passwords' },
    query: { dn: 'the entry' },
    body: fieldsBody,
    answer: object({ waits: integer }),
  },
  {
    ...{ method: 'GET', path: '/directory/add', summary: 'What an entry can be, and the attributes of its classes' },
    query: { parent: 'the entry above', class: 'object classes, each by itself' },
    answer: object({ parent: string, structural: array(string), auxiliary: array(string), attributes: array(ref('EntryField')) }),
  },
  {
    ...{ method: 'POST', path: '/directory/add', summary: 'Add an entry, without a password' },
    query: { parent: 'the entry above' },
    body: { rdn: 'its name, like cn=weavers', class: 'object classes', ...fieldsBody },
    answer: object({ dn: string }),
  },
  {
    ...{ method: 'POST', path: '/directory/move', summary: 'Rename an entry' },
    query: { dn: 'the entry' },
    body: { rdn: 'its new name' },
    answer: object({ dn: string }),
  },
  {
    ...{ method: 'POST', path: '/directory/delete', summary: 'Delete an entry, if that is confirmed' },
    query: { dn: 'the entry' },
    body: { confirmed: 'yes' },
    answer: unlessAsked(object({ dn: string })),
  },
];
