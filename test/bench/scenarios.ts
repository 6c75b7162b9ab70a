// What is measured, one row each.
import { argonEverywhere, bindable } from './people.ts';
import {
  baseObject,
  bindAs,
  bindablePeople,
  compareMail,
  loginFilter,
  type Question,
  searchByUid,
  searchDn,
  shuffled,
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
  questions(people: number): Question[];
  /** The successor of each question */
  followedBy?(people: number): Question[];
}

const aboutEverybody = (make: (index: number) => Question) => (people: number) => shuffled(people, people).map(make);
const usual = (contestant: string): boolean => ['slapd', 'MOS', 'MOS club'].includes(contestant);
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
];
