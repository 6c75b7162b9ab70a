import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { browserName } from '../../web/session/browser-name.ts';
import { person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite("one's own sessions");
let site: TestSite;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

test.before.each(async () => {
  site = await startTestSite(
    person('ada', 'member', `userPassword: ${goodPassword}`) + person('bob', 'member', `userPassword: ${goodPassword}`),
  );
});
test.after.each(() => site.stop());

interface Shown {
  readonly sessions: readonly { readonly id: string; readonly current: boolean; readonly program?: string; readonly address: string }[];
}
const shown = async (visitor: Visitor) => (await visitor.json<Shown>('/me/sessions')).data.sessions;
const isIn = async (visitor: Visitor) => (await visitor.get('/me')).status === 200;

test('all are listed, this one first, with browser and address; none of anybody else', async () => {
  const other = site.visitor();
  await other.get('/sign-in');
  await other.post('/sign-in', { name: 'ada', password: goodPassword }, { 'user-agent': firefox });
  await site.as('bob');
  const ada = await site.as('ada');
  const sessions = await shown(ada);
  assert.equal(
    sessions.map(({ current, program, address }) => [current, program, address]),
    [
      [true, undefined, '127.0.0.1'],
      [false, 'Firefox', '127.0.0.1'],
    ],
  );
  const { text } = await ada.get('/me/sessions');
  assert.match(text, /Firefox on Linux/);
  const tokens = [ada, other].map((visitor) => visitor.cookies.get('mos-session') ?? 'none');
  for (const token of tokens) assert.not.match(text, new RegExp(token));
});

test('one is ended, and then all others', async () => {
  const [ada, second, third, bob] = [await site.as('ada'), await site.as('ada'), await site.as('ada'), await site.as('bob')];
  const id = (await shown(second)).find(({ current }) => current)?.id ?? '';
  await ada.get('/me/sessions');
  assert.is((await ada.post(`/me/sessions/${id}/end`)).location, '/me/sessions');
  assert.equal([await isIn(ada), await isIn(second), await isIn(third)], [true, false, true]);
  await ada.get('/me/sessions');
  await ada.post('/me/sessions/end-others');
  assert.equal([await isIn(ada), await isIn(third), await isIn(bob)], [true, false, true]);
});

test("nobody ends another's, and a made-up one is not found", async () => {
  const [ada, bob] = [await site.as('ada'), await site.as('bob')];
  const id = (await shown(ada))[0]?.id ?? '';
  await bob.get('/me/sessions');
  for (const each of [id, 'x', '%01', "'%20OR%20true--", '00000000-0000-0000-0000-000000000000'])
    assert.is((await bob.post(`/me/sessions/${each}/end`)).status, 404, each);
  assert.is((await bob.post(`/me/sessions/${id}/end`, { csrf: 'x' })).status, 403);
  assert.is(await isIn(ada), true);
});

test('the one that is used can be ended too', async () => {
  const ada = await site.as('ada');
  const id = (await shown(ada))[0]?.id ?? '';
  await ada.get('/me/sessions');
  assert.is((await ada.post(`/me/sessions/${id}/end`)).location, '/');
  assert.is(await isIn(ada), false);
});

test('what a browser calls itself comes out as typed, and is cut', async () => {
  const visitor = site.visitor();
  await visitor.get('/sign-in');
  await visitor.post('/sign-in', { name: 'ada', password: goodPassword }, { 'user-agent': `<script>${'x'.repeat(5000)}` });
  assert.not.match((await visitor.get('/me/sessions')).text, /<script>x/);
});

test('a session that somebody put into a browser before is not the one after signing in', async () => {
  const victim = site.visitor();
  victim.cookies.set('mos-session', 'A'.repeat(43));
  await victim.get('/sign-in');
  await victim.post('/sign-in', { name: 'ada', password: goodPassword });
  assert.is.not(victim.cookies.get('mos-session'), 'A'.repeat(43));
  const bob = await site.as('bob');
  const planted = bob.cookies.get('mos-session') ?? '';
  const mallory = site.visitor();
  mallory.cookies.set('mos-session', planted);
  await mallory.get('/people');
  await mallory.post('/sign-in', { name: 'ada', password: goodPassword });
  assert.is.not(mallory.cookies.get('mos-session'), planted);
  assert.is(await isIn(bob), false);
});

test('the cookie is for our eyes alone', async () => {
  const visitor = site.visitor();
  await visitor.get('/sign-in');
  const { headers } = await visitor.post('/sign-in', { name: 'ada', password: goodPassword });
  const cookie = headers.getSetCookie().find((each) => each.startsWith('mos-session=')) ?? '';
  assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/);
  assert.is(headers.get('cache-control'), 'no-store');
});

test('over TLS it has the prefix that keeps others from setting it, and goes nowhere in clear', async () => {
  const other = await startTestSite(person('ada', 'member', `userPassword: ${goodPassword}`), {
    env: { MOS_WEB_URL: 'https://mos.example.org', MOS_WEB_PROXIES: '127.0.0.1' },
  });
  try {
    const visitor = other.visitor();
    await visitor.get('/sign-in', { 'x-forwarded-proto': 'https' });
    const fields = { name: 'ada', password: goodPassword };
    const { headers } = await visitor.post('/sign-in', fields, { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' });
    assert.match(headers.getSetCookie().find((each) => each.includes('session')) ?? '', /^__Host-mos-session=.*; Secure/);
    assert.match(headers.get('strict-transport-security') ?? '', /max-age/);
    assert.is((await visitor.post('/sign-in', fields, { 'x-forwarded-for': '192.0.2.1' })).status, 403);
  } finally {
    await other.stop();
  }
});

const agents: readonly (readonly [agent: string, program: string | undefined, system: string | undefined])[] = [
  [firefox, 'Firefox', 'Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0',
    'Edge',
    'Windows',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
    'Chrome',
    'Android',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari',
    'iPhone',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'Safari',
    'macOS',
  ],
  ['curl/8.14.1', 'curl', undefined],
  ['', undefined, undefined],
];
for (const [agent, program, system] of agents) {
  test(`${agent.slice(0, 60) || 'nothing'} is ${program ?? 'unknown'} on ${system ?? 'something'}`, () => {
    assert.equal(browserName(agent), { program, system });
  });
}

test('who guesses is slowed down, one after the other, and then not looked at, in the same words for a name that nobody has', async () => {
  const other = await startTestSite(person('ada', 'member', `userPassword: ${goodPassword}`), {
    guessing: { guessFree: 2, guessLock: 4, guessLockTime: 600 },
  });
  try {
    const attempt = async (name: string, password: string) => {
      const visitor = other.visitor();
      await visitor.get('/sign-in');
      const { status, text } = await visitor.post('/sign-in', { name, password });
      return { status, says: /role="alert">([^<]*)/.exec(text)?.[1]?.trim() ?? '' };
    };
    const outcomes = [];
    for (const name of ['ada', 'zoe']) {
      const begun = performance.now();
      const atOnce = await Promise.all(Array.from({ length: 4 }, () => attempt(name, 'wrong')));
      assert.ok(performance.now() - begun >= 250, 'the fourth waits');
      outcomes.push([
        ...atOnce.map(({ says }) => says).sort(),
        (await attempt(name, 'wrong')).says,
        (await attempt(name, goodPassword)).says,
      ]);
    }
    assert.equal(outcomes[0], outcomes[1]);
    assert.match(outcomes[0]?.at(-1) ?? '', /^Too many attempts with this name/);
    assert.match(outcomes[0]?.[0] ?? '', /^Name and password do not fit/);
  } finally {
    await other.stop();
  }
});

test.run();
