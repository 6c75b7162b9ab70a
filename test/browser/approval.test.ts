import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumMissing, findings, narrow, openWindow, overhang, picture, signIn, startChromium, wide } from '../support/browser.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

/** History and approvals in a real browser. */
const test = suite('approval in a browser');
const people = `ou=people,${base}`;
let site: TestSite;
let browser: Browser;

test.before(async () => {
  if (chromiumMissing !== undefined) throw new Error(chromiumMissing);
  browser = await startChromium();
});
test.after(() => browser.close());
test.before.each(async () => {
  const member = (uid: string) => person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`);
  const board = `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=ada,${people}\n-\n\n`;
  site = await startTestSite(member('ada') + member('bob') + board);
  const bob = site.directory.as({ kind: 'entry', uuid: site.directory.asRoot('test').find(`uid=bob,${people}`).uuid }, '192.0.2.1');
  const set = (description: string, text: string) => ({
    operation: 'replace' as const,
    attribute: { description, values: [Buffer.from(text)] },
  });
  await bob.modify(`uid=bob,${people}`, [set('description', 'I weave, and I solder.')]);
  await bob.modify(`uid=bob,${people}`, [set('cn', 'Robert Tables')]);
  await bob.modify(`uid=bob,${people}`, [set('mail', 'robert@example.org')]);
  await site.directory.asRoot('test').modify(`uid=bob,${people}`, [set('mail', 'bobby@example.org')]);
});
test.after.each(() => site.stop());

const views: readonly (readonly [who: string, path: string])[] = [
  ['ada', '/board/approvals'],
  ['ada', '/people/bob'],
  ['bob', '/people/bob/history'],
];
for (const [who, path] of views) {
  for (const viewport of [wide, narrow]) {
    for (const dark of [false, true]) {
      test(`${path} as ${who}, ${viewport.width} wide${dark ? ', dark' : ''}: readable for everybody, and nothing sticks out`, async () => {
        const window = await openWindow(browser, site.url, { viewport, dark });
        const page = await window.newPage();
        await signIn(page, who, goodPassword, path);
        for (const details of await page.locator('main details').all()) await details.locator('summary').click();
        assert.equal(await findings(page), []);
        assert.is(await overhang(page), 0);
        await picture(page, `${path.replaceAll('/', '-').slice(1)}-${who}-${viewport.width}${dark ? '-dark' : ''}`);
        await window.close();
      });
    }
  }
}

for (const script of [true, false]) {
  test(`the board decides ${script ? 'with' : 'without'} JavaScript, with the keyboard alone`, async () => {
    const window = await openWindow(browser, site.url, { script });
    const page = await window.newPage();
    await signIn(page, 'ada', goodPassword, '/board/approvals');
    await page.getByRole('button', { name: 'Approve: bob' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Done.' }).waitFor();
    const refuse = page.locator('article', { hasText: 'robert@example.org' });
    await refuse.locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('It has changed.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Refused.' }).waitFor();
    assert.equal(
      (await site.directory.store.revisions({})).flatMap(({ state }) => (state === 'approved' || state === 'refused' ? state : [])),
      ['approved', 'refused'],
    );
    await window.close();
  });
}

test.run();
