import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumMissing, narrow, openWindow, overhang, picture, signIn, startChromium } from '../support/browser.ts';
import { type FurnishedSite, furnishedSite } from '../support/furnished-site.ts';
import { goodPassword } from '../support/site.ts';

/** Where things stand on a page, measured. */
const test = suite('layout in a browser');
const desk = { width: 1280, height: 900 };
let browser: Browser;
let club: FurnishedSite;

test.before(async () => {
  if (chromiumMissing !== undefined) throw new Error(chromiumMissing);
  browser = await startChromium();
  club = await furnishedSite();
});
test.after(async () => {
  await browser?.close();
  await club?.site.stop();
});

/** What is one's own: a column in the middle, with its heading at the same place, and the way to the page above it */
const own: readonly (readonly [path: string, above: string | undefined])[] = [
  ['/me', undefined],
  ['/me/password', '/me'],
  ['/me/sessions', '/me'],
  ['/me/app-passwords', '/me'],
  ['/me/security', '/me'],
  ['/me/security/totp', '/me/security'],
  ['/me/tokens', '/me'],
  ['/me/confirm?back=%2Fme%2Fsecurity', undefined],
  ['/invite', '/me'],
  ['/people/bob/edit', undefined],
  ['/people/bob/data', undefined],
  ['/people/bob/history', undefined],
];

const edges = `(() => {
  const page = document.querySelector('main').getBoundingClientRect();
  const { left, right } = document.querySelector('main > :is(div, section)').getBoundingClientRect();
  return { left: left - page.left, right: page.right - right, heading: document.querySelector('main h1').getBoundingClientRect().left };
})()`;

for (const dark of [false, true]) {
  for (const viewport of [desk, narrow]) {
    test(`the pages of one's own stand alike, in a window of ${viewport.width} pixels, ${dark ? 'dark' : 'light'}`, async () => {
      const window = await openWindow(browser, club.site.url, { viewport, dark });
      try {
        const page = await window.newPage();
        await signIn(page, 'bob', goodPassword);
        let first: number | undefined;
        for (const [path, above] of own) {
          await page.goto(path);
          const { left, right, heading } = await page.evaluate<{ left: number; right: number; heading: number }>(edges);
          await picture(page, `own-${path.replaceAll(/[^\w.-]+/g, '-')}-${viewport.width}-${dark ? 'dark' : 'light'}`);
          assert.ok(Math.abs(left - right) <= 1, `${path}: ${left} at the left, ${right} at the right`);
          first ??= heading;
          assert.is(heading, first, path);
          assert.is(await overhang(page), 0, path);
          if (above !== undefined) assert.is(await page.locator('main .up a').getAttribute('href'), above, path);
        }
      } finally {
        await window.close();
      }
    });
  }
}

/** The fields whose words for what to type do not fit into them. */
const cut = `[...document.querySelectorAll('input[placeholder]')].filter((each) => each.offsetWidth > 0).flatMap((each) => {
  const style = getComputedStyle(each);
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = style.font;
  const room = each.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
  const wanted = pen.measureText(each.placeholder).width;
  return wanted > room ? [each.placeholder + ': ' + Math.round(wanted) + ' in ' + Math.round(room)] : [];
})`;

async function cutOn(page: Page, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    await page.goto(path);
    await page.evaluate(`document.querySelectorAll('main details').forEach((each) => { each.open = true; })`);
    found.push(...(await page.evaluate<readonly string[]>(cut)).map((each) => `${path} ${each}`));
  }
  return found;
}

for (const language of ['en', 'de']) {
  for (const viewport of [desk, { width: 1024, height: 768 }, narrow]) {
    test(`no field cuts off what it says can be typed, in ${language}, in a window of ${viewport.width} pixels`, async () => {
      const window = await openWindow(browser, club.site.url, { viewport, language });
      try {
        const page = await window.newPage();
        await signIn(page, 'ada', goodPassword);
        const paths = ['/people', '/me', '/me/security', '/board/members', '/board/groups/weavers', '/board/log', '/directory'];
        assert.equal(await cutOn(page, paths), []);
      } finally {
        await window.close();
      }
    });
  }
}

test.run();
