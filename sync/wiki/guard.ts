import { type MostRemoved, tooMany } from '../most-removed.ts';
import type { Plan } from './plan.ts';

export interface Limits extends MostRemoved {
  /** How many people the directory has told of */
  readonly people: number;
}

/** Why this plan is not carried out; undefined when it may be. A directory that says nothing shuts nobody out, whatever is forced. */
export function objection({ steps, open, obstacle }: Plan, { people, ...limits }: Limits): string | undefined {
  if (obstacle !== undefined) return obstacle;
  // an account that is ended already and has only lost its block shuts nobody out anew
  const removed = steps.filter((step) => step.kind === 'block' && step.account.ours?.ended === false).length;
  if (removed === 0) return undefined;
  if (people === 0) return 'the directory has no people, so nobody is blocked';
  return tooMany({ removed, of: open, what: 'accounts would be blocked' }, limits);
}
