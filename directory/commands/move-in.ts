import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { eventsOf, moveFromDjango } from '../../ldif/moving/django.ts';
import { readDjangoDump } from '../../ldif/moving/django-dump.ts';
import { moveFromPasswd } from '../../ldif/moving/passwd.ts';
import { type Move, recordsOf } from '../../ldif/moving/plan.ts';
import { type Settings, SettingsError } from '../../settings/settings.ts';
import { loadSchema } from '../open.ts';
import { writeWhole } from '../written-file.ts';
import { nothing, report, runJob } from './run-job.ts';

/** Bytes of a file; a dump of a club is a hundredth of it. */
const largest = 100 * 1024 * 1024;

export interface MoveOptions {
  readonly dryRun: boolean;
  /** Leave out what is refused and make the rest */
  readonly continues: boolean;
}

export interface DjangoCommandOptions extends MoveOptions {
  /** KIND=STATUS */
  readonly statuses: readonly string[];
  readonly board: string | undefined;
  /** Folder of the uploads */
  readonly media: string | undefined;
  /** File that the events go into */
  readonly events: string | undefined;
}

/** `mos import-django FILE…` @returns the exit code */
export async function importDjango(settings: Settings, files: readonly string[], options: DjangoCommandOptions): Promise<number> {
  if (files.length === 0) throw new SettingsError('name the files that manage.py dumpdata has written');
  const { board, media, events } = options;
  if (board !== undefined && board !== 'superuser' && board !== 'staff') throw new SettingsError('--board takes superuser or staff');
  const dump = readDjangoDump(files.map((name) => ({ name, text: contentOf(name).toString('utf8') })));
  const move = moveFromDjango(dump, {
    statuses: new Map(options.statuses.map(pairOf)),
    board,
    today: new Date().toISOString().slice(0, 10),
    media: (path) => (media === undefined ? undefined : uploaded(media, path)),
  });
  if (events !== undefined) {
    const lines = eventsOf(dump, settings.timeZone ?? 'Europe/Vienna');
    await writeWhole(events, async (write) => {
      for (const line of lines) await write(Buffer.from(`${line}\n`));
      return true;
    });
    process.stderr.write(`${events}: ${lines.length} events, for the calendar\n`);
  }
  return bringIn(settings, move, 'the dump', options);
}

/** `mos import-passwd PASSWD [SHADOW [GROUP]]` @returns the exit code */
export async function importPasswd(
  settings: Settings,
  [passwd, shadow, group, ...more]: readonly string[],
  options: MoveOptions & { readonly minUid: string | undefined },
): Promise<number> {
  if (passwd === undefined || more.length > 0) throw new SettingsError('usage: mos import-passwd PASSWD [SHADOW [GROUP]]');
  const minUid = Number(options.minUid ?? 1000);
  if (!Number.isInteger(minUid) || minUid < 0) throw new SettingsError('--min-uid: a number is expected');
  const read = (file: string | undefined) => (file === undefined ? undefined : contentOf(file));
  const files = { passwd: contentOf(passwd), shadow: read(shadow), group: read(group) };
  return bringIn(settings, moveFromPasswd(files, { minUid, today: Math.floor(Date.now() / 86_400_000) }), passwd, options);
}

/** Tells what does not come along, and makes the rest: in one transaction, by the same door as mos import. */
async function bringIn(settings: Settings, move: Move, file: string, { dryRun, continues }: MoveOptions): Promise<number> {
  const names = new Set<string>();
  let rest = '';
  const data = async (piece: Buffer) => {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) names.add(line);
  };
  const asked = await runJob(settings, { name: 'names', arguments: {}, input: nothing() }, { data, progress: () => undefined });
  if (!asked.ok) {
    report(asked);
    return 1;
  }
  const schema = loadSchema(settings.schema);
  for (const folder of ['ou=people', 'ou=statuses', 'ou=groups'])
    if (!names.has(schema.normalizeDn(`${folder},${settings.baseDn}`)))
      throw new Error(
        `there is no ${folder},${settings.baseDn}: start an empty directory with MOS_SEED=base, or import ldif/base.ldif first`,
      );
  const records = recordsOf(move, { baseDn: settings.baseDn, has: (dn) => names.has(schema.normalizeDn(dn)) });
  for (const { where, what } of records.notes) process.stderr.write(`${where}: ${what}\n`);
  if (dryRun) {
    process.stdout.write(records.ldif);
    process.stderr.write(`${records.people} people would come in; nothing was changed\n`);
    return 0;
  }
  async function* input(): AsyncIterable<Buffer> {
    yield Buffer.from(records.ldif);
  }
  const result = await runJob(settings, { name: 'import', arguments: { file, continue: continues }, input: input() });
  report(result);
  if (result.ok) process.stdout.write(`${records.people} people have come in\n`);
  return result.ok ? 0 : 1;
}

function contentOf(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new SettingsError(`${file} can not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (bytes.length > largest) throw new SettingsError(`${file} has more than ${largest / 1024 / 1024} MB; is it the right file?`);
  return bytes;
}

/** A file below the folder; a path that leads out of it is none. */
function uploaded(folder: string, path: string): Buffer | undefined {
  const within = normalize(join('/', path));
  try {
    return readFileSync(join(folder, within));
  } catch {
    return undefined;
  }
}

function pairOf(word: string): readonly [kind: string, status: string] {
  const at = word.lastIndexOf('=');
  if (at < 1 || at === word.length - 1) throw new SettingsError(`--status ${word}: KIND=STATUS is expected`);
  return [word.slice(0, at), word.slice(at + 1)];
}
