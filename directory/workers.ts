import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Settings, SettingsError } from '../settings/settings.ts';
import { type Doors, listenAddresses } from './listen-addresses.ts';
import { rootPasswordOf } from './root-password.ts';
import { loadOrCreateCertificate } from './server/certificate.ts';
import type { Log } from './server/log.ts';

/** Is this process one of several that `mos start --workers` has started? */
export const isWorker = cluster.isWorker;

/** A worker that is done: the channel to the one that started it would keep it alive. */
export function leave(): void {
  if (isWorker) process.disconnect();
}

/** Tells the one that started this worker that it serves. */
export function sayStarted(): void {
  if (isWorker) process.send?.('started');
}

/** Milliseconds before a worker that has ended is replaced. */
const restartAfter = 1000;

/**
 * `mos start --workers N`: N processes behind the same ports, each with a tree of its own on the one Postgres. A worker that ends
 * is replaced. What must be made once (certificate, administrator's password, the first filling) is made before the second begins.
 * @returns the exit code: 1 when the first worker does not come up, and has said why
 */
export async function startWorkers(settings: Settings, count: number, doors: Doors, log: Log): Promise<number> {
  if (settings.databaseUrl === undefined)
    throw new SettingsError('several workers need Postgres: set MOS_DATABASE_URL, since the embedded database belongs to one process');
  mkdirSync(settings.var, { recursive: true, mode: 0o700 });
  const { made } = await rootPasswordOf(settings);
  if (made !== undefined) process.stdout.write(`${settings.rootDn} has the password ${made}\n`);
  await loadOrCreateCertificate({
    certFile: settings.tlsCert,
    keyFile: settings.tlsKey,
    caFile: settings.tlsCa,
    folder: join(settings.var, 'tls'),
    now: new Date(),
  });
  // they share their sockets; nobody else removes one that was left behind
  for (const address of listenAddresses(settings, doors)) if (address.kind === 'ldapi') rmSync(address.path, { force: true });
  cluster.setupPrimary({ args: doors === 'all' ? ['start'] : ['start', doors] });
  const workers = new Set<Worker>();
  let [serving, stopping] = [false, false];
  const begin = (): Worker => {
    const worker = cluster.fork();
    workers.add(worker);
    worker.once('exit', (code, signal) => {
      workers.delete(worker);
      if (stopping || !serving) return;
      log.error('a worker has ended and is replaced', { worker: worker.id, code, signal });
      void sleep(restartAfter).then(() => stopping || begin());
    });
    return worker;
  };
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  const first = begin();
  const up = await Promise.race([once(first, 'message').then(() => true), once(first, 'exit').then(() => false), stopped]);
  serving = up === true;
  for (let more = 1; up === true && more < count; more++) begin();
  if (up === true) await stopped;
  stopping = true;
  await Promise.all(
    [...workers].map((worker) => {
      worker.process.kill('SIGTERM');
      return once(worker, 'exit');
    }),
  );
  return up === false ? 1 : 0;
}
