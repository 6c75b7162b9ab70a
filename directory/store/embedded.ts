import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { createPool, sql } from 'slonik';
import { z } from 'zod';
import type { StoreEvents } from '../core/store.ts';
import { embeddedDriver } from './drivers.ts';
import { StoreNotOpened } from './failures.ts';
import { lockFolder } from './folder-lock.ts';
import { type Migration, migrate, type ScriptConnection } from './migrate.ts';
import type { Engine } from './sql-store.ts';

export interface EmbeddedOptions {
  /** Where `db` and its lock live; undefined keeps everything in memory */
  readonly folder: string | undefined;
  readonly migrations: readonly Migration[];
}

/**
 * Opens Postgres in this process.
 * @throws StoreNotOpened when another process has the folder open, or the database is newer than the migrations
 */
export async function openEmbedded({ folder, migrations }: EmbeddedOptions): Promise<Engine> {
  if (folder === undefined) return embeddedEngine(await PGlite.create(), migrations);
  try {
    return await openFolder(folder, migrations);
  } catch (error) {
    if (error instanceof StoreNotOpened) throw error;
    throw new StoreNotOpened(`cannot open the embedded database in ${folder}: ${String(error)}`, { cause: error });
  }
}

async function openFolder(folder: string, migrations: readonly Migration[]): Promise<Engine> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(join(folder, 'db'));
  try {
    const engine = await embeddedEngine(await PGlite.create(join(folder, 'db')), migrations);
    await engine.pool.query(sql.type(z.unknown())`VACUUM`); // there is no autovacuum here
    return { ...engine, close: () => engine.close().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The engine over an open PGlite, which belongs to the engine from then on. */
export async function embeddedEngine(database: PGlite, migrations: readonly Migration[]): Promise<Engine> {
  try {
    await migrate(scripts(database), migrations);
  } catch (error) {
    await database.close();
    throw error;
  }
  const pool = await createPool('postgres://embedded', {
    driverFactory: embeddedDriver(database),
    maximumPoolSize: 1,
    idleTimeout: 'DISABLE_TIMEOUT',
    queryRetryLimit: 0,
    resetConnection: async () => undefined,
  });
  pool.on('error', () => undefined); // whoever asked gets it as well
  const followers = new Set<StoreEvents>();
  return {
    pool,
    // This process is the only writer, so its own commits are all there is to hear of.
    committed: () => setImmediate(() => followers.forEach((events) => void events.committed())),
    follow: async (events) => {
      followers.add(events);
      setImmediate(() => events.committed()); // as the other engine does when it begins to listen
    },
    close: async () => {
      followers.clear();
      await pool.end();
      if (!database.closed) await database.close();
    },
  };
}

function scripts(database: PGlite): ScriptConnection {
  return {
    script: async (text) => void (await database.exec(text)),
    rows: async (text, values = []) => (await database.query<Record<string, unknown>>(text, [...values])).rows,
  };
}
