import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumMissing, narrow, openWindow, picture, startChromium, wide } from '../support/browser.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

/** Passkeys with Chromium's virtual authenticator, and the pages of one's own account. */
const test = suite('passkeys in a browser');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let site: TestSite;
let browser: Browser;
let url: string;

test.before(async () => {
  if (chromiumMissing !== undefined) throw new Error(chromiumMissing);
  browser = await startChromium();
});
test.after(() => browser.close());
test.before.each(async () => {
  const port = await freePort();
  // browsers have passkeys for names, and without TLS for this one alone
  url = `http://localhost:${port}`;
  site = await startTestSite(
    ['ada', 'bob'].map((uid) => person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`)).join(''),
    { env: { MOS_WEB_LISTEN: `http://127.0.0.1:${port}`, MOS_WEB_URL: url } },
  );
});
test.after.each(() => site.stop());

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

interface Device {
  readonly page: Page;
  readonly window: BrowserContext;
  readonly protocol: CDPSession;
  readonly authenticator: string;
  /** What the page could not load or run */
  readonly complaints: string[];
}

/** A window with an authenticator of its own. @param verifies it checks finger or PIN */
async function device({ verifies = true, resident = true } = {}): Promise<Device> {
  const window = await openWindow(browser, url);
  const page = await window.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4(04|22)/.test(message.text())) complaints.push(message.text());
  });
  const protocol = await window.newCDPSession(page);
  await protocol.send('WebAuthn.enable');
  const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: resident,
      hasUserVerification: true,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  });
  return { page, window, protocol, authenticator: authenticatorId, complaints };
}

async function givePassword(page: Page, uid: string, back = '/me'): Promise<void> {
  await page.goto(`/sign-in?back=${encodeURIComponent(back)}`);
  await page.fill('#name', uid);
  await page.fill('#password', goodPassword);
  await Promise.all([page.waitForURL((to) => to.pathname !== '/sign-in'), page.click('form[action="/sign-in"] button')]);
}

async function register(page: Page, name: string): Promise<void> {
  await page.goto('/me/security');
  await page.fill('#passkey-name', name);
  await page.click('form[data-passkey=new] button');
  await page.waitForSelector('text=Recovery codes');
}

const shown = (page: Page, action: string) => page.click(`form[action="${action}"] button`);
const signedIn = async (page: Page) => (await page.goto('/me'))?.url() === `${url}/me`;
async function findings(page: Page): Promise<readonly string[]> {
  return page.evaluate(`${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`);
}

test('a passkey is added, named, asked for after the password, and removed', async () => {
  const { page, window, complaints } = await device();
  await givePassword(page, 'ada');
  await register(page, 'blue key 🦝 <b>');
  assert.is(await page.locator('.codes li').count(), 10);
  await page.goto('/me/security');
  assert.is(await page.locator('.rows b').first().textContent(), 'blue key 🦝 <b>');
  await page.context().clearCookies();
  await givePassword(page, 'ada');
  assert.match(page.url(), /\/sign-in\/factor/);
  assert.is(await signedIn(page), false);
  await page.goto('/sign-in/factor?back=%2Fme');
  await shown(page, '/sign-in/factor/passkey');
  await page.waitForURL('**/me');
  assert.is(await signedIn(page), true);
  await page.goto('/me/security');
  await page.click('text=Remove >> nth=0');
  await page.waitForSelector('text=The passkey is removed here');
  await page.context().clearCookies();
  await givePassword(page, 'ada');
  assert.is(await signedIn(page), true);
  assert.equal(complaints, []);
  await window.close();
});

test('a passkey that has checked its owner signs in without a password', async () => {
  const { page, window, complaints } = await device();
  await givePassword(page, 'ada');
  await register(page, 'laptop');
  await page.context().clearCookies();
  await page.goto('/sign-in?back=/me/sessions');
  await shown(page, '/sign-in/passkey');
  await page.waitForURL('**/me/sessions');
  assert.equal(complaints, []);
  await window.close();
});

test('one that has not checked its owner does not, but is a second factor', async () => {
  const { page, window, protocol, authenticator } = await device();
  await givePassword(page, 'ada');
  await register(page, 'laptop');
  await page.context().clearCookies();
  await protocol.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: false });
  await page.goto('/sign-in');
  await shown(page, '/sign-in/passkey');
  await page.waitForSelector('[role=alert]:visible');
  assert.is(await signedIn(page), false);
  await givePassword(page, 'ada');
  await shown(page, '/sign-in/factor/passkey');
  await page.waitForURL('**/me');
  await window.close();
});

test('who was banned does not get in by passkey', async () => {
  const { page, window } = await device();
  await givePassword(page, 'ada');
  await register(page, 'laptop');
  await page.context().clearCookies();
  const banned = Buffer.from(`cn=banned,ou=statuses,${base}`);
  await site.directory
    .asRoot('test')
    .modify(`uid=ada,ou=people,${base}`, [{ operation: 'replace', attribute: { description: 'mosStatus', values: [banned] } }]);
  await page.goto('/sign-in');
  await shown(page, '/sign-in/passkey');
  await page.waitForSelector('text=This passkey is not known here');
  assert.is(await signedIn(page), false);
  await window.close();
});

test("another's passkey is no second factor, and an answer works once and in one browser", async () => {
  const mine = await device();
  await givePassword(mine.page, 'ada');
  await register(mine.page, 'ada’s');
  const other = await device();
  await givePassword(other.page, 'bob');
  await register(other.page, 'bob’s');
  const answers: string[] = [];
  other.page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/sign-in/passkey'))
      answers.push(new URLSearchParams(request.postData() ?? '').get('response') ?? '');
  });
  await other.page.context().clearCookies();
  await other.page.goto('/sign-in');
  await shown(other.page, '/sign-in/passkey');
  await other.page.waitForURL((to) => to.pathname !== '/sign-in');
  const response = answers[0] ?? '';
  assert.match(response, /"signature"/);
  const visitor = site.visitor();
  await visitor.get('/sign-in');
  assert.is((await visitor.post('/sign-in/passkey', { response })).status, 422);
  await visitor.post('/sign-in', { name: 'ada', password: goodPassword });
  await visitor.get('/sign-in/factor');
  assert.is((await visitor.post('/sign-in/factor/passkey', { response })).status, 422);
  // even with the cookie of the browser that gave the answer it is worth nothing a second time
  const again = site.visitor();
  const cookie = (await other.page.context().cookies()).find(({ name }) => name === 'mos-visitor');
  again.cookies.set('mos-visitor', cookie?.value ?? '');
  await again.get('/sign-in');
  assert.is(again.cookies.get('mos-visitor'), cookie?.value);
  assert.is((await again.post('/sign-in/passkey', { response })).status, 422);
  assert.is(again.cookies.has('mos-session'), false);
  await mine.window.close();
  await other.window.close();
});

test('a key that counts backwards is a copy, and is refused', async () => {
  const { page, window, protocol, authenticator } = await device();
  await givePassword(page, 'ada');
  await register(page, 'laptop');
  await page.context().clearCookies();
  await page.goto('/sign-in');
  await shown(page, '/sign-in/passkey');
  await page.waitForURL((to) => to.pathname !== '/sign-in');
  const { credentials } = await protocol.send('WebAuthn.getCredentials', { authenticatorId: authenticator });
  const [credential] = credentials;
  assert.ok(credential && credential.signCount > 0);
  await protocol.send('WebAuthn.clearCredentials', { authenticatorId: authenticator });
  await protocol.send('WebAuthn.addCredential', { authenticatorId: authenticator, credential: { ...credential, signCount: 0 } });
  await page.context().clearCookies();
  await page.goto('/sign-in');
  await shown(page, '/sign-in/passkey');
  await page.waitForSelector('text=This passkey is not known here');
  await window.close();
});

test('without a script there are no passkeys, and everything else works', async () => {
  const window = await openWindow(browser, url, { script: false });
  const page = await window.newPage();
  await page.goto('/sign-in');
  assert.is(await page.locator('form[data-passkey]').isVisible(), false);
  await page.fill('#name', 'ada');
  await page.fill('#password', goodPassword);
  await page.click('form[action="/sign-in"] button');
  await page.goto('/me/security');
  assert.is(await page.locator('noscript p').isVisible(), true);
  await window.close();
});

const pages = [
  '/sign-in',
  '/forgot',
  '/me',
  '/me/password',
  '/me/sessions',
  '/me/security',
  '/me/security/totp',
  '/me/app-passwords',
  '/me/confirm',
];
for (const [viewport, dark] of [
  [wide, false],
  [wide, true],
  [narrow, false],
  [narrow, true],
] as const) {
  test(`the pages of one's own account, ${viewport.width} wide${dark ? ', dark' : ''}: readable for everybody, nothing sticks out, nothing small to touch`, async () => {
    const window = await openWindow(browser, url, { viewport, dark });
    const page = await window.newPage();
    for (const path of pages) {
      if (path === '/me') await givePassword(page, 'ada');
      if (path === '/me/security/totp') {
        await page.goto('/me/security');
        await Promise.all([page.waitForURL('**/totp'), page.click('form[action="/me/security/totp"] button')]);
      } else await page.goto(path);
      assert.equal(await findings(page), [], path);
      const beyond = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      assert.ok(Number(beyond) <= 0, path);
      const small = await page.evaluate(
        `[...document.querySelectorAll('main :is(button, input:not([type=hidden]), select)')].filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44).map((each) => each.outerHTML)`,
      );
      assert.equal(small, [], path);
      await picture(page, `account${path.replaceAll('/', '-')}-${viewport.width}${dark ? '-dark' : ''}`);
    }
    await window.close();
  });
}

test.run();
