import { Client, type ClientConfig } from 'pg';
import { createPool } from 'slonik';
import { postgresDriver } from './drivers.ts';
import { StoreNotOpened } from './failures.ts';
import { type Feed, openFeed } from './feed.ts';
import { type Migration, migrate, type ScriptConnection } from './migrate.ts';
import type { Engine } from './sql-store.ts';

export interface PostgresOptions {
  /** A postgres:// URL as libpq has them; `?host=/run/postgresql` for a Unix socket */
  readonly url: string;
  readonly migrations: readonly Migration[];
  /** Milliseconds that one statement may take, the wait for another writer included */
  readonly patience?: number;
}

/** A dead network is noticed by the keep-alive probes when nothing is asked, and by the timeouts when something is. Milliseconds. */
const reaching = { connectionTimeoutMillis: 5_000, keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;

/**
 * Connects to a Postgres server.
 * @throws StoreNotOpened when it cannot be reached, is too old, or the database is newer than the migrations
 */
export async function openPostgres({ url, migrations, patience = 30_000 }: PostgresOptions): Promise<Engine> {
  if (!/^postgres(?:ql)?:\/\//.test(url)) throw new StoreNotOpened('MOS_DATABASE_URL must begin with postgres://');
  const base: ClientConfig = { application_name: 'mos', connectionString: url, ...reaching };
  await migrateServer(base, migrations);
  // The server ends a statement first; query_timeout is for when it no longer answers at all.
  const limits = { statement_timeout: patience, query_timeout: patience * 1.2, idle_in_transaction_session_timeout: 120_000 };
  const pool = await createPool('postgres://', {
    driverFactory: postgresDriver({ ...base, ...limits }),
    maximumPoolSize: 10,
    idleTimeout: 600_000,
    connectionRetryLimit: 1, // one attempt: the caller waits for an answer
    queryRetryLimit: 0,
    resetConnection: async () => undefined, // nobody changes a session's settings but with SET LOCAL
  });
  pool.on('error', () => undefined); // whoever asked gets it as well
  let feed: Promise<Feed> | undefined;
  return {
    pool,
    committed: () => undefined, // Postgres notifies everybody, this process too
    follow: async (events) => {
      if (feed !== undefined) throw new Error('the store is followed already');
      feed = openFeed(base, events);
      await feed.catch((error) => {
        feed = undefined;
        throw error;
      });
    },
    close: async () => {
      await (await feed)?.close();
      await pool.end();
    },
  };
}

async function migrateServer(config: ClientConfig, migrations: readonly Migration[]): Promise<void> {
  let client: Client;
  try {
    client = new Client(config);
  } catch (error) {
    throw new StoreNotOpened('MOS_DATABASE_URL is no valid URL, or a file that it names cannot be read', { cause: error });
  }
  client.on('error', () => undefined); // the query under way fails with it
  try {
    await client.connect();
  } catch (error) {
    throw new StoreNotOpened(`cannot open the ${describe(client)}: ${reason(error)}`, { cause: error });
  }
  try {
    await migrate(scripts(client), migrations);
  } catch (error) {
    if (error instanceof StoreNotOpened) throw error;
    throw new StoreNotOpened(`cannot prepare the ${describe(client)}: ${reason(error)}`, { cause: error });
  } finally {
    await client.end();
  }
}

function scripts(client: Client): ScriptConnection {
  return {
    script: async (text) => void (await client.query(text)),
    rows: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
  };
}

/** Where the connection goes, without the password. */
function describe({ database, host, port, user }: Client): string {
  const whose = user === undefined ? '' : ` as "${user}"`;
  return `database "${database}" on ${host.startsWith('/') ? host : `${host}:${port}`}${whose}`;
}

function reason(error: unknown): string {
  // One error for each address of a name that has several.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reason))].join('; ');
  return error instanceof Error ? error.message : String(error);
}
