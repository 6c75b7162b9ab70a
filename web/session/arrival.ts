import { type Answer, page, redirect } from '../answer.ts';
import type { Form } from '../form.ts';
import { localPath } from '../frame/home.ts';
import { Visit } from '../visit.ts';
import { readKeptForm } from './kept-form.ts';
import type { Session } from './sessions.ts';

/** Where somebody wants to go who signs in: it goes along from page to page. */
export interface Way {
  readonly back: string;
  /** A form that came when nobody was signed in any more */
  readonly kept?: string;
}

export function wayOf(form: Form): Way {
  const kept = form.raw('kept');
  return { back: localPath(form.text('back')), ...(readKeptForm(kept) && { kept }) };
}

/** Gives the browser the cookie of a session; of one that is not complete only until it ends. */
export function keepSession({ cookies, site }: Visit, token: string, stage: Session['stage']): void {
  cookies.set('session', token, stage === 'complete' ? site.settings.sessionDays * 86_400 : undefined);
}

/** The same visit with the session that the browser has by now. */
export async function withSession({ site, request, cookies }: Visit): Promise<Visit> {
  const token = cookies.get('session');
  return new Visit(site, request, cookies, { session: token === undefined ? undefined : await site.sessions.find(token) });
}

/** Where somebody gets to who has signed in: the form that they had sent before, or where they came from. */
export async function arrived(visit: Visit, { back, kept }: Way, identity: Session['identity']): Promise<Answer> {
  return kept === undefined ? redirect(back, greeting(visit, identity)) : keptFormPage(await withSession(visit), kept);
}

/** What was typed, ready to be sent: once more with a token of now, and by whoever presses the button. */
export function keptFormPage(visit: Visit, kept: string, status = 200): Answer {
  return page('session/kept-form', visit.t('kept.title'), {}, { status, form: { kept: readKeptForm(kept) }, visit });
}

/** What to say to somebody who has just come in. */
function greeting({ site }: Visit, identity: Session['identity']) {
  const { directory, settings } = site;
  const entry = identity.kind === 'entry' ? directory.tree.byUuid(identity.uuid) : undefined;
  const name = entry && (directory.valuesOf(entry, 'displayName')[0] ?? directory.valuesOf(entry, 'cn')[0]);
  return { word: 'signIn.done' as const, values: { name: entry === undefined ? settings.rootDn : String(name ?? '') } };
}
