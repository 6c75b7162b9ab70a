import { type MostRemoved, tooMany } from '../most-removed.ts';
import type { Plan } from './plan.ts';

export interface Limits extends MostRemoved {
  /** How many people the directory has told of */
  readonly people: number;
}

/** Why this plan is not carried out; undefined when it may be. A directory that says nothing empties no list, whatever is forced. */
export function objection(plan: Plan, { people, ...limits }: Limits): string | undefined {
  const removed = plan.steps.filter(({ kind }) => kind === 'remove').length;
  if (removed === 0) return undefined;
  if (people === 0) return 'the directory has no people, so nobody is taken off the list';
  if (plan.after === 0) return `all ${plan.before} would be taken off the list; to close a list, remove it in Mailman`;
  return tooMany({ removed, of: plan.before, what: 'would be taken off the list' }, limits);
}
