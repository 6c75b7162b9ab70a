#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check, exportFile, importFiles, passwd } from './directory/commands.ts';
import { DirectoryError } from './directory/model/errors.ts';
import { start } from './directory/start.ts';
import { StoreNotOpened } from './directory/store/failures.ts';
import { LdifError } from './ldif/parse.ts';
import { packageFolder } from './settings/package-root.ts';
import { loadSettings, type Settings, SettingsError } from './settings/settings.ts';

type Options = Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>>;

interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly help: string;
  readonly options: Options;
  /** @returns the exit code */
  run(settings: Settings, options: Readonly<Record<string, string | boolean | undefined>>, operands: readonly string[]): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: 'mos start [--workers N]',
    summary: 'serve the directory',
    help: `Opens the database (fills it the first time, see MOS_SEED), listens where MOS_LDAP_LISTEN says, and serves until it
is told to stop (SIGTERM or Ctrl-C). The administrator's socket is MOS_VAR/ldapi.
  -w, --workers N   so many processes behind the same ports, each with the whole directory in memory; needs Postgres`,
    options: { workers: { type: 'string', short: 'w' } },
    run: (settings, options) => start(settings, version(), workerCount(options['workers'])),
  },
  import: {
    usage: 'mos import [--continue] FILE…',
    summary: 'bring LDIF into the directory',
    help: `Reads LDIF (RFC 2849: entries and changes) from the files, or from standard input for "-". Each file is one
transaction: either all of it is made or nothing.
  -c, --continue   leave out what is refused, make the rest, and list what was left out by line`,
    options: { continue: { type: 'boolean', short: 'c' } },
    run: (settings, options, operands) => importFiles(settings, operands, options['continue'] === true),
  },
  export: {
    usage: 'mos export [--base DN] [--plain] [FILE]',
    summary: 'write the directory as LDIF',
    help: `Writes every entry, parents first, to the file or to standard output. The result goes back in with mos import, and
into OpenLDAP with slapadd. It holds the password hashes: keep it safe.
  -b, --base DN    only this entry and what is below it
  -p, --plain      without operational attributes (entryUUID, createTimestamp, …)`,
    options: { base: { type: 'string', short: 'b' }, plain: { type: 'boolean', short: 'p' } },
    run: (settings, options, operands) =>
      exportFile(settings, operands[0], {
        base: typeof options['base'] === 'string' ? options['base'] : undefined,
        operational: options['plain'] !== true,
      }),
  },
  passwd: {
    usage: 'mos passwd [NAME | DN]',
    summary: 'set a password',
    help: `Sets the password of a person (by user name) or of any entry (by DN); without a name the administrator's own. It is asked
for on a terminal, otherwise read as one line from standard input.`,
    options: {},
    run: (settings, _options, operands) => passwd(settings, operands[0]),
  },
  check: {
    usage: 'mos check [--deep]',
    summary: 'show the settings and try what they lead to',
    help: `Prints every setting with its value and where that comes from, and tries schema, access rows and database.
  -d, --deep   also compare what a running mos start has in memory with the tables`,
    options: { deep: { type: 'boolean', short: 'd' } },
    run: (settings, options) => check(settings, process.env, options['deep'] === true),
  },
};

function workerCount(text: string | boolean | undefined): number {
  const count = Number(text ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > 256) throw new SettingsError('--workers: a number from 1 to 256 is expected');
  return count;
}

function version(): string {
  const text: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  return typeof text === 'object' && text !== null && 'version' in text ? String(text.version) : '';
}

const overview = `MOS, the directory that a hackerspace runs on.

Usage: mos COMMAND [OPTIONS]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`)
  .join('\n')}

mos COMMAND --help tells more. Settings are environment variables; mos check lists them.
`;

/** Exit codes: 0 done, 1 it did not work, 2 it was asked for wrongly (arguments or settings). */
async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(overview);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`mos ${version()}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return wrong(`there is no command "${name}"; mos --help lists them`);
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({ args: rest, options: { ...command.options, help: { type: 'boolean', short: 'h' } }, allowPositionals: true });
  } catch (error) {
    return wrong(`${inWords(error)}\nusage: ${command.usage}`);
  }
  if (parsed.values['help'] === true) {
    process.stdout.write(`usage: ${command.usage}\n\n${command.help}\n`);
    return 0;
  }
  try {
    return await command.run(loadSettings(process.env), parsed.values, parsed.positionals);
  } catch (error) {
    if (error instanceof SettingsError) return wrong(error.message);
    process.stderr.write(`mos: ${inWords(error)}\n`);
    return 1;
  }
}

function wrong(text: string): number {
  process.stderr.write(`${text.replace(/^/gm, 'mos: ')}\n`);
  return 2;
}

/** What went wrong as a sentence; the stack only when it is none of the errors that we foresee. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const foreseen = error instanceof DirectoryError || error instanceof LdifError || error instanceof StoreNotOpened || 'code' in error;
  return foreseen || process.env['MOS_LOG_LEVEL'] !== 'debug' ? error.message || error.name : (error.stack ?? error.message);
}

process.exitCode = await main(process.argv.slice(2));
