import type { Change, Plan, Step } from './plan.ts';

/** A step as a line for people; no secret in it. */
export function lineOf(step: Step): string {
  switch (step.kind) {
    case 'create':
      return `create   ${step.name} (${step.uid})${step.contents.groups.map((each) => `, +${each}`).join('')}`;
    case 'adopt':
      return `adopt    ${step.account.name} (${step.uid})`;
    case 'unblock':
      return `unblock  ${step.account.name} (${step.uid})`;
    case 'change':
      return `change   ${step.account.name} (${step.uid}): ${whatOf(step.change)}`;
    case 'block':
      return `block    ${step.account.name}: ${step.why}`;
  }
}

function whatOf({ realName, mail, password, join, leave }: Change): string {
  return [
    ...(realName === undefined ? [] : ['real name']),
    ...(mail === undefined ? [] : ['mail']),
    ...(password === undefined ? [] : [password === '' ? 'no password' : 'password']),
    ...join.map((each) => `+${each}`),
    ...leave.map((each) => `-${each}`),
  ].join(', ');
}

export const noteOf = (note: string): string => `note     ${note}`;

const pasts: Readonly<Record<Step['kind'], string>> = {
  create: 'created',
  adopt: 'adopted',
  unblock: 'unblocked',
  change: 'changed',
  block: 'blocked',
};

/** The last line. */
export function summaryOf({ steps, open }: Plan, dryRun: boolean): string {
  const counts = Object.entries(pasts).flatMap(([kind, past]) => {
    const count = steps.filter((step) => step.kind === kind).length;
    return count === 0 ? [] : [`${count} ${past}`];
  });
  const what = counts.length === 0 ? 'nothing to do' : `${dryRun ? 'would be ' : ''}${counts.join(', ')}`;
  const after = open + steps.reduce((sum, step) => sum + opens(step), 0);
  return `wiki: ${what}; ${after} open ${after === 1 ? 'account' : 'accounts'}`;
}

/** How many more accounts of the sync are open after it. */
function opens(step: Step): number {
  switch (step.kind) {
    case 'create':
      return 1;
    case 'adopt':
      return step.account.ours === undefined ? 1 : 0;
    case 'unblock':
      return step.account.ours?.ended ? 1 : 0;
    case 'block':
      return step.account.ours?.ended ? 0 : -1;
    case 'change':
      return 0;
  }
}
