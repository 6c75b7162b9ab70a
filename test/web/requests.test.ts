import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ask, makeTokenOf } from '../support/api.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

/** What goes for every address: which answer is wanted, which methods there are, what is no request at all. */
const test = suite('requests');
let site: TestSite;
let cleo: Visitor;
let token: string;
/** What the site has logged as unforeseen */
const incidents: unknown[] = [];

test.before(async () => {
  site = await startTestSite(person('cleo', 'member', `userPassword: ${goodPassword}`), { log: (error) => incidents.push(error) });
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=cleo,ou=people,${base}`)] } },
    ]);
  cleo = await site.as('cleo');
  token = await makeTokenOf(cleo, 'read', 'write', 'board:read', 'board:write');
});
test.after(() => site.stop());

const wishes: readonly (readonly [accept: string, status: number])[] = [
  ['text/html, application/json', 303],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 303],
  ['*/*', 303],
  ['application/json, text/html', 401],
  ['application/json', 401],
  ['application/problem+json', 401],
];
for (const [accept, status] of wishes) {
  test(`who is not signed in and accepts ${accept} ${status === 303 ? 'is led to sign in' : 'is told so in JSON'}`, async () => {
    const { status: was, type } = await ask(site, undefined, '/me', undefined, { accept });
    assert.equal([was, /problem\+json/.test(type)], [status, status === 401]);
  });
}

const methods: readonly (readonly [method: string, path: string, allow: string | null])[] = [
  ['PUT', '/people/cleo', 'GET, HEAD'],
  ['DELETE', '/people/cleo', 'GET, HEAD'],
  ['PATCH', '/people/cleo/edit', 'GET, HEAD, POST'],
  ['GET', '/board/members/bulk', 'POST'],
  ['HEAD', '/board/members/bulk', 'POST'],
  ['POST', '/people', 'GET, HEAD'],
  ['PUT', '/board/groups/preview', 'GET, HEAD, POST'],
  ['OPTIONS', '/me', 'GET, HEAD'],
  ['PUT', '/nowhere', null],
];
for (const [method, path, allow] of methods) {
  test(`${method} ${path}: ${allow === null ? '404' : `405, and ${allow} are allowed`}`, async () => {
    for (const accept of ['application/json', 'text/html']) {
      const { status, headers } = await ask(site, token, path, undefined, { method, accept });
      assert.equal([status, headers.get('allow')], [allow === null ? 404 : 405, allow]);
    }
  });
}

test('401 says what to come with', async () => {
  const asked = async (token?: string, accept?: string) =>
    (await ask(site, token, '/board/members', undefined, accept === undefined ? {} : { accept })).headers.get('www-authenticate');
  assert.is(await asked(), 'Bearer realm="MOS"');
  for (const accept of ['application/json', 'text/html'])
    assert.is(await asked(`mos_${'x'.repeat(43)}`, accept), 'Bearer realm="MOS", error="invalid_token"');
  assert.is(await asked(token), null);
});

const spoiled: readonly string[] = [
  '/board/log?actor=%00',
  '/board/log?%00=x',
  '/people?q=%E0%A4%A',
  '/people?q=100%',
  '/people/%E0%A4%A',
  '/people/%00',
  '/people/%',
  '/static/%00',
  '/directory?dn=%00',
  '/board/groups/preview?filter=(cn=%00)',
  '/nowhere/%C0%AF',
];
for (const path of spoiled) {
  test(`${path} is no address: 400, for people and for programs`, async () => {
    const { status, text } = await cleo.get(path);
    assert.equal([status, /<h1>/.test(text)], [400, true]);
    const told = await ask(site, token, path);
    assert.equal([told.status, told.type], [400, 'application/problem+json']);
    assert.equal(incidents.splice(0), []);
  });
}

const posts: readonly (readonly [path: string, body: Readonly<Record<string, unknown>>, status: number])[] = [
  ['/board/members/bulk', { uid: ['cleo'], action: '%' }, 422],
  ['/board/members/bulk', { uid: ['cleo'], action: 'status%' }, 422],
  ['/board/members/bulk', { uid: ['cleo'], action: '%E0%A4%A x' }, 422],
  ['/board/members/bulk', { uid: ['cleo'], action: 'status 100%', confirmed: 'yes' }, 404],
  ['/board/members/bulk', { uid: ['cleo'], action: 'status \u0000', confirmed: 'yes' }, 400],
  ['/board/members/bulk', { uid: ['\u0000'], action: 'status member' }, 400],
  ['/people/cleo/edit', { displayName: 'a\u0000b' }, 400],
  ['/people/cleo/edit', { 'display\u0000Name': 'x' }, 400],
  ['/people/cleo/edit', { mosSkill: ['tea', '\u0000'] }, 400],
  [`/directory/edit?dn=${encodeURIComponent(`uid=cleo,ou=people,${base}`)}`, { attribute: 'title', 'value.title': '\u0000' }, 400],
];
for (const [path, body, status] of posts) {
  test(`POST ${path.replace(/\?.*/, '')} ${JSON.stringify(body)}: ${status}, as JSON and as a form`, async () => {
    assert.is((await ask(site, token, path, body)).status, status);
    await cleo.get('/people/cleo/edit');
    const fields = Object.entries(body).map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]);
    assert.is((await cleo.post(path, Object.fromEntries(fields))).status, status === 422 ? 303 : status);
    assert.equal(incidents.splice(0), []);
  });
}

test('POST /me/tokens/%00/revoke: 400', async () => {
  assert.is((await cleo.post('/me/tokens/%00/revoke')).status, 400);
  assert.equal(incidents.splice(0), []);
});

test('a group is joined whatever its name has in it', async () => {
  const name = '100% wool + tea';
  assert.is((await ask(site, token, '/board/groups', { name })).status, 200);
  const { data } = await ask(site, token, '/board/members/bulk', { uid: ['cleo'], action: `join ${name}`, confirmed: 'yes' });
  assert.equal(data, { done: 1, refused: [] });
  // the same in the browser, by what the pages offer
  const decoded = (text = '') => text.replaceAll('&amp;', '&');
  const [, leave] = /<option value="(leave [^"]*wool[^"]*)"/.exec((await cleo.get('/board/members')).text) ?? [];
  const { text } = await cleo.post('/board/members/bulk', { uid: 'cleo', action: decoded(leave) });
  const [, action] = /name="action" value="([^"]+)"/.exec(text) ?? [];
  assert.is((await cleo.post('/board/members/bulk', { uid: 'cleo', action: decoded(action), confirmed: 'yes' })).status, 303);
  const members = (await ask(site, token, `/board/groups/${encodeURIComponent(name)}`)).data.members;
  assert.equal(members, []);
});

test.run();
