import { type Settings, SettingsError } from '../../settings/settings.ts';
import { carryOut } from '../../sync/mailman/carry-out.ts';
import { createList, readList } from '../../sync/mailman/client.ts';
import { objection } from '../../sync/mailman/guard.ts';
import { type Plan, planList, type Subscriber } from '../../sync/mailman/plan.ts';
import type { Report } from '../../sync/mailman/reports.ts';
import { MailmanAway, MailmanRefuses, openRest, type Rest } from '../../sync/mailman/rest.ts';
import { lineOf, notesOf, summaryOf } from '../../sync/mailman/words.ts';
import { readPeople } from './read-people.ts';
import { runJob } from './run-job.ts';
import type { SyncOptions } from './sync.ts';

/** `mos sync mailman` @returns the exit code: 1 when it was refused or something did not work */
export async function syncMailman(settings: Settings, options: SyncOptions): Promise<number> {
  const { mailmanUrl, mailmanList: list } = settings;
  if (mailmanUrl === undefined || list === undefined)
    throw new SettingsError(
      `${mailmanUrl === undefined ? 'MOS_MAILMAN_URL' : 'MOS_MAILMAN_LIST'}: it is not set, and mos sync mailman needs it`,
    );
  const people = await readPeople(settings, false);
  const rest = openRest(mailmanUrl);
  try {
    const subscribers = await subscribersOf(rest, list, options);
    const plan = planList({ people, subscribers, now: generalizedTime(new Date()), keepOthers: options.keepOthers });
    const refusal = objection(plan, { people: people.length, mostRemoved: settings.syncMostRemoved, force: options.force });
    if (options.dryRun) return show(list, plan, refusal, options);
    if (refusal === undefined) return await apply(settings, rest, list, plan, options);
    return failed(`${list} is left as it is: ${refusal}`);
  } catch (error) {
    if (error instanceof MailmanAway || error instanceof MailmanRefuses) return failed(error.message);
    throw error;
  }
}

async function subscribersOf(rest: Rest, list: string, { create, dryRun }: SyncOptions): Promise<readonly Subscriber[]> {
  const subscribers = await readList(rest, list);
  if (subscribers !== undefined) return subscribers;
  if (!create) throw new MailmanRefuses(404, `Mailman has no list ${list}; mos sync mailman --create makes it`);
  if (!dryRun) await createList(rest, list);
  process.stdout.write(`create  ${list}\n`);
  return [];
}

function show(list: string, plan: Plan, refusal: string | undefined, { quiet }: SyncOptions): number {
  const notes = notesOf(plan);
  if (!quiet || plan.steps.length > 0 || plan.reports.some(({ says }) => says !== undefined))
    print([
      ...plan.steps.map(lineOf),
      ...notes,
      summaryOf(list, { planned: plan.steps, done: plan.steps, subscribers: plan.after, dryRun: true }),
    ]);
  return refusal === undefined ? 0 : failed(`it would be refused: ${refusal}`);
}

async function apply(settings: Settings, rest: Rest, list: string, plan: Plan, { quiet }: SyncOptions): Promise<number> {
  const { done, refused, away } = await carryOut(rest, list, plan.steps);
  const steps = plan.steps.filter((step) => done.has(step));
  const reports = plan.reports.filter(({ after }) => after === undefined || done.has(after));
  // what was done is noted also when Mailman went away in between
  await report(settings, reports);
  const change = (kind: 'add' | 'remove') => steps.filter((step) => step.kind === kind).length;
  if (!quiet || steps.length > 0 || reports.some(({ says }) => says !== undefined))
    print([
      ...steps.map(lineOf),
      ...notesOf({ reports, held: plan.held }),
      summaryOf(list, { planned: plan.steps, done: steps, subscribers: plan.before + change('add') - change('remove'), dryRun: false }),
    ]);
  const failures = [
    ...refused.map(({ step, why }) => `${lineOf(step)}: Mailman refuses: ${why}`),
    ...(away === undefined
      ? []
      : [away, `${plan.steps.length - done.size - refused.length} of ${plan.steps.length} steps are left for the next time`]),
  ];
  return failures.length === 0 ? 0 : failed(...failures);
}

/** Writes into the entries what is known of their mail. */
async function report(settings: Settings, reports: readonly Report[]): Promise<void> {
  if (reports.length === 0) return;
  const lines = reports.map(({ uuid, bounced, listed }) => `${JSON.stringify({ uuid, bounced, listed })}\n`);
  const result = await runJob(settings, { name: 'list-reports', arguments: {}, input: bytesOf(lines) });
  if (!result.ok) throw new Error(result.lines.join('\n'));
}

async function* bytesOf(lines: readonly string[]): AsyncIterable<Buffer> {
  for (const line of lines) yield Buffer.from(line);
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

function failed(...lines: readonly string[]): number {
  for (const line of lines) process.stderr.write(`mos: ${line}\n`);
  return 1;
}

function generalizedTime(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}
