import { escapeDnText } from '../../directory/model/dn.ts';
import type { Attribute, Entry } from '../../directory/model/entry.ts';
import { printChange, printEntry } from '../print.ts';

/** Something that did not come along, or came otherwise than it was: nothing is dropped silently. */
export interface Note {
  /** Where it stood: "members.contactinfo 12 remark", "passwd:17" */
  readonly where: string;
  readonly what: string;
}

/** Somebody who moves in. */
export interface Newcomer {
  readonly uid: string;
  /** Name of the status */
  readonly status: string;
  readonly attributes: readonly Attribute[];
  /** cn of the groups that they come into */
  readonly groups: readonly string[];
}

/** What is to be made. */
export interface Move {
  readonly people: readonly Newcomer[];
  /** Statuses that people have and that may be missing yet: name → may they sign in */
  readonly statuses: ReadonlyMap<string, boolean>;
  /** Groups and what else they are than a groupOfNames: cn → further attributes */
  readonly groups: ReadonlyMap<string, readonly Attribute[]>;
  readonly notes: readonly Note[];
}

/** What is there already. */
export interface Present {
  readonly baseDn: string;
  has(dn: string): boolean;
}

export interface Records {
  readonly ldif: string;
  readonly people: number;
  readonly notes: readonly Note[];
}

/** Turns a move into LDIF: what is there already stays as it is. Pure but for the question what is there. */
export function recordsOf({ people, statuses, groups, notes }: Move, { baseDn, has }: Present): Records {
  const told = [...notes];
  const pieces: string[] = [];
  const add = (entry: Entry) => pieces.push(printEntry(entry));
  for (const [name, mayLogIn] of statuses) {
    const dn = `cn=${escapeDnText(name)},ou=statuses,${baseDn}`;
    if (has(dn)) continue;
    add({
      dn,
      attributes: [text('objectClass', 'mosStatusDefinition'), text('cn', name), text('mosMayLogin', mayLogIn ? 'TRUE' : 'FALSE')],
    });
  }
  const members = new Map<string, string[]>();
  let count = 0;
  for (const { uid, status, attributes, groups: own } of people) {
    const dn = `uid=${escapeDnText(uid)},ou=people,${baseDn}`;
    if (has(dn)) {
      told.push({ where: uid, what: 'is there already, and was left alone' });
      continue;
    }
    add({ dn, attributes: [...attributes, text('mosStatus', `cn=${escapeDnText(status)},ou=statuses,${baseDn}`)] });
    count++;
    for (const group of own) members.set(group, [...(members.get(group) ?? []), dn]);
  }
  for (const name of new Set([...groups.keys(), ...members.keys()])) {
    const dn = `cn=${escapeDnText(name)},ou=groups,${baseDn}`;
    const values = (members.get(name) ?? []).map((each) => Buffer.from(each));
    const member = { description: 'member', values };
    if (!has(dn))
      add({
        dn,
        attributes: [
          text('objectClass', 'groupOfNames', ...classesOf(groups.get(name))),
          text('cn', name),
          ...(groups.get(name) ?? []),
          ...(values.length > 0 ? [member] : []),
        ],
      });
    else if (values.length > 0) pieces.push(printChange({ kind: 'modify', dn, modifications: [{ operation: 'add', attribute: member }] }));
  }
  return { ldif: pieces.join(''), people: count, notes: told };
}

/** A gidNumber makes it a group of Unix too (RFC 2307bis). */
function classesOf(attributes: readonly Attribute[] = []): readonly string[] {
  return attributes.some(({ description }) => description === 'gidNumber') ? ['posixGroup'] : [];
}

/** An attribute of texts; empty ones are no values. */
export function text(description: string, ...values: readonly (string | undefined)[]): Attribute {
  return { description, values: values.flatMap((value) => (value === undefined || value === '' ? [] : [Buffer.from(value)])) };
}

/** YYYY-MM-DD, or longer, as a Generalized Time; undefined when it is no date. */
export function timeOfDay(date: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]|$)/.exec(date ?? '') ?? [];
  if (year === undefined || Number.isNaN(Date.parse(`${year}-${month}-${day}`))) return undefined;
  return `${year}${month}${day}000000Z`;
}
