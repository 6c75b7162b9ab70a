import { escapeDnText } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { printChange, printEntry } from '../print.ts';
import { text } from './entry-draft.ts';
import { alsoOthers, type Present } from './present.ts';
import { shutOut, statusDn, statusRecords } from './statuses.ts';

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
  /** Is nobody to come in by this account, whatever the status lets in? */
  readonly isShut: boolean;
  readonly attributes: readonly Attribute[];
  /** cn of the groups that they come into */
  readonly groups: readonly string[];
}

/** What is to be made. */
export interface Move {
  readonly people: readonly Newcomer[];
  /** Statuses that were asked for by name and may be missing yet; who has one may log in */
  readonly statuses: readonly string[];
  /** Groups and what else they are than a groupOfNames: cn → further attributes */
  readonly groups: ReadonlyMap<string, readonly Attribute[]>;
  readonly notes: readonly Note[];
}

export interface Records {
  readonly ldif: string;
  readonly people: number;
  readonly notes: readonly Note[];
}

/**
 * Turns a move into LDIF: what is there already stays as it is. Pure but for the question what is there.
 * @throws Error in words when somebody's status is missing
 */
export function recordsOf(move: Move, present: Present): Records {
  const notes = [...move.notes];
  const newcomers = move.people.filter(({ uid }) => {
    const isNew = present.find(present.normalized(personDn(uid, present))) === undefined;
    if (!isNew) notes.push({ where: uid, what: 'is there already, and was left alone' });
    return isNew;
  });
  for (const { uid, attributes } of newcomers) notes.push(...alsoOthers(uid, attributes, present));
  const { people, statuses } = shutOut(newcomers, move.statuses, present, notes);
  const pieces = [
    ...statusRecords(statuses, people, present, notes),
    ...people.map(({ uid, status, attributes }) =>
      printEntry({ dn: personDn(uid, present), attributes: [...attributes, text('mosStatus', statusDn(status, present))] }),
    ),
    ...groupRecords(move.groups, people, present, notes),
  ];
  return { ldif: pieces.join(''), people: people.length, notes };
}

const personDn = (uid: string, { baseDn }: Present) => `uid=${escapeDnText(uid)},ou=people,${baseDn}`;

/** A group to come, or one that is there and gets members. */
interface Gathering {
  readonly dn: string;
  readonly cn: string;
  readonly attributes: Attribute[];
  readonly members: Set<Newcomer>;
}

function groupRecords(
  groups: ReadonlyMap<string, readonly Attribute[]>,
  people: readonly Newcomer[],
  present: Present,
  notes: Note[],
): string[] {
  const gatherings = new Map<string, Gathering>();
  // names that differ in case alone are one group
  const gathering = (cn: string): Gathering => {
    const dn = `cn=${escapeDnText(cn)},ou=groups,${present.baseDn}`;
    const key = present.normalized(dn);
    const known = gatherings.get(key) ?? { dn, cn, attributes: [], members: new Set() };
    gatherings.set(key, known);
    return known;
  };
  for (const [cn, attributes] of groups) {
    const { attributes: own, dn } = gathering(cn);
    if (own.length === 0) own.push(...attributes);
    else if (attributes.length > 0) notes.push({ where: cn, what: `is ${dn} like another group; ${worded(attributes)} was left out` });
  }
  for (const person of people) for (const cn of person.groups) gathering(cn).members.add(person);
  return [...gatherings].map(([key, each]) => groupRecord(each, present.find(key), present, notes));
}

function groupRecord(
  { dn, cn, attributes, members }: Gathering,
  there: ReturnType<Present['find']>,
  present: Present,
  notes: Note[],
): string {
  const who = listed([...members].map(({ uid }) => uid));
  const member = { description: 'member', values: [...members].map(({ uid }) => Buffer.from(personDn(uid, present))) };
  const own = members.size > 0 ? [member] : [];
  if (there === undefined) {
    notes.push(...alsoOthers(dn, attributes, present));
    // a gidNumber makes it a group of Unix too (RFC 2307bis)
    const classes = attributes.some(({ description }) => description === 'gidNumber') ? ['posixGroup'] : [];
    return printEntry({ dn, attributes: [text('objectClass', 'groupOfNames', ...classes), text('cn', cn), ...attributes, ...own] });
  }
  if (attributes.length > 0) notes.push({ where: dn, what: `is there already; ${worded(attributes)} was left out` });
  if (members.size === 0) return '';
  if (there === 'dynamic') {
    notes.push({ where: dn, what: `finds its members by itself; ${who} were not put into it` });
    return '';
  }
  // whoever reads this looks whether they may have the rights that the group gives here
  notes.push({ where: dn, what: `is there already, and takes in ${who}, with the rights that it gives` });
  return printChange({ kind: 'modify', dn, modifications: [{ operation: 'add', attribute: member }] });
}

/** Names for a message, as many as somebody reads. */
export function listed(names: readonly string[]): string {
  const most = 20;
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

const worded = (attributes: readonly Attribute[]) =>
  attributes.map(({ description, values }) => `${description} ${values.map(String).join(', ')}`).join(', ');

/** A day of the calendar, YYYY-MM-DD or longer, as a Generalized Time; undefined when there is no such day. */
export function timeOfDay(date: string | undefined): string | undefined {
  const [, day] = /^(\d{4}-\d\d-\d\d)(?:[T ]|$)/.exec(date ?? '') ?? [];
  if (day === undefined) return undefined;
  // Date takes 30 February for 2 March
  const time = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== day) return undefined;
  return `${day.replaceAll('-', '')}000000Z`;
}
