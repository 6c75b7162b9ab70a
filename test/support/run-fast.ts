// Runs the fast tests, those that need nothing but Node, in several processes at once. Each takes the next file that none has taken.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parse } from 'uvu/parse';
import { run } from 'uvu/run';

const fast = /^(?!bench\/|foreign\/|slapd\/|hostile\/|services\/|browser\/).*\.test\.ts$/;
/** More than processors: much of the time a test waits. */
const processes = Math.min(4, 2 * availableParallelism());

/** Runs whatever files are left, the large ones first, so that none is still running when all others have ended. */
async function runWhatIsLeft(taken: string): Promise<void> {
  process.env['FORCE_COLOR'] ??= '1';
  const { suites } = await parse('test', fast);
  const bytes = new Map(suites.map(({ file }) => [file, statSync(file).size]));
  suites.sort((one, other) => (bytes.get(other.file) ?? 0) - (bytes.get(one.file) ?? 0));
  let failed = false;
  for (const [nth, each] of suites.entries()) {
    if (!take(join(taken, String(nth)))) continue;
    // what uvu has run it would run again
    (globalThis as { UVU_QUEUE?: unknown[] }).UVU_QUEUE?.splice(0);
    await run([each], { bail: false });
    failed ||= process.exitCode !== 0;
  }
  process.exitCode = failed ? 1 : 0;
}

function take(place: string): boolean {
  try {
    mkdirSync(place);
    return true;
  } catch {
    return false;
  }
}

/** What each process says is printed when it has ended, so that no two mix, and one sum under all. @returns exit code */
async function runAll(): Promise<number> {
  const taken = mkdtempSync(join(tmpdir(), 'mos-tests-'));
  const sum = { Total: 0, Passed: 0, Skipped: 0 };
  const codes = Array.from({ length: processes }, async () => {
    const part = spawn(process.execPath, ['--import', 'tsx', import.meta.filename, taken], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number>((resolve, reject) => part.once('error', reject).once('exit', (code) => resolve(code ?? 1)));
    const [code, said] = await Promise.all([ended, buffer(part.stdout)]);
    process.stdout.write(withoutSums(said.toString(), sum));
    return code;
  });
  const code = Math.max(...(await Promise.all(codes)));
  rmSync(taken, { recursive: true });
  console.log(`\n  Total:     ${sum.Total}\n  Passed:    ${sum.Passed}\n  Skipped:   ${sum.Skipped}`);
  return code;
}

/** Takes out the counts that uvu gives under each file, and adds them up; how long it took stays. */
function withoutSums(said: string, sum: Record<'Total' | 'Passed' | 'Skipped', number>): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: uvu colours what it counts
  const line = /^(?:\x1b\[\d+m)* {2}(Total|Passed|Skipped): +(?:\x1b\[\d+m)*(\d+).*\n/gm;
  return said.replace(line, (_, what: keyof typeof sum, count: string) => {
    sum[what] += Number(count);
    return '';
  });
}

const [taken] = process.argv.slice(2);
if (taken !== undefined) await runWhatIsLeft(taken);
else process.exitCode = await runAll();
