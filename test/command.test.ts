import { execFileSync, spawn } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { asBuilt, type MosServer, ownEnvironment, startMos } from './support/mos-process.ts';
import { sixCrypt } from './support/moving.ts';
import { RawClient, request } from './support/raw-client.ts';

/** What the command prints, and its exit codes: 0 done, 1 it did not work, 2 it was asked for wrongly. As built: `npm test` builds first. */
const test = suite('command');
const base = 'dc=example,dc=org';
const people = `ou=people,${base}`;
const folder = mkdtempSync(join(tmpdir(), 'mos-command-'));
let server: MosServer;
test.before(async () => {
  server = await startMos({ program: asBuilt, ldif: [file('club.ldif', tree)], env: { MOS_ROOT_PASSWORD: 'hush-hush' } });
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Environment = Readonly<Record<string, string>>;

/** Runs `mos` beside the server. */
function mos(words: readonly string[], env: Environment = {}, input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const own = { MOS_VAR: dirname(server.socketPath), MOS_BASE_DN: base, MOS_ROOT_PASSWORD: 'hush-hush', MOS_SEED: 'none' };
    const child = spawn(process.execPath, [...asBuilt, ...words], { env: { ...ownEnvironment(), ...own, ...env } });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const tree = `dn: ${base}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\ndn: ${people}\nobjectClass: organizationalUnit\nou: people\n\n`;
const person = (uid: string, ...lines: readonly string[]) =>
  `dn: uid=${uid},${people}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: ${uid}\n${lines.map((line) => `${line}\n`).join('')}\n`;

/** What is told without anything being opened. */
const refusals: readonly (readonly [name: string, words: readonly string[], env: Environment, code: number, err: RegExp])[] = [
  ['a command that there is not', ['nonsense'], {}, 2, /^mos: there is no command "nonsense"; mos --help lists them\n$/],
  ['an option that there is not', ['start', '--nonsense'], {}, 2, /--nonsense.*\nmos: usage: mos start/],
  ['no worker at all', ['start', '--workers', '0'], {}, 2, /^mos: --workers: a number from 1 to 256 is expected\n$/],
  [
    'several workers on the embedded database',
    ['start', '--workers', '2'],
    { MOS_VAR: join(folder, 'none') },
    2,
    /^mos: .*MOS_DATABASE_URL.*\n$/,
  ],
  ['an import of nothing', ['import'], {}, 2, /^mos: name the files to import/],
  ['an import of a file that is not there', ['import', join(folder, 'none.ldif')], {}, 1, /^mos: .*none\.ldif can not be read: ENOENT/],
  [
    'settings with mistakes, a line for each',
    ['start'],
    { MOS_LDAP_LISTEN: 'nonsense', MOS_LOG_LEVEL: 'loud', MOS_LDAP_LISTN: 'x' },
    2,
    /^mos: MOS_LDAP_LISTN: .*did you mean MOS_LDAP_LISTEN\?\nmos: MOS_LDAP_LISTEN: .*\nmos: MOS_LOG_LEVEL: "loud" is not one of .*\n$/,
  ],
  ['the same by mos check', ['check'], { MOS_LOG_LEVEL: 'loud' }, 2, /^mos: MOS_LOG_LEVEL: .*\n$/],
  [
    'a Postgres that is not there',
    ['start'],
    { MOS_DATABASE_URL: 'postgres://mos:hush@127.0.0.1:1/club' },
    1,
    /^mos: cannot open the database "club" on 127\.0\.0\.1:1 as "mos": connect ECONNREFUSED 127\.0\.0\.1:1\n$/,
  ],
];
let refused: readonly Promise<Ended>[] = [];
test.before(() => {
  // each in a process of its own, all at once
  refused = refusals.map(([, words, env]) => mos(words, env));
});
refusals.forEach(([name, , , code, err], number) => {
  test(`refuses ${name}`, async () => {
    const ended = await refused[number];
    if (ended === undefined) throw new Error('it was not run');
    assert.is(ended.code, code, ended.err);
    assert.match(ended.err, err);
    assert.is(ended.out, '');
  });
});

test('without a command it tells how it is used', async () => {
  const [none, help, version] = await Promise.all([mos([]), mos(['--help']), mos(['--version'])]);
  assert.equal([none.code, help.code, version.code], [2, 0, 0]);
  assert.is(none.out, help.out);
  assert.match(version.out, /^mos \d+\.\d+\.\d+\n$/);
  const names = [...help.out.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name ?? '');
  assert.ok(names.includes('start'));
  for (const ended of await Promise.all(names.map((name) => mos([name, '--help'])))) {
    assert.is(ended.code, 0);
    assert.match(ended.out, /^usage: mos /);
  }
});

// The server has the database open, and the commands work through it.

test('an import with mistakes names file and line, and nothing of it is made', async () => {
  const bad = file('bad.ldif', person('ada') + person('bob', 'nonsense: x') + person('eve', 'mail'));
  const ended = await mos(['import', bad]);
  assert.is(ended.code, 1);
  assert.match(ended.err, /bad\.ldif:7: .*nonsense/);
  assert.not.match((await mos(['export', '--plain'])).out, /uid=ada/);
});

test('with --continue the rest is made, and each that is left out is listed', async () => {
  const half = person('ada') + person('bob', 'nonsense: x') + person('eve');
  const ended = await mos(['import', '--continue', '-'], {}, half);
  assert.is(ended.code, 1);
  assert.match(ended.err, /^-:7: .*nonsense/m);
  const { code, out } = await mos(['export', '--plain']);
  assert.is(code, 0);
  assert.equal(
    [...out.matchAll(/^dn: (.*)$/gm)].map(([, dn]) => dn),
    [base, people, `uid=ada,${people}`, `uid=eve,${people}`],
  );
  assert.not.match(out, /entryUUID/);
});

test('an export goes into a file of its owner alone, whole or not at all', async () => {
  const dump = file('dump.ldif', 'older');
  const refused = await mos(['export', '--base', `uid=nobody,${people}`, dump]);
  assert.equal([refused.code, refused.out, readFileSync(dump, 'utf8')], [1, '', 'older']);
  assert.match(refused.err, /there is no such entry\n$/);
  const ended = await mos(['export', '--base', people, dump]);
  assert.equal(ended, { code: 0, out: '', err: '' });
  assert.is(statSync(dump).mode & 0o777, 0o600);
  for (const line of [`dn: uid=ada,${people}`, 'entryUUID: ']) assert.match(readFileSync(dump, 'utf8'), line);
  const left = readdirSync(folder).filter((name) => name.endsWith('.part'));
  assert.equal(left, []);
  const nowhere = await mos(['export', join(folder, 'none', 'dump.ldif')]);
  assert.is(nowhere.code, 1);
  assert.match(nowhere.err, /^mos: .* can not be written: ENOENT/);
});

test('a password is read from standard input and lets in; an empty one and one for nobody are refused', async () => {
  const [empty, nobody] = [await mos(['passwd', 'ada'], {}, '\n'), await mos(['passwd', 'nobody'], {}, 'lovelace\n')];
  assert.equal([empty.code, empty.err], [1, 'mos: an empty password can not be set\n']);
  assert.is(nobody.code, 1);
  assert.match(nobody.err, /there is no such entry\n$/);
  const set = await mos(['passwd', 'ada'], {}, 'lovelace\n');
  assert.equal(set, { code: 0, out: `uid=ada,${people} has a new password\n`, err: '' });
  const client = await RawClient.connect(server.port);
  assert.is((await client.ask(request.bind(`uid=ada,${people}`, 'lovelace'))).code, 0);
  client.close();
  assert.match((await mos(['passwd'], {}, 'other\n')).err, /comes from MOS_ROOT_PASSWORD; change it there/);
  assert.not.match((await mos(['export'])).out, /lovelace/);
});

test('mos check tells what is right and what is wrong', async () => {
  const good = await mos(['check', '--deep'], { MOS_LDAP_LISTEN: server.ldapUrl });
  assert.is(good.code, 0, good.out);
  assert.match(good.out, /^ok: memory and database: the running mos start holds what the tables hold$/m);
  assert.not.match(good.out, /hush-hush/);
  const bad = await mos(['check'], { MOS_ACCESS: file('bad.access', 'allow | everybody | . | * | read\n') });
  assert.is(bad.code, 1);
  assert.match(bad.out, /^wrong: access rows: bad\.access: no row says who has the role "everybody"$/m);
});

test('mos check --services looks from outside, without a database', async () => {
  const nowhere = join(folder, 'nowhere');
  const listen = { MOS_LDAP_LISTEN: `${server.ldapUrl} ldaps://127.0.0.1:${server.tlsPort}` };
  const stranger = await mos(['check', '--services'], { ...listen, MOS_VAR: nowhere });
  assert.is(stranger.code, 1);
  assert.match(stranger.out, /^wrong: ldap:.*an authority that is not known here, "MOS private authority .*\nwrong: ldaps:.*\n$/);
  const known = await mos(['check', '--services', '--ca', server.caFile], { ...listen, MOS_VAR: nowhere });
  assert.is(
    known.out.replace(/:\d+:/g, ':'),
    [
      'ok: ldap://127.0.0.1: passwords over TLS alone, or within this machine: it listens on loopback alone\n',
      'ok: ldaps://127.0.0.1: passwords over TLS alone\n',
    ].join(''),
  );
  assert.equal([known.code, known.err, existsSync(nowhere)], [0, '', false]);
  const asked = { MOS_CHECK_SERVICES: `ldap://localhost:${server.port} imap://localhost:1 ftp://x` };
  const both = await mos(['check'], asked);
  assert.is(both.code, 1);
  assert.match(
    both.out,
    /^ok: database: .*\nunknown: ldap:.* on another machine\nwrong: imap:.*ECONNREFUSED\nwrong: ftp:.*not known here; imap, /m,
  );
  const unreadable = await mos(['check', '--services', '--ca', nowhere]);
  assert.is(unreadable.code, 1);
  assert.match(unreadable.err, /^mos: .*nowhere/);
});

test('a server whose output nobody reads any more goes on, and ends when it is told to', async () => {
  const env = { MOS_VAR: join(folder, 'unread'), MOS_BASE_DN: base, MOS_SEED: 'base', MOS_LDAP_LISTEN: 'ldap://127.0.0.1:0' };
  const child = spawn(process.execPath, [...asBuilt, 'start', 'ldap'], { env: { ...ownEnvironment(), ...env } });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await Promise.race([once(child.stdout, 'data'), exit]);
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  assert.is(await exit, 0);
  clearTimeout(impatience);
});

test('a second server is refused the database that the first one has', async () => {
  const second = await mos(['start']);
  assert.is(second.code, 1);
  assert.match(second.err, /^mos: .*\n$/);
});

for (const taken of ['MOS_LDAP_LISTEN', 'MOS_WEB_LISTEN'] as const) {
  test(`an address of ${taken} that somebody else has ends the start with one sentence`, async () => {
    const { [taken]: there = '' } = server.env;
    const [where = ''] = there.split(' ');
    const elsewhere = {
      MOS_VAR: join(folder, taken),
      MOS_LDAP_LISTEN: 'ldap://127.0.0.1:0',
      MOS_WEB_LISTEN: 'http://127.0.0.1:0',
      [taken]: where,
    };
    const { code, out, err } = await mos(['start'], elsewhere);
    assert.is(code, 1);
    assert.is(out, '');
    assert.is(err, `mos: can't listen at ${where}: listen EADDRINUSE: address already in use ${where.replace(/^.*\/\//, '')}\n`);
  });
}

test('people of a Django site and of passwd come in beside a running server, after a look', async () => {
  const rows = [
    { model: 'auth.user', pk: 1, fields: { username: 'djane', email: 'djane@example.org', is_active: true, password: '!' } },
    { model: 'shop.order', pk: 1, fields: {} },
  ];
  const dump = file('dump.json', JSON.stringify(rows));
  const unframed = await mos(['import-django', '--dry-run', dump]);
  assert.equal([unframed.code, /there is no ou=\w+,dc=example,dc=org: start an empty directory/.test(unframed.err)], [1, true]);
  const statuses = `ou=statuses,${base}`;
  const frame = ['people', 'groups', 'statuses'].map((ou) => `dn: ou=${ou},${base}\nobjectClass: organizationalUnit\nou: ${ou}\n\n`);
  const kinds = ['member', 'applicant'].map(
    (cn) => `dn: cn=${cn},${statuses}\nobjectClass: mosStatusDefinition\ncn: ${cn}\nmosMayLogin: TRUE\n\n`,
  );
  await mos(['import', '--continue', file('frame.ldif', [...frame, ...kinds].join(''))]);
  const look = await mos(['import-django', '--dry-run', dump]);
  assert.is(look.code, 0, look.err);
  assert.match(look.out, /^dn: uid=djane,/);
  assert.match(look.err, /shop\.order: 1 left out[\s\S]*1 people would come in; nothing was changed/);
  const done = await mos(['import-django', dump]);
  assert.equal([done.code, done.out], [0, '1 made\n1 people have come in\n'], done.err);
  assert.match((await mos(['import-django', dump])).err, /djane: is there already, and was left alone/);
  assert.is((await mos(['import-django', '--board', 'everybody', dump])).code, 2);
  assert.is((await mos(['import-django', file('no.json', '{')])).code, 1);
  const passwd = file('passwd', 'root:x:0:0::/root:/bin/sh\nunix:x:1500:1500:Unix Person:/home/unix:/bin/sh\n');
  const unix = await mos(['import-passwd', passwd, file('shadow', `unix:${sixCrypt}:19000:0:99999:7:::\n`)]);
  assert.equal([unix.code, unix.out], [0, '1 made\n1 people have come in\n'], unix.err);
  const client = await RawClient.connect(server.port);
  assert.is((await client.ask(request.bind(`uid=unix,${people}`, 'other'))).code, 49);
  assert.is((await client.ask(request.bind(`uid=unix,${people}`, 'secret'))).code, 0);
  client.close();
  assert.is((await mos(['import-passwd'])).code, 2);
});

test('whoever has moved in logs in over LDAP with the old password; their photo is made anew, and a look writes no file', async () => {
  const hash = pbkdf2Sync('old-password', 'salt', 20_000, 32, 'sha256').toString('base64');
  const password = `pbkdf2_sha256$20000$salt$${hash}`;
  const rows = [
    { model: 'auth.user', pk: 5, fields: { username: 'carol', email: 'carol@example.org', is_active: true, password } },
    { model: 'members.contactinfo', pk: 5, fields: { user: 5, image: 'photos/carol.png', last_email_ok: true } },
    { model: 'members.membershipperiod', pk: 5, fields: { user: 5, begin: '2012-02-01', end: null, kind_of_membership: 1 } },
    { model: 'members.kindofmembership', pk: 1, fields: { name: 'normal' } },
    { model: 'cal.event', pk: 1, fields: { name: 'Party', startDate: '2012-02-01 20:00:00', note: '\u001b[2J' } },
    { model: 'auth.user', pk: 6, fields: { username: 'mal\u001b[2J', is_active: true } },
    { model: 'members.contactinfo', pk: 6, fields: { user: 6, image: 'photos/pipe' } },
  ];
  const dump = file('carol.json', JSON.stringify(rows));
  mkdirSync(join(folder, 'photos'), { recursive: true });
  const picture = sharp({ create: { width: 900, height: 700, channels: 3, background: '#b33' } });
  await picture.withExif({ IFD0: { Copyright: 'where it was taken' } }).toFile(join(folder, 'photos', 'carol.png'));
  // of which nothing ever comes
  execFileSync('mkfifo', [join(folder, 'photos', 'pipe')]);
  const events = join(folder, 'events.jsonl');
  const look = await mos(['import-django', '--dry-run', '--events', events, dump]);
  assert.equal([look.code, existsSync(events)], [0, false], look.err);
  assert.match(look.err, /image \(carol\): photos\/carol\.png was not found/);
  // what is in a dump does not steer the terminal
  assert.match(look.err, /"mal\\x1b\[2J" can be nobody's user name/);
  assert.is((await mos(['import-django', '--status', 'frei=member', dump])).code, 1);
  const done = await mos(['import-django', '--media', folder, '--events', events, dump]);
  assert.equal([done.code, done.out], [0, '1 made\n1 people have come in\n'], done.err);
  assert.equal(
    [look.err, done.err].map((text) => /^.*events\.jsonl: (.*)$/m.exec(text)?.[1]),
    ['1 events would be kept, for the calendar', '1 events kept, for the calendar'],
  );
  assert.is(JSON.parse(readFileSync(events, 'utf8')).name, 'Party');
  const client = await RawClient.connect(server.port);
  assert.is((await client.ask(request.bind(`uid=carol,${people}`, 'other'))).code, 49);
  assert.is((await client.ask(request.bind(`uid=carol,${people}`, 'old-password'))).code, 0);
  client.close();
  const photo = /^jpegPhoto:: ((?:.+\n )*.+)$/m.exec((await mos(['export'])).out)?.[1] ?? '';
  const { format, width, exif } = await sharp(Buffer.from(photo.replaceAll('\n ', ''), 'base64')).metadata();
  assert.equal([format, width, exif], ['jpeg', 480, undefined]);
});

test('without a server they open the database themselves', async () => {
  await server.stop();
  assert.not.ok(existsSync(server.socketPath));
  const alone = { MOS_VAR: join(folder, 'alone') };
  assert.match((await mos(['check'], alone)).out, /^ok: database: not there yet; mos start makes it in /m);
  assert.equal(await mos(['import', file('tree.ldif', tree)], alone), { code: 0, out: '2 made\n', err: '' });
  assert.match((await mos(['check', '--deep'], alone)).out, /^ok: database: 2 entries$/m);
});

test.run();
