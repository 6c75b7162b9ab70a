import { randomBytes } from 'node:crypto';
import { type Settings, SettingsError } from '../../settings/settings.ts';
import { openWiki, WikiAway, type WikiDatabase } from '../../sync/wiki/database.ts';
import { objection } from '../../sync/wiki/guard.ts';
import { type Plan, planWiki } from '../../sync/wiki/plan.ts';
import { readWiki } from '../../sync/wiki/read.ts';
import { statementsOf, tableStatement } from '../../sync/wiki/statements.ts';
import { lineOf, noteOf, summaryOf } from '../../sync/wiki/words.ts';
import { readPeople } from './read-people.ts';
import type { SyncOptions } from './sync.ts';

/** `mos sync wiki` @returns the exit code: 1 when it was refused or did not work; then nothing was written */
export async function syncWiki(settings: Settings, options: SyncOptions): Promise<number> {
  const { wikiDatabase: url, wikiGroups: groups } = settings;
  if (url === undefined) throw new SettingsError('MOS_WIKI_DATABASE: it is not set, and mos sync wiki needs it');
  const passwords = settings.wikiPasswords === 'yes';
  const people = await readPeople(settings, passwords);
  let database: WikiDatabase | undefined;
  try {
    database = await openWiki(url);
    const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    const wiki = await readWiki(database, now);
    const plan = planWiki({ people, wiki, groups, passwords, adopt: new Set(options.adopt) });
    const refusal = objection(plan, { people: people.length, mostRemoved: settings.syncMostRemoved, force: options.force });
    if (options.dryRun) {
      print(plan, options);
      return refusal === undefined ? 0 : failed(`it would be refused: ${refusal}`);
    }
    if (refusal !== undefined) return failed(`the wiki is left as it is: ${refusal}`);
    if (plan.steps.length > 0) {
      const { prefix } = database;
      if (!wiki.hasTable) await database.write([tableStatement(prefix)]);
      await database.write(statementsOf(plan.steps, wiki.hasSystemAccount, { prefix, now, token: () => randomBytes(16).toString('hex') }));
    }
    print(plan, options);
    return 0;
  } catch (error) {
    if (error instanceof WikiAway) return failed(error.message);
    throw error;
  } finally {
    await database?.close();
  }
}

function print(plan: Plan, { quiet, dryRun }: SyncOptions): void {
  if (quiet && plan.steps.length === 0) return;
  for (const line of [...plan.steps.map(lineOf), ...plan.notes.map(noteOf), summaryOf(plan, dryRun)]) process.stdout.write(`${line}\n`);
}

function failed(line: string): number {
  process.stderr.write(`mos: ${line}\n`);
  return 1;
}
