import type { Visit } from './visit.ts';
import type { Values, Word } from './words.ts';

/** What a page shows, as it also goes out as JSON: plain data. */
export type Data = Readonly<Record<string, unknown>>;

/** What is wrong with a form: name of the field → what to do. The field `form` stands for the whole. */
export type FieldErrors = Readonly<Record<string, string>>;

/** A sentence that the next page shows once. */
export interface Notice {
  readonly word: Word;
  readonly values?: Values;
}

/** What a handler answers; how it reaches the visitor (page, part of a page, JSON) is `respond`'s business. */
export type Answer =
  | {
      readonly kind: 'page';
      /** Template below web/, without its ending */
      readonly view: string;
      readonly title: string;
      readonly data: Data;
      /** HTTP status, 200 unless said */
      readonly status?: number;
      /** What the status wants beside it */
      readonly headers?: Readonly<Record<string, string>>;
      readonly errors?: FieldErrors | undefined;
      /** What stands in the page for people alone: what was typed, choices of a form. It is not part of the JSON. */
      readonly form?: Data;
      /** Who it is for, when the handler has signed them in */
      readonly visit?: Visit;
    }
  | { readonly kind: 'redirect'; readonly to: string; readonly notice?: Notice | undefined; readonly data?: Data }
  | {
      readonly kind: 'file';
      readonly body: Uint8Array<ArrayBuffer> | string;
      readonly type: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

export type Page = Extract<Answer, { kind: 'page' }>;

export function page(
  view: string,
  title: string,
  data: Data,
  more: Partial<Pick<Page, 'status' | 'errors' | 'form' | 'visit'>> = {},
): Page {
  return { kind: 'page', view, title, data, ...more };
}

/** A form that could not be taken: the same page again, with what was typed and what is wrong beside each field. */
export function refusedForm(view: string, title: string, data: Data, errors: FieldErrors, form: Data): Page {
  return { kind: 'page', view, title, data, status: 422, errors, form };
}

/** The same for one who has asked too often. @param seconds until there is an answer again (RFC 9110 §10.2.3) */
export function tooOften(refused: Page, seconds: number): Page {
  return { ...refused, status: 429, headers: { 'retry-after': String(seconds) } };
}

/** After a change: 303, so that a reload does not send the form again. @param data for who asked in JSON */
export function redirect(to: string, notice?: Notice, data?: Data): Answer {
  return { kind: 'redirect', to, notice, ...(data && { data }) };
}

/** Something that ends a request with a page of its own (RFC 9457 for programs). */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly word: Word;
  readonly values: Values;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, word: Word, values: Values = {}, headers: Readonly<Record<string, string>> = {}) {
    super(word);
    this.status = status;
    this.word = word;
    this.values = values;
    this.headers = headers;
  }
}

export const notFound = () => new Refusal(404, 'error.notFound');
