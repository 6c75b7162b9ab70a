// The system's Chromium, for what only a real browser shows.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const program = process.env['MOS_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why no browser can run here; undefined when one can. */
export const chromiumMissing = existsSync(program) ? undefined : `${program} is not installed`;

export const wide = { width: 1200, height: 900 };
export const narrow = { width: 390, height: 844 };

export interface WindowOptions {
  readonly viewport?: typeof wide;
  readonly script?: boolean;
  readonly dark?: boolean;
  readonly language?: string;
}

export async function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A window with cookies of its own. */
export async function openWindow(browser: Browser, url: string, options: WindowOptions = {}): Promise<BrowserContext> {
  const { viewport = wide, script = true, dark = false, language = 'en' } = options;
  const window = await browser.newContext({
    baseURL: url,
    viewport,
    javaScriptEnabled: script,
    colorScheme: dark ? 'dark' : 'light',
    locale: language,
    reducedMotion: 'reduce',
  });
  window.setDefaultTimeout(15_000);
  return window;
}

/** Fills in the form as people do, and waits for what comes then: the page that they wanted, or a question for the second factor. */
export async function signIn(page: Page, name: string, password: string, back = '/people'): Promise<void> {
  await page.goto(`/sign-in?back=${encodeURIComponent(back)}`);
  await page.fill('#name', name);
  await page.fill('#password', password);
  await page.click('main form button');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/**
 * Gathers what goes wrong in a window from now on: errors of scripts, files that are missing, what the policy of the site stops, and
 * requests to anybody but the site. A page itself may answer with an error.
 */
export async function watch(window: BrowserContext, url: string): Promise<readonly string[]> {
  const troubles: string[] = [];
  await window.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))`,
  );
  window.on('weberror', (event) => void troubles.push(`script: ${event.error().message}`));
  window.on('console', (message) => {
    const isAboutAnswer = /^Failed to load resource: the server responded/.test(message.text());
    if (/^(error|warning)$/.test(message.type()) && !isAboutAnswer) troubles.push(`console: ${message.text()}`);
  });
  window.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== url) troubles.push(`elsewhere: ${request.url()}`);
  });
  window.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) troubles.push(`${response.status()}: ${response.url()}`);
  });
  return troubles;
}

/** By how many CSS pixels a page is wider than its window. */
export async function overhang(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - Math.round(document.documentElement.getBoundingClientRect().width)');
}

/** What in a page's main part has to be pushed sideways to be read. */
export async function sideways(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`[...document.querySelectorAll('main *')]
    .filter((each) => !/^(INPUT|TEXTAREA|SELECT)$/.test(each.tagName) && /auto|scroll/.test(getComputedStyle(each).overflowX))
    .filter((each) => each.scrollWidth > each.clientWidth)
    .map((each) => each.outerHTML.slice(0, 100))`);
}

/** How often each of these roles is there for who hears a page instead of seeing it. */
export async function heard(page: Page, roles: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const count = (role: string) => nodes.filter((node) => !node.ignored && node.role?.value === role).length;
  return Object.fromEntries(roles.map((role) => [role, count(role)]));
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe-core finds. The policy of the site lets no script in but its own, so it comes in by the debugger. */
export async function findings(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(`typeof axe === 'object'`))) await page.evaluate(axe);
  const options = JSON.stringify({ runOnly: rules, resultTypes: ['violations'] });
  return page.evaluate(
    `axe.run(document, ${options}).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html).join(' ')))`,
  );
}

/** Keeps a picture of the whole page, when MOS_SCREENSHOTS names a folder for them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['MOS_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
