import type { SyncedPerson } from '../people.ts';
import type { WikiAccount } from './account.ts';
import { wikiNameOf } from './name.ts';

/** Whose account is to be called what. */
export interface Claim {
  readonly person: SyncedPerson;
  /** Their account, or the one that they take over; undefined: a new one */
  readonly account: WikiAccount | undefined;
  readonly name: string;
}

/** Somebody whose name can't be as they want it. */
export interface LeftOut {
  readonly person: SyncedPerson;
  readonly why: string;
}

export interface Claims {
  readonly claims: readonly Claim[];
  readonly leftOut: readonly LeftOut[];
}

export interface Claimants {
  /** Who may log in */
  readonly people: readonly SyncedPerson[];
  readonly accounts: readonly WikiAccount[];
  /** entryUUIDs of everybody in the directory */
  readonly known: ReadonlySet<string>;
  /** Wiki names of accounts that may be taken over from whoever made them */
  readonly adopt: ReadonlySet<string>;
  /** The wiki asks LDAP: accounts go by uid, and those that LDAP has made may be taken over */
  readonly ldap: boolean;
}

/**
 * Gives out names. Who has a name keeps it; a name that two want and nobody has, nobody gets; an account that the sync does not have
 * is nobody's. Who can't have their name keeps the account that they have, under its old name.
 */
export function settleNames({ people, accounts, known, adopt, ldap }: Claimants): Claims {
  const own = new Map(accounts.flatMap((account) => (account.ours === undefined ? [] : [[account.ours.uuid, account]])));
  const byName = new Map(accounts.map((account) => [account.name, account]));
  const { wanted, leftOut } = wishes(people, own, ldap);
  const adopted = new Map<string, WikiAccount>();
  for (const { person, name } of wanted) {
    const there = byName.get(name);
    if (there === undefined || own.has(person.uuid)) continue;
    const free = there.ours === undefined ? adopt.has(name) || (ldap && there.usesLdap) : adopt.has(name) && !known.has(there.ours.uuid);
    if (free) adopted.set(person.uuid, there);
  }
  const accountOf = (uuid: string) => own.get(uuid) ?? adopted.get(uuid);
  const stuck = withoutNames(wanted, byName, accountOf);
  const claims = wanted.flatMap(({ person, name }): Claim[] => {
    const account = accountOf(person.uuid);
    if (!stuck.has(person.uuid)) return [{ person, account, name }];
    leftOut.push({ person, why: taken(name, byName.get(name), known) });
    return account === undefined ? [] : [{ person, account, name: account.name }];
  });
  const settled = new Set(wanted.map(({ person }) => person.uuid));
  const asTheyAre = people.flatMap((person): Claim[] => {
    const account = own.get(person.uuid);
    return settled.has(person.uuid) || account === undefined ? [] : [{ person, account, name: account.name }];
  });
  return { claims: [...claims, ...asTheyAre], leftOut };
}

interface Wish {
  readonly person: SyncedPerson;
  readonly name: string;
}

/** Names that can be, each of one person alone. */
function wishes(people: readonly SyncedPerson[], own: ReadonlyMap<string, WikiAccount>, ldap: boolean) {
  const leftOut: LeftOut[] = [];
  const byName = new Map<string, Wish[]>();
  for (const person of people) {
    const text = ldap ? person.uid : person.wikiName;
    const result = wikiNameOf(text);
    if ('why' in result) leftOut.push({ person, why: `"${text}" can be no name in the wiki: ${result.why}` });
    else byName.set(result.name, [...(byName.get(result.name) ?? []), { person, name: result.name }]);
  }
  const wanted = [...byName].flatMap(([name, all]) => {
    if (all.length === 1) return all;
    const holder = all.find(({ person }) => own.get(person.uuid)?.name === name);
    const names = all.map(({ person }) => person.uid).join(' and ');
    for (const { person } of all)
      if (person !== holder?.person) leftOut.push({ person, why: `${names} want the name ${name}; give one of them another mosWikiName` });
    return holder === undefined ? [] : [holder];
  });
  return { wanted, leftOut };
}

/** entryUUIDs of those whose name belongs to an account that stays where it is. */
function withoutNames(
  wanted: readonly Wish[],
  byName: ReadonlyMap<string, WikiAccount>,
  accountOf: (uuid: string) => WikiAccount | undefined,
): ReadonlySet<string> {
  const stuck = new Set<string>();
  const moves = new Map(
    wanted.flatMap(({ person, name }) => {
      const account = accountOf(person.uuid);
      return account === undefined || account.name === name ? [] : [[account, person.uuid]];
    }),
  );
  const movesAway = (account: WikiAccount) => moves.has(account) && !stuck.has(moves.get(account) ?? '');
  // one who is stuck keeps a name, for which the next may have waited
  for (let before = -1; before !== stuck.size; ) {
    before = stuck.size;
    for (const { person, name } of wanted) {
      const there = byName.get(name);
      if (there !== undefined && there !== accountOf(person.uuid) && !movesAway(there)) stuck.add(person.uuid);
    }
  }
  return stuck;
}

function taken(name: string, account: WikiAccount | undefined, known: ReadonlySet<string>): string {
  if (account?.ours === undefined)
    return `the wiki has an account ${name} that is not MOS's; if it is theirs, --adopt '${name}' takes it over`;
  if (known.has(account.ours.uuid)) return `the account ${name} is somebody else's`;
  return `the account ${name} is that of somebody who has left; if it is theirs, --adopt '${name}' gives it to them`;
}
