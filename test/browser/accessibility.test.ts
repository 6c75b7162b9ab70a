import type { Browser, BrowserContext, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { letter } from '../../web/mail/letters.ts';
import type { Letter } from '../../web/mail/outbox.ts';
import { routes } from '../../web/routes.ts';
import {
  chromiumMissing,
  findings,
  heard,
  narrow,
  openWindow,
  overhang,
  picture,
  sideways,
  signIn,
  startChromium,
  watch,
  wide,
} from '../support/browser.ts';
import { base } from '../support/directory.ts';
import { type FurnishedSite, furnishedSite } from '../support/furnished-site.ts';
import { goodPassword } from '../support/site.ts';

/** Every page, as everybody who gets to it: readable for all, in light and dark, nothing sticks out, and nothing goes wrong. */
const test = suite('every page');
let club: FurnishedSite;
let browser: Browser;

const visitors = {
  anybody: undefined,
  bob: { name: 'bob', password: goodPassword },
  ada: { name: 'ada', password: goodPassword },
  administrator: { name: `cn=admin,${base}`, password: 'secret' },
  // has given the password, and not yet the code
  cleo: { name: 'cleo', password: goodPassword },
} as const;
type Who = keyof typeof visitors;

interface Seat {
  readonly window: BrowserContext;
  readonly page: Page;
  readonly troubles: readonly string[];
  readonly seen: Set<string>;
}
const seats = new Map<Who, Seat>();

test.before(async () => {
  if (chromiumMissing !== undefined) throw new Error(chromiumMissing);
  browser = await startChromium();
  club = await furnishedSite();
});
test.after(async () => {
  await browser?.close();
  await club?.site.stop();
});

/** The window of somebody, signed in the first time. */
async function seatOf(who: Who): Promise<Seat> {
  const known = seats.get(who);
  if (known !== undefined) return known;
  const window = await openWindow(browser, club.site.url);
  const troubles = await watch(window, club.site.url);
  const page = await window.newPage();
  const visitor = visitors[who];
  if (visitor !== undefined) await signIn(page, visitor.name, visitor.password);
  const seat = { window, page, troubles, seen: new Set<string>() };
  seats.set(who, seat);
  return seat;
}

const looks = [wide, narrow].flatMap((viewport) => (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme })));

/** Looks at what is open in a window, with everything unfolded, in every look. */
async function lookAt({ page, troubles }: Seat, name: string): Promise<void> {
  await page.evaluate(`document.querySelectorAll('main details').forEach((each) => { each.open = true; })`);
  const found: Record<string, unknown> = {};
  for (const { viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    const look = `${viewport.width} ${colorScheme}`;
    const [wrong, over, pushed] = [await findings(page), await overhang(page), await sideways(page)];
    if (wrong.length > 0 || over > 0 || pushed.length > 0) found[look] = { wrong, over, pushed };
    await picture(page, `${name.replaceAll(/[^\w.-]+/g, '-')}-${look.replace(' ', '-')}`);
  }
  assert.equal(found, {});
  assert.equal(troubles, []);
}

/** What no browser shows as a page. */
const files: ReadonlySet<string> = new Set([
  '/openapi.json',
  '/people.atom',
  '/people/:name/vcard',
  '/people/:name/data.ldif',
  '/people/:name/data.json',
  '/people/:name/photo',
  '/board/members.csv',
]);

function addressOf(path: string): string {
  return club.examples[path] ?? path.replaceAll(/:\w+/g, (parameter) => club.examples[parameter] ?? parameter);
}

/** Who sees it as they do: the board's pages are the same for all who get there, but for what they may change. */
function watchersOf(who: string | undefined): readonly Who[] {
  if (who === 'board') return ['ada', 'administrator'];
  return who === 'person' ? ['bob', 'ada', 'administrator'] : ['anybody', 'bob', 'ada', 'administrator'];
}

/** A mail as a mail program shows it: in it runs nothing, so nothing can look at it from within; the mails are looked at below. */
const sealed = '/dev/mail/:id/html';

for (const { path, method, who: needed } of routes) {
  if (method !== 'GET' || files.has(path) || path === sealed) continue;
  for (const who of watchersOf(needed)) {
    test(`${path} as ${who}`, async () => {
      const seat = await seatOf(who);
      const response = await seat.page.goto(addressOf(path));
      assert.match(response?.headers()['content-type'] ?? '', /^text\/html/);
      // where one is sent elsewhere, that was looked at, or is
      if (seat.seen.has(seat.page.url())) return;
      seat.seen.add(seat.page.url());
      await lookAt(seat, `${path}-${who}`);
    });
  }
}

test('a file is no page: each of them is there', async () => {
  const { page } = await seatOf('ada');
  for (const path of files) {
    const response = await page.request.get(addressOf(path));
    assert.is(response.status(), 200, path);
    assert.not.match(response.headers()['content-type'] ?? '', /html/);
  }
});

test('every mail that has gone, in both languages, as a mail program shows it', async () => {
  const { page } = await seatOf('anybody');
  await Promise.all((['en', 'de'] as const).map((language) => club.site.site.outbox.send(longLetter(language))));
  const answer = await page.request.get('/dev/mail', { headers: { accept: 'application/json' } });
  const { mails } = (await answer.json()) as { readonly mails: readonly { readonly id: number; readonly subject: string }[] };
  assert.ok(mails.length >= 4, `${mails.length} mails`);
  const window = await browser.newContext();
  try {
    const troubles = await watch(window, club.site.url);
    const mail = await window.newPage();
    for (const { id, subject } of mails) {
      const shown = await page.request.get(`/dev/mail/${id}/html`);
      assert.match(shown.headers()['content-security-policy'] ?? '', /sandbox/);
      await mail.setContent(await shown.text());
      await lookAt({ window, page: mail, troubles, seen: new Set() }, `mail-${id}`);
      assert.is(await mail.title(), subject);
      assert.is(await mail.getByRole('heading', { level: 1 }).textContent(), subject);
      // web mail shows what is within the body alone
      assert.match((await mail.getByRole('main').getAttribute('lang')) ?? '', /^(en|de)$/);
    }
  } finally {
    await window.close();
  }
});

function longLetter(language: 'en' | 'de'): Letter {
  return letter(club.site.site, {
    ...{ to: 'bob@example.org', name: 'Robert Donaudampfschifffahrtsgesellschaftskapitänswitwenrente', language },
    ...{ subject: 'approvals.mailRefused', paragraphs: ['approvals.mailRefusedText', 'approvals.mailReason', 'approvals.mailBy'] },
    values: { changes: 'Legal name: Robert Tables\nE-mail: bobby@example.org', reason: 'Not yet.', decider: 'Ada' },
    link: { word: 'approvals.mailOpen', path: `/reset/${'x'.repeat(60)}` },
  });
}

const more: readonly (readonly [who: Who, path: string])[] = [
  ['cleo', '/sign-in/factor'],
  ['anybody', '/people?q=nobody+at+all'],
  ['anybody', '/people?page=2'],
  ['anybody', '/people/nobody'],
  ['bob', '/people/ada'],
  ['bob', '/people/bob?as=public'],
  ['bob', '/board/members'],
  ['ada', '/board/members?status=applicant'],
  ['ada', '/board/groups/preview?filter=((('],
  ['ada', '/directory?filter=((('],
];
for (const [who, path] of more) {
  test(`${path} as ${who}`, async () => {
    const seat = await seatOf(who);
    await seat.page.goto(path);
    await lookAt(seat, `${path}-${who}`);
  });
}

test('the menu of one’s own, unfolded', async () => {
  const seat = await seatOf('bob');
  await seat.page.goto('/me');
  await seat.page.locator('.mine summary').click();
  // axe-core does not judge what lies above other things
  const colours = `['.mine li a', '.mine li button', 'main'].map((each) => getComputedStyle(document.querySelector(each)).color)`;
  const [link, button, text] = await seat.page.evaluate<readonly string[]>(colours);
  assert.equal([link, button], [text, text]);
  await lookAt(seat, 'menu-bob');
});

const ofTables = ['table', 'columnheader', 'rowheader', 'row', 'cell'];
const tables = [
  ['ada', '/board/members'],
  ['ada', '/board/groups'],
  ['ada', '/directory'],
  ['bob', '/people/bob/data'],
] as const;
for (const [who, path] of tables) {
  test(`the table of ${path} is one on a phone too, for who hears it`, async () => {
    const { page } = await seatOf(who);
    await page.goto(path);
    await page.setViewportSize(wide);
    const onDesk = await heard(page, ofTables);
    assert.ok(onDesk['table'] === 1 && (onDesk['cell'] ?? 0) > 0, JSON.stringify(onDesk));
    await page.setViewportSize(narrow);
    assert.is(await page.evaluate<string>('getComputedStyle(document.querySelector("main tbody th")).display'), 'block');
    assert.equal(await heard(page, ofTables), onDesk);
    // Chromium keeps a table one whatever it looks like; others go by the roles
    assert.is(await page.locator('main table:not([role]), main :is(thead, tbody, tr, th, td):not([role])').count(), 0);
  });
}

const bob = encodeURIComponent(`uid=bob,ou=people,${base}`);
/** Forms that are sent, wrong or not, and what comes then. `button`: what to press, if not the first one */
const sent: readonly (readonly [who: Who, path: string, fields: Readonly<Record<string, string>>, button: string])[] = [
  ['anybody', '/sign-in', { name: 'ada', password: 'wrong' }, 'Sign in'],
  ['anybody', '/join', { uid: 'a,b', mail: 'nowhere' }, 'Ask to join'],
  ['anybody', '/forgot', {}, 'Send the link'],
  ['bob', '/people/bob/edit', { mosLink: 'no link', mosBirthday: 'yesterday', displayName: '' }, 'Save'],
  ['bob', '/me/password', { oldPassword: 'wrong', newPassword: 'x', againPassword: 'y' }, 'Set the new password'],
  ['bob', '/invite', { mail: 'nowhere' }, 'Invite'],
  ['bob', '/me/tokens', {}, 'Make'],
  ['bob', '/me/app-passwords', {}, 'Make'],
  ['bob', '/me/app-passwords', { name: 'My phone' }, 'Make'],
  ['ada', '/board/statuses', {}, 'Add'],
  ['ada', '/board/groups', { filter: '(((' }, 'Add'],
  ['ada', `/directory/edit?dn=${bob}`, { 'value.sn': '' }, 'Save'],
  ['ada', `/directory/edit?dn=${bob}`, { rdn: 'robert' }, 'Rename'],
  ['ada', `/directory/add?parent=ou%3Dgroups,${base}&class=groupOfNames`, { rdn: 'weavers' }, 'Add an entry below'],
  ['administrator', '/board/services', { name: 'bad name', grants: 'nonsense' }, 'Add'],
  ['administrator', '/board/services', { name: 'door', grants: '' }, 'Add'],
];
for (const [who, path, fields, button] of sent) {
  test(`${path} as ${who}, sent with ${JSON.stringify(fields)}`, async () => {
    const seat = await seatOf(who);
    const { page } = seat;
    await page.goto(path);
    // what the browser would refuse by itself, the site has to refuse as well
    await page.evaluate(`document.querySelectorAll('form').forEach((each) => { each.noValidate = true; })`);
    const form = page.locator('main form', { has: page.getByRole('button', { name: button }) }).last();
    for (const [name, text] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(text);
    const [response] = await Promise.all([
      page.waitForResponse((each) => each.request().method() === 'POST'),
      form.getByRole('button', { name: button }).first().click(),
    ]);
    assert.ok([200, 422].includes(response.status()), `${response.status()}`);
    await page.waitForLoadState();
    await lookAt(seat, `${path}-${who}-sent-${response.status()}`);
  });
}

test('several members at once: the question before it is done', async () => {
  const seat = await seatOf('ada');
  await seat.page.goto('/board/members?status=applicant');
  for (const box of await seat.page.getByRole('checkbox').all()) await box.check();
  await seat.page.getByRole('button', { name: 'Next …' }).click();
  await seat.page.getByRole('button', { name: 'Yes, do it' }).waitFor();
  await lookAt(seat, 'bulk-ada');
});

test.run();
