import { readdirSync, readFileSync } from 'node:fs';
import { StoreNotOpened } from './failures.ts';

/** One numbered file of schema/sql. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** What a migration needs of a connection, and no pool gives: scripts of several statements. */
export interface ScriptConnection {
  script(sql: string): Promise<void>;
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const oldestServer = 150000;
const lockKey = 'pg_advisory_xact_lock(7171955, 2)'; // see mos.begin_write()

/**
 * Reads the numbered files (`000001-entries.sql`) of a folder in their order.
 * @throws StoreNotOpened when a number is missing or there twice
 */
export function readMigrations(folder: URL | string): Migration[] {
  const base = typeof folder === 'string' ? `${folder}/` : folder.href.replace(/\/?$/, '/');
  const files = readdirSync(folder).filter((file) => /^\d{6}-.*\.sql$/.test(file));
  return files.sort().map((name, index) => {
    const number = Number(name.slice(0, 6));
    if (number !== index + 1) throw new StoreNotOpened(`the migration ${name} should have the number ${index + 1}`);
    const path = typeof folder === 'string' ? base + name : new URL(name, base);
    return { number, name: name.slice(7, -4), sql: readFileSync(path, 'utf8') };
  });
}

/**
 * Brings the database to the newest migration: each in a transaction of its own that first claims its number, under a
 * lock, so that two starts never do the same work twice.
 * @throws StoreNotOpened when the server is too old, not in UTF-8, or when a newer MOS was here
 */
export async function migrate(connection: ScriptConnection, migrations: readonly Migration[]): Promise<void> {
  await checkServer(connection);
  let more = true;
  while (more) {
    await connection.script('BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0');
    try {
      more = await applyNext(connection, migrations);
      await connection.script('COMMIT');
    } catch (error) {
      await connection.script('ROLLBACK').catch(() => undefined); // the first error says more
      throw error;
    }
  }
}

async function checkServer(connection: ScriptConnection): Promise<void> {
  const [server] = await connection.rows(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
            current_setting('server_encoding') AS encoding`,
  );
  if (Number(server?.['number']) < oldestServer) {
    throw new StoreNotOpened(`this is PostgreSQL ${server?.['version']}; MOS needs PostgreSQL 15 or later`);
  }
  if (server?.['encoding'] !== 'UTF8') {
    throw new StoreNotOpened(`the database is encoded in ${server?.['encoding']}; MOS needs one that was created with ENCODING 'UTF8'`);
  }
}

/** Applies one migration and answers whether there may be another. */
async function applyNext(connection: ScriptConnection, migrations: readonly Migration[]): Promise<boolean> {
  await connection.rows(`SELECT ${lockKey}`);
  // Asked first, because CREATE … IF NOT EXISTS wants the right to create even when nothing is to be done.
  const [found] = await connection.rows(`SELECT to_regclass('mos.migration') IS NOT NULL AS there`);
  if (found?.['there'] !== true) await connection.script(firstTable);
  const [reached] = await connection.rows('SELECT coalesce(max(number), 0) AS number FROM mos.migration');
  const current = Number(reached?.['number']);
  if (current > migrations.length) {
    throw new StoreNotOpened(
      `the database is at migration ${current}, but this MOS knows only ${migrations.length}: a newer MOS has used it. Start that version, or restore a backup`,
    );
  }
  const next = migrations[current];
  if (next === undefined) return false;
  await connection.rows('INSERT INTO mos.migration (number, name) VALUES ($1, $2)', [next.number, next.name]);
  await connection.script(next.sql);
  return true;
}

const firstTable = `
  CREATE SCHEMA IF NOT EXISTS mos;
  CREATE TABLE mos.migration (
    number integer NOT NULL,
    name   text NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT migration_pkey PRIMARY KEY (number)
  );
  COMMENT ON SCHEMA mos IS 'MOS, an LDAP directory';
  COMMENT ON TABLE mos.migration IS 'The migrations (schema/sql) that this database has had'`;
