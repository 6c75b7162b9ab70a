import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite("one's own password");
const fresh = 'quite-another-password';
const policy = (...lines: readonly string[]) =>
  `dn: ou=policies,${base}\nobjectClass: organizationalUnit\nou: policies\n\ndn: cn=default,ou=policies,${base}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\n${lines.join('\n')}\n\n`;
const people =
  person('ada', 'member', `userPassword: ${goodPassword}`, 'mail: ada@example.org') +
  person('bob', 'member', `userPassword: ${goodPassword}`);
let now = Date.UTC(2026, 2, 1, 12);

async function withSite(ldif: string, run: (site: TestSite) => Promise<void>): Promise<void> {
  const site = await startTestSite(ldif, { clock: () => now, passwordMinLength: 10 });
  try {
    await run(site);
  } finally {
    await site.stop();
  }
}

async function change(visitor: Visitor, oldPassword = goodPassword, newPassword = fresh, againPassword = newPassword) {
  await visitor.get('/me/password');
  return visitor.post('/me/password', { oldPassword, newPassword, againPassword });
}
const isIn = async (visitor: Visitor) => (await visitor.get('/me')).status === 200;
const reset = (site: TestSite, uid: string, password: string) => {
  const root = site.directory.asRoot('test');
  return root.modify(`uid=${uid},ou=people,${base}`, [
    { operation: 'replace', attribute: { description: 'userPassword', values: [Buffer.from(password)] } },
    { operation: 'replace', attribute: { description: 'pwdReset', values: [Buffer.from('TRUE')] } },
  ]);
};

test('it is changed, this session goes on under another token, all others end, and a mail says so', () =>
  withSite(people, async (site) => {
    const [ada, other, bob] = [await site.as('ada'), await site.as('ada'), await site.as('bob')];
    const before = ada.cookies.get('mos-session');
    assert.is((await change(ada)).location, '/me');
    assert.is.not(ada.cookies.get('mos-session'), before);
    assert.equal([await isIn(ada), await isIn(other), await isIn(bob)], [true, false, true]);
    const thief = site.visitor();
    thief.cookies.set('mos-session', before ?? '');
    assert.is(await isIn(thief), false);
    assert.is(await isIn(await site.as('ada', fresh)), true);
    const [mail = '', ...more] = await site.mails();
    assert.match(mail, /^To: ada@example\.org/m);
    assert.match(mail, /^Subject: Your password was changed/m);
    assert.equal(more, []);
    assert.not.match(mail, new RegExp(fresh));
  }));

const refusals: readonly (readonly [what: string, old: string, password: string, again: string, field: string, says: RegExp])[] = [
  ['the old one is wrong', 'wrong', fresh, fresh, 'oldPassword', /This password is not right/],
  ['the old one is missing', '', fresh, fresh, 'oldPassword', /The password until now is needed/],
  ['it is too short', goodPassword, 'short', 'short', 'newPassword', /At least 10 characters/],
  ['it is known to everybody', goodPassword, 'password123', 'password123', 'newPassword', /Too many people/],
  ['it is the old one', goodPassword, goodPassword, goodPassword, 'newPassword', /the password you have/],
  ['it is not the same twice', goodPassword, fresh, `${fresh} `, 'againPassword', /not the same/],
];
for (const [what, old, password, again, field, says] of refusals) {
  test(`it stays when ${what}, and that stands beside the field`, () =>
    withSite(people, async (site) => {
      const [ada, other] = [await site.as('ada'), await site.as('ada')];
      const { status, text } = await change(ada, old, password, again);
      assert.is(status, 422);
      assert.match(text, new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
      assert.match(/id="\w+-wrong">([^<]*)/.exec(text)?.[1] ?? '', says);
      for (const typed of [old, password, again].filter((each) => each.length > 5)) assert.not.match(text, new RegExp(`value="${typed}`));
      assert.is(await isIn(other), true);
      assert.is(await isIn(await site.as('ada')), true);
      assert.equal(await site.mails(), []);
    }));
}

test('a password is taken as typed: blanks, quotes, braces, emoji', () =>
  withSite(people, async (site) => {
    let old = goodPassword;
    for (const typed of ['  blanks around  ', '{SSHA}bm90IGEgaGFzaA==', '"><i>*)(uid=*', '🦝🦝🦝🦝🦝🦝🦝🦝🦝🦝', '{CLEARTEXT}surely-not']) {
      assert.is((await change(await site.as('ada', old), old, typed)).status, 303, typed);
      assert.is(await isIn(await site.as('ada', typed)), true);
      old = typed;
    }
  }));

test('one that was used before, or changed a moment ago, is refused in words', () =>
  withSite(people + policy('pwdInHistory: 3', 'pwdMinAge: 60', 'pwdCheckQuality: 1'), async (site) => {
    now += 120_000;
    const ada = await site.as('ada');
    assert.is((await change(ada)).status, 303);
    assert.match((await change(ada, fresh, 'and-yet-another-one')).text, /Change it again later/);
    now += 61_000;
    assert.match((await change(ada, fresh, goodPassword)).text, /You have had this one before/);
  }));

test('where nobody may change their own, that is said', () =>
  withSite(people + policy('pwdAllowUserChange: FALSE'), async (site) => {
    assert.match((await change(await site.as('ada'))).text, /Ask the board/);
  }));

test('a password that somebody else has set leads to nothing but a new one', () =>
  withSite(people + policy('pwdMustChange: TRUE'), async (site) => {
    await reset(site, 'ada', 'set-by-the-board');
    const ada = await site.as('ada', 'set-by-the-board');
    for (const path of ['/people', '/me', '/me/security', '/']) assert.is((await ada.get(path)).location, '/me/password', path);
    const { text } = await ada.get('/me/password');
    assert.match(text, /set by somebody else/);
    assert.is((await ada.post('/me/app-passwords', { name: 'phone' })).status, 403);
    assert.is((await ada.json('/me')).status, 403);
    assert.is((await change(ada, 'set-by-the-board')).location, '/me');
    assert.is(await isIn(ada), true);
    assert.is((await ada.get('/people')).status, 200);
  }));

test('who must change may still sign out', () =>
  withSite(people + policy('pwdMustChange: TRUE'), async (site) => {
    await reset(site, 'ada', 'set-by-the-board');
    const ada = await site.as('ada', 'set-by-the-board');
    await ada.get('/me/password');
    assert.is((await ada.post('/sign-out')).location, '/');
  }));

test('an expired one with logins left leads to a new one; without any, nobody gets in', () =>
  withSite(people + policy('pwdMaxAge: 3600', 'pwdGraceAuthNLimit: 2'), async (site) => {
    now += 7_200_000;
    const ada = await site.as('ada');
    assert.is((await ada.get('/people')).location, '/me/password');
    assert.is((await change(ada)).location, '/me');
    assert.is((await ada.get('/people')).status, 200);
    await site.as('bob');
    await site.as('bob');
    const visitor = site.visitor();
    await visitor.get('/sign-in');
    assert.is((await visitor.post('/sign-in', { name: 'bob', password: goodPassword })).status, 422);
  }));

test('a form without our token changes nothing', () =>
  withSite(people, async (site) => {
    const ada = await site.as('ada');
    const fields = { oldPassword: goodPassword, newPassword: fresh, againPassword: fresh };
    await ada.get('/me/password');
    assert.is((await ada.post('/me/password', { ...fields, csrf: '' })).status, 403);
    assert.is((await ada.post('/me/password', fields, { origin: 'https://evil.example' })).status, 403);
    assert.is(await isIn(await site.as('ada')), true);
  }));

test('the administrator of the settings has no password here', () =>
  withSite(people, async (site) => {
    const root = await site.as(`cn=admin,${base}`, 'secret');
    for (const path of ['/me/password', '/me/security', '/me/app-passwords']) assert.is((await root.get(path)).status, 404);
    assert.is((await root.get('/me')).status, 200);
    assert.is((await root.get('/me/sessions')).status, 200);
  }));

test.run();
