import type { SyncedPerson } from '../people.ts';
import type { Wiki, WikiAccount } from './account.ts';
import { type Claim, settleNames } from './claims.ts';
import { systemName } from './name.ts';
import { digestOf, wikiPassword } from './password.ts';

/** What an account is to have. */
export interface Contents {
  readonly realName: string;
  readonly mail: string;
  /** As user_password keeps it; undefined: none, nobody signs in with it */
  readonly password: string | undefined;
  readonly groups: readonly string[];
}

export type Step =
  | { readonly kind: 'create'; readonly name: string; readonly uuid: string; readonly uid: string; readonly contents: Contents }
  | { readonly kind: 'adopt'; readonly account: WikiAccount; readonly uuid: string; readonly uid: string }
  | { readonly kind: 'unblock'; readonly account: WikiAccount; readonly uid: string }
  | { readonly kind: 'change'; readonly account: WikiAccount; readonly uid: string; readonly change: Change }
  | { readonly kind: 'block'; readonly account: WikiAccount; readonly why: string };

/** What is not as it is to be; undefined or empty stays. */
export interface Change {
  readonly realName?: string;
  readonly mail?: string;
  /** Empty: none */
  readonly password?: string;
  readonly join: readonly string[];
  readonly leave: readonly string[];
  /** Groups of the wiki that the sync has put it in, afterwards */
  readonly given: readonly string[];
}

export interface Plan {
  readonly steps: readonly Step[];
  /** What a person should look at, a sentence each */
  readonly notes: readonly string[];
  /** Accounts of the sync that are open before the steps */
  readonly open: number;
  /** Why the steps can't be taken; undefined when they can */
  readonly obstacle: string | undefined;
}

export interface Situation {
  readonly people: readonly SyncedPerson[];
  readonly wiki: Wiki;
  /** cn of a group → group of the wiki */
  readonly groups: Readonly<Record<string, string>>;
  /** Accounts get hashes; otherwise the wiki asks LDAP */
  readonly passwords: boolean;
  readonly adopt: ReadonlySet<string>;
}

/** What makes the accounts of the wiki equal to the people of the directory. */
export function planWiki({ people, wiki, groups, passwords, adopt }: Situation): Plan {
  const active = people.filter((person) => person.active).sort((a, b) => (a.uid < b.uid ? -1 : 1));
  const known = new Set(people.map(({ uuid }) => uuid));
  const { claims, notes } = settleNames({ people: active, accounts: wiki.accounts, known, adopt, ldap: !passwords });
  const managed = new Set(Object.values(groups));
  const steps = claims.flatMap((claim) => planClaim(claim, contentsOf(claim.person, groups, passwords), managed));
  const claimed = new Set(claims.flatMap(({ account }) => (account === undefined ? [] : [account])));
  const uidOf = new Map(people.map(({ uuid, uid }) => [uuid, uid]));
  const blocks = wiki.accounts.flatMap((account): Step[] => {
    const { ours } = account;
    if (ours === undefined || claimed.has(account) || (ours.ended && account.blocked !== 'no')) return [];
    const uid = uidOf.get(ours.uuid);
    return [{ kind: 'block', account, why: uid === undefined ? 'has left the directory' : `${uid} may not log in` }];
  });
  const all = [
    ...notes,
    ...claims.flatMap(({ person, account, name }) => [
      ...(account?.blocked === 'by others' ? [`${person.uid}: the account ${name} is blocked by somebody in the wiki`] : []),
      ...(passwords && wikiPassword(person.password) === undefined
        ? [`${person.uid}: can't sign in to the wiki before they have logged in at MOS once more; it can't check their old password hash`]
        : []),
    ]),
    ...adoptedInVain(adopt, steps),
  ];
  const open = wiki.accounts.filter(({ ours }) => ours !== undefined && !ours.ended).length;
  const obstacle = blocks.length > 0 && !wiki.hasSystemAccount ? systemNameTaken(wiki.accounts) : undefined;
  return { steps: [...steps, ...blocks].sort((a, b) => order(a) - order(b)), notes: all, open, obstacle };
}

function systemNameTaken(accounts: readonly WikiAccount[]): string | undefined {
  if (!accounts.some(({ name }) => name === systemName)) return undefined;
  return `the wiki has an account ${systemName} that is not the sync's, which blocks in this name; rename that account in the wiki`;
}

function order({ kind }: Step): number {
  return ['block', 'adopt', 'unblock', 'create', 'change'].indexOf(kind);
}

function planClaim({ person: { uuid, uid }, account, name }: Claim, contents: Contents, managed: ReadonlySet<string>): Step[] {
  if (account === undefined) return [{ kind: 'create', name, uuid, uid, contents }];
  const isOwn = account.ours?.uuid === uuid;
  const change = changeOf(account, contents, managed, isOwn);
  return [
    ...(isOwn ? [] : [{ kind: 'adopt' as const, account, uuid, uid }]),
    ...(account.blocked === 'by the sync' || account.ours?.ended ? [{ kind: 'unblock' as const, account, uid }] : []),
    ...(change === undefined ? [] : [{ kind: 'change' as const, account, uid, change }]),
  ];
}

/**
 * An account that is taken over gets a password of ours, or none: who had the old one is not asked. Groups that the sync gives are given by it alone;
 * what it gave when the settings were others ends too.
 */
function changeOf(account: WikiAccount, wanted: Contents, managed: ReadonlySet<string>, isOwn: boolean): Change | undefined {
  const join = wanted.groups.filter((each) => !account.groups.includes(each));
  const before = isOwn ? (account.ours?.groups ?? []) : [];
  const leave = account.groups.filter((each) => (managed.has(each) || before.includes(each)) && !wanted.groups.includes(each));
  const given = [...new Set([...before.filter((each) => !leave.includes(each)), ...join])].sort();
  const change: Change = {
    ...(account.realName === wanted.realName ? {} : { realName: wanted.realName }),
    ...(account.mail === wanted.mail ? {} : { mail: wanted.mail }),
    ...(isOwn && account.ours?.digest === digestOf(wanted.password) ? {} : { password: wanted.password ?? '' }),
    join,
    leave,
    given,
  };
  return Object.keys(change).length === 3 && join.length === 0 && leave.length === 0 ? undefined : change;
}

/** Bytes of user_real_name and user_email */
const longest = 255;

function contentsOf(person: SyncedPerson, groups: Readonly<Record<string, string>>, passwords: boolean): Contents {
  const { name, mail = '' } = person;
  return {
    realName: cut(name.replace(/\s+/g, ' ').trim()),
    mail: Buffer.byteLength(mail) > longest ? '' : mail,
    password: passwords ? wikiPassword(person.password) : undefined,
    groups: [...new Set(person.groups.flatMap((cn) => (Object.hasOwn(groups, cn) ? (groups[cn] ?? []) : [])))].sort(),
  };
}

/** As many whole characters as fit. */
function cut(text: string): string {
  let bytes = 0;
  let whole = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > longest) break;
    whole += character;
  }
  return whole;
}

function adoptedInVain(adopt: ReadonlySet<string>, steps: readonly Step[]): string[] {
  const done = new Set(steps.flatMap((step) => (step.kind === 'adopt' ? [step.account.name] : [])));
  return [...adopt]
    .filter((name) => !done.has(name))
    .map((name) => `--adopt '${name}': there is no such account, or it has an owner, or nobody in the directory has this wiki name`);
}
