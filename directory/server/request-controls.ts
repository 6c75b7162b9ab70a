import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import {
  decodeAssertion,
  decodeAttributeSelection,
  decodeMatchedValues,
  decodePagedResults,
  decodeProxiedAuthorization,
  decodeSortRequest,
  refuseValue,
  type SortKey,
} from '../wire/controls.ts';
import type { Control, Message, Request } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import { decodeSyncRequest, type SyncRequest } from '../wire/sync-controls.ts';

/** The controls of a request, understood. */
export interface RequestControls {
  /** RFC 2696 */
  readonly paged?: { readonly size: number; readonly cookie: Buffer };
  /** RFC 4533 */
  readonly sync?: SyncRequest;
  /** RFC 4528 */
  readonly assertion?: Filter;
  /** RFC 4527: attributes to show as they were */
  readonly preRead?: readonly string[];
  /** RFC 4527: attributes to show as they are afterwards */
  readonly postRead?: readonly string[];
  /** RFC 3296: referrals are entries like others */
  readonly manageDsaIt?: boolean;
  /** RFC 2891 */
  readonly sort?: { readonly keys: readonly SortKey[]; readonly critical: boolean };
  /** RFC 3876 */
  readonly matchedValues?: readonly Filter[];
  /** Nothing is done, the result says what would have been */
  readonly noOperation?: boolean;
  /** RFC 4370: for whom the request is made, an authorization identity */
  readonly proxied?: string;
  /** RFC 5805: identifier of the transaction that the update belongs to */
  readonly transaction?: Buffer;
  /** draft-behera-ldap-password-policy-10 §6.1: the client wants to know what the password policy says */
  readonly passwordPolicy?: boolean;
}

type Op = Request['op'];
type Reader = (value: Buffer | undefined, critical: boolean) => RequestControls;

const updates: readonly Op[] = ['add', 'modify', 'modifyDn', 'delete'];
const all: readonly Op[] = ['bind', 'search', 'compare', 'extended', ...updates];
const named: readonly Op[] = ['search', 'compare', ...updates];

/** What we know: a row each, with the requests that it goes with. */
const known: Readonly<Record<string, { readonly ops: readonly Op[]; readonly read: Reader }>> = {
  [OID.pagedResults]: { ops: ['search'], read: (value) => ({ paged: decodePagedResults(value) }) },
  [OID.syncRequest]: { ops: ['search'], read: (value) => ({ sync: decodeSyncRequest(value) }) },
  [OID.sortRequest]: { ops: ['search'], read: (value, critical) => ({ sort: { keys: decodeSortRequest(value), critical } }) },
  [OID.matchedValues]: { ops: ['search'], read: (value) => ({ matchedValues: decodeMatchedValues(value) }) },
  [OID.manageDsaIt]: { ops: named, read: (value) => flag(value, 'ManageDsaIT', { manageDsaIt: true }) },
  [OID.noOperation]: { ops: updates, read: (value) => flag(value, 'no operation', { noOperation: true }) },
  [OID.proxiedAuthorization]: { ops: [...named, 'extended'], read: readProxied },
  [OID.transactionSpecification]: { ops: updates, read: readTransaction },
  [OID.assertion]: { ops: named, read: (value) => ({ assertion: decodeAssertion(value) }) },
  [OID.preRead]: { ops: ['modify', 'modifyDn', 'delete'], read: (value) => ({ preRead: decodeAttributeSelection(value) }) },
  [OID.postRead]: { ops: ['add', 'modify', 'modifyDn'], read: (value) => ({ postRead: decodeAttributeSelection(value) }) },
  [OID.passwordPolicy]: { ops: all, read: (value) => flag(value, 'the password policy control', { passwordPolicy: true }) },
};

/** For the root DSE. */
export const supportedControls: readonly string[] = Object.keys(known);

const none: RequestControls = {};

function flag(value: Buffer | undefined, what: string, controls: RequestControls): RequestControls {
  refuseValue(value, what);
  return controls;
}

/** Without being critical it might go unnoticed that somebody else is meant (RFC 4370 §3, RFC 5805 §2.2). */
function readProxied(value: Buffer | undefined, critical: boolean): RequestControls {
  if (!critical) throw new DirectoryError('protocolError', 'the proxied authorization control must be critical');
  return { proxied: decodeProxiedAuthorization(value) };
}

function readTransaction(value: Buffer | undefined, critical: boolean): RequestControls {
  if (!critical || value === undefined)
    throw new DirectoryError('protocolError', 'the transaction specification control is critical and names the transaction');
  return { transaction: Buffer.from(value) };
}

/**
 * Reads the controls of a request before anything is done (RFC 4511 §4.1.11).
 * @throws DirectoryError unavailableCriticalExtension, protocolError
 */
export function readControls(message: Message): RequestControls {
  if (message.controls.length === 0) return none;
  return Object.assign({}, ...message.controls.map((control) => readControl(control, message.request.op)));
}

function readControl(control: Control, op: Op): RequestControls {
  const row = Object.hasOwn(known, control.oid) ? known[control.oid] : undefined;
  if (row?.ops.includes(op)) return row.read(control.value, control.critical);
  if (control.critical)
    throw new DirectoryError('unavailableCriticalExtension', `the critical control ${control.oid} is not available here`);
  return none;
}
