import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadOrCreateCertificate, type ServerCertificate } from '../../directory/server/certificate.ts';

const run = promisify(execFile);
const test = suite<{ home: string; folder: string }>('the server certificate');
test.before.each((context) => {
  context.home = mkdtempSync(join(tmpdir(), 'mos-tls-'));
  context.folder = join(context.home, 'tls');
});
test.after.each(({ home }) => rmSync(home, { recursive: true, force: true }));

const today = new Date();
const inDays = (days: number): Date => new Date(today.getTime() + days * 86_400_000);
const contents = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

/** Greets a server with this certificate as a client that trusts only `ca`. */
async function greet(certificate: ServerCertificate, ca: string, servername: string): Promise<string> {
  const server = createServer(certificate, (socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    // node's server always has the address of a TCP listener
    const { port } = server.address() as AddressInfo;
    return await new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', ca, servername });
      socket.once('data', (data) => resolve(data.toString())).once('error', reject);
    });
  } finally {
    server.close();
  }
}

test('is made on the first start, and readable keys are nobody else’s', async ({ folder }) => {
  const made = await loadOrCreateCertificate({ folder, now: today });
  assert.equal(readdirSync(folder).sort(), ['ca.crt', 'ca.key', 'server.crt', 'server.key']);
  for (const name of ['ca.key', 'server.key']) assert.is(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  assert.is(made.caFile, join(folder, 'ca.crt'));
  assert.is(made.cert, contents(folder, 'server.crt'));
  assert.is(made.key, contents(folder, 'server.key'));
  assert.is(made.ca, contents(folder, 'ca.crt'));
});

test('names this machine in every way that a client asks', async ({ folder }) => {
  const { cert } = await loadOrCreateCertificate({ folder, now: today });
  const names = new X509Certificate(cert);
  for (const name of ['localhost', hostname()]) assert.ok(names.checkHost(name), name);
  for (const address of ['127.0.0.1', '::1']) assert.ok(names.checkIP(address), address);
  assert.not(names.checkHost('example.org'));
});

test('is a P-256 key, and no authority itself', async ({ folder }) => {
  const { cert, key, ca } = await loadOrCreateCertificate({ folder, now: today });
  assert.is(createPrivateKey(key).asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.not(new X509Certificate(cert).ca);
  assert.ok(new X509Certificate(ca ?? '').ca);
});

test('greets clients that trust the authority, by name and by address', async ({ folder }) => {
  const made = await loadOrCreateCertificate({ folder, now: today });
  assert.is(await greet(made, contents(folder, 'ca.crt'), 'localhost'), 'hello');
  assert.is(await greet(made, contents(folder, 'ca.crt'), ''), 'hello');
});

test('a client that trusts another authority is not greeted', async ({ folder, home }) => {
  const made = await loadOrCreateCertificate({ folder, now: today });
  const other = await loadOrCreateCertificate({ folder: join(home, 'other'), now: today });
  try {
    await greet(made, other.ca ?? '', 'localhost');
  } catch (error) {
    return assert.match(String(error), /unable to verify|self-signed/);
  }
  assert.unreachable();
});

test('satisfies OpenSSL’s strict verification', async ({ folder }) => {
  if ((await run('openssl', ['version']).catch(() => undefined)) === undefined) return; // not on this machine
  await loadOrCreateCertificate({ folder, now: today });
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'localhost', '-CAfile'];
  const { stdout } = await run('openssl', [...args, join(folder, 'ca.crt'), join(folder, 'server.crt')]);
  assert.match(stdout, /: OK/);
});

const daysLeft = (certificate: ServerCertificate): number => (certificate.notAfter.getTime() - today.getTime()) / 86_400_000;

test('is valid for as long as Apple’s clients take it', async ({ folder }) => {
  const made = await loadOrCreateCertificate({ folder, now: today });
  assert.ok(daysLeft(made) > 700 && daysLeft(made) < 825, String(daysLeft(made)));
});

test('stays the same at the next start', async ({ folder }) => {
  const first = await loadOrCreateCertificate({ folder, now: today });
  assert.equal(await loadOrCreateCertificate({ folder, now: inDays(1) }), first);
});

interface Renewal {
  readonly when: string;
  readonly days?: number;
  readonly harm?: (folder: string) => void;
  readonly renews: { readonly server: boolean; readonly authority: boolean };
}
const neither = { server: false, authority: false };
const serverOnly = { server: true, authority: false };
const both = { server: true, authority: true };

const renewals: readonly Renewal[] = [
  { when: '31 days are left', days: 800 - 31, renews: neither },
  { when: '29 days are left', days: 800 - 29, renews: serverOnly },
  { when: 'it has run out', days: 1000, renews: serverOnly },
  { when: 'the authority has run out', days: 21 * 365, renews: both },
  { when: 'the key is gone', harm: (folder) => rmSync(join(folder, 'server.key')), renews: serverOnly },
  { when: 'the certificate is empty', harm: (folder) => writeFileSync(join(folder, 'server.crt'), ''), renews: serverOnly },
  {
    when: 'the key is another',
    harm: (folder) => writeFileSync(join(folder, 'server.key'), contents(folder, 'ca.key')),
    renews: serverOnly,
  },
  { when: 'the authority’s certificate is damaged', harm: (folder) => writeFileSync(join(folder, 'ca.crt'), 'x'), renews: both },
  { when: 'the authority’s key is kept elsewhere', harm: (folder) => rmSync(join(folder, 'ca.key')), renews: neither },
  {
    when: 'the authority’s key is kept elsewhere and 29 days are left',
    days: 800 - 29,
    harm: (folder) => rmSync(join(folder, 'ca.key')),
    renews: both,
  },
];

for (const { when, days = 0, harm, renews } of renewals) {
  test(`when ${when}, ${renews.authority ? 'all is made anew' : renews.server ? 'the authority issues another' : 'it stays'}`, async ({
    folder,
  }) => {
    const first = await loadOrCreateCertificate({ folder, now: today });
    harm?.(folder);
    const second = await loadOrCreateCertificate({ folder, now: inDays(days) });
    assert.is(second.cert !== first.cert, renews.server);
    assert.is(second.ca !== first.ca, renews.authority);
    const [server, authority] = [new X509Certificate(second.cert), new X509Certificate(second.ca ?? '')];
    assert.ok(server.verify(authority.publicKey));
    assert.ok(server.checkPrivateKey(createPrivateKey(second.key)));
    assert.is(second.cert, contents(folder, 'server.crt'));
  });
}

test('near the authority’s end, a certificate ends with it', async ({ folder }) => {
  const { ca } = await loadOrCreateCertificate({ folder, now: today });
  const late = await loadOrCreateCertificate({ folder, now: inDays(20 * 365 - 100) });
  assert.is(late.ca, ca);
  assert.equal(late.notAfter, new Date(new X509Certificate(ca ?? '').validTo));
});

test('processes that start at once on one folder agree', async ({ folder }) => {
  const made = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateCertificate({ folder, now: today })));
  for (const each of made) assert.equal(each, made[0]);
  assert.equal(readdirSync(folder).sort(), ['ca.crt', 'ca.key', 'server.crt', 'server.key']);
});

test('what a process left that died in the middle does not stop the next', async ({ folder }) => {
  mkdirSync(folder);
  for (const name of ['lock', 'server.key.new']) writeFileSync(join(folder, name), '');
  utimesSync(join(folder, 'lock'), today.getTime() / 1000 - 60, today.getTime() / 1000 - 60);
  const made = await loadOrCreateCertificate({ folder, now: today });
  assert.is(await greet(made, contents(folder, 'ca.crt'), 'localhost'), 'hello');
});

test('the certificate of the settings is taken as it is', async ({ folder, home }) => {
  await loadOrCreateCertificate({ folder, now: today });
  const [certFile, keyFile, caFile] = [join(folder, 'server.crt'), join(folder, 'server.key'), join(folder, 'ca.crt')];
  const unused = join(home, 'unused');
  const taken = await loadOrCreateCertificate({ certFile, keyFile, caFile, folder: unused, now: inDays(9999) });
  assert.is(taken.cert, contents(folder, 'server.crt'));
  assert.is(taken.ca, contents(folder, 'ca.crt'));
  assert.is(taken.caFile, caFile);
  assert.throws(() => statSync(unused), /ENOENT/);
  const withoutCa = await loadOrCreateCertificate({ certFile, keyFile, folder: unused, now: today });
  assert.is(withoutCa.caFile, certFile);
  assert.is(withoutCa.ca, undefined);
});

const mistakes: readonly { what: string; cert?: string; key?: string; says: RegExp }[] = [
  { what: 'a certificate without its key', cert: 'server.crt', says: /come together/ },
  { what: 'a key without its certificate', key: 'server.key', says: /come together/ },
  { what: 'a file that is not there', cert: 'absent.crt', key: 'server.key', says: /ENOENT.*absent\.crt/ },
  { what: 'a key of another certificate', cert: 'server.crt', key: 'ca.key', says: /server\.crt and the key .*ca\.key cannot be used/ },
  { what: 'files that are the wrong way round', cert: 'server.key', key: 'server.crt', says: /cannot be used/ },
];
for (const { what, cert, key, says } of mistakes) {
  test(`${what} is refused`, async ({ folder }) => {
    await loadOrCreateCertificate({ folder, now: today });
    const certFile = cert && join(folder, cert);
    const keyFile = key && join(folder, key);
    const message = await loadOrCreateCertificate({ certFile, keyFile, folder, now: today }).then(() => 'no error', String);
    assert.match(message, says);
  });
}

test.run();
