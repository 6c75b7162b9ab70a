// Wikis: who is in the directory, which accounts there are, and what a sync makes of it.

import type { SyncedPerson } from '../../sync/people.ts';
import type { WikiAccount } from '../../sync/wiki/account.ts';
import { digestOf, wikiPassword } from '../../sync/wiki/password.ts';

export const hashOf = (text: string) =>
  `{ARGON2}$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$${Buffer.from(text).toString('base64').replaceAll('=', '')}`;

/** A member with the password UID */
export function person(uid: string, otherwise: Partial<SyncedPerson> = {}): SyncedPerson {
  const wiki = { uuid: `id of ${uid}`, dn: `uid=${uid}`, uid, name: uid, mail: `${uid}@x.org`, wikiName: uid, active: true, groups: [] };
  return { ...wiki, listMember: false, listAddress: undefined, bounced: undefined, listed: undefined, password: hashOf(uid), ...otherwise };
}

/** Their account, made by the sync, as it is to be. @param notes otherwise in what the sync has noted */
export function account(uid: string, otherwise: Partial<WikiAccount> = {}, notes: Partial<WikiAccount['ours']> = {}): WikiAccount {
  const name = `${uid[0]?.toUpperCase()}${uid.slice(1)}`;
  const ours = { uuid: `id of ${uid}`, digest: digestOf(wikiPassword(hashOf(uid))), groups: [], ended: false, ...notes };
  // ids tell accounts apart, whatever they are called
  const id = [...uid].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7);
  return { id, name, realName: uid, mail: `${uid}@x.org`, groups: [], blocked: 'no', ours, ...otherwise };
}

/** One that somebody has made in the wiki */
export const stranger = (uid: string, otherwise: Partial<WikiAccount> = {}) => account(uid, { ours: undefined, ...otherwise });

/** One that the sync has ended */
export const ended = (uid: string, otherwise: Partial<WikiAccount> = {}) =>
  account(uid, { blocked: 'by the sync', ...otherwise }, { ended: true, digest: '' });

export interface WikiCase {
  readonly name: string;
  readonly people: readonly SyncedPerson[];
  readonly accounts: readonly WikiAccount[];
  readonly adopt?: readonly string[];
  /** The wiki asks LDAP */
  readonly ldap?: true;
  readonly steps?: readonly string[];
  readonly notes?: readonly RegExp[];
}

/** board is sysop, helpers and board are editor */
export const groups = { board: 'sysop', helpers: 'editor', staff: 'editor' };

export const wikiCases: readonly WikiCase[] = [
  { name: 'all as it should be', people: [person('ada'), person('bob')], accounts: [account('ada'), account('bob'), stranger('root')] },
  { name: 'nobody anywhere', people: [], accounts: [] },
  {
    name: 'whoever may log in gets an account, with its groups once',
    people: [person('bob', { groups: ['helpers', 'staff', 'members'] }), person('ada'), person('eve', { active: false })],
    accounts: [],
    steps: ['create   Ada (ada)', 'create   Bob (bob), +editor'],
  },
  {
    name: 'the account goes by mosWikiName',
    people: [person('ada', { wikiName: 'countess_of L' })],
    accounts: [],
    steps: ['create   Countess of L (ada)'],
  },
  {
    name: 'where the wiki asks LDAP it goes by uid, and has no password',
    people: [person('ada', { wikiName: 'countess' })],
    accounts: [],
    ldap: true,
    steps: ['create   Ada (ada)'],
  },
  {
    name: 'real name, mail and groups follow, groups that MOS does not give stay',
    people: [person('ada', { name: ' Ada\n Example ', mail: undefined, groups: ['board'] })],
    accounts: [account('ada', { groups: ['bot', 'editor'] })],
    steps: ['change   Ada (ada): real name, mail, +sysop, -editor'],
  },
  {
    name: 'a group that the sync gave ends when the settings name it no more; one that the wiki gave does not',
    people: [person('ada', { groups: ['board'] }), person('bob')],
    accounts: [account('ada', { groups: ['bot', 'old', 'sysop'] }, { groups: ['old', 'sysop'] }), account('bob', { groups: ['old'] })],
    steps: ['change   Ada (ada): -old'],
  },
  {
    name: 'a new password follows',
    people: [person('ada', { password: hashOf('other') })],
    accounts: [account('ada')],
    steps: ['change   Ada (ada): password'],
  },
  {
    name: 'a password that the wiki can not check ends the one before, and it is told',
    people: [person('ada', { password: '{SSHA}abc' })],
    accounts: [account('ada')],
    steps: ['change   Ada (ada): no password'],
    notes: [/^ada: can't sign in to the wiki before they have logged in at MOS/],
  },
  {
    name: 'whoever switches from passwords to LDAP has none in the wiki',
    people: [person('ada', { password: undefined })],
    accounts: [account('ada')],
    ldap: true,
    steps: ['change   Ada (ada): no password'],
  },
  {
    name: 'a real name that is too long is cut between characters',
    people: [person('ada', { name: 'é'.repeat(200) })],
    accounts: [account('ada', { realName: 'é'.repeat(127) })],
  },
  {
    name: 'who is banned and who left are blocked, strangers are not',
    people: [person('ada', { active: false })],
    accounts: [account('ada'), account('bob'), stranger('root')],
    steps: ['block    Ada: ada may not log in', 'block    Bob: has left the directory'],
  },
  { name: 'who is blocked stays so without a step', people: [person('ada', { active: false })], accounts: [ended('ada'), ended('bob')] },
  {
    name: 'a block that somebody has lifted in the wiki comes back',
    people: [person('ada', { active: false })],
    accounts: [ended('ada', { blocked: 'no' })],
    steps: ['block    Ada: ada may not log in'],
  },
  {
    name: 'whom the wiki has blocked itself is ended all the same',
    people: [person('ada', { active: false })],
    accounts: [account('ada', { blocked: 'by others' })],
    steps: ['block    Ada: ada may not log in'],
  },
  {
    name: 'who comes back is unblocked, and gets password and groups',
    people: [person('ada', { groups: ['board'] })],
    accounts: [ended('ada')],
    steps: ['unblock  Ada (ada)', 'change   Ada (ada): password, +sysop'],
  },
  {
    name: 'a block of the wiki itself stays, and it is told',
    people: [person('ada')],
    accounts: [account('ada', { blocked: 'by others' })],
    notes: [/^ada: the account Ada is blocked by somebody in the wiki$/],
  },
  {
    name: 'with another wiki name the account stays what it is called, is told, and everything else goes on',
    people: [person('ada', { wikiName: 'grace', name: 'Grace' })],
    accounts: [account('ada')],
    steps: ['change   Ada (ada): real name'],
    notes: [/^ada: the account is still called Ada; rename it to Grace in the wiki with Special:RenameUser; the link stays$/],
  },
  {
    name: 'once it is renamed in the wiki all is well, and the old name is free',
    people: [person('ada', { wikiName: 'grace' }), person('new', { wikiName: 'ada' })],
    accounts: [account('ada', { name: 'Grace' })],
    steps: ['create   Ada (new)'],
  },
  {
    name: 'two who swap names keep their accounts',
    people: [person('ada', { wikiName: 'bob' }), person('bob', { wikiName: 'ada' })],
    accounts: [account('ada'), account('bob')],
    notes: [/^ada: the account is still called Ada; rename it to Bob/, /^bob: the account is still called Bob; rename it to Ada/],
  },
  {
    name: 'who comes does not get the account of somebody who wants another name',
    people: [person('ada', { wikiName: 'grace' }), person('new', { wikiName: 'ada' })],
    accounts: [account('ada')],
    adopt: ['Ada'],
    notes: [/^ada: the account is still called Ada/, /^new: the account Ada is somebody else's$/, /^--adopt 'Ada': /],
  },
  {
    name: 'an account that somebody has renamed in the wiki is told, and no second one is made',
    people: [person('ada')],
    accounts: [account('ada', { name: 'Lady' })],
    notes: [/^ada: the account is still called Lady; rename it to Ada/],
  },
  {
    name: 'an account of the wiki is left alone',
    people: [person('ada')],
    accounts: [stranger('ada', { groups: ['sysop'] })],
    notes: [/^ada: the wiki has an account Ada that is not MOS's; if it is theirs, --adopt 'Ada' takes it over$/],
  },
  {
    name: 'unless it may be adopted: then it gets the password of MOS',
    people: [person('ada')],
    accounts: [stranger('ada', { groups: ['editor', 'bot'] })],
    adopt: ['Ada'],
    steps: ['adopt    Ada (ada)', 'change   Ada (ada): password, -editor'],
  },
  {
    name: 'where the wiki asks LDAP, an adopted account loses the password that it had',
    people: [person('ada'), person('bob')],
    accounts: [stranger('ada'), stranger('bob')],
    adopt: ['Ada'],
    ldap: true,
    steps: ['adopt    Ada (ada)', 'change   Ada (ada): no password'],
    notes: [/^bob: the wiki has an account Bob that is not MOS's/],
  },
  {
    name: 'an account of somebody who left is not given to the next of that name',
    people: [person('ada', { uuid: 'another ada' })],
    accounts: [ended('ada')],
    notes: [/^ada: the account Ada is that of somebody who has left; if it is theirs, --adopt 'Ada' gives it to them$/],
  },
  {
    name: 'unless it may be adopted',
    people: [person('ada', { uuid: 'another ada' })],
    accounts: [ended('ada')],
    adopt: ['Ada'],
    steps: ['adopt    Ada (ada)', 'unblock  Ada (ada)', 'change   Ada (ada): password'],
  },
  {
    name: 'nor is that of somebody who is banned, whatever is adopted',
    people: [person('eve', { active: false }), person('ada', { wikiName: 'Eve' })],
    accounts: [ended('eve')],
    adopt: ['Eve'],
    notes: [/^ada: the account Eve is somebody else's$/, /^--adopt 'Eve': /],
  },
  {
    name: 'adopting what is not there is told',
    people: [person('ada')],
    accounts: [account('ada')],
    adopt: ['Grace'],
    notes: [/^--adopt 'Grace': there is no such account/],
  },
  {
    name: 'a name that two want nobody gets',
    people: [person('ada', { wikiName: 'x_y' }), person('bob', { wikiName: 'X y' }), person('cid')],
    accounts: [],
    steps: ['create   Cid (cid)'],
    notes: [/^ada: ada and bob want the name X y/, /^bob: ada and bob want the name X y/],
  },
  {
    name: 'who has it keeps it',
    people: [person('ada'), person('bob', { wikiName: 'Ada' })],
    accounts: [account('ada')],
    notes: [/^bob: ada and bob want the name Ada; give one of them another mosWikiName$/],
  },
  {
    name: 'whose new name can be none keeps the account under the old one',
    people: [person('ada', { wikiName: 'a#b', name: 'A' }), person('bob', { wikiName: 'b/c' })],
    accounts: [account('ada')],
    steps: ['change   Ada (ada): real name'],
    notes: [/^ada: "a#b" can be no name in the wiki: /, /^bob: "b\/c" can be no name/],
  },
  {
    name: 'who is banned under a bad name is blocked all the same',
    people: [person('ada', { wikiName: 'a#b', active: false })],
    accounts: [account('ada')],
    steps: ['block    Ada: ada may not log in'],
  },
  {
    name: 'who goes, who comes back and who comes, in one run',
    people: [person('new'), person('ada', { active: false }), person('bob', { name: 'Rob' }), person('cid')],
    accounts: [account('ada'), account('bob'), ended('cid')],
    steps: [
      'block    Ada: ada may not log in',
      'unblock  Cid (cid)',
      'create   New (new)',
      'change   Bob (bob): real name',
      'change   Cid (cid): password',
    ],
  },
];
