// The real server as a process of its own, for whoever judges it from outside.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepting, collect, ended, freePort, type LdapServer, rootPassword, type SlapdOptions, spawnPinned, startSlapd } from './slapd.ts';

const project = join(import.meta.dirname, '../..');

/** How the command is run: from its source, or as built. */
export const fromSource: readonly string[] = ['--import', 'tsx', join(project, 'mos.ts')];
export const asBuilt: readonly string[] = [join(project, 'dist/mos.js')];

export interface MosPorts {
  readonly ldap: number;
  readonly ldaps: number;
  readonly web: number;
}

export interface MosOptions {
  readonly baseDn?: string;
  /** Settings beside those that every start sets: `MOS_SEED=none`, `MOS_ACCESS=open`, free ports, a new state folder */
  readonly env?: Readonly<Record<string, string>>;
  /** LDIF files for `mos import`, before the start */
  readonly ldif?: readonly string[];
  readonly program?: readonly string[];
  /** Further words for `mos start` */
  readonly words?: readonly string[];
  /** The core that the server is pinned to */
  readonly core?: number;
  /** Where it listens; free ports, when nothing is said */
  readonly ports?: MosPorts;
  /** How long the start may take */
  readonly seconds?: number;
}

/** A running MOS, and the settings that further commands need to find it. */
export interface MosServer extends LdapServer {
  readonly env: NodeJS.ProcessEnv;
  /** SIGKILL */
  kill(): Promise<void>;
}

/** Imports the LDIF, starts MOS on free loopback ports and waits until it accepts. `stop` wants exit code 0. */
export async function startMos(options: MosOptions = {}): Promise<MosServer> {
  const { baseDn = 'dc=example,dc=org', program = fromSource } = options;
  const folder = mkdtempSync(join(tmpdir(), 'mos-process-'));
  const {
    ldap: port,
    ldaps: tlsPort,
    web: webPort,
  } = options.ports ?? { ldap: await freePort(), ldaps: await freePort(), web: await freePort() };
  const socketPath = join(folder, 'ldapi');
  const ldapUrl = `ldap://127.0.0.1:${port}`;
  const ldapiUrl = `ldapi://${encodeURIComponent(socketPath)}`;
  const env = {
    ...ownEnvironment(),
    MOS_VAR: folder,
    MOS_BASE_DN: baseDn,
    MOS_LDAP_LISTEN: `${ldapUrl} ldaps://127.0.0.1:${tlsPort} ${ldapiUrl}`,
    MOS_WEB_LISTEN: `http://127.0.0.1:${webPort}`,
    MOS_ROOT_PASSWORD: rootPassword,
    MOS_SEED: 'none',
    MOS_ACCESS: 'open',
    ...options.env,
  };
  for (const file of options.ldif ?? []) importLdif(program, file, env);
  const child = spawnPinned(options.core, process.execPath, [...program, 'start', ...(options.words ?? [])], env);
  const log = collect(child);
  await accepting(child, port, log, options.seconds);
  return {
    name: 'MOS',
    env,
    port,
    tlsPort,
    ldapUrl,
    ldapsUrl: `ldaps://localhost:${tlsPort}`,
    ldapiUrl,
    socketPath,
    rootDn: `cn=admin,${baseDn}`,
    rootPassword,
    caFile: join(env.MOS_VAR, 'tls/ca.crt'),
    pid: child.pid ?? 0,
    log,
    stop: async () => {
      await ended(child, log);
      rmSync(folder, { recursive: true, force: true });
    },
    kill: async () => {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The environment without settings that somebody has exported. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MOS_')));
}

/** `mos import file`; throws with what it printed. Returns the seconds it took. */
export function importLdif(program: readonly string[], file: string, env: NodeJS.ProcessEnv): number {
  const from = performance.now();
  const done = spawnSync(process.execPath, [...program, 'import', file], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`mos import ${file} ended with ${done.status}:\n${done.stdout}${done.stderr}`);
  return (performance.now() - from) / 1000;
}

/** The server that the tests judge: MOS, or slapd with `MOS_TEST_TARGET=slapd`, which shows whether the tests are right. */
export async function startTarget(ldif: string, like: Omit<SlapdOptions, 'ldif'>, mos: MosOptions = {}): Promise<LdapServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mos-ldif-'));
  const file = join(folder, 'data.ldif');
  writeFileSync(file, ldif);
  try {
    if (targetIsSlapd) return await startSlapd({ ...like, ldif: [file] });
    return await startMos({ baseDn: like.baseDn, ldif: [file], ...mos });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const targetIsSlapd = process.env['MOS_TEST_TARGET'] === 'slapd';
