import { readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { moveFromDjango } from '../../ldif/moving/django.ts';
import { type DjangoDump, readDjangoDump } from '../../ldif/moving/django-dump.ts';
import { eventsOf } from '../../ldif/moving/django-events.ts';
import type { Fault } from '../../ldif/moving/entry-draft.ts';
import { moveFromPasswd } from '../../ldif/moving/passwd.ts';
import { type Move, type Note, recordsOf } from '../../ldif/moving/plan.ts';
import { type Known, type Present, presentOf } from '../../ldif/moving/present.ts';
import { type Settings, SettingsError } from '../../settings/settings.ts';
import { isPhoto, makePhoto, mostPhotoBytes } from '../../web/people/photo.ts';
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
  const dump = readDjangoDump(files.map((name) => ({ name, bytes: contentOf(name) })));
  const photos = await photosOf(dump, media);
  const move = moveFromDjango(dump, {
    statuses: new Map(options.statuses.map(pairOf)),
    board,
    today: dayIn(settings.timeZone),
    media: (path) => photos.get(path),
    fault: faultBy(settings),
    keepsEvents: events !== undefined,
  });
  const kept = events === undefined ? [] : await keepEvents(dump, settings, events, options);
  return bringIn(settings, { ...move, notes: [...move.notes, ...kept] }, 'the dump', options);
}

/** Writes the events of the dump into a file. @returns what is to be told of them */
async function keepEvents(dump: DjangoDump, settings: Settings, file: string, { dryRun }: MoveOptions): Promise<readonly Note[]> {
  const { lines, notes } = eventsOf(dump, settings.timeZone ?? zoneOfTheSite);
  if (!dryRun)
    await writeWhole(file, async (write) => {
      for (const line of lines) await write(Buffer.from(`${line}\n`));
      return true;
    });
  return [...notes, { where: file, what: `${lines.length} events ${dryRun ? 'would be ' : ''}kept, for the calendar` }];
}

/** Where Metalab's site stands, whose tables these are: its times have no zone. */
const zoneOfTheSite = 'Europe/Vienna';

/** YYYY-MM-DD, as the club's calendar on the wall has it. */
function dayIn(timeZone: string | undefined): string {
  // Sweden writes dates like ISO 8601
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date());
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
  return bringIn(
    settings,
    moveFromPasswd(files, { minUid, today: Math.floor(Date.now() / 86_400_000), fault: faultBy(settings) }),
    passwd,
    options,
  );
}

/** Tells what does not come along, and makes the rest: in one transaction, by the same door as mos import. */
async function bringIn(settings: Settings, move: Move, file: string, { dryRun, continues }: MoveOptions): Promise<number> {
  const records = recordsOf(move, await presentIn(settings));
  for (const { where, what } of records.notes) process.stderr.write(`${printable(where)}: ${printable(what)}\n`);
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
  else process.stderr.write('lines are counted in what --dry-run prints\n');
  return result.ok ? 0 : 1;
}

/** What the directory holds. @throws Error in words when it can't be asked, or is not the frame that people move into */
async function presentIn(settings: Settings): Promise<Present> {
  const pieces: Buffer[] = [];
  const asked = await runJob(
    settings,
    { name: 'names', arguments: {}, input: nothing() },
    { data: (piece) => void pieces.push(piece), progress: () => undefined },
  );
  if (!asked.ok) throw new Error(asked.lines.join('\n'));
  const lines = Buffer.concat(pieces).toString().split('\n').filter(Boolean);
  // our own job has written them
  const known = lines.map((line) => JSON.parse(line) as Known);
  const schema = loadSchema(settings.schema);
  const present = presentOf(known, settings.baseDn, (dn) => schema.normalizeDn(dn));
  for (const folder of ['ou=people', 'ou=statuses', 'ou=groups'])
    if (present.find(present.normalized(`${folder},${settings.baseDn}`)) === undefined)
      throw new Error(
        `there is no ${folder},${settings.baseDn}: start an empty directory with MOS_SEED=base, or import ldif/base.ldif first`,
      );
  return present;
}

/** What a dump says goes to a terminal as text, not as its commands. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** What is wrong with values by the schema's syntaxes. */
function faultBy(settings: Settings): Fault {
  const schema = loadSchema(settings.schema);
  return (description, value) => {
    const syntax = schema.attributeType(description)?.syntax;
    return syntax === undefined || syntax.check(value) ? undefined : `is no ${syntax.description}, as ${description} wants it`;
  };
}

/** Uploaded photos as MOS keeps them, by their paths in the dump; those that are missing or no pictures are not among them. */
async function photosOf(dump: DjangoDump, folder: string | undefined): Promise<ReadonlyMap<string, Buffer>> {
  const photos = new Map<string, Buffer>();
  if (folder === undefined) return photos;
  for (const { fields } of dump.records.get('members.contactinfo') ?? []) {
    const path = typeof fields['image'] === 'string' ? fields['image'].trim() : '';
    const bytes = path === '' ? undefined : uploaded(folder, path);
    if (bytes === undefined) continue;
    // without the place and time that cameras write into pictures
    const photo = await makePhoto(new File([new Uint8Array(bytes)], path));
    if (isPhoto(photo)) photos.set(path, photo);
  }
  return photos;
}

function contentOf(file: string): Buffer {
  let bytes: Buffer;
  try {
    if (file !== '-' && statSync(file).size > largest) throw tooLarge(file);
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(`${file} can not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (bytes.length > largest) throw tooLarge(file);
  return bytes;
}

function tooLarge(file: string): SettingsError {
  return new SettingsError(`${file} has more than ${largest / 1024 / 1024} MB; is it the right file?`);
}

/** A file below the folder; a path that leads out of it is none. */
function uploaded(folder: string, path: string): Buffer | undefined {
  const file = join(folder, normalize(join('/', path)));
  try {
    const found = statSync(file);
    // to read a pipe or a device might never end
    return !found.isFile() || found.size > mostPhotoBytes ? undefined : readFileSync(file);
  } catch {
    return undefined;
  }
}

function pairOf(word: string): readonly [kind: string, status: string] {
  const at = word.lastIndexOf('=');
  if (at < 1 || at === word.length - 1) throw new SettingsError(`--status ${word}: KIND=STATUS is expected`);
  return [word.slice(0, at), word.slice(at + 1)];
}
