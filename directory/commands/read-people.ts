import type { Settings } from '../../settings/settings.ts';
import type { SyncedPerson } from '../../sync/people.ts';
import { nothing, runJob } from './run-job.ts';

/**
 * Everybody in the directory, as the jobs that keep other programs in step see them.
 * @param passwords with their hashes
 * @throws Error in words when the directory can't be read; then nobody is to conclude that it is empty
 */
export async function readPeople(settings: Settings, passwords: boolean): Promise<readonly SyncedPerson[]> {
  const pieces: Buffer[] = [];
  const result = await runJob(
    settings,
    { name: 'people', arguments: { passwords }, input: nothing() },
    { data: (piece) => void pieces.push(piece), progress: () => undefined },
  );
  if (!result.ok) throw new Error(result.lines.join('\n'));
  const lines = Buffer.concat(pieces).toString().split('\n').filter(Boolean);
  // our own job has written them
  return lines.map((line) => JSON.parse(line) as SyncedPerson);
}
