import { type Answer, Refusal, redirect } from '../answer.ts';
import { writeBoard } from '../mail/board.ts';
import { writeTo } from '../mail/owner.ts';
import { nameOf } from '../people/person.ts';
import { personNamed } from '../people/profile.ts';
import { removeSecondFactors } from '../session/factors.ts';
import type { Visit } from '../visit.ts';

/**
 * POST /board/people/:name/reset-factors: for a member who has lost phone, keys and paper. Whoever may set somebody's password may do this too.
 * No entry changes, so the log has nothing of it; the member and the whole board get a mail that says who did it.
 */
export async function resetFactors(visit: Visit): Promise<Answer> {
  const { site, as, me } = visit;
  const name = visit.param('name');
  const entry = personNamed(visit, name);
  const password = site.directory.schema.description('userPassword');
  if (password === undefined || !as.viewer.mayWrite(entry, password)) throw new Refusal(403, 'error.forbidden');
  const path = `/people/${encodeURIComponent(name)}`;
  if (!(await removeSecondFactors(site, entry.uuid))) return redirect(path, { word: 'security.nothingReset' });
  const values = { who: me === undefined ? as.dn : nameOf(as, me), whom: nameOf(as, entry) };
  await writeTo(site, entry, { subject: 'security.mailChanged', paragraphs: ['security.mailReset', 'security.mailNotYou'], values });
  await writeBoard(site, 'security.boardSubject', ['security.boardText'], values, path);
  return redirect(path, { word: 'security.reset', values: { name: values.whom } });
}
