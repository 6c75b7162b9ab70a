import { type Settings, SettingsError } from '../../settings/settings.ts';
import { syncMailman } from './sync-mailman.ts';
import { syncWiki } from './sync-wiki.ts';

export interface SyncOptions {
  /** Shows the plan and changes nothing */
  readonly dryRun: boolean;
  /** Also removes more than MOS_SYNC_MOST_REMOVED */
  readonly force: boolean;
  /** Says nothing when there was nothing to do */
  readonly quiet: boolean;
  /** Makes what is to be kept in step, when it is not there */
  readonly create: boolean;
  /** Leaves alone whom the directory does not know */
  readonly keepOthers: boolean;
  /** Names of accounts that may be taken over from whoever made them */
  readonly adopt: readonly string[];
}

/** What can be kept in step: a row each. @returns the exit code: 1 when it was refused or something did not work */
const syncs: Readonly<Record<string, (settings: Settings, options: SyncOptions) => Promise<number>>> = {
  mailman: syncMailman,
  wiki: syncWiki,
};

/** `mos sync NAME` @returns the exit code */
export async function sync(settings: Settings, [name, ...more]: readonly string[], options: SyncOptions): Promise<number> {
  const run = name !== undefined && Object.hasOwn(syncs, name) ? syncs[name] : undefined;
  if (run === undefined || more.length > 0) throw new SettingsError(`mos sync takes one of: ${Object.keys(syncs).join(', ')}`);
  return run(settings, options);
}
