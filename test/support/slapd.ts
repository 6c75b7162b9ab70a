// A private slapd: the yardstick of the benchmark, and the one that says whether an expected value in a table is right.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A running directory server, ours or slapd. */
export interface LdapServer {
  readonly name: 'MOS' | 'slapd';
  readonly port: number;
  readonly tlsPort: number;
  readonly ldapUrl: string;
  readonly ldapsUrl: string;
  readonly ldapiUrl: string;
  readonly socketPath: string;
  readonly rootDn: string;
  readonly rootPassword: string;
  /** The certificate authority that signed the server's certificate, PEM */
  readonly caFile: string;
  readonly pid: number;
  /** What it has written on standard error so far */
  log(): string;
  /** SIGTERM; throws when the server does not end by itself and well */
  stop(): Promise<void>;
}

export interface SlapdOptions {
  readonly baseDn: string;
  /** Where it keeps everything, and finds it again at its next start; otherwise a new folder that goes with it */
  readonly folder?: string;
  /** Schema files; a name without a slash is one of slapd's own */
  readonly schemas?: readonly string[];
  /** What it writes about itself, as `-d` has it */
  readonly debug?: string;
  /** LDIF files for slapadd */
  readonly ldif?: readonly string[];
  readonly overlays?: readonly string[];
  /** Lines of slapd.conf for the last of the overlays */
  readonly lastOverlay?: readonly string[];
  /** Modules beyond back_mdb and the overlays */
  readonly modules?: readonly string[];
  /** Further lines of slapd.conf: of the whole server, and of the database */
  readonly global?: readonly string[];
  readonly database?: readonly string[];
  /** The core that the server is pinned to */
  readonly core?: number;
}

const program = ['/usr/sbin/slapd', '/usr/libexec/slapd', '/usr/lib/openldap/slapd'].find(existsSync);
const moduleFolder = ['/usr/lib/ldap', '/usr/lib/openldap', '/usr/libexec/openldap'].find(existsSync);
const schemaFolder = ['/etc/ldap/schema', '/etc/openldap/schema'].find(existsSync);

/** Why there is no slapd here; undefined when there is one. */
export const slapdMissing = program === undefined ? 'slapd is not installed' : undefined;
export const hasModule = (name: string): boolean => moduleFolder !== undefined && existsSync(join(moduleFolder, `${name}.la`));

/** slapd's own words for its version. */
export function slapdVersion(): string {
  return /slapd [\d.]+\S*/.exec(spawnSync(program ?? 'slapd', ['-VV'], { encoding: 'utf8' }).stderr)?.[0] ?? 'slapd';
}

export const rootPassword = 'secret';

/** Loads the LDIF, starts slapd on free loopback ports and waits until it accepts. */
export async function startSlapd(options: SlapdOptions): Promise<LdapServer> {
  if (program === undefined) throw new Error(slapdMissing);
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'mos-slapd-'));
  mkdirSync(join(folder, 'db'), { recursive: true });
  const caFile = makeCertificate(folder);
  writeFileSync(join(folder, 'slapd.conf'), configuration(folder, options));
  for (const file of options.ldif ?? []) load(folder, file);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const socketPath = join(folder, 'ldapi');
  const ldapUrl = `ldap://127.0.0.1:${port}`;
  const ldapiUrl = `ldapi://${encodeURIComponent(socketPath)}`;
  const listen = `${ldapUrl} ldaps://127.0.0.1:${tlsPort} ${ldapiUrl}`;
  // -d: stay in the foreground; 0: write nothing
  const child = spawnPinned(
    options.core,
    program,
    ['-f', join(folder, 'slapd.conf'), '-h', listen, '-d', options.debug ?? '0'],
    process.env,
  );
  const log = collect(child);
  await accepting(child, port, log);
  return {
    name: 'slapd',
    port,
    tlsPort,
    ldapUrl,
    ldapsUrl: `ldaps://localhost:${tlsPort}`,
    ldapiUrl,
    socketPath,
    rootDn: `cn=admin,${options.baseDn}`,
    rootPassword,
    caFile,
    pid: child.pid ?? 0,
    log,
    stop: async () => {
      await ended(child, log);
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, { baseDn, overlays = [], modules = [], global = [], database = [], ...more }: SlapdOptions): string {
  const schemas = more.schemas ?? ['core', 'cosine', 'inetorgperson', 'nis', 'misc', 'dyngroup'];
  return [
    `modulepath ${moduleFolder}`,
    ...['back_mdb', ...modules, ...overlays].map((name) => `moduleload ${name}.la`),
    ...schemas.map((name) => `include ${name.includes('/') ? name : `${schemaFolder}/${name}.schema`}`),
    `pidfile ${folder}/pid`,
    'loglevel none',
    `TLSCertificateFile ${folder}/tls.crt`,
    `TLSCertificateKeyFile ${folder}/tls.key`,
    `TLSCACertificateFile ${folder}/tls.crt`,
    ...global,
    'database mdb',
    'maxsize 4294967296',
    `directory ${folder}/db`,
    `suffix "${baseDn}"`,
    `rootdn "cn=admin,${baseDn}"`,
    `rootpw ${rootPassword}`,
    ...database,
    ...overlays.map((name) => `overlay ${name}`),
    ...(more.lastOverlay ?? []),
    '',
  ].join('\n');
}

function makeCertificate(folder: string): string {
  const names = `subjectAltName=DNS:localhost,DNS:${hostname()},IP:127.0.0.1`;
  const args = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout ${folder}/tls.key -out ${folder}/tls.crt`.split(' ');
  const made = spawnSync('openssl', [...args, '-addext', names], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr ?? made.error}`);
  return join(folder, 'tls.crt');
}

/** slapadd, quick mode: the file is ours and is not looked at for consistency. */
function load(folder: string, file: string): void {
  const adder = join(program ?? '', '..', 'slapadd');
  const loaded = spawnSync(adder, ['-q', '-f', join(folder, 'slapd.conf'), '-l', file], { encoding: 'utf8' });
  if (loaded.status !== 0) throw new Error(`slapadd ${file}: ${loaded.stderr}`);
}

/** Spawns a server, on one core if `core` is given. */
export function spawnPinned(core: number | undefined, file: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const [command = '', ...rest] = core === undefined ? [file, ...args] : ['taskset', '-c', String(core), file, ...args];
  return spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Keeps what a server prints, for the message of a failure. */
export function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-65536);
    });
  }
  return () => text;
}

/** Resolves when the port takes connections; rejects when the process ends first, or after `seconds`. */
export async function accepting(child: ChildProcess, port: number, log: () => string, seconds = 30): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; ) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended at its start:\n${log()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`the server does not accept after ${seconds} s:\n${log()}`);
}

/** Ends a server by SIGTERM and wants exit code 0 within ten seconds. */
export async function ended(child: ChildProcess, log: () => string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exit;
    clearTimeout(timer);
  }
  if (child.exitCode !== 0) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${log()}`);
}

const given = new Set<number>();

/**
 * A port of loopback that nobody listens on, and that no one else in this process has been given. It lies below those from which systems take the
 * local ports of outgoing connections: a daemon that closes its port for a moment, by a restart or a reload, finds it free again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_768);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
