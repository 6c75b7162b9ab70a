import { type Answer, type Page, page, redirect, tooOften } from '../answer.ts';
import { isFormToken } from '../form-token.ts';
import { letter } from '../mail/letters.ts';
import { nameOf } from '../people/person.ts';
import { findLink, makeLink } from '../session/links.ts';
import type { Site } from '../site.ts';
import type { Visit } from '../visit.ts';
import type { Language } from '../words.ts';
import { type Application, isKnownAddress, readApplication } from './application.ts';

const hours = 72;
/** Mails that one address gets within an hour, whoever asks and wherever: it may be anybody's. */
const mostMails = 3;
/** Seconds that nobody takes less to fill in a form. */
const quickest = 2;

/** GET /join: `?invitation=` comes from a mail. */
export async function joinForm(visit: Visit): Promise<Answer> {
  const invited = await invitationOf(visit, visit.query('invitation'));
  return shown(visit, invited, {}, {});
}

/**
 * POST /join: the same answer in the same time whether or not the address is known. Nothing is made before its owner has opened the mail.
 */
export async function join(visit: Visit): Promise<Answer> {
  const { site, t, request } = visit;
  const form = await request.form();
  const invitation = form.text('invitation');
  const invited = await invitationOf(visit, invitation);
  if (!isOpen(visit, invited)) return shown(visit, invited, {}, {}, 403);
  const { application, errors } = readApplication(visit, form, invited && { mail: invited.mail });
  if (Object.keys(errors).length > 0) return shown(visit, invited, errors, form.typed);
  if (!site.joins.take(request.address))
    return tooOften(shown(visit, invited, { form: t('join.often') }, form.typed), site.joins.wait(request.address));
  // a field that nobody sees, and a pace that nobody has
  if (form.text('website') === '' && !isTooQuick(visit, form.text('since')))
    site.later(() => send(site, application, invitation, visit.language));
  return redirect('/join/sent', undefined, {});
}

export function joinSent(visit: Visit): Answer {
  return page('join/sent', visit.t('join.sentTitle'), { text: visit.t('join.sent') });
}

interface Invited {
  readonly mail: string;
  readonly by: string;
}

/** Who was invited by the link that they opened, and by whom. */
async function invitationOf(visit: Visit, token: string): Promise<Invited | undefined> {
  const link = token === '' ? undefined : await findLink(visit.site, 'invite', token);
  const inviter = link?.entryUuid === undefined ? undefined : visit.site.directory.tree.byUuid(link.entryUuid);
  const mail = link?.data['mail'];
  if (inviter === undefined || typeof mail !== 'string') return undefined;
  return { mail, by: nameOf(visit.site.directory.asRoot('invitation'), inviter) };
}

function isOpen({ site }: Visit, invited: Invited | undefined): boolean {
  return site.settings.signUp === 'open' || (site.settings.signUp === 'invitation' && invited !== undefined);
}

function shown(
  visit: Visit,
  invited: Invited | undefined,
  errors: Readonly<Record<string, string>>,
  typed: Readonly<Record<string, unknown>>,
  status = 422,
): Page {
  const { t, site } = visit;
  const state = isOpen(visit, invited) ? 'open' : site.settings.signUp === 'invitation' ? 'byInvitation' : 'closed';
  const form = { ...typed, invitation: typed['invitation'] ?? visit.query('invitation'), invited, state, since: stamp(visit) };
  const isRefused = Object.keys(errors).length > 0;
  return page('join/join', t('join.title'), { state }, { form, ...(isRefused && { errors, status }), ...(status === 403 && { status }) });
}

/** When the form was made, in a way that nobody else can make: the seconds, and what only this site's pages hold. */
function stamp({ site, csrf }: Visit): string {
  return `${Math.floor(site.clock() / 1000)}.${csrf}`;
}

function isTooQuick({ site, cookies }: Visit, since: string): boolean {
  const [seconds = '', token = ''] = since.split('.');
  const secret = cookies.get('session') ?? cookies.get('visitor') ?? '';
  return !/^\d+$/.test(seconds) || !isFormToken(secret, token) || site.clock() / 1000 - Number(seconds) < quickest;
}

/** A link for a new address; a word to the owner for a known one. Neither has anything in it that was typed but the address. A link whose mail does not go is known to nobody. */
async function send(site: Site, application: Application, invitation: string, language: Language): Promise<void> {
  const { mail: to } = application;
  if (isKnownAddress(site, to)) {
    const link = { word: 'frame.signIn', path: '/sign-in' } as const;
    const known = letter(site, { to, language, subject: 'join.mailKnown', paragraphs: ['join.mailKnownText'], link });
    await site.outbox.sendUnless(known, mostMails);
    return;
  }
  const token = await makeLink(site, { purpose: 'activate', data: { ...application, language, invitation }, hours });
  const link = { word: 'join.mailConfirm', path: `/join/${token}` } as const;
  const confirm = letter(site, { to, language, subject: 'join.mailSubject', paragraphs: ['join.mailText'], link });
  await site.outbox.sendUnless(confirm, mostMails);
}
