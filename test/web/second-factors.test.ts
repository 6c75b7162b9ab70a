import { Secret, TOTP } from 'otpauth';
import { sql } from 'slonik';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { addPasskey } from '../../web/session/passkeys.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('second factors');
const minute = 60_000;
let site: TestSite;
let now = Date.UTC(2026, 2, 1, 12);
let made = 0;

test.before(async () => {
  site = await startTestSite(person('boss', 'member', `userPassword: ${goodPassword}`, 'mail: boss@example.org', 'displayName: Boss'), {
    clock: () => now,
  });
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=boss,ou=people,${base}`)] } },
    ]);
});
test.after(() => site.stop());

/** A member of their own for a test. */
async function member(): Promise<string> {
  const uid = `member${++made}`;
  await site.load(person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`));
  return uid;
}

function codeAt(secret: string, time = now): string {
  return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: time });
}

/** A code that no step near now has. */
function wrongCode(secret: string): string {
  const near = [-2, -1, 0, 1, 2].map((step) => codeAt(secret, now + step * 30_000));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ?? '';
}

/** Sets codes up. @returns the secret, and the recovery codes */
async function setUp(visitor: Visitor): Promise<{ readonly secret: string; readonly codes: readonly string[] }> {
  await visitor.get('/me/security');
  assert.is((await visitor.post('/me/security/totp')).location, '/me/security/totp');
  const { text } = await visitor.get('/me/security/totp');
  const secret = /secret=([A-Z2-7]+)/.exec(text)?.[1] ?? '';
  const confirmed = await visitor.post('/me/security/totp/confirm', { code: codeAt(secret) });
  assert.is(confirmed.status, 200, confirmed.text);
  now += 30_000;
  return { secret, codes: [...confirmed.text.matchAll(/<li>([a-z2-9-]{19})<\/li>/g)].map(([, code = '']) => code) };
}

/** Gives the password; the second factor is still to come. */
async function halfway(uid: string): Promise<Visitor> {
  const visitor = site.visitor();
  await visitor.get('/sign-in');
  const { location } = await visitor.post('/sign-in', { name: uid, password: goodPassword, back: '/me' });
  assert.is(location, '/sign-in/factor?back=%2Fme');
  await visitor.get(location ?? '');
  return visitor;
}

const isIn = async (visitor: Visitor) => /action="\/sign-out"/.test((await visitor.get('/people')).text);

test('codes are set up with a picture, the secret as text and a first code, and then asked for', async () => {
  const uid = await member();
  const ada = await site.as(uid);
  await ada.get('/me/security');
  await ada.post('/me/security/totp');
  const { text, headers } = await ada.get('/me/security/totp');
  assert.match(text, /src="data:image\/svg\+xml;base64,/);
  assert.is(headers.get('cache-control'), 'no-store');
  const uri = decodeURIComponent(/href="(otpauth:[^"]+)"/.exec(text)?.[1] ?? '').replaceAll('&amp;', '&');
  assert.match(uri, new RegExp(`^otpauth://totp/.*:${uid}\\?`));
  const secret = /secret=([A-Z2-7]{32})/.exec(uri)?.[1] ?? '';
  assert.match(text.replaceAll(' ', ''), new RegExp(`>${secret}<`));
  const wrong = await ada.post('/me/security/totp/confirm', { code: wrongCode(secret) });
  assert.is(wrong.status, 422);
  assert.match(wrong.text, /aria-invalid="true"/);
  assert.is((await site.as(uid)) instanceof Object, true);
  const { text: shown } = await ada.post('/me/security/totp/confirm', { code: codeAt(secret) });
  assert.is(shown.match(/<li>[a-z2-9]{4}(-[a-z2-9]{4}){3}<\/li>/g)?.length, 10);
  assert.is((await ada.json('/me/security')).data['totp'], true);
  now += 30_000;
  const visitor = await halfway(uid);
  assert.is((await visitor.post('/sign-in/factor', { code: codeAt(secret), back: '/me' })).location, '/me');
  assert.is(await isIn(visitor), true);
  assert.match((await site.mails()).at(-1) ?? '', new RegExp(`^To: ${uid}@example.org`, 'm'));
});

test("the password alone opens nothing: no page of one's own, no change, and another cookie after the code", async () => {
  const uid = await member();
  const { secret } = await setUp(await site.as(uid));
  const visitor = await halfway(uid);
  const before = visitor.cookies.get('mos-session');
  assert.is(await isIn(visitor), false);
  for (const path of ['/me', '/me/security', '/me/sessions', `/people/${uid}/data`]) {
    assert.match((await visitor.get(path)).location ?? '', /^\/sign-in\?/, path);
  }
  await visitor.get('/sign-in/factor');
  for (const path of ['/me/security/totp/remove', '/me/security/recovery-codes', '/me/app-passwords', '/me/password', '/me/confirm'])
    assert.is((await visitor.post(path, { password: goodPassword, name: 'x' })).status, 401, path);
  await visitor.get('/sign-in/factor');
  assert.is((await visitor.post('/sign-in/factor', { code: codeAt(secret) })).status, 303);
  assert.is.not(visitor.cookies.get('mos-session'), before);
  const thief = site.visitor();
  thief.cookies.set('mos-session', before ?? '');
  assert.is(await isIn(thief), false);
  assert.is(await isIn(visitor), true);
});

const steps: readonly (readonly [what: string, seconds: number, works: boolean])[] = [
  ['of this half minute works', 0, true],
  ['of the one before works', -30, true],
  ['of the next one works', 30, true],
  ['of two before does not', -60, false],
  ['of two after does not', 60, false],
];
for (const [what, seconds, works] of steps) {
  test(`a code ${what}`, async () => {
    const uid = await member();
    const { secret } = await setUp(await site.as(uid));
    now += 5 * minute;
    const visitor = await halfway(uid);
    const answer = await visitor.post('/sign-in/factor', { code: codeAt(secret, now + seconds * 1000) });
    assert.is(answer.status, works ? 303 : 422);
    assert.is(await isIn(visitor), works);
  });
}

test('a code works once, also when two send it at once, and none from before it works after it', async () => {
  const uid = await member();
  const { secret } = await setUp(await site.as(uid));
  now += 5 * minute;
  const code = codeAt(secret);
  const both = [await halfway(uid), await halfway(uid)];
  const answers = await Promise.all(both.map((visitor) => visitor.post('/sign-in/factor', { code })));
  assert.equal(answers.map(({ status }) => status).sort(), [303, 422]);
  const late = await halfway(uid);
  assert.is((await late.post('/sign-in/factor', { code })).status, 422);
  assert.is((await late.post('/sign-in/factor', { code: codeAt(secret, now - 30_000) })).status, 422);
  assert.is((await late.post('/sign-in/factor', { code: codeAt(secret, now + 30_000) })).status, 303);
});

test('what was typed when one was not signed in any more goes along past the code, and past a wrong one', async () => {
  const uid = await member();
  const visitor = await site.as(uid);
  const { secret, codes } = await setUp(visitor);
  for (const code of [() => codeAt(secret), () => codes[0] ?? '']) {
    now += 5 * minute;
    await visitor.get(`/people/${uid}/edit`);
    await site.site.sessions.end(visitor.cookies.get('mos-session') ?? '');
    const kept = ({ text }: { readonly text: string }) =>
      (/name="kept" value="([^"]*)"/.exec(text)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    const signIn = await visitor.post(`/people/${uid}/edit`, { mosNick: 'kept' });
    const factor = await visitor.post('/sign-in', { kept: kept(signIn), name: uid, password: goodPassword });
    assert.is(factor.status, 200);
    const again = await visitor.post('/sign-in/factor', { kept: kept(factor), code: wrongCode(secret) });
    assert.is(again.status, 422);
    const send = await visitor.post('/sign-in/factor', { kept: kept(again), code: code() });
    assert.match(send.text, /name="mosNick" value="kept"/);
    assert.is((await visitor.post(`/people/${uid}/edit`, { mosNick: 'kept' })).status, 303);
  }
});

test('the code that confirmed the secret does not sign in as well', async () => {
  const uid = await member();
  const { secret } = await setUp(await site.as(uid));
  const visitor = await halfway(uid);
  assert.is((await visitor.post('/sign-in/factor', { code: codeAt(secret, now - 30_000) })).status, 422);
});

test('a recovery code works once, also when ten send it at once; its owner gets a mail', async () => {
  const uid = await member();
  const { codes } = await setUp(await site.as(uid));
  const visitors = await Promise.all(Array.from({ length: 10 }, () => halfway(uid)));
  const typed = (codes[0] ?? '').toUpperCase().replaceAll('-', ' ');
  const answers = await Promise.all(visitors.map((visitor) => visitor.post('/sign-in/factor', { code: typed })));
  assert.is(answers.filter(({ status, location }) => status === 303 && location === '/me/security').length, 1);
  assert.is((await Promise.all(visitors.map(isIn))).filter(Boolean).length, 1);
  const mails = (await site.mails()).filter((mail) => mail.includes(`To: ${uid}@example.org`));
  assert.is(mails.filter((mail) => /^Subject: A recovery code was used/m.test(mail)).length, 1);
});

test('a recovery code of somebody else does not work, and new ones put the old out of use', async () => {
  const [one, other] = [await member(), await member()];
  const visitor = await site.as(one);
  const [first, others] = [await setUp(visitor), await setUp(await site.as(other))];
  const stranger = await halfway(one);
  assert.is((await stranger.post('/sign-in/factor', { code: others.codes[0] ?? '' })).status, 422);
  const { text } = await visitor.post('/me/security/recovery-codes');
  const [fresh = ''] = /[a-z2-9]{4}(?:-[a-z2-9]{4}){3}/.exec(text.replace(/href="[^"]*"/g, '')) ?? [];
  assert.is((await stranger.post('/sign-in/factor', { code: first.codes[1] ?? '' })).status, 422);
  assert.is((await stranger.post('/sign-in/factor', { code: fresh })).status, 303);
});

test('five wrong codes end the halfway session, also when they come at once', async () => {
  const uid = await member();
  const { secret } = await setUp(await site.as(uid));
  const visitor = await halfway(uid);
  const wrong = wrongCode(secret);
  const answers = await Promise.all(Array.from({ length: 8 }, () => visitor.post('/sign-in/factor', { code: wrong })));
  assert.is(answers.filter(({ status }) => status === 422).length, 4);
  const uuid = site.directory.tree.named(`uid=${uid},ou=people,${base}`)?.uuid ?? '';
  const looked = await site.site.database.oneFirst(sql.type(z.object({ tries: z.number() }))`
    SELECT tries FROM mos.code_attempt WHERE entry_uuid = ${sql.uuid(uuid)}`);
  assert.is(looked, 5, 'no more are looked at');
  assert.is((await visitor.post('/sign-in/factor', { code: codeAt(secret) })).status, 403);
  assert.is(await isIn(visitor), false);
});

test('who knows the password can not guess codes: after ten none is looked at for a while, longer each time, and the owner gets a mail', async () => {
  const uid = await member();
  const { secret, codes } = await setUp(await site.as(uid));
  const guess = async (times: number) => {
    for (let left = times; left > 0; left -= 5) {
      const visitor = await halfway(uid);
      for (let nth = 0; nth < Math.min(5, left); nth++) await visitor.post('/sign-in/factor', { code: wrongCode(secret) });
    }
  };
  await guess(10);
  const owner = await halfway(uid);
  const refused = await owner.post('/sign-in/factor', { code: codeAt(secret) });
  assert.is(refused.status, 422);
  assert.match(refused.text, /None is looked at for a while/);
  assert.is((await owner.post('/sign-in/factor', { code: codes[0] ?? '' })).status, 422);
  assert.match((await site.mails()).at(-1) ?? '', /^Subject: Somebody knows your password/m);
  now += 15 * minute;
  await guess(10);
  now += 16 * minute;
  assert.is((await (await halfway(uid)).post('/sign-in/factor', { code: codeAt(secret) })).status, 422);
  now += 15 * minute;
  assert.is((await (await halfway(uid)).post('/sign-in/factor', { code: codeAt(secret) })).status, 303);
  now += 30_000;
  await guess(9);
  assert.is((await (await halfway(uid)).post('/sign-in/factor', { code: codeAt(secret) })).status, 303);
});

test('a halfway session ends after ten minutes, and with the password', async () => {
  const uid = await member();
  const { secret } = await setUp(await site.as(uid));
  const slow = await halfway(uid);
  now += 10 * minute;
  assert.is((await slow.post('/sign-in/factor', { code: codeAt(secret) })).location?.startsWith('/sign-in?'), true);
  assert.is(await isIn(slow), false);
  const visitor = await halfway(uid);
  now += minute;
  const root = site.directory.asRoot('test');
  await root.secrets.setPassword(root.find(`uid=${uid},ou=people,${base}`), Buffer.from('another-password'), false);
  assert.is.not((await visitor.post('/sign-in/factor', { code: codeAt(secret), back: '/me' })).location, '/me');
  assert.is(await isIn(visitor), false);
});

const doors: readonly (readonly [what: string, path: string, fields: Readonly<Record<string, string>>])[] = [
  ['codes are set up', '/me/security/totp', {}],
  ['codes are removed', '/me/security/totp/remove', {}],
  ['a passkey is added', '/me/security/passkeys', { name: 'x', response: '{}' }],
  ['a passkey is removed', '/me/security/passkeys/AAAA/remove', {}],
  ['recovery codes are made', '/me/security/recovery-codes', {}],
  ['an app password is made', '/me/app-passwords', { name: 'phone' }],
  ['the main password is let into services again', '/me/app-passwords/only', { only: 'no' }],
];
for (const [what, path, fields] of doors) {
  test(`before ${what}, the password is asked for again when it was given more than ten minutes ago`, async () => {
    const uid = await member();
    const visitor = await site.as(uid);
    await visitor.get('/me/security');
    now += 10 * minute;
    const { location = '' } = await visitor.post(path, fields);
    assert.match(location, /^\/me\/confirm\?back=%2Fme/);
    await visitor.get(location);
    const wrong = await visitor.post('/me/confirm', { password: 'wrong', back: '/me/security' });
    assert.is(wrong.status, 422);
    assert.match((await visitor.post(path, fields)).location ?? '', /^\/me\/confirm/);
    assert.is((await visitor.post('/me/confirm', { password: goodPassword, back: 'https://evil.example/' })).location, '/me');
    assert.not.match((await visitor.post(path, fields)).location ?? '', /^\/me\/confirm/);
  });
  test(`${what} with our form alone`, async () => {
    const visitor = await site.as(await member());
    assert.is((await visitor.post(path, { ...fields, csrf: 'x' })).status, 403);
    assert.is((await visitor.post(path, fields, { origin: 'https://evil.example' })).status, 403);
  });
}

test('with the last factor its recovery codes go, and the password alone signs in again', async () => {
  const uid = await member();
  const visitor = await site.as(uid);
  await setUp(visitor);
  assert.is((await visitor.post('/me/security/totp/remove')).location, '/me/security');
  assert.equal((await visitor.json('/me/security')).data, { totp: false, passkeys: [], recoveryCodes: 0 });
  assert.is(await isIn(await site.as(uid)), true);
});

test('a secret that was never confirmed counts for nothing, and a confirmed one is not replaced', async () => {
  const uid = await member();
  const visitor = await site.as(uid);
  await visitor.get('/me/security');
  await visitor.post('/me/security/totp');
  assert.is(await isIn(await site.as(uid)), true);
  const { secret } = await setUp(visitor);
  assert.is((await visitor.post('/me/security/totp')).location, '/me/security');
  assert.is((await visitor.get('/me/security/totp')).location, '/me/security');
  assert.is((await (await halfway(uid)).post('/sign-in/factor', { code: codeAt(secret) })).status, 303);
});

test('a copy of the database tells no secret, and a row moved to somebody else opens nothing', async () => {
  const [one, other] = [await member(), await member()];
  const { secret } = await setUp(await site.as(one));
  await setUp(await site.as(other));
  const uuid = (uid: string) => sql.uuid(site.directory.tree.named(`uid=${uid},ou=people,${base}`)?.uuid ?? '');
  const stored = await site.site.database.oneFirst(sql.type(z.object({ secret: z.instanceof(Uint8Array) }))`
    SELECT secret FROM mos.totp WHERE entry_uuid = ${uuid(one)}`);
  assert.is(Buffer.from(stored).includes(Buffer.from(Secret.fromBase32(secret).bytes)), false);
  await site.site.database.query(sql.type(z.unknown())`
    UPDATE mos.totp SET secret = ${sql.binary(Buffer.from(stored))} WHERE entry_uuid = ${uuid(other)}`);
  const known = console.error;
  console.error = () => undefined;
  const { status } = await (await halfway(other)).post('/sign-in/factor', { code: codeAt(secret) });
  console.error = known;
  assert.is(status, 500);
});

test('the second factor of the site is asked for at no bind', async () => {
  const uid = await member();
  await setUp(await site.as(uid));
  const identity = await site.authenticator.authenticate({
    dn: `uid=${uid},ou=people,${base}`,
    password: Buffer.from(goodPassword),
    address: '192.0.2.7',
    door: 'directory',
  });
  assert.is(identity.kind, 'entry');
});

const pathOf = (uid: string) => `/board/people/${uid}/reset-factors`;
const uuidOf = (uid: string) => site.directory.tree.named(`uid=${uid},ou=people,${base}`)?.uuid ?? '';
const passkey = (uid: string, name: string) =>
  addPasskey(site.site, { id: name, entryUuid: uuidOf(uid), name, publicKey: new Uint8Array(1), counter: 0, transports: [] });
const mailsTo = async (uid: string) =>
  (await site.mails())
    .filter((mail) => mail.includes(`To: ${uid}@example.org`))
    .map((mail) => mail.replace(/=\r\n/g, '').replace(/\r\n/g, ' '))
    .map((mail) => mail.replace(/((?:=[0-9A-F]{2})+)/g, (hex) => Buffer.from(hex.replaceAll('=', ''), 'hex').toString()));

interface Told {
  readonly changes: readonly {
    readonly csn: number;
    readonly by: { readonly name: string };
    readonly origin?: string;
    readonly mayRevert: boolean;
    readonly differences: readonly { readonly label: string; readonly removed: readonly string[]; readonly added: readonly string[] }[];
  }[];
}
const told = async (visitor: Visitor, uid: string) => (await visitor.json<Told>(`/people/${uid}/history`)).data.changes;
/** What a history says of second factors, the newest first: by whom, what went, what came. */
const factorsTold = async (visitor: Visitor, uid: string) =>
  (await told(visitor, uid)).flatMap(({ by, differences }) =>
    differences.flatMap(({ label, removed, added }) => (label === 'Second factor' ? [[by.name, [...removed], [...added]]] : [])),
  );

test('the board takes all factors of a member away, in two steps without a script, and the member is signed out everywhere', async () => {
  const uid = await member();
  const ada = await site.as(uid);
  const { codes } = await setUp(ada);
  await passkey(uid, 'a <key');
  const other = await halfway(uid);
  const boss = await site.as('boss');
  const profile = await boss.get(`/people/${uid}`);
  const [, link = ''] = /href="(\/board\/people\/[^"]+)"/.exec(profile.text) ?? [];
  assert.is(link, pathOf(uid));
  const { text } = await boss.get(link);
  for (const each of ['Codes from an app', 'Passkey “a &lt;key”', 'Recovery codes'])
    assert.ok(text.includes(`<li class="wrap">${each}</li>`), each);
  assert.is(/<form method="post" action="([^"]+)"/.exec(text.slice(text.indexOf('<h1')))?.[1], link);
  assert.is(await isIn(ada), true, 'looking changes nothing');
  await boss.get(link);
  assert.is((await boss.post(link)).location, `/people/${uid}`);
  assert.match((await other.post('/sign-in/factor', { code: codes[0] ?? '' })).location ?? '', /^\/sign-in\?/);
  assert.equal([await isIn(ada), await isIn(other)], [false, false]);
  const again = await site.as(uid);
  assert.equal((await again.json('/me/security')).data, { totp: false, passkeys: [], recoveryCodes: 0 });
  assert.is(await isIn(boss), true);
  assert.not.match((await boss.get(`/people/${uid}`)).text, /reset-factors/);
  assert.match((await boss.get(link)).text, /There was no second factor/);
  assert.is((await boss.post(link)).location, `/people/${uid}`);
});

test('the history of the member and the log of the board say who has taken which factors away, when and from where; nobody can undo it', async () => {
  const uid = await member();
  await setUp(await site.as(uid));
  await passkey(uid, 'phone');
  const boss = await site.as('boss');
  await boss.get(pathOf(uid));
  await boss.post(pathOf(uid));
  const ada = await site.as(uid);
  const line = ['Boss', ['Codes from an app', 'Passkey “phone”', 'Recovery codes'], []];
  assert.equal((await factorsTold(ada, uid))[0], line);
  const [newest] = await told(boss, uid);
  assert.equal([newest?.origin, newest?.mayRevert], ['127.0.0.1', false]);
  assert.match((await ada.get(`/people/${uid}`)).text, /Second factor:<\/b>.*<del class="lines">Codes from an app<\/del>/);
  await boss.get(`/people/${uid}/history`);
  assert.is.not((await boss.post(`/people/${uid}/history/${newest?.csn}/revert`)).status, 303);
  assert.match(
    (await boss.get(`/board/log?entry=${uid}`)).text,
    new RegExp(`#${newest?.csn} .*uid=boss,.*127\\.0\\.0\\.1[^#]*Second factor:[^#]*Passkey “phone”`, 's'),
  );
  assert.equal(await factorsTold(await site.as(await member()), uid), [], 'other members hear nothing of it');
  assert.equal((await ada.json<{ attributes: object }>(`/people/${uid}/data`)).data.attributes['mosSecondFactor' as never], undefined);
});

test('what a member adds and removes stands in the history too', async () => {
  const uid = await member();
  const visitor = await site.as(uid);
  await setUp(visitor);
  await visitor.post('/me/security/recovery-codes');
  await passkey(uid, 'blue key');
  await visitor.get('/me/security');
  assert.is((await visitor.post('/me/security/totp/remove')).location, '/me/security');
  const [{ id = '' } = {}] = (await visitor.json<{ passkeys: { id: string }[] }>('/me/security')).data.passkeys;
  assert.is((await visitor.post(`/me/security/passkeys/${id}/remove`)).location, '/me/security');
  assert.equal(await factorsTold(visitor, uid), [
    [uid, ['Passkey “blue key”', 'Recovery codes'], []],
    [uid, ['Codes from an app'], []],
    [uid, [], ['Recovery codes']],
    [uid, [], ['Recovery codes']],
    [uid, [], ['Codes from an app']],
  ]);
});

const letters: readonly (readonly [language: string, says: readonly RegExp[]])[] = [
  ['en', [/Boss of the board has removed all second factors/, /signed out everywhere/, /Did you not ask for it/]],
  ['de', [/Boss vom Vorstand hat alle zweiten Faktoren/, /überall abgemeldet/, /Hast du nicht darum gebeten/]],
];
for (const [language, says] of letters) {
  test(`the member gets a mail about it in their language (${language}), and the board one`, async () => {
    const uid = `member${++made}`;
    const lines = [`userPassword: ${goodPassword}`, `mail: ${uid}@example.org`, `preferredLanguage: ${language}`];
    await site.load(person(uid, 'member', ...lines));
    const ada = await site.as(uid);
    ada.cookies.set('mos-language', 'en');
    await setUp(ada);
    const boss = await site.as('boss');
    await boss.get(pathOf(uid));
    await boss.post(pathOf(uid));
    const mail = (await mailsTo(uid)).at(-1) ?? '';
    for (const each of says) assert.match(mail, each);
    assert.match((await mailsTo('boss')).at(-1) ?? '', new RegExp(`Boss has removed all second factors of ${uid}`));
  });
}

test('nobody else takes factors away: no member, not without our form, not without the password of a short while ago, not of nobody', async () => {
  const uid = await member();
  const ada = await site.as(uid);
  await setUp(ada);
  const stranger = await site.as(await member());
  for (const visitor of [stranger, ada]) {
    await visitor.get('/me');
    assert.equal([(await visitor.get(pathOf(uid))).status, (await visitor.post(pathOf(uid))).status], [403, 403]);
    assert.not.match((await visitor.get(`/people/${uid}`)).text, /reset-factors/);
  }
  const boss = await site.as('boss');
  await boss.get('/me');
  assert.is((await boss.post(pathOf(uid), { csrf: 'x' })).status, 403);
  assert.is((await boss.post(pathOf('nobody-there'))).status, 404);
  assert.is((await boss.post(pathOf('boss'))).location, '/me/security');
  now += 10 * minute;
  for (const answer of [await boss.get(pathOf(uid)), await boss.post(pathOf(uid))])
    assert.is(answer.location, `/me/confirm?back=${encodeURIComponent(pathOf(uid))}`);
  assert.equal(await factorsTold(ada, uid), [
    [uid, [], ['Recovery codes']],
    [uid, [], ['Codes from an app']],
  ]);
  await halfway(uid);
});

test('an answer that no passkey gave is refused and is no error', async () => {
  const uid = await member();
  await setUp(await site.as(uid));
  const answer = {
    id: 'AAAA',
    rawId: 'AAAA',
    type: 'public-key',
    response: { clientDataJSON: 'e30', authenticatorData: '', signature: '' },
  };
  for (const response of ['', '{}', 'null', '[', JSON.stringify(answer), 'x'.repeat(100_000), '\u0001']) {
    const visitor = await halfway(uid);
    assert.is((await visitor.post('/sign-in/factor/passkey', { response })).status, 422);
    assert.is((await visitor.post('/sign-in/passkey', { response })).status, 422);
    assert.is(await isIn(visitor), false);
  }
});

test.run();
