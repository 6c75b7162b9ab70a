import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { type Answer, page, Refusal, redirect } from '../answer.ts';
import { writeBoard } from '../mail/board.ts';
import { writeTo } from '../mail/owner.ts';
import { nameOf } from '../people/person.ts';
import { isOwn, personNamed } from '../people/profile.ts';
import { factorsOf, factorText, removeSecondFactors } from '../session/factors.ts';
import type { Visit } from '../visit.ts';

/** GET /board/people/:name/reset-factors: what there is to be removed, and what that means. */
export async function resetFactorsForm(visit: Visit): Promise<Answer> {
  const { site, as, t } = visit;
  const entry = personNamed(visit, visit.param('name'));
  if (isOwn(visit, entry)) return redirect('/me/security');
  refuseUnlessMay(visit, entry);
  const name = nameOf(as, entry);
  const factors = (await factorsOf(site, entry.uuid)).map((each) => factorText(t, each));
  return page('board/reset-factors', t('security.resetTitle', { name }), { name, factors }, { form: { back: profilePath(visit) } });
}

/**
 * POST /board/people/:name/reset-factors: for a member who has lost phone, keys and paper. Whoever may set somebody's password may do this
 * too. No entry changes; the log has a line of it all the same, before it is done, and the member and the whole board get a mail that
 * says who did it.
 */
export async function resetFactors(visit: Visit): Promise<Answer> {
  const { site, as, me } = visit;
  const entry = personNamed(visit, visit.param('name'));
  // one's own are removed one by one, each with a mail
  if (isOwn(visit, entry)) return redirect('/me/security');
  refuseUnlessMay(visit, entry);
  const path = profilePath(visit);
  const removed = await factorsOf(site, entry.uuid);
  if (removed.length === 0) return redirect(path, { word: 'security.nothingReset' });
  await as.secrets.noteFactors(entry.uuid, { removed });
  await removeSecondFactors(site, entry.uuid);
  await site.sessions.endOf({ kind: 'entry', uuid: entry.uuid }, { allBut: undefined });
  const values = { who: me === undefined ? as.dn : nameOf(as, me), whom: nameOf(as, entry) };
  await writeTo(site, entry, {
    subject: 'security.mailChanged',
    paragraphs: ['security.mailReset', 'security.mailSignedOut', 'security.mailNotAsked'],
    values,
    link: { word: 'security.title', path: '/me/security' },
  });
  await writeBoard(site, 'security.boardSubject', ['security.boardText'], values, path);
  return redirect(path, { word: 'security.reset', values: { name: values.whom } });
}

/** @throws Refusal 403 */
function refuseUnlessMay({ as }: Visit, entry: PackedEntry): void {
  if (!as.maySetPassword(entry)) throw new Refusal(403, 'error.forbidden');
}

function profilePath(visit: Visit): string {
  return `/people/${encodeURIComponent(visit.param('name'))}`;
}
