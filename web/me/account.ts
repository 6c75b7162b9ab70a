import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { type Answer, page, Refusal } from '../answer.ts';
import { userNameOf } from '../people/person.ts';
import { hasSecondFactor } from '../session/factors.ts';
import type { Visit } from '../visit.ts';

/** GET /me: what there is of one's own, and how it stands. */
export async function account(visit: Visit): Promise<Answer> {
  const { site, me, session } = visit;
  if (session === undefined) throw new Refusal(401, 'error.signIn');
  const sessions = (await site.sessions.of(session.identity)).length;
  const uid = me && userNameOf(me);
  return page('me/account', visit.t('frame.myAccount'), {
    uid,
    sessions,
    ...(me && { secondFactor: await hasSecondFactor(site, me.uuid), appPasswords: site.directory.appPasswordsOf(me).length }),
  });
}

/** The visitor's entry. @throws Refusal 404 for the administrator of the settings, who has none */
export function ownEntryOf({ me }: Visit): PackedEntry {
  if (me === undefined) throw new Refusal(404, 'account.noEntry');
  return me;
}
