import type { SyncedPerson } from '../people.ts';
import { belongsOnList, bouncingSince, keyOf } from './addresses.ts';
import type { Step, Subscriber } from './plan.ts';

/** By the address in lower case. */
export type Steps = ReadonlyMap<string, Step>;

/** What a person's entry is to say from now on. */
export interface Report {
  readonly uuid: string;
  /** mosMailBounced; undefined: nothing */
  readonly bounced: string | undefined;
  /** mosListSubscribed; undefined: nothing */
  readonly listed: string | undefined;
  /** It holds only if this has been done */
  readonly after: Step | undefined;
  /** For people to read; undefined when it is bookkeeping */
  readonly says: string | undefined;
}

export interface Outcome {
  readonly people: readonly SyncedPerson[];
  readonly present: ReadonlyMap<string, Subscriber>;
  readonly now: string;
  readonly arrivals: Steps;
  readonly removals: Steps;
}

/** Reports for those whose entry says otherwise. */
export function planReports(outcome: Outcome): Report[] {
  return outcome.people.flatMap((person) => {
    const { bounced, listed, after } = stateOf(person, outcome);
    if (bounced === person.bounced && listed === person.listed) return [];
    return [{ uuid: person.uuid, bounced, listed, after, says: sentence(person, bounced) }];
  });
}

type State = Pick<Report, 'bounced' | 'listed' | 'after'>;

/**
 * mosListSubscribed is the address that the list has them under. It outlasts the subscription when Mailman has removed that for
 * bounces: so the same address is not subscribed again, and another one is.
 */
function stateOf(person: SyncedPerson, { present, now, arrivals, removals }: Outcome): State {
  const { bounced, listed, listAddress } = person;
  const gone: State = { bounced: undefined, listed: undefined, after: listed === undefined ? undefined : removals.get(keyOf(listed)) };
  if (!person.listMember || listAddress === undefined) return gone;
  // a ban is no answer to whether mail arrives
  if (!belongsOnList(person)) return bounced === undefined ? gone : { bounced, listed, after: undefined };
  const there = present.get(keyOf(listAddress));
  if (there?.disabled) return { bounced: bouncingSince(person) ?? there.lastBounce ?? now, listed: listAddress, after: undefined };
  if (there !== undefined) return { bounced: undefined, listed: listAddress, after: undefined };
  const arrival = arrivals.get(keyOf(listAddress));
  if (arrival !== undefined) return { bounced: undefined, listed: listAddress, after: arrival };
  return { bounced, listed, after: undefined };
}

function sentence(
  { uid, bounced: before, listMember, listed, listAddress }: SyncedPerson,
  bounced: string | undefined,
): string | undefined {
  if (before === bounced) return undefined;
  if (bounced !== undefined) return `mail to ${listAddress} comes back: noted in the entry of ${uid}`;
  if (!listMember || listAddress === undefined) return `${uid} is off the list: that mail came back is no longer noted`;
  if (listed !== undefined && keyOf(listed) !== keyOf(listAddress))
    return `${uid} has another address: that mail came back is no longer noted`;
  return `mail to ${listAddress} arrives again: no longer noted in the entry of ${uid}`;
}
