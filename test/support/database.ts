import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { embeddedEngine } from '../../directory/store/embedded.ts';
import { type Migration, readMigrations } from '../../directory/store/migrate.ts';
import { openStore, ownMigrations } from '../../directory/store/open-store.ts';
import { type SqlStore, sqlStore } from '../../directory/store/sql-store.ts';

/** The server that tests use; undefined: PGlite in memory. */
export const serverUrl = process.env['MOS_TEST_DATABASE_URL'];

/** An empty database of its own, and a Store that is open on it. */
export interface TestDatabase {
  readonly store: SqlStore;
  /** URL of the database; undefined with PGlite */
  readonly url: string | undefined;
  /** Closes the store. Throws when the test has left another connection to the database open. */
  close(): Promise<void>;
}

/**
 * An empty store, in some milliseconds: databases are emptied and used again, by this process alone. With Postgres each
 * is cloned from a template. Close the store when done with it.
 */
export async function freshStore(): Promise<SqlStore> {
  const database = await freshDatabase();
  return { ...database.store, close: () => database.close() };
}

/** freshStore for tests that want to know where the database is. */
export async function freshDatabase(): Promise<TestDatabase> {
  return serverUrl === undefined ? freshEmbedded() : freshOnServer(serverUrl);
}

// The log refuses to be emptied, but not to whoever may turn its triggers off. What few rows there are is deleted sooner than truncated.
const emptyEverything = `
  BEGIN;
  SET LOCAL session_replication_role = replica;
  DO $$
  DECLARE name text;
  BEGIN
    FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'mos' AND tablename <> 'migration' LOOP
      EXECUTE 'DELETE FROM ' || name;
    END LOOP;
  END $$;
  COMMIT;`;

const idleEmbedded: PGlite[] = [];
let farewell: NodeJS.Timeout | undefined;

/** An open PGlite holds the process for ten seconds; so the idle ones are closed when nobody has wanted one for a moment. */
function closeIdleSoon(): void {
  clearTimeout(farewell);
  farewell = setTimeout(() => {
    for (const database of idleEmbedded.splice(0)) void database.close();
  }, 300);
}

async function freshEmbedded(): Promise<TestDatabase> {
  clearTimeout(farewell);
  const database = idleEmbedded.pop() ?? (await PGlite.create({ loadDataDir: await embeddedTemplate() }));
  const engine = await embeddedEngine(database, readMigrations(ownMigrations()));
  const close = async (): Promise<void> => {
    await engine.pool.end();
    await database.exec(emptyEverything);
    idleEmbedded.push(database);
    closeIdleSoon();
  };
  return { store: sqlStore({ ...engine, close }), url: undefined, close };
}

/** A migrated PGlite as a tar archive, kept between runs: to make one takes seconds, to unpack one a half. */
async function embeddedTemplate(): Promise<Blob> {
  const migrations = readMigrations(ownMigrations());
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  const { version } = JSON.parse(readFileSync(join(modules, '@electric-sql/pglite/package.json'), 'utf8'));
  const folder = join(modules, '.cache/mos');
  const file = join(folder, `pglite-${version}-${fingerprint(migrations)}.tar`);
  try {
    return new Blob([readFileSync(file)]);
  } catch {
    const database = await PGlite.create();
    const engine = await embeddedEngine(database, migrations);
    const archive = await database.dumpDataDir('none');
    await engine.close();
    mkdirSync(folder, { recursive: true });
    const draft = `${file}.${randomUUID()}`;
    writeFileSync(draft, Buffer.from(await archive.arrayBuffer()));
    renameSync(draft, file);
    return archive;
  }
}

function fingerprint(migrations: readonly Migration[]): string {
  return createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 12);
}

const idleOnServer: string[] = [];
let template: Promise<string> | undefined;

async function freshOnServer(server: string): Promise<TestDatabase> {
  template ??= serverTemplate(server);
  const name = idleOnServer.pop() ?? (await clone(server, await template));
  const url = withDatabase(server, name);
  const store = await openStore({ databaseUrl: url });
  const close = async (): Promise<void> => {
    await store.close();
    await onServer(server, (client) => refuseLeaks(client, name));
    await onServer(url, (client) => client.query(emptyEverything));
    idleOnServer.push(name);
  };
  return { store, url, close };
}

async function serverTemplate(server: string): Promise<string> {
  const name = `mos_test_template_${fingerprint(readMigrations(ownMigrations()))}`;
  await onServer(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(7171955, 3)'); // one test process makes it, the others wait
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
    if (rowCount !== 0) return;
    await client.query(`DROP DATABASE IF EXISTS ${name}`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`);
    await (await openStore({ databaseUrl: withDatabase(server, name) })).close();
    await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
  });
  return name;
}

async function clone(server: string, from: string): Promise<string> {
  const name = `mos_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${from}`));
  process.once('beforeExit', () => void onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  return name;
}

/** Connections take a moment to vanish from the server's list. */
async function refuseLeaks(client: Client, database: string): Promise<void> {
  for (let left = 50; ; left--) {
    const { rows } = await client.query<{ query: string }>('SELECT query FROM pg_stat_activity WHERE datname = $1', [database]);
    if (rows.length === 0) return;
    if (left === 0) throw new Error(`connections left open; their last queries: ${rows.map(({ query }) => query).join(' | ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The same server, another database. */
export function withDatabase(server: string, database: string): string {
  return server.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${database}`);
}

/** Runs `work` on a connection of its own. */
export async function onServer<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
