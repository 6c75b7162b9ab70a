import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ask, makeTokenOf } from '../support/api.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

/** How far a token goes whose owner may do much. */
const test = suite('the rights of a token');
const fresh = 'quite-another-password';
const people = `ou=people,${base}`;
const all = ['read', 'write', 'board:read', 'board:write'];
let site: TestSite;

test.before(async () => {
  const member = (uid: string, ...more: readonly string[]) =>
    person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`, `displayName: ${uid}`, ...more);
  site = await startTestSite(
    [
      member('cleo', 'mobile: +43 1 111', 'mosVisibility: mobile self'),
      member('bob', 'mobile: +43 1 222', 'preferredLanguage: de'),
      member('dora'),
    ].join(''),
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
      await refused(() => token.setPassword(bob, Buffer.from(fresh), false)),
      await refused(() => token.addAppPassword(bob.uuid, { name: 'x', service: undefined })),
      await refused(() => token.addAppPassword(cleo.uuid, { name: 'x', service: undefined })),
      await refused(() => token.add(dnOf('x'), entry)),
      await refused(() => token.add(dnOf('x'), entry.slice(0, -1))),
    ],
    [...Array(4).fill('insufficientAccessRights'), 'done'],
  );
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

test.run();
