import type { PasswordPolicyError } from './password-policy.ts';

/**
 * What can go wrong in the directory, in X.511's and RFC 4511's own words (appendix A). The wire maps a kind to its
 * result code, the web maps it to a page; nothing in between knows either.
 */
export type ErrorKind =
  | 'operationsError'
  | 'protocolError'
  | 'timeLimitExceeded'
  | 'sizeLimitExceeded'
  | 'authMethodNotSupported'
  | 'strongerAuthRequired'
  | 'referral'
  | 'adminLimitExceeded'
  | 'unavailableCriticalExtension'
  | 'confidentialityRequired'
  | 'noSuchAttribute'
  | 'undefinedAttributeType'
  | 'inappropriateMatching'
  | 'constraintViolation'
  | 'attributeOrValueExists'
  | 'invalidAttributeSyntax'
  | 'noSuchObject'
  | 'aliasProblem'
  | 'invalidDNSyntax'
  | 'aliasDereferencingProblem'
  | 'inappropriateAuthentication'
  | 'invalidCredentials'
  | 'insufficientAccessRights'
  | 'busy'
  | 'unavailable'
  | 'unwillingToPerform'
  | 'loopDetect'
  | 'namingViolation'
  | 'objectClassViolation'
  | 'notAllowedOnNonLeaf'
  | 'notAllowedOnRDN'
  | 'entryAlreadyExists'
  | 'objectClassModsProhibited'
  | 'affectsMultipleDSAs'
  | 'other'
  | 'canceled'
  | 'noSuchOperation'
  | 'tooLate'
  | 'cannotCancel'
  | 'assertionFailed'
  | 'authorizationDenied'
  | 'noOperation';

/**
 * What exactly is wrong, where a kind stands for several things: for who says it in other words, or in another language, than the text
 * does.
 */
export type Flaw =
  | 'attributeMissing'
  | 'attributeNotAllowed'
  | 'classChain'
  | 'filterAttribute'
  | 'filterClose'
  | 'filterDepth'
  | 'filterEnd'
  | 'filterHex'
  | 'filterItem'
  | 'filterOpen'
  | 'filterRule'
  | 'filterStars'
  | 'filterUnreadable'
  | 'filterValue'
  | 'moreRights'
  | 'nameMissing'
  | 'nameOperational'
  | 'nameSecret'
  | 'nameTwice'
  | 'noClass'
  | 'noStructuralClass'
  | 'oneValue'
  | 'parentMissing'
  | 'roleEmptied'
  | 'roleStays'
  | 'serverSets'
  | 'stillNamed'
  | 'suffixStays'
  | 'unknownClass'
  | 'valueRule'
  | 'valueTwice'
  | 'waitsTogether';

export interface ErrorDetail {
  /** What happened underneath; for the log, never for a client. */
  readonly cause?: unknown;
  /** Only with noSuchObject, aliasProblem, invalidDNSyntax and aliasDereferencingProblem (RFC 4511 §4.1.9). */
  readonly matchedDn?: string;
  /** Only with referral: LDAP URLs. */
  readonly referrals?: readonly string[];
  /** What the password policy has against it; for clients that ask for it (draft-behera §6.2). */
  readonly passwordPolicy?: PasswordPolicyError;
  /** The attribute that it is about. */
  readonly attribute?: string;
  readonly flaw?: Flaw;
  /** Where: which value of the attribute, from 0; which character of a filter, from 1. */
  readonly at?: number;
  /** What was found, or what is wanted, as the text has it: a piece of a filter, a class, a DN. */
  readonly named?: string;
}

/** An error whose text may be shown to a client: it says what to do and holds no secret. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
  readonly kind: ErrorKind;
  readonly matchedDn: string;
  readonly referrals: readonly string[];
  readonly passwordPolicy: PasswordPolicyError | undefined;
  readonly attribute: string | undefined;
  readonly flaw: Flaw | undefined;
  readonly at: number | undefined;
  readonly named: string | undefined;

  constructor(kind: ErrorKind, safeText = '', detail: ErrorDetail = {}) {
    super(safeText, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.kind = kind;
    this.matchedDn = detail.matchedDn ?? '';
    this.referrals = detail.referrals ?? [];
    this.passwordPolicy = detail.passwordPolicy;
    this.attribute = detail.attribute;
    this.flaw = detail.flaw;
    this.at = detail.at;
    this.named = detail.named;
  }
}
