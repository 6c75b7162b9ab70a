// ejabberd on what mos config prints, and slixmpp as the member's program.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { attempt, type Club, eventually, freePorts, makeCertificate } from './club.ts';

const modules = attempt('sh', ['-c', 'ls -d /usr/lib/*/ejabberd-*/ebin 2>/dev/null | head -n 1']).text.trim();
export const ejabberdMissing = modules === '' ? 'ejabberd is not installed' : undefined;
export const slixmppMissing = attempt('/usr/bin/python3', ['-c', 'import slixmpp']).code === 0 ? undefined : 'slixmpp is not installed';

export interface Ejabberd {
  readonly port: number;
  readonly folder: string;
  readonly cert: string;
  log(): string;
}

export async function startEjabberd(club: Club): Promise<Ejabberd> {
  const folder = join(club.folder, 'ejabberd');
  const config = join(folder, 'conf');
  for (const each of [folder, join(folder, 'spool'), join(folder, 'log'), config]) mkdirSync(each, { recursive: true });
  const { cert, both } = makeCertificate(config);
  const { xmpp, xmpps, s2s } = await freePorts('xmpp', 'xmpps', 's2s');
  const secret = join(club.folder, 'ejabberd.password');
  writeFileSync(secret, club.run(['service', 'add', 'ejabberd']));
  const words = [
    `config_dir=${config}`,
    'ip=127.0.0.1',
    `xmpp_port=${xmpp}`,
    `xmpps_port=${xmpps}`,
    `s2s_port=${s2s}`,
    `cert=${both}`,
    `ca=${club.ca}`,
  ];
  club.run(['config', 'ejabberd', '--out', config, '--password-file', secret, ...words.flatMap((word) => ['--set', word])]);
  attempt('chown', ['-R', 'ejabberd:ejabberd', folder]);
  const log = join(folder, 'log', 'ejabberd.log');
  // without -sname there is no epmd and no port for other nodes
  const erl = ['erl', '-noinput', '-s', 'ejabberd', '-pa', modules, '-mnesia', 'dir', `"${join(folder, 'spool')}"`];
  club.daemon('setpriv', ['--reuid=ejabberd', '--regid=ejabberd', '--clear-groups', ...erl], {
    cwd: folder,
    env: {
      HOME: folder,
      EJABBERD_CONFIG_PATH: join(config, 'ejabberd.yml'),
      EJABBERD_LOG_PATH: log,
      ERL_LIBS: join(modules, '../..'),
    },
  });
  const read = () => {
    try {
      return readFileSync(log, 'utf8');
    } catch {
      return '';
    }
  };
  await eventually(() => answers(xmpp, read), 40);
  return { port: xmpp, folder: config, cert, log: read };
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

const script = join(import.meta.dirname, '../services/scripts/xmpp.py');

/** What an XMPP program sees; see the script. */
export function xmpp(
  { port, cert }: Ejabberd,
  uid: string,
  password: string,
  ...action: readonly string[]
): Readonly<Record<string, unknown>> {
  const { text } = attempt('/usr/bin/python3', [script, String(port), cert, `${uid}@example.org`, password, ...action]);
  return JSON.parse(text.split('\n').find((line) => line.startsWith('{')) ?? '{"error": "the script has said nothing"}');
}

/** Logs in and stays for so many seconds. @returns whether the session still answers at the end */
export async function stay({ port, cert }: Ejabberd, uid: string, password: string, seconds: number): Promise<() => Promise<boolean>> {
  const words = [script, String(port), cert, `${uid}@example.org`, password, 'stay', String(seconds)];
  const child = spawn('/usr/bin/python3', words, { stdio: ['ignore', 'pipe', 'ignore'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const end = new Promise<boolean>((resolve) => child.once('close', () => resolve(printed.includes('"stayed"'))));
  await eventually(() => {
    if (!printed.includes('"staying"')) throw new Error(`there is no session: ${printed}`);
  });
  return () => end;
}
