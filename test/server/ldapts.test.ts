import { readFileSync } from 'node:fs';
import { Attribute, Change, Client } from 'ldapts';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { ber } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** ldapts as the judge of the wire. */
const test = suite('ldapts');
const people = `ou=people,${base}`;
let served: TestServer;
let client: Client;

test.before(async () => {
  served = await startTestServer(
    Array.from({ length: 20 }, (_, index) => person(`p${index}`, 'member', `mail: p${index}@example.org`)).join(''),
  );
});
test.after(() => served.stop());
test.before.each(async () => {
  client = new Client({ url: `ldap://127.0.0.1:${served.port}` });
  await client.bind(`cn=admin,${base}`, 'secret');
});
test.after.each(() => client.unbind());

async function codeOf(attempt: Promise<unknown>): Promise<number | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : -1;
  }
}

test('search brings the attributes that were asked for, in the schema’s spelling', async () => {
  const { searchEntries } = await client.search(base, { filter: '(UID=P3)', attributes: ['MAIL', 'uid'] });
  assert.equal(searchEntries, [{ dn: `uid=p3,${people}`, uid: 'p3', mail: 'p3@example.org' }]);
});

for (const size of [1, 3, 5, 10, 20, 100]) {
  test(`pages of ${size} bring everything once`, async () => {
    const { searchEntries } = await client.search(people, { scope: 'one', paged: { pageSize: size }, attributes: ['uid'] });
    assert.is(new Set(searchEntries.map(({ dn }) => dn)).size, 20);
    assert.is(searchEntries.length, 20);
  });
}

// ldapts keeps the result code 4 to itself and brings what there was
test('a size limit brings just as many', async () => {
  const search = (sizeLimit: number) => client.search(people, { scope: 'one', sizeLimit });
  assert.is((await search(20)).searchEntries.length, 20);
  assert.is((await search(19)).searchEntries.length, 19);
});

test('add, modify, rename, compare, delete', async () => {
  const dn = `uid=new,${people}`;
  await client.add(dn, { objectClass: ['inetOrgPerson'], uid: 'new', cn: 'New', sn: 'New' });
  await client.modify(dn, new Change({ operation: 'add', modification: new Attribute({ type: 'mail', values: ['new@example.org'] }) }));
  await client.modifyDN(dn, 'uid=newer');
  assert.is(await client.compare(`uid=newer,${people}`, 'mail', 'NEW@example.org'), true);
  assert.is(await client.compare(`uid=newer,${people}`, 'mail', 'old@example.org'), false);
  await client.del(`uid=newer,${people}`);
  assert.is(await codeOf(client.del(`uid=newer,${people}`)), 32);
});

test('the password modify operation changes what lets in', async () => {
  const dn = `uid=p7,${people}`;
  const passwordModify = (...fields: readonly Buffer[]) => client.exop('1.3.6.1.4.1.4203.1.11.1', ber(0x30, ...fields));
  await passwordModify(ber(0x80, dn), ber(0x82, 'a first password'));
  await client.bind(dn, 'a first password');
  assert.is(await codeOf(passwordModify(ber(0x81, 'wrong'), ber(0x82, 'a second password'))), 53);
  await passwordModify(ber(0x81, 'a first password'), ber(0x82, 'a second password'));
  assert.is(await codeOf(client.bind(dn, 'a first password')), 49);
  await client.bind(dn, 'a second password');
  assert.is((await client.exop('1.3.6.1.4.1.4203.1.11.3')).value, `dn:${dn}`);
});

test('StartTLS and ldaps with the certificate of our own', async () => {
  const ca = readFileSync(served.caFile);
  const upgraded = new Client({ url: `ldap://localhost:${served.port}` });
  await upgraded.startTLS({ ca });
  await upgraded.bind(`cn=admin,${base}`, 'secret');
  assert.is((await upgraded.search(base, { scope: 'base' })).searchEntries.length, 1);
  await upgraded.unbind();
  const secure = new Client({ url: `ldaps://localhost:${served.tlsPort}`, tlsOptions: { ca } });
  await secure.bind(`cn=admin,${base}`, 'secret');
  await secure.unbind();
});

test('binds that fail say why and no more', async () => {
  const bind = async (dn: string, password: string) => {
    const other = new Client({ url: `ldap://127.0.0.1:${served.port}` });
    const code = await codeOf(other.bind(dn, password));
    await other.unbind();
    return code;
  };
  assert.is(await bind(`cn=admin,${base}`, 'wrong'), 49);
  assert.is(await bind(`uid=nobody,${people}`, 'x'), 49);
  assert.is(await bind(`cn=admin,${base}`, ''), 53);
  assert.is(await bind('no dn', 'x'), 34);
});

test('the root DSE and the subschema can be read before a bind', async () => {
  const other = new Client({ url: `ldap://127.0.0.1:${served.port}` });
  const {
    searchEntries: [root],
  } = await other.search('', { scope: 'base', attributes: ['+'] });
  assert.is(root?.['namingContexts'], base);
  const {
    searchEntries: [schema],
  } = await other.search('cn=Subschema', { scope: 'base', attributes: ['objectClasses'] });
  assert.ok(String(schema?.['objectClasses']).includes("NAME 'inetOrgPerson'"));
  await other.unbind();
});

test.run();
