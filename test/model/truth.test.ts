import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { and, not, or, type Truth } from '../../directory/model/filter.ts';

const T = true;
const F = false;
const U = undefined;

/** RFC 4511 §4.5.1.7, all nine pairs. */
const table: readonly (readonly [a: Truth, b: Truth, and: Truth, or: Truth])[] = [
  [T, T, T, T],
  [T, F, F, T],
  [T, U, U, T],
  [F, T, F, T],
  [F, F, F, F],
  [F, U, F, U],
  [U, T, U, T],
  [U, F, F, U],
  [U, U, U, U],
];

for (const [a, b, both, either] of table) {
  test(`${a} and ${b} is ${both}, ${a} or ${b} is ${either}`, () => {
    assert.is(and([a, b]), both);
    assert.is(or([a, b]), either);
    assert.is(not(and([a, b])), or([not(a), not(b)]), 'De Morgan');
  });
}

test('not turns true and false about, and leaves undefined', () => {
  assert.equal([T, F, U].map(not), [F, T, U]);
});

test('of nothing, and is true and or is false (RFC 4526)', () => {
  assert.is(and([]), true);
  assert.is(or([]), false);
});

test('what decides ends the looking', () => {
  function* until(last: Truth): Iterable<Truth> {
    yield undefined;
    yield last;
    throw new Error('looked too far');
  }
  assert.is(and(until(false)), false);
  assert.is(or(until(true)), true);
});

test.run();
