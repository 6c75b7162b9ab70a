import { judgeQuality } from '../../directory/core/password-policy.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, page, Refusal, refusedForm } from '../answer.ts';
import { writeBoard } from '../mail/board.ts';
import { findLink, type Link, takeAddressLink, takeLink } from '../session/links.ts';
import type { Visit } from '../visit.ts';
import { type Application, applicationOf, isKnownAddress, isTaken, isUserName } from './application.ts';

/** Characters of a password. */
const longest = 1024;

/** GET /join/:token: does not use the link up, since mail scanners open every one. */
export async function activateForm(visit: Visit): Promise<Answer> {
  const application = applicationOf((await linked(visit)).data);
  return page('join/activate', visit.t('join.activateTitle'), {}, { form: formOf(visit, application, application.uid) });
}

/** POST /join/:token: makes the entry, as an applicant who can't sign in yet, and tells the board. */
export async function activate(visit: Visit): Promise<Answer> {
  const { site, request, t } = visit;
  if (!request.encrypted) throw new Refusal(403, 'error.encrypted');
  const { data } = await linked(visit);
  const application = applicationOf(data);
  const form = await request.form();
  // the name may have been taken since; another one may be chosen here, where it is known whose address it is
  const uid = form.text('uid') === '' ? application.uid : form.text('uid').toLowerCase();
  const [password, again] = [form.raw('newPassword'), form.raw('againPassword')];
  const errors = { ...nameError(visit, uid), ...passwordError(visit, password, again) };
  const refused = (wrong: Readonly<Record<string, string>>) =>
    refusedForm('join/activate', t('join.activateTitle'), {}, wrong, formOf(visit, application, uid));
  if (Object.keys(errors).length > 0) return refused(errors);
  if ((await takeAddressLink(site, 'activate', visit.param('token'))) === undefined) throw new Refusal(404, 'join.over');
  const inviter = await inviterOf(visit, data);
  const root = site.directory.asRoot('joining');
  try {
    await root.add(
      `uid=${escapeDnText(uid)},ou=people,${site.directory.baseDn}`,
      attributesOf(visit, { ...application, uid }, password, data, inviter),
    );
  } catch (error) {
    if (error instanceof DirectoryError && error.kind === 'entryAlreadyExists') throw new Refusal(409, 'join.over');
    throw error;
  }
  const applicant = [application.givenName, application.sn].filter(Boolean).join(' ') || uid;
  const told = application.message === '' ? (['join.boardText'] as const) : (['join.boardText', 'join.boardMessage'] as const);
  await writeBoard(
    site,
    'join.boardSubject',
    told,
    { applicant, mail: application.mail, message: application.message },
    '/board/applicants',
  );
  return page('join/sent', t('join.doneTitle'), { text: t('join.done') });
}

/** @throws Refusal 404 when the link is over; 409 when somebody has its address by now, which is told to nobody but its reader */
async function linked(visit: Visit): Promise<Link> {
  const link = await findLink(visit.site, 'activate', visit.param('token'));
  if (link === undefined) throw new Refusal(404, 'join.over');
  if (isKnownAddress(visit.site, applicationOf(link.data).mail)) throw new Refusal(409, 'join.known');
  return link;
}

function formOf({ site, url }: Visit, application: Application, uid: string) {
  return { path: url.pathname, uid, isTaken: isTaken(site, application.uid), least: site.directory.policies.of(undefined).minLength };
}

function nameError({ site, t }: Visit, uid: string): Readonly<Record<string, string>> {
  if (!isUserName(uid)) return { uid: t('join.wrongUid') };
  return isTaken(site, uid) ? { uid: t('join.takenUid') } : {};
}

function passwordError({ site, t }: Visit, password: string, again: string): Readonly<Record<string, string>> {
  const policy = site.directory.policies.of(undefined);
  if (password === '') return { newPassword: t('join.missing') };
  if (password.length > longest) return { newPassword: t('field.tooLong', { most: longest }) };
  const objection = judgeQuality(policy, Buffer.from(password));
  if (objection?.error === 'passwordTooShort') return { newPassword: t('join.tooShort', { least: policy.minLength }) };
  if (objection !== undefined) return { newPassword: t('join.common') };
  return password === again ? {} : { againPassword: t('join.different') };
}

/** DN of who has invited them; the invitation is used up. */
async function inviterOf({ site }: Visit, data: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const token = data['invitation'];
  const invitation = typeof token === 'string' && token !== '' ? await takeLink(site, 'invite', token) : undefined;
  return invitation?.entryUuid === undefined ? undefined : site.directory.tree.byUuid(invitation.entryUuid)?.dn;
}

function attributesOf(
  { site }: Visit,
  { uid, givenName, sn, mail, message }: Application,
  password: string,
  data: Readonly<Record<string, unknown>>,
  inviter: string | undefined,
): Attribute[] {
  const text = (description: string, ...values: readonly string[]) => ({
    description,
    values: values.filter(Boolean).map((value) => Buffer.from(value)),
  });
  const name = [givenName, sn].filter(Boolean).join(' ');
  return [
    text('objectClass', 'inetOrgPerson', 'mosMember'),
    text('uid', uid),
    text('cn', name),
    text('sn', sn),
    text('givenName', givenName),
    text('displayName', name),
    text('mail', mail),
    text('mosMailActivated', 'TRUE'),
    text('mosStatus', `cn=applicant,ou=statuses,${site.directory.baseDn}`),
    text('preferredLanguage', typeof data['language'] === 'string' ? data['language'] : ''),
    text('mosApplication', message),
    text('mosInvitedBy', inviter ?? ''),
    text('userPassword', `{CLEARTEXT}${password}`),
  ].filter(({ values }) => values.length > 0);
}
