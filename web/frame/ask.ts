import { type Answer, type Data, type FieldErrors, page } from '../answer.ts';
import type { Visit } from '../visit.ts';

/** What is asked before something is done that nobody takes back by a click. */
export interface Question {
  readonly title: string;
  /** What would happen */
  readonly what: string;
  /** Whom or what it is about, a line each, with the small print behind it */
  readonly about?: readonly { readonly name: string; readonly more: string }[];
  /** What the button says that does it */
  readonly yes: string;
  /** It takes something away */
  readonly isDanger?: true;
  /** Where somebody goes who would rather not */
  readonly back: string;
  /** For who asked in JSON; the question, unless said */
  readonly data?: Data;
}

/**
 * Asks on a page of its own, which sends the same form again with `confirmed`; a program sends that at once.
 * @returns undefined when the answer has been yes
 */
export async function askFirst(visit: Visit, question: Question): Promise<Answer | undefined> {
  return (await visit.request.form()).text('confirmed') === 'yes' ? undefined : askAgain(visit, question);
}

/** Whoever has said yes and is refused finds the question again, with what is wrong. */
export async function askAgain(visit: Visit, question: Question, errors?: FieldErrors): Promise<Answer> {
  const { title, what, about = [], yes, isDanger, back, data = { question: what } } = question;
  const typed = Object.entries((await visit.request.form()).typed).filter(([name]) => name !== 'confirmed');
  const fields = typed.flatMap(([name, values]) => [values].flat().map((value) => ({ name, value })));
  const form = { what, about, yes, isDanger, back, fields, path: visit.url.pathname + visit.url.search };
  return page('frame/ask', title, data, { form, ...(errors && { status: 422, errors }) });
}
