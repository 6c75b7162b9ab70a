import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumMissing, openWindow, signIn, startChromium, type WindowOptions, watch } from '../support/browser.ts';
import { freePorts } from '../support/club.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

/** What only a browser tells about a page: what it loads, where the keyboard leads, what the script adds. */
const test = suite('pages in a browser');
let site: TestSite;
let browser: Browser;

test.before(async () => {
  if (chromiumMissing !== undefined) throw new Error(chromiumMissing);
  browser = await startChromium();
  const names = ['ada', 'bob', 'cleo', ...Array.from({ length: 70 }, (_, nth) => `member${nth}`)];
  const member = (uid: string) =>
    person(
      uid,
      'member',
      ...(uid === 'ada' ? [`userPassword: ${goodPassword}`] : []),
      `mosVisibility: uid public`,
      `mosVisibility: cn public`,
    );
  site = await startTestSite(names.map(member).join(''));
});
test.after(async () => {
  await browser?.close();
  await site?.stop();
});

/** A test in a window of its own, in which nothing may go wrong. */
function inWindow(name: string, options: WindowOptions, work: (page: Page) => Promise<void>): void {
  test(name, async () => {
    const window = await openWindow(browser, site.url, options);
    try {
      const troubles = await watch(window, site.url);
      await work(await window.newPage());
      assert.equal(troubles, []);
    } finally {
      await window.close();
    }
  });
}

/** The focused element: its id, or what it says */
const focused = (page: Page) => page.evaluate<string>('document.activeElement.id || document.activeElement.textContent.trim()');

/** Goes on with Tab until the focus is there. @throws when it never comes there */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let steps = 0; steps < 30; steps++) {
    await page.keyboard.press('Tab');
    if ((await focused(page)) === wanted) return;
  }
  throw new Error(`Tab never leads to ${wanted}`);
}

/** What arrives at the server: a browser tells nobody of redirects and favicons. */
function watchServer() {
  const requests = channel('http.server.request.start');
  const sockets = new Map<Socket, number>();
  const seen: string[] = [];
  const note = (message: unknown) => {
    // the channel's own kind of message
    const { request } = message as { readonly request: IncomingMessage };
    if (!sockets.has(request.socket)) sockets.set(request.socket, request.socket.bytesWritten);
    seen.push(request.url ?? '');
  };
  requests.subscribe(note);
  return {
    seen,
    /** Headers and bodies, as they went out */
    bytes: () => [...sockets].reduce((sum, [socket, before]) => sum + socket.bytesWritten - before, 0),
    stop: () => requests.unsubscribe(note),
  };
}

inWindow('the first page is there after three requests and 100 KB, and the next one after a single request', {}, async (page) => {
  const first = watchServer();
  await page.goto('/', { waitUntil: 'networkidle' });
  assert.is(await page.locator('.people li').count(), 60);
  first.stop();
  assert.equal(
    first.seen.map((path) => path.replace(/-[\w-]{12}\./, '.')),
    ['/', '/static/site.css', '/static/site.js'],
  );
  const bytes = first.bytes();
  assert.ok(bytes > 10_000 && bytes <= 102_400, `${bytes} bytes`);
  const next = watchServer();
  await page.goto('/people?page=2', { waitUntil: 'networkidle' });
  next.stop();
  assert.equal(next.seen, ['/people?page=2']);
});

inWindow('the start is the list, with one search and its place in the menu', {}, async (page) => {
  await page.goto('/');
  assert.is(await page.getByRole('searchbox').count(), 1);
  assert.is(await page.locator('nav [aria-current=page]').first().textContent(), 'People');
  await page.getByRole('searchbox').pressSequentially('cleo');
  await page.waitForURL('**/people?q=cleo');
  assert.equal(await page.locator('.people li b').allTextContents(), ['cleo']);
});

for (const script of [true, false]) {
  inWindow(`signing in with the keyboard alone, ${script ? 'with' : 'without'} JavaScript`, { script }, async (page) => {
    await page.goto('/people');
    await tabTo(page, 'Sign in');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/sign-in?back=%2Fpeople');
    await page.locator('#name:focus').waitFor();
    await page.keyboard.type('ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type(goodPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/people');
    // the menu is shut until one opens it, and the last thing in it leads out again
    const signOut = page.getByRole('button', { name: 'Sign out' });
    assert.is(await signOut.isVisible(), false);
    await page.locator('.mine summary').focus();
    await page.keyboard.press('Enter');
    await tabTo(page, 'Sign out');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor();
  });
}

inWindow('the first Tab offers to skip what stands on every page', {}, async (page) => {
  await page.goto('/people');
  const skip = page.getByRole('link', { name: 'Skip to the page' });
  const left = async () => (await skip.boundingBox())?.x ?? Number.NaN;
  assert.ok((await left()) < 0, 'nobody sees it before');
  await page.keyboard.press('Tab');
  assert.is(await focused(page), 'Skip to the page');
  assert.ok((await left()) >= 0);
  await page.keyboard.press('Enter');
  assert.is(await focused(page), 'page');
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate<boolean>(`document.querySelector('main').contains(document.activeElement)`));
});

inWindow('the list of people narrows while one types, and the address goes along without a new page', {}, async (page) => {
  await page.goto('/people');
  await page.evaluate('globalThis.isOldPage = true');
  await page.getByRole('searchbox').pressSequentially('cleo');
  await page.getByText('one person').waitFor();
  assert.equal(await page.locator('.people li b').allTextContents(), ['cleo']);
  await page.waitForURL('**/people?q=cleo');
  assert.is(await page.evaluate('globalThis.isOldPage'), true);
  assert.is(await focused(page), await page.evaluate<string>(`document.querySelector('input[name=q]').id`));
  await page.reload();
  assert.equal(await page.locator('.people li b').allTextContents(), ['cleo']);
});

inWindow('"Sign in", the language and signing out follow the address that changes while one types', {}, async (page) => {
  await page.goto('/people');
  await page.getByRole('searchbox').pressSequentially('cleo');
  await page.waitForURL('**/people?q=cleo');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.getByRole('heading', { name: 'Leute', exact: true }).waitFor();
  assert.match(page.url(), /\/people\?q=cleo$/);
  await page.getByRole('searchbox').fill('bob');
  await page.waitForURL('**/people?q=bob');
  await page.getByRole('link', { name: 'Anmelden', exact: true }).click();
  await page.fill('#name', 'ada');
  await page.fill('#password', goodPassword);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/people?q=bob');
  await page.getByRole('searchbox').fill('member7');
  await page.waitForURL('**/people?q=member7');
  await page.locator('.mine summary').click();
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.getByRole('link', { name: 'Anmelden', exact: true }).waitFor();
  assert.match(page.url(), /\/people\?q=member7$/);
});

inWindow('the feed that the list names is XML that can be read, whatever people are called', {}, async (page) => {
  const name = Buffer.from(`]]>&<b a="1">'"\u0001\ufffe🦝`).toString('base64');
  await site.load(person('zoe', 'member', `displayName:: ${name}`, 'mosVisibility: displayName public', 'mosVisibility: mosJoined public'));
  await page.goto('/people');
  const read = await page.evaluate<readonly [string, string, string, number]>(`(async () => {
    const answer = await fetch(document.querySelector('link[rel=alternate]').href);
    const feed = new DOMParser().parseFromString(await answer.text(), 'application/xml');
    const [title] = feed.querySelectorAll('entry > title');
    return [feed.documentElement.namespaceURI, feed.documentElement.localName, title.textContent, feed.querySelectorAll('parsererror').length];
  })()`);
  assert.equal(read, ['http://www.w3.org/2005/Atom', 'feed', `]]>&<b a="1">'"\ufffd\ufffd🦝 has joined`, 0]);
  await site.directory.asRoot('test').delete(`uid=zoe,ou=people,${base}`);
});

inWindow('the list of people is searched without JavaScript as well', { script: false }, async (page) => {
  await page.goto('/people');
  await page.getByRole('searchbox').fill('cleo');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/people?q=cleo');
  assert.equal(await page.locator('.people li b').allTextContents(), ['cleo']);
});

inWindow('a form that was refused begins with what is wrong, and leads to the fields', {}, async (page) => {
  await signIn(page, 'ada', goodPassword);
  await page.goto('/people/ada/edit');
  await page.locator('#mosBirthday').fill('never');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.notice.bad:focus').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#mosBirthday:focus').waitFor();
});

inWindow('a file that is too large is complained of before it is sent, and what was typed stays', {}, async (page) => {
  await signIn(page, 'ada', goodPassword);
  await page.goto('/people/ada/edit');
  await page.locator('#mosNick').fill('typed');
  const valid = () => page.evaluate<boolean>(`document.querySelector('#photo').validity.valid`);
  await page.setInputFiles('#photo', { name: 'large.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(13 * 1024 * 1024) });
  assert.is(await valid(), false);
  await page.getByRole('button', { name: 'Save' }).click();
  assert.equal([new URL(page.url()).pathname, await page.inputValue('#mosNick')], ['/people/ada/edit', 'typed']);
  await page.setInputFiles('#photo', []);
  assert.is(await valid(), true);
});

inWindow(
  'a form whose sender was signed out meanwhile is sent after signing in, without JavaScript too',
  { script: false },
  async (page) => {
    await signIn(page, 'ada', goodPassword);
    await page.goto('/people/ada/edit');
    await page.locator('#description').fill('two\nlines & "marks"');
    const uuid = site.directory.tree.named('uid=ada,ou=people,dc=example,dc=org')?.uuid ?? '';
    await site.site.sessions.endOf({ kind: 'entry', uuid }, { allBut: undefined });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.fill('#name', 'ada');
    await page.fill('#password', goodPassword);
    await page.locator('main form button').first().click();
    await page.getByRole('button', { name: 'Send it now' }).click();
    await page.waitForURL('**/people/ada');
    assert.is(await page.locator('.facts .lines', { hasText: 'marks' }).textContent(), 'two\nlines & "marks"');
  },
);

test('a short address leads who is signed in to what members see, and everybody to a page whose menu and search work', async () => {
  const { port } = await freePorts('port');
  const short = `http://people.localhost:${port}`;
  const club = await startTestSite(
    person('ada', 'member', `userPassword: ${goodPassword}`) +
      person('bob', 'member', 'displayName: Bob', 'mosSkill: tea', 'mosVisibility: displayName public'),
    { env: { MOS_WEB_LISTEN: `http://127.0.0.1:${port}`, MOS_WEB_HOSTS: 'people=people.localhost' } },
  );
  const window = await openWindow(browser, club.url);
  try {
    const page = await window.newPage();
    await page.goto(`${short}/bob`);
    assert.is(page.url(), `${club.url}/people/bob`);
    assert.is(await page.getByText('tea').count(), 0, 'the public');
    await page.getByRole('searchbox').fill('bob');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${club.url}/people?q=bob`);
    assert.is(await page.locator('.people li').count(), 1);
    await signIn(page, 'ada', goodPassword);
    await page.goto(`${short}/bob`);
    assert.is(await page.getByText('tea').count(), 1, 'a member');
  } finally {
    await window.close();
    await club.stop();
  }
});

const languages: readonly (readonly [browser: string, first: string, button: string, then: string])[] = [
  ['de-AT', 'Leute', 'English', 'People'],
  ['en-GB', 'People', 'Deutsch', 'Leute'],
  ['fr', 'People', 'Deutsch', 'Leute'],
];
for (const [language, first, button, then] of languages) {
  inWindow(`a browser in ${language} reads ${first}; ${button} changes it to ${then} and stays on the page`, { language }, async (page) => {
    await page.goto('/people?q=bob');
    const shows = async () => [await page.locator('h1').textContent(), await page.locator('html').getAttribute('lang')];
    assert.equal(await shows(), [first, first === 'Leute' ? 'de' : 'en']);
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('heading', { name: then, exact: true }).waitFor();
    assert.equal(await shows(), [then, then === 'Leute' ? 'de' : 'en']);
    assert.match(page.url(), /\/people\?q=bob$/);
    await page.goto('/sign-in');
    assert.is(await page.locator('html').getAttribute('lang'), then === 'Leute' ? 'de' : 'en');
  });
}

test.run();
