// Dovecot and Postfix on what mos config prints, and curl as the member's mail program.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, type Club, eventually, freePorts, makeCertificate } from './club.ts';

export interface Dovecot {
  readonly imap: number;
  readonly imaps: number;
  readonly folder: string;
  readonly config: string;
  /** Where it waits for Postfix */
  readonly sockets: string;
  readonly cert: string;
}

/** Which Dovecot, and how its programs are run. */
export interface DovecotProgram {
  readonly service: 'dovecot' | 'dovecot-2.4';
  command(program: string, words: readonly string[]): readonly [command: string, words: readonly string[]];
}

export const installed: DovecotProgram = { service: 'dovecot', command: (program, words) => [program, words] };

/** @param set further `--set` words */
export async function startDovecot(club: Club, set: readonly string[] = [], { service, command } = installed): Promise<Dovecot> {
  const folder = join(club.folder, `${service}-${set.join('').replace(/\W/g, '')}`);
  const sockets = join(folder, 'sockets');
  const mail = join(folder, 'mail');
  for (const each of [folder, sockets, mail]) mkdirSync(each, { recursive: true });
  attempt('chown', ['mail:mail', mail]);
  const { cert, key } = makeCertificate(folder);
  const { imap, imaps } = await freePorts('imap', 'imaps');
  const secret = join(club.folder, 'dovecot.password');
  const words = [
    `config_dir=${folder}`,
    'listen=127.0.0.1',
    `run_dir=${join(folder, 'run')}`,
    `log=${join(folder, 'log')}`,
    `instance=mos-test-${imap}`,
    `mail_dir=${mail}`,
    'mail_user=mail',
    'failure_delay=0 secs',
    `imap_port=${imap}`,
    `imaps_port=${imaps}`,
    `postfix_socket_dir=${sockets}`,
    `cert=${cert}`,
    `key=${key}`,
    `ca=${club.ca}`,
    // a wrong password costs the next login from this address seconds, and here all come from one
    'more=service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}',
    ...set,
  ];
  club.run(['config', service, '--out', folder, '--password-file', secret, ...words.flatMap((word) => ['--set', word])]);
  const config = join(folder, 'dovecot.conf');
  club.daemon(...command('/usr/sbin/dovecot', ['-F', '-c', config]));
  club.atEnd(() => void attempt(...command('/usr/bin/doveadm', ['-c', config, 'stop'])));
  const dovecot = { imap, imaps, folder, config, sockets, cert };
  await eventually(() => {
    const { code } = attempt('curl', ['-sS', '--max-time', '2', '--cacert', cert, `imaps://localhost:${imaps}`, '-X', 'CAPABILITY']);
    // 67: it is there, and lets nobody in without a name
    if (code !== 0 && code !== 67) throw new Error(`Dovecot does not answer: curl ${code}`);
  });
  return dovecot;
}

/** What a mail program sees: `in`, `refused` (wrong name or password), or `unavailable`. */
export function imapLogin({ imap, cert }: Dovecot, user: string, password: string): 'in' | 'refused' | string {
  const words = ['-sS', '--max-time', '20', '--ssl-reqd', '--cacert', cert, '-u', `${user}:${password}`, `imap://localhost:${imap}/`];
  const { code, text } = attempt('curl', words);
  return code === 0 ? 'in' : code === 67 ? 'refused' : `curl ended with ${code}: ${text}`;
}

/** The newest message in the inbox; empty when there is none. */
export function newestMail({ imap, cert }: Dovecot, user: string, password: string): string {
  const common = ['-sS', '--max-time', '20', '--ssl-reqd', '--cacert', cert, '-u', `${user}:${password}`];
  const found = attempt('curl', [...common, `imap://localhost:${imap}/INBOX`, '-X', 'SEARCH ALL']).text;
  const newest = found.replace(/\s+$/, '').split(' ').at(-1) ?? '';
  return /^\d+$/.test(newest) ? attempt('curl', [...common, `imap://localhost:${imap}/INBOX;MAILINDEX=${newest}`]).text : '';
}

export interface Postfix {
  readonly smtp: number;
  readonly submission: number;
  readonly submissions: number;
  readonly folder: string;
  readonly cert: string;
  log(): string;
}

export async function startPostfix(club: Club, { sockets, cert, folder: keys }: Dovecot, set: readonly string[] = []): Promise<Postfix> {
  const folder = join(club.folder, 'postfix');
  const [queue, data] = [join(folder, 'queue'), join(folder, 'data')];
  for (const each of [folder, queue, data]) mkdirSync(each, { recursive: true });
  attempt('chown', ['postfix:postfix', data]);
  attempt('chmod', ['755', folder, queue]);
  const { smtp, submission, submissions } = await freePorts('smtp', 'submission', 'submissions');
  const maillog = join(folder, 'log');
  const words = [
    `config_dir=${folder}`,
    'mail_host=mail.example.org',
    'inet_interfaces=127.0.0.1',
    'inet_protocols=ipv4',
    // nobody may send just because they are on this machine
    'mynetworks=127.0.0.9/32',
    `smtp_port=${smtp}`,
    `submission_port=${submission}`,
    `submissions_port=${submissions}`,
    `queue_dir=${queue}`,
    `data_dir=${data}`,
    `maillog=${maillog}`,
    `log_dir=${folder}`,
    `dovecot_socket_dir=${sockets}`,
    `cert=${cert}`,
    `key=${join(keys, 'key.pem')}`,
    `ca=${club.ca}`,
    ...set,
  ];
  const secret = join(club.folder, 'postfix.password');
  writeFileSync(secret, club.run(['service', 'add', 'postfix']));
  club.run(['config', 'postfix', '--out', folder, '--password-file', secret, ...words.flatMap((word) => ['--set', word])]);
  attempt('chgrp', [
    'postfix',
    ...['domains', 'mailboxes', 'aliases', 'forwards', 'groups', 'senders'].map((each) => join(folder, `mos-${each}.cf`)),
  ]);
  const made = attempt('postfix', ['-c', folder, 'start']);
  club.atEnd(() => void attempt('postfix', ['-c', folder, 'stop']));
  if (made.code !== 0) throw new Error(`postfix start: ${made.text}`);
  return { smtp, submission, submissions, folder, cert, log: () => attempt('cat', [maillog]).text };
}

export interface Message {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** User name and password for submission; without them it comes from outside, at port 25 */
  readonly as?: readonly [user: string, password: string];
  /** Hand it in over TLS from the first byte, not by STARTTLS */
  readonly direct?: true;
}

/** Sends as a mail program does. @returns curl's exit code: 0 sent, 67 login refused, 55 or 8 refused by the server; and what was said */
export function send(
  { smtp, submission, submissions, cert }: Postfix,
  { from, to, subject, as, direct }: Message,
): { readonly code: number; readonly text: string } {
  const handedIn = direct ? `smtps://localhost:${submissions}` : `smtp://localhost:${submission}`;
  const where = as === undefined ? `smtp://localhost:${smtp}/client.example.net` : `${handedIn}/client.example.org`;
  const login = as === undefined ? [] : ['-u', as.join(':')];
  const words = [
    '-sS',
    '-v',
    '--max-time',
    '30',
    '--ssl-reqd',
    '--cacert',
    cert,
    ...login,
    '--mail-from',
    from,
    '--mail-rcpt',
    to,
    '-T',
    '-',
    where,
  ];
  return attempt(
    'curl',
    words,
    `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.org>\r\n\r\nhello\r\n`,
  );
}
