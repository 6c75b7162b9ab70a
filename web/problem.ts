import { DirectoryError } from '../directory/model/errors.ts';
import { Refusal } from './answer.ts';
import { flawOf } from './directory/refusal.ts';
import type { Site } from './site.ts';
import type { Translate } from './words.ts';

/** What went wrong, for people and (RFC 9457) for programs. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** What the status wants beside it */
  readonly headers?: Readonly<Record<string, string>>;
}

type Kind = DirectoryError['kind'];

/** How the directory's refusals look on the web; every other kind is a request that it could not take, 422. */
const statuses: Partial<Record<Kind, number>> = {
  noSuchObject: 404,
  insufficientAccessRights: 403,
  strongerAuthRequired: 403,
  unavailable: 503,
  busy: 503,
  entryAlreadyExists: 409,
  assertionFailed: 409,
  noSuchAttribute: 409,
  attributeOrValueExists: 409,
};

/** @returns words for a visitor; what nobody foresaw goes into the log, and the visitor gets its number */
export function problemOf(site: Site, t: Translate, error: unknown): Problem {
  const title = t('error.title');
  if (error instanceof Refusal)
    return { status: error.status, title, detail: t(error.word, error.values), headers: { ...askedFor(error), ...error.headers } };
  if (error instanceof DirectoryError && error.kind !== 'other') {
    const status = statuses[error.kind] ?? 422;
    return { status, title, detail: wordsOf(t, error) };
  }
  return { status: 500, title, detail: t('error.unforeseen', { incident: site.incident(error) }) };
}

/** Of a program a token is asked for (RFC 6750 §3); browsers take no notice of that. */
function askedFor({ status, word }: Refusal): Readonly<Record<string, string>> {
  return status === 401 ? { 'www-authenticate': `Bearer realm="MOS"${word === 'error.token' ? ', error="invalid_token"' : ''}` } : {};
}

/** A refusal of the directory as a sentence. */
export function wordsOf(t: Translate, error: DirectoryError): string {
  switch (error.kind) {
    case 'noSuchObject':
      return t('error.notFound');
    case 'insufficientAccessRights':
      return flawOf(t, error) ?? t('error.forbidden');
    case 'unavailable':
      return t('error.unavailable');
    case 'busy':
      return t('error.busy');
    case 'assertionFailed':
    case 'noSuchAttribute':
    case 'attributeOrValueExists':
      return t('error.conflict');
    default:
      return flawOf(t, error) ?? t('error.refused', { reason: error.message || error.kind });
  }
}
