import type { Plan } from './plan.ts';

export interface Limits {
  /** How many people the directory has told of */
  readonly people: number;
  /** Percent of the open accounts that may be blocked at once */
  readonly mostRemoved: number;
  /** More may be */
  readonly force: boolean;
}

/** Why this plan is not carried out; undefined when it may be. A directory that says nothing shuts nobody out, whatever is forced. */
export function objection({ steps, open, obstacle }: Plan, { people, mostRemoved, force }: Limits): string | undefined {
  if (obstacle !== undefined) return obstacle;
  // an account that is ended already and has only lost its block shuts nobody out anew
  const blocked = steps.filter((step) => step.kind === 'block' && step.account.ours?.ended === false).length;
  if (blocked === 0) return undefined;
  if (people === 0) return 'the directory has no people, so nobody is blocked';
  const percent = (blocked / open) * 100;
  if (force || percent <= mostRemoved) return undefined;
  return (
    `${blocked} of ${open} accounts would be blocked, ${Math.ceil(percent)} % where MOS_SYNC_MOST_REMOVED allows ${mostRemoved}; ` +
    '--dry-run shows whom, --force does it'
  );
}
