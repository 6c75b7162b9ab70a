import type { Attribute, Modification } from '../model/entry.ts';
import type { ErrorKind } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';

/** A control as it came (RFC 4511 §4.1.11). */
export interface Control {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer | undefined;
}

export interface BindRequest {
  readonly op: 'bind';
  readonly version: number;
  readonly dn: string;
  readonly authentication:
    | { readonly kind: 'simple'; readonly password: Buffer }
    | { readonly kind: 'sasl'; readonly mechanism: string; readonly credentials: Buffer | undefined };
}
export type Scope = 'base' | 'one' | 'sub' | 'subordinates';
export interface SearchRequest {
  readonly op: 'search';
  readonly base: string;
  readonly scope: Scope;
  readonly derefAliases: 'never' | 'searching' | 'finding' | 'always';
  /** entries; 0 is no limit */
  readonly sizeLimit: number;
  /** seconds; 0 is no limit */
  readonly timeLimit: number;
  readonly typesOnly: boolean;
  readonly filter: Filter;
  /** Interned: requests that ask for the same list get the same array, so what is compiled from it can be kept by identity. */
  readonly attributes: readonly string[];
}
export interface ModifyRequest {
  readonly op: 'modify';
  readonly dn: string;
  readonly modifications: readonly Modification[];
}
export interface AddRequest {
  readonly op: 'add';
  readonly dn: string;
  readonly attributes: readonly Attribute[];
}
export interface DeleteRequest {
  readonly op: 'delete';
  readonly dn: string;
}
export interface ModifyDnRequest {
  readonly op: 'modifyDn';
  readonly dn: string;
  readonly newRdn: string;
  readonly deleteOldRdn: boolean;
  readonly newSuperior: string | undefined;
}
export interface CompareRequest {
  readonly op: 'compare';
  readonly dn: string;
  readonly attribute: string;
  readonly value: Buffer;
}
export interface ExtendedRequest {
  readonly op: 'extended';
  readonly oid: string;
  readonly value: Buffer | undefined;
}
export interface AbandonRequest {
  readonly op: 'abandon';
  readonly id: number;
}
export interface UnbindRequest {
  readonly op: 'unbind';
}
export type Request =
  | BindRequest
  | SearchRequest
  | ModifyRequest
  | AddRequest
  | DeleteRequest
  | ModifyDnRequest
  | CompareRequest
  | ExtendedRequest
  | AbandonRequest
  | UnbindRequest;

export interface Message {
  readonly id: number;
  readonly request: Request;
  /** The shared empty array when there are none. */
  readonly controls: readonly Control[];
}

/** Requests that have an answer, by the name of the request, so that the answer's type can't be wrong. */
export type AnsweredOp = Exclude<Request['op'], 'abandon' | 'unbind'>;

/** `kind` is one of RFC 4511's successes, RFC 4533's call to begin again, or a DirectoryError's kind. */
export type ResultKind = 'success' | 'compareFalse' | 'compareTrue' | 'saslBindInProgress' | 'syncRefreshRequired' | ErrorKind;

export interface Result {
  readonly kind: ResultKind;
  readonly matchedDn?: string;
  readonly text?: string;
  readonly referrals?: readonly string[];
  /** bind only */
  readonly serverCredentials?: Buffer;
  /** extended only */
  readonly oid?: string;
  readonly value?: Buffer;
}

export interface ResponseControl {
  readonly oid: string;
  readonly value?: Buffer;
}
