import { open } from 'node:fs/promises';
import type { Settings } from '../../settings/settings.ts';
import { Progress } from '../progress.ts';
import { type Write, writeWhole } from '../written-file.ts';
import { nothing, report, runJob } from './run-job.ts';

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

async function reading(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file).catch((error: Error) => {
    throw new Error(`${file} can not be read: ${error.message}`, { cause: error });
  });
  return handle.createReadStream();
}
