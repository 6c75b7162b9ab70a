// The tables: a line as soon as it is known, and Markdown at the end.
import type { Result } from './measure.ts';
import type { Scenario } from './scenarios.ts';

/** A finished row of the final table. */
export interface Row {
  readonly what: string;
  readonly slapd: string;
  readonly mos: string;
  readonly club: string;
  readonly ratio: string;
  readonly cpu: string;
  readonly target: string;
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en');
const times = (ratio: number): string => (Number.isFinite(ratio) ? `${ratio.toFixed(2)} ×` : '');

/** What a person wants to see while it runs. */
export function printResults(scenario: Scenario, results: readonly Result[]): void {
  console.log(`\n${scenario.name}: ${scenario.title}${scenario.target === undefined ? '' : ` (target ≥ ${scenario.target} ×)`}`);
  console.log('                 per second     p50 ms     p99 ms   CPU µs/op   client   of slapd');
  const slapd = results.find(({ contestant }) => contestant === 'slapd')?.perSecond ?? Number.NaN;
  for (const { contestant, perSecond, p50, p99, cpuMicroseconds, clientBusy } of results) {
    const cells = [thousands(perSecond).padStart(12), p50.toFixed(3).padStart(10), p99.toFixed(3).padStart(10)];
    const costs = [cpuMicroseconds.toFixed(1).padStart(11), `${Math.round(clientBusy * 100)} %`.padStart(8)];
    console.log(`  ${contestant.padEnd(12)}${cells.join(' ')}${costs.join(' ')}   ${times(perSecond / slapd)}`);
    if (clientBusy > 0.9) {
      console.log(`  warning: the client's core was ${Math.round(clientBusy * 100)} % busy: ${contestant} may be faster than this`);
    }
  }
}

export function rowOf(scenario: Scenario, results: readonly Result[]): Row {
  const of = (name: string): Result | undefined => results.find(({ contestant }) => contestant === name);
  const [slapd, mos] = [of('slapd'), of('MOS') ?? of('MOS uncached')];
  const cell = (result: Result | undefined): string =>
    result === undefined
      ? ''
      : `${thousands(result.perSecond)}${result.clientBusy > 0.9 ? '*' : ''} (${result.p50.toFixed(2)} / ${result.p99.toFixed(2)})`;
  const both = slapd !== undefined && mos !== undefined;
  return {
    what: scenario.title,
    slapd: cell(slapd),
    mos: cell(mos),
    club: cell(of('MOS club')),
    ratio: both ? times(mos.perSecond / slapd.perSecond) : '',
    cpu: [slapd, mos].map((result) => result?.cpuMicroseconds.toFixed(1) ?? '–').join(' / '),
    target: scenario.target === undefined ? '' : `≥ ${scenario.target} ×`,
  };
}

/** Both tables, to be pasted into docs/PERFORMANCE.md. */
export function markdown(about: readonly string[], rows: readonly Row[], sizes: readonly (readonly [string, string, string])[]): string {
  const lines = [...about.map((line) => `- ${line}`), ''];
  if (rows.length > 0) {
    lines.push('| per second (p50 / p99 in ms) | slapd | MOS, open | MOS, club | MOS/slapd | CPU µs per operation, slapd / MOS | target |');
    lines.push('|---|---:|---:|---:|---:|---:|---:|');
    for (const { what, slapd, mos, club, ratio, cpu, target } of rows) {
      lines.push(`| ${what} | ${slapd} | ${mos} | ${club} | ${ratio} | ${cpu} | ${target} |`);
    }
    if (rows.some(({ slapd, mos, club }) => `${slapd}${mos}${club}`.includes('*'))) {
      lines.push('', "\\* The client's core was more than 90 % busy; the server may be faster than this.");
    }
    lines.push('');
  }
  if (sizes.length > 0) {
    lines.push('| size | measured | target |', '|---|---:|---:|');
    for (const [what, measured, target] of sizes) lines.push(`| ${what} | ${measured} | ${target} |`);
  }
  return lines.join('\n');
}
