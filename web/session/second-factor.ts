import { type Answer, page, redirect, refusedForm } from '../answer.ts';
import { localPath } from '../frame/home.ts';
import { writeTo } from '../mail/owner.ts';
import type { Visit } from '../visit.ts';
import type { Values, Word } from '../words.ts';
import { arrived, keepSession, type Way, wayOf } from './arrival.ts';
import { countCode, forgetCodes } from './code-attempts.ts';
import { passkeysOf } from './passkeys.ts';
import { countRecoveryCodes, looksLikeRecoveryCode, takeRecoveryCode } from './recovery-codes.ts';
import type { Session } from './sessions.ts';
import { takeTotp } from './totp.ts';
import { passkeyOptions, passkeysWork, shownPasskey } from './webauthn.ts';

/** Somebody who has given the password, and whose second factor is still to come. */
interface Halfway {
  readonly session: Session;
  readonly uuid: string;
}

/** GET /sign-in/factor */
export async function factorForm(visit: Visit): Promise<Answer> {
  const back = localPath(visit.query('back'));
  const halfway = halfwayOf(visit);
  if (halfway === undefined) return redirect(visit.session === undefined ? `/sign-in?back=${encodeURIComponent(back)}` : back);
  return factorPage(visit, { back });
}

/** What comes after the right password. @param visit of somebody halfway in */
export async function factorPage(visit: Visit, way: Way): Promise<Answer> {
  const halfway = halfwayOf(visit);
  const passkey = halfway && (await offer(visit, halfway));
  return page('session/second-factor', visit.t('factor.title'), {}, { form: { ...way, passkey }, visit });
}

/** POST /sign-in/factor: a code of an app, or one from paper. */
export async function takeFactor(visit: Visit): Promise<Answer> {
  const { site } = visit;
  const form = await visit.request.form();
  const [code, way] = [form.text('code').replace(/\s/g, ''), wayOf(form)];
  const halfway = halfwayOf(visit);
  if (halfway === undefined) return beginAgain(visit, way);
  if (code === '' || code.length > 100) return refused(visit, halfway, 'factor.empty');
  const left = await site.sessions.countTry(halfway.session);
  if (left === undefined) return beginAgain(visit, way);
  const verdict = await countCode(site, halfway.uuid);
  if (verdict === 'locked') return refused(visit, halfway, 'factor.locked');
  const isRecovery = looksLikeRecoveryCode(code);
  const isRight = isRecovery ? await takeRecoveryCode(site, halfway.uuid, code) : await takeTotp(site, halfway.uuid, code, 'next');
  if (isRight) {
    await forgetCodes(site, halfway.uuid);
    if (!(await complete(visit, halfway))) return beginAgain(visit, way);
    return isRecovery ? afterRecovery(visit, halfway, way) : arrived(visit, way, halfway.session.identity);
  }
  if (verdict === 'last') await tell(visit, halfway.uuid, 'factor.mailGuessed', ['factor.mailGuessedText', 'factor.mailGuessedDo']);
  if (left > 0) return refused(visit, halfway, 'factor.wrong', { count: left });
  await site.sessions.endOf(halfway.session.identity, { id: halfway.session.id });
  return beginAgain(visit, way);
}

/** POST /sign-in/factor/passkey */
export async function takePasskey(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const way = wayOf(form);
  const halfway = halfwayOf(visit);
  if (halfway === undefined || (await visit.site.sessions.countTry(halfway.session)) === undefined) return beginAgain(visit, way);
  const passkey = await shownPasskey(visit, 'factor', form.raw('response'));
  if (passkey?.entryUuid !== halfway.uuid) return refused(visit, halfway, 'factor.wrongPasskey');
  return (await complete(visit, halfway)) ? arrived(visit, way, halfway.session.identity) : beginAgain(visit, way);
}

function halfwayOf({ halfway }: Visit): Halfway | undefined {
  return halfway?.identity.kind === 'entry' ? { session: halfway, uuid: halfway.identity.uuid } : undefined;
}

/** @returns false when the session has ended meanwhile */
async function complete(visit: Visit, { session }: Halfway): Promise<boolean> {
  const token = await visit.site.sessions.complete(session);
  if (token !== undefined) keepSession(visit, token, 'complete');
  return token !== undefined;
}

/** One code less: its owner should know, also when it was not them. */
async function afterRecovery(visit: Visit, { uuid, session }: Halfway, way: Way): Promise<Answer> {
  const count = await countRecoveryCodes(visit.site, uuid);
  await tell(visit, uuid, 'factor.mailRecovery', ['factor.mailRecoveryText', 'security.mailNotYou'], { count });
  if (way.kept !== undefined) return arrived(visit, way, session.identity);
  return redirect('/me/security', { word: 'factor.recoveryUsed', values: { count } });
}

async function tell({ site }: Visit, uuid: string, subject: Word, paragraphs: readonly Word[], values: Values = {}): Promise<void> {
  const entry = site.directory.tree.byUuid(uuid);
  if (entry === undefined) return;
  await writeTo(site, entry, { subject, paragraphs, values, link: { word: 'security.title', path: '/me/security' } });
}

/** Too slow, or too often wrong. */
async function beginAgain(visit: Visit, { back, kept }: Way): Promise<Answer> {
  visit.cookies.set('session', '', 0);
  if (kept === undefined) return redirect(`/sign-in?back=${encodeURIComponent(back)}`, { word: 'factor.again' });
  return page(
    'session/sign-in',
    visit.t('signIn.title'),
    {},
    { status: 401, errors: { form: visit.t('factor.again') }, form: { back, kept } },
  );
}

async function refused(visit: Visit, halfway: Halfway, word: Word, values: Values = {}): Promise<Answer> {
  const way = wayOf(await visit.request.form());
  const field = word === 'factor.wrong' || word === 'factor.empty' ? 'code' : 'form';
  return refusedForm(
    'session/second-factor',
    visit.t('factor.title'),
    {},
    { [field]: visit.t(word, values) },
    { ...way, passkey: await offer(visit, halfway) },
  );
}

/** What a browser needs to show one of this person's passkeys; undefined when there is none. */
async function offer(visit: Visit, { uuid }: Halfway): Promise<string | undefined> {
  const known = passkeysWork(visit.site) ? await passkeysOf(visit.site, uuid) : [];
  return known.length === 0 ? undefined : JSON.stringify(await passkeyOptions(visit, known));
}
