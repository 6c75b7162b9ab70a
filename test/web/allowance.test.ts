import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Allowance } from '../../web/allowance.ts';

function start() {
  const time = { now: 1_000_000 };
  return { time, allowance: new Allowance({ most: 3, seconds: 3600 }, () => time.now) };
}

const clients: readonly (readonly [what: string, address: (nth: number) => string, taken: number])[] = [
  ['one address', () => '198.51.100.9', 3],
  ['addresses of one IPv6 network', (nth) => `2001:db8:1:2:${nth}::1`, 3],
  ['an IPv4 address in either form', (nth) => `${nth % 2 === 0 ? '::ffff:' : ''}198.51.100.9`, 3],
  ['several IPv4 addresses', (nth) => `198.51.100.${nth}`, 14],
  ['several IPv6 networks', (nth) => `2001:db8:1:${nth}::1`, 14],
];
for (const [what, address, taken] of clients) {
  test(`of 14 asked from ${what}, ${taken} are let through`, () => {
    const { allowance } = start();
    assert.is(Array.from({ length: 14 }, (_, nth) => allowance.take(address(nth))).filter(Boolean).length, taken);
  });
}

test('it says how long there is none, and that is right', () => {
  const { allowance, time } = start();
  const client = '2001:db8::1';
  assert.is(allowance.wait(client), 0);
  for (let nth = 0; nth < 3; nth++) {
    assert.is(allowance.take(client), true);
    time.now += 10_500;
  }
  assert.is(allowance.take(client), false);
  const wait = allowance.wait('2001:db8::2');
  assert.is(wait, 3569);
  time.now += (wait - 1) * 1000;
  assert.is(allowance.take(client), false);
  time.now += 1000;
  assert.is(allowance.wait(client), 0);
  assert.is(allowance.take(client), true);
});

test.run();
