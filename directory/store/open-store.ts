import { existsSync } from 'node:fs';
import { openEmbedded } from './embedded.ts';
import { readMigrations } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { type SqlStore, sqlStore } from './sql-store.ts';

export interface StoreOptions {
  /** MOS_DATABASE_URL; without it the database runs in this process */
  readonly databaseUrl?: string | undefined;
  /** MOS_VAR, the state folder; undefined without databaseUrl keeps everything in memory */
  readonly folder?: string | undefined;
  /** The folder with the numbered .sql files; the package's own by default */
  readonly migrations?: URL | string;
}

/**
 * Opens the database, brings it to the newest migration and answers the Store over it.
 * @throws StoreNotOpened with one sentence for whoever started the program
 */
export async function openStore({ databaseUrl, folder, migrations = ownMigrations() }: StoreOptions): Promise<SqlStore> {
  const scripts = readMigrations(migrations);
  return sqlStore(
    databaseUrl === undefined
      ? await openEmbedded({ folder, migrations: scripts })
      : await openPostgres({ url: databaseUrl, migrations: scripts }),
  );
}

/** schema/sql of the package, seen from the source as well as from the compiled dist/. */
export function ownMigrations(): URL {
  const [source, compiled] = ['../../schema/sql/', '../../../schema/sql/'].map((path) => new URL(path, import.meta.url));
  if (source !== undefined && existsSync(source)) return source;
  return compiled ?? new URL(import.meta.url);
}
