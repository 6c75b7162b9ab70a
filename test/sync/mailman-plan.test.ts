import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { belongsOnList, keyOf } from '../../sync/mailman/addresses.ts';
import { objection } from '../../sync/mailman/guard.ts';
import { type Plan, planList, type Situation, type Subscriber } from '../../sync/mailman/plan.ts';
import { lineOf, notesOf, summaryOf } from '../../sync/mailman/words.ts';
import type { SyncedPerson } from '../../sync/people.ts';

const now = '20261127150000Z';
const before = '20261101120000Z';

/** A member who is on the list at UID@x.org and of whom all is noted. */
function person(uid: string, otherwise: Partial<SyncedPerson> = {}): SyncedPerson {
  const { listAddress = `${uid}@x.org` } = otherwise;
  const all = { uuid: uid, dn: `uid=${uid}`, uid, name: uid, mail: `${uid}@x.org`, wikiName: uid, active: true, listMember: true };
  return { ...all, bounced: undefined, groups: [], password: undefined, listAddress, listed: listAddress, ...otherwise };
}

const fresh = (uid: string, otherwise: Partial<SyncedPerson> = {}) => person(uid, { listed: undefined, ...otherwise });

function at(address: string, otherwise: Partial<Subscriber> = {}): Subscriber {
  const [name = ''] = address.split('@');
  return { memberId: `id of ${address}`, address, name, disabled: false, lastBounce: undefined, ...otherwise };
}

interface Row {
  readonly name: string;
  readonly people: readonly SyncedPerson[];
  readonly list: readonly Subscriber[];
  readonly keepOthers?: true;
  readonly steps?: readonly string[];
  /** UID, since when mail bounces, address on the list: of entries that are to change */
  readonly reports?: readonly (readonly [uid: string, bounced: string | undefined, listed: string | undefined])[];
  readonly held?: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'all as it should be', people: [person('ada'), person('bob')], list: [at('ada@x.org'), at('bob@x.org')] },
  { name: 'nobody anywhere', people: [], list: [] },
  {
    name: 'a new list gets everybody who is on it',
    people: [
      fresh('ada'),
      fresh('bob', { listMember: false }),
      fresh('eve', { active: false }),
      fresh('una', { mail: undefined, listAddress: undefined }),
    ],
    list: [],
    steps: ['add     ada@x.org (ada)'],
    reports: [['ada', undefined, 'ada@x.org']],
  },
  {
    name: 'who is on the list already is taken over without a step',
    people: [fresh('ada')],
    list: [at('ada@x.org')],
    reports: [['ada', undefined, 'ada@x.org']],
  },
  { name: 'an address in another case is the same', people: [person('ada', { listAddress: 'Ada@X.org' })], list: [at('ada@x.org')] },
  {
    name: 'an address goes to Mailman in the case of its owner',
    people: [fresh('ada', { listAddress: 'Ada@X.org' })],
    list: [],
    steps: ['add     Ada@X.org (ada)'],
    reports: [['ada', undefined, 'Ada@X.org']],
  },
  {
    name: 'who is banned goes',
    people: [person('ada', { active: false })],
    list: [at('ada@x.org')],
    steps: ['remove  ada@x.org: ada may not log in'],
    reports: [['ada', undefined, undefined]],
  },
  {
    name: 'who switches the list off goes',
    people: [person('ada', { listMember: false })],
    list: [at('ada@x.org')],
    steps: ['remove  ada@x.org: ada has switched the list off'],
    reports: [['ada', undefined, undefined]],
  },
  {
    name: 'who left the directory goes, as do strangers',
    people: [person('ada')],
    list: [at('ada@x.org'), at('old@x.org')],
    steps: ['remove  old@x.org: nobody in the directory has this address'],
  },
  { name: 'strangers may be kept', people: [person('ada')], list: [at('ada@x.org'), at('old@x.org')], keepOthers: true },
  {
    name: 'strangers may be kept, and who switched the list off still goes',
    people: [person('ada', { listMember: false }), person('bob', { active: false })],
    list: [at('ada@x.org'), at('bob@x.org'), at('old@x.org')],
    keepOthers: true,
    steps: ['remove  ada@x.org: ada has switched the list off', 'remove  bob@x.org: bob may not log in'],
    reports: [
      ['ada', undefined, undefined],
      ['bob', undefined, undefined],
    ],
  },
  {
    name: 'a changed address is a move',
    people: [person('ada', { listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [at('ada@x.org')],
    steps: ['move    ada@x.org to new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'an address that was never noted is removed and added',
    people: [fresh('ada', { listAddress: 'new@y.org' })],
    list: [at('ada@x.org')],
    steps: ['add     new@y.org (ada)', 'remove  ada@x.org: ada gets the list at new@y.org'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'a move to where somebody else is already only removes',
    people: [person('ada', { listAddress: 'both@x.org', listed: 'ada@x.org' }), person('bob', { listAddress: 'both@x.org' })],
    list: [at('ada@x.org'), at('both@x.org', { name: 'ada' })],
    steps: ['remove  ada@x.org: ada gets the list at both@x.org'],
    reports: [['ada', undefined, 'both@x.org']],
  },
  {
    name: 'two people swap addresses',
    people: [
      person('ada', { listAddress: 'bob@x.org', listed: 'ada@x.org' }),
      person('bob', { listAddress: 'ada@x.org', listed: 'bob@x.org' }),
    ],
    list: [at('ada@x.org'), at('bob@x.org')],
    steps: ['rename  bob@x.org: bob becomes ada', 'rename  ada@x.org: ada becomes bob'],
    reports: [
      ['ada', undefined, 'bob@x.org'],
      ['bob', undefined, 'ada@x.org'],
    ],
  },
  {
    name: 'two people share an address: it is there once, with the name of the first',
    people: [fresh('bob', { listAddress: 'both@x.org' }), fresh('ada', { listAddress: 'Both@X.org' })],
    list: [],
    steps: ['add     Both@X.org (ada)'],
    reports: [
      ['bob', undefined, 'both@x.org'],
      ['ada', undefined, 'Both@X.org'],
    ],
  },
  {
    name: 'a shared address stays when one of the two goes',
    people: [person('ada', { listAddress: 'both@x.org', active: false }), person('bob', { listAddress: 'both@x.org' })],
    list: [at('both@x.org', { name: 'bob' })],
    reports: [['ada', undefined, undefined]],
  },
  {
    name: 'who leaves a shared address is added, and the other keeps the subscription',
    people: [person('ada', { listAddress: 'new@y.org', listed: 'both@x.org' }), person('bob', { listAddress: 'both@x.org' })],
    list: [at('both@x.org', { name: 'bob' })],
    steps: ['add     new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'both leave a shared address: one takes the subscription along',
    people: [
      person('ada', { listAddress: 'a@y.org', listed: 'both@x.org' }),
      person('bob', { listAddress: 'b@y.org', listed: 'both@x.org' }),
    ],
    list: [at('both@x.org')],
    steps: ['move    both@x.org to a@y.org (ada)', 'add     b@y.org (bob)'],
    reports: [
      ['ada', undefined, 'a@y.org'],
      ['bob', undefined, 'b@y.org'],
    ],
  },
  {
    name: 'a name follows the directory, without line breaks',
    people: [person('ada', { name: ' Ada\r\n  Example ' })],
    list: [at('ada@x.org', { name: '' })],
    steps: ['rename  ada@x.org: no name becomes Ada Example'],
  },
  {
    name: 'whose mail comes back stays on the list, and it is noted since when',
    people: [person('ada'), person('bob')],
    list: [at('ada@x.org', { disabled: true, lastBounce: before }), at('bob@x.org', { disabled: true })],
    reports: [
      ['ada', before, 'ada@x.org'],
      ['bob', now, 'bob@x.org'],
    ],
  },
  {
    name: 'what is noted once stays as it is',
    people: [person('ada', { bounced: before })],
    list: [at('ada@x.org', { disabled: true, lastBounce: now })],
  },
  {
    name: 'single bounces below the threshold are no matter',
    people: [person('ada')],
    list: [at('ada@x.org', { lastBounce: before })],
  },
  {
    name: 'when mail arrives again, the note goes',
    people: [person('ada', { bounced: before })],
    list: [at('ada@x.org', { lastBounce: before })],
    reports: [['ada', undefined, 'ada@x.org']],
  },
  {
    name: 'whom Mailman removed for bounces is not added again at the same address',
    people: [person('ada', { bounced: before, listAddress: 'Ada@x.org', listed: 'ada@x.org' })],
    list: [],
    held: ['Ada@x.org'],
  },
  {
    name: 'whom Mailman removed for bounces is added at another address',
    people: [person('ada', { bounced: before, listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [],
    steps: ['add     new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'who changes an address that bounces moves, and the note goes',
    people: [person('ada', { bounced: before, listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [at('ada@x.org', { disabled: true })],
    steps: ['move    ada@x.org to new@y.org (ada)'],
    reports: [['ada', undefined, 'new@y.org']],
  },
  {
    name: 'whose new address bounces too gets a new note',
    people: [person('ada', { bounced: before, listAddress: 'new@y.org', listed: 'ada@x.org' })],
    list: [at('new@y.org', { name: 'ada', disabled: true, lastBounce: now })],
    reports: [['ada', now, 'new@y.org']],
  },
  {
    name: 'who was taken off by hand, without bounces, is added again',
    people: [person('ada')],
    list: [],
    steps: ['add     ada@x.org (ada)'],
  },
  {
    name: 'a board that deletes the note has the address tried again',
    people: [person('ada', { bounced: undefined })],
    list: [],
    steps: ['add     ada@x.org (ada)'],
  },
  {
    name: 'an address that bounced holds for everybody who shares it',
    people: [person('ada', { bounced: before, listAddress: 'both@x.org' }), fresh('bob', { listAddress: 'both@x.org' })],
    list: [],
    held: ['both@x.org'],
  },
  {
    name: 'a ban does not make an address that bounces a good one',
    people: [person('ada', { bounced: before, active: false })],
    list: [at('ada@x.org', { disabled: true })],
    steps: ['remove  ada@x.org: ada may not log in'],
  },
  {
    name: 'nor does the end of the ban',
    people: [person('ada', { bounced: before })],
    list: [],
    held: ['ada@x.org'],
  },
  {
    name: 'the switch does: off forgets',
    people: [person('ada', { bounced: before, listMember: false })],
    list: [],
    reports: [['ada', undefined, undefined]],
  },
];

function planOf({ people, list, keepOthers }: Pick<Row, 'people' | 'list' | 'keepOthers'>): Plan {
  return planList({ people, subscribers: list, now, keepOthers: keepOthers === true });
}

/** People and list as they are when everything in the plan has been done. */
function after({ people, list }: Pick<Row, 'people' | 'list'>, plan: Plan): Pick<Row, 'people' | 'list'> {
  let subscribers = [...list];
  for (const step of plan.steps) {
    if (step.kind === 'add') subscribers.push(at(keyOf(step.address), { name: step.name }));
    else subscribers = subscribers.filter((each) => each !== step.who);
    if (step.kind === 'move') subscribers.push({ ...step.who, address: keyOf(step.address), name: step.name, disabled: false });
    if (step.kind === 'rename') subscribers.push({ ...step.who, name: step.name });
  }
  const reports = new Map(plan.reports.map((report) => [report.uuid, report]));
  const told = people.map((each) => {
    const report = reports.get(each.uuid);
    return report === undefined ? each : { ...each, bounced: report.bounced, listed: report.listed };
  });
  return { people: told, list: subscribers };
}

for (const row of rows) {
  test(row.name, () => {
    const plan = planOf(row);
    assert.equal(plan.steps.map(lineOf), row.steps ?? []);
    assert.equal(
      plan.reports.map(({ uuid, bounced, listed }) => [uuid, bounced, listed]),
      row.reports ?? [],
    );
    assert.equal(
      plan.held.map(({ address }) => address),
      row.held ?? [],
    );
    const then = after(row, plan);
    assert.is(plan.after, then.list.length);
    const again = planOf({ ...row, ...then });
    assert.equal([again.steps, again.reports], [[], []], 'the second run has nothing to do');
  });
}

/** Pseudo-random whole numbers below a bound (mulberry32), so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

function anySituation(seed: number): Situation {
  const roll = dice(seed);
  const address = () => `${'abcdeF'[roll(6)]}@x.org`;
  const maybe = <T>(value: T): T | undefined => (roll(3) === 0 ? value : undefined);
  const people = Array.from({ length: roll(7) }, (_, index) =>
    person(`p${index}`, {
      active: roll(4) > 0,
      listMember: roll(4) > 0,
      listAddress: roll(8) === 0 ? undefined : address(),
      listed: maybe(address()),
      bounced: maybe(before),
      mail: maybe(address()),
    }),
  );
  const addresses = new Set(Array.from({ length: roll(7) }, () => keyOf(address())));
  const subscribers = [...addresses].map((each) => at(each, { disabled: roll(4) === 0 }));
  return { people, subscribers, now, keepOthers: false };
}

test('whatever it was before: afterwards the list is who belongs on it, without those who bounced, and a second run has nothing to do', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const { people, subscribers } = anySituation(seed);
    const plan = planOf({ people, list: subscribers });
    const then = after({ people, list: subscribers }, plan);
    const held = new Set(plan.held.map(({ address }) => keyOf(address)));
    const wanted = new Set(people.filter(belongsOnList).map(({ listAddress }) => keyOf(listAddress ?? '')));
    const expected = [...wanted].filter((each) => !held.has(each)).sort();
    assert.equal(then.list.map(({ address }) => address).sort(), expected, `seed ${seed}`);
    const again = planOf(then);
    assert.equal([again.steps, again.reports, again.held.length], [[], [], plan.held.length], `seed ${seed}`);
    const lost = subscribers.filter((each) => each.disabled && wanted.has(each.address) && !then.list.includes(each));
    assert.ok(
      lost.every(({ memberId, address }) => then.list.some((each) => each.memberId === memberId && each.address === address)),
      `seed ${seed}: whom Mailman has disabled keeps the subscription`,
    );
  }
});

const guarded: readonly (readonly [
  name: string,
  before: number,
  removed: number,
  otherwise: { readonly people?: number; readonly force?: boolean; readonly mostRemoved?: number },
  objection: RegExp | undefined,
])[] = [
  ['nothing to remove', 10, 0, { people: 0 }, undefined],
  ['just as many as may go', 10, 2, {}, undefined],
  [
    'one more',
    10,
    3,
    {},
    /^3 of 10 would be taken off the list, 30 % where MOS_SYNC_MOST_REMOVED allows 20; --dry-run shows whom, --force does it$/,
  ],
  ['one more, forced', 10, 3, { force: true }, undefined],
  ['none may go', 100, 1, { mostRemoved: 0 }, /1 of 100/],
  ['all but one, where all may go', 10, 9, { mostRemoved: 100 }, undefined],
  ['all, where all may go', 10, 10, { mostRemoved: 100 }, /all 10/],
  ['all, forced', 10, 10, { force: true }, /all 10/],
  ['a directory without people', 10, 1, { people: 0, force: true }, /has no people/],
];

for (const [name, size, removed, { people = 100, force = false, mostRemoved = 20 }, expected] of guarded) {
  test(`the guard: ${name}: ${expected === undefined ? 'goes on' : 'refuses'}`, () => {
    const list = Array.from({ length: size }, (_, index) => at(`p${index}@x.org`));
    const stay = list.slice(removed).map(({ name: uid }) => person(uid));
    const said = objection(planOf({ people: stay, list }), { people, mostRemoved, force });
    if (expected === undefined) assert.is(said, undefined);
    else assert.match(said ?? '', expected);
  });
}

test('what is said of it', () => {
  const row = {
    people: [
      person('ada', { listAddress: 'new@y.org', listed: 'ada@x.org' }),
      fresh('bob'),
      person('cid', { bounced: before }),
      person('dan'),
      person('fay', { bounced: before }),
    ],
    list: [at('ada@x.org'), at('eve@x.org'), at('dan@x.org', { disabled: true }), at('fay@x.org')],
  };
  const plan = planOf(row);
  assert.equal(notesOf(plan), [
    'note    mail to dan@x.org comes back: noted in the entry of dan',
    'note    mail to fay@x.org arrives again: no longer noted in the entry of fay',
    'leave   cid@x.org: mail came back, since 2026-11-01, and Mailman has taken it off the list',
  ]);
  assert.is(summaryOf('l@x.org', plan.steps, plan.after, false), 'l@x.org: 1 added, 1 moved, 1 removed; 4 subscribers');
  assert.is(summaryOf('l@x.org', plan.steps, plan.after, true), 'l@x.org: would be 1 added, 1 moved, 1 removed; 4 subscribers');
  assert.is(summaryOf('l@x.org', [], 1, false), 'l@x.org: nothing to do; 1 subscriber');
});

test.run();
