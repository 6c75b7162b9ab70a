import type { Plan, Step } from './plan.ts';

/** A step as a line for people. */
export function lineOf(step: Step): string {
  switch (step.kind) {
    case 'add':
      return `add     ${step.address} (${step.name})`;
    case 'move':
      return `move    ${step.who.address} to ${step.address} (${step.name})`;
    case 'rename':
      return `rename  ${step.who.address}: ${step.who.name === '' ? 'no name' : step.who.name} becomes ${step.name}`;
    case 'remove':
      return `remove  ${step.who.address}: ${step.why}`;
  }
}

/** What is noted in entries, and who is left out, a line each. */
export function notesOf({ reports, held }: Pick<Plan, 'reports' | 'held'>): string[] {
  return [
    ...reports.flatMap(({ says }) => (says === undefined ? [] : [`note    ${says}`])),
    ...held.map(({ address, since }) => `leave   ${address}: mail came back, since ${dayOf(since)}, and Mailman has taken it off the list`),
  ];
}

const pasts: Readonly<Record<Step['kind'], string>> = { add: 'added', move: 'moved', rename: 'renamed', remove: 'removed' };

export interface Result {
  readonly planned: readonly Step[];
  /** Those that were taken; in a dry run all that would be */
  readonly done: readonly Step[];
  /** Subscribers afterwards */
  readonly subscribers: number;
  readonly dryRun: boolean;
}

/** The last line. */
export function summaryOf(list: string, { planned, done, subscribers, dryRun }: Result): string {
  const counts = Object.entries(pasts).flatMap(([kind, past]) => {
    const count = done.filter((step) => step.kind === kind).length;
    return count === 0 ? [] : [`${count} ${past}`];
  });
  const nothing = planned.length === 0 ? 'nothing to do' : 'nothing done';
  const what = counts.length === 0 ? nothing : `${dryRun ? 'would be ' : ''}${counts.join(', ')}`;
  return `${list}: ${what}; ${subscribers} ${subscribers === 1 ? 'subscriber' : 'subscribers'}`;
}

/** Generalized Time as a day */
function dayOf(time: string): string {
  return time.replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3');
}
