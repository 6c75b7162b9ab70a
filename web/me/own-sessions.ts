import { type Answer, page, Refusal, redirect } from '../answer.ts';
import { browserName } from '../session/browser-name.ts';
import type { Session } from '../session/sessions.ts';
import type { Visit } from '../visit.ts';

/** GET /me/sessions: where one is signed in. */
export async function ownSessions(visit: Visit): Promise<Answer> {
  const own = sessionOf(visit);
  const sessions = await visit.site.sessions.of(own.identity);
  const shown = sessions.map((session) => ({
    id: session.id,
    current: session.id === own.id,
    begun: session.madeAt.toISOString(),
    used: session.usedAt.toISOString(),
    address: session.address,
    ...browserName(session.agent),
  }));
  // this one first
  return page('me/sessions', visit.t('sessions.title'), {
    sessions: shown.sort((one, other) => Number(other.current) - Number(one.current)),
  });
}

/** POST /me/sessions/:id/end: one of one's own; another's is not found. */
export async function endSession(visit: Visit): Promise<Answer> {
  const own = sessionOf(visit);
  const id = visit.param('id');
  if ((await visit.site.sessions.endOf(own.identity, { id })) === 0) throw new Refusal(404, 'sessions.gone');
  if (id !== own.id) return redirect('/me/sessions', { word: 'sessions.ended', values: { count: 1 } });
  visit.cookies.set('session', '', 0);
  return redirect('/', { word: 'signOut.done' });
}

/** POST /me/sessions/end-others */
export async function endOthers(visit: Visit): Promise<Answer> {
  const own = sessionOf(visit);
  const count = await visit.site.sessions.endOf(own.identity, { allBut: own.id });
  return redirect('/me/sessions', { word: count === 0 ? 'sessions.noOthers' : 'sessions.ended', values: { count } });
}

/** The visitor's session. @throws Refusal 401 */
export function sessionOf({ session }: Visit): Session {
  if (session === undefined) throw new Refusal(401, 'error.signIn');
  return session;
}
