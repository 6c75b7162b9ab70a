import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ChallengePurpose, makeChallenge, takeChallenge } from '../../web/session/challenge.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const test = suite('challenges for passkeys');
let site: TestSite;
let now = Date.UTC(2026, 2, 1);

test.before(async () => {
  site = await startTestSite('', { clock: () => now });
});
test.after(() => site.stop());

const make = (purpose: ChallengePurpose = 'factor', asker = 'ada') =>
  Buffer.from(makeChallenge(site.site, purpose, asker)).toString('base64url');
const take = (challenge: string, purpose: ChallengePurpose = 'factor', asker = 'ada') =>
  takeChallenge(site.site, purpose, asker, challenge);

test('one is taken once, also when ten take it at once', async () => {
  const challenge = make();
  const taken = await Promise.all(Array.from({ length: 10 }, () => take(challenge)));
  assert.is(taken.filter(Boolean).length, 1);
  now += 14 * 60_000;
  assert.is(await take(challenge), false);
});

test('it is for one thing and one browser', async () => {
  const challenge = make();
  assert.equal(
    [await take(challenge, 'sign-in'), await take(challenge, 'register'), await take(challenge, 'factor', 'bob')],
    [false, false, false],
  );
  assert.is(await take(challenge), true);
});

test('it is taken for a quarter of an hour', async () => {
  const [soon, late] = [make(), make()];
  now += 15 * 60_000 - 1;
  assert.is(await take(soon), true);
  now += 1;
  assert.is(await take(late), false);
});

test('no two are the same', () => {
  assert.is(new Set(Array.from({ length: 100 }, () => make())).size, 100);
});

test('one that was made up, changed, cut or lengthened is refused', async () => {
  const bytes = Buffer.from(make(), 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes.map((byte, nth) => (nth === at ? byte ^ 1 : byte)));
    assert.is(await take(changed.toString('base64url')), false, `byte ${at}`);
  }
  for (const text of ['', 'AAAA', bytes.subarray(1).toString('base64url'), Buffer.concat([bytes, bytes]).toString('base64url')])
    assert.is(await take(text), false);
});

test.run();
