import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JsonSchema } from '../../web/api/json-schema.ts';
import { openApi } from '../../web/api/openapi.ts';
import { operations } from '../../web/api/operations.ts';
import { schemas } from '../../web/api/schemas.ts';
import { scopeOf } from '../../web/api/scopes.ts';
import { routes } from '../../web/routes.ts';
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
  const known = made.get(key);
  if (known !== undefined) return known;
  const visitor = await site.as(uid);
  await visitor.get('/me/tokens');
  const { status, text } = await visitor.post('/me/tokens', { name: 'test', scope: scopes, days: '30' });
  const token = />(mos_[\w-]{43})</.exec(text)?.[1];
  assert.ok(token, `${status} ${text}`);
  made.set(key, token);
  return token;
}

async function ask(token: string | undefined, path: string, body?: unknown) {
  const answer = await fetch(site.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, data: /json/.test(type) ? JSON.parse(text) : text };
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
// the package says default, Node takes the module itself
(formats as unknown as { default: (ajv: unknown) => void }).default(ajv);
/** A schema that finds what it refers to. */
const compiled = (schema: JsonSchema) => ajv.compile({ ...schema, components: { schemas } });

const rows = operations.filter(({ method }) => method === 'GET');
for (const { path, answer } of rows) {
  test(`GET ${path} answers as it is described`, async () => {
    const token = await tokenOf('cleo', 'read', 'board:read');
    const real = path.replace(':name', path.includes('groups') ? 'board' : path.includes('photo') ? 'nobody' : 'cleo');
    const { status, type, data } = await ask(token, real);
    if (path.endsWith('/photo')) return assert.equal([status, type], [404, 'application/problem+json']);
    assert.is(status, 200, JSON.stringify(data));
    if (typeof answer === 'string') return assert.ok(type.startsWith(answer), type);
    const validate = compiled(answer);
    assert.ok(validate(data), JSON.stringify([validate.errors, data], undefined, 1));
  });
}

test('the description names routes that there are, and every route for programs is described', () => {
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  const described = new Set(operations.map(({ method, path }) => `${method} ${path}`));
  assert.equal(
    [...described].filter((each) => !known.has(each)),
    [],
  );
  /** Pages that only help a person to fill in a form, or say the same as another. */
  const helping = [
    'GET /',
    'GET /board',
    'GET /openapi.json',
    'GET /people/:name/edit',
    'GET /people/:name/data.json',
    'GET /invite',
    'GET /board/mail',
    'GET /board/groups/preview',
    'POST /board/services',
    'POST /board/services/:name',
  ];
  const missing = routes
    .filter((route) => scopeOf(route) !== undefined && !/^\/directory/.test(route.path))
    .map(({ method, path }) => `${method} ${path}`);
  assert.equal(
    missing.filter((each) => !described.has(each) && !helping.includes(each)),
    [],
  );
});

test('the description is OpenAPI 3.1 with a problem for each way to fail', async () => {
  const { status, data } = await ask(undefined, '/openapi.json');
  assert.equal([status, data.openapi, data], [200, '3.1.0', JSON.parse(JSON.stringify(openApi(site.site)))]);
  const ids = Object.values(data.paths).flatMap((path) =>
    Object.values(path as object).map((each) => (each as { operationId: string }).operationId),
  );
  assert.is(new Set(ids).size, ids.length);
});

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
    const validate = compiled(schemas['Problem'] ?? {});
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
