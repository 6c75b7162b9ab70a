import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SyncedPerson } from '../../sync/people.ts';
import type { WikiAccount } from '../../sync/wiki/account.ts';
import { objection } from '../../sync/wiki/guard.ts';
import { digestOf } from '../../sync/wiki/password.ts';
import { type Plan, planWiki } from '../../sync/wiki/plan.ts';
import { statementsOf } from '../../sync/wiki/statements.ts';
import { lineOf, summaryOf } from '../../sync/wiki/words.ts';
import { account, ended, groups, hashOf, person, stranger, type WikiCase, wikiCases } from '../cases/wiki-accounts.ts';

function planOf({ people, accounts, ldap, adopt = [] }: Pick<WikiCase, 'people' | 'accounts' | 'ldap' | 'adopt'>): Plan {
  const wiki = { accounts, hasSystemAccount: true, hasTable: true };
  return planWiki({ people, wiki, groups, passwords: ldap !== true, adopt: new Set(adopt) });
}

/** The accounts when everything in the plan has been done. */
function after(accounts: readonly WikiAccount[], { steps }: Plan): WikiAccount[] {
  const by = new Map(accounts.map((each) => [each.id, each]));
  const edit = (id: number, work: (before: WikiAccount) => WikiAccount) => {
    const before = by.get(id);
    assert.ok(before);
    by.set(id, work(before));
  };
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'create') {
      const { realName, mail, groups: joined, password } = step.contents;
      const ours = { uuid: step.uuid, digest: digestOf(password), groups: joined, ended: false };
      by.set(-index - 1, { id: -index - 1, name: step.name, realName, mail, groups: joined, blocked: 'no', ours });
    } else edit(step.account.id, (before) => taken(step, before));
  }
  return [...by.values()];
}

function taken(step: Exclude<Plan['steps'][number], { kind: 'create' }>, before: WikiAccount): WikiAccount {
  const { ours = { uuid: '', digest: '', groups: [], ended: false } } = before;
  switch (step.kind) {
    case 'adopt':
      return { ...before, ours: { uuid: step.uuid, digest: '', groups: [], ended: false } };
    case 'unblock':
      return { ...before, blocked: before.blocked === 'by the sync' ? 'no' : before.blocked, ours: { ...ours, ended: false } };
    case 'block': {
      const blocked = before.blocked === 'by others' ? 'by others' : 'by the sync';
      return { ...before, groups: [], blocked, ours: { ...ours, ended: true, digest: '', groups: [] } };
    }
    case 'change': {
      const { realName = before.realName, mail = before.mail, password, join, leave, given } = step.change;
      const digest = password === undefined ? ours.digest : digestOf(password || undefined);
      const now = [...before.groups.filter((each) => !leave.includes(each)), ...join];
      return { ...before, realName, mail, groups: now, ours: { ...ours, digest, groups: given } };
    }
  }
}

for (const row of wikiCases) {
  test(row.name, () => {
    const plan = planOf(row);
    assert.equal(plan.steps.map(lineOf), row.steps ?? []);
    const { notes = [] } = row;
    assert.is(plan.notes.length, notes.length, plan.notes.join('\n'));
    for (const [index, note] of notes.entries()) assert.match(plan.notes[index] ?? '', note);
    const then = after(row.accounts, plan);
    assert.is(new Set(then.map(({ name }) => name)).size, then.length, 'every name once');
    assert.equal(planOf({ ...row, accounts: then }).steps, [], 'the second run has nothing to do');
    const open = then.filter(({ ours }) => ours?.ended === false).length;
    assert.match(summaryOf(plan, false), new RegExp(`; ${open} open accounts?$`));
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

function anyWiki(seed: number): { readonly people: SyncedPerson[]; readonly accounts: WikiAccount[] } {
  const roll = dice(seed);
  const uids = ['ada', 'bob', 'cid', 'dan', 'eve'];
  const any = () => uids[roll(uids.length)] ?? '';
  const people = uids.flatMap((uid) =>
    roll(4) === 0 ? [] : [person(uid, { wikiName: roll(2) === 0 ? uid : any(), active: roll(4) > 0 })],
  );
  const accounts = uids.flatMap((uid) => {
    const kind = roll(5);
    const groups = roll(3) === 0 ? ['sysop'] : [];
    if (kind === 0) return [];
    if (kind === 1) return [stranger(uid, { groups })];
    return [kind === 2 ? ended(uid) : account(uid, { groups, blocked: roll(6) === 0 ? 'by others' : 'no' })];
  });
  return { people, accounts };
}

test('whatever it was before: afterwards who may not log in is blocked, strangers are as they were, names are unique, and a second run has nothing to do', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const { people, accounts } = anyWiki(seed);
    const plan = planOf({ people, accounts });
    const then = after(accounts, plan);
    assert.is(new Set(then.map(({ name }) => name)).size, then.length, `seed ${seed}: every name once`);
    assert.equal(planOf({ people, accounts: then }).steps, [], `seed ${seed}: again`);
    for (const each of then) {
      if (each.ours === undefined) assert.ok(accounts.includes(each), `seed ${seed}: ${each.name} is a stranger's`);
      const owner = people.find(({ uuid }) => uuid === each.ours?.uuid);
      if (each.ours !== undefined && owner?.active !== true) assert.is.not(each.blocked, 'no', `seed ${seed}: ${each.name} is out`);
      if (owner?.active === true) assert.is.not(each.blocked, 'by the sync', `seed ${seed}: ${each.name} is in`);
    }
    const owners = then.flatMap(({ ours }) => (ours === undefined ? [] : [ours.uuid]));
    assert.is(new Set(owners).size, owners.length, `seed ${seed}: nobody has two`);
  }
});

const guarded: readonly (readonly [
  name: string,
  open: number,
  blocked: number,
  otherwise: { readonly people?: number; readonly force?: boolean; readonly mostRemoved?: number },
  objection: RegExp | undefined,
])[] = [
  ['nobody to block', 10, 0, { people: 0 }, undefined],
  ['just as many as may be', 10, 2, {}, undefined],
  ['one more', 10, 3, {}, /^3 of 10 accounts would be blocked, 30 % where MOS_SYNC_MOST_REMOVED allows 20; --dry-run shows whom, --force/],
  ['one more, forced', 10, 3, { force: true }, undefined],
  ['none may be', 100, 1, { mostRemoved: 0 }, /1 of 100/],
  ['a directory without people', 10, 1, { people: 0, force: true }, /has no people/],
];

for (const [name, size, blocked, { people = 100, force = false, mostRemoved = 20 }, expected] of guarded) {
  test(`the guard: ${name}: ${expected === undefined ? 'goes on' : 'refuses'}`, () => {
    const uids = Array.from({ length: size }, (_, index) => `p${index}`);
    const accounts = [...uids.map((uid) => account(uid)), ended('old', { blocked: 'no' })];
    const plan = planOf({ people: uids.slice(blocked).map((uid) => person(uid)), accounts });
    const said = objection(plan, { people, mostRemoved, force });
    if (expected === undefined) assert.is(said, undefined);
    else assert.match(said ?? '', expected);
  });
}

test("an account MOS that is not the sync's keeps it from blocking, and from nothing else", () => {
  const wiki = { accounts: [stranger('mos', { name: 'MOS' }), account('eve')], hasSystemAccount: false, hasTable: true };
  const limits = { people: 2, mostRemoved: 100, force: true };
  const judged = (active: boolean) =>
    objection(planWiki({ people: [person('eve', { active }), person('ada')], wiki, groups, passwords: true, adopt: new Set() }), limits);
  assert.is(judged(true), undefined);
  assert.match(judged(false) ?? '', /has an account MOS/);
});

test('no line for people has a password in it', () => {
  const people = [person('ada'), person('bob', { password: hashOf('new') })];
  const plan = planOf({ people, accounts: [account('bob')] });
  assert.is(plan.steps.length, 2);
  assert.not.match([...plan.steps.map(lineOf), ...plan.notes].join('\n'), /argon2|\$/);
});

test('what is written names every table with the prefix, and puts values beside the SQL', () => {
  const people = [
    person("o'neill", { name: "'; DROP TABLE user; --", groups: ['board'] }),
    person('eve', { active: false }),
    person('bob'),
  ];
  const plan = planOf({ people, accounts: [account('eve'), ended('bob'), account('cid', {}, { uuid: "id of o'neill" })] });
  const statements = statementsOf(plan.steps, false, { prefix: 'mw_', now: '20261127150000', token: () => 'f'.repeat(32) });
  assert.ok(statements.length > 20);
  for (const { sql, values } of statements) {
    assert.not.match(sql, /[{}]|DROP|neill|id of/);
    assert.is(sql.split('?').length - 1, values.length, sql);
    assert.match(sql, /\bmw_\w+/);
  }
});

test('nothing to do writes nothing', () => assert.equal(statementsOf([], false, { prefix: '', now: '', token: () => '' }), []));

test.run();
