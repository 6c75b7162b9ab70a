import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { localPath } from '../frame/home.ts';
import type { Visit } from '../visit.ts';
import type { Session } from './sessions.ts';

/** Where to sign in, and come back from. */
export function signInPath(from: URL): string {
  return `/sign-in?back=${encodeURIComponent(from.pathname + from.search)}`;
}

export function signInForm(visit: Visit): Answer {
  const back = localPath(visit.query('back'));
  if (visit.session !== undefined) return redirect(back);
  return page('session/sign-in', visit.t('signIn.title'), {}, { form: { back } });
}

export async function signIn(visit: Visit): Promise<Answer> {
  if (!visit.request.encrypted) throw new Refusal(403, 'error.encrypted');
  const form = await visit.request.form();
  const [name, password, back] = [form.text('name'), form.raw('password'), localPath(form.text('back'))];
  const refused = (word: 'signIn.wrong' | 'signIn.empty') =>
    refusedForm('session/sign-in', visit.t('signIn.title'), {}, { form: visit.t(word) }, { ...form.typed, back });
  if (name === '' || password === '') return refused('signIn.empty');
  const identity = await identify(visit, name, password);
  if (identity === undefined) return refused('signIn.wrong');
  const shown = await open(visit, identity, 'complete');
  return redirect(back, { word: 'signIn.done', values: { name: shown } });
}

/** Begins a session, in place of whatever this browser had. @returns the name to greet */
async function open(visit: Visit, identity: Session['identity'], stage: Session['stage']): Promise<string> {
  const { site, request, cookies } = visit;
  const before = cookies.get('session');
  if (before !== undefined) await site.sessions.end(before);
  const agent = request.header('user-agent') ?? '';
  const token = await site.sessions.begin(identity, { stage, address: request.address, agent });
  cookies.set('session', token, stage === 'complete' ? site.settings.sessionDays * 86_400 : undefined);
  const entry = identity.kind === 'entry' ? site.directory.tree.byUuid(identity.uuid) : undefined;
  if (entry === undefined) return site.settings.rootDn;
  const { directory } = site;
  return String(directory.valuesOf(entry, 'displayName')[0] ?? directory.valuesOf(entry, 'cn')[0] ?? '');
}

/** The same check as an LDAP bind. @returns undefined for whatever is not right, so that nobody learns what */
async function identify({ site, request }: Visit, name: string, password: string): Promise<Session['identity'] | undefined> {
  try {
    const identity = await site.authenticator.authenticate({
      dn: nameToDn(site, name),
      password: Buffer.from(password),
      address: request.address,
      door: 'site',
    });
    return identity.kind === 'entry' || identity.kind === 'root' ? identity : undefined;
  } catch (error) {
    if (error instanceof DirectoryError && (error.kind === 'invalidCredentials' || error.kind === 'invalidDNSyntax')) return undefined;
    throw error;
  }
}

/** A user name, a mail address, or the DN of the administrator. */
function nameToDn({ directory, authenticator, settings }: Visit['site'], name: string): string {
  if (name.toLowerCase() === settings.rootDn.toLowerCase()) return settings.rootDn;
  if (!name.includes('@')) return authenticator.dnOfUser(name);
  const mail = directory.schema.attributeType('mail');
  const normal = mail?.equality?.normalizeAssertion(Buffer.from(name));
  const slots = mail && normal !== undefined ? directory.tree.equalityIndex(mail)?.slots(normal) : undefined;
  const found = slots === undefined ? [] : [...slots];
  const entry = found.length === 1 && found[0] !== undefined ? directory.tree.at(found[0]) : undefined;
  return entry?.dn ?? authenticator.dnOfUser(name);
}

export async function signOut(visit: Visit): Promise<Answer> {
  const token = visit.cookies.get('session');
  if (token !== undefined) await visit.site.sessions.end(token);
  visit.cookies.set('session', '', 0);
  return redirect('/', { word: 'signOut.done' });
}
