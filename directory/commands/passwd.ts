import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Settings } from '../../settings/settings.ts';
import { keepRootPassword } from '../root-password.ts';
import { report, runJob } from './run-job.ts';

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
