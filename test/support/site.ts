// The site over a directory of a test, and a visitor without a script.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../settings/settings.ts';
import { openSite } from '../../web/open.ts';
import { listen } from '../../web/serve.ts';
import type { Site } from '../../web/site.ts';
import { freshStore } from './database.ts';
import { openTestDirectory, type TestDirectory, type TestDirectoryOptions } from './directory.ts';

export interface TestSite extends TestDirectory {
  readonly site: Site;
  readonly url: string;
  /** A browser of its own: cookies, and forms as they stand in the pages that it has seen */
  visitor(): Visitor;
  /** A visitor who has signed in. */
  as(uid: string, password?: string): Promise<Visitor>;
  /** Text of the mails that have gone so far, the oldest first */
  mails(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface TestSiteOptions extends TestDirectoryOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Takes what the site logs as an incident or a warning; without it a test fails with it */
  readonly log?: (error: unknown) => void;
}

/** Password of everybody whose LDIF says `userPassword: a-good-password` */
export const goodPassword = 'a-good-password';

export async function startTestSite(ldif: string, options: TestSiteOptions = {}): Promise<TestSite> {
  const { env = {}, log = (error: unknown) => console.error(error), clock, ...more } = options;
  const folder = mkdtempSync(join(tmpdir(), 'mos-site-'));
  const store = await freshStore();
  const open = await openTestDirectory(ldif, 'club', { ...more, ...(clock && { clock }), store });
  const settings = loadSettings({ MOS_VAR: folder, MOS_WEB_LISTEN: 'http://127.0.0.1:0', MOS_TIME_ZONE: 'Europe/Vienna', ...env });
  const site = openSite({
    ...open,
    database: store.pool,
    settings,
    incident: (error) => {
      log(error);
      return 'incident';
    },
    warn: (_text, error) => log(error),
    ...(clock && { clock }),
  });
  const listening = await listen(site, { ...settings.webListen, cert: '', key: '' });
  const url = `http://127.0.0.1:${listening.port}`;
  return {
    ...open,
    site,
    url,
    visitor: () => new Visitor(url),
    async as(uid, password = goodPassword) {
      const visitor = new Visitor(url);
      await visitor.get('/sign-in');
      const { status, text } = await visitor.post('/sign-in', { name: uid, password });
      if (status !== 303) throw new Error(`${uid} can't sign in: ${status} ${text}`);
      return visitor;
    },
    async mails() {
      await site.settled();
      await site.outbox.deliver();
      await site.outbox.deliver();
      const mail = join(folder, 'mail');
      try {
        return readdirSync(mail)
          .sort()
          .map((name) => readFileSync(join(mail, name), 'utf8'));
      } catch {
        return [];
      }
    },
    async stop() {
      await listening.stop();
      await site.close();
      await open.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Seen {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Where a redirect leads */
  readonly location: string | undefined;
}

type Fields = Readonly<Record<string, string | Blob | readonly string[]>>;

function isFile(value: Fields[string]): value is Blob {
  return typeof value === 'object' && 'arrayBuffer' in value;
}

/** A browser without a script: it keeps cookies and sends forms. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  #csrf = '';

  constructor(url: string) {
    this.#url = url;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
    return this.#ask(path, { method: 'GET', headers: { accept: 'text/html', ...headers } });
  }

  /** The same address as data. */
  async json<T = Record<string, unknown>>(path: string): Promise<{ readonly status: number; readonly data: T }> {
    const { status, text } = await this.get(path, { accept: 'application/json' });
    return { status, data: JSON.parse(text) as T };
  }

  /** Sends a form with the token of the page seen last. Files make it multipart. */
  post(path: string, fields: Fields = {}, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const hasFile = Object.values(fields).some(isFile);
    const form = new FormData();
    for (const [name, value] of Object.entries({ csrf: this.#csrf, ...fields })) {
      if (isFile(value)) form.append(name, value, 'file');
      else for (const each of [value].flat()) form.append(name, each);
    }
    const texts = [...form].map(([name, value]): [string, string] => [name, String(value)]);
    const body = hasFile ? form : new URLSearchParams(texts);
    return this.#ask(path, { method: 'POST', body, headers: { accept: 'text/html', ...headers } });
  }

  /** Sends a form and follows where it leads. */
  async send(path: string, fields: Fields = {}): Promise<Seen> {
    const answer = await this.post(path, fields);
    return answer.location === undefined ? answer : this.get(answer.location);
  }

  async #ask(path: string, init: RequestInit & { readonly headers: Readonly<Record<string, string>> }): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    // a body of known length, as browsers send them
    const response = await fetch(this.#url + path, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (/Max-Age=0\b/.test(each)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    this.#csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? this.#csrf;
    return { status: response.status, text, headers: response.headers, location: response.headers.get('location') ?? undefined };
  }
}
