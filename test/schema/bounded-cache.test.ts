import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BoundedCache } from '../../schema/ldap/bounded-cache.ts';

test('what is asked for again stays, the rest goes', () => {
  const cache = new BoundedCache<number>(10);
  cache.set('kept', 1);
  for (let n = 0; n < 100; n++) {
    cache.set(`n${n}`, n);
    assert.is(cache.get('kept'), 1);
  }
  assert.is(cache.get('n0'), undefined);
  assert.is(cache.get('n99'), 99);
});

test('long keys are not kept', () => {
  const cache = new BoundedCache<number>(10);
  cache.set('x'.repeat(513), 1);
  assert.is(cache.get('x'.repeat(513)), undefined);
});

test.run();
