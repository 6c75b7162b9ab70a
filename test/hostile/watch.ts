// What an attack does to the process, as the machine sees it.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Sample {
  /** resident memory in MiB */
  readonly rss: number;
  readonly descriptors: number;
}

/** @throws Error when the process is gone */
export function sample(pid: number): Sample {
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { rss: Math.round(Number(kilobytes) / 1024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** Somebody who goes on working meanwhile; see honest-client.ts. */
export class HonestClient {
  readonly #child: ChildProcess;
  #answered = 0;
  #longest = 0;
  #failure: string | undefined;

  constructor(words: readonly (string | number)[]) {
    const script = join(import.meta.dirname, 'honest-client.ts');
    this.#child = spawn(process.execPath, ['--import', 'tsx', script, ...words.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    this.#child.once('exit', (code) => (this.#failure = `the honest client ended with ${code}: ${said}`));
    if (this.#child.stdout === null) throw new Error('no output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const { answered, longest }: { answered: number; longest: number } = JSON.parse(line);
      this.#answered += answered;
      this.#longest = Math.max(this.#longest, longest);
    });
  }

  /** What it has seen since it was asked last. @throws Error when it was not served */
  served(): { readonly answered: number; readonly longest: number } {
    if (this.#failure !== undefined) throw new Error(this.#failure);
    const seen = { answered: this.#answered, longest: this.#longest };
    this.#answered = 0;
    this.#longest = 0;
    return seen;
  }

  stop(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill();
  }
}
