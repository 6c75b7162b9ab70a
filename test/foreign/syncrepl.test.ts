import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startMos } from '../support/mos-process.ts';
import { hasModule, type LdapServer, slapdMissing, startSlapd } from '../support/slapd.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** OpenLDAP's syncrepl as the judge: a replica of the demo club, through changes, cuts and restarts of both sides. */
const base = 'dc=example,dc=org';
const people = `ou=people,${base}`;
const groups = `ou=groups,${base}`;
const ownSchemas = join(import.meta.dirname, '../../schema/ldap');
const missing = slapdMissing ?? (hasModule('ppolicy') && hasModule('argon2') ? undefined : 'slapd lacks the modules ppolicy and argon2');

/** Whom the replica is bound as: root is told what is gone, a service what is still there. */
const consumers = [
  ['root', `cn=admin,${base}`, 'secret'],
  ['a service with a grant', `cn=replica,ou=services,${base}`, 'a-long-enough-password'],
] as const;
const service = `dn: ${consumers[1][1]}
objectClass: applicationProcess
objectClass: mosService
cn: replica
userPassword: ${consumers[1][2]}
mosGrant: . | * | read, replicate
mosGrant: . | userPassword, pwdHistory | read
`;

let state: string;
let folder: string;
let mos: LdapServer;
let proxy: TcpProxy;
let replica: LdapServer;

function startProvider(): Promise<LdapServer> {
  return startMos({ baseDn: base, env: { MOS_VAR: state, MOS_SEED: 'demo' } });
}

/** As docs/OPERATIONS.md has it. */
function startReplica(binddn: string, credentials: string): Promise<LdapServer> {
  const syncrepl = [
    'syncrepl rid=001',
    `provider=ldaps://localhost:${proxy.port}`,
    'type=refreshAndPersist',
    'retry="1 +"',
    `searchbase="${base}"`,
    'bindmethod=simple',
    `binddn="${binddn}"`,
    `credentials=${credentials}`,
    'tls_reqcert=demand',
    `tls_cacert=${mos.caFile}`,
  ];
  return startSlapd({
    baseDn: base,
    folder,
    modules: ['ppolicy', 'argon2'],
    schemas: ['core', 'cosine', 'inetorgperson', 'misc', 'dyngroup', join(ownSchemas, 'rfc2307bis.schema'), join(ownSchemas, 'mos.schema')],
    debug: process.env['SLAPD_DEBUG'] ?? '0',
    database: ['index objectClass,entryUUID,entryCSN,uid,mail,member eq', syncrepl.join(' '), `updateref ldaps://localhost:${proxy.port}`],
  });
}

function run(tool: string, server: LdapServer, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, ['-x', '-H', server.ldapUrl, '-D', server.rootDn, '-w', server.rootPassword, ...args]);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0 || (code === 32 && tool === 'ldapsearch')) resolve(Buffer.concat(out).toString());
      else reject(new Error(`${tool} ended with ${code}: ${Buffer.concat(err)}`));
    });
    // a tool that fails early doesn't take it
    child.stdin.on('error', () => undefined).end(input);
  });
}

/** What is stored of every entry, by DN; values in no order, as LDAP has them. */
async function dump(server: LdapServer, ...how: readonly string[]): Promise<Map<string, string[]>> {
  const wanted = ['*', 'entryUUID', 'entryCSN', 'createTimestamp', 'modifyTimestamp', 'creatorsName', 'modifiersName', 'pwdChangedTime'];
  const text = await run('ldapsearch', server, ['-LLL', '-o', 'ldif-wrap=no', '-b', base, ...how, '(objectClass=*)', ...wanted]);
  const entries = text.split('\n\n').map((entry) => entry.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
  return new Map(entries.filter((lines) => lines.length > 0).map(([dn = '', ...lines]) => [dn, lines.sort()]));
}

async function until(holds: () => boolean | Promise<boolean>, what: string, seconds = 30): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen in ${seconds} s\n${mos.log()}\n${replica.log().slice(-20000)}`);
  }
}

const asText = (tree: Map<string, string[]>) =>
  JSON.stringify(
    [...tree].sort(([a], [b]) => (a < b ? -1 : 1)),
    null,
    1,
  );

/** Waits until the replica holds what MOS holds. */
async function follows(): Promise<Map<string, string[]>> {
  // a dynamic group's members are worked out by whoever is asked; a consumer is told what is stored
  const [original, expected] = await dump(mos, '-E', 'sync=ro').then((tree) => [tree, asText(tree)] as const);
  assert.ok(original.size > 300);
  await until(async () => asText(await dump(replica)) === expected, 'the same tree').catch(async (error) => {
    assert.fixture(asText(await dump(replica)), expected, String(error));
  });
  return original;
}

const modify = (text: string) => run('ldapmodify', mos, [], text);

/** The entries that each refresh so far has sent. */
function refreshes(): number[] {
  return [...mos.log().matchAll(/content synchronized .*mode="refreshAndPersist".* entries=(\d+)/g)].map(([, count]) => Number(count));
}

/** Waits until the last refresh is logged. @returns how many entries it has sent, and how many a refresh of everything would */
async function lastRefresh(before: number): Promise<{ readonly sent: number; readonly all: number }> {
  const { size } = await follows();
  await until(() => refreshes().length > before, 'a refresh');
  return { sent: refreshes().at(-1) ?? -1, all: size };
}

const replaced = (uid: string, value: string) =>
  `dn: uid=${uid},${people}\nchangetype: modify\nreplace: description\ndescription: ${value}\n\n`;
const removed = (dn: string) => `dn: ${dn}\nchangetype: delete\n\n`;
const renamed = (dn: string, to: string) => `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${to}\ndeleteoldrdn: 1\n\n`;
const added = (uid: string) => `dn: uid=${uid},${people}
changetype: add
objectClass: inetOrgPerson
objectClass: mosMember
uid: ${uid}
cn: New
sn: New
userPassword: a-long-enough-password
mosStatus: cn=member,ou=statuses,${base}

`;

if (missing !== undefined) console.log(`skipped: ${missing}`);
for (const [who, binddn, credentials] of missing === undefined ? consumers : []) {
  const test = suite(`syncrepl as ${who}`);

  test.before(async () => {
    state = mkdtempSync(join(tmpdir(), 'mos-syncrepl-'));
    folder = mkdtempSync(join(tmpdir(), 'mos-replica-'));
    mos = await startProvider();
    await run('ldapadd', mos, [], service);
    proxy = await startTcpProxy(mos.tlsPort);
    replica = await startReplica(binddn, credentials);
  });
  test.after(async () => {
    // whichever of them a failed start has left; its error is the one to tell
    await replica?.stop();
    await proxy?.close();
    await mos?.stop();
    for (const each of [state, folder]) rmSync(each, { recursive: true, force: true });
  });

  test('an empty replica fills itself', async () => {
    const { sent, all } = await lastRefresh(0);
    assert.is(sent, all);
  });

  test('members log in at the replica', async () => {
    const ada = { ...replica, rootDn: `uid=ada,${people}`, rootPassword: 'demo-password' };
    assert.is((await run('ldapwhoami', ada, [])).trim(), `dn:uid=ada,${people}`);
  });

  test('adds, modifications, renames and deletes are followed', async () => {
    await modify(`${added('new')}dn: uid=ada,${people}
changetype: modify
replace: description
description: changed
-
delete: givenName

dn: cn=board,${groups}
changetype: modify
add: member
member: uid=new,${people}

${renamed(`uid=new,${people}`, 'uid=newer')}${removed(`cn=laser,${groups}`)}`);
    const tree = await follows();
    assert.ok(tree.has(`dn: uid=newer,${people}`));
    assert.ok(tree.get(`dn: cn=board,${groups}`)?.includes(`member: uid=newer,${people}`));
    assert.not.ok(tree.has(`dn: cn=laser,${groups}`));
    assert.is(refreshes().length, 1);
  });

  test('a subtree that gets another name takes everything with it', async () => {
    await modify(renamed(people, 'ou=humans'));
    assert.ok((await follows()).has(`dn: uid=ada,ou=humans,${base}`));
    await modify(renamed(`ou=humans,${base}`, 'ou=people'));
    await follows();
  });

  test('after a cut it goes on where it was', async () => {
    proxy.cut();
    await modify(replaced('ada', 'cut') + added('between') + removed(`uid=newer,${people}`));
    const before = refreshes().length;
    proxy.mend();
    const { sent } = await lastRefresh(before);
    assert.ok(sent <= 3, `${sent} entries were sent`);
  });

  test('after its own restart it goes on where it was', async () => {
    await replica.stop();
    await modify(
      replaced('ada', 'restart') + renamed(`uid=between,${people}`, 'uid=behind') + removed(`cn=kitchen,${groups}`) + added('between'),
    );
    const before = refreshes().length;
    replica = await startReplica(binddn, credentials);
    const { sent } = await lastRefresh(before);
    assert.ok(sent <= 3, `${sent} entries were sent`);
  });

  test('nothing is lost of what happens during a refresh', async () => {
    const uids = Array.from({ length: 40 }, (_, index) => `storm${index}`);
    const undone = uids.map((uid, index) =>
      index % 3 === 0 ? removed(`uid=${uid},${people}`) : renamed(`uid=${uid},${people}`, `uid=${uid}-${index % 3}`),
    );
    const rounds: readonly (readonly [away: readonly string[], meanwhile: readonly string[]])[] = [
      [uids.map(added), [renamed(groups, 'ou=circles'), ...undone]],
      [[renamed(`ou=circles,${base}`, 'ou=groups'), ...uids.map(added)], undone.filter((_, index) => index % 3 === 0)],
    ];
    for (const [away, meanwhile] of rounds) {
      proxy.cut();
      await modify(away.join(''));
      proxy.mend();
      await until(() => proxy.connections > 0, 'a connection');
      await modify(meanwhile.join(''));
    }
    await follows();
  });

  test('after a restart of MOS it goes on where it was', async () => {
    // the newest change leaves no entry behind
    await modify(removed(`uid=behind,${people}`));
    await follows();
    await mos.stop();
    mos = await startProvider();
    proxy.target = mos.tlsPort;
    const { sent } = await lastRefresh(0);
    assert.is(sent, 0);
    await modify(replaced('ada', 'afterwards'));
    await follows();
  });

  test('when MOS has another database it begins again', async () => {
    await mos.stop();
    rmSync(join(state, 'db'), { recursive: true });
    mos = await startProvider();
    await run('ldapadd', mos, [], service);
    proxy.target = mos.tlsPort;
    const { sent, all } = await lastRefresh(0);
    assert.is(sent, all);
    await modify(replaced('ada', 'again'));
    await follows();
  });

  test.run();
}
