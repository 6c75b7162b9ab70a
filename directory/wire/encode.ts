import type { ErrorKind } from '../model/errors.ts';
import { constructed, context, encodeBytes, headerSize, integerSize, type Output, TAG, writeHeader, writeInteger } from './ber.ts';
import type { AnsweredOp, ResponseControl, Result, ResultKind } from './messages.ts';
import { OID } from './oids.ts';

/** RFC 4511 appendix A, and the extensions' own. */
export const resultCodes: Readonly<Record<ResultKind, number>> = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  compareFalse: 5,
  compareTrue: 6,
  authMethodNotSupported: 7,
  strongerAuthRequired: 8,
  referral: 10,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  saslBindInProgress: 14,
  noSuchAttribute: 16,
  undefinedAttributeType: 17,
  inappropriateMatching: 18,
  constraintViolation: 19,
  attributeOrValueExists: 20,
  invalidAttributeSyntax: 21,
  noSuchObject: 32,
  aliasProblem: 33,
  invalidDNSyntax: 34,
  aliasDereferencingProblem: 36,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  loopDetect: 54,
  namingViolation: 64,
  objectClassViolation: 65,
  notAllowedOnNonLeaf: 66,
  notAllowedOnRDN: 67,
  entryAlreadyExists: 68,
  objectClassModsProhibited: 69,
  affectsMultipleDSAs: 71,
  other: 80,
  // RFC 3909
  canceled: 118,
  noSuchOperation: 119,
  tooLate: 120,
  cannotCancel: 121,
  // RFC 4528
  assertionFailed: 122,
  // RFC 4370
  authorizationDenied: 123,
  // draft-zeilenga-ldap-noop, as OpenLDAP numbers it
  noOperation: 16654,
  // RFC 4533
  syncRefreshRequired: 4096,
};

/** protocolOp tags of responses: each request's own, so that an answer can't be of the wrong kind. */
const responseTags: Readonly<Record<AnsweredOp, number>> = {
  bind: 0x61,
  search: 0x65,
  modify: 0x67,
  add: 0x69,
  delete: 0x6b,
  modifyDn: 0x6d,
  compare: 0x6f,
  extended: 0x78,
};

const ENTRY = 0x64;
const REFERENCE = 0x73;

/** Writes the result of a request (RFC 4511 §4.1.9). */
export function encodeResult(out: Output, id: number, op: AnsweredOp, result: Result, controls?: readonly ResponseControl[]): void {
  if (isPlain(result) && (controls === undefined || controls.length === 0)) {
    encodePlain(out, id, responseTags[op], resultCodes[result.kind]);
    return;
  }
  encodeMessage(out, id, controls, () =>
    out.element(responseTags[op], () => {
      out.integer(TAG.enumerated, resultCodes[result.kind]);
      out.text(TAG.octetString, result.matchedDn ?? '');
      out.text(TAG.octetString, result.text ?? '');
      if (result.referrals !== undefined && result.referrals.length > 0) {
        out.element(constructed(3), () => encodeUrls(out, result.referrals ?? []));
      }
      if (result.serverCredentials !== undefined) out.octets(context(7), result.serverCredentials);
      if (result.oid !== undefined) out.text(context(10), result.oid);
      if (result.value !== undefined) out.octets(context(11), result.value);
    }),
  );
}

function isPlain(result: Result): boolean {
  return (
    resultCodes[result.kind] < 0x80 &&
    !result.matchedDn &&
    !result.text &&
    !result.referrals?.length &&
    !result.serverCredentials &&
    result.oid === undefined &&
    result.value === undefined
  );
}

/** A result without texts: seven bytes and the message around them. */
function encodePlain(out: Output, id: number, tag: number, code: number): void {
  const idSize = integerSize(id);
  out.ensure(20);
  const { bytes } = out;
  let at = out.length;
  bytes[at++] = TAG.sequence;
  bytes[at++] = 2 + idSize + 9;
  bytes[at++] = TAG.integer;
  bytes[at++] = idSize;
  at = writeInteger(bytes, at, id, idSize);
  bytes[at++] = tag;
  bytes[at++] = 7;
  bytes[at++] = TAG.enumerated;
  bytes[at++] = 1;
  bytes[at++] = code;
  bytes[at++] = TAG.octetString;
  bytes[at++] = 0;
  bytes[at++] = TAG.octetString;
  bytes[at++] = 0;
  out.length = at;
}

/**
 * Writes one entry of a search's answer (RFC 4511 §4.5.2).
 * @param source where the encoded attributes lie, with the name's UTF-8 before `nameEnd`
 * @param ranges start, end, start, end, … of whole PartialAttributes in `source`
 * @param extra whole PartialAttributes that are not in `source`
 */
export function encodeEntry(
  out: Output,
  id: number,
  source: Buffer,
  nameEnd: number,
  ranges: readonly number[],
  extra: readonly Buffer[],
  controls?: readonly ResponseControl[],
): void {
  let attributes = 0;
  for (let at = 0; at < ranges.length; at += 2) attributes += (ranges[at + 1] ?? 0) - (ranges[at] ?? 0);
  for (const one of extra) attributes += one.length;
  const entry = headerSize(nameEnd) + nameEnd + headerSize(attributes) + attributes;
  const control = controls === undefined || controls.length === 0 ? none : encodeBytes((inner) => encodeControls(inner, controls));
  const idSize = integerSize(id);
  const message = 2 + idSize + headerSize(entry) + entry + control.length;
  out.ensure(message + 6);
  const { bytes } = out;
  let at = writeHeader(bytes, out.length, TAG.sequence, message);
  bytes[at++] = TAG.integer;
  bytes[at++] = idSize;
  at = writeInteger(bytes, at, id, idSize);
  at = writeHeader(bytes, at, ENTRY, entry);
  at = writeHeader(bytes, at, TAG.octetString, nameEnd);
  at = copy(source, 0, nameEnd, bytes, at);
  at = writeHeader(bytes, at, TAG.sequence, attributes);
  for (let range = 0; range < ranges.length; range += 2) {
    const start = ranges[range] ?? 0;
    // neighbours go in one run
    while (ranges[range + 1] === ranges[range + 2]) range += 2;
    at = copy(source, start, ranges[range + 1] ?? 0, bytes, at);
  }
  for (const one of extra) at = copy(one, 0, one.length, bytes, at);
  out.length = copy(control, 0, control.length, bytes, at);
}

const none = Buffer.alloc(0);

/** Runs of so many bytes cost no more copied here one by one than in a call of Buffer.copy. */
const shortRun = 128;

function copy(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > shortRun) return at + source.copy(target, at, start, end);
  let to = at;
  for (let from = start; from < end; from++) target[to++] = source[from] ?? 0;
  return to;
}

/**
 * A whole PartialAttribute (RFC 4511 §4.1.7) as encodeEntry takes it.
 * @param values none when types alone are asked for
 */
export function encodeAttribute(description: string, values: readonly Buffer[]): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      out.text(TAG.octetString, description);
      out.element(TAG.set, () => {
        for (const value of values) out.octets(TAG.octetString, value);
      });
    }),
  );
}

/** A continuation reference in a search's answer (RFC 4511 §4.5.3). */
export function encodeReference(out: Output, id: number, urls: readonly string[], controls?: readonly ResponseControl[]): void {
  encodeMessage(out, id, controls, () => out.element(REFERENCE, () => encodeUrls(out, urls)));
}

function encodeUrls(out: Output, urls: readonly string[]): void {
  for (const url of urls) out.text(TAG.octetString, url);
}

/** RFC 4511 §4.13 */
export function encodeIntermediate(
  out: Output,
  id: number,
  response: { readonly oid?: string; readonly value?: Buffer },
  controls?: readonly ResponseControl[],
): void {
  encodeMessage(out, id, controls, () =>
    out.element(0x79, () => {
      if (response.oid !== undefined) out.text(context(0), response.oid);
      if (response.value !== undefined) out.octets(context(1), response.value);
    }),
  );
}

/** The unsolicited message before the server ends a session (RFC 4511 §4.4.1). */
export function encodeNoticeOfDisconnection(out: Output, kind: ErrorKind, text: string): void {
  encodeResult(out, 0, 'extended', { kind, text, oid: OID.noticeOfDisconnection });
}

function encodeMessage(out: Output, id: number, controls: readonly ResponseControl[] | undefined, operation: () => void): void {
  out.element(TAG.sequence, () => {
    out.integer(TAG.integer, id);
    operation();
    if (controls !== undefined && controls.length > 0) encodeControls(out, controls);
  });
}

/** Controls [0] of a message (RFC 4511 §4.1.11). */
export function encodeControls(out: Output, controls: readonly ResponseControl[]): void {
  out.element(constructed(0), () => {
    for (const { oid, value } of controls) {
      out.element(TAG.sequence, () => {
        out.text(TAG.octetString, oid);
        if (value !== undefined) out.octets(TAG.octetString, value);
      });
    }
  });
}
