import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { importLdif } from '../ldif/import.ts';
import { seedFor } from '../ldif/seed.ts';
import { packageFolder } from '../settings/package-root.ts';
import type { Settings } from '../settings/settings.ts';
import { openSite } from '../web/open.ts';
import { listen } from '../web/serve.ts';
import type { Directory } from './core/directory.ts';
import { runJobOn } from './jobs/run.ts';
import { type Doors, listenAddresses } from './listen-addresses.ts';
import { formatAddress, type ListenAddress } from './model/listen-address.ts';
import { type OpenDirectory, openDirectory } from './open.ts';
import { rootPasswordOf } from './root-password.ts';
import { loadOrCreateCertificate, type ServerCertificate } from './server/certificate.ts';
import { LdapServer, type ServerLimits } from './server/ldap-server.ts';
import { type Log, makeLog } from './server/log.ts';
import { isWorker, leave, sayStarted, startWorkers } from './workers.ts';

export interface StartOptions {
  readonly version: string;
  /** How many processes share the ports */
  readonly workers: number;
  /** What is served. Whatever it is, the administrator's socket is there, which commands need */
  readonly doors: Doors;
}

/**
 * `mos start`: opens the directory, fills it if it is empty, and serves until a signal says otherwise.
 * @returns the exit code
 */
export async function start(settings: Settings, { version, workers, doors }: StartOptions): Promise<number> {
  // whoever reads the log may go (EPIPE). That ends nothing, and must not be logged: the log would be about itself for ever
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const log = makeLog({ level: settings.logLevel, format: settings.logFormat, write: (line) => process.stderr.write(line) });
  if (workers > 1 && !isWorker) return startWorkers(settings, workers, doors, log);
  surviveTheUnforeseen(log);
  mkdirSync(settings.var, { recursive: true, mode: 0o700 });
  const root = await rootPasswordOf(settings);
  const open = await openDirectory(settings, root.stored, log);
  const { directory, authenticator } = open;
  const served: { stop(): Promise<void> }[] = [];
  try {
    await seed(directory, settings, log);
    const tls = await certificateOf(settings);
    const site = doors === 'ldap' ? undefined : await serveSite(open, settings, tls, log);
    if (site !== undefined) served.push(site);
    const server = new LdapServer({ directory, authenticator, tls, limits: limitsOf(settings), log, version, runJob: runJobOn(open) });
    served.push(server);
    const addresses: ListenAddress[] = [];
    for (const address of listenAddresses(settings, doors)) addresses.push(await at(formatAddress(address), server.listen(address)));
    giveBackMemory();
    // before anybody hears that it has started: who hears it may say stop at once
    const stopped = stopSignal();
    log.info('started', { entries: directory.tree.size, base: directory.baseDn, version });
    sayStarted();
    if (settings.profile === 'development' && !isWorker)
      process.stdout.write(welcome(settings, addresses, site?.url, tls.caFile, root.made));
    else if (root.made !== undefined) process.stdout.write(`${settings.rootDn} has the password ${root.made}\n`);
    await stopped;
    log.info('stopping');
    return 0;
  } finally {
    // one door that can't be opened must not leave another one open
    for (const each of served) await each.stop();
    await directory.close();
    leave();
  }
}

/** Opens the site beside the LDAP server, in the same process and on the same directory. */
async function serveSite(
  open: OpenDirectory,
  settings: Settings,
  tls: ServerCertificate,
  log: Log,
): Promise<{ readonly url: URL; stop(): Promise<void> }> {
  const site = openSite({
    ...open,
    settings,
    incident: (error) => log.incident(error),
    warn: (text, error) => log.warn(text, { error }),
  });
  const { scheme, host, port } = settings.webListen;
  const where = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    const web = await at(where, listen(site, { ...settings.webListen, ...tls }));
    return {
      url: site.url,
      async stop() {
        await web.stop();
        await site.close();
      },
    };
  } catch (error) {
    // what it does beside answering has begun, and needs the database that is about to be closed
    await site.close();
    throw error;
  }
}

/** What keeps a start from listening is told in one sentence. @param where as the settings say it */
async function at<T>(where: string, listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    throw new Error(`can't listen at ${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The certificate that the settings name, or one of our own making. */
export function certificateOf(settings: Settings): Promise<ServerCertificate> {
  return loadOrCreateCertificate({
    certFile: settings.tlsCert,
    keyFile: settings.tlsKey,
    caFile: settings.tlsCa,
    folder: join(settings.var, 'tls'),
    now: new Date(),
  });
}

/** Loading leaves as much garbage as it leaves entries; it goes before the first client comes, not some day. */
function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

/** One client's bad input must never end the process for the others. */
function surviveTheUnforeseen(log: Log): void {
  process.on('uncaughtException', (error) => void log.incident(error));
  process.on('unhandledRejection', (error) => void log.incident(error));
}

async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

async function seed(directory: Directory, settings: Settings, log: Log): Promise<void> {
  if (settings.seed === 'none' || directory.tree.size > 0) return;
  const text = readFileSync(join(packageFolder, 'ldif', `${settings.seed}.ldif`), 'utf8');
  async function* source(): AsyncIterable<Buffer> {
    yield Buffer.from(seedFor(text, settings.baseDn));
  }
  const { made } = await importLdif(directory.asRoot('seed'), source(), { file: `${settings.seed}.ldif`, continues: false });
  log.info('the directory was empty and has been filled', { seed: settings.seed, entries: made });
}

function limitsOf(settings: Settings): ServerLimits {
  const { filterDepth, filterItems, attributes, controls } = settings;
  return {
    ...settings,
    messageSizeAnonymous: Math.min(settings.messageSizeAnonymous, settings.messageSize),
    idleMs: settings.idle * 1000,
    messageMs: settings.messageTime * 1000,
    decode: { filterDepth, filterItems, attributes, controls },
  };
}

/** What somebody who has just started it for the first time wants to know. */
function welcome(
  settings: Settings,
  addresses: readonly ListenAddress[],
  site: URL | undefined,
  caFile: string,
  password: string | undefined,
): string {
  const plain = addresses.find(({ kind }) => kind === 'ldap') ?? addresses[0];
  const url = plain === undefined ? '' : formatAddress(plain);
  const administrator =
    password === undefined ? `${settings.rootDn} (its password is the one you set)` : `${settings.rootDn} with the password ${password}`;
  return `
MOS serves ${settings.baseDn}
  at             ${addresses.map(formatAddress).join('\n                 ')}
${site === undefined ? '' : `  site           ${site}\n`}  CA             ${caFile}
  administrator  ${administrator}
${settings.seed === 'demo' ? `  demo members   uid=ada,ou=people,${settings.baseDn} and others, with the password demo-password\n` : ''}
Try:
  ldapsearch -x -H ${url} -D "${settings.rootDn}" -W -b "${settings.baseDn}" '(uid=ada)'
  LDAPTLS_CACERT=${caFile} ldapwhoami -x -ZZ -H ${url.replace('127.0.0.1', 'localhost')} -D "uid=ada,ou=people,${settings.baseDn}" -w demo-password

`;
}
