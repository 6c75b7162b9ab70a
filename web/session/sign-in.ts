import { anonymous } from '../../directory/core/access.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { localPath } from '../frame/home.ts';
import { personNamed } from '../people/profile.ts';
import type { Request, Visit } from '../visit.ts';
import { arrived, keepSession, type Way, wayOf, withSession } from './arrival.ts';
import { hasSecondFactor } from './factors.ts';
import { factorPage } from './second-factor.ts';
import type { Session } from './sessions.ts';
import { passkeyOptions, passkeysWork, shownPasskey } from './webauthn.ts';

/** On the way in: nobody wants to come back there. */
const wayIn = /^\/(sign-in|forgot|reset|join)(\/|$)/;

/** Where to sign in and come back from: to the page that was asked for, or where one wanted to go from there. */
export function signInPath({ method, url }: Pick<Request, 'method' | 'url'>): string {
  const isPage = method === 'GET' && !wayIn.test(url.pathname);
  const back = localPath(isPage ? url.pathname + url.search : (url.searchParams.get('back') ?? ''));
  return back === '/' ? '/sign-in' : `/sign-in?back=${encodeURIComponent(back)}`;
}

export async function signInForm(visit: Visit): Promise<Answer> {
  const back = localPath(visit.query('back'));
  if (visit.session !== undefined) return redirect(back);
  return page('session/sign-in', visit.t('signIn.title'), {}, { form: { back, passkey: await passkeyOffer(visit) } });
}

/** The answer to a form whose sender is not signed in any more: what was typed goes along, and nothing of it is stored. */
export async function signInAgain(visit: Visit, kept: string | undefined): Promise<Answer> {
  const way: Way = { back: pageBefore(visit), ...(kept !== undefined && { kept }) };
  const errors = { form: visit.t(kept === undefined ? 'error.signIn' : 'signIn.ended') };
  const form = { ...way, passkey: await passkeyOffer(visit) };
  return page('session/sign-in', visit.t('signIn.title'), {}, { status: 401, errors, form });
}

/** Where the form stood; the address that it was sent to may be none that one can go to. */
function pageBefore({ request, url }: Visit): string {
  const referer = request.header('referer') ?? '';
  const from = URL.canParse(referer) ? new URL(referer) : undefined;
  return from?.origin === url.origin ? localPath(from.pathname + from.search) : '/';
}

/** Somebody whose password was right, and which one it was. */
interface Known {
  readonly identity: Session['identity'];
  readonly mark: string;
}

export async function signIn(visit: Visit): Promise<Answer> {
  if (!visit.request.encrypted) throw new Refusal(403, 'error.encrypted');
  const form = await visit.request.form();
  const [name, password, way] = [form.text('name'), form.raw('password'), wayOf(form)];
  if (name === '' || password === '') return refusedSignIn(visit, 'signIn.empty');
  const known = await identify(visit, name, password);
  if (typeof known === 'string') return refusedSignIn(visit, known);
  if (known.identity.kind === 'entry' && (await hasSecondFactor(visit.site, known.identity.uuid))) {
    await open(visit, known, 'password');
    if (way.kept !== undefined) return factorPage(await withSession(visit), way);
    return redirect(`/sign-in/factor?back=${encodeURIComponent(way.back)}`);
  }
  await open(visit, known, 'complete');
  return arrived(visit, way, known.identity);
}

/** POST /sign-in/passkey: a passkey that has checked its owner stands for password and second factor. */
export async function signInByPasskey(visit: Visit): Promise<Answer> {
  const { site } = visit;
  const form = await visit.request.form();
  const passkey = await shownPasskey(visit, 'sign-in', form.raw('response'));
  const entry = passkey && site.directory.tree.byUuid(passkey.entryUuid);
  if (entry === undefined || !site.authenticator.isLetIn(entry)) return refusedSignIn(visit, 'signIn.wrongPasskey');
  const identity = { kind: 'entry', uuid: entry.uuid } as const;
  await open(visit, { identity, mark: site.sessions.passwordMark(entry) }, 'complete');
  return arrived(visit, wayOf(form), identity);
}

async function refusedSignIn(
  visit: Visit,
  word: 'signIn.wrong' | 'signIn.empty' | 'signIn.locked' | 'signIn.wrongPasskey',
): Promise<Answer> {
  const form = await visit.request.form();
  const minutes = Math.ceil(visit.site.settings.guessLockTime / 60);
  const errors = { form: visit.t(word, { minutes }) };
  return refusedForm('session/sign-in', visit.t('signIn.title'), {}, errors, {
    name: form.text('name'),
    ...wayOf(form),
    passkey: await passkeyOffer(visit),
  });
}

/** What a browser needs to sign in with a passkey alone; undefined where there are none. */
async function passkeyOffer(visit: Visit): Promise<string | undefined> {
  return passkeysWork(visit.site) ? JSON.stringify(await passkeyOptions(visit, undefined)) : undefined;
}

/** Begins a session, in place of whatever this browser had. */
async function open(visit: Visit, { identity, mark }: Known, stage: Session['stage']): Promise<void> {
  const { site, request, cookies } = visit;
  const before = cookies.get('session');
  if (before !== undefined) await site.sessions.end(before);
  const agent = request.header('user-agent') ?? '';
  keepSession(visit, await site.sessions.begin(identity, { stage, mark, address: request.address, agent }), stage);
}

/** The same check as an LDAP bind. @returns one word for whatever is not right, so that nobody learns what */
async function identify({ site, request }: Visit, name: string, password: string): Promise<Known | 'signIn.wrong' | 'signIn.locked'> {
  const { address } = request;
  const names = namesOf(site, name);
  try {
    const entry = site.directory.tree.named(names.dn);
    // from before the check: were the password changed meanwhile, this session must not outlive that
    const mark = site.sessions.passwordMark(entry);
    const identity = await site.authenticator.authenticate({ ...names, password: Buffer.from(password), address, door: 'site' });
    if (identity.kind === 'root') return { identity, mark: site.sessions.passwordMark(undefined) };
    if (identity.kind === 'entry' && identity.uuid === entry?.uuid) return { identity, mark };
  } catch (error) {
    if (!(error instanceof DirectoryError) || (error.kind !== 'invalidCredentials' && error.kind !== 'invalidDNSyntax')) throw error;
    if (error.kind === 'invalidCredentials' && site.authenticator.isLocked({ ...names, address })) return 'signIn.locked';
  }
  return 'signIn.wrong';
}

/** Whom a user name, a mail address or the DN of the administrator means, and the DN that stands for what was typed whether or not it means anybody. */
function namesOf({ directory, authenticator, settings }: Visit['site'], name: string): { readonly dn: string; readonly typed: string } {
  if (name.toLowerCase() === settings.rootDn.toLowerCase()) return { dn: settings.rootDn, typed: settings.rootDn };
  const typed = authenticator.dnOfUser(name);
  if (!name.includes('@')) return { dn: typed, typed };
  const mail = directory.schema.attributeType('mail');
  const normal = mail?.equality?.normalizeAssertion(Buffer.from(name));
  const slots = mail && normal !== undefined ? directory.tree.equalityIndex(mail)?.slots(normal) : undefined;
  const found = slots === undefined ? [] : [...slots];
  const entry = found.length === 1 && found[0] !== undefined ? directory.tree.at(found[0]) : undefined;
  return { dn: entry?.dn ?? typed, typed };
}

export async function signOut(visit: Visit): Promise<Answer> {
  const token = visit.cookies.get('session');
  if (token !== undefined) await visit.site.sessions.end(token);
  visit.cookies.set('session', '', 0);
  const back = localPath((await visit.request.form()).text('back'));
  return redirect(isPublic(visit, back) ? back : '/', { word: 'signOut.done' });
}

/** Can one stay there without being anybody? In the list, and with a person who shows something to everybody. */
function isPublic({ site }: Visit, path: string): boolean {
  const { pathname } = new URL(path, site.url);
  if (pathname === '/people') return true;
  const [, name] = /^\/people\/([^/]+)$/.exec(pathname) ?? [];
  try {
    return name !== undefined && personNamed({ site, as: site.directory.as(anonymous, '') }, decodeURIComponent(name)) !== undefined;
  } catch (error) {
    // nobody of that name, or none at all
    if (error instanceof Refusal || error instanceof URIError) return false;
    throw error;
  }
}
