// The site under steady load: so many requests a second come, whether or not the ones before are answered.
import { Agent, request } from 'node:http';
import { asBuilt, startMos } from '../support/mos-process.ts';
import { loadMos } from './contestants.ts';
import type { Options } from './options.ts';
import { type Flavour, passwordOf, suffix, uidOf } from './people.ts';
import { cpuMicroseconds } from './server-cost.ts';
import type { Machine } from './sizes.ts';

type Line = readonly [what: string, measured: string, target: string];

/** Requests a second. */
const rate = 200;
const longestSeconds = 10;
/** Before it is counted: code that has run often is compiled by then. */
const warmSeconds = 3;

/** What is asked for, and how many of a hundred requests are of it. */
const pages: readonly (readonly [what: string, path: (nth: number, people: number) => string])[] = [
  ['list', (nth) => `/people?page=${1 + (nth % 50)}`],
  ['profile', (nth, people) => `/people/${uidOf((nth * 7919) % people)}`],
  ['search', (nth) => `/people?q=${['ada', 'hop', 'lovel', 'tur 12', 'x9', 'sophie lam'][nth % 6]?.replace(' ', '+')}`],
];

/** Rows for the table: the wait of each kind of page at a steady rate, signed in as a member. */
export async function loadSite({ folder, cluster, core }: Machine, flavour: Flavour, options: Options): Promise<Line[]> {
  const { env } = await loadMos(folder, options.people, flavour, cluster);
  // begun anew by this process, Postgres shares the load's core: the other one is for MOS alone
  cluster?.stop('fast');
  cluster?.start();
  const server = await startMos({
    baseDn: suffix,
    program: asBuilt,
    seconds: 180,
    env: { ...env, MOS_ACCESS: 'club' },
    ...(core === undefined ? {} : { core }),
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  try {
    const url = new URL(server.env['MOS_WEB_LISTEN'] ?? '');
    const cookie = await signIn(url, agent);
    const ask = (path: string) => timed(url, agent, path, cookie);
    // the lists are made when somebody first asks
    for (const [, path] of pages) await ask(path(1, options.people));
    const seconds = Math.min(longestSeconds, Math.max(2, options.seconds * 3));
    await steadily(warmSeconds, (nth, [, path]) => ask(path(nth, options.people)));
    const waits = new Map<string, number[]>(pages.map(([what]) => [what, []]));
    const used = cpuMicroseconds(server.pid);
    await steadily(seconds, async (nth, [what, path], due) => {
      // from when it was due: who had to wait to ask has waited too
      waits.get(what)?.push((await ask(path(nth, options.people))) - due);
    });
    const cpu = (cpuMicroseconds(server.pid) - used) / 1000 / (rate * seconds);
    return [...waits].map(([what, all]): Line => {
      const sorted = all.sort((one, other) => one - other);
      const at = (part: number) => `${(sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1)} ms`;
      return [
        `site, ${what} of ${options.people} people, ${rate} requests/s: p50, p99 (CPU ${cpu.toFixed(2)} ms a request)`,
        `${at(0.5)}, ${at(0.99)}`,
        '≤ 50 ms at p99',
      ];
    });
  } finally {
    agent.destroy();
    await server.stop();
  }
}

/** So many requests a second for so long, whatever becomes of the ones before. @param due milliseconds, as performance.now() says */
async function steadily(seconds: number, ask: (nth: number, page: (typeof pages)[number], due: number) => Promise<unknown>): Promise<void> {
  const from = performance.now();
  const running: Promise<unknown>[] = [];
  for (let nth = 0; nth < rate * seconds; nth++) {
    const due = from + (nth * 1000) / rate;
    const early = due - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    const page = pages[nth % pages.length];
    if (page !== undefined) running.push(ask(nth, page, due));
  }
  await Promise.all(running);
}

async function signIn(url: URL, agent: Agent): Promise<string> {
  const form = await fetched(url, agent, '/sign-in');
  const csrf = /name="csrf" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, name: uidOf(1), password: passwordOf(1) }).toString();
  const answer = await fetched(url, agent, '/sign-in', form.cookies, body);
  if (answer.status !== 303) throw new Error(`the bench can't sign in: ${answer.status} ${answer.text}`);
  return answer.cookies;
}

/** @returns when it had been answered whole @throws Error for what is no page */
async function timed(url: URL, agent: Agent, path: string, cookie: string): Promise<number> {
  const { status } = await fetched(url, agent, path, cookie);
  if (status !== 200) throw new Error(`GET ${path} was answered with ${status}`);
  return performance.now();
}

function fetched(
  url: URL,
  agent: Agent,
  path: string,
  cookie = '',
  body?: string,
): Promise<{ readonly status: number; readonly text: string; readonly cookies: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'text/html',
      cookie,
      ...(body === undefined
        ? { 'accept-encoding': cookie === '' ? 'identity' : 'gzip' }
        : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
    };
    const asked = request(
      { host: url.hostname, port: url.port, path, agent, headers, method: body === undefined ? 'GET' : 'POST' },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text,
            cookies: (answer.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; '),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
