import { connect } from 'node:net';
import { join } from 'node:path';
import type { Settings } from '../../settings/settings.ts';
import { runJobOn } from '../jobs/run.ts';
import { openDirectory } from '../open.ts';
import type { JobOutput, JobRequest, JobResult } from '../server/jobs.ts';
import { makeLog } from '../server/log.ts';
import { askForJob } from '../server/remote-job.ts';
import { StoreNotOpened } from '../store/failures.ts';

export const quiet = makeLog({ level: 'error', format: 'text', write: (line) => process.stderr.write(line) });
const silent: JobOutput = { data: () => undefined, progress: () => undefined };

/** The administrator's socket. */
export function socketOf(settings: Settings): string {
  return join(settings.var, 'ldapi');
}

/**
 * Runs a job here, or in the process that has the embedded database open: two openers would destroy it.
 * @throws Error in words when neither works
 */
export async function runJob(settings: Settings, request: JobRequest, output: JobOutput = silent): Promise<JobResult> {
  if (settings.databaseUrl === undefined && (await answers(socketOf(settings)))) return askForJob(socketOf(settings), request, output);
  const open = await openDirectory(settings, Buffer.from('{none}'), quiet).catch((error: unknown) => {
    if (!(error instanceof StoreNotOpened)) throw error;
    throw new Error(error.message, { cause: error });
  });
  try {
    return await runJobOn(open)(request, output);
  } finally {
    await open.directory.close();
  }
}

/** The same for a job that takes words and answers lines. @returns the exit code */
export async function runAndReport(settings: Settings, name: string, args: JobRequest['arguments']): Promise<number> {
  const result = await runJob(settings, { name, arguments: args, input: nothing() });
  report(result);
  return result.ok ? 0 : 1;
}

/** Is somebody listening on the socket? */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export function report({ ok, lines }: JobResult): void {
  for (const line of lines) (ok ? process.stdout : process.stderr).write(`${line}\n`);
}

export async function* nothing(): AsyncIterable<Buffer> {}
