import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { type Answer, ber, elements, entryOf, equals, integer, isNotice, message, RawClient, request } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** What RFC 4511 and its companions say, on the wire. */
const test = suite('protocol');
const people = `ou=people,${base}`;
const admin = `cn=admin,${base}`;
const ada = `uid=ada,${people}`;
const OID = {
  paged: '1.2.840.113556.1.4.319',
  assertion: '1.3.6.1.1.12',
  preRead: '1.3.6.1.1.13.1',
  postRead: '1.3.6.1.1.13.2',
  startTls: '1.3.6.1.4.1.1466.20037',
  whoAmI: '1.3.6.1.4.1.4203.1.11.3',
  passwordModify: '1.3.6.1.4.1.4203.1.11.1',
  cancel: '1.3.6.1.1.8',
};
let served: TestServer;
let strict: TestServer;
let client: RawClient;

test.before(async () => {
  served = await startTestServer(
    person('ada', 'member', 'userPassword: analysis', 'mail: ada@example.org', 'description: first') +
      Array.from({ length: 11 }, (_, index) => person(`p${index}`)).join(''),
  );
  strict = await startTestServer(person('ada', 'member', 'userPassword: analysis'), 'open', { cleartext: 'never' });
});
test.after(async () => {
  await served.stop();
  await strict.stop();
});
test.before.each(async () => {
  client = await RawClient.connect(served.port);
});
test.after.each(() => client.close());

async function asAdmin(): Promise<void> {
  assert.is((await client.ask(request.bind(admin, 'secret'))).code, 0);
}
async function who(of: RawClient = client): Promise<string> {
  const { code, parts } = await of.ask(request.extended(OID.whoAmI));
  assert.is(code, 0);
  return String(parts.find(({ tag }) => tag === 0x8b)?.content);
}
const namesOf = (answers: readonly Answer[]): string[] => answers.map(({ parts }) => entryOf(parts).dn);

// binds

const binds: readonly (readonly [name: string, operation: Buffer, code: number, who: string])[] = [
  ['anonymous', request.bind('', ''), 0, ''],
  ['the administrator', request.bind(admin, 'secret'), 0, `dn:${admin}`],
  ['a member', request.bind(ada, 'analysis'), 0, `dn:${ada}`],
  ['a member in another spelling', request.bind(`UID=Ada, ${people.toUpperCase()}`, 'analysis'), 0, `dn:${ada}`],
  ['SASL PLAIN by name', request.sasl('PLAIN', '\0ada\0analysis'), 0, `dn:${ada}`],
  ['SASL PLAIN by DN', request.sasl('PLAIN', `\0dn:${ada}\0analysis`), 0, `dn:${ada}`],
  ['SASL PLAIN as oneself', request.sasl('plain', 'ada\0ada\0analysis'), 0, `dn:${ada}`],
  ['SASL PLAIN as somebody else', request.sasl('PLAIN', 'u:p0\0ada\0analysis'), 49, ''],
  ['SASL PLAIN with a wrong password', request.sasl('PLAIN', '\0ada\0wrong'), 49, ''],
  ['SASL PLAIN that is none', request.sasl('PLAIN', 'ada'), 49, ''],
  ['SASL PLAIN without credentials', request.sasl('PLAIN'), 49, ''],
  ['SASL EXTERNAL over TCP', request.sasl('EXTERNAL'), 7, ''],
  ['an unknown mechanism', request.sasl('GSSAPI'), 7, ''],
  ['a wrong password', request.bind(ada, 'wrong'), 49, ''],
  ['somebody unknown', request.bind(`uid=nobody,${people}`, 'x'), 49, ''],
  ['a name without a password', request.bind(ada, ''), 53, ''],
  ['a password without a name', request.bind('', 'x'), 49, ''],
  ['no DN', request.bind('ada', 'x'), 34, ''],
  ['version 2', request.bind('', '', 2), 2, ''],
  ['an unknown kind of authentication', ber(0x60, integer(3), ber(0x04), ber(0x84, 'x')), 7, ''],
  ['a DN that is not UTF-8', ber(0x60, integer(3), ber(0x04, Buffer.from([0x63, 0x6e, 0x3d, 0xff])), ber(0x80, 'x')), 34, ''],
];
for (const [name, operation, code, dn] of binds) {
  test(`bind: ${name} gets ${code}`, async () => {
    const answer = await client.ask(operation);
    assert.is(answer.tag, 0x61);
    assert.is(answer.code, code, answer.text);
    assert.is(await who(), dn);
  });
  test(`bind again: ${name} leaves "${dn}", whoever it was before`, async () => {
    await asAdmin();
    await client.ask(operation);
    assert.is(await who(), dn);
  });
}

test('a critical control on a bind is 12, and nobody is bound afterwards', async () => {
  await asAdmin();
  const { code } = await client.ask(request.bind(ada, 'analysis'), [{ oid: '1.2.3', critical: true }]);
  assert.is(code, 12);
  assert.is(await who(), '');
});

// passwords in the clear

for (const [name, operation] of [
  ['a simple bind', request.bind(ada, 'analysis')],
  ['a simple bind with a wrong password', request.bind(ada, 'wrong')],
  ['SASL PLAIN', request.sasl('PLAIN', '\0ada\0analysis')],
  ['a password modify', request.extended(OID.passwordModify)],
] as const) {
  test(`without TLS, where it must be, ${name} gets 13, and over TLS it is looked at`, async () => {
    const other = await RawClient.connect(strict.port);
    assert.is((await other.ask(operation)).code, 13);
    assert.is((await other.ask(request.extended(OID.startTls))).code, 0);
    await other.startTls(readFileSync(strict.caFile));
    assert.is.not((await other.ask(operation)).code, 13);
    other.close();
  });
}

// TLS

test('StartTLS: the identity afterwards is no one, a second one gets 1', async () => {
  assert.is((await client.ask(request.extended(OID.startTls))).code, 0);
  await client.startTls(readFileSync(served.caFile));
  assert.is(await who(), '');
  const again = await client.ask(request.extended(OID.startTls));
  assert.is(again.code, 1);
  await asAdmin();
  assert.is(await who(), `dn:${admin}`);
});

test('ldaps: StartTLS within gets 1', async () => {
  const secure = await RawClient.connect(served.tlsPort, readFileSync(served.caFile));
  assert.is((await secure.ask(request.extended(OID.startTls))).code, 1);
  assert.is((await secure.ask(request.bind(ada, 'analysis'))).code, 0);
  secure.close();
});

test('StartTLS with a value gets 2, and the connection goes on in the clear', async () => {
  assert.is((await client.ask(request.extended(OID.startTls, Buffer.from('x')))).code, 2);
  assert.is(await who(), '');
});

test('StartTLS behind an operation that is not done is refused with 1, or waits for it', async () => {
  await asAdmin();
  const add = client.send(request.add(`uid=slow,${people}`, { objectClass: ['account'], uid: ['slow'], userPassword: ['needs hashing'] }));
  const tls = client.send(request.extended(OID.startTls));
  const answers = [await client.next(), await client.next()];
  const upgrade = answers.find((answer) => answer?.id === tls);
  assert.ok(answers.some((answer) => answer?.id === add));
  assert.ok(upgrade?.code === 1 || (upgrade?.code === 0 && answers[1] === upgrade), 'no TLS before the answer');
});

// searches

test('a size limit of N gives N and 4, or 0 when there are no more', async () => {
  await asAdmin();
  for (const [size, count, code] of [
    [1, 1, 4],
    [11, 11, 4],
    [12, 12, 0],
    [13, 12, 0],
    [0, 12, 0],
  ] as const) {
    const { entries, code: got } = await client.ask(request.search(people, { scope: 1, size }));
    assert.equal([size, entries.length, got], [size, count, code]);
  }
});

const selections: readonly (readonly [asked: readonly string[], names: readonly string[]])[] = [
  [['1.1'], []],
  [['mail'], ['mail']],
  [['MAIL', 'mail', '0.9.2342.19200300.100.1.3'], ['mail']],
  [
    ['commonname', 'SN'],
    ['cn', 'sn'],
  ],
  [['name'], ['cn', 'sn']],
  [['nosuch'], []],
  [['nosuch', 'uid'], ['uid']],
  [['1.1', 'uid'], ['uid']],
  [['cn;lang-de'], []],
];
for (const [asked, names] of selections) {
  test(`a search for ${asked.join(' ')} brings ${names.join(' ') || 'the name alone'}`, async () => {
    const { entries } = await client.ask(request.search(ada, { scope: 0, attributes: asked }));
    assert.equal(Object.keys(entryOf(entries[0]?.parts ?? []).attributes).sort(), names);
  });
}

test('* is what users write, + is what the server does, nothing asked is *', async () => {
  const keys = async (...attributes: string[]) => {
    const { entries } = await client.ask(request.search(ada, { scope: 0, attributes }));
    return Object.keys(entryOf(entries[0]?.parts ?? []).attributes).sort();
  };
  const [none, star, plus, both] = [await keys(), await keys('*'), await keys('+'), await keys('*', '+')];
  assert.equal(none, star);
  for (const name of ['cn', 'mail', 'objectClass', 'uid']) assert.ok(star.includes(name), name);
  for (const name of ['entryUUID', 'createTimestamp', 'entryDN', 'hasSubordinates', 'structuralObjectClass', 'subschemaSubentry']) {
    assert.ok(plus.includes(name), name);
    assert.not(star.includes(name), name);
  }
  assert.equal(both, [...star, ...plus].sort());
});

test('typesOnly brings names without values', async () => {
  const { entries } = await client.ask(request.search(ada, { scope: 0, typesOnly: true, attributes: ['cn', 'mail', 'entryUUID'] }));
  assert.equal(entryOf(entries[0]?.parts ?? []).attributes, { cn: [], mail: [], entryUUID: [] });
});

test('what is not there has the nearest name that is', async () => {
  const { code, matchedDn } = await client.ask(request.search(`cn=x,uid=nobody,${people}`, { scope: 0 }));
  assert.equal([code, matchedDn], [32, people]);
});

// pages

const page = (size: number, cookie: Buffer = Buffer.alloc(0), critical = true) => [
  { oid: OID.paged, critical, value: ber(0x30, integer(size), ber(0x04, cookie)) },
];
const cookieOf = ({ controls }: Answer): Buffer =>
  elements(elements(controls.get(OID.paged) ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0))[1]?.content ?? Buffer.from('none');
const members = request.search(people, { scope: 1, attributes: ['1.1'] });

for (const [size, pages] of [
  [5, [5, 5, 2]],
  [6, [6, 6]],
  [12, [12]],
  [13, [12]],
  [4, [4, 4, 4]],
] as const) {
  test(`twelve entries in pages of ${size} are ${pages.join(' and ')}; the last cookie is empty`, async () => {
    const counts: number[] = [];
    const seen = new Set<string>();
    let cookie = Buffer.alloc(0);
    do {
      const answer = await client.ask(members, page(size, cookie));
      assert.is(answer.code, 0);
      counts.push(answer.entries.length);
      for (const dn of namesOf(answer.entries)) seen.add(dn);
      cookie = Buffer.from(cookieOf(answer));
    } while (cookie.length > 0);
    assert.equal(counts, pages);
    assert.is(seen.size, 12);
  });
}

test('other operations and another paged search may come between two pages', async () => {
  const first = await client.ask(members, page(5));
  const others = await client.ask(request.search(people, { scope: 1, filter: equals('cn', 'ada') }), page(5));
  assert.is(others.entries.length, 1);
  assert.is(await who(), '');
  const second = await client.ask(members, page(7, cookieOf(first)));
  assert.is(new Set([...namesOf(first.entries), ...namesOf(second.entries)]).size, 12);
});

test('size 0 with a cookie abandons the search: the cookie is then unknown', async () => {
  const cookie = cookieOf(await client.ask(members, page(5)));
  const end = await client.ask(members, page(0, cookie));
  assert.equal([end.code, end.entries.length, cookieOf(end).length], [0, 0, 0]);
  assert.is((await client.ask(members, page(5, cookie))).code, 53);
});

test('a cookie that nobody gave, one that was used, one of another search and one of another client are refused', async () => {
  assert.is((await client.ask(members, page(5, Buffer.from('nonsense')))).code, 53);
  const used = cookieOf(await client.ask(members, page(5)));
  await client.ask(members, page(5, used));
  assert.is((await client.ask(members, page(5, used))).code, 53);
  const mine = cookieOf(await client.ask(members, page(5)));
  assert.is((await client.ask(request.search(base), page(5, mine))).code, 53);
  const other = await RawClient.connect(served.port);
  assert.is((await other.ask(members, page(5, cookieOf(await client.ask(members, page(5)))))).code, 53);
  other.close();
});

test('a bind ends the paged searches that were begun before', async () => {
  const cookie = cookieOf(await client.ask(members, page(5)));
  await asAdmin();
  assert.is((await client.ask(members, page(5, cookie))).code, 53);
});

test('a size limit holds for all pages together', async () => {
  const limited = request.search(people, { scope: 1, size: 7, attributes: ['1.1'] });
  const first = await client.ask(limited, page(5));
  const second = await client.ask(limited, page(5, cookieOf(first)));
  assert.equal([first.code, first.entries.length, second.code, second.entries.length], [0, 5, 4, 2]);
});

test('a paged results control that can not be read gets 2', async () => {
  assert.is((await client.ask(members, [{ oid: OID.paged, value: Buffer.from('x') }])).code, 2);
  assert.is((await client.ask(members, [{ oid: OID.paged }])).code, 2);
  assert.is((await client.ask(members, page(-1))).code, 2);
});

// controls

const unknown = [{ oid: '1.2.3.4', critical: true }];
const operations: readonly (readonly [name: string, operation: Buffer])[] = [
  ['search', request.search(base, { scope: 0 })],
  ['compare', request.compare(ada, 'cn', 'ada')],
  ['add', request.add(`uid=x,${people}`, { objectClass: ['account'], uid: ['x'] })],
  ['modify', request.modify(ada, [2, 'description', 'changed'])],
  ['delete', request.delete(`uid=p0,${people}`)],
  ['modifyDN', request.modifyDn(`uid=p0,${people}`, 'uid=moved', true)],
  ['extended', request.extended(OID.whoAmI)],
];
for (const [name, operation] of operations) {
  test(`an unknown critical control on ${name} gets 12 before anything is done`, async () => {
    await asAdmin();
    assert.is((await client.ask(operation, unknown)).code, 12);
    assert.equal(await descriptionOf(ada), ['first']);
    const { entries } = await client.ask(request.search(people, { scope: 1, attributes: ['1.1'] }));
    assert.ok(namesOf(entries).includes(`uid=p0,${people}`));
    assert.not(namesOf(entries).includes(`uid=x,${people}`));
  });
}

async function descriptionOf(dn: string): Promise<readonly string[] | undefined> {
  const { entries } = await client.ask(request.search(dn, { scope: 0, attributes: ['description'] }));
  return entryOf(entries[0]?.parts ?? []).attributes['description'];
}

test('an unknown control that is not critical is passed over', async () => {
  assert.is((await client.ask(request.search(base, { scope: 0 }), [{ oid: '1.2.3.4' }])).code, 0);
});

test('an unknown critical control on unbind does not keep the connection', async () => {
  client.send(request.unbind(), unknown);
  assert.equal(await client.ended(), []);
});

test('a control twice gets 2', async () => {
  assert.is((await client.ask(members, [...page(5), ...page(6)])).code, 2);
});

const assertion = (value: string) => [{ oid: OID.assertion, critical: true, value: equals('description', value) }];

test('an assertion that does not hold gets 122 and changes nothing', async () => {
  await asAdmin();
  for (const operation of [
    request.modify(ada, [2, 'description', 'changed']),
    request.delete(ada),
    request.modifyDn(ada, 'uid=moved', true),
    request.compare(ada, 'cn', 'ada'),
    request.search(ada, { scope: 0 }),
  ]) {
    const { code, entries, controls } = await client.ask(operation, assertion('second'));
    assert.equal([code, entries.length, controls.size], [122, 0, 0]);
  }
  assert.equal(await descriptionOf(ada), ['first']);
});

test('pre-read and post-read show the entry before and after, and nothing when it fails', async () => {
  await asAdmin();
  const list = (...names: string[]) => ber(0x30, ...names.map((name) => ber(0x04, name)));
  const images = [
    { oid: OID.preRead, critical: true, value: list('description') },
    { oid: OID.postRead, critical: true, value: list('description', 'uid') },
  ];
  const shown = (answer: Answer, oid: string) =>
    entryOf(elements(elements(answer.controls.get(oid) ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0)));
  const changed = await client.ask(request.modify(ada, [2, 'description', 'second']), [...images, ...assertion('first')]);
  assert.is(changed.code, 0);
  assert.equal(shown(changed, OID.preRead), { dn: ada, attributes: { description: ['first'] } });
  assert.equal(shown(changed, OID.postRead), { dn: ada, attributes: { description: ['second'], uid: ['ada'] } });
  const failed = await client.ask(request.modify(ada, [2, 'nosuch', 'x']), images);
  assert.equal([failed.code, failed.controls.size], [17, 0]);
  assert.is((await client.ask(request.modify(ada, [2, 'description', 'first']))).code, 0);
});

// updates

test('add, compare, rename, delete and what they answer when it can not be', async () => {
  await asAdmin();
  const dn = `uid=new,${people}`;
  const add = request.add(dn, { objectClass: ['inetOrgPerson'], uid: ['new'], cn: ['New'], sn: ['New'] });
  const rows: readonly (readonly [operation: Buffer, code: number])[] = [
    [add, 0],
    [add, 68],
    [request.add(`uid=a,uid=b,${people}`, { objectClass: ['account'], uid: ['a'] }), 32],
    [request.compare(dn, 'CN', 'NEW'), 6],
    [request.compare(dn, 'cn', 'old'), 5],
    [request.compare(dn, 'mail', 'x'), 16],
    [request.compare(dn, 'nosuch', 'x'), 17],
    [request.modify(dn, [0, 'mail', 'a@b'], [1, 'mail', 'a@b'], [2, 'title', 'x'], [2, 'title']), 0],
    [request.modify(dn, [1, 'mail', 'a@b']), 16],
    [request.modify(dn, [0, 'cn', 'NEW']), 20],
    [request.modify(dn, [1, 'sn']), 65],
    [request.modify(dn, [1, 'uid', 'new']), 67],
    [request.modify(dn, [0, 'entryUUID', '597ae2f6-16a6-1027-98f4-d28b5365dc14']), 19],
    [request.modify(dn, [0, 'mail', 'ä']), 21],
    [request.modify(dn, [7, 'mail', 'x']), 2],
    [request.modifyDn(dn, 'uid=ada', true), 68],
    [request.modifyDn(dn, 'uid=newer', true, `ou=nowhere,${base}`), 32],
    [request.modifyDn(dn, 'uid=newer', true), 0],
    [request.delete(dn), 32],
    [request.delete(people), 66],
    [request.delete(`uid=newer,${people}`), 0],
  ];
  for (const [index, [operation, code]] of rows.entries()) {
    const answer = await client.ask(operation);
    assert.is(answer.code, code, `row ${index}: ${answer.text}`);
  }
});

test('an update by nobody gets a refusal', async () => {
  const { code } = await client.ask(request.modify(ada, [2, 'description', 'mine']));
  assert.ok(code === 50 || code === 8, String(code));
});

// passwords

const passwordModify = (fields: { user?: string; old?: string; fresh?: string }) =>
  request.extended(
    OID.passwordModify,
    ber(
      0x30,
      ...(fields.user === undefined ? [] : [ber(0x80, fields.user)]),
      ...(fields.old === undefined ? [] : [ber(0x81, fields.old)]),
      ...(fields.fresh === undefined ? [] : [ber(0x82, fields.fresh)]),
    ),
  );

test('password modify: with the old one, not without, and made up when none is given', async () => {
  assert.is((await client.ask(passwordModify({ fresh: 'x' }))).code, 8);
  await client.ask(request.bind(ada, 'analysis'));
  assert.is((await client.ask(passwordModify({ fresh: 'x' }))).code, 53);
  assert.is.not((await client.ask(passwordModify({ old: 'wrong', fresh: 'difference engine' }))).code, 0);
  assert.is((await client.ask(passwordModify({ old: 'analysis', fresh: '' }))).code, 53);
  const changed = await client.ask(passwordModify({ old: 'analysis', fresh: 'difference engine' }));
  assert.is(changed.code, 0, changed.text);
  assert.is((await client.ask(request.bind(ada, 'analysis'))).code, 49);
  assert.is((await client.ask(request.bind(ada, 'difference engine'))).code, 0);
  const made = await client.ask(passwordModify({ old: 'difference engine' }));
  assert.is(made.code, 0);
  const value = made.parts.find(({ tag }) => tag === 0x8b)?.content ?? Buffer.alloc(0);
  const password = String(elements(elements(value)[0]?.content ?? Buffer.alloc(0))[0]?.content);
  assert.match(password, /^[A-Za-z2-9]{20}$/);
  assert.is((await client.ask(request.bind(ada, password))).code, 0);
  await asAdmin();
  assert.is((await client.ask(passwordModify({ user: 'u:ada', fresh: 'analysis' }))).code, 0);
  assert.is((await client.ask(passwordModify({ user: `uid=nobody,${people}`, fresh: 'x' }))).code, 32);
  assert.is((await client.ask(request.bind(ada, 'analysis'))).code, 0);
});

// cancel, abandon, order

const cancel = (id: number) => request.extended(OID.cancel, ber(0x30, integer(id)));
const slowAdd = (uid: string) =>
  request.add(`uid=${uid},${people}`, {
    objectClass: ['account', 'simpleSecurityObject'],
    uid: [uid],
    userPassword: [`${uid} needs hashing`],
  });

test('cancel of what nobody knows gets 119', async () => {
  assert.is((await client.ask(cancel(77))).code, 119);
});

// RFC 3909 does not ask how the requests were cut into packets; what has not begun can always be cancelled
for (const [name, glued] of [
  ['behind it in a packet of its own', false],
  ['in the same packet', true],
] as const) {
  test(`cancel ${name}: what waits gets 118, what writes already 121, what is done 119`, async () => {
    await asAdmin();
    const targets = Array.from({ length: 12 }, (_, n) => 1000 + n);
    const work = targets.map((id) => message(id, slowAdd(`c${id}`)));
    const cancels = [...targets].reverse().map((id) => message(id + 1000, cancel(id)));
    client.socket.write(Buffer.concat(glued ? [...work, ...cancels] : work));
    if (!glued) {
      await sleep(5);
      client.socket.write(Buffer.concat(cancels));
    }
    const codes = new Map<number, number>();
    while (codes.size < 24) {
      const answer = await client.next();
      if (answer !== undefined) codes.set(answer.id, answer.code);
    }
    for (const id of targets) await client.ask(request.delete(`uid=c${id},${people}`));
    const pairs = targets.map((id) => `${codes.get(id)}/${codes.get(id + 1000)}`);
    assert.match(pairs.join(' '), /^(?:0\/119 )*(?:0\/121 )?118\/0(?: 118\/0)*$/);
  });
}

test('an abandoned request that waits is never begun and never answered', async () => {
  await asAdmin();
  client.socket.write(
    Buffer.concat([
      message(2001, slowAdd('three')),
      message(2002, slowAdd('four')),
      message(2003, request.abandon(2002)),
      message(2004, request.abandon(4711)),
      message(2005, request.extended(OID.whoAmI)),
    ]),
  );
  assert.equal([(await client.next())?.id, (await client.next())?.id], [2001, 2005]);
  assert.is((await client.ask(request.delete(`uid=three,${people}`))).code, 0);
  assert.is((await client.ask(request.delete(`uid=four,${people}`))).code, 32);
});

test('two hundred requests in one packet, reads and writes, are answered in their order', async () => {
  await asAdmin();
  const batch = Array.from({ length: 200 }, (_, n) =>
    message(
      5000 + n,
      n % 3 === 0
        ? request.modify(`uid=p1,${people}`, [2, 'title', `n${n}`])
        : request.compare(`uid=p1,${people}`, 'title', `n${n - (n % 3)}`),
    ),
  );
  client.socket.write(Buffer.concat(batch));
  for (let n = 0; n < 200; n++) {
    const answer = await client.next();
    assert.equal([answer?.id, answer?.code], [5000 + n, n % 3 === 0 ? 0 : 6]);
  }
});

// the session's end

test('a response sent to the server ends the session with a notice', async () => {
  client.socket.write(message(1, ber(0x65, integer(0, 0x0a), ber(0x04), ber(0x04))));
  const [notice, ...more] = await client.ended();
  assert.ok(notice !== undefined && isNotice(notice));
  assert.is(notice?.code, 2);
  assert.equal(more, []);
});

test('an extended request that nobody knows gets 2', async () => {
  assert.is((await client.ask(request.extended('1.2.3'))).code, 2);
  for (const name of ['constructor', '__proto__', 'toString']) assert.is((await client.ask(request.extended(name))).code, 2, name);
});

test('a control or a request named like a property of objects is just unknown', async () => {
  for (const oid of ['constructor', '__proto__', 'hasOwnProperty']) {
    assert.is((await client.ask(request.search(base, { scope: 0 }), [{ oid }])).code, 0, oid);
    assert.is((await client.ask(request.search(base, { scope: 0 }), [{ oid, critical: true }])).code, 12, oid);
  }
});

test.run();
