import type { SyncedPerson } from '../people.ts';
import type { WikiAccount } from './account.ts';
import { wikiNameOf } from './name.ts';

/** Who has which account. */
export interface Claim {
  readonly person: SyncedPerson;
  /** Their account, or the one that they take over; undefined: a new one */
  readonly account: WikiAccount | undefined;
  readonly name: string;
}

export interface Claims {
  readonly claims: readonly Claim[];
  /** Whose name can't be as they want it, a sentence each */
  readonly notes: readonly string[];
}

export interface Claimants {
  /** Who may log in */
  readonly people: readonly SyncedPerson[];
  readonly accounts: readonly WikiAccount[];
  /** entryUUIDs of everybody in the directory */
  readonly known: ReadonlySet<string>;
  /** Wiki names of accounts that may be taken over from whoever made them */
  readonly adopt: ReadonlySet<string>;
  /** The wiki asks LDAP: accounts go by uid */
  readonly ldap: boolean;
}

/**
 * Gives out accounts. Who has one keeps it under whatever name it has: to rename it is the wiki's business, since pages and logs follow only there.
 * A name that two want and nobody has, nobody gets; an account that the sync does not have is nobody's.
 */
export function settleNames(claimants: Claimants): Claims {
  const { people, accounts, ldap } = claimants;
  const own = new Map(accounts.flatMap((account) => (account.ours === undefined ? [] : [[account.ours.uuid, account]])));
  const byName = new Map(accounts.map((account) => [account.name, account]));
  const wishes = wishesOf(people, ldap);
  const claims: Claim[] = [];
  const notes: string[] = [];
  for (const person of people) {
    const account = own.get(person.uuid);
    const outcome = nameFor(person, account, wishes, ldap) ?? freeName(wishes.names.get(person) ?? '', byName, claimants);
    if (account !== undefined) claims.push({ person, account, name: account.name });
    else if ('name' in outcome) claims.push({ person, account: byName.get(outcome.name), name: outcome.name });
    if ('why' in outcome) notes.push(`${person.uid}: ${outcome.why}`);
  }
  return { claims, notes };
}

type Outcome = { readonly name: string } | { readonly why: string };

interface Wishes {
  /** Of those whose name can be one */
  readonly names: ReadonlyMap<SyncedPerson, string>;
  readonly owners: ReadonlyMap<string, readonly SyncedPerson[]>;
}

function wishesOf(people: readonly SyncedPerson[], ldap: boolean): Wishes {
  const names = new Map<SyncedPerson, string>();
  const owners = new Map<string, SyncedPerson[]>();
  for (const person of people) {
    const result = wikiNameOf(wishOf(person, ldap));
    if ('why' in result) continue;
    names.set(person, result.name);
    owners.set(result.name, [...(owners.get(result.name) ?? []), person]);
  }
  return { names, owners };
}

const wishOf = ({ uid, wikiName }: SyncedPerson, ldap: boolean): string => (ldap ? uid : wikiName);

/** What the directory alone says, and of who has an account; undefined: it depends on the accounts of others. */
function nameFor(person: SyncedPerson, account: WikiAccount | undefined, { names, owners }: Wishes, ldap: boolean): Outcome | undefined {
  const name = names.get(person);
  if (name !== undefined && account?.name === name) return { name };
  if (name === undefined) {
    const result = wikiNameOf(wishOf(person, ldap));
    return 'why' in result ? { why: `"${wishOf(person, ldap)}" can be no name in the wiki: ${result.why}` } : result;
  }
  const rivals = owners.get(name) ?? [];
  if (rivals.length > 1)
    return {
      why: `${rivals.map(({ uid }) => uid).join(' and ')} want the name ${name}; give one of them another ${ldap ? 'uid' : 'mosWikiName'}`,
    };
  if (account === undefined) return undefined;
  return { why: `the account is still called ${account.name}; rename it to ${name} in the wiki with Special:RenameUser; the link stays` };
}

function freeName(name: string, byName: ReadonlyMap<string, WikiAccount>, { known, adopt }: Claimants): Outcome {
  const there = byName.get(name);
  if (there === undefined) return { name };
  if (there.ours === undefined)
    return adopt.has(name)
      ? { name }
      : { why: `the wiki has an account ${name} that is not MOS's; if it is theirs, --adopt '${name}' takes it over` };
  if (known.has(there.ours.uuid)) return { why: `the account ${name} is somebody else's` };
  return adopt.has(name)
    ? { name }
    : { why: `the account ${name} is that of somebody who has left; if it is theirs, --adopt '${name}' gives it to them` };
}
