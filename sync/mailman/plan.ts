import type { SyncedPerson } from '../people.ts';
import { belongsOnList, bouncingSince, keyOf } from './addresses.ts';
import { planReports, type Report, type Steps } from './reports.ts';

/** Somebody on the list, as Mailman has them. Owners, moderators and nonmembers are none. */
export interface Subscriber {
  readonly memberId: string;
  readonly address: string;
  /** Empty when Mailman knows none */
  readonly name: string;
  /** Mailman sends them nothing, because mail came back */
  readonly disabled: boolean;
  /** When mail came back last, Generalized Time; undefined when none has */
  readonly lastBounce: string | undefined;
}

export type Step =
  | { readonly kind: 'add'; readonly address: string; readonly name: string }
  | { readonly kind: 'move'; readonly who: Subscriber; readonly address: string; readonly name: string }
  | { readonly kind: 'rename'; readonly who: Subscriber; readonly name: string }
  | { readonly kind: 'remove'; readonly who: Subscriber; readonly why: string };

/** Somebody who belongs on the list and is not put there: mail to the address came back until Mailman removed it. */
export interface Held {
  readonly address: string;
  /** Generalized Time */
  readonly since: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly reports: readonly Report[];
  readonly held: readonly Held[];
  /** Subscribers before the steps */
  readonly before: number;
  /** and after them */
  readonly after: number;
}

export interface Situation {
  readonly people: readonly SyncedPerson[];
  readonly subscribers: readonly Subscriber[];
  /** Generalized Time, where Mailman gives none */
  readonly now: string;
  /** Subscribers whom the directory does not know stay */
  readonly keepOthers: boolean;
}

/** What makes the list equal to the members who are on it. */
export function planList({ people, subscribers, now, keepOthers }: Situation): Plan {
  const wanted = ownersByAddress(people);
  const present = new Map(subscribers.map((each) => [keyOf(each.address), each]));
  const { arrivals, renames, held } = planWanted(wanted, present);
  const moved = new Set([...arrivals.values()].flatMap((step) => (step.kind === 'move' ? [step.who] : [])));
  const why = reasonsToGo(people);
  const removals = subscribers.flatMap((who): Step[] => {
    const id = keyOf(who.address);
    if (wanted.has(id) || moved.has(who) || (keepOthers && !why.has(id))) return [];
    return [{ kind: 'remove', who, why: why.get(id) ?? 'nobody in the directory has this address' }];
  });
  const steps = [...arrivals.values(), ...renames, ...removals];
  const added = [...arrivals.values()].filter(({ kind }) => kind === 'add').length;
  return {
    steps,
    reports: planReports({ people, present, now, arrivals, removals: removalsByAddress(removals) }),
    held,
    before: subscribers.length,
    after: subscribers.length + added - removals.length,
  };
}

type Owners = readonly [SyncedPerson, ...SyncedPerson[]];

/** Whose address it is, the first by user name first: two people may share one, and the list has it once. */
function ownersByAddress(people: readonly SyncedPerson[]): ReadonlyMap<string, Owners> {
  const owners = new Map<string, Owners>();
  const inOrder = people.filter(belongsOnList).sort((a, b) => (a.uid < b.uid ? -1 : 1));
  for (const person of inOrder) {
    const id = keyOf(person.listAddress ?? '');
    const others = owners.get(id);
    owners.set(id, others === undefined ? [person] : [...others, person]);
  }
  return owners;
}

interface Wanted {
  /** By the address that appears on the list */
  readonly arrivals: Steps;
  readonly renames: readonly Step[];
  readonly held: readonly Held[];
}

function planWanted(wanted: ReadonlyMap<string, Owners>, present: ReadonlyMap<string, Subscriber>): Wanted {
  const arrivals = new Map<string, Step>();
  const renames: Step[] = [];
  const held: Held[] = [];
  const taken = new Set<Subscriber>();
  for (const [id, owners] of wanted) {
    const [{ listAddress: address = '', name: shown }] = owners;
    const name = shown.replace(/\s+/g, ' ').trim();
    const there = present.get(id);
    const since = owners.map(bouncingSince).find((each) => each !== undefined);
    if (there !== undefined) {
      if (name !== '' && there.name !== name) renames.push({ kind: 'rename', who: there, name });
    } else if (since !== undefined) {
      held.push({ address, since });
    } else {
      const who = formerly(owners, present).find((each) => !wanted.has(keyOf(each.address)) && !taken.has(each));
      if (who !== undefined) taken.add(who);
      arrivals.set(id, who === undefined ? { kind: 'add', address, name } : { kind: 'move', who, address, name });
    }
  }
  return { arrivals, renames, held };
}

/** The subscriptions that the sync made for them at other addresses. */
function formerly(owners: Owners, present: ReadonlyMap<string, Subscriber>): Subscriber[] {
  return owners.flatMap(({ listed }) => (listed === undefined ? [] : (present.get(keyOf(listed)) ?? [])));
}

/** Of every address that the directory knows: why it is not on the list, if it is not. */
function reasonsToGo(people: readonly SyncedPerson[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const person of people) {
    const why = !person.active
      ? `${person.uid} may not log in`
      : !person.listMember
        ? `${person.uid} has switched the list off`
        : `${person.uid} gets the list at ${person.listAddress}`;
    for (const address of [person.mail, person.listed, person.listAddress]) if (address !== undefined) reasons.set(keyOf(address), why);
  }
  return reasons;
}

function removalsByAddress(removals: readonly Step[]): Steps {
  return new Map(removals.flatMap((step) => (step.kind === 'remove' ? [[keyOf(step.who.address), step]] : [])));
}
