// ejabberd on what mos config prints, and slixmpp as the member's program.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { attempt, type Club, eventually, freePorts, makeCertificate } from './club.ts';

const modules = attempt('sh', ['-c', 'ls -d /usr/lib/*/ejabberd-*/ebin 2>/dev/null | head -n 1']).text.trim();
export const ejabberdMissing = modules === '' ? 'ejabberd is not installed' : undefined;
export const slixmppMissing = attempt('/usr/bin/python3', ['-c', 'import slixmpp']).code === 0 ? undefined : 'slixmpp is not installed';

export interface Ejabberd {
  readonly port: number;
  /** Its process, and the ports that it may listen on */
  readonly pid: number;
  readonly ports: readonly number[];
  readonly cert: string;
  /** Of the service's account */
  readonly passwordFile: string;
  log(): string;
  /** Writes the files again, with this password of the service's account, and takes it over without a restart. */
  usePassword(password: string): Promise<void>;
  /** ejabberdctl; throws when it fails */
  control(...words: readonly string[]): string;
}

export async function startEjabberd(club: Club): Promise<Ejabberd> {
  const folder = join(club.folder, 'ejabberd');
  const [config, spool, logs] = [join(folder, 'conf'), join(folder, 'spool'), join(folder, 'log')];
  for (const each of [folder, config, spool, logs]) mkdirSync(each, { recursive: true });
  const { cert, both } = makeCertificate(config);
  attempt('chown', ['ejabberd:ejabberd', folder, spool, logs]);
  attempt('cp', ['/etc/ejabberd/inetrc', config]);
  const { xmpp: port, xmpps, s2s, node } = await freePorts('xmpp', 'xmpps', 's2s', 'node');
  const set = [`config_dir=${config}`, 'ip=127.0.0.1', `xmpp_port=${port}`, `xmpps_port=${xmpps}`, `s2s_port=${s2s}`];
  const words = [...set, `cert=${both}`, `ca=${club.ca}`].flatMap((word) => ['--set', word]);
  const secret = join(club.folder, 'ejabberd.password');
  const configure = (password: string) => {
    writeFileSync(secret, password);
    club.run(['config', 'ejabberd', '--out', config, '--password-file', secret, ...words]);
    const files = ['ejabberd.yml', 'mos-password.yml'].map((name) => join(config, name));
    attempt('chown', ['root:ejabberd', ...files]);
    attempt('chmod', ['640', ...files]);
  };
  configure(club.run(['service', 'add', 'ejabberd']));
  const log = join(logs, 'ejabberd.log');
  const asEjabberd = ['--reuid=ejabberd', '--regid=ejabberd', '--clear-groups', 'env', `HOME=${folder}`];
  // ejabberdctl reaches the node at a port that is known, so no epmd has to tell it
  const distribution = `-sname ejabberd@localhost -kernel inet_dist_use_interface {127,0,0,1} -start_epmd false -erl_epmd_port ${node}`;
  const erl = ['erl', '-noinput', '-s', 'ejabberd', '-pa', modules, '-mnesia', 'dir', `"${spool}"`, ...distribution.split(' ')];
  const { child } = club.daemon('setpriv', [...asEjabberd, ...erl], {
    cwd: folder,
    env: { EJABBERD_CONFIG_PATH: join(config, 'ejabberd.yml'), EJABBERD_LOG_PATH: log, ERL_LIBS: join(modules, '../..') },
  });
  const control = (...what: readonly string[]) => {
    const place = ['--config-dir', config, '--spool', spool, '--logs', logs];
    const { code, text } = attempt('setpriv', [...asEjabberd, `ERL_DIST_PORT=${node}`, 'ejabberdctl', ...place, ...what]);
    if (code !== 0) throw new Error(`ejabberdctl ${what.join(' ')} ended with ${code}: ${text}`);
    return text;
  };
  const read = () => attempt('cat', [log]).text;
  await eventually(() => answers(port, read), 40);
  return {
    port,
    pid: child.pid ?? 0,
    ports: [port, xmpps, s2s, node],
    passwordFile: secret,
    cert,
    log: read,
    control,
    async usePassword(password) {
      configure(password);
      control('reload_config');
      // a reload does not tell the contact lists
      control('restart_module', 'example.org', 'mod_shared_roster_ldap');
    },
  };
}

function answers(port: number, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', () => reject(new Error(`ejabberd does not answer:\n${log()}`)));
  });
}

/** Addresses and ports on which a process listens, from /proc (proc_pid_net(5)), as `127.0.0.1:5222` or `elsewhere:5222`. */
export function listenersOf(pid: number): string[] {
  const inodes = new Set([...attempt('ls', ['-l', `/proc/${pid}/fd`]).text.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode));
  return ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/${pid}/net/${family}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      // the state 0A is LISTEN
      .filter((columns) => columns[3] === '0A' && inodes.has(columns[9]))
      .map(([, local = '']) => {
        const [address, port = ''] = local.split(':');
        return `${address === '0100007F' ? '127.0.0.1' : 'elsewhere'}:${Number.parseInt(port, 16)}`;
      }),
  );
}

const script = join(import.meta.dirname, '../services/scripts/xmpp.py');
const wordsFor = ({ port, cert }: Ejabberd, uid: string, password: string) => [script, String(port), cert, `${uid}@example.org`, password];

/** What an XMPP program sees; see the script. */
export function xmpp(ejabberd: Ejabberd, uid: string, password: string, ...action: readonly string[]): Readonly<Record<string, unknown>> {
  const { text } = attempt('/usr/bin/python3', [...wordsFor(ejabberd, uid, password), ...action]);
  return JSON.parse(text.split('\n').find((line) => line.startsWith('{')) ?? '{"error": "the script has said nothing"}');
}

/**
 * Logs in and stays.
 * @returns what ends the session, and answers what the program then still could do; see do_stay in the script
 */
export async function stay(
  club: Club,
  ejabberd: Ejabberd,
  uid: string,
  password: string,
  ...then: readonly string[]
): Promise<() => Promise<Readonly<Record<string, unknown>>>> {
  const child = spawn('/usr/bin/python3', [...wordsFor(ejabberd, uid, password), 'stay', ...then], { stdio: ['pipe', 'pipe', 'ignore'] });
  club.atEnd(() => void child.kill());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = (await lines.next()).value;
  if (first !== '{"staying": true}') throw new Error(`there is no session: ${first}`);
  return async () => {
    child.stdin.end('on\n');
    return JSON.parse((await lines.next()).value ?? '{}');
  };
}
