// Runs the fast tests, those that need nothing but Node, in several processes at once. Each takes every nth file.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { parse } from 'uvu/parse';
import { run } from 'uvu/run';

const fast = /^(?!bench\/|foreign\/|slapd\/|hostile\/|services\/|browser\/).*\.test\.ts$/;
/** More than processors, so that none stands idle while the slowest part ends. */
const processes = Math.min(4, 2 * availableParallelism());

/** Runs part `nth` of `parts` in this process; its exit code says how that went. */
async function runPart(nth: number, parts: number): Promise<void> {
  process.env['FORCE_COLOR'] ??= '1';
  const { suites } = await parse('test', fast);
  await run(
    suites.filter((_, index) => index % parts === nth),
    { bail: false },
  );
}

/** What each part says is printed when it has ended, so that no two mix. @returns exit code */
async function runAll(parts: number): Promise<number> {
  const codes = Array.from({ length: parts }, async (_, nth) => {
    const part = spawn(process.execPath, ['--import', 'tsx', import.meta.filename, `${nth}`, `${parts}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number>((resolve, reject) => part.once('error', reject).once('exit', (code) => resolve(code ?? 1)));
    const [code, said] = await Promise.all([ended, buffer(part.stdout)]);
    process.stdout.write(said);
    return code;
  });
  return Math.max(...(await Promise.all(codes)));
}

const [nth, parts] = process.argv.slice(2).map(Number);
if (nth !== undefined && parts !== undefined) await runPart(nth, parts);
else process.exitCode = await runAll(processes);
