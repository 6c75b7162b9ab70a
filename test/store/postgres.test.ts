import { connect, createServer, type Socket } from 'node:net';
import { sql } from 'slonik';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { StoreEvents, WriteTransaction } from '../../directory/core/store.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { CommitOutcomeUnknown } from '../../directory/store/failures.ts';
import { readMigrations } from '../../directory/store/migrate.ts';
import { openStore, ownMigrations } from '../../directory/store/open-store.ts';
import { openPostgres } from '../../directory/store/postgres.ts';
import { type SqlStore, sqlStore } from '../../directory/store/sql-store.ts';
import { freshDatabase, onServer, serverUrl, type TestDatabase } from '../support/database.ts';
import { startCluster } from '../support/run-on-postgres.ts';
import { entry, entryCsn, put } from './rows.ts';

// What only a server can do: several processes, and going away. Without one there is nothing to test.
const test = suite<{ database: TestDatabase; url: string; store: SqlStore }>('postgres');
test.before.each(async (context) => {
  context.database = await freshDatabase();
  context.store = context.database.store;
  context.url = context.database.url ?? '';
});
test.after.each(({ database }) => database.close());

const command = sql.type(z.unknown());
const suffix = entry('dc=example');
const touch = (transaction: WriteTransaction): Promise<void> => transaction.append([put(transaction.lastCsn + 1, suffix)]);

async function failure(failing: Promise<unknown>): Promise<DirectoryError> {
  try {
    await failing;
  } catch (error) {
    if (error instanceof DirectoryError) return error;
    throw error;
  }
  throw new Error('there was no error');
}

/** A follower that writes down what it is told. */
function diary(): StoreEvents & { readonly told: string[]; readonly csns: (number | undefined)[] } {
  const told: string[] = [];
  const csns: (number | undefined)[] = [];
  const committed = (csn?: number) => {
    told.push('committed');
    csns.push(csn);
  };
  return { told, csns, committed, lost: () => void told.push('lost'), back: () => void told.push('back') };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let left = 1000; !condition(); left--) {
    if (left === 0) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const killOthers = (url: string): Promise<unknown> =>
  onServer(url, (client) =>
    client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'),
  );

test('writers of two processes take turns: no csn is missing, none is there twice', async ({ store, url }) => {
  const other = await openStore({ databaseUrl: url });
  const seen: number[] = [];
  const write = (from: SqlStore): Promise<void> =>
    from.write(async (transaction) => {
      await touch(transaction);
      seen.push(transaction.lastCsn + 1);
    });
  await Promise.all(Array.from({ length: 60 }, (_, index) => write(index % 2 === 0 ? store : other)));
  assert.equal(
    seen,
    Array.from({ length: 60 }, (_, index) => index + 1),
  );
  assert.equal(
    (await store.revisions({})).map(({ csn }) => csn),
    seen,
  );
  await other.close();
});

test('another process hears of a commit and finds it', async ({ store, url }) => {
  const other = await openStore({ databaseUrl: url });
  const heard = diary();
  await other.follow(heard);
  assert.equal(heard.told, ['committed']);
  await store.write(touch);
  await until(() => heard.told.length === 2, 'the notification');
  assert.equal(heard.csns, [undefined, 1]);
  assert.equal(await other.changesSince(0), { csn: 1, entryCsn: entryCsn(1), put: [suffix], deleted: [] });
  // as versions before this one say it
  await store.pool.query(command`SELECT pg_notify('mos_revision', '')`);
  await until(() => heard.told.length === 3, 'the notification without a number');
  assert.is(heard.csns.at(-1), undefined);
  await other.close();
});

test('a transaction sees nothing of a writer that it did not wait for', async ({ store, url }) => {
  const other = await openStore({ databaseUrl: url });
  const [first, second] = await Promise.all([
    store.write(async (transaction) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await touch(transaction);
      return transaction.lastCsn;
    }),
    new Promise((resolve) => setTimeout(resolve, 30)).then(() => other.write(async ({ lastCsn }) => lastCsn)),
  ]);
  assert.equal([first, second], [0, 1]);
  await other.close();
});

test('a load is one snapshot, whatever is written meanwhile', async ({ store, url }) => {
  await store.write((transaction) => transaction.append([put(1, suffix)]));
  const other = await openStore({ databaseUrl: url });
  let begun: Promise<void> | undefined;
  const names: string[] = [];
  const csn = await store.load((stored) => {
    begun ??= other.write((transaction) => transaction.append([put(2, entry('ou=late', suffix))]));
    names.push(stored.rdn);
  });
  await begun;
  assert.equal([csn, names], [1, ['dc=example']]);
  await other.close();
});

test('a connection that breaks in the middle of a write is `unavailable`, and the next write works', async ({ store, url }) => {
  const error = await failure(
    store.write(async (transaction) => {
      await touch(transaction);
      await killOthers(url);
      await transaction.changesSince(0);
    }),
  );
  assert.is(error.kind, 'unavailable');
  assert.not.instance(error.cause, CommitOutcomeUnknown);
  await store.write(touch);
  assert.is((await store.changesSince(0)).csn, 1);
});

test('what work refused is told, even when the connection broke as well', async ({ store, url }) => {
  const refusal = new DirectoryError('noSuchObject', 'no such entry');
  const error = await failure(
    store.write(async () => {
      await killOthers(url);
      throw refusal;
    }),
  );
  assert.ok(error === refusal || error.kind === 'unavailable', error.message);
  assert.is(await store.write(async ({ lastCsn }) => lastCsn), 0);
});

test('connections that broke while nobody used them cost no write', async ({ store, url }) => {
  for (let round = 0; round < 15; round++) {
    await store.write(touch);
    await killOthers(url);
  }
  await store.write(touch);
  assert.is((await store.changesSince(0)).csn, 16);
});

test('a pool survives more broken transactions than it has connections', async ({ store, url }) => {
  for (let round = 0; round < 15; round++) {
    const broken = store.write(async (transaction) => {
      await Promise.all([killOthers(url), transaction.changesSince(0)]);
      await transaction.changesSince(0);
    });
    assert.is((await failure(broken)).kind, 'unavailable');
  }
  await store.write(touch);
});

test('a connection that breaks during COMMIT says that the outcome is unknown', async ({ store }) => {
  await store.pool.query(command`
    CREATE FUNCTION mos.die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'`);
  await store.pool.query(command`
    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON mos.revision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mos.die()`);
  try {
    const error = await failure(store.write(touch));
    assert.is(error.kind, 'unavailable');
    assert.instance(error.cause, CommitOutcomeUnknown);
  } finally {
    await store.pool.query(command`DROP FUNCTION mos.die CASCADE`);
  }
  assert.is((await store.changesSince(0)).csn, 0);
});

test('a follower is told when the server goes and when it is back', async ({ store, url }) => {
  const heard = diary();
  await store.follow(heard);
  await killOthers(url);
  await until(() => heard.told.includes('back'), 'back');
  assert.equal(heard.told, ['committed', 'lost', 'back']);
  await store.write(touch);
  await until(() => heard.told.length === 4, 'a notification on the new connection');
});

test('a server that restarts, or crashes, is found again', async () => {
  const cluster = await startCluster();
  if (typeof cluster === 'string') throw new Error(cluster);
  try {
    const store = await openStore({ databaseUrl: cluster.socketUrl });
    const heard = diary();
    await store.follow(heard);
    await store.write(touch);
    cluster.stop('fast');
    await until(() => heard.told.includes('lost'), 'lost');
    const began = Date.now();
    assert.is((await failure(store.write(touch))).kind, 'unavailable');
    assert.is((await failure(store.changesSince(0))).kind, 'unavailable');
    assert.is((await failure(store.load(() => undefined))).kind, 'unavailable');
    assert.ok(Date.now() - began < 2000, 'the answer comes at once');
    cluster.start();
    await until(() => heard.told.includes('back'), 'back');
    await store.write(touch);
    cluster.stop('immediate');
    cluster.start();
    await until(() => heard.told.filter((word) => word === 'back').length === 2, 'back after the crash');
    await store.write(touch);
    assert.is((await store.changesSince(0)).csn, 3);
    await store.close();
  } finally {
    cluster.remove();
  }
});

test('a network that swallows everything makes a write `unavailable` after a while', async ({ url }) => {
  const network = await swallowingNetwork(url);
  const store = sqlStore(await openPostgres({ url: network.url, migrations: readMigrations(ownMigrations()), patience: 300 }));
  await store.write(touch);
  network.swallow = true;
  const error = await failure(store.write(touch));
  assert.is(error.kind, 'unavailable');
  network.swallow = false;
  await store.write(touch);
  await store.close();
  network.close();
});

test('a connection that a firewall has forgotten costs time, but no write', async ({ url }) => {
  const network = await swallowingNetwork(url);
  const store = sqlStore(await openPostgres({ url: network.url, migrations: readMigrations(ownMigrations()), patience: 300 }));
  await store.write(touch);
  network.forget();
  await store.write(touch);
  assert.is((await store.changesSince(0)).csn, 2);
  await store.close();
  network.close();
});

test('a writer that waits too long for another is told that it is busy', async ({ store, url }) => {
  const hasty = sqlStore(await openPostgres({ url, migrations: readMigrations(ownMigrations()), patience: 200 }));
  await store.write(async () => {
    assert.is((await failure(hasty.write(touch))).kind, 'busy');
  });
  await hasty.write(touch);
  await hasty.close();
});

test('what is wrong with the URL is said at the start, without the password', async ({ url }) => {
  const said = (databaseUrl: string): Promise<string> => openStore({ databaseUrl }).then(() => 'no error', String);
  const missing = url.replace(/\/\/[^@]*@/, '//postgres:secret@').replace(/\/[^/]*$/, '/no_such_database');
  assert.match(await said(missing), /cannot open the database "no_such_database" on 127\.0\.0\.1:\d+ as "postgres": .*does not exist/);
  const refused = await said('postgres://ada:secret@127.0.0.1:1/club');
  assert.match(refused, /cannot open the database "club" on 127\.0\.0\.1:1 as "ada": .*ECONNREFUSED/);
  assert.not.match(refused, 'secret');
  assert.match(await said('postgres://ada:secret@localhost:1/club'), /ECONNREFUSED/);
  assert.match(await said('mysql://localhost/club'), /must begin with postgres:/);
  assert.match(await said('postgres://ada@:x/club'), /no valid URL/);
  assert.match(await said('postgres:///club?host=/nowhere&port=1234'), /on \/nowhere: .*ENOENT/);
});

interface Network {
  readonly url: string;
  /** Whether nothing is passed on any more */
  swallow: boolean;
  /** Passes nothing more on for the connections that there are; new ones work */
  forget(): void;
  close(): void;
}

/** A network between the store and Postgres that can fail without telling. */
async function swallowingNetwork(url: string): Promise<Network> {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  const forgotten = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    const passes = (): boolean => !network.swallow && !forgotten.has(near);
    near.on('data', (data) => passes() && far.write(data)).on('close', () => far.destroy());
    near.on('end', () => passes() && near.destroy());
    far.on('data', (data) => passes() && near.write(data)).on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  const network: Network = {
    url: url.replace(`:${port}/`, `:${own}/`),
    swallow: false,
    forget: () => sockets.forEach((socket) => void forgotten.add(socket)),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return network;
}

if (serverUrl !== undefined) test.run();
