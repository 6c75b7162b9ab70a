import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from './package-root.ts';
import * as is from './parsers.ts';

interface Row<T> {
  readonly env: string;
  readonly parse: is.Parser<T>;
  /** Text as in the environment; undefined: the setting may be missing */
  readonly standard?: string | undefined;
  /** Is never shown, and may come from a file named by NAME_FILE */
  readonly secret?: boolean;
  readonly help: string;
}

/** A setting that always has a value. */
function row<T>(env: string, parse: is.Parser<T>, standard: string, help: string): Row<T> & { readonly standard: string } {
  return { env, parse, standard, help };
}

/** A setting that may be missing. */
function optional<T>(env: string, parse: is.Parser<T>, help: string): Row<T> & { readonly standard?: undefined } {
  return { env, parse, help };
}

const million = 1_000_000;

/** Every setting. Texts from the environment come first, then the profile's file, then the standard here. */
const rows = {
  profile: row(
    'MOS_PROFILE',
    is.oneOf('development', 'production'),
    'development',
    'which file beside settings.ts fills in what the environment leaves open',
  ),
  baseDn: row('MOS_BASE_DN', is.distinguishedName, 'dc=example,dc=org', 'suffix: the name of the topmost entry'),
  databaseUrl: {
    ...optional('MOS_DATABASE_URL', is.postgresUrl, 'Postgres 15 or later; without it the database is in this process, in MOS_VAR/db'),
    secret: true,
  },
  var: row('MOS_VAR', is.text, 'var', 'folder for state: database, certificates, socket'),
  ldapListen: row(
    'MOS_LDAP_LISTEN',
    is.ldapAddresses,
    'ldap://127.0.0.1:1389 ldaps://127.0.0.1:1636',
    'where LDAP listens: ldap://, ldaps:// and ldapi:// URLs',
  ),
  webListen: row('MOS_WEB_LISTEN', is.webAddress, 'http://127.0.0.1:8080', 'where the site listens'),
  rootDn: optional(
    'MOS_ROOT_DN',
    is.distinguishedName,
    'name of the administrator who may everything; cn=admin below the suffix if missing',
  ),
  rootPassword: {
    ...optional(
      'MOS_ROOT_PASSWORD',
      is.text,
      "the administrator's password, or its hash as {SCHEME}…; made up, shown once and kept as a hash if missing",
    ),
    secret: true,
  },
  tlsCert: optional('MOS_TLS_CERT', is.file, 'certificate with its chain (PEM); self-signed in MOS_VAR/tls if missing'),
  tlsKey: optional('MOS_TLS_KEY', is.file, 'its private key (PEM)'),
  tlsCa: optional('MOS_TLS_CA', is.file, 'what clients check the certificate against (PEM)'),
  cleartext: row(
    'MOS_CLEARTEXT',
    is.oneOf('loopback', 'never'),
    'loopback',
    'where passwords are taken without TLS: from this machine, or nowhere',
  ),
  bindCache: row('MOS_BIND_CACHE', is.count(0, 86400), '300', 'seconds for which a right password is remembered as a keyed hash; 0 is off'),
  seed: row('MOS_SEED', is.oneOf('demo', 'base', 'none'), 'none', 'what an empty directory is filled with'),
  schema: row('MOS_SCHEMA', is.files, '', 'further schema files, RFC 4512 text or .schema'),
  access: row('MOS_ACCESS', is.access, 'club', 'access rows: club, open, or a file'),
  messageSize: row('MOS_MESSAGE_SIZE', is.count(1024, 1024 ** 3), '16M', 'bytes of the longest message, once bound'),
  messageSizeAnonymous: row('MOS_MESSAGE_SIZE_ANONYMOUS', is.count(1024, 1024 ** 3), '256K', 'bytes of the longest message before a bind'),
  messageTime: row('MOS_MESSAGE_TIME', is.count(1, 3600), '30', 'seconds in which a message that has begun must be complete'),
  filterDepth: row('MOS_FILTER_DEPTH', is.count(1, 500), '50', 'nesting of a filter'),
  filterItems: row('MOS_FILTER_ITEMS', is.count(1, million), '1000', 'items of a filter'),
  attributes: row('MOS_ATTRIBUTES', is.count(1, million), '1000', 'attributes that a search may ask for'),
  controls: row('MOS_CONTROLS', is.count(1, 1000), '32', 'controls of a request'),
  outstanding: row('MOS_OUTSTANDING', is.count(1, 100_000), '256', 'requests that may wait on one connection'),
  connections: row('MOS_CONNECTIONS', is.count(1, million), '10000', 'connections in all'),
  connectionsPerAddress: row(
    'MOS_CONNECTIONS_PER_ADDRESS',
    is.count(1, million),
    '1000',
    'connections from one address other than this machine',
  ),
  idle: row('MOS_IDLE', is.count(1, 31 * 86400), '3600', 'seconds of silence after which a connection is ended'),
  sizeLimit: row('MOS_SIZE_LIMIT', is.count(1, 1e9), '10000', 'entries that a search may bring; the administrator has no limit'),
  timeLimit: row('MOS_TIME_LIMIT', is.count(1, 86400), '60', 'seconds that a search may take; the administrator has no limit'),
  hashWorkers: row('MOS_HASH_WORKERS', is.count(1, 64), String(Math.min(4, availableParallelism())), 'password hashes worked on at a time'),
  hashQueue: row('MOS_HASH_QUEUE', is.count(1, 100_000), '512', 'password hashes that may wait; further binds are told "busy"'),
  guessFree: row('MOS_GUESS_FREE', is.count(1, 1000), '5', 'wrong passwords for an account before answers are slowed down'),
  guessLock: row('MOS_GUESS_LOCK', is.count(2, million), '30', 'wrong passwords for an account before it is locked for a while'),
  guessLockTime: row('MOS_GUESS_LOCK_TIME', is.count(1, 86400), '300', 'seconds for which it is locked'),
  logLevel: row('MOS_LOG_LEVEL', is.oneOf('error', 'warn', 'info', 'debug'), 'info', 'how much is logged'),
  logFormat: row('MOS_LOG_FORMAT', is.oneOf('text', 'json'), 'text', 'how a line of the log looks'),
};

type Rows = typeof rows;
type Read<R> = R extends { readonly parse: is.Parser<infer T>; readonly standard: string }
  ? T
  : R extends { readonly parse: is.Parser<infer T> }
    ? T | undefined
    : never;

/** The settings, read and checked. */
export type Settings = { readonly [Name in keyof Rows]: Name extends 'rootDn' ? string : Read<Rows[Name]> };

/** All that is wrong with the settings, a line each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** A setting as `mos check` shows it. */
export interface ShownSetting {
  readonly name: string;
  readonly value: string;
  /** environment, a file, or `standard` */
  readonly source: string;
  readonly help: string;
}

interface Found {
  readonly text: string | undefined;
  readonly source: string;
}

/**
 * Reads the settings from the environment.
 * @throws SettingsError with every mistake
 */
export function loadSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const mistakes = [...unknownNames(env)];
  const profile = profileOf(env);
  const values: Record<string, unknown> = {};
  for (const [name, each] of Object.entries<Row<unknown>>(rows)) {
    try {
      const { text } = find(each, env, profile);
      values[name] = text === undefined ? undefined : each.parse(text);
    } catch (error) {
      mistakes.push(`${each.env}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if ((values['tlsCert'] === undefined) !== (values['tlsKey'] === undefined))
    mistakes.push('MOS_TLS_CERT: certificate and key (MOS_TLS_KEY) come together');
  if (mistakes.length > 0) throw new SettingsError(mistakes.join('\n'));
  // each value went through its own row's parser
  const settings = values as unknown as Settings;
  return { ...settings, rootDn: settings.rootDn ?? `cn=admin,${settings.baseDn}` };
}

/** Every setting with where it comes from; secrets are not shown. */
export function describeSettings(env: Readonly<Record<string, string | undefined>>): ShownSetting[] {
  const profile = profileOf(env);
  return Object.values<Row<unknown>>(rows).map((each) => {
    const { text, source } = find(each, env, profile);
    return { name: each.env, value: text === undefined ? '' : each.secret ? '(secret)' : text, source, help: each.help };
  });
}

function find(each: Row<unknown>, env: Readonly<Record<string, string | undefined>>, profile: ReadonlyMap<string, string>): Found {
  const fileName = each.secret ? env[`${each.env}_FILE`] : undefined;
  const text = env[each.env];
  if (text !== undefined && fileName !== undefined) throw new Error(`it is set, and so is ${each.env}_FILE; one of them is enough`);
  if (fileName !== undefined) return { text: readSecret(fileName), source: fileName };
  if (text !== undefined && (text !== '' || each.standard === '')) return { text, source: 'environment' };
  const inProfile = profile.get(each.env);
  if (inProfile !== undefined) return { text: inProfile, source: `${profile.get('MOS_PROFILE')}.env` };
  return { text: each.standard, source: each.standard === undefined ? 'not set' : 'standard' };
}

function readSecret(fileName: string): string {
  try {
    return readFileSync(fileName, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(
      `its file ${fileName} can not be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'})`,
    );
  }
}

/** NAME=value lines of the profile's file; a wrong profile is reported by its own row. */
function profileOf(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const name = env['MOS_PROFILE'] === 'production' ? 'production' : 'development';
  const lines = readFileSync(join(packageFolder, 'settings', `${name}.env`), 'utf8').split('\n');
  const pairs = lines.flatMap((line) => {
    const [, key, value = ''] = /^(MOS_\w+)=(.*)$/.exec(line.trim()) ?? [];
    return key === undefined ? [] : [[key, value] as const];
  });
  return new Map([['MOS_PROFILE', name], ...pairs]);
}

/** A misspelt name would otherwise be a setting that silently does nothing. */
function* unknownNames(env: Readonly<Record<string, string | undefined>>): Iterable<string> {
  const known = Object.values<Row<unknown>>(rows).flatMap((each) => (each.secret ? [each.env, `${each.env}_FILE`] : [each.env]));
  for (const name of Object.keys(env)) {
    if (!name.startsWith('MOS_') || name.startsWith('MOS_TEST_') || known.includes(name)) continue;
    const nearest = known.map((each) => ({ each, far: distance(name, each) })).sort((a, b) => a.far - b.far)[0];
    yield `${name}: there is no such setting${nearest !== undefined && nearest.far <= 4 ? `; did you mean ${nearest.each}?` : ''}`;
  }
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
