import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { sql } from 'slonik';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type Migration, migrate, readMigrations, type ScriptConnection } from '../../directory/store/migrate.ts';
import { openStore, ownMigrations } from '../../directory/store/open-store.ts';
import { freshDatabase, freshStore, serverUrl } from '../support/database.ts';
import { printSchema } from './print-schema.ts';

const migrations = readMigrations(ownMigrations());
const test = suite<{ connection: ScriptConnection; close: () => Promise<void> }>('migrations');

test.before(async (context) => {
  if (serverUrl === undefined) {
    const database = await PGlite.create();
    context.connection = {
      script: async (text) => void (await database.exec(text)),
      rows: async (text, values = []) => (await database.query<Record<string, unknown>>(text, [...values])).rows,
    };
    context.close = () => database.close();
    return;
  }
  const { url, close } = await freshDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  context.connection = {
    script: async (text) => void (await client.query(text)),
    rows: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
  };
  context.close = async () => {
    await client.query('DROP SCHEMA IF EXISTS mos CASCADE');
    await migrate(context.connection, migrations);
    await client.end();
    await close();
  };
});
test.before.each(({ connection }) => connection.script('DROP SCHEMA IF EXISTS mos CASCADE'));
test.after(({ close }) => close());

async function refusal(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'no error';
}

const migration = (number: number, text: string): Migration => ({ number, name: `number-${number}`, sql: text });

test('each is applied once, in order', async ({ connection }) => {
  const first = migration(1, 'CREATE TABLE mos.one (a int)');
  await migrate(connection, [first]);
  await migrate(connection, [first, migration(2, 'ALTER TABLE mos.one ADD b int; ALTER TABLE mos.one ADD c int')]);
  await migrate(connection, [first, migration(2, 'not looked at again')]);
  assert.equal(await connection.rows('SELECT number, name FROM mos.migration ORDER BY number'), [
    { number: 1, name: 'number-1' },
    { number: 2, name: 'number-2' },
  ]);
  assert.equal(await connection.rows('SELECT a, b, c FROM mos.one'), []);
});

test('one that fails leaves nothing behind, and those before it stay', async ({ connection }) => {
  const failing = [migration(1, 'CREATE TABLE mos.one (a int)'), migration(2, 'CREATE TABLE mos.two (a int); SELECT 1 / 0')];
  assert.match(await refusal(migrate(connection, failing)), /division by zero/);
  assert.equal(await connection.rows('SELECT number FROM mos.migration'), [{ number: 1 }]);
  assert.equal(await connection.rows(`SELECT to_regclass('mos.two') AS two`), [{ two: null }]);
});

test('a database that a newer MOS has used is refused', async ({ connection }) => {
  await migrate(connection, [migration(1, 'SELECT 1'), migration(2, 'SELECT 1')]);
  const said = await refusal(migrate(connection, [migration(1, 'SELECT 1')]));
  assert.match(said, /^StoreNotOpened: the database is at migration 2, but this MOS knows only 1/);
});

test('tokens that were made before they had the mark of a password get that of today’s', async ({ connection }) => {
  await migrate(connection, migrations.slice(0, 8));
  const uuid = (nth: number) => `00000000-0000-4000-8000-00000000000${nth}`;
  await connection.script(`
    INSERT INTO mos.entry (entry_uuid, parent_uuid, rdn, rdn_key, attributes) VALUES
      ('${uuid(1)}', NULL, 'uid=ada', 'uid=ada', '{"pwdChangedTime": ["20260301120000Z"]}'),
      ('${uuid(2)}', '${uuid(1)}', 'uid=bob', 'uid=bob', '{}');
    INSERT INTO mos.api_token (token_digest, entry_uuid, name, scopes, made_at, expires_at)
    SELECT sha256(entry_uuid::text::bytea), entry_uuid, rdn, '{read}', now(), now() FROM mos.entry`);
  await migrate(connection, migrations.slice(0, 9));
  assert.equal(await connection.rows('SELECT name, password_changed FROM mos.api_token ORDER BY name'), [
    { name: 'uid=ada', password_changed: '20260301120000Z' },
    { name: 'uid=bob', password_changed: '' },
  ]);
});

test('a server that is too old, or not in UTF-8, is refused', async ({ connection }) => {
  const server = (number: number, encoding: string): ScriptConnection => ({
    ...connection,
    rows: async () => [{ number, version: '14.9', encoding }],
  });
  assert.match(await refusal(migrate(server(140009, 'UTF8'), [])), /PostgreSQL 14.9; MOS needs PostgreSQL 15 or later/);
  assert.match(await refusal(migrate(server(150000, 'SQL_ASCII'), [])), /encoded in SQL_ASCII/);
});

test('the files must be numbered without gaps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mos-migrations-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '000001-one.sql'), 'SELECT 1');
  writeFileSync(join(folder, 'schema.sql'), 'not one of them');
  assert.equal(readMigrations(folder), [{ number: 1, name: 'one', sql: 'SELECT 1' }]);
  writeFileSync(join(folder, '000003-three.sql'), 'SELECT 3');
  assert.throws(() => readMigrations(folder), /000003-three.sql should have the number 2/);
  rmSync(folder, { recursive: true });
});

test('the schema is the one that schema.sql shows', async () => {
  const golden = new URL('schema.sql', ownMigrations());
  const store = await freshStore();
  const actual = await printSchema(store.pool);
  await store.close();
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, actual);
  assert.fixture(actual, readFileSync(golden, 'utf8'));
});

if (serverUrl !== undefined) {
  test('two that start at once do not migrate twice', async ({ connection }) => {
    const [row] = await connection.rows('SELECT current_database() AS name');
    const databaseUrl = serverUrl?.replace(/\/[^/]*$/, `/${row?.['name']}`);
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ databaseUrl })));
    const numbers = await connection.rows('SELECT number FROM mos.migration ORDER BY number');
    assert.equal(
      numbers,
      migrations.map(({ number }) => ({ number })),
    );
    await Promise.all(stores.map((store) => store.close()));
  });

  test('a role that may not create anything can use a migrated database', async ({ connection }) => {
    await migrate(connection, migrations);
    const [row] = await connection.rows('SELECT current_database() AS name');
    await connection.script(`
      DROP ROLE IF EXISTS mos_test_user;
      CREATE ROLE mos_test_user LOGIN;
      GRANT USAGE ON SCHEMA mos TO mos_test_user;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA mos TO mos_test_user`);
    const databaseUrl = serverUrl?.replace(/\/\/[^@]*@/, '//mos_test_user@').replace(/\/[^/]*$/, `/${row?.['name']}`);
    const store = await openStore({ databaseUrl });
    assert.is(await store.write(async ({ lastCsn }) => lastCsn), 0);
    assert.ok(await store.pool.exists(sql.type(z.unknown())`SELECT FROM mos.migration`));
    await store.close();
    await connection.script('DROP OWNED BY mos_test_user; DROP ROLE mos_test_user');
  });
}

test.run();
