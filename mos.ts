#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { appPassword } from './directory/commands/app-password.ts';
import { check } from './directory/commands/check.ts';
import { config } from './directory/commands/config.ts';
import { exportFile, importFiles } from './directory/commands/ldif.ts';
import { importDjango, importPasswd } from './directory/commands/move-in.ts';
import { passwd } from './directory/commands/passwd.ts';
import { service } from './directory/commands/service.ts';
import { sync } from './directory/commands/sync.ts';
import type { Doors } from './directory/listen-addresses.ts';
import { DirectoryError } from './directory/model/errors.ts';
import { start } from './directory/start.ts';
import { StoreNotOpened } from './directory/store/failures.ts';
import { LdifError } from './ldif/parse.ts';
import { packageFolder } from './settings/package-root.ts';
import { loadSettings, type Settings, SettingsError } from './settings/settings.ts';

type Options = Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string; readonly multiple?: boolean }>>;
type Given = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly help: string;
  readonly options: Options;
  /** @returns the exit code */
  run(settings: Settings, options: Given, operands: readonly string[]): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: 'mos start [ldap | web] [--workers N]',
    summary: 'serve the directory and the site',
    help: `Opens the database (fills it the first time, see MOS_SEED), listens where MOS_LDAP_LISTEN and MOS_WEB_LISTEN say, and
serves until it is told to stop (SIGTERM or Ctrl-C). With a word, serves that alone: the directory or the site. The
administrator's socket is MOS_VAR/ldapi.
  -w, --workers N   so many processes behind the same ports, each with the whole directory in memory; needs Postgres`,
    options: { workers: { type: 'string', short: 'w' } },
    run: (settings, options, operands) =>
      start(settings, { version: version(), workers: workerCount(text(options['workers'])), doors: doorsNamed(operands) }),
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
  'import-django': {
    usage:
      'mos import-django [--dry-run] [--continue] [--status KIND=STATUS]… [--board superuser|staff] [--media FOLDER] [--events FILE] FILE…',
    summary: 'move in from a Django site',
    help: `Reads what manage.py dumpdata has written (auth, members, cal) and makes people, statuses and groups of it, in one
transaction. Whatever does not come along is listed. Who is there already stays as they are, so it can be run again.
  -n, --dry-run              print the LDIF that would be made, and change nothing
  -c, --continue             leave out what is refused and make the rest
  -s, --status KIND=STATUS   a kind of membership becomes this status, not member
  -b, --board WHO            whom Django lets into its administration (superuser or staff) comes into the board
  -m, --media FOLDER         where uploaded photos are (MEDIA_ROOT)
  -e, --events FILE          keep the events there, a JSON object a line, for the calendar; times without an offset are those of
                             MOS_TIME_ZONE, or of Vienna`,
    options: {
      'dry-run': { type: 'boolean', short: 'n' },
      continue: { type: 'boolean', short: 'c' },
      status: { type: 'string', short: 's', multiple: true },
      board: { type: 'string', short: 'b' },
      media: { type: 'string', short: 'm' },
      events: { type: 'string', short: 'e' },
    },
    run: (settings, options, operands) =>
      importDjango(settings, operands, {
        dryRun: options['dry-run'] === true,
        continues: options['continue'] === true,
        statuses: texts(options['status']),
        board: text(options['board']),
        media: text(options['media']),
        events: text(options['events']),
      }),
  },
  'import-passwd': {
    usage: 'mos import-passwd [--dry-run] [--continue] [--min-uid N] PASSWD [SHADOW [GROUP]]',
    summary: 'move in from /etc/passwd',
    help: `Reads files like /etc/passwd, /etc/shadow and /etc/group and makes people and groups of them, in one transaction. What
belongs to the system is left out, and whatever else does not come along is listed.
  -n, --dry-run     print the LDIF that would be made, and change nothing
  -c, --continue    leave out what is refused and make the rest
  -u, --min-uid N   accounts and groups below it are the system's; 1000 if missing`,
    options: {
      'dry-run': { type: 'boolean', short: 'n' },
      continue: { type: 'boolean', short: 'c' },
      'min-uid': { type: 'string', short: 'u' },
    },
    run: (settings, options, operands) =>
      importPasswd(settings, operands, {
        dryRun: options['dry-run'] === true,
        continues: options['continue'] === true,
        minUid: text(options['min-uid']),
      }),
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
        base: text(options['base']),
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
  service: {
    usage: 'mos service add|update|rotate|remove NAME [--kind KIND] [--grant ROW]… [--finish], or mos service list',
    summary: 'accounts of programs that use the directory',
    help: `add      makes cn=NAME,ou=services,SUFFIX with the rights that its kind of program needs, and prints its password
update   gives it the rights that this version of MOS finds needed
rotate   gives it a second password and prints that; both work until rotate --finish takes the old one away
remove   takes it away
list     shows all with what they may
  -k, --kind KIND   ejabberd, dovecot, postfix or mediawiki; if missing, NAME says it
  -g, --grant ROW   a further right: 'ENTRIES | ATTRIBUTES | RIGHTS', as in an access file
  -f, --finish      with rotate: the old password ends`,
    options: {
      kind: { type: 'string', short: 'k' },
      grant: { type: 'string', short: 'g', multiple: true },
      finish: { type: 'boolean', short: 'f' },
    },
    run: (settings, options, operands) =>
      service(settings, operands, { kind: text(options['kind']), grants: texts(options['grant']), finish: options['finish'] === true }),
  },
  config: {
    usage: 'mos config [SERVICE [FILE]] [--set NAME=VALUE]… [--password-file FILE] [--out FOLDER | --check FOLDER | --variables]',
    summary: 'write the configuration of a service that uses MOS',
    help: `Without a service: lists those that it knows. mos config ca prints the certificate that services check MOS by.
  -s, --set NAME=VALUE       something otherwise than by default; --variables lists what
  -p, --password-file FILE   its first line goes into the files that hold the service's password; "-" is standard input
  -o, --out FOLDER           write the files there, instead of printing them
  -c, --check FOLDER|FILE    compare what is there with what would be written, show the difference, and exit with 1 if there is one
  -v, --variables            list what can be set, with its value`,
    options: {
      set: { type: 'string', short: 's', multiple: true },
      'password-file': { type: 'string', short: 'p' },
      out: { type: 'string', short: 'o' },
      check: { type: 'string', short: 'c' },
      variables: { type: 'boolean', short: 'v' },
    },
    run: (settings, options, operands) =>
      config(settings, operands, {
        set: texts(options['set']),
        passwordFile: text(options['password-file']),
        out: text(options['out']),
        check: text(options['check']),
        variables: options['variables'] === true,
      }),
  },
  'app-password': {
    usage: 'mos app-password list|add|revoke NAME [ID] [--for WHAT] [--service SERVICE]',
    summary: "passwords for a member's programs",
    help: `list     shows them, and when each was last used
add      makes one and prints it
revoke   takes the one with this ID back; the others go on
  -f, --for WHAT          what the member calls it, like "phone"
  -s, --service SERVICE   it opens this service alone (cn below ou=services)`,
    options: { for: { type: 'string', short: 'f' }, service: { type: 'string', short: 's' } },
    run: (settings, options, operands) =>
      appPassword(settings, operands, { called: text(options['for']), service: text(options['service']) }),
  },
  sync: {
    usage: 'mos sync mailman|wiki [--dry-run] [--force] [--quiet] [--create] [--keep-others] [--adopt NAME]…',
    summary: 'bring what other programs keep for themselves in step with the directory',
    help: `mailman   the list of MOS_MAILMAN_LIST has whoever may log in and has switched it on (mosListMember), at their
          mosListAddress, else at mail; whose mail comes back is noted in their entry (mosMailBounced)
wiki      MediaWiki, whose database is MOS_WIKI_DATABASE, has an account of whoever may log in, with name, mail, the groups of
          MOS_WIKI_GROUPS and, if MOS_WIKI_PASSWORDS says so, password; who may not log in is blocked and their sessions end
Shows what it does, a line each. Run it from a timer; it changes nothing where nothing is to be changed.
  -n, --dry-run       show what would be done
  -f, --force         also when that removes or blocks more than MOS_SYNC_MOST_REMOVED percent
  -q, --quiet         say nothing when there was nothing to do
  -c, --create        mailman: make the list, and its domain, when Mailman has none
  -k, --keep-others   mailman: leave subscribers on the list whom the directory does not know
  -a, --adopt NAME    wiki: take over the account of this name, which the sync has not made, for the one person who has this name`,
    options: {
      'dry-run': { type: 'boolean', short: 'n' },
      force: { type: 'boolean', short: 'f' },
      quiet: { type: 'boolean', short: 'q' },
      create: { type: 'boolean', short: 'c' },
      'keep-others': { type: 'boolean', short: 'k' },
      adopt: { type: 'string', short: 'a', multiple: true },
    },
    run: (settings, options, operands) =>
      sync(settings, operands, {
        dryRun: options['dry-run'] === true,
        force: options['force'] === true,
        quiet: options['quiet'] === true,
        create: options['create'] === true,
        keepOthers: options['keep-others'] === true,
        adopt: texts(options['adopt']),
      }),
  },
  check: {
    usage: 'mos check [--deep] [--services] [--ca FILE]',
    summary: 'show the settings and try what they lead to',
    help: `Prints every setting with its value and where that comes from, and tries schema, access rows and database. Then it looks
from outside whether each service of MOS_CHECK_SERVICES takes passwords over TLS alone; without any, at MOS's own LDAP.
  -d, --deep       also compare what a running mos start has in memory with the tables
  -s, --services   look at the services alone; needs no database, so it runs on any machine
  -a, --ca FILE    PEM file of authorities that their certificates may come from, beside those that the machine trusts`,
    options: { deep: { type: 'boolean', short: 'd' }, services: { type: 'boolean', short: 's' }, ca: { type: 'string', short: 'a' } },
    run: (settings, options) =>
      check(settings, process.env, {
        deep: options['deep'] === true,
        services: options['services'] === true,
        ca: text(options['ca']),
      }),
  },
};

function text(value: Given[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: Given[string]): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function doorsNamed([name, ...more]: readonly string[]): Doors {
  if (name === undefined) return 'all';
  if ((name !== 'ldap' && name !== 'web') || more.length > 0) throw new SettingsError('mos start serves all, or one of: ldap, web');
  return name;
}

function workerCount(text: string | undefined): number {
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
  .map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`)
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
  let parsed: { values: Given; positionals: string[] };
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
