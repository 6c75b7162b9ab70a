import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeSettings, loadSettings, type Settings, SettingsError } from '../../settings/settings.ts';

type Env = Readonly<Record<string, string>>;
const folder = mkdtempSync(join(tmpdir(), 'mos-settings-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function inFolder(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
const present = inFolder('present.pem', 'x');
const absent = join(folder, 'absent.pem');
const passwordFile = inFolder('password', 'from a file\n');

type Addresses = Settings['ldapListen'];
const tcp = (kind: 'ldap' | 'ldaps', host: string, port: number): Addresses => [{ kind, host, port }];
const ldapi = (path: string): Addresses => [{ kind: 'ldapi', path, trusted: false }];

/** What is understood: the behaviour, the environment, the settings that come of it. */
const understood: readonly [string, Env, Partial<Settings>][] = [
  ['the suffix is example.org until it is set', {}, { baseDn: 'dc=example,dc=org' }],
  ['any suffix goes', { MOS_BASE_DN: 'ou=a+cn=b,o=Club' }, { baseDn: 'ou=a+cn=b,o=Club' }],
  ['blanks in a name are left out', { MOS_BASE_DN: 'dc=example, dc=org' }, { baseDn: 'dc=example,dc=org' }],
  ['the administrator is below the suffix', { MOS_BASE_DN: 'o=Club' }, { rootDn: 'cn=admin,o=Club' }],
  ['a suffix may hold what means something to String.replace', { MOS_BASE_DN: 'o=$&' }, { rootDn: 'cn=admin,o=$&' }],
  ['the administrator may be elsewhere', { MOS_ROOT_DN: 'cn=root' }, { rootDn: 'cn=root' }],
  ['an empty value is none', { MOS_BASE_DN: '', MOS_TLS_CERT: '', MOS_ROOT_PASSWORD_FILE: '' }, { baseDn: 'dc=example,dc=org' }],

  ['the embedded database is the default', {}, { databaseUrl: undefined, var: 'var' }],
  ['Postgres is a URL', { MOS_DATABASE_URL: 'postgres://a:b@h/d' }, { databaseUrl: 'postgres://a:b@h/d' }],
  ['Postgres on a socket', { MOS_DATABASE_URL: 'postgresql:///d?host=/run' }, { databaseUrl: 'postgresql:///d?host=/run' }],

  ['LDAP listens on this machine only', {}, { ldapListen: [...tcp('ldap', '127.0.0.1', 1389), ...tcp('ldaps', '127.0.0.1', 1636)] }],
  ['LDAP on an IPv6 address', { MOS_LDAP_LISTEN: 'ldap://[::1]:389' }, { ldapListen: tcp('ldap', '::1', 389) }],
  ['LDAP on its usual port', { MOS_LDAP_LISTEN: 'ldap://h' }, { ldapListen: tcp('ldap', 'h', 389) }],
  ['LDAPS on its usual port', { MOS_LDAP_LISTEN: 'LDAPS://h/' }, { ldapListen: tcp('ldaps', 'h', 636) }],
  ['LDAP everywhere, as slapd writes it', { MOS_LDAP_LISTEN: 'ldap:///' }, { ldapListen: tcp('ldap', '::', 389) }],
  ['LDAP on a socket that trusts nobody', { MOS_LDAP_LISTEN: 'ldapi://%2Frun%2Fldapi' }, { ldapListen: ldapi('/run/ldapi') }],
  ['a socket with its path plain', { MOS_LDAP_LISTEN: 'ldapi:///run/ldapi' }, { ldapListen: ldapi('/run/ldapi') }],
  [
    'several addresses with any blanks between',
    { MOS_LDAP_LISTEN: ' ldap://a:1 \t ldaps://b:2\n' },
    { ldapListen: [...tcp('ldap', 'a', 1), ...tcp('ldaps', 'b', 2)] },
  ],
  ['the site listens on this machine only', {}, { webListen: { scheme: 'http', host: '127.0.0.1', port: 8080 } }],
  ['the site with TLS', { MOS_WEB_LISTEN: 'https://h' }, { webListen: { scheme: 'https', host: 'h', port: 443 } }],
  ['the site on an IPv6 address', { MOS_WEB_LISTEN: 'http://[::]:80/' }, { webListen: { scheme: 'http', host: '::', port: 80 } }],

  ['there is no password until one is set', {}, { rootPassword: undefined }],
  ['a password keeps its blanks', { MOS_ROOT_PASSWORD: ' a b ' }, { rootPassword: ' a b ' }],
  ['a password may be a hash', { MOS_ROOT_PASSWORD: '{SSHA}abc=' }, { rootPassword: '{SSHA}abc=' }],
  ['a secret in a file ends before its newline', { MOS_ROOT_PASSWORD_FILE: passwordFile }, { rootPassword: 'from a file' }],

  ['a certificate with its key', { MOS_TLS_CERT: present, MOS_TLS_KEY: present }, { tlsCert: present, tlsKey: present, tlsCa: undefined }],
  ['schema files', { MOS_SCHEMA: `${present} ${passwordFile}` }, { schema: [present, passwordFile] }],
  ['no schema files', {}, { schema: [] }],
  ['the access rows of a club', {}, { access: 'club' }],
  ['access rows from a file', { MOS_ACCESS: present }, { access: present }],

  ['bytes', { MOS_MESSAGE_SIZE: '4096' }, { messageSize: 4096 }],
  ['kilobytes', { MOS_MESSAGE_SIZE: '64k' }, { messageSize: 65536 }],
  ['megabytes', { MOS_MESSAGE_SIZE: '2M' }, { messageSize: 2097152 }],
  ['zero turns the bind cache off', { MOS_BIND_CACHE: '0' }, { bindCache: 0 }],

  ['a trial is filled with a demo', {}, { profile: 'development', seed: 'demo', cleartext: 'loopback', logFormat: 'text' }],
  [
    'production starts with the base, and takes no password in the clear',
    { MOS_PROFILE: 'production' },
    { profile: 'production', seed: 'base', cleartext: 'never', logFormat: 'json' },
  ],
  ['the environment comes before the profile', { MOS_PROFILE: 'production', MOS_SEED: 'none' }, { seed: 'none' }],
  ['the tests’ own names are left alone', { MOS_TEST_DATABASE_URL: 'x' }, { databaseUrl: undefined }],
  ['other programs’ names are left alone', { MOSQUITTO_PORT: 'x', PATH: '/bin' }, {}],
];

for (const [behaviour, env, expected] of understood) {
  test(behaviour, () => {
    const settings = loadSettings(env);
    assert.equal({ ...settings, ...expected }, settings);
  });
}

test('limits have the defaults that the handbook names', () => {
  const { hashWorkers, ...settings } = loadSettings({});
  const numbers = Object.fromEntries(Object.entries(settings).filter(([, value]) => typeof value === 'number'));
  assert.ok(hashWorkers >= 1 && hashWorkers <= 4);
  assert.equal(numbers, {
    bindCache: 120,
    messageSize: 8 * 1024 ** 2,
    messageSizeAnonymous: 256 * 1024,
    filterDepth: 50,
    filterItems: 1000,
    attributes: 1000,
    controls: 32,
    buffers: 512 * 1024 * 1024,
    outstanding: 256,
    connections: 10000,
    connectionsPerAddress: 10000,
    idle: 900,
    messageTime: 30,
    sizeLimit: 10000,
    timeLimit: 60,
    hashQueue: 256,
    guessFree: 5,
    guessLock: 50,
    guessLockTime: 900,
    passwordMinLength: 10,
    syncMostRemoved: 20,
    sessionDays: 30,
  });
});

function mistakesIn(env: Env): string[] {
  try {
    loadSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  return [];
}

/** What is refused: the behaviour, the environment, the one line about it. */
const refused: readonly [string, Env, RegExp][] = [
  ['a misspelt name', { MOS_IDEL: '5' }, /^MOS_IDEL: there is no such setting; did you mean MOS_IDLE\?$/],
  ['a name without its underscore', { MOS_BASEDN: 'o=x' }, /did you mean MOS_BASE_DN\?/],
  ['a misspelt name of a secret’s file', { MOS_ROOT_PASWORD_FILE: '/x' }, /did you mean MOS_ROOT_PASSWORD_FILE\?/],
  ['a name like none of ours', { MOS_WEATHER_IN_GRAZ: '5' }, /^MOS_WEATHER_IN_GRAZ: there is no such setting$/],
  ['a short name like none of ours', { MOS_X: '5' }, /^MOS_X: there is no such setting$/],
  ['a file for what is not secret', { MOS_BASE_DN_FILE: '/x' }, /^MOS_BASE_DN_FILE: only secrets come from files; set MOS_BASE_DN itself$/],

  ['a suffix that is not a name', { MOS_BASE_DN: 'example.org' }, /^MOS_BASE_DN: invalid DN/],
  ['a suffix that is nothing but blanks', { MOS_BASE_DN: ' ' }, /^MOS_BASE_DN: a distinguished name is expected/],
  ['an administrator that is not a name', { MOS_ROOT_DN: 'admin' }, /^MOS_ROOT_DN: invalid DN/],
  ['a profile that is not there', { MOS_PROFILE: 'staging' }, /^MOS_PROFILE: "staging" is not one of development, production$/],
  ['a seed that is not there', { MOS_SEED: 'Demo' }, /^MOS_SEED: "Demo" is not one of demo, base, none$/],

  ['another database', { MOS_DATABASE_URL: 'mysql://u:hunter2@h/d' }, /^MOS_DATABASE_URL: a URL like/],
  ['half a database', { MOS_DATABASE_URL: 'postgres://u:hunter2@h:port/d' }, /^MOS_DATABASE_URL: a URL like/],
  ['a secret twice', { MOS_ROOT_PASSWORD: 'hunter2', MOS_ROOT_PASSWORD_FILE: passwordFile }, /^MOS_ROOT_PASSWORD: .*_FILE; one of them/],
  [
    'a secret’s file that is not there',
    { MOS_ROOT_PASSWORD_FILE: absent },
    /^MOS_ROOT_PASSWORD: its file .*absent\.pem cannot be read \(ENOENT\)$/,
  ],
  ['a secret’s file that is empty', { MOS_ROOT_PASSWORD_FILE: inFolder('empty', '\n') }, /^MOS_ROOT_PASSWORD: its file .* is empty$/],

  ['a certificate without its key', { MOS_TLS_CERT: present }, /^MOS_TLS_KEY: it is not set, but MOS_TLS_CERT is$/],
  ['a key without its certificate', { MOS_TLS_KEY: present }, /^MOS_TLS_CERT: it is not set, but MOS_TLS_KEY is$/],
  ['an authority without a certificate', { MOS_TLS_CA: present }, /^MOS_TLS_CA: it is of no use/],
  [
    'a certificate that is not there',
    { MOS_TLS_CERT: absent, MOS_TLS_KEY: present },
    /^MOS_TLS_CERT: the file .* cannot be read \(ENOENT\)$/,
  ],
  ['a certificate that is a folder', { MOS_TLS_CERT: folder, MOS_TLS_KEY: present }, /^MOS_TLS_CERT: .* is a folder, not a file$/],
  ['schema files of which one is not there', { MOS_SCHEMA: `${present} ${absent}` }, /^MOS_SCHEMA: the file .*absent\.pem/],
  ['access rows that are not there', { MOS_ACCESS: absent }, /^MOS_ACCESS: the file/],

  ['a lock before any delay', { MOS_GUESS_FREE: '10', MOS_GUESS_LOCK: '10' }, /^MOS_GUESS_LOCK: it is not more than MOS_GUESS_FREE/],
  ['an address twice', { MOS_LDAP_LISTEN: 'ldap://[::]:389 ldap://[::]:389' }, /^MOS_LDAP_LISTEN: an address is named twice$/],

  ['a number that is not one', { MOS_IDLE: '15min' }, /^MOS_IDLE: "15min" is not a whole number$/],
  ['half a number', { MOS_IDLE: '1.5' }, /^MOS_IDLE: "1.5" is not a whole number$/],
  ['a number below zero', { MOS_IDLE: '-1' }, /^MOS_IDLE: "-1" is not a whole number$/],
  ['a number that is too small', { MOS_CONNECTIONS: '0' }, /^MOS_CONNECTIONS: 0 is not between 1 and 1000000$/],
  ['a number that is too large', { MOS_FILTER_DEPTH: '501' }, /^MOS_FILTER_DEPTH: 501 is not between 1 and 500$/],
  ['seconds with a letter for bytes', { MOS_IDLE: '1K' }, /^MOS_IDLE: "1K" is not a whole number$/],
  ['bytes with another letter', { MOS_MESSAGE_SIZE: '8T' }, /^MOS_MESSAGE_SIZE: "8T" is not a number of bytes, like 8M$/],
  ['more bytes than a buffer holds', { MOS_MESSAGE_SIZE: '2G' }, /^MOS_MESSAGE_SIZE: 2G is not between 1024 and 1073741824$/],

  ['an address of another protocol', { MOS_LDAP_LISTEN: 'http://h:1' }, /^MOS_LDAP_LISTEN: "http:\/\/h:1" is not an address/],
  ['an address without a protocol', { MOS_LDAP_LISTEN: '127.0.0.1:389' }, /is not an address/],
  ['a port that is too large', { MOS_LDAP_LISTEN: 'ldap://h:65536' }, /is not an address/],
  ['an IPv6 address without brackets', { MOS_LDAP_LISTEN: 'ldap://::1:389' }, /is not an address/],
  ['an IPv6 address that is not one', { MOS_LDAP_LISTEN: 'ldap://[::g]:389' }, /is not an address/],
  ['an address with a name in it', { MOS_LDAP_LISTEN: 'ldap://h/dc=example' }, /is not an address/],
  ['a socket without a path', { MOS_LDAP_LISTEN: 'ldapi:///' }, /is not an address/],
  ['a socket with half a percent sign', { MOS_LDAP_LISTEN: 'ldapi://%2Frun%2' }, /is not an address/],
  ['one bad address among good ones', { MOS_LDAP_LISTEN: 'ldap://a ldab://b' }, /"ldab:\/\/b" is not an address/],
  ['another protocol for the site', { MOS_WEB_LISTEN: 'gopher://h:1' }, /^MOS_WEB_LISTEN: "gopher:\/\/h:1" is not an address/],
  ['a path in the address of the site', { MOS_WEB_URL: 'https://h/mos' }, /^MOS_WEB_URL: "https:\/\/h\/mos" is not an address/],
  ['a proxy by its name', { MOS_WEB_PROXIES: '127.0.0.1 proxy' }, /^MOS_WEB_PROXIES: "proxy" is not an IP address$/],
  ['a colour in words', { MOS_CLUB_COLOUR: 'red' }, /^MOS_CLUB_COLOUR: "red" is not a colour/],
  ['a time zone that there is not', { MOS_TIME_ZONE: 'Europe/Metalab' }, /^MOS_TIME_ZONE: "Europe\/Metalab" is not a time zone/],
  ['a mail server that speaks something else', { MOS_MAIL_URL: 'http://u:hunter2@h' }, /^MOS_MAIL_URL: a URL like smtp:/],
];

for (const [what, env, line] of refused) {
  test(`${what} is refused`, () => {
    const mistakes = mistakesIn(env);
    assert.is(mistakes.length, 1, mistakes.join('\n'));
    assert.match(mistakes[0] ?? '', line);
    assert.not.match(mistakes[0] ?? '', /hunter2/);
  });
}

test('a file that may not be read is refused', () => {
  if (process.getuid?.() === 0) return; // root may read everything
  const closed = inFolder('closed.pem', 'x');
  chmodSync(closed, 0o000);
  assert.match(mistakesIn({ MOS_ACCESS: closed }).join('\n'), /cannot be read \(EACCES\)/);
});

test('all mistakes are told at once', () => {
  const mistakes = mistakesIn({ MOS_BASE_DN: 'x', MOS_IDEL: '1', MOS_IDLE: 'x', MOS_TLS_CERT: present });
  assert.equal(
    mistakes.map((line) => line.split(':')[0]),
    ['MOS_IDEL', 'MOS_BASE_DN', 'MOS_IDLE', 'MOS_TLS_KEY'],
  );
});

/** What `mos check` shows: the behaviour, the environment, the setting, its value and source. */
const shown: readonly [string, Env, string, string, string][] = [
  ['a default', {}, 'MOS_IDLE', '900', 'default'],
  ['a default that stands on another setting', { MOS_BASE_DN: 'o=x' }, 'MOS_ROOT_DN', 'cn=admin,o=x', 'default'],
  ['the environment', { MOS_IDLE: '5' }, 'MOS_IDLE', '5', 'environment'],
  ['the profile’s file', {}, 'MOS_SEED', 'demo', 'settings/development.env'],
  ['the profile itself', {}, 'MOS_PROFILE', 'development', 'default'],
  ['a secret without its text', { MOS_ROOT_PASSWORD: 'hunter2' }, 'MOS_ROOT_PASSWORD', '(secret)', 'environment'],
  ['a secret’s file', { MOS_ROOT_PASSWORD_FILE: passwordFile }, 'MOS_ROOT_PASSWORD', '(secret)', passwordFile],
  ['a secret that is not set', {}, 'MOS_DATABASE_URL', '', 'not set'],
  ['a mistake as it is written', { MOS_IDLE: 'x' }, 'MOS_IDLE', 'x', 'environment'],
  ['where an unreadable secret should be', { MOS_ROOT_PASSWORD_FILE: absent }, 'MOS_ROOT_PASSWORD', '', 'MOS_ROOT_PASSWORD_FILE'],
];

for (const [what, env, name, value, source] of shown) {
  test(`the list shows ${what}`, () => {
    const found = describeSettings(env).find((each) => each.name === name);
    assert.equal({ value: found?.value, source: found?.source }, { value, source });
  });
}

test('the list has every setting once, with a help', () => {
  const list = describeSettings({});
  assert.is(list.length, Object.keys(loadSettings({})).length);
  assert.is(new Set(list.map(({ name }) => name)).size, list.length);
  for (const { name, help } of list) assert.ok(help.length > 10, name);
});

test.run();
