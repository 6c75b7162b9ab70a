import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('app passwords on the site');
let site: TestSite;
const service = (cn: string) => `dn: cn=${cn},ou=services,${base}\nobjectClass: applicationProcess\nobjectClass: mosService\ncn: ${cn}\n\n`;

test.before.each(async () => {
  const people = ['ada', 'bob'].map((uid) => person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`));
  site = await startTestSite([...people, service('dovecot'), service('ejabberd')].join(''));
});
test.after.each(() => site.stop());

const dn = (uid: string) => `uid=${uid},ou=people,${base}`;
const uuidOf = (name: string) => site.directory.tree.named(name)?.uuid;
async function opens(password: string, door: 'directory' | 'site', serviceName?: string): Promise<boolean> {
  const asks = serviceName === undefined ? undefined : uuidOf(`cn=${serviceName},ou=services,${base}`);
  const credentials = { dn: dn('ada'), password: Buffer.from(password), address: '192.0.2.9', door, service: asks };
  return site.authenticator.authenticate(credentials).then(
    () => true,
    () => false,
  );
}
async function make(name: string, serviceUuid = '') {
  const ada = await site.as('ada');
  await ada.get('/me/app-passwords');
  const { status, text, headers } = await ada.post('/me/app-passwords', { name, service: serviceUuid });
  return { ada, status, text, headers, password: /[a-z2-9]{5}(?:-[a-z2-9]{5}){3}/.exec(text)?.[0] ?? '' };
}
interface Shown {
  readonly only: boolean;
  readonly passwords: readonly { readonly id: string; readonly name: string; readonly service?: string; readonly used?: string }[];
}

test('one is made, shown this once, opens services and not the site, and is told by mail', async () => {
  const { ada, status, password, headers } = await make('phone & "laptop" 🦝');
  assert.is(status, 200);
  assert.is(headers.get('cache-control'), 'no-store');
  assert.equal([await opens(password, 'directory'), await opens(password, 'site')], [true, false]);
  const { text } = await ada.get('/me/app-passwords');
  assert.not.match(text, new RegExp(password));
  assert.match(text, /phone &amp; (?:"|&quot;)laptop(?:"|&quot;) 🦝/);
  const [mail = ''] = await site.mails();
  assert.match(mail, /^To: ada@example\.org/m);
  assert.not.match(mail, new RegExp(password));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { data } = await ada.json<Shown>('/me/app-passwords');
  assert.ok(data.passwords[0]?.used);
});

test('one for a service opens that service alone', async () => {
  const { ada, password } = await make('chat', uuidOf(`cn=ejabberd,ou=services,${base}`));
  assert.equal(
    [await opens(password, 'directory', 'ejabberd'), await opens(password, 'directory', 'dovecot'), await opens(password, 'directory')],
    [true, false, false],
  );
  assert.is((await ada.json<Shown>('/me/app-passwords')).data.passwords[0]?.service, 'ejabberd');
});

test('a revoked one opens nothing, and nobody revokes that of another', async () => {
  const { ada, password } = await make('phone');
  const id = (await ada.json<Shown>('/me/app-passwords')).data.passwords[0]?.id ?? '';
  const bob = await site.as('bob');
  await bob.get('/me/app-passwords');
  assert.is((await bob.post(`/me/app-passwords/${id}/revoke`)).status, 404);
  await ada.get('/me/app-passwords');
  assert.is((await ada.post(`/me/app-passwords/${id}/revoke`, { csrf: 'x' })).status, 403);
  assert.is(await opens(password, 'directory'), true);
  assert.is((await ada.post(`/me/app-passwords/${id}/revoke`)).location, '/me/app-passwords');
  assert.is(await opens(password, 'directory'), false);
  assert.is((await ada.post(`/me/app-passwords/${id}/revoke`)).status, 404);
});

const wrong: readonly (readonly [what: string, name: string, serviceUuid: string, field: string])[] = [
  ['without a name', ' ', '', 'name'],
  ['with a name that is too long', 'x'.repeat(101), '', 'name'],
  ['with a control character in its name', 'a\u0001b', '', 'name'],
  ['for something that is no service', 'phone', '00000000-0000-0000-0000-000000000000', 'service'],
  ['for a person', 'phone', 'ada', 'service'],
];
for (const [what, name, serviceUuid, field] of wrong) {
  test(`none is made ${what}`, async () => {
    const { ada, status, text } = await make(name, serviceUuid === 'ada' ? uuidOf(dn('ada')) : serviceUuid);
    assert.is(status, 422);
    assert.match(text, new RegExp(`id="${field}-wrong"`));
    assert.equal((await ada.json<Shown>('/me/app-passwords')).data.passwords, []);
  });
}

test('there are fifty at most', async () => {
  const identity = { kind: 'entry', uuid: uuidOf(dn('ada')) ?? '' } as const;
  for (let nth = 0; nth < 50; nth++)
    await site.directory.as(identity, '192.0.2.1').secrets.addAppPassword(identity.uuid, { name: `number ${nth}`, service: undefined });
  const { status, text } = await make('one more');
  assert.is(status, 422);
  assert.match(text, /There are 50 already/);
});

test('with the main password forbidden for services it opens the site alone, until that is taken back', async () => {
  const { ada, password } = await make('phone');
  const doors = async () => [await opens(goodPassword, 'directory'), await opens(goodPassword, 'site'), await opens(password, 'directory')];
  await ada.get('/me/app-passwords');
  await ada.post('/me/app-passwords/only', { only: 'yes' });
  assert.equal(await doors(), [false, true, true]);
  assert.is((await ada.json<Shown>('/me/app-passwords')).data.only, true);
  await ada.get('/me/app-passwords');
  await ada.post('/me/app-passwords/only', { only: 'no' });
  assert.equal(await doors(), [true, true, true]);
});

test.run();
