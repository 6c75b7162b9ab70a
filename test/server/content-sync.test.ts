import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { put, remove } from '../store/rows.ts';
import { base, person } from '../support/directory.ts';
import { ber, entryOf, equals, integer, request } from '../support/raw-client.ts';
import { startTestServer } from '../support/server.ts';
import { change, dial, make, people, poll, REQUEST, refreshRequired, type SyncContext, sync, watch } from '../support/sync-client.ts';

/** RFC 4533, message by message. */
const test = suite<SyncContext>('content synchronization');

test.before.each(async (context) => {
  context.clients = [];
  context.served = await startTestServer(person('ada') + person('bob') + person('eve'), 'open');
});
test.after.each(async ({ served, clients }) => {
  for (const client of clients) client.close();
  await served.stop();
});

const everybody = ['add ou=people', 'add uid=ada,ou=people', 'add uid=bob,ou=people', 'add uid=eve,ou=people'];

test('the root DSE announces it', async (context) => {
  const { entries } = await (await dial(context)).ask(request.search('', { scope: 0, attributes: ['supportedControl'] }));
  assert.ok(entryOf(entries[0]?.parts ?? []).attributes['supportedControl']?.includes(REQUEST));
});

test('a consumer that has nothing is told everything, superiors first', async (context) => {
  const { code, said, cookie } = await poll(await dial(context));
  assert.is(code, 0);
  assert.equal(said, [...everybody, 'done']);
  assert.match(cookie ?? '', /^csn=\d{14}\.\d{6}Z#000000#000#000000$/);
});

test('with a cookie it is told what has changed since, in the order in which it happened', async (context) => {
  const client = await dial(context);
  const { cookie } = await poll(client);
  assert.equal((await poll(client, cookie)).said, ['done refreshDeletes']);
  await make(client, change.describe('ada', 'x'), change.rename('eve', 'eva'), change.remove('bob'), change.add('bob'));
  const next = await poll(client, cookie);
  assert.equal(next.said, [
    'add uid=ada,ou=people',
    'add uid=eva,ou=people',
    'idSet delete 1',
    'add uid=bob,ou=people',
    'done refreshDeletes',
  ]);
  assert.equal((await poll(client, next.cookie)).said, ['done refreshDeletes']);
});

test('what leaves the filter or the scope is gone, what comes into it is new', async (context) => {
  const client = await dial(context);
  const described = { filter: equals('description', 'x'), scope: 1 };
  await make(client, change.describe('ada', 'x'), change.describe('bob', 'x'));
  const { said, cookie } = await poll(client, undefined, described);
  assert.equal(said, ['add uid=ada,ou=people', 'add uid=bob,ou=people', 'done']);
  const away = request.modifyDn(`uid=bob,${people}`, 'uid=bob', true, `ou=services,${base}`);
  await make(client, change.describe('ada', 'y'), change.describe('eve', 'x'), away);
  const next = await poll(client, cookie, described);
  assert.equal(next.said, ['idSet delete 1', 'add uid=eve,ou=people', 'idSet delete 1', 'done refreshDeletes']);
});

test('a subtree with another name is told whole, superiors first', async (context) => {
  const client = await dial(context);
  const below = (dn: string) => request.add(dn, { objectClass: ['organizationalUnit'], ou: [dn.slice(3, 4)] });
  await make(client, below(`ou=a,${people}`), below(`ou=b,ou=a,${people}`), below(`ou=c,ou=b,ou=a,${people}`));
  const { cookie } = await poll(client);
  await make(client, request.modifyDn(`ou=a,${people}`, 'ou=z', true));
  const { said } = await poll(client, cookie);
  assert.equal(said, ['add ou=z,ou=people', 'add ou=b,ou=z,ou=people', 'add ou=c,ou=b,ou=z,ou=people', 'done refreshDeletes']);
});

test('an entry below a new superior comes after it, whichever was changed first', async (context) => {
  const client = await dial(context);
  const { cookie } = await poll(client);
  await make(client, change.rename('ada', 'adi'));
  await make(client, request.add(`ou=new,${people}`, { objectClass: ['organizationalUnit'], ou: ['new'] }));
  await make(client, request.modifyDn(`uid=adi,${people}`, 'uid=adi', true, `ou=new,${people}`), change.describe('bob', 'x'));
  await make(client, request.modify(`ou=new,${people}`, [2, 'description', 'later']));
  const { said } = await poll(client, cookie);
  assert.equal(said.slice(0, 2), ['add ou=new,ou=people', 'add uid=adi,ou=new,ou=people']);
});

const strange: readonly (readonly [name: string, cookie: string])[] = [
  ['of another database', 'rid=001,csn=20200101000000.000000Z#000000#000#000000'],
  ['from the future', 'csn=29990101000000.000000Z#000000#000#000000'],
  ['of several servers', 'csn=20200101000000.000000Z#000000#000#000000;20200101000000.000000Z#000000#001#000000'],
  ['of another make', 'a-cookie'],
  ['of bytes', '\0\0\0'],
  ['that is long', 'x'.repeat(5000)],
];
for (const [name, cookie] of strange) {
  test(`with a cookie ${name} it is told to begin again, or begins again if it wants`, async (context) => {
    const client = await dial(context);
    assert.is((await poll(client, cookie)).code, refreshRequired);
    const { code, said } = await poll(client, cookie, {}, true);
    assert.is(code, 0);
    assert.equal(said, [...everybody, 'done']);
  });
}

test('slapd’s cookie without a CSN is one of somebody who has nothing, and gets its number back', async (context) => {
  const client = await dial(context);
  const { said, cookie } = await poll(client, 'rid=007');
  assert.equal(said, [...everybody, 'done']);
  assert.match(cookie ?? '', /^rid=007,csn=/);
  assert.equal((await poll(client, cookie?.replace(',', ',sid=000,'))).said, ['done refreshDeletes']);
});

test('the persist stage tells each change as it happens, while other requests are answered', async (context) => {
  const writer = await dial(context);
  const reader = await dial(context);
  const persistent = await watch(reader);
  assert.equal(persistent.refresh, [...everybody, 'refreshPresent']);
  const steps: readonly (readonly [request: Buffer, told: string])[] = [
    [change.add('new'), 'add uid=new,ou=people'],
    [change.describe('ada', 'x'), 'modify uid=ada,ou=people'],
    [change.rename('eve', 'eva'), 'modify uid=eva,ou=people'],
    [change.remove('eva'), 'delete uid=eva,ou=people'],
  ];
  const cookies: string[] = [];
  for (const [step, expected] of steps) {
    await make(writer, step);
    const { text, cookie } = await persistent.next();
    assert.is(text, expected);
    cookies.push(cookie ?? '');
    assert.is((await reader.ask(request.compare(`uid=ada,${people}`, 'sn', 'ada'))).code, 6);
  }
  assert.equal(cookies, [...new Set(cookies)].sort());
  // each cookie is a place to go on from
  const resumed = await watch(await dial(context), {}, cookies[1]);
  assert.equal(resumed.refresh, ['idSet delete 1', 'refreshDelete']);
  assert.is(resumed.cookie, cookies.at(-1));
});

test('what other entries follow comes with the change, and the cookie at its end', async (context) => {
  const writer = await dial(context);
  const group = { objectClass: ['groupOfNames'], cn: ['g'], member: [`uid=ada,${people}`] };
  await make(writer, request.add(`cn=g,${people}`, group));
  const persistent = await watch(await dial(context));
  await make(writer, change.rename('ada', 'adi'));
  assert.equal(await persistent.next(), { text: 'modify uid=adi,ou=people', cookie: undefined, code: -1 });
  const last = await persistent.next();
  assert.is(last.text, 'modify cn=g,ou=people');
  assert.ok(last.cookie);
});

test('a change outside the content moves the cookie of root', async (context) => {
  const writer = await dial(context);
  const persistent = await watch(await dial(context), { filter: equals('uid', 'ada') });
  await make(writer, change.describe('bob', 'x'));
  const { text, cookie } = await persistent.next();
  assert.is(text, 'newCookie');
  assert.equal((await poll(writer, cookie)).said, ['done refreshDeletes']);
});

test('what another process writes is pushed too', async (context) => {
  const { directory } = context.served;
  const persistent = await watch(await dial(context));
  const ada = directory.tree.find(`uid=ada,${people}`);
  assert.ok(ada);
  const entry = { uuid: ada.uuid, parent: ada.parent, rdn: 'uid=ada', rdnKey: 'uid=ada', attributes: ada.attributes() };
  const csn = directory.tree.contextCsn.replace(/^\d{4}/, (year) => String(Number(year) + 1));
  // past this directory's own writer, as another process's commit is
  await directory.store.write((transaction) =>
    transaction.append([put(transaction.lastCsn + 1, entry, { operation: 'modify', entryCsn: csn })]),
  );
  assert.equal(await persistent.next(), { text: 'modify uid=ada,ou=people', cookie: `csn=${csn}`, code: -1 });
  // a change that leaves no entry behind is a place in the log, too
  const eve = { ...entry, uuid: directory.tree.find(`uid=eve,${people}`)?.uuid ?? '' };
  const later = csn.replace(/\.\d{6}/, '.999999');
  await directory.store.write((transaction) => transaction.append([{ ...remove(transaction.lastCsn + 1, eve), entryCsn: later }]));
  assert.equal(await persistent.next(), { text: 'delete uid=eve,ou=people', cookie: `csn=${later}`, code: -1 });
  assert.is((await poll(await dial(context))).cookie, `csn=${later}`);
});

test('cancel ends a persistent search with its result, abandon without a word', async (context) => {
  const client = await dial(context);
  const first = await watch(client);
  const cancel = client.send(request.extended('1.3.6.1.1.8', ber(0x30, integer(first.id))));
  assert.is((await first.next()).code, 118);
  assert.is((await client.next())?.id, cancel);
  const second = await watch(client);
  client.send(request.abandon(second.id));
  await make(client, change.describe('ada', 'x'));
  assert.is((await client.ask(request.extended('1.3.6.1.1.8', ber(0x30, integer(second.id))))).code, 119);
});

test('a bind ends it, and StartTLS is refused while it goes on', async (context) => {
  const client = await dial(context);
  const { id } = await watch(client);
  assert.is((await client.ask(request.extended('1.3.6.1.4.1.1466.20037'))).code, 1);
  await make(client, request.bind(`cn=admin,${base}`, 'secret'), change.describe('ada', 'x'));
  assert.is((await client.ask(request.extended('1.3.6.1.1.8', ber(0x30, integer(id))))).code, 119);
});

test('too many on one connection are refused', async (context) => {
  const client = await dial(context);
  const one = { filter: equals('uid', 'ada') };
  for (let count = 0; count < 16; count++) await watch(client, one);
  const refused = client.send(request.search(people, one), sync('refreshAndPersist'));
  const answer = await client.next();
  assert.equal([answer?.id, answer?.code], [refused, 11]);
});

for (const [name, code, controls, deref] of [
  ['pages', 53, [{ oid: '1.2.840.113556.1.4.319', value: ber(0x30, integer(5), ber(0x04)) }], 0],
  ['aliases dereferenced', 2, [], 3],
] as const) {
  test(`it does not go with ${name}`, async (context) => {
    const answer = await (await dial(context)).ask(request.search(people, { deref }), [...sync('refreshOnly'), ...controls]);
    assert.is(answer.code, code);
  });
}

test('nobody waits for changes without a bind, or for those of the root DSE', async (context) => {
  const anonymous = await dial(context, '');
  assert.is((await anonymous.ask(request.search(people), sync('refreshAndPersist'))).code, 8);
  assert.is((await poll(anonymous)).code, 0);
  assert.is((await anonymous.ask(request.search('', { scope: 0 }), sync('refreshOnly'))).code, 53);
});

test('entries are told as they are stored', async (context) => {
  const client = await dial(context);
  const group = { objectClass: ['groupOfURLs'], cn: ['all'], memberURL: [`ldap:///${people}??one?(uid=*)`] };
  await make(client, request.add(`cn=all,${people}`, group));
  const attributes = ['*', '+', 'memberOf'];
  const { entries } = await client.ask(request.search(people, { attributes }), sync('refreshOnly'));
  const found = entries.map(({ parts }) => entryOf(parts));
  const all = found.find(({ dn }) => dn.startsWith('cn=all'))?.attributes ?? {};
  assert.ok(all['memberURL'] && all['entryUUID'] && all['entryCSN']);
  const computed = [
    'member',
    'memberOf',
    'uniqueMember',
    'memberUid',
    'entryDN',
    'hasSubordinates',
    'numSubordinates',
    'subschemaSubentry',
  ];
  for (const entry of found) for (const name of computed) assert.not.ok(name in entry.attributes, `${name} of ${entry.dn}`);
});

test('app passwords stay here, whoever asks for them', async (context) => {
  const { directory } = context.served;
  const uuid = directory.tree.named(`uid=ada,${people}`)?.uuid ?? '';
  await directory.as({ kind: 'entry', uuid }, 'test').secrets.addAppPassword(uuid, { name: 'phone', service: undefined });
  const attributes = ['*', '+', 'mosAppPassword'];
  const client = await dial(context);
  const ofAda = async (...controls: ReturnType<typeof sync>[]) => {
    const { entries } = await client.ask(request.search(`uid=ada,${people}`, { scope: 0, attributes }), ...controls);
    return entryOf(entries[0]?.parts ?? []).attributes;
  };
  assert.ok('mosAppPassword' in (await ofAda()));
  const synced = await ofAda(sync('refreshOnly'));
  assert.ok('entryCSN' in synced);
  assert.not.ok('mosAppPassword' in synced);
});

test('a filter on computed attributes is followed, and begins again with a cookie', async (context) => {
  const writer = await dial(context);
  const group = { objectClass: ['groupOfNames'], cn: ['g'], member: [`uid=ada,${people}`] };
  await make(writer, request.add(`cn=g,ou=groups,${base}`, group));
  const options = { filter: equals('memberOf', `cn=g,ou=groups,${base}`) };
  const persistent = await watch(await dial(context), options);
  assert.equal(persistent.refresh, ['add uid=ada,ou=people', 'refreshPresent']);
  const member = (operation: number, uid: string) =>
    request.modify(`cn=g,ou=groups,${base}`, [operation, 'member', `uid=${uid},${people}`]);
  await make(writer, member(0, 'bob'));
  assert.is((await persistent.next()).text, 'add uid=bob,ou=people');
  await make(writer, member(1, 'ada'));
  assert.is((await persistent.next()).text, 'delete uid=ada,ou=people');
  assert.is((await poll(writer, persistent.cookie, options)).code, refreshRequired);
  assert.equal((await poll(writer, persistent.cookie, options, true)).said, ['add uid=bob,ou=people', 'done']);
});

test('when the base becomes another entry, one has to begin again', async (context) => {
  const writer = await dial(context);
  const persistent = await watch(await dial(context));
  await make(writer, request.modifyDn(people, 'ou=humans', true));
  assert.is((await persistent.next()).code, refreshRequired);
});

test.run();
