// The command line of the benchmark.
import { parseArgs } from 'node:util';

export interface Options {
  readonly people: number;
  /** Names of scenarios begin with it; undefined: all, and the sizes too */
  readonly only: string | undefined;
  readonly rounds: number;
  /** Measured seconds per round */
  readonly seconds: number;
  readonly warmUp: number;
  /** Numbers of people whose costs are compared */
  readonly sizes: readonly [small: number, large: number];
  readonly quick: boolean;
}

export const usage = `npm run bench -- [--quick] [--only SCENARIO] [--people N] [--rounds N] [--seconds N] [--sizes N,N]
  --quick     a minute's run that shows whether everything works; its numbers mean little
  --only      scenarios whose name begins so; "sizes" is the comparison of sizes, "nodes" of two processes, "site" the web site
  --sizes     the two numbers of people whose costs are compared, "1000,1000000"`;

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      people: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      sizes: { type: 'string' },
    },
  });
  const { quick } = values;
  return {
    quick,
    only: values.only,
    people: Number(values.people ?? (quick ? 1000 : 10_000)),
    rounds: Number(values.rounds ?? (quick ? 1 : 5)),
    seconds: Number(values.seconds ?? (quick ? 0.5 : 3)),
    warmUp: quick ? 0.5 : 1,
    sizes: sizesOf(values.sizes ?? (quick ? '500,2000' : '1000,100000')),
  };
}

function sizesOf(text: string): readonly [small: number, large: number] {
  const [small = Number.NaN, large = Number.NaN] = text.split(',').map(Number);
  if (!(small > 0 && large > small)) throw new Error(`--sizes: two numbers are expected, the smaller one first, not "${text}"`);
  return [small, large];
}
