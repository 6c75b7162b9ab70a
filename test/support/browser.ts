// The system's Chromium, for what only a real browser shows.
import { existsSync, mkdirSync } from 'node:fs';
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
export function openWindow(browser: Browser, url: string, options: WindowOptions = {}): Promise<BrowserContext> {
  const { viewport = wide, script = true, dark = false, language = 'en' } = options;
  return browser.newContext({
    baseURL: url,
    viewport,
    javaScriptEnabled: script,
    colorScheme: dark ? 'dark' : 'light',
    locale: language,
    reducedMotion: 'reduce',
  });
}

/** Keeps a picture of the whole page, when MOS_SCREENSHOTS names a folder for them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['MOS_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
