import type { Plan } from './plan.ts';

export interface Limits {
  /** How many people the directory has told of */
  readonly people: number;
  /** Percent of the subscribers that may go at once */
  readonly mostRemoved: number;
  /** More may go */
  readonly force: boolean;
}

/** Why this plan is not carried out; undefined when it may be. A directory that says nothing empties no list, whatever is forced. */
export function objection(plan: Plan, { people, mostRemoved, force }: Limits): string | undefined {
  const removed = plan.steps.filter(({ kind }) => kind === 'remove').length;
  if (removed === 0) return undefined;
  if (people === 0) return 'the directory has no people, so nobody is taken off the list';
  if (plan.after === 0) return `all ${plan.before} would be taken off the list; to close a list, remove it in Mailman`;
  const percent = (removed / plan.before) * 100;
  if (force || percent <= mostRemoved) return undefined;
  return (
    `${removed} of ${plan.before} would be taken off the list, ${Math.ceil(percent)} % where MOS_SYNC_MOST_REMOVED allows ${mostRemoved}; ` +
    '--dry-run shows whom, --force does it'
  );
}
