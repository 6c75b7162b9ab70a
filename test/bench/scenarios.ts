// What is measured, one row each.
import { argonEverywhere, bindable, isMember } from './people.ts';
import {
  baseObject,
  bindAs,
  bindablePeople,
  changePerson,
  compareMail,
  joinMembers,
  leaveMembers,
  loginFilter,
  type Question,
  readAll,
  readMembers,
  searchByUid,
  searchDn,
  searchWithin,
  shuffled,
  wrongBind,
} from './questions.ts';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly outstanding: number;
  /** How many times slapd's throughput MOS wants to have; undefined: for information */
  readonly target: number | undefined;
  /** Which of the contestants take part */
  readonly between: (contestant: string) => boolean;
  /** Bound as the administrator */
  readonly asRoot?: boolean;
  /** What others do meanwhile */
  readonly beside?: Beside;
  questions(people: number): Question[];
  /** The successor of each question */
  followedBy?(people: number): Question[];
}

export interface Beside {
  readonly connections: number;
  questions(people: number): Question[];
}

const aboutEverybody = (make: (index: number) => Question) => (people: number) => shuffled(people, people).map(make);
const usual = (contestant: string): boolean => ['slapd', 'MOS', 'MOS club'].includes(contestant);
const asAdministrator = (contestant: string): boolean => ['slapd', 'MOS'].includes(contestant);
const withPassword = bindablePeople(0, bindable - argonEverywhere);
const withArgon = bindablePeople(bindable - argonEverywhere);

export const scenarios: readonly Scenario[] = [
  {
    name: 'search-64x1',
    title: 'search by uid, 64 × 1',
    connections: 64,
    outstanding: 1,
    target: 2,
    between: usual,
    questions: aboutEverybody(searchByUid),
  },
  {
    name: 'search-8x16',
    title: 'search by uid, 8 × 16',
    connections: 8,
    outstanding: 16,
    target: 8,
    between: usual,
    questions: aboutEverybody(searchByUid),
  },
  {
    name: 'login-64x1',
    title: 'login filter, 64 × 1',
    connections: 64,
    outstanding: 1,
    target: 3,
    between: usual,
    questions: aboutEverybody(loginFilter),
  },
  {
    name: 'login-8x16',
    title: 'login filter, 8 × 16',
    connections: 8,
    outstanding: 16,
    target: 3,
    between: usual,
    questions: aboutEverybody(loginFilter),
  },
  {
    name: 'base-64x1',
    title: 'read one entry, 64 × 1',
    connections: 64,
    outstanding: 1,
    target: 2,
    between: usual,
    questions: aboutEverybody(baseObject),
  },
  {
    name: 'compare-64x1',
    title: 'compare, 64 × 1',
    connections: 64,
    outstanding: 1,
    target: 2,
    between: usual,
    questions: aboutEverybody(compareMail),
  },
  {
    name: 'bind-32x1',
    title: 'search, then bind, 32 × 1',
    connections: 32,
    outstanding: 1,
    target: 2,
    between: usual,
    questions: () => withPassword.map(searchDn),
    followedBy: () => withPassword.map(bindAs),
  },
  {
    name: 'argon2-32x1',
    title: 'search, then bind, argon2 in both',
    connections: 32,
    outstanding: 1,
    target: undefined,
    between: (contestant) => contestant === 'slapd' || contestant === 'MOS',
    questions: () => withArgon.map(searchDn),
    followedBy: () => withArgon.map(bindAs),
  },
  {
    name: 'argon2-uncached-32x1',
    title: 'the same, MOS_BIND_CACHE=0',
    connections: 32,
    outstanding: 1,
    target: undefined,
    between: (contestant) => contestant === 'slapd' || contestant === 'MOS uncached',
    questions: () => withArgon.map(searchDn),
    followedBy: () => withArgon.map(bindAs),
  },
  {
    name: 'substring-64x1',
    title: 'eight characters within an address, 64 × 1',
    connections: 64,
    outstanding: 1,
    target: undefined,
    between: usual,
    questions: aboutEverybody(searchWithin),
  },
  {
    name: 'attacked-8x1',
    title: 'search by uid, 8 × 1, while 8 others bind with wrong passwords',
    connections: 8,
    outstanding: 1,
    target: undefined,
    between: usual,
    beside: { connections: 8, questions: aboutEverybody(wrongBind) },
    questions: aboutEverybody(searchByUid),
  },
  {
    name: 'quiet-8x1',
    title: 'the same without the others',
    connections: 8,
    outstanding: 1,
    target: undefined,
    between: usual,
    questions: aboutEverybody(searchByUid),
  },
  {
    name: 'group-8x1',
    title: 'read a group of nine people in ten, 8 × 1',
    connections: 8,
    outstanding: 1,
    target: undefined,
    between: usual,
    questions: (people) => [readMembers(people)],
  },
  {
    name: 'dump-1x1',
    title: 'read the whole tree, 1 × 1',
    connections: 1,
    outstanding: 1,
    target: undefined,
    between: asAdministrator,
    asRoot: true,
    questions: (people) => [readAll(people + 15)],
  },
  {
    name: 'modify-64x1',
    title: 'change a person, 64 × 1',
    connections: 64,
    outstanding: 1,
    target: undefined,
    between: asAdministrator,
    asRoot: true,
    questions: aboutEverybody(changePerson),
  },
  {
    name: 'modify-1x1',
    title: 'the same, 1 × 1',
    connections: 1,
    outstanding: 1,
    target: undefined,
    between: asAdministrator,
    asRoot: true,
    questions: aboutEverybody(changePerson),
  },
  {
    name: 'membership-16x1',
    title: 'leave that group and join it again, 16 × 1',
    connections: 16,
    outstanding: 1,
    target: undefined,
    between: asAdministrator,
    asRoot: true,
    questions: (people) => shuffled(people, people).filter(isMember).map(leaveMembers),
    followedBy: (people) => shuffled(people, people).filter(isMember).map(joinMembers),
  },
];
