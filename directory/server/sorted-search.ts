import type { BoundDirectory } from '../core/bound-directory.ts';
import type { Run, SearchRun } from '../core/search.ts';
import { UnsortableKey } from '../core/sort.ts';
import { DirectoryError } from '../model/errors.ts';
import { encodeSortResponse } from '../wire/controls.ts';
import type { ResponseControl, SearchRequest } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { RequestControls } from './request-controls.ts';

/** Entries that one search sorts: in one go, in which nobody else has a turn (10,000 take some 10 ms). */
const mostSorted = 10_000;
const mostSortedForRoot = 100_000;

/** A search that has begun. */
export interface Found {
  readonly search: SearchRun;
  /** Its entries, in order when that was asked for */
  readonly run: Run;
  /** What the sort control is answered with, in every case (RFC 2891 §1.2) */
  readonly response: ResponseControl | undefined;
  /** The order was demanded, and there is none */
  readonly refusal: DirectoryError | undefined;
}

/** @throws DirectoryError noSuchObject, invalidDNSyntax, referral, aliasProblem */
export function beginSearch(directory: BoundDirectory, request: SearchRequest, { sort, manageDsaIt }: RequestControls): Found {
  const search = directory.search(manageDsaIt === undefined ? request : { ...request, manageDsaIt });
  if (sort === undefined) return { search, run: search, response: undefined, refusal: undefined };
  try {
    const run = directory.sorted(search, sort.keys, directory.viewer.isRoot ? mostSortedForRoot : mostSorted);
    return { search, run, response: response(encodeSortResponse('success')), refusal: undefined };
  } catch (error) {
    if (!(error instanceof UnsortableKey)) throw error;
    const refusal = sort.critical ? new DirectoryError('unavailableCriticalExtension', error.message) : undefined;
    return { search, run: search, response: response(encodeSortResponse(error.kind, error.attribute)), refusal };
  }
}

const response = (value: Buffer): ResponseControl => ({ oid: OID.sortResponse, value });
