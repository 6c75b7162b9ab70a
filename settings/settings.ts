import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { formatAddress } from '../directory/model/listen-address.ts';
import { packageFolder } from './package-root.ts';
import * as is from './parsers.ts';
import { unknownNames } from './unknown-names.ts';

interface Row<T> {
  /** in the environment */
  readonly name: string;
  readonly parse: is.Parser<T>;
  /** Text as in the environment, where $MOS_BASE_DN stands for that setting; undefined: the setting may be missing */
  readonly default?: string;
  /** Is never shown, and may come from a file named by NAME_FILE. */
  readonly secret?: boolean;
  /** what a number counts; the help goes on from there */
  readonly unit: string;
  readonly help: string;
}

/** A setting that always has a value. */
function row<T>(name: string, parse: is.Parser<T>, standard: string, unit: string, help: string): Row<T> & { readonly default: string } {
  return { name, parse, default: standard, unit, help };
}

/** A setting that may be missing. */
function optional<T>(name: string, parse: is.Parser<T>, unit: string, help: string): Row<T> & { readonly default?: never } {
  return { name, parse, unit, help };
}

function secret<R extends Row<unknown>>(each: R): R {
  return { ...each, secret: true };
}

const million = 1_000_000;
const month = 31 * 86_400;

/** Every setting: name, parser, default, unit, help. */
const rows = {
  profile: row(
    'MOS_PROFILE',
    is.oneOf('development', 'production'),
    'development',
    '',
    'which file beside settings.ts fills in what the environment leaves open',
  ),
  baseDn: row('MOS_BASE_DN', is.distinguishedName, 'dc=example,dc=org', '', 'suffix: the name of the topmost entry'),
  databaseUrl: secret(
    optional('MOS_DATABASE_URL', is.postgresUrl, '', 'Postgres 15 or later; without it the database is in this process, in MOS_VAR/db'),
  ),
  var: row('MOS_VAR', is.text, 'var', 'folder', 'for state: database, certificates, socket'),
  ldapListen: row(
    'MOS_LDAP_LISTEN',
    is.ldapAddresses,
    'ldap://127.0.0.1:1389 ldaps://127.0.0.1:1636',
    '',
    'where LDAP listens: ldap://, ldaps:// and ldapi://, blanks between',
  ),
  webListen: row('MOS_WEB_LISTEN', is.webAddress, 'http://127.0.0.1:8080', '', 'where the site listens: http:// or https://'),
  webUrl: optional(
    'MOS_WEB_URL',
    is.webUrl,
    '',
    'address that people type, when a proxy stands before the site; MOS_WEB_LISTEN if missing',
  ),
  webProxies: row(
    'MOS_WEB_PROXIES',
    is.addresses,
    '',
    '',
    'IP addresses of proxies before the site, whose X-Forwarded-For and X-Forwarded-Proto are believed; blanks between',
  ),
  webHosts: row('MOS_WEB_HOSTS', is.pairs, '', '', 'names that lead to a part of the site, like people=people.example.org; blanks between'),
  clubName: optional('MOS_CLUB_NAME', is.text, '', "name on the site and in mail; the suffix entry's o if missing"),
  clubColour: row('MOS_CLUB_COLOUR', is.colour, '#b93c17', '', "the club's colour on the site"),
  language: row('MOS_LANGUAGE', is.oneOf('en', 'de'), 'en', '', 'of the site and of mail, where nobody has said otherwise'),
  timeZone: optional('MOS_TIME_ZONE', is.timeZone, '', 'of the club, like Europe/Vienna; of this machine if missing'),
  sessionDays: row('MOS_SESSION_DAYS', is.count(1, 365), '30', 'days', 'after which somebody who does not come back is signed out'),
  secret: secret(
    optional(
      'MOS_SECRET',
      is.longSecret,
      '',
      'under which the site encrypts second factors, 32 characters or more, the same on every machine; MOS_VAR/secret.key if missing',
    ),
  ),
  signUp: row('MOS_SIGN_UP', is.oneOf('open', 'invitation', 'closed'), 'open', '', 'who may ask to join on the site'),
  mailUrl: secret(
    optional('MOS_MAIL_URL', is.smtpUrl, '', 'server for outgoing mail, like smtp://user:password@localhost:587; MOS_VAR/mail if missing'),
  ),
  mailFrom: optional('MOS_MAIL_FROM', is.mailAddress, '', 'sender of outgoing mail; mos@ the domain if missing'),
  host: optional('MOS_HOST', is.hostName, '', 'name by which services reach MOS, as in its certificate; this machine if missing'),
  domain: optional('MOS_DOMAIN', is.hostName, '', 'of the club, for mail and XMPP; from the dc of the suffix if missing'),
  rootDn: row('MOS_ROOT_DN', is.distinguishedName, 'cn=admin,$MOS_BASE_DN', '', 'the administrator who may do everything'),
  rootPassword: secret(
    optional(
      'MOS_ROOT_PASSWORD',
      is.text,
      '',
      "the administrator's password, or its hash as {SCHEME}…; made up, shown once and kept as a hash if missing",
    ),
  ),
  tlsCert: optional(
    'MOS_TLS_CERT',
    is.file,
    'PEM file',
    'with the certificate and its chain; from a private authority in MOS_VAR/tls if missing',
  ),
  tlsKey: optional('MOS_TLS_KEY', is.file, 'PEM file', "with the certificate's private key"),
  tlsCa: optional('MOS_TLS_CA', is.file, 'PEM file', 'with what clients check the certificate against'),
  cleartext: row(
    'MOS_CLEARTEXT',
    is.oneOf('loopback', 'never'),
    'loopback',
    '',
    'where passwords are taken without TLS: from this machine, or nowhere',
  ),
  bindCache: row(
    'MOS_BIND_CACHE',
    is.count(0, 86_400),
    '120',
    'seconds',
    'for which a right password is remembered as a keyed hash; 0 is off',
  ),
  seed: row('MOS_SEED', is.oneOf('demo', 'base', 'none'), 'none', '', 'what an empty directory is filled with'),
  schema: row('MOS_SCHEMA', is.files, '', 'files', 'of further definitions, RFC 4512 text or .schema, blanks between'),
  access: row('MOS_ACCESS', is.access, 'club', '', 'rows of who may what: club, open, or a file'),

  messageSize: row('MOS_MESSAGE_SIZE', is.bytes(1024, 1024 ** 3), '8M', 'bytes', 'of the longest message, once bound'),
  messageSizeAnonymous: row(
    'MOS_MESSAGE_SIZE_ANONYMOUS',
    is.bytes(1024, 1024 ** 3),
    '256K',
    'bytes',
    'of the longest message before a bind',
  ),
  filterDepth: row('MOS_FILTER_DEPTH', is.count(1, 500), '50', 'levels', 'of brackets in a filter'),
  filterItems: row('MOS_FILTER_ITEMS', is.count(1, million), '1000', 'items', 'of a filter'),
  attributes: row('MOS_ATTRIBUTES', is.count(1, million), '1000', 'attributes', 'that a search may ask for'),
  controls: row('MOS_CONTROLS', is.count(1, 1000), '32', 'controls', 'of a request'),
  buffers: row(
    'MOS_BUFFERS',
    is.bytes(1024 ** 2, 1024 ** 4),
    '512M',
    'bytes',
    'of requests and answers on their way, of all connections; beyond it the connection that holds most is ended',
  ),
  outstanding: row('MOS_OUTSTANDING', is.count(1, 100_000), '256', 'requests', 'that may wait on one connection'),
  connections: row('MOS_CONNECTIONS', is.count(1, million), '10000', 'connections', 'in all'),
  connectionsPerAddress: row('MOS_CONNECTIONS_PER_ADDRESS', is.count(1, million), '10000', 'connections', 'from one address'),
  idle: row('MOS_IDLE', is.count(1, month), '900', 'seconds', 'of silence after which a connection is ended'),
  messageTime: row('MOS_MESSAGE_TIME', is.count(1, 3600), '30', 'seconds', 'in which a message that has begun must be complete'),
  sizeLimit: row(
    'MOS_SIZE_LIMIT',
    is.count(1, 1000 * million),
    '10000',
    'entries',
    'that a search may bring; the administrator has no limit',
  ),
  timeLimit: row('MOS_TIME_LIMIT', is.count(1, 86_400), '60', 'seconds', 'that a search may take; the administrator has no limit'),
  hashWorkers: row(
    'MOS_HASH_WORKERS',
    is.count(1, 64),
    String(Math.min(4, availableParallelism())),
    'hashes',
    'of passwords worked on at a time',
  ),
  hashQueue: row('MOS_HASH_QUEUE', is.count(1, 100_000), '256', 'hashes', 'of passwords that may wait; further binds are told "busy"'),
  passwordMinLength: row(
    'MOS_PASSWORD_MIN_LENGTH',
    is.count(0, 1000),
    '10',
    'characters',
    'of a new password, unless a pwdPolicy entry says otherwise',
  ),
  guessFree: row('MOS_GUESS_FREE', is.count(0, 1000), '5', 'failures', 'to bind to an account before answers are slowed down'),
  guessLock: row('MOS_GUESS_LOCK', is.count(2, million), '50', 'failures', 'to bind to an account before it is locked for a while'),
  guessLockTime: row('MOS_GUESS_LOCK_TIME', is.count(1, 86_400), '900', 'seconds', 'for which it is locked'),

  checkedServices: row(
    'MOS_CHECK_SERVICES',
    is.serviceUrls,
    '',
    'URLs',
    'of services that mos check tries from outside: imap:// submission:// xmpp:// ldap:// https:// …, blanks between',
  ),
  mailmanUrl: secret(
    optional('MOS_MAILMAN_URL', is.httpUrl, '', "Mailman's REST interface, like http://restadmin:password@localhost:8001"),
  ),
  mailmanList: optional('MOS_MAILMAN_LIST', is.mailAddress, '', 'address of the list of all members'),
  wikiDatabase: secret(
    optional('MOS_WIKI_DATABASE', is.databaseUrl, '', "the wiki's: mysql://user:password@host/database?prefix=mw_ or sqlite:///path"),
  ),
  wikiGroups: row('MOS_WIKI_GROUPS', is.pairs, '', '', 'groups that are groups in the wiki too, like board=sysop; blanks between'),
  wikiPasswords: row(
    'MOS_WIKI_PASSWORDS',
    is.oneOf('yes', 'no'),
    'no',
    '',
    'yes: the wiki gets password hashes, because it does not ask LDAP',
  ),
  syncMostRemoved: row(
    'MOS_SYNC_MOST_REMOVED',
    is.count(0, 100),
    '20',
    'percent',
    'of a list or of the accounts that a sync removes or blocks unless forced',
  ),

  logLevel: row('MOS_LOG_LEVEL', is.oneOf('error', 'warn', 'info', 'debug'), 'info', '', 'how much is logged'),
  logFormat: row('MOS_LOG_FORMAT', is.oneOf('text', 'json'), 'text', '', 'how a line of the log looks'),
};

type Rows = typeof rows;
type Read<R> = R extends { parse: is.Parser<infer T>; default: string } ? T : R extends Row<infer T> ? T | undefined : never;

/** The settings, read and checked. Numbers have the unit that their row names. */
export type Settings = { readonly [Field in keyof Rows]: Read<Rows[Field]> };

/** All that is wrong with the settings, a line each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** A setting as `mos check` shows it. */
export interface ShownSetting {
  readonly name: string;
  /** as written; empty if missing, never a secret */
  readonly value: string;
  /** `environment`, a file, `default`, or `not set` */
  readonly source: string;
  readonly help: string;
}

interface Found {
  readonly text: string | undefined;
  readonly source: string;
}

/**
 * Reads the settings: from the environment, from the files that hold secrets, from the profile's file, and by default.
 * @throws SettingsError with every mistake
 */
export function loadSettings(env: NodeJS.ProcessEnv): Settings {
  const mistakes = unknownNames(Object.keys(env), Object.values<Row<unknown>>(rows));
  const profile = readProfile(env);
  const values: Record<string, unknown> = {};
  for (const [field, each] of Object.entries<Row<unknown>>(rows)) {
    try {
      values[field] = read(each, env, profile);
    } catch (error) {
      // $MOS_BASE_DN in a default has been reported as itself
      if (found(each, env, profile).source === 'default' && mistakes.length > 0) continue;
      mistakes.push(`${each.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  mistakes.push(...incomplete(env, profile));
  if (mistakes.length > 0) throw new SettingsError(mistakes.join('\n'));
  // each value has gone through its own row's parser
  const settings = values as unknown as Settings;
  const wrong = contradictions.flatMap(([holds, mistake]) => (holds(settings) ? [] : [mistake]));
  if (wrong.length > 0) throw new SettingsError(wrong.join('\n'));
  return settings;
}

/** What must hold between two settings. */
const contradictions: readonly (readonly [holds: (settings: Settings) => boolean, mistake: string])[] = [
  [
    ({ guessLock, guessFree }) => guessLock > guessFree,
    'MOS_GUESS_LOCK: it is not more than MOS_GUESS_FREE; nobody would be slowed down first',
  ],
  [({ ldapListen }) => new Set(ldapListen.map(formatAddress)).size === ldapListen.length, 'MOS_LDAP_LISTEN: an address is named twice'],
];

/** Every setting with where it comes from; secrets are not shown. What is wrong with them, only loadSettings says. */
export function describeSettings(env: NodeJS.ProcessEnv): ShownSetting[] {
  const profile = readProfile(env);
  return Object.values<Row<unknown>>(rows).map((each) => {
    const { text, source } = found(each, env, profile);
    const value = each.secret && text !== undefined ? '(secret)' : (text ?? '');
    return { name: each.name, value, source, help: `${each.unit} ${each.help}`.trim() };
  });
}

/** Finds without failing: of a file that can't be read there is only the source. */
function found(each: Row<unknown>, env: NodeJS.ProcessEnv, profile: Profile): Found {
  try {
    return find(each, env, profile);
  } catch {
    return { text: undefined, source: `${each.name}_FILE` };
  }
}

function read(each: Row<unknown>, env: NodeJS.ProcessEnv, profile: Profile): unknown {
  const { text } = find(each, env, profile);
  return text === undefined ? undefined : each.parse(text);
}

/** The text of a setting. In the environment, an empty one counts as not set, because units and compose files like to leave such. */
function find(each: Row<unknown>, env: NodeJS.ProcessEnv, profile: Profile): Found {
  const text = env[each.name] || undefined;
  const file = each.secret ? env[`${each.name}_FILE`] || undefined : undefined;
  if (text !== undefined && file !== undefined) throw new Error(`it is set, and so is ${each.name}_FILE; one of them is enough`);
  if (file !== undefined) return { text: readSecret(file), source: file };
  if (text !== undefined) return { text, source: 'environment' };
  const inProfile = profile.values.get(each.name);
  if (inProfile !== undefined) return { text: inProfile, source: profile.file };
  if (each.default === undefined) return { text: undefined, source: 'not set' };
  return { text: each.default.replace('$MOS_BASE_DN', () => find(rows.baseDn, env, profile).text ?? ''), source: 'default' };
}

function readSecret(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`its file ${file} cannot be read (${is.codeOf(error)})`);
  }
  if (text === '') throw new Error(`its file ${file} is empty`);
  return text;
}

/** What only two settings together can tell. */
function incomplete(env: NodeJS.ProcessEnv, profile: Profile): string[] {
  const isSet = (each: Row<unknown>): boolean => find(each, env, profile).text !== undefined;
  const [cert, key, ca] = [isSet(rows.tlsCert), isSet(rows.tlsKey), isSet(rows.tlsCa)];
  if (cert && !key) return ['MOS_TLS_KEY: it is not set, but MOS_TLS_CERT is'];
  if (key && !cert) return ['MOS_TLS_CERT: it is not set, but MOS_TLS_KEY is'];
  return ca && !cert ? ['MOS_TLS_CA: it is of no use without MOS_TLS_CERT and MOS_TLS_KEY'] : [];
}

interface Profile {
  readonly file: string;
  readonly values: ReadonlyMap<string, string>;
}

/** NAME=value lines of the profile's file; a wrong profile is reported by its own row. */
function readProfile(env: NodeJS.ProcessEnv): Profile {
  const file = join('settings', env['MOS_PROFILE'] === 'production' ? 'production.env' : 'development.env');
  const lines = readFileSync(join(packageFolder, file), 'utf8').split('\n');
  const pairs = lines.flatMap((line) => {
    const [, name, value = ''] = /^(MOS_\w+)=(.*)$/.exec(line.trim()) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
  return { file, values: new Map(pairs) };
}
