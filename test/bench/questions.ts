// The requests of each scenario, encoded once, and what the answer must be.
import { boolean, integer, octets, sequence, tlv } from './ber.ts';
import { bindable, isMember, mailOf, passwordOf, personDn, suffix, uidOf } from './people.ts';

/** A request and its only right answer. */
export interface Question {
  /** The whole LDAPMessage; its messageID has three octets, of which the load generator sets the last two */
  readonly request: Buffer;
  readonly idAt: number;
  /** DN of the only entry that comes; undefined: no entry comes, or many */
  readonly dn: Buffer | undefined;
  /** How many entries come, where they are many */
  readonly many?: number | undefined;
  /** Identifier octet of the response that ends it */
  readonly done: number;
  readonly code: number;
  /** For a look at some answers in full: the values that the entry has, `type: value` in lower case */
  readonly values: readonly string[] | undefined;
}

/** messageIDs are 0x010000 and up: three octets, as on a connection that has been open for a while. */
export const firstId = 0x010000;

export const response = { bind: 0x61, entry: 0x64, searchDone: 0x65, modify: 0x67, compare: 0x6f } as const;
const code = { success: 0, compareFalse: 5, compareTrue: 6, invalidCredentials: 49 } as const;

interface Answer {
  dn?: string | undefined;
  many?: number;
  done: number;
  code: number;
  values?: readonly string[] | undefined;
}

function question(operation: Buffer, { dn, many, done, code, values }: Answer): Question {
  const request = sequence(integer(firstId), operation);
  return { request, idAt: request.indexOf(operation) - 2, dn: dn === undefined ? undefined : Buffer.from(dn), many, done, code, values };
}

/** A simple BindRequest. */
export const bindOperation = (dn: string, password: string): Buffer => tlv(0x60, integer(3), octets(dn), octets(password, 0x80));

const equality = (type: string, value: string): Buffer => tlv(0xa3, octets(type), octets(value));
const and = (...arms: readonly Buffer[]): Buffer => tlv(0xa0, ...arms);
const present = (type: string): Buffer => octets(type, 0x87);

const scopes = { base: 0, one: 1, sub: 2 } as const;

function searchOperation(base: string, scope: keyof typeof scopes, filter: Buffer, attributes: readonly string[]): Buffer {
  const [derefNever, noLimit] = [integer(0, 0x0a), integer(0)];
  const selection = sequence(...attributes.map((name) => octets(name)));
  return tlv(0x63, octets(base), integer(scopes[scope], 0x0a), derefNever, noLimit, noLimit, boolean(false), filter, selection);
}

const people = `ou=people,${suffix}`;
const searchDone = { done: response.searchDone, code: code.success } as const;

/** What a mail server or a chat server asks: by uid, three attributes. */
export const searchByUid = (index: number): Question =>
  question(searchOperation(people, 'sub', equality('uid', uidOf(index)), ['uid', 'mail', 'employeeNumber']), {
    dn: personDn(index),
    values: [`uid: ${uidOf(index)}`, `mail: ${mailOf(index)}`, `employeenumber: ${index}`],
    ...searchDone,
  });

/** What a login page asks first; people who are not in the group are not found. */
export const loginFilter = (index: number): Question =>
  question(
    searchOperation(
      suffix,
      'sub',
      and(equality('objectClass', 'inetOrgPerson'), equality('uid', uidOf(index)), equality('memberOf', `cn=members,ou=groups,${suffix}`)),
      ['uid', 'mail'],
    ),
    {
      dn: isMember(index) ? personDn(index) : undefined,
      values: isMember(index) ? [`uid: ${uidOf(index)}`, `mail: ${mailOf(index)}`] : undefined,
      ...searchDone,
    },
  );

/** One entry by its DN, three attributes. */
export const baseObject = (index: number): Question =>
  question(searchOperation(personDn(index), 'base', present('objectClass'), ['uid', 'mail', 'employeeNumber']), {
    dn: personDn(index),
    values: [`uid: ${uidOf(index)}`, `mail: ${mailOf(index)}`, `employeenumber: ${index}`],
    ...searchDone,
  });

/** Every other comparison is false. */
export function compareMail(index: number): Question {
  const right = index % 2 === 0;
  const assertion = sequence(octets('mail'), octets(right ? mailOf(index) : 'somebody@else.example'));
  const result = right ? code.compareTrue : code.compareFalse;
  return question(tlv(0x6e, octets(personDn(index)), assertion), { done: response.compare, code: result });
}

/** Only the DN, as Dovecot and ejabberd ask before they bind. */
export const searchDn = (index: number): Question =>
  question(searchOperation(people, 'sub', equality('uid', uidOf(index)), ['1.1']), { dn: personDn(index), values: [], ...searchDone });

export const bindAs = (index: number): Question =>
  question(bindOperation(personDn(index), passwordOf(index)), { done: response.bind, code: code.success });

/** What a search box asks: six digits in the middle of an address, which one person has. */
export const searchWithin = (index: number): Question => {
  const text = mailOf(index).slice(4, 12);
  const filter = tlv(0xa4, octets('mail'), sequence(octets(text, 0x81)));
  return question(searchOperation(people, 'sub', filter, ['uid', 'mail']), {
    dn: personDn(index),
    values: [`uid: ${uidOf(index)}`, `mail: ${mailOf(index)}`],
    ...searchDone,
  });
};

const modification = { add: 0, delete: 1, replace: 2 } as const;

function modify(dn: string, kind: keyof typeof modification, type: string, value: string): Question {
  const change = sequence(integer(modification[kind], 0x0a), sequence(octets(type), tlv(0x31, octets(value))));
  return question(tlv(0x66, octets(dn), sequence(change)), { done: response.modify, code: code.success });
}

export const changePerson = (index: number): Question => modify(personDn(index), 'replace', 'description', `changed, number ${index}`);

const members = `cn=members,ou=groups,${suffix}`;
export const leaveMembers = (index: number): Question => modify(members, 'delete', 'member', personDn(index));
export const joinMembers = (index: number): Question => modify(members, 'add', 'member', personDn(index));

/** The group of nine people in ten, with all its members. */
export const readMembers = (among: number): Question =>
  question(searchOperation(members, 'base', present('objectClass'), ['member']), {
    dn: members,
    values: Array.from({ length: among }, (_, index) => index)
      .filter(isMember)
      .map((index) => `member: ${personDn(index)}`),
    ...searchDone,
  });

/** The whole tree, as somebody who makes a copy reads it. */
export const readAll = (entries: number): Question =>
  question(searchOperation(suffix, 'sub', present('objectClass'), []), { many: entries, ...searchDone });

/** A bind that fails. */
export const wrongBind = (index: number): Question =>
  question(bindOperation(personDn(index), 'this is not it'), { done: response.bind, code: code.invalidCredentials });

/** People in an order that jumps about, so that neighbouring requests do not share pages or cache lines. */
export function shuffled(count: number, among: number): number[] {
  const indexes = Array.from({ length: among }, (_, index) => index);
  let state = 42;
  for (let at = among - 1; at > 0; at--) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const other = state % (at + 1);
    [indexes[at], indexes[other]] = [indexes[other] ?? 0, indexes[at] ?? 0];
  }
  return indexes.slice(0, count);
}

export const bindablePeople = (from = 0, to = bindable): number[] => Array.from({ length: to - from }, (_, index) => from + index);
