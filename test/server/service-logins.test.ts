import { Attribute, Change, Client } from 'ldapts';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** How services log people in: which of a person's passwords opens what, and how a service makes itself known. */
const test = suite('logins at services');
const people = `ou=people,${base}`;
const chatView = `ou=people,cn=chat,ou=services,${base}`;
let served: TestServer;
/** App passwords of ada: for any service, and for mail alone */
let any = '';
let mailOnly = '';
let mailId = '';

function service(cn: string, ...grants: readonly string[]): string {
  const lines = grants.map((grant) => `mosGrant: ${grant}`).join('\n');
  return `dn: cn=${cn},ou=services,${base}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\nobjectClass: mosService\ncn: ${cn}\nuserPassword: ${cn}-secret\n${lines}\n\n`;
}

const uuidOf = (dn: string) => served.directory.tree.named(dn)?.uuid ?? '';
const asAda = (app?: string) =>
  served.directory.as({ kind: 'entry', uuid: uuidOf(`uid=ada,${people}`), ...(app === undefined ? {} : { app }) }, 'test');

test.before(async () => {
  const reading = 'ou=people | objectClass, uid, cn, mosActive | read';
  served = await startTestServer(
    person('ada', 'member', 'userPassword: main-password', 'mobile: +43 1', 'mosVisibility: mobile members', 'mail: ada@example.org') +
      person('bob', 'member', 'userPassword: bobs-password', 'mosAppPasswordsOnly: TRUE') +
      person('eve', 'banned', 'userPassword: eves-password') +
      person('cid') +
      person('dan') +
      person('fay') +
      `dn: cn=helpers,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=fay,${people}\n-\n\n` +
      service('mail', reading) +
      service('guest', 'ou=people (mosActive=TRUE) | objectClass, uid | read') +
      service('chat', reading, 'ou=people | visible:members | read', 'ou=people (mosActive=TRUE) | userPassword | write'),
    'club',
  );
  any = (await asAda().secrets.addAppPassword(uuidOf(`uid=ada,${people}`), { name: 'phone', service: undefined })).password;
  const made = await asAda().secrets.addAppPassword(uuidOf(`uid=ada,${people}`), {
    name: 'Mailprogramm',
    service: uuidOf(`cn=mail,ou=services,${base}`),
  });
  mailOnly = made.password;
  mailId = made.id;
});
test.after(() => served.stop());

async function connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ url: `ldap://127.0.0.1:${served.port}` });
  try {
    return await work(client);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

async function works(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

/** What the client does before the bind that is looked at. */
const ways = {
  directly: { dn: people, before: async () => undefined },
  'after mail looked up': {
    dn: people,
    before: async (client: Client) => {
      await client.bind(`cn=mail,ou=services,${base}`, 'mail-secret');
      await client.search(people, { filter: '(uid=ada)', attributes: ['uid'] });
    },
  },
  "through chat's view": { dn: chatView, before: async () => undefined },
} as const;

const rows: readonly (readonly [way: keyof typeof ways, uid: string, password: () => string, opens: boolean])[] = [
  ['directly', 'ada', () => 'main-password', true],
  ['directly', 'ada', () => any, true],
  ['directly', 'ada', () => any.replaceAll('-', '').toUpperCase(), true],
  ['directly', 'ada', () => mailOnly, false],
  ['directly', 'bob', () => any, false],
  ['directly', 'bob', () => 'bobs-password', false],
  ['directly', 'ada', () => 'aaaaa-bbbbb-ccccc-ddddd', false],
  ['after mail looked up', 'ada', () => 'main-password', true],
  ['after mail looked up', 'ada', () => any, true],
  ['after mail looked up', 'ada', () => mailOnly, true],
  ['after mail looked up', 'bob', () => 'bobs-password', false],
  ["through chat's view", 'ada', () => 'main-password', true],
  ["through chat's view", 'ada', () => any, true],
  ["through chat's view", 'ada', () => mailOnly, false],
  ["through chat's view", 'ada', () => 'wrong', false],
  ["through chat's view", 'bob', () => 'bobs-password', false],
  ["through chat's view", 'eve', () => 'eves-password', false],
];
for (const [way, uid, password, opens] of rows) {
  test(`${way}, ${uid} with ${String(password).replace('() => ', '')}: ${opens ? 'let in' : 'refused'}`, () =>
    connected(async (client) => {
      const { dn, before } = ways[way];
      await before(client);
      assert.is(await works(client.bind(`uid=${uid},${dn}`, password())), opens);
    }));
}

test('the web site takes the main password alone, of whoever keeps services away from it too', async () => {
  const asked = async (uid: string, password: string) =>
    works(
      served.authenticator.authenticate({
        dn: `uid=${uid},${people}`,
        password: Buffer.from(password),
        address: '127.0.0.1',
        door: 'site',
      }),
    );
  assert.equal([await asked('bob', 'bobs-password'), await asked('ada', 'main-password'), await asked('ada', any)], [true, true, false]);
});

test('a search through a view brings names that can be bound, and the attributes as they are', () =>
  connected(async (client) => {
    await client.bind(`cn=chat,ou=services,${base}`, 'chat-secret');
    for (const scope of ['one', 'sub'] as const) {
      const { searchEntries } = await client.search(chatView, {
        scope,
        filter: '(&(uid=ada)(mosActive=TRUE))',
        attributes: ['uid', 'mobile', 'entryUUID'],
      });
      assert.equal(searchEntries, [{ dn: `uid=ada,${chatView}`, uid: 'ada', mobile: '+43 1', entryUUID: uuidOf(`uid=ada,${people}`) }]);
    }
    const { searchEntries } = await client.search(`uid=ada,${chatView}`, { scope: 'base', attributes: ['uid'] });
    assert.equal(searchEntries, [{ dn: `uid=ada,${chatView}`, uid: 'ada' }]);
    assert.is(await client.compare(`uid=ada,${chatView}`, 'uid', 'ADA'), true);
    const paged = await client.search(chatView, { scope: 'one', paged: { pageSize: 1 }, filter: '(uid=*)', attributes: ['uid'] });
    assert.equal(
      paged.searchEntries.map(({ dn }) => dn).sort(),
      ['ada', 'bob', 'cid', 'dan', 'eve', 'fay'].map((uid) => `uid=${uid},${chatView}`),
    );
  }));

const strangers: readonly (readonly [string, string | undefined, string])[] = [
  ['another service', `cn=mail,ou=services,${base}`, 'mail-secret'],
  ['a member', `uid=ada,${people}`, 'main-password'],
  ['nobody', undefined, ''],
];
for (const [who, dn, password] of strangers) {
  test(`${who} finds nothing through chat's view`, () =>
    connected(async (client) => {
      if (dn !== undefined) await client.bind(dn, password);
      assert.is(await works(client.search(chatView, { filter: '(uid=ada)' })), false);
    }));
}

test("a service reads what members see with visible:members, and not what they don't", () =>
  connected(async (client) => {
    await client.bind(`cn=chat,ou=services,${base}`, 'chat-secret');
    const of = async () => {
      const attributes = ['mobile', 'mail', 'userPassword', 'mosAppPassword', 'mosVisibility'];
      const { searchEntries } = await client.search(people, { filter: '(uid=ada)', attributes });
      const shown = Object.entries(searchEntries[0] ?? {}).filter(([, value]) => value.length > 0);
      return shown.map(([name, value]) => `${name}: ${value}`);
    };
    assert.equal(await of(), [`dn: uid=ada,${people}`, 'mail: ada@example.org', 'mobile: +43 1']);
    await served.load(`dn: uid=ada,${people}\nchangetype: modify\nreplace: mosVisibility\nmosVisibility: mail self\n-\n`);
    assert.equal(await of(), [`dn: uid=ada,${people}`]);
  }));

test('with an app password nothing is changed, the main password least of all', () =>
  connected(async (client) => {
    await client.bind(`uid=ada,${people}`, any);
    const description = new Change({ operation: 'replace', modification: new Attribute({ type: 'description', values: ['x'] }) });
    const password = new Change({ operation: 'replace', modification: new Attribute({ type: 'userPassword', values: ['x'] }) });
    assert.is(await works(client.modify(`uid=ada,${people}`, description)), false);
    assert.is(await works(client.modify(`uid=ada,${people}`, password)), false);
    const uuid = uuidOf(`uid=ada,${people}`);
    const [app] = served.directory.appPasswordsOf(served.directory.asRoot('test').find(`uid=ada,${people}`));
    assert.is(await works(asAda(app?.id).secrets.addAppPassword(uuid, { name: 'more', service: undefined })), false);
    await client.bind(`uid=ada,${people}`, 'main-password');
    await client.modify(`uid=ada,${people}`, description);
  }));

/** Whose password the service chat, which may set passwords, sets or not. */
const settable: readonly (readonly [who: string, uid: string, before: () => Promise<unknown>, may: boolean])[] = [
  ['a member', 'cid', async () => undefined, true],
  ['somebody who keeps services away from it', 'bob', async () => undefined, false],
  ['somebody with an app password', 'ada', async () => undefined, false],
  ['somebody who had one, has used it and revoked it', 'dan', usedAndRevoked, false],
  ['somebody of the board', 'fay', async () => undefined, false],
  ['somebody who is banned', 'eve', async () => undefined, false],
];
for (const [who, uid, before, may] of settable) {
  test(`a service that may set passwords ${may ? 'sets' : 'does not set'} that of ${who}`, () =>
    connected(async (client) => {
      await before();
      await client.bind(`cn=chat,ou=services,${base}`, 'chat-secret');
      const values = ['new-password'];
      const change = new Change({ operation: 'replace', modification: new Attribute({ type: 'userPassword', values }) });
      assert.is(await works(client.modify(`uid=${uid},${people}`, change)), may);
      assert.is(await works(client.exop('1.3.6.1.4.1.4203.1.11.1', passwordModify(`uid=${uid},${chatView}`, 'newer-password'))), may);
      assert.is(await works(client.bind(`uid=${uid},${people}`, 'newer-password')), may);
    }));
}

async function usedAndRevoked(): Promise<void> {
  const uuid = uuidOf(`uid=dan,${people}`);
  const dan = served.directory.as({ kind: 'entry', uuid }, 'test');
  const { id, password } = await dan.secrets.addAppPassword(uuid, { name: 'phone', service: undefined });
  await connected((client) => client.bind(`uid=dan,${people}`, password));
  for (let wait = 0; wait < 50 && !(await served.directory.store.passwordUses(uuid)).has(id); wait++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await dan.secrets.revokeAppPassword(uuid, id);
}

/** PasswdModifyRequestValue (RFC 3062 §2) with a user and a new password, each shorter than 128 bytes */
function passwordModify(user: string, password: string): Buffer {
  const field = (tag: number, value: Buffer) => Buffer.concat([Buffer.from([tag, value.length]), value]);
  return field(0x30, Buffer.concat([field(0x80, Buffer.from(user)), field(0x82, Buffer.from(password))]));
}

test('nobody writes mosAppPassword over LDAP, and only its owner makes one', async () => {
  const value = new Change({ operation: 'add', modification: new Attribute({ type: 'mosAppPassword', values: ['aaaaaaaa * x'] }) });
  await connected(async (client) => {
    await client.bind(`cn=admin,${base}`, 'secret');
    assert.is(await works(client.modify(`uid=ada,${people}`, value)), false);
  });
  assert.is(await works(asAda().secrets.addAppPassword(uuidOf(`uid=bob,${people}`), { name: 'x', service: undefined })), false);
  for (const name of ['', '  ', 'a\nb', 'x'.repeat(101)])
    assert.is(await works(asAda().secrets.addAppPassword(uuidOf(`uid=ada,${people}`), { name, service: undefined })), false, name);
});

test('a revoked app password is out at once, also where it is bound already; the others stay', () =>
  connected(async (client) => {
    await client.bind(`cn=mail,ou=services,${base}`, 'mail-secret');
    await client.bind(`uid=ada,${people}`, mailOnly);
    assert.is((await client.search(people, { filter: '(uid=bob)' })).searchEntries.length, 1);
    await asAda().secrets.revokeAppPassword(uuidOf(`uid=ada,${people}`), mailId);
    assert.is((await client.search(people, { filter: '(uid=bob)' })).searchEntries.length, 0);
    await client.bind(`cn=mail,ou=services,${base}`, 'mail-secret');
    assert.is(await works(client.bind(`uid=ada,${people}`, mailOnly)), false);
    assert.is(await works(client.bind(`uid=ada,${people}`, any)), true);
    assert.is(await works(asAda().secrets.revokeAppPassword(uuidOf(`uid=ada,${people}`), mailId)), false);
  }));

test('when an app password was last used is known', async () => {
  const uuid = uuidOf(`uid=ada,${people}`);
  const made = await asAda().secrets.addAppPassword(uuid, { name: 'tablet', service: undefined });
  const uses = async () => (await served.directory.store.passwordUses(uuid)).get(made.id);
  assert.is(await uses(), undefined);
  await connected((client) => client.bind(`uid=ada,${people}`, made.password));
  for (let wait = 0; wait < 50 && (await uses()) === undefined; wait++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(Math.abs(Date.now() - ((await uses())?.getTime() ?? 0)) < 60_000);
});

test('a grant on mosActive shows whoever may log in, and follows the table of statuses', () =>
  connected(async (client) => {
    await client.bind(`cn=guest,ou=services,${base}`, 'guest-secret');
    const seen = async () =>
      (await client.search(people, { filter: '(uid=*)', attributes: ['uid'] })).searchEntries.map(({ uid }) => String(uid)).sort();
    assert.equal(await seen(), ['ada', 'bob', 'cid', 'dan', 'fay']);
    await served.load(`dn: cn=banned,ou=statuses,${base}\nchangetype: modify\nreplace: mosMayLogin\nmosMayLogin: TRUE\n-\n`);
    assert.equal(await seen(), ['ada', 'bob', 'cid', 'dan', 'eve', 'fay']);
    await served.load(`dn: cn=banned,ou=statuses,${base}\nchangetype: modify\nreplace: mosMayLogin\nmosMayLogin: FALSE\n-\n`);
    assert.equal(await seen(), ['ada', 'bob', 'cid', 'dan', 'fay']);
    await served.load(`dn: uid=bob,${people}\nchangetype: modify\nadd: mosMailActivated\nmosMailActivated: FALSE\n-\n`);
    assert.equal(await seen(), ['ada', 'cid', 'dan', 'fay']);
    await served.load(`dn: uid=bob,${people}\nchangetype: modify\ndelete: mosMailActivated\n-\n`);
  }));

test('mosActive says who may log in, and follows the status', () =>
  connected(async (client) => {
    await client.bind(`cn=mail,ou=services,${base}`, 'mail-secret');
    const active = async () =>
      (await client.search(people, { filter: '(mosActive=TRUE)', attributes: ['uid'] })).searchEntries.map(({ uid }) => String(uid)).sort();
    assert.equal(await active(), ['ada', 'bob', 'cid', 'dan', 'fay']);
    await served.load(`dn: cn=banned,ou=statuses,${base}\nchangetype: modify\nreplace: mosMayLogin\nmosMayLogin: TRUE\n-\n`);
    assert.equal(await active(), ['ada', 'bob', 'cid', 'dan', 'eve', 'fay']);
    await served.load(`dn: cn=banned,ou=statuses,${base}\nchangetype: modify\nreplace: mosMayLogin\nmosMayLogin: FALSE\n-\n`);
    const { searchEntries } = await client.search(people, { filter: '(mosActive=FALSE)', attributes: ['uid', 'mosActive'] });
    assert.equal(searchEntries, [{ dn: `uid=eve,${people}`, uid: 'eve', mosActive: 'FALSE' }]);
    assert.is((await client.search(base, { filter: '(!(mosActive=TRUE))', attributes: ['uid'] })).searchEntries.length > 1, true);
  }));

test.run();
