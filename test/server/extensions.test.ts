import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { ber, elements, entryOf, equals, integer, present, RawClient, type RawControl, request } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** Transactions, proxied authorization, no-op, and paging of what is sorted. */
const test = suite('extensions');
const people = `ou=people,${base}`;
const admin = `cn=admin,${base}`;
const OID = {
  start: '1.3.6.1.1.21.1',
  specification: '1.3.6.1.1.21.2',
  end: '1.3.6.1.1.21.3',
  proxied: '2.16.840.1.113730.3.4.18',
  noOperation: '1.3.6.1.4.1.4203.666.5.2',
  whoAmI: '1.3.6.1.4.1.4203.1.11.3',
  sort: '1.2.840.113556.1.4.473',
  paged: '1.2.840.113556.1.4.319',
  postRead: '1.3.6.1.1.13.2',
};
let served: TestServer;
let client: RawClient;

const service = (cn: string, grant: string): string =>
  `dn: cn=${cn},ou=services,${base}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\nobjectClass: mosService\ncn: ${cn}\nuserPassword: ${cn}-secret\nmosGrant: ${grant}\n\n`;

test.before(async () => {
  served = await startTestServer(
    person('ada', 'member', 'userPassword: analysis') +
      person('bob', 'banned') +
      Array.from({ length: 9 }, (_, index) => person(`p${index}`, 'member', `title: ${9 - index}`)).join('') +
      service('wiki', 'ou=people | * | read, proxy') +
      service('door', 'ou=people | * | read'),
    'club',
  );
});
test.after(() => served.stop());
test.before.each(async () => {
  client = await RawClient.connect(served.port);
  assert.is((await client.ask(request.bind(admin, 'secret'))).code, 0);
});
test.after.each(() => client.close());

// transactions (RFC 5805)

async function begin(): Promise<Buffer> {
  const { code, parts } = await client.ask(request.extended(OID.start));
  assert.is(code, 0);
  const identifier = parts.find(({ tag }) => tag === 0x8b)?.content;
  if (identifier === undefined) throw new Error('a transaction has an identifier');
  return identifier;
}
const within = (transaction: Buffer): RawControl => ({ oid: OID.specification, critical: true, value: transaction });
const end = (transaction: Buffer, commit = true): Buffer =>
  request.extended(OID.end, ber(0x30, ...(commit ? [] : [ber(0x01, Buffer.from([0]))]), ber(0x04, transaction)));
const exists = async (dn: string): Promise<boolean> => (await client.ask(request.search(dn, { scope: 0 }))).code === 0;
const group = (cn: string): Buffer => request.add(`cn=${cn},ou=groups,${base}`, { objectClass: ['groupOfNames'], cn: [cn] });

test('updates of a transaction are seen by nobody before its end, and by all after it', async () => {
  const transaction = await begin();
  assert.is((await client.ask(group('t1'), [within(transaction)])).code, 0);
  const change = request.modify(`cn=t1,ou=groups,${base}`, [2, 'description', 'made together']);
  assert.is((await client.ask(change, [within(transaction)])).code, 0);
  assert.is(await exists(`cn=t1,ou=groups,${base}`), false);
  assert.is((await client.ask(end(transaction))).code, 0);
  const { entries } = await client.ask(request.search(`cn=t1,ou=groups,${base}`, { scope: 0, attributes: ['description'] }));
  assert.equal(entryOf(entries[0]?.parts ?? []).attributes, { description: ['made together'] });
});

test('an update that is refused undoes the transaction, and its message ID is told', async () => {
  const transaction = await begin();
  await client.ask(group('t2'), [within(transaction)]);
  const wrong = client.send(request.delete(`cn=nobody,ou=groups,${base}`), [within(transaction)]);
  assert.is((await client.next())?.code, 0);
  await client.ask(group('t3'), [within(transaction)]);
  const { code, parts } = await client.ask(end(transaction));
  assert.is(code, 32);
  const [failed] = elements(elements(parts.find(({ tag }) => tag === 0x8b)?.content ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0));
  assert.is(failed?.content.readIntBE(0, failed.content.length), wrong);
  assert.is(await exists(`cn=t2,ou=groups,${base}`), false);
  assert.is(await exists(`cn=t3,ou=groups,${base}`), false);
});

test('a transaction that is given up leaves nothing', async () => {
  const transaction = await begin();
  await client.ask(group('t4'), [within(transaction)]);
  assert.is((await client.ask(end(transaction, false))).code, 0);
  assert.is(await exists(`cn=t4,ou=groups,${base}`), false);
  assert.is((await client.ask(end(transaction))).code, 53);
});

test('a new bind ends a transaction', async () => {
  const transaction = await begin();
  await client.ask(request.bind(admin, 'secret'));
  assert.is((await client.ask(group('t5'), [within(transaction)])).code, 53);
});

test('the response controls of updates come with the end of their transaction', async () => {
  const transaction = await begin();
  const postRead: RawControl = { oid: OID.postRead, value: ber(0x30, ber(0x04, 'cn')) };
  await client.ask(group('t6'), [within(transaction), postRead]);
  const { code, parts } = await client.ask(end(transaction));
  assert.is(code, 0);
  assert.ok(parts.find(({ tag }) => tag === 0x8b)?.content.includes(OID.postRead));
});

const refusedInTransactions: readonly (readonly [name: string, () => Promise<number>])[] = [
  [
    'a second one beside the first',
    async () => {
      await begin();
      return (await client.ask(request.extended(OID.start))).code;
    },
  ],
  ['an update of an unknown one', async () => (await client.ask(group('t7'), [within(Buffer.from('nothing'))])).code],
  [
    'an update whose control is not critical',
    async () => (await client.ask(group('t7'), [{ ...within(await begin()), critical: false }])).code,
  ],
  ['an end without a value', async () => (await client.ask(request.extended(OID.end))).code],
  ['a search within one', async () => (await client.ask(request.search(base, { scope: 0 }), [within(await begin())])).code],
];
const refusals = [51, 53, 2, 2, 12];
refusedInTransactions.forEach(([name, ask], index) => {
  test(`transactions: refused is ${name}`, async () => {
    assert.is(await ask(), refusals[index]);
  });
});

test('the anonymous start no transaction', async () => {
  await client.ask(request.bind('', ''));
  assert.is((await client.ask(request.extended(OID.start))).code, 8);
});

test('the updates of a transaction have the room of one message together', async () => {
  const transaction = await begin();
  const value = 'x'.repeat(200_000);
  const codes: number[] = [];
  for (let count = 0; count < 6; count++) {
    codes.push((await client.ask(request.modify(`uid=ada,${people}`, [2, 'description', value]), [within(transaction)])).code);
  }
  assert.equal(codes, [0, 0, 0, 0, 0, 11]);
});

// proxied authorization (RFC 4370)

const as = (identity: string, critical = true): RawControl => ({ oid: OID.proxied, critical, value: Buffer.from(identity) });
async function whoIs(control: RawControl): Promise<string | number> {
  const { code, parts } = await client.ask(request.extended(OID.whoAmI), [control]);
  return code === 0 ? String(parts.find(({ tag }) => tag === 0x8b)?.content) : code;
}

const proxies: readonly (readonly [who: string, password: string, identity: string, outcome: string | number])[] = [
  [admin, 'secret', `dn:uid=ada,${people}`, `dn:uid=ada,${people}`],
  [admin, 'secret', 'u:ada', `dn:uid=ada,${people}`],
  [admin, 'secret', '', ''],
  [admin, 'secret', `dn:${admin}`, `dn:${admin}`],
  [admin, 'secret', `dn:uid=nobody,${people}`, 123],
  [admin, 'secret', 'ada', 123],
  [`cn=wiki,ou=services,${base}`, 'wiki-secret', `dn:uid=ada,${people}`, `dn:uid=ada,${people}`],
  [`cn=wiki,ou=services,${base}`, 'wiki-secret', 'u:bob', 123],
  [`cn=wiki,ou=services,${base}`, 'wiki-secret', `dn:${admin}`, 123],
  [`cn=wiki,ou=services,${base}`, 'wiki-secret', `dn:cn=door,ou=services,${base}`, 123],
  [`cn=door,ou=services,${base}`, 'door-secret', `dn:uid=ada,${people}`, 123],
  [`uid=ada,${people}`, 'analysis', 'u:p1', 123],
  ['', '', 'u:ada', 123],
];
for (const [who, password, identity, outcome] of proxies) {
  test(`${who === '' ? 'anonymous' : who} acting for "${identity}": ${outcome}`, async () => {
    assert.is((await client.ask(request.bind(who, password))).code, 0);
    assert.is(await whoIs(as(identity)), outcome);
  });
}

test('who acts for somebody sees and may what that one does', async () => {
  await client.ask(request.bind(`cn=wiki,ou=services,${base}`, 'wiki-secret'));
  const change = request.modify(`uid=ada,${people}`, [2, 'description', 'by proxy']);
  assert.is((await client.ask(change)).code, 50);
  assert.is((await client.ask(change, [as('u:ada')])).code, 0);
  assert.is((await client.ask(request.modify(`uid=p1,${people}`, [2, 'description', 'x']), [as('u:ada')])).code, 50);
  const [revision] = (await served.directory.store.revisions({ entryUuid: uuidOf('ada') })).slice(-1);
  assert.is(revision?.actor, `uid=ada,${people}`);
  assert.match(revision?.origin ?? '', /by cn=wiki/);
});

test('content is not synchronized for somebody else', async () => {
  const sync: RawControl = { oid: '1.3.6.1.4.1.4203.1.9.1.1', critical: true, value: ber(0x30, integer(1, 0x0a)) };
  assert.is((await client.ask(request.search(people), [sync, as('u:ada')])).code, 53);
});

test('a proxied authorization that is not critical is refused', async () => {
  assert.is(await whoIs(as('u:ada', false)), 2);
});

function uuidOf(uid: string): string {
  return served.directory.asRoot('test').find(`uid=${uid},${people}`).uuid;
}

// no operation

test('no operation: everything is tried and nothing done', async () => {
  const nothing: RawControl = { oid: OID.noOperation, critical: true };
  assert.is((await client.ask(group('n1'), [nothing])).code, 16_654);
  assert.is(await exists(`cn=n1,ou=groups,${base}`), false);
  assert.is((await client.ask(request.delete(`cn=nobody,ou=groups,${base}`), [nothing])).code, 32);
  assert.is((await client.ask(group('n1'), [{ ...nothing, value: Buffer.from('x') }])).code, 2);
});

// sorted pages

test('pages of a sorted search go on in its order', async () => {
  const order: RawControl = { oid: OID.sort, critical: true, value: ber(0x30, ber(0x30, ber(0x04, 'title'))) };
  const names: string[] = [];
  let cookie: Buffer = Buffer.alloc(0);
  do {
    const page: RawControl = { oid: OID.paged, critical: true, value: ber(0x30, integer(4), ber(0x04, cookie)) };
    const answer = await client.ask(request.search(people, { scope: 1, filter: present('title'), attributes: ['uid'] }), [order, page]);
    assert.is(answer.code, 0);
    names.push(...answer.entries.map(({ parts }) => entryOf(parts).attributes['uid']?.[0] ?? ''));
    cookie =
      elements(elements(answer.controls.get(OID.paged) ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0))[1]?.content ?? Buffer.alloc(0);
  } while (cookie.length > 0);
  assert.equal(names, ['p8', 'p7', 'p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
});

test('values are matched by so many filters and no more', async () => {
  const matched = (count: number): RawControl => ({
    oid: '1.2.826.0.1.3344810.2.3',
    critical: true,
    value: ber(0x30, ...Array.from({ length: count }, () => equals('uid', 'ada'))),
  });
  assert.is((await client.ask(request.search(people), [matched(32)])).code, 0);
  assert.is((await client.ask(request.search(people), [matched(33)])).code, 11);
});

test('what the asker may not search does not tell itself by its place', async () => {
  await client.ask(request.bind(`uid=ada,${people}`, 'analysis'));
  const order: RawControl = { oid: OID.sort, critical: true, value: ber(0x30, ber(0x30, ber(0x04, 'employeeNumber'))) };
  const plain = await client.ask(request.search(people, { scope: 1, filter: equals('objectClass', 'mosMember'), attributes: ['uid'] }));
  const ordered = await client.ask(request.search(people, { scope: 1, filter: equals('objectClass', 'mosMember'), attributes: ['uid'] }), [
    order,
  ]);
  assert.equal(
    ordered.entries.map(({ parts }) => entryOf(parts).dn),
    plain.entries.map(({ parts }) => entryOf(parts).dn),
  );
});

test.run();
