import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import { decodeAssertion, decodeAttributeSelection, decodePagedResults } from '../wire/controls.ts';
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
}

type Op = Request['op'];
type Reader = (value: Buffer | undefined) => RequestControls;

const updates: readonly Op[] = ['add', 'modify', 'modifyDn', 'delete'];
const named: readonly Op[] = ['search', 'compare', ...updates];

/** What we know: a row each, with the requests that it goes with. */
const known: Readonly<Record<string, { readonly ops: readonly Op[]; readonly read: Reader }>> = {
  [OID.pagedResults]: { ops: ['search'], read: (value) => ({ paged: decodePagedResults(value) }) },
  [OID.syncRequest]: { ops: ['search'], read: (value) => ({ sync: decodeSyncRequest(value) }) },
  [OID.manageDsaIt]: { ops: named, read: () => ({ manageDsaIt: true }) },
  [OID.assertion]: { ops: named, read: (value) => ({ assertion: decodeAssertion(value) }) },
  [OID.preRead]: { ops: ['modify', 'modifyDn', 'delete'], read: (value) => ({ preRead: decodeAttributeSelection(value) }) },
  [OID.postRead]: { ops: ['add', 'modify', 'modifyDn'], read: (value) => ({ postRead: decodeAttributeSelection(value) }) },
};

/** For the root DSE. */
export const supportedControls: readonly string[] = Object.keys(known);

const none: RequestControls = {};

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
  if (row?.ops.includes(op)) return row.read(control.value);
  if (control.critical)
    throw new DirectoryError('unavailableCriticalExtension', `the critical control ${control.oid} is not available here`);
  return none;
}
