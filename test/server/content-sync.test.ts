import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { put, remove } from '../store/rows.ts';
import { base, person } from '../support/directory.ts';
import {
  type Answer,
  ber,
  elements,
  entryOf,
  equals,
  integer,
  present,
  RawClient,
  type RawControl,
  request,
} from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** RFC 4533, message by message. */
const people = `ou=people,${base}`;
const REQUEST = '1.3.6.1.4.1.4203.1.9.1.1';
const STATE = '1.3.6.1.4.1.4203.1.9.1.2';
const DONE = '1.3.6.1.4.1.4203.1.9.1.3';
const INFO = '1.3.6.1.4.1.4203.1.9.1.4';
const refreshRequired = 4096;
const states = ['present', 'add', 'modify', 'delete'];

interface Context {
  served: TestServer;
  clients: RawClient[];
}
const test = suite<Context>('content synchronization');

test.before.each(async (context) => {
  context.clients = [];
  context.served = await startTestServer(person('ada') + person('bob') + person('eve'), 'open');
});
test.after.each(async ({ served, clients }) => {
  for (const client of clients) client.close();
  await served.stop();
});

async function dial({ served, clients }: Context, dn = `cn=admin,${base}`, password = 'secret'): Promise<RawClient> {
  const client = await RawClient.connect(served.port);
  clients.push(client);
  if (dn !== '') assert.is((await client.ask(request.bind(dn, password))).code, 0);
  return client;
}

/** @param cookie undefined for a consumer that has nothing */
function sync(mode: 'refreshOnly' | 'refreshAndPersist', cookie?: string, reload = false): RawControl[] {
  const parts = [integer(mode === 'refreshOnly' ? 1 : 3, 0x0a), ...(cookie === undefined ? [] : [ber(0x04, cookie)])];
  return [{ oid: REQUEST, critical: true, value: ber(0x30, ...parts, ...(reload ? [ber(0x01, Buffer.from([0xff]))] : [])) }];
}

/** One message in a line: `add uid=ada`, `idSet delete 2`, `refreshDelete`; and the cookie if it has one. */
function told(answer: Answer): { readonly text: string; readonly cookie: string | undefined } {
  const state = answer.controls.get(STATE);
  if (answer.tag === 0x64 && state !== undefined) {
    const [kind, , cookie] = elements(elements(state)[0]?.content ?? Buffer.alloc(0));
    const { dn } = entryOf(answer.parts);
    return { text: `${states[kind?.content[0] ?? 9]} ${dn.replace(`,${base}`, '')}`, cookie: cookie && String(cookie.content) };
  }
  if (answer.tag === 0x79) {
    const [info] = elements(answer.parts.find(({ tag }) => tag === 0x81)?.content ?? Buffer.alloc(0));
    assert.is(String(answer.parts[0]?.content), INFO);
    if (info?.tag === 0x80) return { text: 'newCookie', cookie: String(info.content) };
    const fields = elements(info?.content ?? Buffer.alloc(0));
    const cookie = fields.find(({ tag }) => tag === 0x04);
    const flag = fields.some(({ tag }) => tag === 0x01);
    const uuids = elements(fields.find(({ tag }) => tag === 0x31)?.content ?? Buffer.alloc(0));
    const name = { 161: 'refreshDelete', 162: 'refreshPresent', 163: `idSet ${flag ? 'delete' : 'present'} ${uuids.length}` };
    return { text: name[info?.tag as keyof typeof name] ?? `${info?.tag}`, cookie: cookie && String(cookie.content) };
  }
  const done = answer.controls.get(DONE);
  const fields = elements(elements(done ?? ber(0x30))[0]?.content ?? Buffer.alloc(0));
  const deletes = fields.some(({ tag }) => tag === 0x01);
  return { text: `done${deletes ? ' refreshDeletes' : ''}`, cookie: fields[0] && String(fields[0].content) };
}

interface Poll {
  readonly code: number;
  readonly said: readonly string[];
  readonly cookie: string | undefined;
}

async function poll(client: RawClient, cookie?: string, options: Parameters<typeof request.search>[1] = {}, reload = false): Promise<Poll> {
  const answer = await client.ask(request.search(people, options), sync('refreshOnly', cookie, reload));
  const last = told(answer);
  return { code: answer.code, said: [...answer.entries.map((each) => told(each).text), last.text], cookie: last.cookie };
}

const change = {
  describe: (uid: string, value: string) => request.modify(`uid=${uid},${people}`, [2, 'description', value]),
  rename: (uid: string, to: string) => request.modifyDn(`uid=${uid},${people}`, `uid=${to}`, true),
  remove: (uid: string) => request.delete(`uid=${uid},${people}`),
  add: (uid: string) =>
    request.add(`uid=${uid},${people}`, { objectClass: ['inetOrgPerson'], uid: [uid], cn: [uid], sn: [uid], description: [uid] }),
};

async function make(client: RawClient, ...changes: readonly Buffer[]): Promise<void> {
  for (const each of changes) assert.is((await client.ask(each)).code, 0);
}

/** A search that persists: its refresh stage, and then message by message. */
interface Watch {
  readonly id: number;
  readonly refresh: readonly string[];
  readonly cookie: string | undefined;
  next(): Promise<{ readonly text: string; readonly cookie: string | undefined; readonly code: number }>;
}

async function watch(
  client: RawClient,
  options: Parameters<typeof request.search>[1] = {},
  cookie?: string,
  from = people,
): Promise<Watch> {
  const id = client.send(request.search(from, options), sync('refreshAndPersist', cookie));
  const next = async () => {
    const answer = await client.next();
    if (answer === undefined) throw new Error('the connection has ended');
    assert.is(answer.id, id, `an answer to ${id}, not to ${answer.id}`);
    return { ...told(answer), code: answer.code };
  };
  for (const refresh: string[] = []; ; ) {
    const { text, cookie: given, code } = await next();
    assert.is(code, -1, `the refresh ended with ${code}`);
    refresh.push(text);
    if (text.startsWith('refresh')) return { id, refresh, cookie: given, next };
  }
}

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

/** What those see who may not see everything. */
const eyes = suite<Context>('content synchronization for those who see less');

const password = 'a-long-enough-password';
eyes.before.each(async (context) => {
  context.clients = [];
  const service = (name: string, ...grants: readonly string[]) =>
    [`dn: cn=${name},ou=services,${base}`, 'objectClass: applicationProcess', 'objectClass: mosService', `cn: ${name}`]
      .concat([`userPassword: ${password}`, ...grants.map((grant) => `mosGrant: ${grant}`), '', ''])
      .join('\n');
  const ldif =
    service('narrow', 'ou=people (description=x) | uid, description | read') +
    service('copy', 'ou=people | * | read, replicate') +
    person('ada', 'member', 'description: x') +
    person('bob') +
    person('eve', 'member', 'description: x', `userPassword: ${password}`);
  context.served = await startTestServer(ldif, 'club', { sizeLimit: 3 });
});
eyes.after.each(async ({ served, clients }) => {
  for (const client of clients) client.close();
  await served.stop();
});

eyes('an entry that leaves their sight is gone, one that they never saw is not told', async (context) => {
  const writer = await dial(context);
  const narrow = await dial(context, `cn=narrow,ou=services,${base}`, password);
  const options = { scope: 1, filter: present('uid') };
  const { said, cookie } = await poll(narrow, undefined, options);
  assert.equal(said, ['add uid=ada,ou=people', 'add uid=eve,ou=people', 'done']);
  const persistent = await watch(narrow, options);
  await make(writer, change.describe('bob', 'y'), change.describe('ada', 'y'));
  assert.is((await persistent.next()).text, 'delete uid=ada,ou=people');
  await make(writer, change.remove('bob'), change.describe('ada', 'x'));
  assert.is((await persistent.next()).text, 'add uid=ada,ou=people');
  // what is there is named, so that nothing need be said of what isn't
  assert.equal((await poll(writer, cookie, options)).said, ['add uid=ada,ou=people', 'idSet delete 1', 'done refreshDeletes']);
  narrow.send(request.abandon(persistent.id));
  assert.equal((await poll(narrow, cookie, options)).said, ['add uid=ada,ou=people', 'idSet present 1', 'done']);
});

eyes('whose rights change has to begin again', async (context) => {
  const writer = await dial(context);
  const eve = await dial(context, `uid=eve,${people}`, password);
  const options = { filter: equals('uid', 'ada') };
  const persistent = await watch(eve, options);
  await make(writer, request.modify(`uid=eve,${people}`, [2, 'mosStatus', `cn=banned,ou=statuses,${base}`]));
  assert.is((await persistent.next()).code, refreshRequired);
  assert.is((await poll(eve, persistent.cookie, options)).code, refreshRequired);
});

eyes('who comes into a role gets everything anew, who sees others come into it does not', async (context) => {
  const writer = await dial(context);
  const options = { filter: equals('uid', 'ada') };
  const eve = await dial(context, `uid=eve,${people}`, password);
  const { cookie } = await poll(eve, undefined, options);
  await make(
    writer,
    request.add(`cn=any,ou=groups,${base}`, { objectClass: ['groupOfNames'], cn: ['any'], member: [`uid=ada,${people}`] }),
  );
  assert.equal((await poll(eve, cookie, options)).said, ['idSet present 1', 'done']);
  await make(writer, request.modify(`cn=board,ou=groups,${base}`, [0, 'member', `cn=any,ou=groups,${base}`]));
  await make(writer, request.modify(`cn=any,ou=groups,${base}`, [0, 'member', `uid=eve,${people}`]));
  assert.is((await poll(eve, cookie, options)).code, refreshRequired);
  assert.equal((await poll(eve, cookie, options, true)).said, ['add uid=ada,ou=people', 'done']);
});

eyes('the limits of a search hold for all but those who may replicate', async (context) => {
  const eve = await dial(context, `uid=eve,${people}`, password);
  assert.is((await poll(eve)).code, 4);
  const copy = await dial(context, `cn=copy,ou=services,${base}`, password);
  assert.is((await poll(copy)).code, 0);
  assert.is((await poll(copy, undefined, { size: 2 })).code, 4);
});

eyes.run();

const pressure = suite<Context>('content synchronization with clients that do not read');

pressure('who waits for changes is left alone, who does not read them is ended', async (context) => {
  context.clients = [];
  const large = Array.from({ length: 40 }, (_, index) => person(`p${index}`, 'member', `description: ${'x'.repeat(200_000)}`)).join('');
  context.served = await startTestServer(large, 'open', { idleMs: 600 });
  try {
    const [patient, deaf, writer] = [await dial(context), await dial(context), await dial(context)];
    const quiet = await watch(patient, { filter: equals('uid', 'p0'), attributes: ['uid'] }, undefined, base);
    await watch(deaf, {}, undefined, base);
    deaf.socket.pause();
    const rename = (from: string, to: string) => request.modifyDn(`ou=${from},${base}`, `ou=${to}`, true);
    for (let round = 0; round < 3; round++) await make(writer, rename('people', 'humans'), rename('humans', 'people'));
    writer.close();
    const { server } = context.served;
    for (let left = 200; server.connections > 1 && left > 0; left--) await sleep(50);
    assert.is(server.connections, 1, 'the deaf one is gone, the patient one is not');
    assert.is(patient.closed, false);
    await quiet.next();
  } finally {
    for (const client of context.clients) client.close();
    await context.served.stop();
  }
});

pressure.run();
