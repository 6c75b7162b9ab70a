import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, page, redirect } from '../answer.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { personNamed } from '../people/profile.ts';
import type { Visit } from '../visit.ts';
import { type ShownChange, type ShownProposal, shownChange, shownProposal } from './shown-change.ts';

const perPage = 30;

/** GET /people/:name/history: what waits, then what has happened, the newest first. `?before=NUMBER` goes further back. */
export async function showHistory(visit: Visit): Promise<Answer> {
  const entry = personNamed(visit, visit.param('name'));
  return historyPage(visit, entry);
}

async function historyPage(visit: Visit, entry: PackedEntry, refused?: DirectoryError): Promise<Answer> {
  const beforeCsn = /^\d{1,15}$/.test(visit.query('before')) ? Number(visit.query('before')) : undefined;
  const [proposals, history] = await Promise.all([visit.as.approvals.of(entry), visit.as.history(entry, { limit: perPage, beforeCsn })]);
  const name = nameOf(visit.as, entry);
  const data = {
    name,
    uid: userNameOf(entry),
    waiting: beforeCsn === undefined ? proposals.map((each) => shownProposal(visit, each)) : [],
    changes: history.items.map((each) => shownChange(visit, entry, each)),
    before: history.beforeCsn,
  };
  return page('history/history', visit.t('history.of', { name }), data, {
    form: { path: pathOf(visit) },
    ...(refused && { status: 409, errors: { form: visit.t('history.conflict') } }),
  });
}

/** The last changes and what waits, for a page that shows more than that. */
export async function recentHistory(
  visit: Visit,
  entry: PackedEntry,
): Promise<{ readonly waiting: readonly ShownProposal[]; readonly changes: readonly ShownChange[] }> {
  const [proposals, { items }] = await Promise.all([visit.as.approvals.of(entry), visit.as.history(entry, { limit: 5 })]);
  return { waiting: proposals.map((each) => shownProposal(visit, each)), changes: items.map((each) => shownChange(visit, entry, each)) };
}

/** POST /people/:name/history/:csn/revert */
export async function revertChange(visit: Visit): Promise<Answer> {
  const entry = personNamed(visit, visit.param('name'));
  try {
    const { pending } = await visit.as.approvals.revert(numberOf(visit));
    return redirect(pathOf(visit), { word: pending === undefined ? 'history.reverted' : 'history.revertWaits' }, { pending });
  } catch (error) {
    if (error instanceof DirectoryError && error.kind === 'assertionFailed') return historyPage(visit, entry, error);
    throw error;
  }
}

/** POST /people/:name/history/:csn/withdraw: somebody takes back what they have asked for. */
export async function withdrawChange(visit: Visit): Promise<Answer> {
  await visit.as.approvals.withdraw(numberOf(visit));
  return redirect(pathOf(visit), { word: 'history.withdrawn' });
}

/** The number of a change in an address; 0, which no change has, when it is none. */
export function numberOf(visit: Visit): number {
  const text = visit.param('csn');
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

function pathOf(visit: Visit): string {
  return `/people/${encodeURIComponent(visit.param('name'))}/history`;
}
