import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authenticator } from '../../directory/core/authenticate.ts';
import { Directory } from '../../directory/core/directory.ts';
import { Guessing, type GuessingOptions } from '../../directory/core/guessing.ts';
import { BindCache, Passwords } from '../../directory/core/password.ts';
import type { Store } from '../../directory/core/store.ts';
import { loadPolicy, loadSchema } from '../../directory/open.ts';
import { importLdif } from '../../ldif/import.ts';
import { parseChange } from '../../ldif/parse.ts';
import { printChange } from '../../ldif/print.ts';
import { packageFolder } from '../../settings/package-root.ts';
import { freshStore } from './database.ts';

export const base = 'dc=example,dc=org';
/** Read once: it takes half as long as opening a directory. */
const schema = loadSchema([]);
export const passwords = new Passwords({ hashWorkers: 2, hashQueue: 100 });

export interface TestDirectory {
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  load(ldif: string): Promise<void>;
  close(): Promise<void>;
}

export interface TestDirectoryOptions {
  /** The built-in policy's; tests have short passwords */
  readonly passwordMinLength?: number;
  readonly clock?: () => number;
  /** Few failures are slowed down by default: tests fail often, and in a hurry */
  readonly guessing?: GuessingOptions;
  /** What attempts wait with, milliseconds, in place of a timer */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

const patient: GuessingOptions = { guessFree: 100, guessLock: 200, guessLockTime: 60 };

/** A directory over what is in a store. */
export function openDirectoryOn(
  store: Store,
  access = 'club',
  { passwordMinLength = 0, clock = Date.now, guessing = patient, wait }: TestDirectoryOptions = {},
): Promise<Directory> {
  return Directory.open({
    schema,
    policy: loadPolicy(access),
    store,
    baseDn: base,
    rootDn: `cn=admin,${base}`,
    printChange,
    parseChange,
    passwords,
    guessing: new Guessing(guessing, clock),
    passwordMinLength,
    clock,
    wait,
  });
}

/** A directory over an empty store, with base.ldif and then the given LDIF in it. */
export async function openTestDirectory(
  ldif = '',
  access = 'club',
  options: TestDirectoryOptions & { readonly store?: Store } = {},
): Promise<TestDirectory> {
  const { store, clock = Date.now } = options;
  const directory = await openDirectoryOn(store ?? (await freshStore()), access, options);
  const load = async (text: string) => {
    async function* source(): AsyncIterable<Buffer> {
      yield Buffer.from(text);
    }
    await importLdif(directory.asRoot('test'), source(), { file: 'test.ldif', continues: false });
  };
  await load(readFileSync(join(packageFolder, 'ldif', 'base.ldif'), 'utf8'));
  if (ldif !== '') await load(ldif);
  const authenticator = new Authenticator({
    directory,
    cache: new BindCache(60, clock),
    rootPassword: Buffer.from(await passwords.hash(Buffer.from('secret'))),
    peopleDn: `ou=people,${base}`,
    warn: () => undefined,
  });
  return { directory, authenticator, load, close: () => directory.close() };
}

/** A person with the usual attributes; more lines as they stand in LDIF. */
export function person(uid: string, status = 'member', ...more: readonly string[]): string {
  const lines = [
    'objectClass: inetOrgPerson',
    'objectClass: mosMember',
    `uid: ${uid}`,
    `cn: ${uid}`,
    `sn: ${uid}`,
    `mosStatus: cn=${status},ou=statuses,${base}`,
  ];
  return `dn: uid=${uid},ou=people,${base}\n${[...lines, ...more].join('\n')}\n\n`;
}
