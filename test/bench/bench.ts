// Measures MOS beside slapd on one machine: the same people, the same requests, alternating, the server on one core, the client on
// another. See `usage` for the command line.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { asBuilt } from '../support/mos-process.ts';
import { type Cluster, startCluster } from '../support/run-on-postgres.ts';
import { hasModule, slapdMissing, slapdVersion } from '../support/slapd.ts';
import { type Contestant, loadMos, makeFlavours, mosContestant, slapdContestant } from './contestants.ts';
import { measure } from './measure.ts';
import { seeAcrossNodes } from './nodes.ts';
import { type Options, readOptions, usage } from './options.ts';
import type { Flavour } from './people.ts';
import { markdown, printResults, type Row, rowOf } from './report.ts';
import { scenarios } from './scenarios.ts';
import { loadSite } from './site.ts';
import { compareSizes, type Machine } from './sizes.ts';

const mosMissing = existsSync(asBuilt[0] ?? '') ? undefined : 'dist/mos.js is not built (npm run build)';

/** What cannot take part, said once. */
function sayWhatIsSkipped(): void {
  if (slapdMissing !== undefined) console.log('slapd: skipped: not installed');
  else if (!hasModule('argon2'))
    console.log("slapd: skipped: its argon2 module is not installed, so its people's passwords are {SSHA} throughout");
  if (mosMissing !== undefined) console.log(`MOS: skipped: ${mosMissing}`);
}

/** This process to the last core; the servers get core 0. On a machine with one core nothing is pinned. */
function pin(): number | undefined {
  const cores = availableParallelism();
  const pinned = cores > 1 && spawnSync('taskset', ['-apc', String(cores - 1), String(process.pid)]).status === 0;
  if (!pinned) console.log('warning: client and server share their cores');
  return pinned ? 0 : undefined;
}

interface Flavours {
  readonly slapd: Flavour | undefined;
  readonly mos: Flavour | undefined;
}

async function runScenarios(machine: Machine, flavours: Flavours, options: Options): Promise<Row[]> {
  const chosen = scenarios.filter(({ name }) => name.startsWith(options.only ?? ''));
  if (chosen.length === 0) return [];
  const contestants: Contestant[] = [];
  const { folder, cluster, core } = machine;
  const { people } = options;
  try {
    if (flavours.slapd !== undefined) contestants.push(await slapdContestant(folder, people, flavours.slapd, core));
    if (flavours.mos !== undefined) {
      const { mos } = flavours;
      const shared = cluster === undefined ? undefined : await loadMos(folder, people, mos, cluster);
      const variants = { MOS: {}, 'MOS club': { MOS_ACCESS: 'club' }, 'MOS uncached': { MOS_BIND_CACHE: '0' } };
      for (const [name, env] of Object.entries(variants)) {
        contestants.push(await mosContestant(name, shared ?? (await loadMos(folder, people, mos, undefined)), core, env));
      }
    }
    const rows: Row[] = [];
    for (const scenario of chosen) {
      const results = await measure(
        scenario,
        contestants.filter(({ name }) => scenario.between(name)),
        people,
        options,
      );
      printResults(scenario, results);
      rows.push(rowOf(scenario, results));
    }
    return rows;
  } finally {
    for (const { server } of contestants) await server.stop();
  }
}

function about(options: Options, cluster: Cluster | undefined): string[] {
  const store = cluster === undefined ? 'the embedded database' : 'Postgres';
  return [
    `${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${slapdMissing === undefined ? slapdVersion() : 'no slapd'}; server and client pinned to one core each, loopback`,
    `${options.people} people, a dozen groups; medians of ${options.rounds} alternating rounds of ${options.seconds} s; every answer is checked`,
    'slapd: mdb, eq indexes, memberof overlay, 16 threads (its default); passwords {SSHA}. ' +
      `MOS: ${store}, passwords argon2id (m=19456, t=2, p=1), correct ones remembered for MOS_BIND_CACHE (default)`,
    'C × N: C connections with N requests outstanding each; "search, then bind" is one cycle of two operations on two connections',
  ];
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  sayWhatIsSkipped();
  const cluster = mosMissing === undefined ? await startCluster() : undefined;
  if (typeof cluster === 'string') console.log(`Postgres: skipped: ${cluster}`);
  const database = typeof cluster === 'object' ? cluster : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'mos-bench-'));
  try {
    const made = await makeFlavours();
    const flavours = { slapd: slapdMissing === undefined ? made.slapd : undefined, mos: mosMissing === undefined ? made.mos : undefined };
    const machine = { folder, cluster: database, core: pin() };
    const rows = await runScenarios(machine, flavours, options);
    const withSizes = options.only === undefined || options.only === 'sizes';
    const withSite = options.only === undefined || options.only === 'site';
    const withNodes = options.only === undefined || options.only === 'nodes';
    const sizes = [
      ...(withNodes && flavours.mos !== undefined ? await seeAcrossNodes(machine, flavours.mos, options) : []),
      ...(withSizes ? await compareSizes(machine, flavours, options) : []),
      // the last one: it moves Postgres to the load's core
      ...(withSite && flavours.mos !== undefined ? await loadSite(machine, flavours.mos, options) : []),
    ];
    console.log(`\n${markdown(about(options, database), rows, sizes)}`);
  } finally {
    database?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes('--help')) console.log(usage);
else await main();
