// Mailman's core on what mos config prints, and its REST interface as whoever looks at the list sees it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, type Club, type Daemon, eventually, freePorts } from './club.ts';

const password = 'rest-password';

/** Where it will be, for settings that are needed before it is there. */
export interface MailmanPlace {
  readonly url: string;
  readonly ports: { readonly rest: number; readonly lmtp: number };
}

export async function mailmanPlace(): Promise<MailmanPlace> {
  const ports = await freePorts('rest', 'lmtp');
  return { url: `http://restadmin:${password}@localhost:${ports.rest}`, ports };
}

export interface Mailman {
  /** One request; what it answers, with its status in `status` */
  ask(method: string, path: string, fields?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  /** What /roster/ROLE of a list has */
  roster(listId: string, role?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
  start(): Promise<void>;
  log(): string;
}

/** Where Mailman writes Postfix's table of its lists, before either runs. */
export const listTable = (club: Club): string => join(club.folder, 'mailman/var/data/postfix_lmtp');

/** @param smtp port of the Postfix that sends its mail */
export async function startMailman(club: Club, { url, ports }: MailmanPlace, smtp: number): Promise<Mailman> {
  const folder = join(club.folder, 'mailman');
  const secret = join(club.folder, 'mailman.password');
  for (const each of ['', 'etc', 'var', 'log', 'run']) mkdirSync(join(folder, each), { recursive: true });
  writeFileSync(secret, `${password}\n`);
  const words = [
    `config_dir=${join(folder, 'etc')}`,
    `var_dir=${join(folder, 'var')}`,
    `log_dir=${join(folder, 'log')}`,
    `run_dir=${join(folder, 'run')}`,
    `rest_port=${ports.rest}`,
    `lmtp_port=${ports.lmtp}`,
    `smtp_port=${smtp}`,
    // otherwise it looks every two minutes
    'more=[runner.bounces]\nsleep_time: 1s',
  ];
  club.run(['config', 'mailman', '--out', join(folder, 'etc'), '--password-file', secret, ...words.flatMap((word) => ['--set', word])]);
  attempt('chown', ['-R', 'list:list', folder]);
  const config = join(folder, 'etc/mailman.cfg');
  const { origin } = new URL(url);
  const authorization = `Basic ${Buffer.from(`restadmin:${password}`).toString('base64')}`;
  let daemon: Daemon | undefined;

  const mailman: Mailman = {
    async ask(method, path, fields = {}) {
      const form = new URLSearchParams(fields);
      const inAddress = method === 'GET' || method === 'DELETE';
      const response = await fetch(`${origin}/3.1/${path}${inAddress ? `?${form}` : ''}`, {
        method,
        headers: { authorization },
        ...(inAddress ? {} : { body: form }),
      });
      const text = await response.text();
      return { ...(text === '' ? {} : JSON.parse(text)), status: response.status };
    },
    async roster(listId, role = 'member') {
      const { entries = [] } = await mailman.ask('GET', `lists/${listId}/roster/${role}`);
      return entries as readonly Readonly<Record<string, unknown>>[];
    },
    async start() {
      const master = ['/usr/lib/mailman3/bin/master', '-C', config];
      daemon = club.daemon('setpriv', ['--reuid=list', '--regid=list', '--clear-groups', ...master], {
        cwd: folder,
        env: { HOME: folder },
      });
      await eventually(() => mailman.ask('GET', 'system/versions'), 40).catch((error: unknown) => {
        throw new Error(`Mailman does not answer: ${mailman.log()}`, { cause: error });
      });
    },
    async stop() {
      const child = daemon?.child;
      if (child === undefined || child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
    log: () => `${daemon?.log() ?? ''}${attempt('sh', ['-c', `cat ${folder}/log/*`]).text}`,
  };
  await mailman.start();
  return mailman;
}
