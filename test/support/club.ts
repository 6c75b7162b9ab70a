// MOS as a club runs it, with real daemons around it on loopback ports.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromSource, type MosServer, startMos } from './mos-process.ts';
import { freePort, rootPassword } from './slapd.ts';

export const base = 'dc=example,dc=org';
export const people = `ou=people,${base}`;
export const password = (uid: string) => `${uid}s-long-password`;

export interface Club {
  readonly mos: MosServer;
  /** For files of the daemons; readable by all */
  readonly folder: string;
  /** PEM file of MOS's own authority, where every daemon can read it */
  readonly ca: string;
  /** Runs a command of MOS and wants it to end well; answers what it printed. */
  run(words: readonly string[], input?: string): string;
  /** LDIF changes, as the administrator */
  change(ldif: string): void;
  /** Ends MOS and starts it again on the same ports and data; with other settings, until the next time. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  /** Kills MOS, so that nothing is tidied up; `restart` brings it back. */
  kill(): Promise<void>;
  /** A daemon in the foreground; it ends with the club. */
  daemon(command: string, words: readonly string[], options?: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string }): Daemon;
  /** Is called when the club ends, the last one first */
  atEnd(work: () => void | Promise<void>): void;
  stop(): Promise<void>;
}

export interface Daemon {
  readonly child: ChildProcess;
  /** What it has printed so far */
  log(): string;
}

/** Why the real daemons can not run here; undefined when they can. */
export function missing(...programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'daemons change their user, so this needs root';
  const absent = programs.filter((each) => !existsSync(each));
  return absent.length === 0 ? undefined : `${absent.join(', ')}: not installed`;
}

/** One of the club's people, with a mail address. */
export function member(uid: string, status = 'member', ...more: readonly string[]): string {
  return [
    `dn: uid=${uid},${people}`,
    'objectClass: inetOrgPerson',
    'objectClass: mosMember',
    'objectClass: inetLocalMailRecipient',
    `uid: ${uid}`,
    `cn: ${uid}`,
    `sn: ${uid}`,
    `displayName: ${uid[0]?.toUpperCase()}${uid.slice(1)} Example`,
    `mail: ${uid}.example@example.org`,
    `mosStatus: cn=${status},ou=statuses,${base}`,
    `userPassword: ${password(uid)}`,
    ...more,
    '',
    '',
  ].join('\n');
}

/** Members ada (of the board) and bob, eve who is banned, and una who has not activated her address. */
const everybody = [
  member('ada'),
  member('bob'),
  member('eve', 'banned'),
  member('una', 'member', 'mosMailActivated: FALSE'),
  `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=ada,${people}\nmember: uid=eve,${people}\n-\nadd: mail\nmail: board@example.org\n\n`,
  `dn: associatedDomain=example.org,ou=mail,${base}\nobjectClass: mosMailDomain\nassociatedDomain: example.org\n\n`,
].join('');

export async function startClub(env: Readonly<Record<string, string>> = {}): Promise<Club> {
  const folder = mkdtempSync(join(tmpdir(), 'mos-club-'));
  spawnSync('chmod', ['755', folder]);
  const ports = await freePorts('ldap', 'ldaps', 'web');
  const start = (more: Readonly<Record<string, string>> = {}) =>
    startMos({
      baseDn: base,
      ports,
      // on a machine that is busy with daemons
      seconds: 90,
      env: { MOS_SEED: 'base', MOS_ACCESS: 'club', MOS_VAR: join(folder, 'var'), MOS_DOMAIN: 'example.org', ...env, ...more },
    });
  let mos = await start();
  let running = true;
  const stop = async () => {
    if (running) await mos.stop();
    running = false;
  };
  const ends: (() => void | Promise<void>)[] = [];
  const ca = join(folder, 'ca.pem');
  const run = (words: readonly string[], input = '') => {
    const done = spawnSync(process.execPath, [...fromSource, ...words], { env: mos.env, encoding: 'utf8', input });
    if (done.status !== 0) throw new Error(`mos ${words.join(' ')} ended with ${done.status}:\n${done.stdout}${done.stderr}`);
    return done.stdout;
  };
  const change = (ldif: string) => {
    const words = ['-x', '-a', '-H', mos.ldapUrl, '-D', mos.rootDn, '-w', rootPassword];
    const done = spawnSync('ldapmodify', words, { encoding: 'utf8', input: ldif });
    if (done.status !== 0) throw new Error(`ldapmodify: ${done.stderr}`);
  };
  const club: Club = {
    get mos() {
      return mos;
    },
    folder,
    ca,
    run,
    change,
    async restart(more) {
      await stop();
      mos = await start(more);
      running = true;
    },
    async kill() {
      running = false;
      await mos.kill();
    },
    daemon(command, words, options = {}) {
      const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], ...options, env: { ...process.env, ...options.env } });
      let printed = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
      ends.push(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        const cut = setTimeout(() => child.kill('SIGKILL'), 5000);
        await gone;
        clearTimeout(cut);
      });
      return { child, log: () => printed };
    },
    atEnd: (work) => void ends.push(work),
    async stop() {
      for (const end of ends.reverse()) await end();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    change(everybody);
    writeFileSync(ca, run(['config', 'ca']), { mode: 0o644 });
    return club;
  } catch (error) {
    await club.stop();
    throw error;
  }
}

/** A certificate for localhost from an authority of its own, in the folder: cert.pem, key.pem and both.pem. */
export function makeCertificate(folder: string): { readonly cert: string; readonly key: string; readonly both: string } {
  const [cert, key, both] = [join(folder, 'cert.pem'), join(folder, 'key.pem'), join(folder, 'both.pem')];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost,DNS:example.org -keyout ${key} -out ${cert}`;
  const made = spawnSync('openssl', words.split(' '), { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o644 });
  spawnSync('chmod', ['644', key]);
  return { cert, key, both };
}

export async function freePorts<const Name extends string>(...names: readonly Name[]): Promise<Record<Name, number>> {
  const ports: Partial<Record<Name, number>> = {};
  for (const name of names) ports[name] = await freePort();
  // every name has had its turn
  return ports as Record<Name, number>;
}

/** Tries until it works. @throws the last error, when it has not within so many seconds */
export async function eventually<T>(attempt: () => T | Promise<T>, seconds = 20): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(200);
    }
  }
}

/** Runs a program without throwing; it ends with -1 when it takes longer than so many seconds. */
export function attempt(
  command: string,
  words: readonly string[],
  input = '',
  seconds = 30,
): { readonly code: number; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', input, timeout: seconds * 1000 });
  return { code: status ?? -1, text: `${stdout}${stderr}` };
}
