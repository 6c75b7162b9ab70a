import type { Proposal } from '../../directory/core/approvals.ts';
import { longestReason } from '../../directory/core/proposals.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, type FieldErrors, page, redirect, refusedForm } from '../answer.ts';
import { numberOf } from '../history/history.ts';
import { shownProposal } from '../history/shown-change.ts';
import { fullNameOf } from '../people/person.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';
import { sendDecision } from './approval-letters.ts';

const path = '/board/approvals';
/** What is decided makes room for the next. */
const mostShown = 40;

/** GET /board/approvals: what the visitor may decide, the oldest first. */
export async function showApprovals(visit: Visit): Promise<Answer> {
  return page('board/approvals', visit.t('approvals.title'), await queue(visit));
}

/** POST /board/approvals/:csn/approve */
export async function approveChange(visit: Visit): Promise<Answer> {
  const csn = numberOf(visit);
  const proposal = await proposalOf(visit, csn);
  try {
    await visit.as.approvals.approve(csn);
  } catch (error) {
    return refusedDecision(visit, error);
  }
  if (proposal !== undefined) await sendDecision(visit, proposal, undefined);
  return redirect(path, { word: 'approvals.approved', values: { name: asker(visit, proposal) } });
}

/** POST /board/approvals/:csn/refuse */
export async function refuseChange(visit: Visit): Promise<Answer> {
  const csn = numberOf(visit);
  const form = await visit.request.form();
  const reason = form.text('reason');
  const wrong =
    reason === ''
      ? visit.t('approvals.reasonMissing')
      : reason.length > longestReason
        ? visit.t('approvals.reasonTooLong', { most: longestReason })
        : undefined;
  if (wrong !== undefined)
    return refusedForm('board/approvals', visit.t('approvals.title'), await queue(visit), { reason: wrong }, { ...form.typed, csn });
  const proposal = await proposalOf(visit, csn);
  try {
    await visit.as.approvals.refuse(csn, reason);
  } catch (error) {
    return refusedDecision(visit, error);
  }
  if (proposal !== undefined) await sendDecision(visit, proposal, reason);
  return redirect(path, { word: 'approvals.refused', values: { name: asker(visit, proposal) } });
}

async function queue(visit: Visit) {
  const proposals = await visit.as.approvals.queue();
  return { count: proposals.length, waiting: proposals.slice(0, mostShown).map((each) => shownProposal(visit, each)) };
}

/** As it is before it is decided; what is not in the visitor's queue is refused by the directory with the right words. */
async function proposalOf(visit: Visit, csn: number): Promise<Proposal | undefined> {
  return (await visit.as.approvals.queue()).find(({ revision }) => revision.csn === csn);
}

/** The queue as it is by now, with what went wrong above it: the visitor sees what they decided about. */
async function refusedDecision(visit: Visit, error: unknown): Promise<Answer> {
  if (!(error instanceof DirectoryError) || ['insufficientAccessRights', 'unavailable', 'busy', 'other'].includes(error.kind)) throw error;
  const errors: FieldErrors = { form: error.kind === 'noSuchObject' ? visit.t('approvals.gone') : wordsOf(visit.t, error) };
  const status = error.kind === 'noSuchObject' || error.kind === 'assertionFailed' ? 409 : 422;
  return page('board/approvals', visit.t('approvals.title'), await queue(visit), { status, errors });
}

function asker({ as, site, t }: Visit, proposal: Proposal | undefined): string {
  const uuid = proposal?.revision.actorUuid;
  const entry = uuid === null || uuid === undefined ? undefined : site.directory.tree.byUuid(uuid);
  return entry === undefined ? t('history.somebody') : fullNameOf(as, entry);
}
