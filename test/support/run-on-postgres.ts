// Starts a Postgres cluster of its own, runs the tests (or the command given) on it with MOS_TEST_DATABASE_URL, removes it.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that belongs to one run. */
export interface Cluster {
  /** As superuser, over TCP */
  readonly url: string;
  /** The same over its Unix socket */
  readonly socketUrl: string;
  start(): void;
  /** `immediate` is a crash: the log is replayed at the next start */
  stop(mode: 'fast' | 'immediate'): void;
  remove(): void;
}

/** A new cluster, started; a sentence when that cannot be. The settings are Postgres's own, so fsync is on. */
export async function startCluster(): Promise<Cluster | string> {
  const binaries = newestBinaries();
  if (binaries === undefined) return 'PostgreSQL is not installed';
  const asPostgres = process.getuid?.() === 0;
  const folder = mkdtempSync(join(tmpdir(), 'mos-postgres-'));
  if (asPostgres) {
    const id = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' });
    if (id.status !== 0) return 'there is no user postgres, and the server does not run as root';
    chownSync(folder, Number(id.stdout), -1);
  }
  const port = await freePort();
  const run = (program: string, ...args: string[]): void => {
    const command = [join(binaries, program), ...args];
    const [file = '', ...rest] = asPostgres
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--', ...command]
      : command;
    // Not a pipe: the server inherits it, and whoever reads it would wait for the server.
    const { status, error } = spawnSync(file, rest, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`${program} failed`, { cause: error });
  };
  const data = join(folder, 'data');
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c max_connections=60`;
  const cluster: Cluster = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    socketUrl: `postgres://postgres@/postgres?host=${folder}&port=${port}`,
    start: () => run('pg_ctl', 'start', '-s', '-w', '-D', data, '-l', join(folder, 'log'), '-o', options),
    stop: (mode) => run('pg_ctl', 'stop', '-s', '-w', '-D', data, '-m', mode),
    remove: () => {
      if (existsSync(join(data, 'postmaster.pid'))) cluster.stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    run('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync');
    cluster.start();
  } catch (error) {
    cluster.remove();
    throw error;
  }
  return cluster;
}

function newestBinaries(): string | undefined {
  const base = '/usr/lib/postgresql';
  if (!existsSync(base)) return undefined;
  const versions = readdirSync(base).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(base, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const tests = ['--import', 'tsx', 'node_modules/uvu/bin.js', 'test', '^(store|core|server)/.*\\.test\\.ts$'];

async function main(given: readonly string[]): Promise<number> {
  const cluster = await startCluster();
  if (typeof cluster === 'string') {
    console.log(`skipped: ${cluster}`);
    return 0;
  }
  const [program = process.execPath, ...args] = given.length > 0 ? given : [process.execPath, ...tests];
  try {
    const env = { ...process.env, MOS_TEST_DATABASE_URL: cluster.url, MOS_TEST_DATABASE_SOCKET: cluster.socketUrl };
    const child = spawn(program, args, { stdio: 'inherit', env });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal)); // then comes its exit
    return await new Promise((resolve, reject) => child.once('error', reject).once('exit', (code) => resolve(code ?? 1)));
  } finally {
    cluster.remove();
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));
