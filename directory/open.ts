import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseChange } from '../ldif/parse.ts';
import { printChange } from '../ldif/print.ts';
import { type Policy, parsePolicy } from '../schema/ldap/policy.ts';
import { Schema } from '../schema/ldap/registry.ts';
import { packageFolder } from '../settings/package-root.ts';
import type { Settings } from '../settings/settings.ts';
import { Authenticator } from './core/authenticate.ts';
import { Directory } from './core/directory.ts';
import { Guessing } from './core/guessing.ts';
import { BindCache, Passwords } from './core/password.ts';
import type { Log } from './server/log.ts';
import { openStore } from './store/open-store.ts';
import type { SqlStore } from './store/sql-store.ts';

/** The directory and who says who somebody is, ready for any of the doors. */
export interface OpenDirectory {
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  readonly passwords: Passwords;
  /** For the tables that stand beside the directory's own */
  readonly database: SqlStore['pool'];
}

/**
 * Opens the directory that the settings describe: the one place that joins store, schema and core.
 * @param rootPassword what the root DN's password is checked against, in {SCHEME} notation
 * @throws StoreNotOpened, PolicyError, or an Error that lists the schema's mistakes
 */
export async function openDirectory(settings: Settings, rootPassword: Buffer, log: Log): Promise<OpenDirectory> {
  const schema = loadSchema(settings.schema);
  const policy = loadPolicy(settings.access);
  const passwords = new Passwords(settings);
  const store = await openStore({ databaseUrl: settings.databaseUrl, folder: settings.var });
  try {
    const directory = await Directory.open({
      schema,
      policy,
      store,
      baseDn: settings.baseDn,
      rootDn: settings.rootDn,
      printChange,
      parseChange,
      passwords,
      guessing: new Guessing(settings, Date.now),
      passwordMinLength: settings.passwordMinLength,
      onStore: (state, reason) =>
        state === 'lost'
          ? log.error('the database is away: reads go on from memory, writes wait for it', { reason })
          : log.info('the database is back'),
    });
    const authenticator = new Authenticator({
      directory,
      cache: new BindCache(settings.bindCache, Date.now),
      rootPassword,
      peopleDn: `ou=people,${settings.baseDn}`,
      warn: (text, error) => log.warn(text, { error }),
    });
    return { directory, authenticator, passwords, database: store.pool };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The definitions that ship with MOS, in the order that they build on each other, and then the settings' own. */
export function loadSchema(further: readonly string[]): Schema {
  const folder = join(packageFolder, 'schema', 'ldap');
  const shipped = ['operational', 'core', 'cosine', 'inetorgperson', 'rfc2307bis', 'misc', 'dyngroup', 'ppolicy', 'mos', 'mos-operational'];
  const present = new Set(readdirSync(folder));
  const files = [
    ...shipped
      .map((name) => `${name}.schema`)
      .filter((file) => present.has(file))
      .map((file) => join(folder, file)),
    ...further,
  ];
  return Schema.load(files.map((file) => ({ file: basename(file), text: readFileSync(file, 'utf8') })));
}

/** @param access `club`, `open` or a path */
export function loadPolicy(access: string): Policy {
  const file = access === 'club' || access === 'open' ? join(packageFolder, 'schema', 'ldap', `${access}.access`) : access;
  return parsePolicy(readFileSync(file, 'utf8'), basename(file));
}
