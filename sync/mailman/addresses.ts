import type { SyncedPerson } from '../people.ts';

/** Mailman, like everybody who delivers mail, takes an address for the same in any case. */
export const keyOf = (address: string): string => address.toLowerCase();

/** Is mail of the list to go to them? */
export function belongsOnList({ active, listMember, listAddress }: SyncedPerson): boolean {
  return active && listMember && listAddress !== undefined;
}

/** Since when mail to the address that they have now comes back: what is noted of an earlier address says nothing of it. */
export function bouncingSince({ bounced, listed, listAddress }: SyncedPerson): string | undefined {
  return listed === undefined || keyOf(listed) === keyOf(listAddress ?? '') ? bounced : undefined;
}
