import type { PackedEntry } from './packed-entry.ts';
import type { Plan } from './plan.ts';

/** By this name the log tells of them; no entry has it. */
export const secondFactor = 'mosSecondFactor';

/** What somebody has to sign in with beside the password: what went and what came, each in words. */
export interface FactorChange {
  readonly removed?: readonly string[];
  readonly added?: readonly string[];
}

/** A line of the log about second factors, which the web site keeps: nothing of the entry changes. */
export function planFactorNote(entry: PackedEntry, { removed = [], added = [] }: FactorChange): Plan {
  const attribute = (factors: readonly string[]) => ({
    description: secondFactor,
    values: factors.map((each) => Buffer.from(each)),
  });
  const modifications = [
    ...(removed.length > 0 ? [{ operation: 'delete' as const, attribute: attribute(removed) }] : []),
    ...(added.length > 0 ? [{ operation: 'add' as const, attribute: attribute(added) }] : []),
  ];
  const change = { kind: 'modify' as const, dn: entry.dn, modifications };
  return [{ cause: 'request', before: entry, after: entry, change, noted: removed.length > 0 ? [attribute(removed)] : [] }];
}
