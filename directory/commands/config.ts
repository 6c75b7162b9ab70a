import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { services } from '../../settings/services/catalog.ts';
import {
  type ConfigFile,
  passwordPlaceholder,
  renderConfig,
  serviceNamed,
  setWordsOf,
  variablesOf,
} from '../../settings/services/render.ts';
import { type Settings, SettingsError } from '../../settings/settings.ts';
import { certificateOf } from '../start.ts';

export interface ConfigOptions {
  /** NAME=VALUE */
  readonly set: readonly string[];
  readonly passwordFile: string | undefined;
  /** Folder that the files are written to */
  readonly out: string | undefined;
  /** Folder or file that is compared with what would be written */
  readonly check: string | undefined;
  readonly variables: boolean;
}

/** `mos config [SERVICE [FILE]]` @returns the exit code: 1 when `check` finds a difference */
export async function config(settings: Settings, [name, wanted]: readonly string[], options: ConfigOptions): Promise<number> {
  if (name === undefined) return print(Object.entries(services).map(([each, { summary }]) => `${each.padEnd(12)} ${summary}`));
  if (name === 'ca') return print([readFileSync((await certificateOf(settings)).caFile, 'utf8').trimEnd()]);
  const set = pairsOf(options.set);
  if (options.variables) return printVariables(name, settings, set);
  if (options.check !== undefined) return check(name, settings, options.check, set);
  const password = options.passwordFile === undefined ? undefined : firstLine(options.passwordFile);
  const files = renderConfig(name, settings, { set, password }).filter((file) => wanted === undefined || file.name === wanted);
  if (files.length === 0) throw new SettingsError(`${name} has no file ${wanted}; it has ${namesOf(name).join(', ')}`);
  if (options.out !== undefined) return write(files, options.out, password !== undefined);
  if (wanted !== undefined) return print(files.map(({ text }) => text.trimEnd()));
  return print(files.map((file) => `${heading(file)}\n${file.text}`));
}

function heading({ name, secret }: ConfigFile): string {
  return `# ──── ${name}${secret ? ' (holds a password: not for version control, nor for others to read)' : ''} ────`;
}

function print(lines: readonly string[]): number {
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function printVariables(name: string, settings: Settings, set: Readonly<Record<string, string>>): number {
  const { variables } = serviceNamed(name);
  const values = variablesOf(name, settings, set);
  return print(Object.entries(variables).map(([each, { help }]) => `${`${each}=${values[each]}`.padEnd(52)} # ${help}`));
}

/** Files that hold a password are for their owner alone. Those that would hold none because it is not known are left alone. */
function write(files: readonly ConfigFile[], folder: string, complete: boolean): number {
  mkdirSync(folder, { recursive: true });
  for (const { name, text, secret } of files) {
    const path = join(folder, name);
    if (secret && !complete) {
      process.stderr.write(`${path} is not written: it holds the password, so name it with --password-file\n`);
      continue;
    }
    // a file that is there already keeps its owner and mode, but others get no password to read
    if (secret && existsSync(path)) chmodSync(path, statSync(path).mode & 0o770);
    writeFileSync(path, text, { mode: secret ? 0o640 : 0o644 });
    process.stdout.write(`${path}\n`);
  }
  return 0;
}

/** @param place a folder with all files, or one of them */
function check(name: string, settings: Settings, place: string, set: Readonly<Record<string, string>>): number {
  if (!existsSync(place)) throw new SettingsError(`there is no ${place}`);
  const isFolder = statSync(place).isDirectory();
  const names = isFolder ? namesOf(name) : namesOf(name).filter((each) => each === basename(place));
  if (names.length === 0) throw new SettingsError(`${place} is none of ${name}'s files: ${namesOf(name).join(', ')}`);
  const paths = new Map(names.map((each) => [each, isFolder ? join(place, each) : place]));
  const found = new Map([...paths].flatMap(([each, path]) => (existsSync(path) ? [[each, readFileSync(path, 'utf8')] as const] : [])));
  // what the files say that they were made with, unless something else is asked for
  const words = Object.keys(set).length > 0 ? set : Object.assign({}, ...[...found.values()].map(setWordsOf));
  let differs = false;
  for (const file of renderConfig(name, settings, { set: words })) {
    const path = paths.get(file.name);
    if (path === undefined) continue;
    const text = found.get(file.name);
    if (text === undefined) {
      differs = true;
      process.stdout.write(`${path} is missing\n`);
      continue;
    }
    const ours = file.secret ? withPasswordOf(text, file.text) : file.text;
    if (ours === text) continue;
    differs = true;
    process.stdout.write(hidden(createTwoFilesPatch(path, `mos config ${name} ${file.name}`, text, ours), path, file, text));
  }
  if (!differs) process.stdout.write(`${place} is what mos config ${name} prints\n`);
  return differs ? 1 : 0;
}

/** What ours would be with the password that stands in theirs: whatever it is, it is no difference. */
function withPasswordOf(theirs: string, ours: string): string {
  const password = passwordIn(theirs, ours);
  return password === undefined ? ours : ours.replaceAll(passwordPlaceholder, password);
}

function passwordIn(theirs: string, ours: string): string | undefined {
  const line = ours.split('\n').find((each) => each.includes(passwordPlaceholder));
  const [before = '', after = ''] = line?.split(passwordPlaceholder) ?? [];
  if (line === undefined) return undefined;
  const same = theirs.split('\n').filter((each) => each !== '' && each.startsWith(before) && each.endsWith(after));
  const [only, another] = same;
  return only === undefined || another !== undefined ? undefined : only.slice(before.length, only.length - after.length);
}

/** A difference goes into terminals and tickets; the password does not. Where it can't be told from the rest, nothing is shown. */
function hidden(patch: string, path: string, file: ConfigFile, theirs: string): string {
  if (!file.secret) return patch;
  const password = passwordIn(theirs, file.text);
  if (password === undefined) return `${path} is otherwise than mos config prints it; how is not shown, because it holds a password\n`;
  return password === '' ? patch : patch.replaceAll(password, '…');
}

function namesOf(name: string): string[] {
  return serviceNamed(name).files.map((file) => file.name);
}

function pairsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new SettingsError(`--set ${word}: NAME=VALUE is expected`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function firstLine(file: string): string {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new SettingsError(`--password-file ${file} can not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [line = ''] = text.split(/\r?\n/);
  // any of them would need to be escaped in one of the files, each in its own way
  if (!/^[\w.,:;+=@%/-]+$/.test(line))
    throw new SettingsError(`--password-file ${file}: its first line is not a password of letters, digits and . , : ; + = @ % / _ -`);
  return line;
}
