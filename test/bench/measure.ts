// One scenario among several servers: alternating rounds, medians.
import type { Contestant, Identity } from './contestants.ts';
import { type Measurement, run } from './load.ts';
import type { Options } from './options.ts';
import type { Beside, Scenario } from './scenarios.ts';
import { cpuMicroseconds } from './server-cost.ts';
import { verify } from './verify.ts';

/** A server's median over the rounds. */
export interface Result {
  readonly contestant: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time of the server process, all threads */
  readonly cpuMicroseconds: number;
  readonly clientBusy: number;
}

const verified = 200;

/** Runs a scenario: A B C A B C …; the first, unmeasured, round warms up compilers and caches. */
export async function measure(scenario: Scenario, contestants: readonly Contestant[], people: number, options: Options): Promise<Result[]> {
  const questions = scenario.questions(people);
  const followedBy = scenario.followedBy?.(people);
  const rounds = contestants.map((): Result[] => []);
  const first = questions.slice(0, verified).flatMap((question, index) => [question, followedBy?.[index] ?? []].flat());
  const identityOf = ({ server, identity }: Contestant): Identity =>
    scenario.asRoot ? { dn: server.rootDn, password: server.rootPassword } : identity;
  for (const contestant of contestants) await verify(contestant, identityOf(contestant), first);
  for (let round = 0; round <= options.rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const { port, pid } = contestant.server;
      let cpu = 0;
      const stopOthers = scenario.beside && (await beside(scenario.beside, contestant, people));
      const measurement: Measurement = await run({
        port,
        connections: scenario.connections,
        outstanding: scenario.outstanding,
        seconds: options.seconds,
        warmUp: options.warmUp,
        identity: identityOf(contestant),
        questions,
        followedBy,
        onWindow: (begins) => {
          cpu = begins ? cpuMicroseconds(pid) : cpuMicroseconds(pid) - cpu;
        },
      }).catch((error: unknown) => {
        throw new Error(`${scenario.name}, ${contestant.name}`, { cause: error });
      });
      await stopOthers?.();
      const { operations, seconds, p50, p99, clientBusy } = measurement;
      const result = {
        contestant: contestant.name,
        perSecond: operations / seconds,
        p50,
        p99,
        cpuMicroseconds: cpu / operations,
        clientBusy,
      };
      if (round > 0) rounds[index]?.push(result);
    }
  }
  return rounds.map(medianOf);
}

/** Keeps other connections busy while something is measured. @returns what ends them */
async function beside({ connections, questions }: Beside, { server }: Contestant, people: number): Promise<() => Promise<unknown>> {
  let stop = (): void => {};
  const until = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const others = run({ port: server.port, connections, outstanding: 1, seconds: 0, until, warmUp: 0, questions: questions(people) });
  others.catch(() => {});
  return () => {
    stop();
    return others;
  };
}

function medianOf(results: readonly Result[]): Result {
  const median = (of: (result: Result) => number): number => {
    const sorted = results.map(of).sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  };
  return {
    contestant: results[0]?.contestant ?? '',
    perSecond: median((result) => result.perSecond),
    p50: median((result) => result.p50),
    p99: median((result) => result.p99),
    cpuMicroseconds: median((result) => result.cpuMicroseconds),
    clientBusy: median((result) => result.clientBusy),
  };
}
