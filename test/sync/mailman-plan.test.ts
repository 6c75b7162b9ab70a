import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { belongsOnList, keyOf } from '../../sync/mailman/addresses.ts';
import { objection } from '../../sync/mailman/guard.ts';
import { type Plan, planList, type Situation, type Step } from '../../sync/mailman/plan.ts';
import { lineOf, notesOf, summaryOf } from '../../sync/mailman/words.ts';
import { at, before, fresh, type ListCase, listCases, now, person } from '../cases/members-list.ts';

function planOf({ people, list, keepOthers }: Pick<ListCase, 'people' | 'list' | 'keepOthers'>): Plan {
  return planList({ people, subscribers: list, now, keepOthers: keepOthers === true });
}

/** People and list as they are when everything in the plan has been done. */
function after({ people, list }: Pick<ListCase, 'people' | 'list'>, plan: Plan): Pick<ListCase, 'people' | 'list'> {
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

for (const row of listCases) {
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

test('what is noted waits for the step that makes it true', () => {
  const people = [
    fresh('ada'),
    person('bob', { listMember: false }),
    person('cid', { listAddress: 'new@y.org', listed: 'cid@x.org' }),
    fresh('dan'),
  ];
  const { reports } = planOf({ people, list: [at('bob@x.org'), at('cid@x.org'), at('dan@x.org')] });
  assert.equal(
    reports.map(({ uuid, after }) => [uuid, after?.kind]),
    [
      ['ada', 'add'],
      ['bob', 'remove'],
      ['cid', 'move'],
      ['dan', undefined],
    ],
  );
});

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
});

const summaries: readonly (readonly [planned: number, done: number, subscribers: number, dryRun: boolean, said: string])[] = [
  [0, 0, 1, false, 'nothing to do; 1 subscriber'],
  [3, 3, 4, false, '1 added, 1 moved, 1 removed; 4 subscribers'],
  [3, 3, 4, true, 'would be 1 added, 1 moved, 1 removed; 4 subscribers'],
  [3, 1, 5, false, '1 added; 5 subscribers'],
  [3, 0, 4, false, 'nothing done; 4 subscribers'],
];

for (const [planned, done, subscribers, dryRun, said] of summaries) {
  test(`the last line: ${said}`, () => {
    const who = at('ada@x.org');
    const steps: Step[] = [
      { kind: 'add', address: 'a@x.org', name: 'a' },
      { kind: 'move', who, address: 'b@x.org', name: 'b' },
      { kind: 'remove', who, why: '' },
    ];
    const result = { planned: steps.slice(0, planned), done: steps.slice(0, done), subscribers, dryRun };
    assert.is(summaryOf('l@x.org', result), `l@x.org: ${said}`);
  });
}

test.run();
