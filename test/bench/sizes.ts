// What grows with the number of people: a search's cost, the start, memory, the import.

import type { Cluster } from '../support/run-on-postgres.ts';
import { type Contestant, loadMos, mosContestant, slapdContestant } from './contestants.ts';
import { measure } from './measure.ts';
import type { Options } from './options.ts';
import type { Flavour } from './people.ts';
import { scenarios } from './scenarios.ts';
import { residentBytes } from './server-cost.ts';

export interface Machine {
  readonly folder: string;
  readonly cluster: Cluster | undefined;
  /** The core of the servers */
  readonly core: number | undefined;
}

type Line = readonly [what: string, measured: string, target: string];
const compared = ['search-64x1', 'search-8x16'];
const settle = 3000;

/** Rows for the table of sizes, for MOS and, as far as it goes, for slapd. */
export async function compareSizes(
  machine: Machine,
  flavours: { slapd: Flavour | undefined; mos: Flavour | undefined },
  options: Options,
): Promise<Line[]> {
  const lines: Line[] = [];
  const [small, large] = options.sizes;
  if (flavours.slapd !== undefined) {
    const { slapd } = flavours;
    const servers = [
      await slapdContestant(machine.folder, small, slapd, machine.core),
      await slapdContestant(machine.folder, large, slapd, machine.core),
    ];
    lines.push(...(await costs('slapd', servers, options, 'for information')));
    for (const { server } of servers) await server.stop();
  }
  if (flavours.mos !== undefined) lines.push(...(await mosSizes(machine, flavours.mos, options, small, large)));
  for (const line of lines) console.log(`  ${line.join('   ')}`);
  return lines;
}

async function mosSizes(machine: Machine, flavour: Flavour, options: Options, small: number, large: number): Promise<Line[]> {
  const { folder, cluster, core } = machine;
  const store = cluster === undefined ? 'the embedded database' : 'Postgres';
  const few = await mosContestant('MOS', await loadMos(folder, small, flavour, cluster), core);
  const loaded = await loadMos(folder, large, flavour, cluster);
  const from = performance.now();
  const many = await mosContestant('MOS', loaded, core);
  const startSeconds = (performance.now() - from) / 1000;
  await new Promise((resolve) => setTimeout(resolve, settle));
  const fresh = [few, many].map(({ server }) => residentBytes(server.pid));
  const lines = await costs('MOS', [few, many], options, '≤ 1.2 ×');
  const used = [few, many].map(({ server }) => residentBytes(server.pid));
  for (const { server } of [few, many]) await server.stop();
  const perEntry = ([less = 0, more = 0]: number[]): string => `${((more - less) / (large - small) / 1024).toFixed(2)} KB`;
  const megabytes = (bytes: number | undefined): string => `${Math.round((bytes ?? 0) / 2 ** 20)} MB`;
  const inAll = `${megabytes(fresh[1])}, ${megabytes(used[1])} after the searches`;
  return [
    ...lines,
    [`start with ${large} people, from ${store}, one core`, `${startSeconds.toFixed(1)} s`, '≤ 15 s'],
    [`memory per entry, ${large} people (${inAll})`, `${perEntry(fresh)}, ${perEntry(used)} after the searches`, '≤ 4 KB'],
    [`import of ${large} people into ${store}`, `${loaded.importSeconds.toFixed(1)} s`, '≤ 60 s'],
  ];
}

/** CPU time per search with many people, as a multiple of that with few. */
async function costs(name: string, [few, many]: readonly Contestant[], options: Options, target: string): Promise<Line[]> {
  const lines: Line[] = [];
  if (few === undefined || many === undefined) return lines;
  for (const scenario of scenarios.filter((scenario) => compared.includes(scenario.name))) {
    const [small, large] = options.sizes;
    const cheap = { ...scenario, questions: () => scenario.questions(small) };
    const dear = { ...scenario, questions: () => scenario.questions(large) };
    const pairs: [number, number][] = [];
    for (let round = 0; round < options.rounds; round++) {
      const [a] = await measure(cheap, [few], small, { ...options, rounds: 1 });
      const [b] = await measure(dear, [many], large, { ...options, rounds: 1 });
      pairs.push([a?.cpuMicroseconds ?? 0, b?.cpuMicroseconds ?? 0]);
    }
    const [a, b] = pairs.sort((one, other) => one[1] / one[0] - other[1] / other[0])[pairs.length >> 1] ?? [0, 0];
    const numbers = `${a.toFixed(1)} → ${b.toFixed(1)} µs, ${(b / a).toFixed(2)} ×`;
    lines.push([`${name}: CPU per ${scenario.title}, ${small} → ${large} people`, numbers, target]);
  }
  return lines;
}
