import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Guess, Guessing } from '../../directory/core/guessing.ts';

const options = { guessFree: 3, guessLock: 10, guessLockTime: 900 };
const home = '203.0.113.7';
const stranger = '198.51.100.9';
const minute = 60_000;

/** A Guessing and a clock to turn. */
function start(over: Partial<typeof options> = {}) {
  const time = { now: 1_000_000 };
  const real = new Guessing({ ...options, ...over }, () => time.now);
  return {
    real,
    guessing: {
      check: (name: string, address: string) => real.check({ name, address }),
      succeeded: (name: string, address: string) => real.succeeded({ name, address }),
    },
    wait: (milliseconds: number) => {
      time.now += milliseconds;
    },
    fail: (times: number, account: string, address: string) => {
      for (let count = 0; count < times; count++) real.failed({ name: account, address });
    },
  };
}
const free = { allowed: true, delayMs: 0 };
const refused = { allowed: false, delayMs: 0 };

const delays: readonly (readonly [failures: number, delayMs: number])[] = [
  [0, 0],
  [3, 0],
  [4, 250],
  [5, 500],
  [6, 1000],
  [7, 2000],
  [8, 4000],
  [9, 4000],
];
for (const [failures, delayMs] of delays) {
  test(`after ${failures} failures the next attempt waits ${delayMs} ms`, () => {
    const { guessing, fail } = start();
    fail(failures, 'ada', stranger);
    assert.equal(guessing.check('ada', stranger), { allowed: true, delayMs });
  });
}

test('failures on one account do not touch another', () => {
  const { guessing, fail } = start();
  fail(10, 'ada', stranger);
  assert.equal(guessing.check('bob', stranger), free);
});

test('the last failure that is allowed locks the account, from wherever, until the time is over', () => {
  const { guessing, fail, wait } = start();
  fail(10, 'ada', stranger);
  for (const address of [stranger, home, '::1', 'ldapi']) assert.equal(guessing.check('ada', address), refused);
  wait(900_000 - 1);
  assert.equal(guessing.check('ada', home), refused);
  wait(1);
  assert.is(guessing.check('ada', home).allowed, true);
});

test('failures that fade a little in between lock just the same', () => {
  const { guessing, fail, wait } = start();
  for (let count = 0; count < 10; count++) {
    fail(1, 'ada', stranger);
    wait(1000);
  }
  assert.equal(guessing.check('ada', home), refused);
});

test('attempts during a lock do not lengthen it', () => {
  const { guessing, fail, wait } = start();
  fail(10, 'ada', stranger);
  wait(800_000);
  fail(50, 'ada', stranger);
  wait(100_000);
  assert.is(guessing.check('ada', home).allowed, true);
});

test('half of the failures are left after a lock, and none after hours', () => {
  const { guessing, fail, wait } = start();
  fail(10, 'ada', stranger);
  wait(15 * minute);
  assert.equal(guessing.check('ada', home), { allowed: true, delayMs: 500 });
  wait(4 * 60 * minute);
  assert.equal(guessing.check('ada', home), free);
});

test('attempts at once wait one after another, and too many are refused', () => {
  const { guessing, fail } = start();
  fail(8, 'ada', stranger);
  const judged = Array.from({ length: 5 }, () => guessing.check('ada', stranger));
  assert.equal(judged, [
    { allowed: true, delayMs: 4000 },
    { allowed: true, delayMs: 8000 },
    { allowed: true, delayMs: 12_000 },
    refused,
    refused,
  ]);
});

test('whoever logged in from an address is neither slowed nor locked out there by others', () => {
  const { guessing, fail } = start();
  guessing.succeeded('ada', home);
  fail(100, 'ada', stranger);
  assert.equal(guessing.check('ada', stranger), refused);
  assert.equal(guessing.check('ada', home), free);
});

test('not even when others guess from the same address at other accounts', () => {
  const { guessing, fail } = start();
  guessing.succeeded('ada', home);
  for (let count = 0; count < 2000; count++) fail(1, `name ${count}`, home);
  assert.equal(guessing.check('ada', home), free);
  assert.equal(guessing.check('bob', home), refused);
});

test('guessing from the usual address is held there, and only there', () => {
  const { guessing, fail } = start();
  guessing.succeeded('ada', home);
  fail(4, 'ada', home);
  assert.equal(guessing.check('ada', home), { allowed: true, delayMs: 250 });
  fail(6, 'ada', home);
  assert.equal(guessing.check('ada', home), refused);
  assert.equal(guessing.check('ada', '192.0.2.1'), free);
});

test('an address stays familiar for two weeks', () => {
  const { guessing, fail, wait } = start();
  guessing.succeeded('ada', home);
  wait(14 * 24 * 60 * minute - 1);
  fail(10, 'ada', stranger);
  assert.equal(guessing.check('ada', home), free);
  wait(1);
  assert.equal(guessing.check('ada', home), refused);
});

test('a success forgives the own failures, not those of others', () => {
  const { guessing, fail } = start();
  fail(5, 'ada', stranger);
  fail(3, 'ada', home);
  guessing.succeeded('ada', home);
  assert.equal(guessing.check('ada', home), free);
  assert.equal(guessing.check('ada', '192.0.2.1'), { allowed: true, delayMs: 500 });
});

test('an address that fails on many accounts is slowed, for new ones too', () => {
  const { guessing, fail } = start();
  for (let count = 0; count < 30; count++) fail(1, `name ${count}`, stranger);
  assert.equal(guessing.check('ada', stranger), free);
  fail(1, 'name 30', stranger);
  assert.equal(guessing.check('ada', stranger), { allowed: true, delayMs: 250 });
  assert.equal(guessing.check('ada', home), free);
});

test('an address that fails often on few accounts is not: a service forwards what its users type', () => {
  const { guessing, fail } = start();
  for (let count = 0; count < 20; count++) fail(9, `name ${count}`, stranger);
  assert.equal(guessing.check('ada', stranger), free);
});

test('an address is locked at an absurd number of accounts, and its refusals cost them nothing', () => {
  const { guessing, fail } = start();
  for (let count = 0; count < 999; count++) fail(1, `name ${count}`, stranger);
  assert.equal(guessing.check('ada', stranger), { allowed: true, delayMs: 4000 });
  fail(1, 'name 999', stranger);
  assert.equal(guessing.check('ada', stranger), refused);
  fail(10, 'ada', stranger);
  assert.equal(guessing.check('ada', home), free);
});

const together: readonly (readonly [address: string, other: string, same: boolean])[] = [
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:9', true],
  ['2001:db8::5', '2001:db8:0:0:1::', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['fe80::1%eth0', 'fe80::2', true],
  ['::ffff:198.51.100.9', '198.51.100.9', true],
  ['198.51.100.9', '198.51.100.10', false],
];
for (const [address, other, same] of together) {
  test(`${address} and ${other} are ${same ? 'one address' : 'two addresses'}`, () => {
    const { guessing, fail } = start();
    for (let count = 0; count < 1000; count++) fail(1, `name ${count}`, address);
    assert.equal(guessing.check('ada', other), same ? refused : free);
  });
}

for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', 'ldapi', '']) {
  test(`'${address}' is this machine and never judged, but accounts are`, () => {
    const { guessing, fail } = start();
    for (let count = 0; count < 3000; count++) fail(1, `name ${count}`, address);
    assert.equal(guessing.check('ada', address), free);
    fail(10, 'ada', address);
    assert.equal(guessing.check('ada', address), refused);
  });
}

/** What can be seen of one name, and whether the account takes any password. */
function seen(real: Guessing, guess: Guess) {
  return { ...real.check(guess), isLocked: real.isLocked(guess), isHeld: real.isHeld(guess) };
}
const untouched = { ...free, isLocked: false, isHeld: false };

for (const [name, other] of [
  ['ada', 'ada@example.org'],
  ['ada@example.org', 'ada'],
  ['ada@example.org', 'ada@example.net'],
] as const) {
  test(`failures as ${name} neither slow nor lock ${other}, which means the same account`, () => {
    for (const failures of [3, 5, 9]) {
      const { real } = start();
      for (let count = 0; count < failures; count++) real.failed({ name, account: 'ada', address: stranger });
      assert.equal(seen(real, { name: other, account: 'ada', address: stranger }), untouched);
    }
    const { real } = start();
    for (let count = 0; count < 10; count++) real.failed({ name, account: 'ada', address: stranger });
    assert.is(real.isLocked({ name, account: 'ada', address: stranger }), true);
    assert.equal(seen(real, { name: other, account: 'ada', address: stranger }), { ...untouched, isHeld: true });
  });
}

test('a name of an account that is held goes through the same waits and locks as one that means nobody', () => {
  const { real } = start();
  for (let count = 0; count < 10; count++) real.failed({ name: 'ada', address: stranger });
  for (let count = 0; count < 12; count++) {
    const [known, unknown] = ['ada@example.org', 'nobody@example.org'].map((name) => {
      const guess = { name, account: name.startsWith('ada') ? 'ada' : name, address: stranger };
      const shown = [real.check(guess), real.isLocked(guess)];
      real.failed(guess);
      return shown;
    });
    assert.equal(known, unknown);
  }
});

test('failures under all names together hold the account, until the time is over', () => {
  const { real, wait } = start();
  for (const [nth, name] of ['ada', 'ada@example.org', 'ada@example.net'].entries())
    for (let count = 0; count < (nth === 0 ? 4 : 3); count++) real.failed({ name, account: 'ada', address: stranger });
  assert.is(real.isHeld({ name: 'ada', address: home }), true);
  for (let count = 0; count < 5; count++) real.failed({ name: 'ada', address: home });
  wait(900_000);
  assert.is(real.isHeld({ name: 'ada', address: home }), false);
});

test('whoever logged in from an address is not held there, whatever others guess and by whatever name it was', () => {
  const { real } = start();
  real.succeeded({ name: 'ada@example.org', account: 'ada', address: home });
  for (let count = 0; count < 30; count++) real.failed({ name: 'ada', address: stranger });
  assert.equal(seen(real, { name: 'ada', address: home }), untouched);
  for (const name of ['ada', 'ada@example.org'])
    for (let count = 0; count < 5; count++) real.failed({ name, account: 'ada', address: home });
  assert.is(real.isHeld({ name: 'ada', address: home }), true);
});

test('no number of made-up names makes a familiar address a strange one', () => {
  const { guessing, fail } = start();
  guessing.succeeded('ada', home);
  for (let count = 0; count < 60_000; count++) fail(1, `name ${count}`, '127.0.0.1');
  fail(10, 'ada', stranger);
  assert.equal(guessing.check('ada', home), free);
});

test.run();
