import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import { type Row, WikiAway, type WikiDatabase } from './database.ts';

/** Connects to a wiki's MariaDB or MySQL. @throws WikiAway */
export async function openMariadb(url: URL, prefix: string): Promise<WikiDatabase> {
  const options = optionsOf(url);
  const where = options.socketPath ?? `${options.host}:${options.port}`;
  const connection = await createConnection(options).catch((error: unknown) => {
    throw new WikiAway(`the wiki's database at ${where}: ${inWords(error)}`, { cause: error });
  });
  // a connection that ends is told by the next question
  connection.on('error', () => undefined);
  const inside = async <T>(begin: string, work: () => Promise<T>): Promise<T> => {
    try {
      await connection.query(begin);
      const result = await work();
      await connection.query('COMMIT');
      return result;
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => undefined);
      throw new WikiAway(`the wiki's database at ${where}: ${inWords(error)}`, { cause: error });
    }
  };
  return {
    prefix,
    tables: (names) =>
      inside('START TRANSACTION READ ONLY', async () => {
        const sql = 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()';
        const rows = await ask(connection, sql, []);
        const there = new Set(rows.map(({ name }) => String(name)));
        return new Set(names.filter((name) => there.has(prefix + name)));
      }),
    read: (statements) =>
      inside('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', async () => {
        const answers: (readonly Row[])[] = [];
        for (const { sql, values } of statements) answers.push(await ask(connection, sql, values));
        return answers;
      }),
    write: (statements) =>
      inside('START TRANSACTION', async () => {
        for (const { sql, values } of statements) await connection.execute(sql, [...values]);
      }),
    async close() {
      await connection.end().catch(() => connection.destroy());
    },
  };
}

async function ask(connection: Connection, sql: string, values: readonly (string | number | null)[]): Promise<readonly Row[]> {
  const [rows] = await connection.execute<RowDataPacket[]>(sql, [...values]);
  // MediaWiki's columns are binary, and hold UTF-8
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString() : value])),
  );
}

/** How to reach what the URL names. Hashes of passwords go over a network by TLS alone, unless it is switched off. @throws WikiAway */
export function optionsOf(url: URL): ConnectionOptions {
  const { port, username, password, pathname, searchParams } = url;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const [socket, tls, ca] = ['socket', 'tls', 'ca'].map((name) => searchParams.get(name));
  const isHere = /^(localhost|127(\.\d+){3}|::1)$/.test(host);
  const encrypted = !socket && tls !== 'no' && (tls === 'yes' || !isHere || Boolean(ca));
  // mysql2 would take a certificate of any name
  if (encrypted && isIP(host) !== 0)
    throw new WikiAway(`MOS_WIKI_DATABASE: ${host} is an address; TLS needs the name that the certificate of the database has`);
  return {
    ...(socket ? { socketPath: socket } : { host, port: Number(port || 3306) }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    charset: 'utf8mb4',
    connectTimeout: 10_000,
    ...(encrypted ? { ssl: { minVersion: 'TLSv1.2', verifyIdentity: true, ...(ca ? { ca: authority(ca) } : {}) } } : {}),
  };
}

function authority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new WikiAway(`MOS_WIKI_DATABASE: ca: ${file} can't be read`, { cause: error });
  }
}

/** What a database says has no password in it. */
function inWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return `nobody listens there (${code}): is MariaDB running?`;
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return 'it has no TLS; give it a certificate, or switch TLS off with ?tls=no';
  if (code === 'ER_ACCESS_DENIED_ERROR' || code === 'ER_DBACCESS_DENIED_ERROR')
    return 'it refuses the user or the password of MOS_WIKI_DATABASE';
  if (code === 'ER_TABLEACCESS_DENIED_ERROR')
    return `${error instanceof Error ? error.message : code}: grant it to the user of MOS_WIKI_DATABASE`;
  if (code === 'ER_LOCK_WAIT_TIMEOUT' || code === 'ER_LOCK_DEADLOCK')
    return 'the wiki is busy writing; nothing was written, the next run tries again';
  if (code === 'ER_DUP_ENTRY') return 'somebody has made the same account meanwhile; nothing was written, the next run looks again';
  return error instanceof Error ? error.message : String(error);
}
