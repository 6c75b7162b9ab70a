import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import { context, encodeBytes, malformed, Reader, TAG } from './ber.ts';
import { decodeFilter, type FilterLimits } from './decode-filter.ts';
import { encodeEntry } from './encode.ts';

/** The value of a control or an extended request. @throws DirectoryError protocolError when it is missing or not what belongs there */
function read<T>(value: Buffer | undefined, what: string, decode: (reader: Reader) => T): T {
  if (value === undefined) throw new DirectoryError('protocolError', `the value of ${what} is missing`);
  try {
    const reader = new Reader(value);
    const result = decode(reader);
    reader.finish();
    return result;
  } catch (cause) {
    if (!(cause instanceof DirectoryError) || cause.kind !== 'protocolError') throw cause;
    throw new DirectoryError('protocolError', `the value of ${what} can not be read`, { cause: undefined });
  }
}

/** RFC 2696 §2 */
export function decodePagedResults(value: Buffer | undefined): { readonly size: number; readonly cookie: Buffer } {
  return read(value, 'the paged results control', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const size = sequence.integer();
    const cookie = sequence.octets();
    sequence.finish();
    if (size < 0) throw malformed('a page has no negative size');
    return { size, cookie };
  });
}

/** @param size an estimate of all entries, 0 for unknown */
export function encodePagedResults({ size, cookie }: { readonly size: number; readonly cookie: Buffer }): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      out.integer(TAG.integer, size);
      out.octets(TAG.octetString, cookie);
    }),
  );
}

/** The filters of controls are bounded like those of searches. */
const filterLimits: FilterLimits = { filterDepth: 50, filterItems: 1000 };

/** RFC 4528 §3 */
export function decodeAssertion(value: Buffer | undefined): Filter {
  return read(value, 'the assertion control', (reader) => decodeFilter(reader, filterLimits));
}

/** RFC 4527 §3.1: an AttributeSelection */
export function decodeAttributeSelection(value: Buffer | undefined): readonly string[] {
  return read(value, 'the read entry control', (reader) => {
    const list = reader.inside(TAG.sequence);
    const attributes: string[] = [];
    while (!list.done) attributes.push(list.latin1());
    return attributes;
  });
}

/** RFC 4527 §3.1: a SearchResultEntry without the message around it; parameters as encodeEntry has them */
export function encodeReadEntry(source: Buffer, nameEnd: number, ranges: readonly number[], extra: readonly Buffer[]): Buffer {
  const message = encodeBytes((out) => encodeEntry(out, 1, source, nameEnd, ranges, extra));
  const outer = new Reader(message).inside(TAG.sequence);
  outer.integer();
  return message.subarray(outer.at, outer.end);
}

/** RFC 3062 §2 */
export interface PasswordModifyRequest {
  readonly userIdentity: Buffer | undefined;
  readonly oldPassword: Buffer | undefined;
  readonly newPassword: Buffer | undefined;
}

export function decodePasswordModify(value: Buffer | undefined): PasswordModifyRequest {
  if (value === undefined) return { userIdentity: undefined, oldPassword: undefined, newPassword: undefined };
  return read(value, 'the password modify request', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const field = (number: number) => (sequence.peek() === context(number) ? sequence.octets(context(number)) : undefined);
    const request = { userIdentity: field(0), oldPassword: field(1), newPassword: field(2) };
    sequence.finish();
    return request;
  });
}

/** @param password the one that the server made up */
export function encodePasswordModifyResponse(password: Buffer): Buffer {
  return encodeBytes((out) => out.element(TAG.sequence, () => out.octets(context(0), password)));
}

/** RFC 3909 §2.1 @returns the message ID to cancel */
export function decodeCancel(value: Buffer | undefined): number {
  return read(value, 'the cancel request', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const id = sequence.integer();
    sequence.finish();
    return id;
  });
}

/** SASL PLAIN (RFC 4616 §2): [authzid] NUL authcid NUL passwd */
export function decodePlain(credentials: Buffer | undefined): {
  readonly authorizationId: string;
  readonly authenticationId: string;
  readonly password: Buffer;
} {
  const first = credentials?.indexOf(0) ?? -1;
  const second = credentials?.indexOf(0, first + 1) ?? -1;
  if (credentials === undefined || first < 0 || second < 0 || credentials.indexOf(0, second + 1) >= 0) {
    throw new DirectoryError('invalidCredentials', 'the SASL PLAIN message can not be read');
  }
  return {
    authorizationId: credentials.toString('utf8', 0, first),
    authenticationId: credentials.toString('utf8', first + 1, second),
    password: credentials.subarray(second + 1),
  };
}
