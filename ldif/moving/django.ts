import type { Attribute } from '../../directory/model/entry.ts';
import { type DjangoDump, type DjangoRecord, Fields } from './django-dump.ts';
import { type Membership, membershipsOf } from './memberships.ts';
import { type Move, type Newcomer, type Note, text } from './plan.ts';

export interface DjangoOptions {
  /** Kind of membership → name of the status that it becomes; `member` for every other */
  readonly statuses: ReadonlyMap<string, string>;
  /** Who comes into the group cn=board: whom Django lets into its administration */
  readonly board: 'superuser' | 'staff' | undefined;
  /** YYYY-MM-DD */
  readonly today: string;
  /** Bytes of an uploaded file by its path; undefined when it is not there */
  readonly media: (path: string) => Buffer | undefined;
}

/** Models that are read, and what those come to that are not: money stays with whoever keeps the books, the calendar comes later. */
const readModels: ReadonlySet<string> = new Set([
  'auth.user',
  'auth.group',
  'members.contactinfo',
  'members.membershipperiod',
  'members.kindofmembership',
]);
const otherModels: ReadonlyMap<string, string> = new Map([
  ...['membershipfee', 'paymentinfo', 'paymentmethod', 'bankcollectionmode', 'payment', 'bankimportmatcher', 'pendingpayment'].map(
    (model): [string, string] => [`members.${model}`, 'money is no business of the directory'],
  ),
  ...['cal.event', 'core.location', 'core.category', 'cal.location', 'cal.category'].map((model): [string, string] => [
    model,
    'waits for the calendar (--events keeps it)',
  ]),
  ...['contenttypes.contenttype', 'auth.permission', 'sessions.session', 'admin.logentry'].map((model): [string, string] => [
    model,
    "Django's own",
  ]),
]);

/** What a dump of a site like Metalab's MOS comes to: people, statuses, groups, and a note for whatever does not come along. Pure. */
export function moveFromDjango(dump: DjangoDump, options: DjangoOptions): Move {
  const notes: Note[] = [...dump.notes];
  for (const [model, records] of dump.records) {
    if (!readModels.has(model))
      notes.push({ where: model, what: `${records.length} left out: ${otherModels.get(model) ?? 'this table is not known here'}` });
  }
  const memberships = membershipsOf(dump, options.statuses, options.today);
  notes.push(...memberships.notes);
  const contacts = contactsOf(dump, notes);
  const groups = new Map((dump.records.get('auth.group') ?? []).map((record) => [String(record.pk), new Fields(record).text('name')]));
  const people: Newcomer[] = [];
  const taken = new Set<string>();
  for (const record of dump.records.get('auth.user') ?? []) {
    const user = new Fields(record);
    const uid = user.text('username');
    if (!/^[\w.@+-]{1,150}$/.test(uid)) notes.push({ where: user.where('username'), what: `"${uid}" can be nobody's user name; left out` });
    else if (taken.has(uid.toLowerCase()))
      notes.push({ where: user.where('username'), what: `"${uid}" is there in another case already; left out` });
    else {
      taken.add(uid.toLowerCase());
      people.push(newcomer(user, contacts.get(String(record.pk)), memberships.of.get(String(record.pk)), { groups, options, notes }));
    }
  }
  for (const [name, each] of [
    ['mail', 'address'],
    ['mosWikiName', 'wiki name'],
  ] as const)
    notes.push(...sharedValues(people, name, each));
  const statuses = new Map([...options.statuses.values()].map((name) => [name, true]));
  return { people, statuses, groups: new Map([...groups.values()].map((name) => [name, []])), notes };
}

interface Context {
  readonly groups: ReadonlyMap<string, string>;
  readonly options: DjangoOptions;
  readonly notes: Note[];
}

function newcomer(
  user: Fields,
  contact: Fields | undefined,
  membership: Membership | undefined,
  { groups, options, notes }: Context,
): Newcomer {
  const uid = user.text('username');
  const [first, last] = [user.text('first_name'), user.text('last_name')];
  const name = [first, last].filter(Boolean).join(' ') || uid;
  const note = (field: string, what: string) => void notes.push({ where: `${user.where(field)} (${uid})`, what });
  const isActive = user.flag('is_active');
  const standing = membership?.status ?? 'applicant';
  const status = isActive || standing === 'applicant' ? standing : 'alumni';
  if (!isActive) note('is_active', `is off: ${uid} gets the status ${status}, which does not let in`);
  if (membership === undefined) note('username', 'has no period of membership: an applicant, until the board says otherwise');
  const own = user.keys('groups').flatMap((key) => groups.get(key) ?? []);
  const [isSuperuser, isStaff] = [user.flag('is_superuser'), user.flag('is_staff')];
  const isBoard = options.board === 'superuser' ? isSuperuser : options.board === 'staff' ? isStaff || isSuperuser : false;
  if ((isSuperuser || isStaff) && !isBoard)
    note(
      isSuperuser ? 'is_superuser' : 'is_staff',
      'is set; rights do not come along (--board superuser or --board staff puts them into the board)',
    );
  if (user.keys('user_permissions').length > 0) note('user_permissions', 'rights of Django mean nothing here');
  const mail = user.text('email');
  const isMail = /^[^\s@]+@[^\s@]+$/.test(mail);
  if (mail !== '' && !isMail) note('email', `"${mail}" is no address; left out`);
  // when somebody last came by is no property of theirs
  for (const field of ['last_login', 'date_joined']) user.text(field);
  const attributes = [
    text('objectClass', 'inetOrgPerson', 'mosMember'),
    text('uid', uid),
    text('cn', name),
    text('sn', last || uid),
    text('givenName', first),
    text('displayName', name),
    text('mail', isMail ? mail : ''),
    text('mosMailActivated', isMail ? 'TRUE' : ''),
    text('mosJoined', membership?.joined),
    text('mosLeft', membership?.left),
    text('userPassword', password(user.text('password'), note)),
    ...(contact === undefined ? [] : fromContact(contact, mail, options, note)),
  ].filter(({ values }) => values.length > 0);
  if (contact === undefined) note('username', 'has no contact info');
  for (const field of user.left) note(field, 'is not known here, and was left out');
  return { uid, status, attributes, groups: [...own, ...(isBoard ? ['board'] : [])] };
}

/** Django's hashes are checked as they are, and renewed at the first login. */
function password(hash: string, note: (field: string, what: string) => void): string {
  if (hash === '' || hash.startsWith('!')) {
    note('password', 'there is none that works: it has to be set anew');
    return '';
  }
  if (/^(pbkdf2_sha256|pbkdf2_sha1|sha1|md5)\$/.test(hash)) return hash;
  note('password', `hashes of the kind ${hash.split('$')[0]} can't be checked here: it has to be set anew`);
  return '';
}

function fromContact(contact: Fields, mail: string, { media }: DjangoOptions, note: (field: string, what: string) => void): Attribute[] {
  const told = (field: string, what: string) => void (contact.text(field) !== '' && note(field, what));
  const [street, postcode, city, country] = [
    contact.text('street'),
    contact.text('postcode'),
    contact.text('city'),
    contact.text('country'),
  ];
  const lines = [street, [postcode, city].filter(Boolean).join(' '), country].filter(Boolean);
  const birthday = contact.text('birthday');
  if (birthday !== '' && !/^\d{4}-\d\d-\d\d$/.test(birthday)) note('birthday', `"${birthday}" is no day; left out`);
  told('remark', `"${contact.text('remark')}" is the board's note, and stays with the board`);
  if (contact.flag('has_active_key'))
    note('has_active_key', `keys to the door are no business of the directory (${contact.text('key_id')})`);
  else told('key_id', 'keys to the door are no business of the directory');
  const isOnList = contact.flag('on_intern_list');
  const address = contact.text('intern_list_email');
  if (isOnList && !contact.flag('last_email_ok')) note('last_email_ok', 'mail of the list has come back');
  const image = contact.text('image');
  const photo = image === '' ? undefined : media(image);
  if (image !== '' && photo === undefined) note('image', `${image} was not found (--media FOLDER says where uploads are)`);
  const attributes = [
    text('telephoneNumber', contact.text('phone_number')),
    text('homePostalAddress', lines.map((line) => line.replaceAll('\\', '\\5C').replaceAll('$', '\\24')).join('$')),
    text('mosBirthday', /^\d{4}-\d\d-\d\d$/.test(birthday) ? birthday : ''),
    text('mosWikiName', contact.text('wiki_name')),
    text('mosListMember', isOnList ? 'TRUE' : 'FALSE'),
    text('mosListAddress', address.toLowerCase() === mail.toLowerCase() ? '' : address),
    { description: 'jpegPhoto', values: photo === undefined ? [] : [photo] },
  ];
  for (const field of contact.left) note(field, 'is not known here, and was left out');
  return attributes;
}

function contactsOf({ records }: DjangoDump, notes: Note[]): ReadonlyMap<string, Fields> {
  const users = new Set((records.get('auth.user') ?? []).map(({ pk }) => String(pk)));
  const contacts = new Map<string, Fields>();
  for (const record of records.get('members.contactinfo') ?? []) {
    const fields = new Fields(record);
    const user = fields.text('user');
    if (!users.has(user)) notes.push({ where: fields.where('user'), what: `there is no user ${user}; left out` });
    else if (contacts.has(user)) notes.push({ where: fields.where('user'), what: `user ${user} has another one already; left out` });
    else contacts.set(user, fields);
  }
  return contacts;
}

/** Values that ought to be somebody's alone. */
function sharedValues(people: readonly Newcomer[], attribute: string, called: string): Note[] {
  const owners = new Map<string, string[]>();
  for (const { uid, attributes } of people)
    for (const value of attributes.find(({ description }) => description === attribute)?.values ?? [])
      owners.set(value.toString().toLowerCase(), [...(owners.get(value.toString().toLowerCase()) ?? []), uid]);
  return [...owners]
    .filter(([, uids]) => uids.length > 1)
    .map(([value, uids]) => ({ where: uids.join(', '), what: `have the same ${called}: ${value}` }));
}

/** The events of the dump, a JSON object a line, for the calendar to come: local times as they stand, with what rooms and categories are called. */
export function eventsOf({ records }: DjangoDump, timeZone: string): readonly string[] {
  const named = (...models: readonly string[]) =>
    new Map(models.flatMap((model) => records.get(model) ?? []).map((record) => [String(record.pk), new Fields(record).text('name')]));
  const [rooms, categories] = [named('core.location', 'cal.location'), named('core.category', 'cal.category')];
  const users = new Map(
    (records.get('auth.user') ?? []).map((record: DjangoRecord) => [String(record.pk), new Fields(record).text('username')]),
  );
  return (records.get('cal.event') ?? []).map((record) => {
    const event = new Fields(record);
    return JSON.stringify({
      id: record.pk,
      name: event.text('name'),
      start: event.text('startDate'),
      end: event.text('endDate') || null,
      timeZone,
      deleted: event.flag('deleted'),
      teaser: event.text('teaser'),
      who: event.text('who'),
      room: rooms.get(event.text('location')) ?? (event.text('where') || null),
      category: categories.get(event.text('category')) ?? null,
      wikiPage: event.text('wikiPage') || null,
      createdBy: users.get(event.text('created_by')) ?? null,
      createdAt: event.text('created_at') || null,
    });
  });
}
