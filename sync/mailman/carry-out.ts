import { takeStep } from './client.ts';
import type { Step } from './plan.ts';
import { MailmanAway, MailmanRefuses, type Rest } from './rest.ts';

export interface Carried {
  readonly done: ReadonlySet<Step>;
  /** Steps that Mailman refuses, with its reason; the others go on without them */
  readonly refused: readonly { readonly step: Step; readonly why: string }[];
  /** Why the rest was not tried; undefined when all was */
  readonly away: string | undefined;
}

/** Takes the steps one after the other. What was done stays done, whatever becomes of the next. */
export async function carryOut(rest: Rest, list: string, steps: readonly Step[]): Promise<Carried> {
  const done = new Set<Step>();
  const refused: { step: Step; why: string }[] = [];
  for (const step of steps) {
    try {
      await takeStep(rest, list, step);
      done.add(step);
    } catch (error) {
      if (error instanceof MailmanAway) return { done, refused, away: error.message };
      if (!(error instanceof MailmanRefuses)) throw error;
      refused.push({ step, why: error.message });
    }
  }
  return { done, refused, away: undefined };
}
