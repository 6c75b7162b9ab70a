import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as soon } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LargeBodies } from '../../web/large-bodies.ts';
import { person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('large bodies');
const megabyte = 1024 * 1024;
let site: TestSite;

test.before(async () => {
  site = await startTestSite(['ada', 'bob'].map((uid) => person(uid, 'member', `userPassword: ${goodPassword}`)).join(''));
});
test.after(() => site.stop());

/** Sends the head of a request and nothing of its body. @returns the first line of the answer; undefined when it waits for the body */
async function answerToHead(path: string, headers: readonly string[]): Promise<string | undefined> {
  const { hostname, port } = new URL(site.url);
  const socket = connect(Number(port), hostname);
  try {
    const lines = [`POST ${path} HTTP/1.1`, `Host: ${hostname}:${port}`, 'Content-Type: application/x-www-form-urlencoded', ...headers];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const [first] = await once(socket, 'data', { signal: AbortSignal.timeout(700) }).catch(() => [undefined]);
    return first === undefined ? undefined : String(first).split('\r\n')[0];
  } finally {
    socket.destroy();
  }
}

const length = (bytes: number) => `Content-Length: ${bytes}`;
const cookie = (text: string) => `Cookie: ${text}`;
const refused: readonly (readonly [what: string, path: string, headers: readonly string[], status: number])[] = [
  ['of somebody without any cookie', '/people/ada/edit', [length(31 * megabyte)], 401],
  ['of somebody with a made-up session', '/people/ada/edit', [length(31 * megabyte), cookie('mos-session=x')], 401],
  ['of somebody with the cookie of a form', '/people/ada/edit', [length(31 * megabyte), cookie('mos-visitor=x')], 401],
  ['for the board', '/directory/edit?dn=', [length(15 * megabyte)], 401],
  ['for the sign-in', '/sign-in', [length(megabyte), cookie('mos-visitor=x')], 413],
  ['without a length, of a stranger', '/people/ada/edit', ['Transfer-Encoding: chunked'], 303],
  ['without a length', '/sign-in', ['Transfer-Encoding: chunked', cookie('mos-visitor=x')], 413],
];
for (const [what, path, headers, status] of refused) {
  test(`a body ${what} is refused before it is sent`, async () => {
    assert.match((await answerToHead(path, headers)) ?? 'no answer', new RegExp(`^HTTP/1.1 ${status}`));
  });
}

test('of a member, where a photo goes, it is waited for; where none goes, or without a length, it is not', async () => {
  const ada = await site.as('ada');
  const own = cookie(`mos-session=${ada.cookies.get('mos-session')}`);
  assert.is(await answerToHead('/people/ada/edit', [own, length(31 * megabyte)]), undefined);
  assert.match((await answerToHead('/me/password', [own, length(megabyte)])) ?? '', /413/);
  assert.match((await answerToHead('/people/ada/edit', [own, length(40 * megabyte)])) ?? '', /413/);
  assert.match((await answerToHead('/people/ada/edit', [own, 'Transfer-Encoding: chunked'])) ?? '', /413/);
});

/** Begins to hold, and ends when told. */
function begin(bodies: LargeBodies, bytes: number, owner: string) {
  let end: () => void = () => undefined;
  const state = { begun: false };
  const done = bodies.holding(bytes, owner, async () => {
    state.begun = true;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  return { state, done, end: () => end() };
}

test('no more than 64 MB are held at once; who comes then waits, first come first served', async () => {
  const bodies = new LargeBodies();
  const all = [30, 30, 30, 1].map((size, nth) => begin(bodies, size * megabyte, `person ${nth}`));
  const begun = async () => {
    await soon();
    return all.map(({ state }) => state.begun);
  };
  assert.equal(await begun(), [true, true, false, false]);
  all[0]?.end();
  assert.equal(await begun(), [true, true, true, true]);
  for (const each of all) each.end();
  await Promise.all(all.map(({ done }) => done));
});

test('what goes wrong makes room too', async () => {
  const bodies = new LargeBodies();
  for (let count = 0; count < 10; count++) {
    let message = '';
    await bodies
      .holding(30 * megabyte, 'ada', () => Promise.reject(new Error('broken off')))
      .catch((error: unknown) => (message = String(error)));
    assert.match(message, /broken off/);
  }
});

test('one person holds no more than half, and the line has an end', async () => {
  const bodies = new LargeBodies();
  const status = (bytes: number, owner: string) =>
    bodies
      .holding(bytes, owner, async () => undefined)
      .then(
        () => 200,
        (error: unknown) => (error as { status?: number }).status,
      );
  const first = begin(bodies, 20 * megabyte, 'ada');
  assert.is(await status(20 * megabyte, 'ada'), 503);
  assert.is(await status(12 * megabyte, 'ada'), 200);
  const more = Array.from({ length: 21 }, (_, nth) => begin(bodies, 31 * megabyte, `person ${nth}`));
  await soon();
  assert.is(await status(megabyte, 'bob'), 503);
  first.end();
  while (more.some(({ state }) => !state.begun)) {
    for (const each of more) if (each.state.begun) each.end();
    await soon();
  }
  for (const each of more) each.end();
  await Promise.all([first, ...more].map(({ done }) => done));
  assert.is(await status(32 * megabyte, 'bob'), 200);
});

test.run();
