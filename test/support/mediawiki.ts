// The real MediaWiki on PHP's own web server, with SQLite or a MariaDB of its own, and its API as a member's browser uses it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, type Club, eventually, freePorts } from './club.ts';

export const adminName = 'WikiAdmin';
export const adminPassword = 'wiki-admins-long-password';
const source = '/usr/share/mediawiki';

export type Engine = 'sqlite' | 'mariadb';

export interface MediaWiki {
  /** For MOS_WIKI_DATABASE */
  readonly databaseUrl: string;
  readonly prefix: string;
  /** Asks the database itself; a row a line, columns with | between. {table} gets the prefix */
  sql(text: string): string[];
  /** One of MediaWiki's maintenance scripts */
  maintenance(script: string, words: readonly string[], input?: string): string;
  browser(): Browser;
}

export interface Browser {
  api(fields: Readonly<Record<string, string>>): Promise<Json>;
  /** clientlogin @returns PASS, or FAIL and why */
  logIn(name: string, password: string): Promise<string>;
  /** Who the session is: a name, or an IP address */
  who(): Promise<string>;
}

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is looked at by the tests
export type Json = any;

/** @param settings further lines of LocalSettings.php, behind what MOS prints */
export async function startMediaWiki(club: Club, engine: Engine, settings = ''): Promise<MediaWiki> {
  const folder = join(club.folder, `wiki-${engine}`);
  mkdirSync(folder);
  const { web } = await freePorts('web');
  const url = `http://127.0.0.1:${web}`;
  const database = engine === 'sqlite' ? sqlite(folder) : await mariadb(club, folder);
  const words = ['--confpath', folder, '--scriptpath', '', '--server', url, '--pass', adminPassword, ...database.install];
  const installed = attempt('php', [`${source}/maintenance/install.php`, ...words, 'Club', adminName]);
  if (installed.code !== 0) throw new Error(`install.php: ${installed.text}`);
  club.run(['config', 'mediawiki', 'mos-push.php', '--out', folder, '--set', `config_dir=${folder}`]);
  const local = join(folder, 'LocalSettings.php');
  const more = `require_once '${folder}/mos-push.php';\n$wgPasswordAttemptThrottle = false;\n$wgSecretKey = 'only a test';\n${settings}\n`;
  attempt('sh', ['-c', `cat >> ${local}`], more);
  const env = { MW_CONFIG_FILE: local };
  const php = club.daemon('php', ['-S', `127.0.0.1:${web}`, '-t', source], { env, cwd: folder });
  await eventually(async () => {
    const answer = await fetch(`${url}/api.php?action=query&meta=siteinfo&format=json`);
    if (!answer.ok || !(await answer.text()).includes('MediaWiki 1.')) throw new Error(php.log());
  });
  return {
    databaseUrl: database.url,
    prefix: database.prefix,
    sql: (text) => database.sql(text.replace(/\{(\w+)\}/g, `${database.prefix}$1`)),
    maintenance(script, more, input = '') {
      const { code, text } = attempt('env', [`MW_CONFIG_FILE=${local}`, 'php', `${source}/maintenance/${script}`, ...more], input);
      if (code !== 0) throw new Error(`${script}: ${text}`);
      return text;
    },
    browser: () => openBrowser(`${url}/api.php`, url),
  };
}

interface Database {
  readonly url: string;
  readonly prefix: string;
  /** Words for install.php */
  readonly install: readonly string[];
  sql(text: string): string[];
}

function sqlite(folder: string): Database {
  const script =
    '$d = new PDO("sqlite:" . $argv[1]); $d->setAttribute(PDO::ATTR_TIMEOUT, 30); foreach ($d->query(stream_get_contents(STDIN), PDO::FETCH_NUM) as $r) echo implode("|", $r), "\\n";';
  return {
    url: `sqlite://${folder}/data/wiki.sqlite`,
    prefix: '',
    install: ['--dbtype', 'sqlite', '--dbpath', join(folder, 'data'), '--dbname', 'wiki'],
    sql: (text) => rows(attempt('php', ['-r', script, '--', `${folder}/data/wiki.sqlite`], text)),
  };
}

async function mariadb(club: Club, folder: string): Promise<Database> {
  const data = join(folder, 'mysql');
  const socket = join(folder, 'mysqld.sock');
  const { port } = await freePorts('port');
  const made = attempt('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--user=root',
    '--auth-root-authentication-method=normal',
  ]);
  if (made.code !== 0) throw new Error(made.text);
  const words = ['--no-defaults', '--user=root', `--datadir=${data}`, `--socket=${socket}`, `--pid-file=${folder}/pid`];
  const network = ['--bind-address=127.0.0.1', `--port=${port}`, '--innodb-flush-log-at-trx-commit=2'];
  const daemon = club.daemon('mariadbd', [...words, ...network]);
  const ask = (text: string) => attempt('mariadb', ['--no-defaults', '-N', '-B', '-u', 'root', '-S', socket, 'wiki'], text);
  await eventually(() => {
    const answer = attempt('mariadb', ['--no-defaults', '-u', 'root', '-S', socket, '-e', 'SELECT 1']);
    if (answer.code !== 0) throw new Error(answer.text + daemon.log());
  });
  // no more rights than docs/services/mediawiki.md gives
  const grant = "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON wiki.* TO mos@localhost IDENTIFIED BY 'data/base'";
  const granted = attempt('mariadb', ['--no-defaults', '-u', 'root', '-S', socket, '-e', grant]);
  if (granted.code !== 0) throw new Error(granted.text);
  const server = ['--dbtype', 'mysql', '--dbserver', `localhost:${socket}`, '--dbname', 'wiki', '--dbprefix', 'mw_'];
  return {
    url: `mysql://mos:data%2Fbase@localhost/wiki?prefix=mw_&socket=${encodeURIComponent(socket)}`,
    prefix: 'mw_',
    install: [...server, '--dbuser', 'wiki', '--dbpass', 'data/base', '--installdbuser', 'root', '--installdbpass', ''],
    sql: (text) => rows(ask(text)).map((line) => line.replaceAll('\t', '|')),
  };
}

function rows({ code, text }: { readonly code: number; readonly text: string }): string[] {
  if (code !== 0) throw new Error(text);
  return text.split('\n').filter(Boolean);
}

function openBrowser(api: string, returnUrl: string): Browser {
  const cookies = new Map<string, string>();
  const browser: Browser = {
    async api(fields) {
      const answer = await fetch(api, {
        method: 'POST',
        body: new URLSearchParams({ ...fields, format: 'json', formatversion: '2' }),
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(name, value);
      }
      return answer.json();
    },
    async logIn(username, password) {
      const { query } = await browser.api({ action: 'query', meta: 'tokens', type: 'login' });
      const fields = { action: 'clientlogin', username, password, logintoken: query.tokens.logintoken, loginreturnurl: returnUrl };
      const { clientlogin, error } = await browser.api(fields);
      if (clientlogin === undefined) return `${error?.code}: ${error?.info}`;
      return clientlogin.status === 'PASS' ? 'PASS' : `${clientlogin.status} ${clientlogin.messagecode}`;
    },
    async who() {
      return (await browser.api({ action: 'query', meta: 'userinfo' })).query.userinfo.name;
    },
  };
  return browser;
}
