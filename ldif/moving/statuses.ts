import { escapeDnText } from '../../directory/model/dn.ts';
import type { Entry } from '../../directory/model/entry.ts';
import { printEntry } from '../print.ts';
import { text } from './entry-draft.ts';
import type { Newcomer, Note } from './plan.ts';
import type { Present } from './present.ts';

export const statusDn = (name: string, { baseDn }: Present) => `cn=${escapeDnText(name)},ou=statuses,${baseDn}`;

/** The status of whoever is shut out where the one that they would have lets in. */
const shutStatus = 'inactive';

interface NewStatus {
  readonly name: string;
  readonly letsIn: boolean;
}

/** Gives those who may not come in a status that keeps them out. @throws Error in words when there is none */
export function shutOut(
  people: readonly Newcomer[],
  asked: readonly string[],
  present: Present,
  notes: Note[],
): { readonly people: readonly Newcomer[]; readonly statuses: readonly NewStatus[] } {
  const keyOf = (status: string) => present.normalized(statusDn(status, present));
  const statuses: NewStatus[] = asked.map((name) => ({ name, letsIn: true }));
  const isMadeOpen = new Set(asked.map(keyOf).filter((key) => present.find(key) === undefined));
  const letsIn = (status: string) => present.find(keyOf(status)) === 'open' || isMadeOpen.has(keyOf(status));
  const placed = people.map((person) => {
    if (!person.isShut || !letsIn(person.status)) return person;
    notes.push({ where: person.uid, what: `is to stay out, but ${person.status} lets in here: the status is ${shutStatus}` });
    return { ...person, status: shutStatus };
  });
  if (placed.some(({ status }) => status === shutStatus)) {
    if (letsIn(shutStatus))
      throw new Error(`${statusDn(shutStatus, present)} lets in, and was meant for those who are to stay out: change it first`);
    statuses.push({ name: shutStatus, letsIn: false });
  }
  return { people: placed, statuses };
}

/** Statuses that were asked for and are missing, as LDIF. @throws Error in words when somebody's status is neither there nor made */
export function statusRecords(asked: readonly NewStatus[], people: readonly Newcomer[], present: Present, notes: Note[]): string[] {
  const made = new Map<string, Entry>();
  for (const { name, letsIn } of asked) {
    const dn = statusDn(name, present);
    const key = present.normalized(dn);
    if (present.find(key) !== undefined || made.has(key)) continue;
    notes.push({ where: dn, what: `is a new status; whoever has it may ${letsIn ? '' : 'not '}log in` });
    const mayLogin = text('mosMayLogin', letsIn ? 'TRUE' : 'FALSE');
    made.set(key, { dn, attributes: [text('objectClass', 'mosStatusDefinition'), text('cn', name), mayLogin] });
  }
  for (const status of new Set(people.map((person) => person.status))) {
    const dn = statusDn(status, present);
    const key = present.normalized(dn);
    if (present.find(key) !== undefined || made.has(key)) continue;
    const count = people.filter((person) => person.status === status).length;
    throw new Error(`there is no ${dn}, the status that ${count} of them would have: make it first`);
  }
  return [...made.values()].map(printEntry);
}
