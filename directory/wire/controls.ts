import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import { type PasswordPolicyResponse, passwordPolicyErrors } from '../model/password-policy.ts';
import { constructed, context, encodeBytes, Reader, TAG } from './ber.ts';
import { decodeFilter, type FilterLimits, internedName, refused } from './decode-filter.ts';
import { encodeControls, encodeEntry, resultCodes } from './encode.ts';
import type { ResponseControl, ResultKind } from './messages.ts';

/** The value of a control or an extended request. @throws DirectoryError protocolError when it is missing or not what belongs there */
export function readValue<T>(value: Buffer | undefined, what: string, decode: (reader: Reader) => T): T {
  if (value === undefined) throw refused(`the value of ${what} is missing`);
  try {
    const reader = new Reader(value);
    const result = decode(reader);
    reader.finish();
    return result;
  } catch (cause) {
    if (!(cause instanceof DirectoryError) || cause.kind !== 'protocolError') throw cause;
    throw refused(`the value of ${what} can not be read`);
  }
}

/**
 * Controls that say all by being there: ManageDsaIT (RFC 3296), tree delete, relax rules, no operation.
 * @throws DirectoryError protocolError when there is a value
 */
export function refuseValue(value: Buffer | undefined, what: string): void {
  if (value !== undefined) throw refused(`${what} takes no value`);
}

/** RFC 2696 §2 */
export function decodePagedResults(value: Buffer | undefined): { readonly size: number; readonly cookie: Buffer } {
  return readValue(value, 'the paged results control', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const size = sequence.integer();
    const cookie = sequence.octets();
    sequence.finishSequence();
    if (size < 0) throw refused('a page has no negative size');
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
  return readValue(value, 'the assertion control', (reader) => decodeFilter(reader, filterLimits));
}

const mostSelected = 1000;

/** RFC 4527 §3.1: an AttributeSelection */
export function decodeAttributeSelection(value: Buffer | undefined): readonly string[] {
  return readValue(value, 'the read entry control', (reader) => {
    const list = reader.inside(TAG.sequence);
    const attributes: string[] = [];
    while (!list.done) attributes.push(internedName(list));
    if (attributes.length > mostSelected)
      throw new DirectoryError('adminLimitExceeded', `more than ${mostSelected} attributes are asked for`);
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

/** One key of a sort (RFC 2891 §1.1). */
export interface SortKey {
  readonly attribute: string;
  readonly rule: string | undefined;
  readonly reverse: boolean;
}

const mostSortKeys = 16;

/** RFC 2891 §1.1 */
export function decodeSortRequest(value: Buffer | undefined): readonly SortKey[] {
  return readValue(value, 'the sort control', (reader) => {
    const list = reader.inside(TAG.sequence);
    const keys: SortKey[] = [];
    while (!list.done && keys.length <= mostSortKeys) {
      const key = list.inside(TAG.sequence);
      const attribute = internedName(key);
      const rule = key.peek() === context(0) ? key.latin1(context(0)) : undefined;
      const reverse = key.peek() === context(1) ? key.boolean(context(1)) : false;
      key.finishSequence(2);
      keys.push({ attribute, rule, reverse });
    }
    if (keys.length === 0) throw refused('a sort needs a key');
    if (keys.length > mostSortKeys) throw new DirectoryError('adminLimitExceeded', `more than ${mostSortKeys} sort keys`);
    return keys;
  });
}

/**
 * RFC 2891 §1.2
 * @param attribute the first key that is to blame
 */
export function encodeSortResponse(kind: ResultKind, attribute?: string): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      out.integer(TAG.enumerated, resultCodes[kind]);
      if (attribute !== undefined) out.text(context(0), attribute);
    }),
  );
}

/** RFC 4370 §3 @returns an authorization identity (RFC 4513 §5.2.1.8), empty for anonymous */
export function decodeProxiedAuthorization(value: Buffer | undefined): string {
  if (value === undefined) throw refused('the value of the proxied authorization control is missing');
  return value.toString('utf8');
}

/** Each is tried on each value. */
const mostValueFilters = 32;

/** RFC 3876 §2: filters without and, or, not; a value that one of them is true for is returned */
export function decodeMatchedValues(value: Buffer | undefined): readonly Filter[] {
  return readValue(value, 'the matched values control', (reader) => {
    const list = reader.inside(TAG.sequence);
    const filters: Filter[] = [];
    while (!list.done && filters.length <= mostValueFilters) {
      const filter = decodeFilter(list, { ...filterLimits, filterDepth: 0 });
      if (filter.kind === 'and' || filter.kind === 'or' || filter.kind === 'not') throw refused('a list of simple filters is expected');
      filters.push(filter);
    }
    if (filters.length === 0) throw refused('a list of filters is expected');
    if (filters.length > mostValueFilters)
      throw new DirectoryError('adminLimitExceeded', `more than ${mostValueFilters} filters for values`);
    return filters;
  });
}

/** RFC 3672 §3 @returns true when subentries alone are to be seen, false when the others alone are */
export function decodeSubentries(value: Buffer | undefined): boolean {
  return readValue(value, 'the subentries control', (reader) => reader.boolean());
}

/** draft-behera-ldap-password-policy-10 §6.2 */
export function encodePasswordPolicy({ warning, error }: PasswordPolicyResponse): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      if (warning !== undefined) {
        out.element(constructed(0), () => out.integer(context(warning.kind === 'timeBeforeExpiration' ? 0 : 1), warning.value));
      }
      if (error !== undefined) out.integer(context(1), passwordPolicyErrors.indexOf(error));
    }),
  );
}

/** RFC 3062 §2 */
export interface PasswordModifyRequest {
  readonly userIdentity: Buffer | undefined;
  readonly oldPassword: Buffer | undefined;
  readonly newPassword: Buffer | undefined;
}

export function decodePasswordModify(value: Buffer | undefined): PasswordModifyRequest {
  if (value === undefined) return { userIdentity: undefined, oldPassword: undefined, newPassword: undefined };
  return readValue(value, 'the password modify request', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const field = (number: number) => (sequence.peek() === context(number) ? sequence.octets(context(number)) : undefined);
    const request = { userIdentity: field(0), oldPassword: field(1), newPassword: field(2) };
    sequence.finishSequence(3);
    return request;
  });
}

/** @param password the one that the server made up */
export function encodePasswordModifyResponse(password: Buffer): Buffer {
  return encodeBytes((out) => out.element(TAG.sequence, () => out.octets(context(0), password)));
}

/** RFC 3909 §2.1 @returns the message ID to cancel */
export function decodeCancel(value: Buffer | undefined): number {
  return readValue(value, 'the cancel request', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const id = sequence.integer();
    sequence.finishSequence();
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

/** RFC 5805 §2.3 */
export function decodeEndTransaction(value: Buffer | undefined): { readonly commit: boolean; readonly identifier: Buffer } {
  return readValue(value, 'the end of a transaction', (reader) => {
    const sequence = reader.inside(TAG.sequence);
    const commit = sequence.peek() === TAG.boolean ? sequence.boolean() : true;
    const identifier = sequence.octets();
    sequence.finishSequence();
    return { commit, identifier };
  });
}

/**
 * RFC 5805 §2.4
 * @param failed message ID of the update for which nothing was done
 * @param controls response controls of the updates that have some, by message ID
 */
export function encodeEndTransaction({
  failed,
  controls = [],
}: {
  readonly failed?: number;
  readonly controls?: readonly { readonly id: number; readonly controls: readonly ResponseControl[] }[];
}): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      if (failed !== undefined) out.integer(TAG.integer, failed);
      if (controls.length === 0) return;
      out.element(TAG.sequence, () => {
        for (const each of controls) {
          out.element(TAG.sequence, () => {
            out.integer(TAG.integer, each.id);
            encodeControls(out, each.controls);
          });
        }
      });
    }),
  );
}
