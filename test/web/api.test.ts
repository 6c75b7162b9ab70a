import { Ajv2020 } from 'ajv/dist/2020.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { schemas } from '../../web/api/schemas.ts';
import { ask as askSite, makeTokenOf } from '../support/api.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('the API');
let site: TestSite;
let now = Date.now();

test.before(async () => {
  site = await startTestSite(
    [
      person(
        'cleo',
        'member',
        `userPassword: ${goodPassword}`,
        'mail: cleo@example.org',
        'displayName: Cleo',
        'mosJoined: 20200102000000Z',
      ),
      person(
        'bob',
        'member',
        `userPassword: ${goodPassword}`,
        'displayName: Bob',
        'mosLink: https://bob.example',
        'mosVisibility: displayName public',
      ),
      person('zed', 'applicant', 'displayName: Zed', 'mail: zed@example.net', `mosInvitedBy: uid=bob,ou=people,${base}`),
    ].join(''),
    { clock: () => now },
  );
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=cleo,ou=people,${base}`)] } },
    ]);
});
test.after(() => site.stop());

const made = new Map<string, string>();
/** A token of somebody with these scopes. */
async function tokenOf(uid: string, ...scopes: readonly string[]): Promise<string> {
  const key = [uid, ...scopes].join();
  const token = made.get(key) ?? (await makeTokenOf(await site.as(uid), ...scopes));
  made.set(key, token);
  return token;
}
const ask = (token: string | undefined, path: string, body?: unknown) => askSite(site, token, path, body);

const ajv = new Ajv2020({ strict: false, allErrors: true });
const refusals: readonly (readonly [what: string, scopes: readonly string[], path: string, body: unknown, status: number])[] = [
  ['no such token', [], '/people', undefined, 401],
  ['a page of the board without its scope', ['read', 'write'], '/board/members', undefined, 403],
  ['a change without the scope to write', ['read'], '/people/cleo/edit', { displayName: 'x' }, 403],
  ['a change of the board without its scope', ['read', 'write', 'board:read'], '/board/statuses', { cn: 'x' }, 403],
  ['the tokens themselves', ['read', 'write', 'board:read', 'board:write'], '/me/tokens', undefined, 403],
  [
    'a new token by a token',
    ['read', 'write', 'board:read', 'board:write'],
    '/me/tokens',
    { name: 'x', scope: ['write'], days: '365' },
    403,
  ],
  ['a sign-in', ['read', 'write'], '/sign-in', { name: 'cleo', password: goodPassword }, 403],
];
for (const [what, scopes, path, body, status] of refusals) {
  test(`refused: ${what}, as RFC 9457 says`, async () => {
    const token = scopes.length === 0 ? `mos_${'x'.repeat(43)}` : await tokenOf('cleo', ...scopes);
    const answer = await ask(token, path, body);
    assert.equal(
      [answer.status, answer.type, answer.data.status, answer.data.instance],
      [status, 'application/problem+json', status, path],
    );
    const validate = ajv.compile({ ...schemas['Problem'], components: { schemas } });
    assert.ok(validate(answer.data), JSON.stringify(validate.errors));
  });
}

test('a token does what its owner may, and no more', async () => {
  const bob = await tokenOf('bob', 'read', 'write');
  assert.equal((await ask(bob, '/people/bob/edit', { displayName: 'Robert', mosSkill: ['fpga', 'tea'] })).data, { waits: 0 });
  assert.equal((await ask(bob, '/people/bob/edit', { sn: 'Other' })).data, { waits: 1 });
  assert.is((await ask(bob, '/people/cleo/edit', { displayName: 'x' })).status, 403);
  const wrong = await ask(bob, '/people/bob/edit', { mosBirthday: 'someday' });
  assert.equal([wrong.status, Object.keys(wrong.data.errors)], [422, ['mosBirthday']]);
  const root = site.directory.asRoot('test');
  assert.equal(root.texts(root.find(`uid=bob,ou=people,${base}`), 'mosSkill'), ['fpga', 'tea']);
  const cleo = await tokenOf('cleo', 'board:read', 'board:write');
  const bulk = await ask(cleo, '/board/members/bulk', { uid: ['zed'], action: 'status alumni', confirmed: 'yes' });
  assert.equal(bulk.data, { done: 1, refused: [] });
  // a member who is not on the board makes no token for it
  const visitor = await site.as('bob');
  await visitor.get('/me/tokens');
  assert.is((await visitor.post('/me/tokens', { name: 'x', scope: 'board:write', days: '30' })).status, 422);
});

test('a token ends when it is revoked, when its time is over, and with its owner’s ban', async () => {
  const token = await tokenOf('bob', 'read');
  assert.is((await ask(token, '/people')).status, 200);
  const bob = await site.as('bob');
  const { data } = await bob.json<{ tokens: { id: string; scopes: string[]; used?: string }[] }>('/me/tokens');
  const id = data.tokens.find(({ scopes }) => scopes.length === 1)?.id ?? '';
  assert.ok(data.tokens.some(({ used }) => used !== undefined));
  const cleo = await site.as('cleo');
  await cleo.get('/me/tokens');
  assert.is((await cleo.post(`/me/tokens/${id}/revoke`)).status, 404, 'somebody else’s');
  await bob.get('/me/tokens');
  assert.is((await bob.post(`/me/tokens/${id}/revoke`)).status, 303);
  assert.is((await ask(token, '/people')).status, 401);
  const other = await tokenOf('bob', 'read', 'write');
  const status = (cn: string) =>
    site.directory
      .asRoot('test')
      .modify(`uid=bob,ou=people,${base}`, [
        { operation: 'replace', attribute: { description: 'mosStatus', values: [Buffer.from(`cn=${cn},ou=statuses,${base}`)] } },
      ]);
  await status('banned');
  assert.is((await ask(other, '/people')).status, 401);
  await status('member');
  made.clear();
  const last = await tokenOf('bob', 'read');
  assert.is((await ask(last, '/people')).status, 200);
  now += 31 * 86_400_000;
  assert.is((await ask(last, '/people')).status, 401);
});

test.run();
