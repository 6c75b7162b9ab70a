import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tokensOf } from '../../web/api/tokens.ts';
import { makeLink } from '../../web/session/links.ts';
import { ask, makeTokenOf } from '../support/api.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

/** How far a token goes whose owner may do much. */
const test = suite('the rights of a token');
const fresh = 'quite-another-password';
const people = `ou=people,${base}`;
const all = ['read', 'write', 'board:read', 'board:write'];
const now = Date.UTC(2026, 2, 1, 12, 0, 0, 500);
let site: TestSite;
let made = 0;

test.before(async () => {
  const member = (uid: string, ...more: readonly string[]) =>
    person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`, `displayName: ${uid}`, ...more);
  site = await startTestSite(
    [
      member('cleo', 'mobile: +43 1 111', 'mosVisibility: mobile self'),
      member('bob', 'mobile: +43 1 222', 'preferredLanguage: de'),
      member('dora'),
    ].join(''),
    { clock: () => now },
  );
  await root().modify(`cn=board,ou=groups,${base}`, [
    { operation: 'add', attribute: { description: 'member', values: ['cleo', 'dora'].map((uid) => Buffer.from(dnOf(uid))) } },
  ]);
});
test.after(() => site.stop());

const root = () => site.directory.asRoot('test');
const dnOf = (uid: string) => `uid=${uid},${people}`;
const at = (path: string, uid: string) => `/directory${path}?dn=${encodeURIComponent(dnOf(uid))}`;
const tokenOf = async (uid: string, ...scopes: readonly string[]) => makeTokenOf(await site.as(uid), ...scopes);
const texts = (uid: string, attribute: string) => root().texts(root().find(dnOf(uid)), attribute);
const isPassword = async (uid: string, password: string) => {
  const credentials = { dn: dnOf(uid), password: Buffer.from(password), address: '192.0.2.9', door: 'site' as const };
  return site.authenticator.authenticate(credentials).then(
    () => true,
    () => false,
  );
};
for (const attribute of ['userPassword', 'USERPASSWORD', '2.5.4.35', 'userPassword;lang-de']) {
  test(`no token sets a password as ${attribute}, whosever it is`, async () => {
    const token = await tokenOf('cleo', ...all);
    for (const uid of ['bob', 'dora', 'cleo']) {
      const { status } = await ask(site, token, at('/edit', uid), { attribute, [`value.${attribute}`]: fresh });
      assert.is(status, 403);
      assert.equal([await isPassword(uid, fresh), await isPassword(uid, goodPassword)], [false, true]);
    }
    const added = await ask(site, token, `/directory/add?parent=${encodeURIComponent(people)}`, {
      rdn: 'uid=spy',
      class: ['inetOrgPerson', 'mosMember'],
      ...{ attribute: ['cn', 'sn', 'mosStatus', attribute], 'value.cn': 'spy', 'value.sn': 'spy' },
      ...{ 'value.mosStatus': `cn=member,ou=statuses,${base}`, [`value.${attribute}`]: fresh },
    });
    assert.is(added.status, 403);
    assert.is(site.directory.tree.named(dnOf('spy')), undefined);
  });
}

test('the directory itself lets a token change no secret, whatever its owner may', async () => {
  const bob = root().find(dnOf('bob'));
  const cleo = { kind: 'entry', uuid: root().find(dnOf('cleo')).uuid } as const;
  const session = site.directory.as(cleo, '192.0.2.1');
  const token = site.directory.as({ ...cleo, token: { roles: true } }, '192.0.2.1');
  const userPassword = site.directory.schema.description('userPassword');
  assert.ok(userPassword);
  assert.equal(
    [session, token].map(({ viewer }) => viewer.mayWrite(bob, userPassword)),
    [true, false],
  );
  const refused = async (what: () => Promise<unknown>) => {
    try {
      await what();
    } catch (error) {
      return String((error as { kind?: string }).kind);
    }
    return 'done';
  };
  const text = (description: string, value: string) => ({ description, values: [Buffer.from(value)] });
  const entry = [text('objectClass', 'inetOrgPerson'), text('cn', 'x'), text('sn', 'x'), text('userPassword', fresh)];
  assert.equal(
    [
      await refused(() => token.secrets.setPassword(bob, Buffer.from(fresh), false)),
      await refused(() => token.secrets.addAppPassword(bob.uuid, { name: 'x', service: undefined })),
      await refused(() => token.secrets.addAppPassword(cleo.uuid, { name: 'x', service: undefined })),
      await refused(() => token.add(dnOf('x'), entry)),
      await refused(() => token.add(dnOf('x'), entry.slice(0, -1))),
    ],
    [...Array(4).fill('insufficientAccessRights'), 'done'],
  );
});

test('a token takes no app password back', async () => {
  const { id } = await root().secrets.addAppPassword(root().find(dnOf('bob')).uuid, { name: 'phone', service: undefined });
  const revoked = await ask(site, await tokenOf('cleo', ...all), `/board/app-passwords/bob/${id}/revoke`, { confirmed: 'yes' });
  assert.equal([revoked.status, site.directory.appPasswordsOf(root().find(dnOf('bob'))).length], [403, 1]);
});

test('a service gets no password from a token', async () => {
  const token = await tokenOf('cleo', ...all);
  for (const path of ['/board/services', '/board/services/dovecot'])
    assert.is((await ask(site, token, path, { name: 'spy', do: 'rotate' })).status, 403);
});

const edits: readonly (readonly [scopes: readonly string[], uid: string, status: number])[] = [
  [['write'], 'bob', 403],
  [['write', 'board:read'], 'bob', 403],
  [['write', 'board:write'], 'bob', 200],
  [['board:write'], 'bob', 403],
  [['write'], 'cleo', 200],
];
for (const [scopes, uid, status] of edits) {
  test(`a board member’s token with ${scopes.join(', ')} renames ${uid === 'cleo' ? 'its owner' : 'somebody else'}: ${status}`, async () => {
    const name = `named by ${scopes.join()}`;
    const answer = await ask(site, await tokenOf('cleo', ...scopes), `/people/${uid}/edit`, { displayName: name });
    assert.is(answer.status, status, JSON.stringify(answer.data));
    assert.is(texts(uid, 'displayName').includes(name), status === 200);
  });
}

test('a board member’s token without a scope of the board sees what any member sees, and its owner’s own entry whole', async () => {
  const plain = await tokenOf('cleo', 'read', 'board:write');
  const board = await tokenOf('cleo', 'read', 'board:read');
  const mobiles = async (token: string, uid: string) =>
    /\+43 1 \d+/.exec(JSON.stringify((await ask(site, token, `/people/${uid}`)).data))?.[0];
  assert.equal([await mobiles(plain, 'bob'), await mobiles(board, 'bob')], [undefined, '+43 1 222']);
  assert.equal([await mobiles(plain, 'cleo'), await mobiles(board, 'cleo')], ['+43 1 111', '+43 1 111']);
  for (const ending of ['data', 'data.ldif', 'data.json']) {
    assert.is((await ask(site, plain, `/people/bob/${ending}`)).status, 403);
    assert.is((await ask(site, board, `/people/bob/${ending}`)).status, 200);
    assert.is((await ask(site, plain, `/people/cleo/${ending}`)).status, 200);
  }
});

test('the list of people is made for each kind of eyes: what the board alone may search, a token of a board member does not find', async () => {
  await site.load(person('hidden', 'member', 'displayName: Hidden', 'mosSkill: falconry', 'mosVisibility: mosSkill board'));
  const [plain, board] = [await tokenOf('cleo', 'read'), await tokenOf('cleo', 'read', 'board:read')];
  for (const [token, count] of [
    [board, 1],
    [plain, 0],
    [board, 1],
    [plain, 0],
  ] as const)
    assert.is((await ask(site, token, '/people?q=falconry')).data.count, count);
});

const set = (uid: string, description: string, value: string) =>
  root().modify(dnOf(uid), [{ operation: 'replace', attribute: { description, values: [Buffer.from(value)] } }]);
const setStatus = (uid: string, name: string) => set(uid, 'mosStatus', `cn=${name},ou=statuses,${base}`);
const isOpen = async (token: string) => (await ask(site, token, '/people')).status === 200;
/** Somebody new, who has a password. */
async function member(): Promise<string> {
  const uid = `member${++made}`;
  await site.load(person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`));
  return uid;
}

const changes: readonly (readonly [what: string, change: (uid: string) => Promise<unknown>])[] = [
  [
    'that their owner changes on the site',
    async (uid) => {
      const visitor = await site.as(uid);
      await visitor.get('/me/password');
      const fields = { oldPassword: goodPassword, newPassword: fresh, againPassword: fresh };
      assert.is((await visitor.post('/me/password', fields)).status, 303);
    },
  ],
  [
    'that is reset by a link',
    async (uid) => {
      const entryUuid = root().find(dnOf(uid)).uuid;
      const path = `/reset/${await makeLink(site.site, { purpose: 'reset', entryUuid, hours: 1 })}`;
      const visitor = site.visitor();
      await visitor.get(path);
      assert.is((await visitor.post(path, { newPassword: fresh, againPassword: fresh })).status, 303);
    },
  ],
  ['that somebody else sets', (uid) => root().secrets.setPassword(root().find(dnOf(uid)), Buffer.from(fresh), false)],
];
for (const [what, change] of changes) {
  test(`tokens end with a password ${what}, in the second in which they were made; new ones live`, async () => {
    const uid = await member();
    const token = await tokenOf(uid, 'read');
    await set(uid, 'title', 'Dr.');
    assert.is(await isOpen(token), true);
    await change(uid);
    assert.is(await isOpen(token), false);
    const visitor = await site.as(uid, fresh);
    assert.equal((await visitor.json('/me/tokens')).data, { tokens: [] });
    assert.is(await isOpen(await makeTokenOf(visitor, 'read')), true);
  });
}

test('a token belongs to the password of the session that makes it, also when that changes meanwhile', async () => {
  const uid = await member();
  const visitor = await site.as(uid);
  const { sessions } = site.site;
  const real = sessions.find.bind(sessions);
  await visitor.get('/me/tokens');
  sessions.find = async (cookie) => {
    const session = await real(cookie);
    sessions.find = real;
    await root().secrets.setPassword(root().find(dnOf(uid)), Buffer.from(fresh), false);
    return session;
  };
  const { text } = await visitor.post('/me/tokens', { name: 'test', scope: 'read', days: '30' });
  const [, token = ''] = />(mos_[\w-]{43})</.exec(text) ?? [];
  assert.is.not(token, '');
  assert.is(await isOpen(token), false);
});

test('who was banned and is let in again makes new tokens, whether the old ones were tried meanwhile or not', async () => {
  const uid = await member();
  const [tried, untried] = [await tokenOf(uid, 'read'), await tokenOf(uid, 'read')];
  await setStatus(uid, 'banned');
  assert.is(await isOpen(tried), false);
  const left = async () => (await tokensOf(site.site, root().find(dnOf(uid)).uuid)).length;
  while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await setStatus(uid, 'member');
  assert.equal([await isOpen(tried), await isOpen(untried)], [false, false]);
});

test.run();
