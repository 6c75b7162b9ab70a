import { type Answer, redirect } from '../answer.ts';
import type { Visit } from '../visit.ts';
import { isLanguage } from '../words.ts';

export async function setLanguage(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const language = form.text('language');
  if (isLanguage(language)) visit.cookies.set('language', language, 31_536_000);
  return redirect(localPath(form.text('back')));
}

/** A path within the site, whatever somebody has made of a link: nobody is sent elsewhere. */
export function localPath(text: string, otherwise = '/'): string {
  return /^\/(?![/\\])[^\s\\]*$/.test(text) ? text : otherwise;
}
