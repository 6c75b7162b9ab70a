import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, type FieldErrors, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { writeTo } from '../mail/owner.ts';
import { keepSession } from '../session/arrival.ts';
import { passwordRules, policyErrors, typedPassword } from '../session/new-password.ts';
import type { Visit } from '../visit.ts';
import { ownEntryOf } from './account.ts';
import { sessionOf } from './own-sessions.ts';

/** GET /me/password */
export function passwordForm(visit: Visit): Answer {
  const entry = ownEntryOf(visit);
  const form = { ...passwordRules(visit, entry), must: visit.mustChangePassword };
  return page('me/password', visit.t('password.title'), {}, { form });
}

/** POST /me/password: every other session ends, and this one goes on under another token. */
export async function changePassword(visit: Visit): Promise<Answer> {
  const { site, request, t } = visit;
  if (!request.encrypted) throw new Refusal(403, 'error.encrypted');
  const entry = ownEntryOf(visit);
  const { identity, agent } = sessionOf(visit);
  const refused = (errors: FieldErrors) =>
    refusedForm('me/password', t('password.title'), {}, errors, { ...passwordRules(visit, entry), must: visit.mustChangePassword });
  const form = await request.form();
  const [old, typed] = [form.raw('oldPassword'), typedPassword(visit, form)];
  const errors = { ...(old === '' && { oldPassword: t('password.oldEmpty') }), ...('errors' in typed && typed.errors) };
  if ('errors' in typed || Object.keys(errors).length > 0) return refused(errors);
  if (typed.password === old) return refused({ newPassword: t('password.same') });
  let mark: string;
  try {
    const changed = await site.authenticator.changePassword(visit.as, entry, {
      old: Buffer.from(old),
      password: Buffer.from(typed.password),
      address: request.address,
    });
    // of the change made here, whatever has come after it
    mark = site.sessions.passwordMark(changed);
  } catch (error) {
    const policy = policyErrors(visit, entry, typed.password, error);
    if (policy !== undefined) return refused(policy);
    if (error instanceof DirectoryError && error.kind === 'unwillingToPerform') return refused({ oldPassword: t('password.oldWrong') });
    throw error;
  }
  await site.sessions.endOf(identity, { allBut: undefined });
  keepSession(visit, await site.sessions.begin(identity, { stage: 'complete', mark, address: request.address, agent }), 'complete');
  await writeTo(site, entry, { subject: 'password.mailChanged', paragraphs: ['password.mailText', 'security.mailNotYou'] });
  return redirect('/me', { word: 'password.changed' });
}
