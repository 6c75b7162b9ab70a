// Two processes on one database: how long a change at one is not seen at the other.
import { setTimeout as sleep } from 'node:timers/promises';
import { entryOf, RawClient, request } from '../support/raw-client.ts';
import { loadMos, mosContestant } from './contestants.ts';
import type { Options } from './options.ts';
import { type Flavour, personDn } from './people.ts';
import type { Machine } from './sizes.ts';

const writesPerSecond = 50;

/** Writes at one node, 50 times a second, and asks the other until it knows. @returns rows for the table of sizes */
export async function seeAcrossNodes(
  { folder, cluster, core }: Machine,
  flavour: Flavour,
  { people, seconds, quick }: Options,
): Promise<(readonly [what: string, measured: string, target: string])[]> {
  if (cluster === undefined) return [];
  const loaded = await loadMos(folder, people, flavour, cluster);
  const writer = await mosContestant('writer', loaded, core);
  const reader = await mosContestant('reader', loaded, undefined);
  try {
    const [here, there] = await Promise.all([writer, reader].map(({ server }) => RawClient.connect(server.port)));
    if (here === undefined || there === undefined) throw new Error('two connections');
    for (const client of [here, there]) await client.ask(request.bind(writer.server.rootDn, writer.server.rootPassword));
    const delays: number[] = [];
    const count = quick ? 50 : Math.max(500, seconds * 3 * writesPerSecond);
    for (let nth = 0; nth < count; nth++) {
      const due = performance.now() + 1000 / writesPerSecond;
      const dn = personDn(nth % people);
      const { code } = await here.ask(request.modify(dn, [2, 'title', `title ${nth}`]));
      if (code !== 0) throw new Error(`the write was answered with ${code}`);
      const acknowledged = performance.now();
      for (let seen = ''; seen !== `title ${nth}`; ) {
        const { entries } = await there.ask(request.search(dn, { scope: 0, attributes: ['title'] }));
        seen = entryOf(entries[0]?.parts ?? []).attributes['title']?.[0] ?? '';
      }
      delays.push(performance.now() - acknowledged);
      await sleep(Math.max(0, due - performance.now()));
    }
    here.close();
    there.close();
    delays.sort((a, b) => a - b);
    const at = (share: number) => `${(delays[Math.floor(delays.length * share)] ?? Number.NaN).toFixed(1)} ms`;
    return [
      [
        `a change at one node, ${writesPerSecond} a second, until it is seen at the other`,
        `${at(0.5)} (p50), ${at(0.99)} (p99), ${at(1 - 1 / delays.length)} at most`,
        '≤ 100 ms at p99',
      ],
    ];
  } finally {
    for (const { server } of [writer, reader]) await server.stop();
  }
}
