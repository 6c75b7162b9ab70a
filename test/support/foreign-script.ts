// Programs that others have written, as judges: a script in their language tells a line for each step.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startMos } from './mos-process.ts';
import type { LdapServer } from './slapd.ts';

export const base = 'dc=example,dc=org';
/** The first bytes of a JPEG file, which are no UTF-8 */
export const photo = 'ffd8ffe000104a46494600010100000100010000ffdb';

/** 200 people p000 to p199, ada with a password and a photo, and `ou=others` with a counter and a referral. */
function ldif(): string {
  const person = (uid: string, ...lines: readonly string[]) =>
    [
      `dn: uid=${uid},ou=people,${base}`,
      'objectClass: inetOrgPerson',
      `uid: ${uid}`,
      `sn: ${uid}`,
      ...(lines.length === 0 ? [`cn: ${uid}`] : lines),
    ].join('\n');
  const unit = (ou: string) => `dn: ou=${ou},${base}\nobjectClass: organizationalUnit\nou: ${ou}`;
  const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64');
  const entries = [
    `dn: ${base}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example`,
    unit('people'),
    unit('others'),
    person('ada', `cn:: ${base64('Ada Lövelace 🦊')}`, `jpegPhoto:: ${base64(Buffer.from(photo, 'hex'))}`, 'userPassword: analysis'),
    ...Array.from({ length: 200 }, (_, index) => person(`p${String(index).padStart(3, '0')}`)),
    `dn: cn=counter,ou=others,${base}\nobjectClass: device\nobjectClass: posixAccount\ncn: counter\nuid: counter\nuidNumber: 1000\ngidNumber: 1\nhomeDirectory: /`,
    `dn: cn=elsewhere,ou=others,${base}\nobjectClass: referral\nobjectClass: extensibleObject\ncn: elsewhere\nref: ldap://elsewhere.example/ou=others,${base}`,
  ];
  return `${entries.join('\n\n')}\n`;
}

export interface ForeignServer extends LdapServer {
  /** By the name in its certificate */
  readonly ldapByName: string;
  /** An authority that has not signed it */
  readonly foreignCa: string;
}

export async function startForForeigners(): Promise<ForeignServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mos-foreign-'));
  const file = join(folder, 'club.ldif');
  writeFileSync(file, ldif());
  const foreignCa = join(folder, 'foreign.crt');
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=elsewhere -keyout ${join(folder, 'key')} -out ${foreignCa}`;
  const made = spawnSync('openssl', words.split(' '), { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr ?? made.error}`);
  const server = await startMos({ baseDn: base, ldif: [file] });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...server, ldapByName: server.ldapUrl.replace('127.0.0.1', 'localhost'), foreignCa, stop };
}

export interface ForeignScript {
  /** Of the library */
  readonly name: string;
  readonly command: string;
  /** Words before the script's own argument */
  readonly words: readonly string[];
  /** Ends with 0 when the library is there */
  readonly probe: readonly string[];
  /** What the script must have done, in its order */
  readonly steps: readonly string[];
}

/** A test for each step of a script, which gets one argument: where the server is, as JSON. */
export function judgeBy({ name, command, words, probe, steps }: ForeignScript): void {
  if (spawnSync(command, probe, { encoding: 'utf8' }).status !== 0) {
    console.log(`skipped: ${name} is not installed`);
    return;
  }
  const test = suite(name);
  const told = new Map<string, string>();
  let ended = '';
  test.before(async () => {
    const server = await startForForeigners();
    try {
      const { ldapUrl: ldap, ldapsUrl: ldaps, ldapByName, caFile: ca, foreignCa, rootDn, rootPassword } = server;
      const about = JSON.stringify({ ldap, ldaps, ldapByName, ca, foreignCa, base, rootDn, rootPassword, photo });
      ended = await run(command, [...words, about], told);
    } finally {
      await server.stop();
    }
  });
  for (const step of steps) test(step, () => assert.is(told.get(step), 'ok', told.get(step) ?? ended));
  test('all of it, and nothing else', () => assert.equal([...told.keys()], steps, ended));
  test.run();
}

/** @returns how it ended, and what it said beside its lines */
function run(command: string, words: readonly string[], told: Map<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject);
    child.once('close', (code) => {
      for (const [, failed = '', step = '', why = ''] of out.matchAll(/^(not )?ok ([^:\n]*)(?:: (.*))?$/gm))
        told.set(step, failed === '' ? 'ok' : why);
      resolve(`it ended with ${code}\n${err}${out}`);
    });
  });
}
