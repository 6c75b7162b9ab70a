import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

/** The board sets passwords of others in the directory browser. */
const test = suite('secrets in the directory browser');
const fresh = 'quite-another-password';
const people = `ou=people,${base}`;
let site: TestSite;
let now = Date.UTC(2026, 2, 1, 12);

test.before(async () => {
  const member = (uid: string, ...more: readonly string[]) =>
    person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`, ...more);
  site = await startTestSite([member('cleo', 'displayName: Cleo'), member('bob', 'preferredLanguage: de')].join(''), { clock: () => now });
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(dnOf('cleo'))] } },
    ]);
});
test.after(() => site.stop());

const dnOf = (uid: string) => `uid=${uid},${people}`;
const editPath = (uid: string) => `/directory/edit?dn=${encodeURIComponent(dnOf(uid))}`;
const addPath = `/directory/add?parent=${encodeURIComponent(people)}`;
const password = { attribute: 'userPassword', 'value.userPassword': fresh };
const isPassword = (uid: string, tried: string) =>
  site.authenticator.authenticate({ dn: dnOf(uid), password: Buffer.from(tried), address: '192.0.2.9', door: 'site' }).then(
    () => true,
    () => false,
  );
const lettersTo = async (uid: string) => (await site.mails()).filter((text) => text.includes(`${uid}@example.org`));
/** Cleo, with a page of hers open. */
async function cleoIn(): Promise<Visitor> {
  const cleo = await site.as('cleo');
  await cleo.get('/directory');
  return cleo;
}
/** The browser was left open. */
const later = () => {
  now += 11 * 60_000;
};

test('who has not given the own password for a while is asked for it before setting another’s, and a script is told so', async () => {
  const cleo = await cleoIn();
  later();
  const { text } = await cleo.get(`${editPath('bob')}&more=1`);
  assert.not.match(text, /value\.userPassword/);
  const [, back = ''] = /href="\/me\/confirm\?back=([^"]+)"/.exec(text) ?? [];
  assert.is(decodeURIComponent(back), `${editPath('bob')}&more=1`);
  for (const [path, fields] of [
    [editPath('bob'), password],
    [addPath, { ...password, rdn: 'uid=zed', class: 'inetOrgPerson', 'value.cn': 'zed' }],
  ] as const) {
    const asked = await cleo.post(path, fields);
    assert.equal([asked.status, asked.location], [303, `/me/confirm?back=${encodeURIComponent(path)}`]);
    assert.is((await cleo.post(path, fields, { accept: 'application/json' })).status, 403);
  }
  assert.equal([await isPassword('bob', fresh), await isPassword('bob', goodPassword)], [false, true]);
  assert.is(site.directory.tree.named(dnOf('zed')), undefined);
  assert.equal(await lettersTo('bob'), []);
  await cleo.post('/me/confirm', { password: goodPassword, back: editPath('bob') });
  assert.match((await cleo.get(`${editPath('bob')}&more=1`)).text, /<input type="password" id="value-userPassword"/);
});

test('a password that is set takes the place of the old one, and its owner is told in their language, at the address of before', async () => {
  const cleo = await cleoIn();
  const was = { 'was.mail': 'bob@example.org', 'value.mail': 'other@example.org' };
  const { status } = await cleo.post(editPath('bob'), { ...password, ...was, attribute: ['mail', 'userPassword'] });
  assert.is(status, 303);
  assert.equal([await isPassword('bob', fresh), await isPassword('bob', goodPassword)], [true, false]);
  // that the address has changed is told as well
  const letters = (await lettersTo('bob')).filter((text) =>
    /Cleo hat ein Passwort f.*r dein Konto bob gesetzt/.test(text.replace(/\s+/g, ' ')),
  );
  assert.is(letters.length, 1);
  assert.match(letters.join(), /To: bob@example\.org/);
  assert.not.match((await site.mails()).join(), new RegExp(fresh));
});

test('a refused password is not shown again', async () => {
  const cleo = await cleoIn();
  const { status, text } = await cleo.post(`${editPath('bob')}&more=1`, { attribute: 'userPassword', 'value.userPassword': 'sesame' });
  assert.equal([status, text.includes('sesame')], [422, false]);
});

test('who is added with a password is told', async () => {
  const cleo = await cleoIn();
  const added = await cleo.post(addPath, {
    ...{ rdn: 'uid=zed', class: ['inetOrgPerson', 'mosMember'], attribute: ['cn', 'sn', 'mail', 'mosStatus', 'userPassword'] },
    ...{ 'value.cn': 'zed', 'value.sn': 'zed', 'value.mail': 'zed@example.org', 'value.mosStatus': `cn=member,ou=statuses,${base}` },
    'value.userPassword': fresh,
  });
  assert.is(added.status, 303, added.text);
  assert.is(await isPassword('zed', fresh), true);
  const letters = await lettersTo('zed');
  assert.is(letters.length, 1);
  assert.match(letters.join().replace(/\s+/g, ' '), /Cleo has set a password for your account zed/);
});

test('one’s own password is not set here, where nobody asks for the old one', async () => {
  const cleo = await cleoIn();
  assert.not.match((await cleo.get(`${editPath('cleo')}&more=1`)).text, /userPassword/);
  const refused = await cleo.post(editPath('cleo'), password);
  assert.equal([refused.status, /\/me\/password/.test(refused.text)], [403, true]);
  assert.equal([await isPassword('cleo', fresh), await isPassword('cleo', goodPassword)], [false, true]);
});

test('a service gets no password from a browser that was left open', async () => {
  const root = await site.as(`cn=admin,${base}`, 'secret');
  later();
  await root.get('/board/services');
  for (const [path, fields] of [
    ['/board/services', { name: 'spy', grants: '. | * | read' }],
    ['/board/services/dovecot', { do: 'rotate' }],
  ] as const)
    assert.is((await root.post(path, fields)).location, `/me/confirm?back=${encodeURIComponent('/board/services')}`);
  assert.is(site.directory.tree.named(`cn=spy,ou=services,${base}`), undefined);
});

test.run();
