import { countedFields, type DjangoDump, Fields } from './django-dump.ts';
import { counted, type PersonOptions, personOf } from './django-person.ts';
import { membershipsOf } from './memberships.ts';
import type { Move, Newcomer, Note } from './plan.ts';

export interface DjangoOptions extends PersonOptions {
  /** Kind of membership → name of the status that it becomes; `member` for every other */
  readonly statuses: ReadonlyMap<string, string>;
  /** YYYY-MM-DD */
  readonly today: string;
  /** Are the events read too, for a file? */
  readonly keepsEvents: boolean;
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
  ['cal.event', 'waits for the calendar (--events FILE keeps it)'],
  ...['core.location', 'core.category', 'cal.location', 'cal.category'].map((model): [string, string] => [
    model,
    'waits for the calendar (--events FILE keeps the name with each event)',
  ]),
  ...['contenttypes.contenttype', 'auth.permission', 'sessions.session', 'admin.logentry'].map((model): [string, string] => [
    model,
    "Django's own",
  ]),
]);

/**
 * What a dump of a site like Metalab's MOS comes to: people, statuses, groups, and a note for whatever does not come along. Pure.
 * @throws Error in words when `statuses` names a kind of membership that the dump does not have
 */
export function moveFromDjango(dump: DjangoDump, options: DjangoOptions): Move {
  const notes: Note[] = [...dump.notes];
  for (const [model, records] of dump.records) {
    if (!readModels.has(model) && !(model === 'cal.event' && options.keepsEvents))
      notes.push({ where: model, what: `${records.length} left out: ${otherModels.get(model) ?? 'this table is not known here'}` });
  }
  const memberships = membershipsOf(dump, options.statuses, options.today);
  notes.push(...memberships.notes);
  const contacts = contactsOf(dump, notes);
  const groups = groupNames(dump, notes);
  const users = dump.records.get('auth.user') ?? [];
  const people: Newcomer[] = [];
  const taken = new Set<string>();
  for (const record of users) {
    const user = new Fields(record);
    const uid = user.text('username');
    const key = String(record.pk);
    if (!/^[\w.@+-]{1,150}$/.test(uid)) notes.push({ where: user.where('username'), what: `"${uid}" can be nobody's user name; left out` });
    else if (taken.has(uid.toLowerCase()))
      notes.push({ where: user.where('username'), what: `"${uid}" is there in another case already; left out` });
    else {
      taken.add(uid.toLowerCase());
      people.push(personOf({ user, contact: contacts.get(key), membership: memberships.of.get(key), groups }, options, notes));
    }
  }
  notes.push(...countedFields(users, (field) => counted.has(field), 'MOS counts from the first day here'));
  notes.push(...sharedValues(people, 'mail', 'address'), ...sharedValues(people, 'mosWikiName', 'wiki name'));
  return {
    people,
    statuses: [...new Set(options.statuses.values())],
    groups: new Map([...groups.values()].map((name) => [name, []])),
    notes,
  };
}

/** auth.group: key → name. */
function groupNames({ records }: DjangoDump, notes: Note[]): ReadonlyMap<string, string> {
  const all = records.get('auth.group') ?? [];
  const names = new Map<string, string>();
  for (const record of all) {
    const fields = new Fields(record);
    const name = fields.text('name');
    if (name === '') notes.push({ where: fields.where('name'), what: 'a group without a name; left out' });
    else names.set(String(record.pk), name);
  }
  notes.push(...countedFields(all, (field) => field !== 'name', 'rights of Django mean nothing here'));
  return names;
}

function contactsOf({ records }: DjangoDump, notes: Note[]): ReadonlyMap<string, Fields> {
  const users = new Set((records.get('auth.user') ?? []).map(({ pk }) => String(pk)));
  const contacts = new Map<string, Fields>();
  for (const record of records.get('members.contactinfo') ?? []) {
    const fields = new Fields(record);
    const user = fields.text('user');
    if (!users.has(user)) notes.push({ where: fields.where('user'), what: `there is no user ${fields.shownKey('user')}; left out` });
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
