import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings, type Settings } from '../../settings/settings.ts';
import { loadPolicy, loadSchema, openDirectory } from '../open.ts';
import type { JobOutput, JobRequest } from '../server/jobs.ts';
import { askForJob } from '../server/remote-job.ts';
import { reportOnServices } from './check-services.ts';
import { answers, nothing, quiet, runJob, socketOf } from './run-job.ts';

export interface CheckOptions {
  /** Compare memory and database too */
  readonly deep: boolean;
  /** Look at services from outside, and at nothing else: needs no database */
  readonly services: boolean;
  /** PEM file of authorities that services' certificates may come from */
  readonly ca: string | undefined;
}

/** `mos check` @returns the exit code */
export async function check(settings: Settings, env: NodeJS.ProcessEnv, { deep, services, ca }: CheckOptions): Promise<number> {
  if (services) return reportOnServices(settings, ca);
  for (const { name, value, source, help } of describeSettings(env))
    process.stdout.write(`${`${name}=${value}`.padEnd(60)} # ${source}: ${help}\n`);
  const tries: readonly (readonly [string, () => Promise<string>])[] = [
    ['schema', async () => `${loadSchema(settings.schema).attributeTypes.length} attribute types`],
    ['access rows', async () => `${loadPolicy(settings.access).access.length} rows`],
    ['database', () => tryDatabase(settings)],
    ...(deep ? [['memory and database', () => compareDeeply(settings)] as const] : []),
  ];
  let code = 0;
  for (const [what, attempt] of tries) {
    try {
      process.stdout.write(`ok: ${what}: ${await attempt()}\n`);
    } catch (error) {
      code = 1;
      process.stdout.write(`wrong: ${what}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return Math.max(code, await reportOnServices(settings, ca));
}

async function tryDatabase(settings: Settings): Promise<string> {
  if (settings.databaseUrl === undefined && (await answers(socketOf(settings)))) return 'a running mos start has it open';
  if (settings.databaseUrl === undefined && !existsSync(join(settings.var, 'db')))
    return `not there yet; mos start makes it in ${join(settings.var, 'db')}`;
  const { directory } = await openDirectory(settings, Buffer.from('{none}'), quiet);
  const { size } = directory.tree;
  await directory.close();
  return `${size} entries`;
}

/** A running `mos start` compares its own memory; without one there is only what was loaded just now. */
async function compareDeeply(settings: Settings): Promise<string> {
  const request: JobRequest = { name: 'verify', arguments: {}, input: nothing() };
  const output: JobOutput = { data: () => undefined, progress: () => undefined };
  const running = await answers(socketOf(settings));
  const { ok, lines } = running ? await askForJob(socketOf(settings), request, output) : await runJob(settings, request, output);
  if (!ok) throw new Error(`they differ; restart this process and keep this list for a report\n${lines.join('\n')}`);
  return running ? 'the running mos start holds what the tables hold' : 'no mos start is running; the tables can be loaded';
}
