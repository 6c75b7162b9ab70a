import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeLink } from '../../web/session/links.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('a new password by a mailed link');
const hour = 3_600_000;
const fresh = 'quite-another-password';
let site: TestSite;
let now = Date.UTC(2026, 2, 1, 12);

test.before.each(async () => {
  const account = (uid: string, status: string, ...more: readonly string[]) =>
    person(uid, status, `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`, ...more);
  site = await startTestSite(
    [
      account('ada', 'member', 'mail: lovelace@example.org', 'preferredLanguage: de'),
      account('bob', 'member'),
      account('eve', 'banned'),
      account('una', 'member', 'mosMailActivated: FALSE'),
      person('mute', 'member', `userPassword: ${goodPassword}`),
      person('new', 'member', 'mail: new@example.org'),
      account('twin1', 'member', 'mail: twins@example.org'),
      account('twin2', 'member', 'mail: twins@example.org'),
    ].join(''),
    { clock: () => now, passwordMinLength: 10 },
  );
});
test.after.each(() => site.stop());

async function ask(name: string, visitor = site.visitor()) {
  await visitor.get('/forgot');
  return visitor.post('/forgot', { name });
}
const recipients = (mails: readonly string[]) => mails.flatMap((mail) => /^To: (.*)$/m.exec(mail)?.[1]?.trim() ?? []).sort();
/** Paths of the links in mails, as text has them. */
const links = (mails: readonly string[]) =>
  mails.flatMap((mail) => /\/reset\/[\w-]+/.exec(mail.replace(/=\r?\n/g, '').replaceAll('=3D', '='))?.[0] ?? []);
async function linkFor(name: string): Promise<string> {
  await ask(name);
  return links(await site.mails()).at(-1) ?? '';
}
async function set(visitor: Visitor, path: string, password = fresh, again = password) {
  await visitor.get(path);
  return visitor.post(path, { newPassword: password, againPassword: again });
}
async function canSignIn(uid: string, password: string): Promise<boolean> {
  const visitor = site.visitor();
  await visitor.get('/sign-in');
  return (await visitor.post('/sign-in', { name: uid, password })).status === 303;
}

const asked: readonly (readonly [what: string, name: string, to: readonly string[]])[] = [
  ['a user name', 'bob', ['bob@example.org']],
  ['a user name with two addresses', 'ada', ['ada@example.org']],
  ['an address in another case, to that address', 'LoveLace@Example.org', ['lovelace@example.org']],
  ['an address that two share', 'twins@example.org', ['twins@example.org', 'twins@example.org']],
  ['somebody who has no password yet', 'new', ['new@example.org']],
  ['somebody banned', 'eve', []],
  ['somebody not activated', 'una@example.org', []],
  ['somebody without an address', 'mute', []],
  ['nobody', 'zoe', []],
  ['an address that nobody has', 'zoe@example.org', []],
  ['a filter', '*@example.org', []],
  ['a DN', 'ada,ou=people', []],
  ['a control character and an emoji', '\u0001🦝', []],
  ['two lines', 'bob\nBcc: eve@example.org', []],
];
for (const [what, name, to] of asked) {
  test(`${what} is answered like any other; mail to ${to.length === 0 ? 'nobody' : to.join(' and ')}`, async () => {
    const { status, location, headers } = await ask(name);
    const other = await ask('nobody-at-all');
    assert.is(status, 303);
    assert.is(location, '/forgot');
    const plain = (each: Headers) => [...each].filter(([header]) => header !== 'date' && header !== 'set-cookie');
    assert.equal(plain(headers), plain(other.headers));
    assert.equal(recipients(await site.mails()), to);
  });
}

test('whether there is somebody shows in no time either: the answer goes before anything is looked up', async () => {
  let done = 0;
  const { later } = site.site;
  const counted = (work: () => Promise<void>) => async () => {
    await work();
    done++;
  };
  Object.assign(site.site, { later: (work: () => Promise<void>) => later(counted(work)) });
  for (const [nth, name] of ['bob', 'zoe'].entries()) {
    await ask(name);
    assert.is(done, nth);
    await site.mails();
    assert.is(done, nth + 1);
  }
});

test('the mail is in the language of its owner, says which account, and has the link in both forms', async () => {
  await ask('ada');
  const [mail = ''] = await site.mails();
  const text = mail.replace(/=\r\n/g, '').replaceAll('=3D', '=');
  assert.match(text, /dein Konto ada/);
  assert.is(new Set(text.match(/\/reset\/[\w-]{43}/g)).size, 1);
  assert.match(text, /^Auto-Submitted: auto-generated\r$/m);
});

test('the link sets a password once, ends all sessions and halfway ones, and is confirmed by mail', async () => {
  const before = [await site.as('bob'), await site.as('bob')];
  const path = await linkFor('bob');
  const visitor = site.visitor();
  for (let times = 0; times < 3; times++) assert.is((await visitor.get(path)).status, 200);
  assert.is((await set(visitor, path)).location, '/sign-in');
  assert.is(visitor.cookies.has('mos-session'), false);
  for (const each of before) assert.match((await each.get('/me')).location ?? '', /^\/sign-in/);
  assert.is(await canSignIn('bob', goodPassword), false);
  assert.is(await canSignIn('bob', fresh), true);
  assert.match((await site.mails()).at(-1) ?? '', /^Subject: Your password was changed/m);
  assert.is((await visitor.get(path)).status, 404);
  assert.is((await visitor.post(path, { newPassword: 'a-third-password', againPassword: 'a-third-password' })).status, 404);
  assert.is(await canSignIn('bob', fresh), true);
});

test('of two who use a link at once, one sets the password', async () => {
  const path = await linkFor('bob');
  const visitors = [site.visitor(), site.visitor(), site.visitor()];
  for (const visitor of visitors) await visitor.get(path);
  const answers = await Promise.all(
    visitors.map((visitor, nth) => visitor.post(path, { newPassword: `${fresh}-${nth}`, againPassword: `${fresh}-${nth}` })),
  );
  assert.equal(answers.map(({ status }) => status).sort(), [303, 404, 404]);
});

test('with one link used, the others of its owner are worth nothing', async () => {
  const [first, second] = [await linkFor('bob'), await linkFor('bob')];
  assert.is.not(first, second);
  assert.is((await set(site.visitor(), second)).status, 303);
  assert.is((await site.visitor().get(first)).status, 404);
});

const refusals: readonly (readonly [what: string, password: string, again: string, says: RegExp])[] = [
  ['too short', 'short', 'short', /At least 10 characters/],
  ['too common', 'password123', 'password123', /Too many people use this password/],
  ['empty', '', '', /A new password is needed/],
  ['not the same twice', fresh, `${fresh}x`, /The two are not the same/],
  ['too long', 'x'.repeat(1025), 'x'.repeat(1025), /At most 1024 characters/],
];
for (const [what, password, again, says] of refusals) {
  test(`a password that is ${what} is refused beside its field, and the link goes on working`, async () => {
    const path = await linkFor('bob');
    const visitor = site.visitor();
    const answer = await set(visitor, path, password, again);
    assert.is(answer.status, 422);
    assert.match(answer.text, says);
    assert.match(answer.text, /aria-invalid="true"/);
    if (password.length > 0) assert.not.match(answer.text, new RegExp(`value="${password.slice(0, 40)}`));
    assert.is(await canSignIn('bob', goodPassword), true);
    assert.is((await set(visitor, path)).status, 303);
  });
}

test("a link ends after an hour, and with its owner's right to sign in", async () => {
  const [late, banned] = [await linkFor('bob'), await linkFor('ada')];
  const status = Buffer.from(`cn=banned,ou=statuses,${base}`);
  await site.directory
    .asRoot('test')
    .modify(`uid=ada,ou=people,${base}`, [{ operation: 'replace', attribute: { description: 'mosStatus', values: [status] } }]);
  const visitor = site.visitor();
  await visitor.get('/forgot');
  assert.is((await visitor.post(banned, { newPassword: fresh, againPassword: fresh })).status, 404);
  now += hour;
  assert.is((await visitor.get(late)).status, 404);
  assert.is((await visitor.post(late, { newPassword: fresh, againPassword: fresh })).status, 404);
});

test('a link for something else is none for this, and a made-up one neither', async () => {
  const uuid = site.directory.tree.named(`uid=bob,ou=people,${base}`)?.uuid;
  const token = await makeLink(site.site, { purpose: 'activate', entryUuid: uuid, hours: 1 });
  for (const path of [`/reset/${token}`, '/reset/x', `/reset/${'A'.repeat(43)}`]) assert.is((await site.visitor().get(path)).status, 404);
});

test('a form without our token sets nothing, and the token of one visitor is none for another', async () => {
  const path = await linkFor('bob');
  const visitor = site.visitor();
  await visitor.get(path);
  assert.is((await visitor.post(path, { csrf: 'x', newPassword: fresh, againPassword: fresh })).status, 403);
  assert.is((await site.visitor().post(path, { newPassword: fresh, againPassword: fresh })).status, 403);
  assert.is(await canSignIn('bob', goodPassword), true);
});

test('the token in the address goes to no other site, and into no cache', async () => {
  const { headers, text } = await site.visitor().get(await linkFor('bob'));
  assert.is(headers.get('referrer-policy'), 'same-origin');
  assert.is(headers.get('cache-control'), 'no-store');
  assert.not.match(text, /(?:src|href)="https?:/);
});

test('somebody gets three mails an hour, and nobody is told that there were more', async () => {
  for (let times = 0; times < 5; times++) assert.is((await ask('bob')).location, '/forgot');
  assert.is((await site.mails()).length, 3);
  now += hour;
  await ask('bob');
  assert.is((await site.mails()).length, 4);
});

test('an address asks ten times an hour, for whomever', async () => {
  const visitor = site.visitor();
  for (let nth = 0; nth < 10; nth++) assert.is((await ask(`nobody${nth}`, visitor)).status, 303);
  const { status, text, headers } = await ask('bob', visitor);
  assert.equal([status, headers.get('retry-after')], [429, '3600']);
  assert.match(text, /Wait an hour/);
  const program = await visitor.post('/forgot', { name: 'bob' }, { accept: 'application/json' });
  assert.equal(
    [program.status, program.headers.get('retry-after'), program.headers.get('content-type')],
    [429, '3600', 'application/problem+json'],
  );
  assert.is((await site.mails()).length, 0);
  now += hour;
  assert.is((await ask('bob', visitor)).status, 303);
});

test('a second factor is not reset with the password', async () => {
  const uuid = site.directory.tree.named(`uid=bob,ou=people,${base}`)?.uuid ?? '';
  const { beginTotp, takeTotp, waitingTotp } = await import('../../web/session/totp.ts');
  const { Secret, TOTP } = await import('otpauth');
  await beginTotp(site.site, uuid);
  const waiting = await waitingTotp(site.site, uuid, { club: 'club', person: 'bob' });
  const code = TOTP.generate({ secret: Secret.fromBase32(waiting?.secret ?? ''), timestamp: now });
  assert.is(await takeTotp(site.site, uuid, code, 'first'), true);
  await set(site.visitor(), await linkFor('bob'));
  const visitor = site.visitor();
  await visitor.get('/sign-in');
  assert.match((await visitor.post('/sign-in', { name: 'bob', password: fresh })).location ?? '', /^\/sign-in\/factor/);
});

test.run();
