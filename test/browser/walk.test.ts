import type { Browser, BrowserContext, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  chromiumMissing,
  narrow,
  openWindow,
  overhang,
  signIn,
  startChromium,
  type WindowOptions,
  watch,
  wide,
} from '../support/browser.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

/** From the form for joining to a ban, with every click that people make. */
const test = suite('the way through the club');
const people = `ou=people,${base}`;
let site: TestSite;
let browser: Browser;
let ahead = 0;

test.before(async () => {
  if (chromiumMissing !== undefined) throw new Error(chromiumMissing);
  browser = await startChromium();
  const member = (uid: string) => person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`);
  const board = `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=ada,${people}\n-\n\n`;
  site = await startTestSite(member('ada') + member('bob') + board, { clock: () => Date.now() + ahead });
});
test.after(async () => {
  await browser?.close();
  await site?.stop();
});

const walks: readonly (readonly [uid: string, how: string, options: WindowOptions])[] = [
  ['wanda', 'with JavaScript, wide and light', { script: true, viewport: wide, dark: false }],
  ['nadja', 'with JavaScript, narrow and dark', { script: true, viewport: narrow, dark: true }],
  ['werner', 'without JavaScript, wide and dark', { script: false, viewport: wide, dark: true }],
  ['norbert', 'without JavaScript, narrow and light', { script: false, viewport: narrow, dark: false }],
];
for (const [uid, how, options] of walks) {
  test(`from joining to a ban, ${how}`, async () => {
    const windows = new Windows(options);
    try {
      const newcomer = await windows.open();
      await join(newcomer, uid);
      assert.is(await bind(uid), 'refused', 'an applicant is not let in');
      const ada = await windows.open('ada');
      await takeIn(ada, uid);
      assert.is(await bind(uid), 'in');
      await signIn(newcomer, uid, passwordOf(uid));
      await edit(newcomer, uid);
      assert.equal(values(uid, 'displayName', 'sn'), [`${uid} the Weaver`, 'Zimt'], 'the family name waits, the shown name does not');
      await approve(ada, uid);
      assert.equal(values(uid, 'sn'), ['Zimtstern']);
      await see(uid, { nobody: await windows.open(), bob: await windows.open('bob'), ada });
      const elsewhere = await windows.open(uid, passwordOf(uid));
      await ban(ada, uid);
      for (const page of [newcomer, elsewhere]) {
        await page.goto('/me');
        assert.match(page.url(), /\/sign-in\?/, 'signed out');
      }
      assert.is(await bind(uid), 'refused');
      assert.equal(windows.troubles(), []);
    } finally {
      await windows.close();
    }
  });
}

/** Windows of one kind, and what went wrong in any of them. */
class Windows {
  readonly #options: WindowOptions;
  readonly #open: BrowserContext[] = [];
  readonly #troubles: (readonly string[])[] = [];

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  async open(uid?: string, password = goodPassword): Promise<Page> {
    const window = await openWindow(browser, site.url, this.#options);
    this.#open.push(window);
    this.#troubles.push(await watch(window, site.url));
    const page = await window.newPage();
    if (uid !== undefined) await signIn(page, uid, password);
    return page;
  }

  troubles(): readonly string[] {
    return this.#troubles.flat();
  }

  async close(): Promise<void> {
    for (const window of this.#open) await window.close();
  }
}

const passwordOf = (uid: string) => `${uid} weaves at night`;

async function go(page: Page, path: string): Promise<void> {
  await page.goto(path);
  assert.is(await overhang(page), 0, `${path} is wider than its window`);
}

const press = (page: Page, name: string) => page.locator('main').getByRole('button', { name, exact: true }).click();
const told = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();

async function join(page: Page, uid: string): Promise<void> {
  await go(page, '/join');
  const fields = { uid, givenName: uid, sn: 'Zimt', mail: `${uid}@example.net`, message: 'I weave <nights> & 🦝' };
  for (const [name, text] of Object.entries(fields)) await page.fill(`#${name}`, text);
  // nobody is as quick as a test
  ahead += 5000;
  await page.click('main form button');
  await page.waitForURL('**/join/sent');
  const mail = (await site.mails()).find((each) => new RegExp(`^To: .*${uid}@example.net`, 'm').test(each)) ?? '';
  const [, link = ''] = /http:\/\/[^/]+(\/join\/[\w-]{43})/.exec(mail.replace(/=\r?\n/g, '')) ?? [];
  assert.ok(link, 'a link came by mail');
  await go(page, link);
  await page.fill('#newPassword', passwordOf(uid));
  await page.fill('#againPassword', passwordOf(uid));
  await page.click('main form button');
  await page.getByText('Your address is confirmed').waitFor();
}

async function takeIn(page: Page, uid: string): Promise<void> {
  await go(page, '/board/applicants');
  await page.getByText('I weave <nights> & 🦝').waitFor();
  await press(page, `${uid} Zimt: Take in as member`);
  await page.waitForURL('**/board/applicants');
  await page.getByText('I weave').waitFor({ state: 'detached' });
}

/** A name that all see at once, one that waits, and a number for the board, a skill for everybody. */
async function edit(page: Page, uid: string): Promise<void> {
  await go(page, `/people/${uid}/edit`);
  const fields = {
    displayName: `${uid} the Weaver`,
    sn: 'Zimtstern',
    mobile: '+43 1 23456',
    mosSkill: `weaving-${uid}`,
    mosNick: `${uid}-nick`,
  };
  for (const [name, text] of Object.entries(fields)) await page.fill(`#${name}`, text);
  await page.selectOption('#visibility-displayName', 'public');
  await page.selectOption('#visibility-mosSkill', 'public');
  await press(page, 'Save');
  await told(page, 'Saved; one change waits for the board.');
}

async function approve(page: Page, uid: string): Promise<void> {
  await go(page, '/board/approvals');
  await press(page, `Approve: ${uid} the Weaver, ${uid}`);
  await told(page, `${uid} the Weaver`);
}

interface Watchers {
  readonly nobody: Page;
  readonly bob: Page;
  readonly ada: Page;
}

/** What is for everybody, for members and for the board, on the page and by LDAP alike. */
async function see(uid: string, watchers: Watchers): Promise<void> {
  const shown: readonly (readonly [attribute: string, text: string, sees: readonly (keyof Watchers)[]])[] = [
    ['mosSkill', `weaving-${uid}`, ['nobody', 'bob', 'ada']],
    ['mosNick', `${uid}-nick`, ['bob', 'ada']],
    ['mobile', '+43 1 23456', ['ada']],
  ];
  for (const who of ['nobody', 'bob', 'ada'] as const) {
    const page = watchers[who];
    await go(page, `/people/${uid}`);
    const text = await page.locator('main').innerText();
    const uuid = site.directory.tree.named(`uid=${who},${people}`)?.uuid;
    const as = site.directory.as(uuid === undefined ? { kind: 'anonymous' } : { kind: 'entry', uuid }, '127.0.0.1');
    for (const [attribute, value, sees] of shown) {
      assert.is(text.includes(value), sees.includes(who), `${who} and ${attribute} on the page`);
      assert.equal(
        as.texts(as.find(`uid=${uid},${people}`), attribute),
        sees.includes(who) ? [value] : [],
        `${who} and ${attribute} by LDAP`,
      );
    }
  }
}

async function ban(page: Page, uid: string): Promise<void> {
  await go(page, `/board/members?q=${uid}`);
  await page.getByRole('checkbox', { name: `${uid} the Weaver` }).check();
  await page.selectOption('#action', 'status banned');
  await press(page, 'Next …');
  await page.getByText(`${uid} the Weaver`).waitFor();
  assert.is(await bind(uid), 'in', 'nothing happens before the question is answered');
  await press(page, 'Yes, do it');
  await told(page, 'Done for one person.');
  await page.locator('td .chip', { hasText: 'banned' }).waitFor();
}

/** What an LDAP bind with the new password gets. */
function bind(uid: string): Promise<'in' | 'refused'> {
  return site.authenticator
    .authenticate({ dn: `uid=${uid},${people}`, password: Buffer.from(passwordOf(uid)), address: '127.0.0.1', door: 'directory' })
    .then(
      () => 'in',
      () => 'refused',
    );
}

function values(uid: string, ...attributes: readonly string[]): readonly string[] {
  const root = site.directory.asRoot('test');
  return attributes.flatMap((attribute) => root.texts(root.find(`uid=${uid},${people}`), attribute));
}

test.run();
