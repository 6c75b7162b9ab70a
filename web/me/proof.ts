import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { localPath } from '../frame/home.ts';
import type { Visit } from '../visit.ts';
import { sessionOf } from './own-sessions.ts';

/** Milliseconds after which the password is asked for again before somebody may open another door to the account. */
const freshFor = 10 * 60_000;

/** Has the visitor shown a short while ago who they are, and not just left the browser open? */
export function isProved({ session, site }: Visit): boolean {
  return session !== undefined && site.clock() - session.provedAt.getTime() < freshFor;
}

function proofPath(back: string): string {
  return `/me/confirm?back=${encodeURIComponent(back)}`;
}

/**
 * What somebody is asked for before they open a door to an account. @param back where they come to afterwards
 * @returns undefined when there is nothing to ask
 * @throws Refusal 403 for programs
 */
export function askForProof(visit: Visit, back: string): Answer | undefined {
  if (isProved(visit)) return undefined;
  if (visit.wantsJson) throw new Refusal(403, 'proof.why');
  return redirect(proofPath(back));
}

/** GET /me/confirm */
export function proofForm(visit: Visit): Answer {
  return page('me/proof', visit.t('proof.title'), {}, { form: { back: localPath(visit.query('back'), '/me') } });
}

/** POST /me/confirm: the password once more, counted like every other attempt. */
export async function prove(visit: Visit): Promise<Answer> {
  const { site, request, t } = visit;
  if (!request.encrypted) throw new Refusal(403, 'error.encrypted');
  const session = sessionOf(visit);
  const form = await request.form();
  const [password, back] = [form.raw('password'), localPath(form.text('back'), '/me')];
  try {
    if (password === '') throw new DirectoryError('invalidCredentials');
    await site.authenticator.authenticate({ dn: visit.as.dn, password: Buffer.from(password), address: request.address, door: 'site' });
  } catch (error) {
    if (!(error instanceof DirectoryError) || error.kind !== 'invalidCredentials') throw error;
    return refusedForm('me/proof', t('proof.title'), {}, { password: t('password.oldWrong') }, { back });
  }
  await site.sessions.prove(session);
  return redirect(back);
}
