import type { Attribute, Modification } from '../model/entry.ts';
import { DirectoryError, type ErrorKind } from '../model/errors.ts';
import { constructed, context, Malformed, malformed, Reader, TAG } from './ber.ts';
import { decodeFilter, internedName, refused } from './decode-filter.ts';
import type { BindRequest, Control, Message, Request, Scope, SearchRequest } from './messages.ts';

/** What bounds a message beyond its bytes. */
export interface DecodeLimits {
  /** nesting of and, or, not */
  readonly filterDepth: number;
  /** items of a filter, all levels together */
  readonly filterItems: number;
  /** attributes that a search may ask for */
  readonly attributes: number;
  readonly controls: number;
}

/**
 * Attributes, values and changes of one add or modify together. Each takes more memory here than on the wire, so a message of
 * megabytes made of empty values must not become gigabytes.
 */
const mostParts = 200_000;

/**
 * A request that can't be read, but whose message ID and operation can: it gets an answer of its own kind, by this `id` and
 * `op`.
 */
export class MalformedRequest extends DirectoryError {
  readonly id: number;
  readonly op: Request['op'];
  /** Does the connection end with it, because tags or lengths are wrong (RFC 4511 §4.1.1), or is it just this request that fails? */
  readonly disconnects: boolean;

  constructor(id: number, op: Request['op'], kind: ErrorKind, text: string, disconnects: boolean) {
    super(kind, text);
    this.id = id;
    this.op = op;
    this.disconnects = disconnects;
  }
}

const noControls: readonly Control[] = [];

/** protocolOp tags of requests (RFC 4511 appendix B) */
const ops: ReadonlyMap<number, Request['op']> = new Map<number, Request['op']>([
  [0x60, 'bind'],
  [0x42, 'unbind'],
  [0x63, 'search'],
  [0x66, 'modify'],
  [0x68, 'add'],
  [0x4a, 'delete'],
  [0x6c, 'modifyDn'],
  [0x6e, 'compare'],
  [0x50, 'abandon'],
  [0x77, 'extended'],
]);

/**
 * Reads one LDAPMessage (RFC 4511 §4.1.1). Values in it are views into `pdu`: who keeps one beyond the request copies it, or
 * a few bytes keep the 64 KiB alive that the socket has read.
 * @throws MalformedRequest when the request can be answered; DirectoryError protocolError when it can't be read at all
 */
export function decodeMessage(pdu: Buffer, limits: DecodeLimits): Message {
  const outer = new Reader(pdu);
  const message = outer.inside(TAG.sequence);
  outer.finish();
  const id = message.integer();
  if (id < 0) throw malformed('a message ID is not negative');
  const op = ops.get(message.peek());
  if (op === undefined) throw malformed(`0x${message.peek().toString(16)} is not a request of LDAP`);
  if (id === 0) throw malformed('message ID 0 belongs to the server');
  try {
    const request = decodeRequest(op, message, limits);
    const controls = message.peek() === constructed(0) ? decodeControls(message.inside(constructed(0)), limits) : noControls;
    message.finishSequence(1);
    return { id, request, controls };
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    throw new MalformedRequest(id, op, error.kind, error.message, error instanceof Malformed);
  }
}

function decodeRequest(op: Request['op'], message: Reader, limits: DecodeLimits): Request {
  switch (op) {
    case 'search':
      return decodeSearch(message.inside(0x63), limits);
    case 'bind':
      return decodeBind(message.inside(0x60));
    case 'compare': {
      const body = message.inside(0x6e);
      const dn = dnText(body);
      const assertion = body.inside(TAG.sequence);
      return finished(body, { op, dn, attribute: internedName(assertion), value: last(assertion) });
    }
    case 'modify': {
      const body = message.inside(0x66);
      const dn = dnText(body);
      const list = body.inside(TAG.sequence);
      const modifications: Modification[] = [];
      const count = { parts: 0 };
      while (!list.done) modifications.push(decodeModification(list.inside(TAG.sequence), count));
      return finished(body, { op, dn, modifications });
    }
    case 'add': {
      const body = message.inside(0x68);
      const dn = dnText(body);
      const list = body.inside(TAG.sequence);
      const attributes: Attribute[] = [];
      const count = { parts: 0 };
      while (!list.done) attributes.push(decodeAttribute(list.inside(TAG.sequence), count));
      return finished(body, { op, dn, attributes });
    }
    case 'delete':
      return { op, dn: dnText(message, 0x4a) };
    case 'modifyDn': {
      const body = message.inside(0x6c);
      const dn = dnText(body);
      const newRdn = dnText(body);
      const deleteOldRdn = body.boolean();
      const newSuperior = body.peek() === context(0) ? dnText(body, context(0)) : undefined;
      return finished(body, { op, dn, newRdn, deleteOldRdn, newSuperior }, 1);
    }
    case 'extended': {
      const body = message.inside(0x77);
      const oid = body.latin1(context(0));
      const value = body.peek() === context(1) ? body.octets(context(1)) : undefined;
      return finished(body, { op, oid, value }, 2);
    }
    case 'abandon':
      return { op, id: message.integer(0x50) };
    case 'unbind':
      if (message.octets(0x42).length > 0) throw malformed('an unbind has no content');
      return { op };
  }
}

function decodeBind(body: Reader): BindRequest {
  const version = body.integer();
  const dn = dnText(body);
  if (body.peek() === context(0)) {
    const password = body.octets(context(0));
    return finished(body, { op: 'bind', version, dn, authentication: { kind: 'simple', password } }, afterChoice);
  }
  if (body.peek() !== constructed(3)) throw new DirectoryError('authMethodNotSupported', 'simple and SASL binds are known');
  const sasl = body.inside(constructed(3));
  const mechanism = sasl.latin1();
  const credentials = sasl.peek() === TAG.octetString ? sasl.octets() : undefined;
  sasl.finishSequence();
  return finished(body, { op: 'bind', version, dn, authentication: { kind: 'sasl', mechanism, credentials } }, afterChoice);
}

/** No tag is free behind a choice of authentications: it could be one of them. */
const afterChoice = 32;

const scopes: readonly Scope[] = ['base', 'one', 'sub', 'subordinates'];
const derefs: readonly SearchRequest['derefAliases'][] = ['never', 'searching', 'finding', 'always'];

function decodeSearch(body: Reader, limits: DecodeLimits): SearchRequest {
  const base = dnText(body);
  const scope = scopes[body.integer(TAG.enumerated)];
  const derefAliases = derefs[body.integer(TAG.enumerated)];
  const sizeLimit = body.integer();
  const timeLimit = body.integer();
  if (scope === undefined || derefAliases === undefined || sizeLimit < 0 || timeLimit < 0)
    throw refused('the scope, alias dereferencing, size limit or time limit of the search is out of range');
  const typesOnly = body.boolean();
  const filter = decodeFilter(body, limits);
  const attributes = attributeList(body, limits);
  return finished(body, { op: 'search', base, scope, derefAliases, sizeLimit, timeLimit, typesOnly, filter, attributes });
}

const knownLists = new Map<string, readonly string[]>();
const mostLists = 1024;
const longestKnownList = 1024;

/** The same list is the same frozen array each time, as long as it is not too long to be kept. */
function attributeList(body: Reader, limits: DecodeLimits): readonly string[] {
  const start = body.at;
  const list = body.inside(TAG.sequence);
  const key = body.at - start <= longestKnownList ? body.bytes.toString('latin1', start, body.at) : undefined;
  const known = key === undefined ? undefined : knownLists.get(key);
  if (known !== undefined) return known;
  const attributes: string[] = [];
  while (!list.done) {
    attributes.push(list.latin1());
    if (attributes.length > limits.attributes)
      throw new DirectoryError('adminLimitExceeded', `more than ${limits.attributes} attributes are asked for`);
  }
  Object.freeze(attributes);
  if (key !== undefined) {
    const [oldest] = knownLists.keys();
    if (knownLists.size >= mostLists && oldest !== undefined) knownLists.delete(oldest);
    knownLists.set(key, attributes);
  }
  return attributes;
}

const operations: readonly Modification['operation'][] = ['add', 'delete', 'replace', 'increment'];

function decodeModification(change: Reader, count: { parts: number }): Modification {
  const operation = operations[change.integer(TAG.enumerated)];
  const attribute = decodeAttribute(change.inside(TAG.sequence), count);
  change.finishSequence();
  if (operation === undefined) throw refused('a change is add, delete, replace or increment');
  return { operation, attribute };
}

function decodeAttribute(attribute: Reader, count: { parts: number }): Attribute {
  const description = internedName(attribute);
  const set = attribute.inside(TAG.set);
  attribute.finishSequence();
  const values: Buffer[] = [];
  countPart(count);
  while (!set.done) {
    countPart(count);
    values.push(set.octets());
  }
  return { description, values };
}

function countPart(count: { parts: number }): void {
  if (++count.parts > mostParts) throw new DirectoryError('adminLimitExceeded', `more than ${mostParts} attributes and values at once`);
}

function decodeControls(list: Reader, limits: DecodeLimits): Control[] {
  const controls: Control[] = [];
  while (!list.done) {
    const control = list.inside(TAG.sequence);
    const oid = control.latin1();
    const critical = control.peek() === TAG.boolean ? control.boolean() : false;
    const value = control.peek() === TAG.octetString ? control.octets() : undefined;
    control.finishSequence();
    if (controls.length >= limits.controls) throw refused(`more than ${limits.controls} controls`);
    if (controls.some((other) => other.oid === oid)) throw refused(`the control ${oid} is there twice`);
    controls.push({ oid, critical, value });
  }
  return controls;
}

function last(reader: Reader): Buffer {
  const value = reader.octets();
  reader.finishSequence();
  return value;
}

function finished<T>(body: Reader, request: T, known = 0): T {
  body.finishSequence(known);
  return request;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * An LDAPDN or RelativeLDAPDN: UTF-8 (RFC 4511 §4.1.3).
 * @throws DirectoryError invalidDNSyntax
 */
function dnText(body: Reader, tag: number = TAG.octetString): string {
  const end = body.enter(tag);
  const start = body.at;
  body.at = end;
  const text = body.bytes.toString('latin1', start, end);
  if (isAscii(text)) return text;
  try {
    return decoder.decode(body.bytes.subarray(start, end));
  } catch {
    throw new DirectoryError('invalidDNSyntax', 'the DN is not UTF-8');
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
