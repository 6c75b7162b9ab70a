import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { describeSettings, type Settings } from '../settings/settings.ts';
import { runJobOn } from './jobs.ts';
import { loadPolicy, loadSchema, openDirectory } from './open.ts';
import { Progress } from './progress.ts';
import { keepRootPassword } from './root-password.ts';
import type { JobOutput, JobRequest, JobResult } from './server/jobs.ts';
import { makeLog } from './server/log.ts';
import { askForJob } from './server/remote-job.ts';
import { StoreNotOpened } from './store/failures.ts';
import { type Write, writeWhole } from './written-file.ts';

/** `mos import` @returns the exit code */
export async function importFiles(settings: Settings, files: readonly string[], continues: boolean): Promise<number> {
  if (files.length === 0) {
    process.stderr.write('mos: name the files to import, or "-" for standard input\n');
    return 2;
  }
  let code = 0;
  for (const file of files) {
    const input = file === '-' ? process.stdin : await reading(file);
    const progress = new Progress(`importing ${file}`, 'records');
    const result = await runJob(
      settings,
      { name: 'import', arguments: { file, continue: continues }, input },
      { data: () => undefined, progress: (done) => progress.show(done) },
    );
    progress.end();
    report(result);
    if (!result.ok) code = 1;
    if (!result.ok && !continues) return 1;
  }
  return code;
}

/** `mos export` @returns the exit code */
export async function exportFile(
  settings: Settings,
  file: string | undefined,
  options: { readonly base: string | undefined; readonly operational: boolean },
): Promise<number> {
  const produce = async (data: Write): Promise<boolean> => {
    const request = { name: 'export', arguments: { ...options }, input: nothing() };
    const result = await runJob(settings, request, { data, progress: () => undefined });
    report(result);
    return result.ok;
  };
  if (file !== undefined && file !== '-') return (await writeWhole(file, produce)) ? 0 : 1;
  const print: Write = (piece) =>
    new Promise((resolve, reject) => void process.stdout.write(piece, (error) => (error ? reject(error) : resolve())));
  return (await produce(print)) ? 0 : 1;
}

/** `mos passwd` @returns the exit code */
export async function passwd(settings: Settings, name: string | undefined): Promise<number> {
  const password = await readPassword(name ?? settings.rootDn);
  if (password.length === 0) throw new Error('an empty password can not be set');
  if (name === undefined) {
    if (settings.rootPassword !== undefined) throw new Error("the administrator's password comes from MOS_ROOT_PASSWORD; change it there");
    await keepRootPassword(settings, password);
    process.stdout.write(`${settings.rootDn} has a new password; a running server takes it with its next start\n`);
    return 0;
  }
  async function* input(): AsyncIterable<Buffer> {
    yield password;
  }
  const result = await runJob(
    settings,
    { name: 'passwd', arguments: { name }, input: input() },
    { data: () => undefined, progress: () => undefined },
  );
  report(result);
  return result.ok ? 0 : 1;
}

/** `mos check` @returns the exit code */
export async function check(settings: Settings, env: NodeJS.ProcessEnv, deep: boolean): Promise<number> {
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
  return code;
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

const quiet = makeLog({ level: 'error', format: 'text', write: (line) => process.stderr.write(line) });

function socketOf(settings: Settings): string {
  return join(settings.var, 'ldapi');
}

/**
 * Runs a job here, or in the process that has the embedded database open: two openers would destroy it.
 * @throws Error in words when neither works
 */
async function runJob(settings: Settings, request: JobRequest, output: JobOutput): Promise<JobResult> {
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

/** Is somebody listening on the socket? */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function report({ ok, lines }: JobResult): void {
  for (const line of lines) (ok ? process.stdout : process.stderr).write(`${line}\n`);
}

async function* nothing(): AsyncIterable<Buffer> {}

async function reading(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file).catch((error: Error) => {
    throw new Error(`${file} can not be read: ${error.message}`, { cause: error });
  });
  return handle.createReadStream();
}

/** Asks twice on a terminal, without showing what is typed; otherwise takes the first line of standard input. */
async function readPassword(whose: string): Promise<Buffer> {
  const terminal = process.stdin.isTTY === true;
  const muted = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: terminal ? muted : undefined, terminal });
  const iterator = lines[Symbol.asyncIterator]();
  const ask = async (prompt: string): Promise<string> => {
    if (terminal) process.stderr.write(prompt);
    const next = await iterator.next();
    if (terminal) process.stderr.write('\n');
    return next.done ? '' : next.value;
  };
  const first = await ask(`New password for ${whose}: `);
  const second = terminal ? await ask('Once more: ') : first;
  lines.close();
  if (first !== second) throw new Error('the two are not the same; nothing was changed');
  return Buffer.from(first);
}
