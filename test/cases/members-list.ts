// Members lists: who is in the directory, who is on the list, and what a sync makes of it.
import type { Subscriber } from '../../sync/mailman/plan.ts';
import type { SyncedPerson } from '../../sync/people.ts';

export const now = '20261127150000Z';
export const before = '20261101120000Z';

/** A member who is on the list at UID@x.org and of whom all is noted. */
export function person(uid: string, otherwise: Partial<SyncedPerson> = {}): SyncedPerson {
  const { listAddress = `${uid}@x.org` } = otherwise;
  const all = { uuid: uid, dn: `uid=${uid}`, uid, name: uid, mail: `${uid}@x.org`, wikiName: uid, active: true, listMember: true };
  return { ...all, bounced: undefined, groups: [], password: undefined, listAddress, listed: listAddress, ...otherwise };
}

/** The same, and nothing is noted. */
export const fresh = (uid: string, otherwise: Partial<SyncedPerson> = {}) => person(uid, { listed: undefined, ...otherwise });

export function at(address: string, otherwise: Partial<Subscriber> = {}): Subscriber {
  const [name = ''] = address.split('@');
  return { memberId: `id of ${address}`, address, name, disabled: false, lastBounce: undefined, ...otherwise };
}

export interface ListCase {
  readonly name: string;
  readonly people: readonly SyncedPerson[];
  readonly list: readonly Subscriber[];
  readonly keepOthers?: true;
  readonly steps?: readonly string[];
  /** UID, since when mail bounces, address on the list: of entries that are to change */
  readonly reports?: readonly (readonly [uid: string, bounced: string | undefined, listed: string | undefined])[];
  readonly held?: readonly string[];
}

export const listCases: readonly ListCase[] = [
  { name: 'all as it should be', people: [person('ada'), person('bob')], list: [at('ada@x.org'), at('bob@x.org')] },
  { name: 'nobody anywhere', people: [], list: [] },
  {
    name: 'a new list gets everybody who is on it',
    people: [
      fresh('ada'),
      fresh('bob', { listMember: false }),
      fresh('eve', { active: false }),
      fresh('una', { mail: undefined, listAddress: undefined }),
    ],
    list: [],
    steps: ['add     ada@x.org (ada)'],
    reports: [['ada', undefined, 'ada@x.org']],
  },
  {
    name: 'who is on the list already is taken over without a step',
    people: [fresh('ada')],
    list: [at('ada@x.org')],
    reports: [['ada', undefined, 'ada@x.org']],
  },
  { name: 'an address in another case is the same', people: [person('ada', { listAddress: 'Ada@X.org' })], list: [at('ada@x.org')] },
  {
    name: 'an address goes to Mailman in the case of its owner',
    people: [fresh('ada', { listAddress: 'Ada@X.org' })],
    list: [],
    steps: ['add     Ada@X.org (ada)'],
    reports: [['ada', undefined, 'Ada@X.org']],
  },
  {
    name: 'who is banned goes',
    people: [person('ada', { active: false })],
    list: [at('ada@x.org')],
    steps: ['remove  ada@x.org: ada may not log in'],
    reports: [['ada', undefined, undefined]],
  },
  {
    name: 'who switches the list off goes',
    people: [person('ada', { listMember: false })],
    list: [at('ada@x.org')],
    steps: ['remove  ada@x.org: ada has switched the list off'],
    reports: [['ada', undefined, undefined]],
  },
  {
    name: 'who left the directory goes, as do strangers',
    people: [person('ada')],
    list: [at('ada@x.org'), at('old@x.org')],
    steps: ['remove  old@x.org: nobody in the directory has this address'],
  },
  { name: 'strangers may be kept', people: [person('ada')], list: [at('ada@x.org'), at('old@x.org')], keepOthers: true },
  {
    name: 'strangers may be kept, and who switched the list off still goes',
    people: [person('ada', { listMember: false }), person('bob', { active: false })],
    list: [at('ada@x.org'), at('bob@x.org'), at('old@x.org')],
    keepOthers: true,
    steps: ['remove  ada@x.org: ada has switched the list off', 'remove  bob@x.org: bob may not log in'],
    reports: [
      ['ada', undefined, undefined],
      ['bob', undefined, undefined],
    ],
  },
  {
    name: 'a changed address is a move',
    people: [person('ada', { listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [at('ada@x.org')],
    steps: ['move    ada@x.org to new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'an address that was never noted is removed and added',
    people: [fresh('ada', { listAddress: 'new@y.org' })],
    list: [at('ada@x.org')],
    steps: ['add     new@y.org (ada)', 'remove  ada@x.org: ada gets the list at new@y.org'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'a move to where somebody else is already only removes',
    people: [person('ada', { listAddress: 'both@x.org', listed: 'ada@x.org' }), person('bob', { listAddress: 'both@x.org' })],
    list: [at('ada@x.org'), at('both@x.org', { name: 'ada' })],
    steps: ['remove  ada@x.org: ada gets the list at both@x.org'],
    reports: [['ada', undefined, 'both@x.org']],
  },
  {
    name: 'two people swap addresses',
    people: [
      person('ada', { listAddress: 'bob@x.org', listed: 'ada@x.org' }),
      person('bob', { listAddress: 'ada@x.org', listed: 'bob@x.org' }),
    ],
    list: [at('ada@x.org'), at('bob@x.org')],
    steps: ['rename  bob@x.org: bob becomes ada', 'rename  ada@x.org: ada becomes bob'],
    reports: [
      ['ada', undefined, 'bob@x.org'],
      ['bob', undefined, 'ada@x.org'],
    ],
  },
  {
    name: 'two people share an address: it is there once, with the name of the first',
    people: [fresh('bob', { listAddress: 'both@x.org' }), fresh('ada', { listAddress: 'Both@X.org' })],
    list: [],
    steps: ['add     Both@X.org (ada)'],
    reports: [
      ['bob', undefined, 'both@x.org'],
      ['ada', undefined, 'Both@X.org'],
    ],
  },
  {
    name: 'a shared address stays when one of the two goes',
    people: [person('ada', { listAddress: 'both@x.org', active: false }), person('bob', { listAddress: 'both@x.org' })],
    list: [at('both@x.org', { name: 'bob' })],
    reports: [['ada', undefined, undefined]],
  },
  {
    name: 'who leaves a shared address is added, and the other keeps the subscription',
    people: [person('ada', { listAddress: 'new@y.org', listed: 'both@x.org' }), person('bob', { listAddress: 'both@x.org' })],
    list: [at('both@x.org', { name: 'bob' })],
    steps: ['add     new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'both leave a shared address: one takes the subscription along',
    people: [
      person('ada', { listAddress: 'a@y.org', listed: 'both@x.org' }),
      person('bob', { listAddress: 'b@y.org', listed: 'both@x.org' }),
    ],
    list: [at('both@x.org')],
    steps: ['move    both@x.org to a@y.org (ada)', 'add     b@y.org (bob)'],
    reports: [
      ['ada', undefined, 'a@y.org'],
      ['bob', undefined, 'b@y.org'],
    ],
  },
  {
    name: 'a name follows the directory, without line breaks',
    people: [person('ada', { name: ' Ada\r\n  Example ' })],
    list: [at('ada@x.org', { name: '' })],
    steps: ['rename  ada@x.org: no name becomes Ada Example'],
  },
  {
    name: 'whose mail comes back stays on the list, and it is noted since when',
    people: [person('ada'), person('bob')],
    list: [at('ada@x.org', { disabled: true, lastBounce: before }), at('bob@x.org', { disabled: true })],
    reports: [
      ['ada', before, 'ada@x.org'],
      ['bob', now, 'bob@x.org'],
    ],
  },
  {
    name: 'what is noted once stays as it is',
    people: [person('ada', { bounced: before })],
    list: [at('ada@x.org', { disabled: true, lastBounce: now })],
  },
  {
    name: 'single bounces below the threshold are no matter',
    people: [person('ada')],
    list: [at('ada@x.org', { lastBounce: before })],
  },
  {
    name: 'when mail arrives again, the note goes',
    people: [person('ada', { bounced: before })],
    list: [at('ada@x.org', { lastBounce: before })],
    reports: [['ada', undefined, 'ada@x.org']],
  },
  {
    name: 'whom Mailman removed for bounces is not added again at the same address',
    people: [person('ada', { bounced: before, listAddress: 'Ada@x.org', listed: 'ada@x.org' })],
    list: [],
    held: ['Ada@x.org'],
  },
  {
    name: 'whom Mailman removed for bounces is added at another address',
    people: [person('ada', { bounced: before, listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [],
    steps: ['add     new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'who changes an address that bounces moves, and the note goes',
    people: [person('ada', { bounced: before, listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [at('ada@x.org', { disabled: true })],
    steps: ['move    ada@x.org to new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'whose new address bounces too gets a new note',
    people: [person('ada', { bounced: before, listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [at('new@y.org', { name: 'ada', disabled: true, lastBounce: now })],
    reports: [['ada', now, 'new@y.org']],
  },
  {
    name: 'who was taken off by hand, without bounces, is added again',
    people: [person('ada')],
    list: [],
    steps: ['add     ada@x.org (ada)'],
  },
  {
    name: 'a board that deletes the note has the address tried again',
    people: [person('ada', { bounced: undefined })],
    list: [],
    steps: ['add     ada@x.org (ada)'],
  },
  {
    name: 'an address that bounced holds for everybody who shares it',
    people: [person('ada', { bounced: before, listAddress: 'both@x.org' }), fresh('bob', { listAddress: 'both@x.org' })],
    list: [],
    held: ['both@x.org'],
  },
  {
    name: 'a ban does not make an address that bounces a good one',
    people: [person('ada', { bounced: before, active: false })],
    list: [at('ada@x.org', { disabled: true })],
    steps: ['remove  ada@x.org: ada may not log in'],
  },
  {
    name: 'nor does the end of the ban',
    people: [person('ada', { bounced: before })],
    list: [],
    held: ['ada@x.org'],
  },
  {
    name: 'the switch does: off forgets',
    people: [person('ada', { bounced: before, listMember: false })],
    list: [],
    reports: [['ada', undefined, undefined]],
  },
];
