import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { type Answer, page, Refusal, redirect, refusedForm, tooOften } from '../answer.ts';
import { writeTo } from '../mail/owner.ts';
import type { Site } from '../site.ts';
import type { Visit } from '../visit.ts';
import { dropLinks, findLink, type Link, makeLinkUnless, returnLink, takeLink } from './links.ts';
import { passwordRules, policyErrors, typedPassword } from './new-password.ts';

const hours = 1;
/** Mails to one person within the life of a link, whoever asks and in whichever process: more are nobody's wish. */
const mostOpen = 3;
/** People may share an address; more than a family does not. */
const mostSharing = 5;

export function forgotForm(visit: Visit): Answer {
  return page('session/forgot', visit.t('forgot.title'), {});
}

/**
 * POST /forgot: the same answer in the same time for every name. Who it is and what to send is looked into after the answer has been
 * given, and mail goes to addresses that the directory has, never to what was typed.
 */
export async function forgot(visit: Visit): Promise<Answer> {
  const { site, request, t } = visit;
  const name = (await request.form()).text('name');
  const refused = (word: 'forgot.empty' | 'forgot.often') =>
    refusedForm('session/forgot', t('forgot.title'), {}, { name: t(word) }, { name: name.slice(0, 256) });
  if (name === '' || name.length > 256) return refused('forgot.empty');
  if (!site.resets.take(request.address)) return tooOften(refused('forgot.often'), site.resets.wait(request.address));
  site.later(() => sendLinks(site, name));
  return redirect('/forgot', { word: 'forgot.sent' });
}

/** GET /reset/:token: does not use the link up, since mail scanners open every one. */
export async function resetForm(visit: Visit): Promise<Answer> {
  const { entry } = await linked(visit, await findLink(visit.site, 'reset', visit.param('token')));
  return page('session/reset', visit.t('reset.title'), {}, { form: { path: visit.url.pathname, ...passwordRules(visit, entry) } });
}

/** POST /reset/:token: sets the password as its owner, and ends every session. A second factor stays what it is. */
export async function reset(visit: Visit): Promise<Answer> {
  const { site, request } = visit;
  if (!request.encrypted) throw new Refusal(403, 'error.encrypted');
  const token = visit.param('token');
  const { entry, link } = await linked(visit, await findLink(site, 'reset', token));
  const refused = (errors: Readonly<Record<string, string>>) =>
    refusedForm('session/reset', visit.t('reset.title'), {}, errors, { path: visit.url.pathname, ...passwordRules(visit, entry) });
  const typed = typedPassword(visit, await request.form());
  if ('errors' in typed) return refused(typed.errors);
  if ((await takeLink(site, 'reset', token)) === undefined) throw new Refusal(404, 'reset.over');
  const identity = { kind: 'entry', uuid: entry.uuid } as const;
  try {
    await site.directory.as(identity, request.address).secrets.setPassword(entry, Buffer.from(typed.password), true);
  } catch (error) {
    // nothing was done with it
    await returnLink(site, token, link);
    const errors = policyErrors(visit, entry, typed.password, error);
    if (errors === undefined) throw error;
    return refused(errors);
  }
  await dropLinks(site, 'reset', entry.uuid);
  await site.sessions.endOf(identity, { allBut: undefined });
  visit.cookies.set('session', '', 0);
  await writeTo(site, entry, {
    subject: 'password.mailChanged',
    paragraphs: ['reset.mailText', 'reset.mailAppPasswords', 'security.mailNotYou'],
  });
  return redirect('/sign-in', { word: 'reset.done' });
}

/** @throws Refusal 404 when the link is over, or its owner may no longer sign in */
async function linked({ site }: Visit, link: Link | undefined): Promise<{ readonly entry: PackedEntry; readonly link: Link }> {
  const entry = link?.entryUuid === undefined ? undefined : site.directory.tree.byUuid(link.entryUuid);
  if (link === undefined || entry === undefined || !site.authenticator.isLetIn(entry)) throw new Refusal(404, 'reset.over');
  return { entry, link };
}

/** Mails links to whom this name or address means, if they may sign in and set their own password. */
async function sendLinks(site: Site, name: string): Promise<void> {
  for (const { entry, to } of meant(site, name).slice(0, mostSharing)) {
    if (!site.authenticator.isLetIn(entry) || !site.directory.policies.of(entry).allowUserChange) continue;
    const token = await makeLinkUnless(site, { purpose: 'reset', entryUuid: entry.uuid, hours }, mostOpen);
    if (token === undefined) continue;
    const uid = site.directory.valuesOf(entry, 'uid')[0]?.toString() ?? '';
    await writeTo(site, entry, {
      to,
      subject: 'reset.mailSubject',
      paragraphs: ['reset.mailAsk', 'reset.mailIgnore'],
      values: { uid, count: hours },
      link: { word: 'reset.mailButton', path: `/reset/${token}` },
    });
  }
}

/** People of that user name or address, each with the address that the link goes to. */
function meant({ directory, authenticator }: Site, name: string): { readonly entry: PackedEntry; readonly to: string }[] {
  const mails = (entry: PackedEntry) => directory.valuesOf(entry, 'mail').map(String);
  if (!name.includes('@')) {
    const entry = directory.tree.named(authenticator.dnOfUser(name));
    const to = entry && mails(entry)[0];
    return entry === undefined || to === undefined ? [] : [{ entry, to }];
  }
  const people = directory.schema.normalizeDn(`ou=people,${directory.baseDn}`);
  const type = directory.schema.attributeType('mail');
  const key = (address: string) => type?.equality?.normalizeAssertion(Buffer.from(address));
  const wanted = key(name);
  const slots = type && wanted !== undefined ? directory.tree.equalityIndex(type)?.slots(wanted) : undefined;
  return [...(slots ?? [])].flatMap((slot) => {
    const entry = directory.tree.at(slot);
    const to = entry && mails(entry).find((each) => String(key(each)) === String(wanted));
    return entry === undefined || to === undefined || !entry.key.endsWith(`,${people}`) ? [] : [{ entry, to }];
  });
}
