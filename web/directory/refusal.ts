import { DirectoryError, type ErrorKind } from '../../directory/model/errors.ts';
import type { FieldErrors } from '../answer.ts';
import type { Visit } from '../visit.ts';
import { isWord, type Translate, type Values, type Word } from '../words.ts';

/** What a kind of error comes to, where no flaw says it better. What is not here is said as the directory says it. */
const kinds: Partial<Record<ErrorKind, Word>> = {
  adminLimitExceeded: 'refusal.tooMuch',
  sizeLimitExceeded: 'refusal.tooMuch',
  timeLimitExceeded: 'refusal.tooMuch',
  aliasProblem: 'refusal.alias',
  aliasDereferencingProblem: 'refusal.alias',
  loopDetect: 'refusal.alias',
  assertionFailed: 'refusal.conflict',
  attributeOrValueExists: 'refusal.conflict',
  noSuchAttribute: 'refusal.conflict',
  affectsMultipleDSAs: 'refusal.elsewhere',
  referral: 'refusal.elsewhere',
  authorizationDenied: 'refusal.notAllowed',
  insufficientAccessRights: 'refusal.notAllowed',
  strongerAuthRequired: 'refusal.notAllowed',
  busy: 'error.busy',
  unavailable: 'error.unavailable',
  entryAlreadyExists: 'refusal.nameTaken',
  invalidDNSyntax: 'refusal.name',
  noSuchObject: 'refusal.gone',
  notAllowedOnNonLeaf: 'refusal.notEmpty',
  objectClassModsProhibited: 'refusal.classStays',
};

/** The same, of an attribute. */
const kindsOfAttribute: Partial<Record<ErrorKind, Word>> = {
  constraintViolation: 'refusal.value',
  insufficientAccessRights: 'refusal.notAllowedOn',
  invalidAttributeSyntax: 'refusal.valueSyntax',
  notAllowedOnRDN: 'refusal.nameStays',
  protocolError: 'refusal.noValue',
  undefinedAttributeType: 'refusal.unknownAttribute',
};

/** Last arc of a syntax of RFC 4517 → what its values look like. */
const syntaxes: Readonly<Record<string, Word>> = {
  7: 'syntax.boolean',
  12: 'syntax.dn',
  15: 'syntax.text',
  24: 'syntax.time',
  26: 'syntax.ascii',
  27: 'syntax.integer',
  28: 'syntax.jpeg',
  36: 'syntax.digits',
  38: 'syntax.oid',
  41: 'syntax.address',
  44: 'syntax.printable',
  50: 'syntax.phone',
};

/** Has the directory refused something? Or has something gone wrong that nobody foresaw, which belongs into the log? */
export function isRefusal(error: unknown): error is DirectoryError {
  return error instanceof DirectoryError && error.kind !== 'other';
}

/** What the directory has refused, as a sentence with what to do. */
export function refusalOf({ t, site }: Pick<Visit, 't' | 'site'>, error: DirectoryError): string {
  return t(wordOf(error), { ...valuesOf(error), wanted: wanted({ t, site }, error.attribute ?? '') });
}

/** The same for a page that has words of its own for kinds; undefined when the error does not say what exactly is wrong. */
export function flawOf(t: Translate, error: DirectoryError): string | undefined {
  return error.flaw === undefined ? undefined : t(wordOf(error), valuesOf(error));
}

function valuesOf({ flaw, attribute = '', at = 0, named = '', message }: DirectoryError): Values {
  return { attribute, at: flaw?.startsWith('filter') ? at : at + 1, named, reason: message };
}

function wordOf({ kind, flaw, attribute, passwordPolicy, message }: DirectoryError): Word {
  const own = `refusal.${flaw}.${attribute}`;
  if (isWord(own)) return own;
  if (flaw !== undefined) return `refusal.${flaw}`;
  if (passwordPolicy !== undefined && kind === 'constraintViolation') return 'refusal.password';
  return (
    (attribute === undefined ? undefined : kindsOfAttribute[kind]) ??
    kinds[kind] ??
    (message === '' ? 'refusal.unsaidNothing' : 'refusal.unsaid')
  );
}

function wanted({ t, site }: Pick<Visit, 't' | 'site'>, attribute: string): string {
  const syntax = site.directory.schema.description(attribute)?.type.syntax;
  const [, arc = ''] = /^1\.3\.6\.1\.4\.1\.1466\.115\.121\.1\.(\d+)$/.exec(syntax?.oid ?? '') ?? [];
  return t(syntaxes[arc] ?? 'syntax.other', { syntax: syntax?.description ?? '' });
}

/** Errors that are about what an entry is called. */
const ofNames: ReadonlySet<ErrorKind> = new Set(['entryAlreadyExists', 'invalidDNSyntax', 'namingViolation']);

/**
 * The refusal beside the field that it is about.
 * @param shown names of the attributes that the form has fields for
 */
export function refusedFields(visit: Visit, error: DirectoryError, shown: ReadonlySet<string>): FieldErrors {
  const text = refusalOf(visit, error);
  if (ofNames.has(error.kind) || error.flaw === 'parentMissing') return { rdn: text };
  return { [error.attribute !== undefined && shown.has(error.attribute) ? `value.${error.attribute}` : 'form']: text };
}
