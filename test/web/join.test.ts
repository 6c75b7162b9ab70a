import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('joining');
let site: TestSite;
let now = Date.parse('2026-06-01T12:00:00Z');

test.before(async () => {
  site = await startTestSite(
    [
      person('cleo', 'member', `userPassword: ${goodPassword}`, 'mail: cleo@example.org', 'displayName: Cleo'),
      person('bob', 'member', `userPassword: ${goodPassword}`, 'mail: bob@example.org', 'displayName: Bob'),
    ].join(''),
    { clock: () => now, passwordMinLength: 10 },
  );
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=cleo,ou=people,${base}`)] } },
    ]);
});
test.after(() => site.stop());

const hour = 3_600_000;
const decoded = (mail: string) =>
  mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
const mailsTo = async (address: string) =>
  (await site.mails()).filter((mail) => new RegExp(`^To: .*${address}`, 'm').test(mail)).map(decoded);
const linkIn = (mail = '') => /http:\/\/127\.0\.0\.1:\d+(\/join[\w/?=-]*)/.exec(mail)?.[1] ?? '';
const hidden = (text: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';

/** How many have this address. */
function ownersOf(mail: string): number {
  const type = site.directory.schema.attributeType('mail');
  const slots = type && site.directory.tree.equalityIndex(type)?.slots(type.equality?.normalizeAssertion(Buffer.from(mail)) ?? '');
  return [...(slots ?? [])].length;
}

/** Fills in the form as people do: not at once. */
async function ask(visitor: Visitor, fields: Readonly<Record<string, string>>, path = '/join') {
  const { text } = await visitor.get(path);
  now += 5000;
  const kept = { since: hidden(text, 'since'), invitation: hidden(text, 'invitation') };
  return visitor.post('/join', { ...kept, sn: 'Person', ...fields });
}

test('from the form over the mail to the board’s yes: from then on every service knows them', async () => {
  const zoe = site.visitor();
  const asked = await ask(zoe, { uid: 'Zoe', givenName: 'Zoë <i>', sn: 'Zimt', mail: 'zoe@example.net', message: 'I weave 🦝' });
  assert.equal([asked.status, asked.location], [303, '/join/sent']);
  const [mail] = await mailsTo('zoe@example.net');
  const link = linkIn(mail);
  assert.match(link, /^\/join\/[\w-]{43}$/);
  // a scanner opens it, and it still works
  assert.is((await site.visitor().get(link)).status, 200);
  assert.is(site.directory.tree.named(`uid=zoe,ou=people,${base}`), undefined);

  await zoe.get(link);
  const wrong: readonly (readonly [newPassword: string, againPassword: string, field: string])[] = [
    ['', '', 'newPassword'],
    ['short', 'short', 'newPassword'],
    ['password123', 'password123', 'newPassword'],
    ['long-enough-words', 'other-words-here', 'againPassword'],
  ];
  for (const [newPassword, againPassword, field] of wrong) {
    const refused = await zoe.post(link, { newPassword, againPassword });
    assert.equal([refused.status, refused.text.includes(`id="${field}-wrong"`)], [422, true], newPassword);
  }
  const password = 'long-enough-words';
  assert.is((await zoe.post(link, { newPassword: password, againPassword: password })).status, 200);
  assert.is((await site.visitor().get(link)).status, 404, 'a link works once');

  const root = site.directory.asRoot('test');
  const entry = root.find(`uid=zoe,ou=people,${base}`);
  assert.equal(
    ['mail', 'sn', 'mosApplication', 'mosMailActivated', 'preferredLanguage'].map((name) => root.texts(entry, name)[0]),
    ['zoe@example.net', 'Zimt', 'I weave 🦝', 'TRUE', 'en'],
  );
  const bind = () =>
    site.authenticator.authenticate({ dn: entry.dn, password: Buffer.from(password), address: '127.0.0.1', door: 'directory' }).then(
      () => 'in',
      () => 'refused',
    );
  assert.is(await bind(), 'refused', 'an applicant is not let in');
  assert.match((await mailsTo('cleo@example.org'))[0] ?? '', /Zimt/);

  const cleo = await site.as('cleo');
  const { text } = await cleo.get('/board/applicants');
  assert.match(text, /Zoë &lt;i/);
  assert.match(text, /I weave 🦝/);
  const yes = await cleo.post('/board/applicants/zoe', { do: 'accept', status: 'member' });
  assert.equal([yes.status, yes.location], [303, '/board/applicants']);
  assert.is(await bind(), 'in');
  assert.match((await mailsTo('zoe@example.net')).at(-1) ?? '', /Subject: Welcome to/);
  assert.match((await (await site.as('bob')).get('/people?q=zimt')).text, /one person/);
});

test('nobody learns whether an address is known: not from the page, and the owner gets another mail', async () => {
  now += hour;
  const before = (await mailsTo('bob@example.org')).length;
  const [known, unknown] = [
    await ask(site.visitor(), { uid: 'newbob', mail: 'BOB@example.org' }),
    await ask(site.visitor(), { uid: 'newbobby', mail: 'nobody@example.net' }),
  ];
  assert.equal([known.status, known.location, known.text], [unknown.status, unknown.location, unknown.text]);
  const mails = await mailsTo('BOB@example.org');
  assert.match(mails.at(-1) ?? '', /You are with us already/);
  assert.not.match(mails.at(-1) ?? '', /\/join\/[\w-]{43}/);
  assert.is((await mailsTo('bob@example.org')).length, before);
});

for (const [what, mail] of [
  ['somebody whom nobody knows', 'victim@example.net'],
  ['a member', 'bob@example.org'],
] as const) {
  test(`a mail to ${what}, whose address a stranger has typed, has nothing else in it that was typed`, async () => {
    now += hour;
    const words = { uid: 'typed-uid', givenName: 'Typedgiven', sn: 'Typedname', message: 'Typedmessage' };
    const before = (await mailsTo(mail)).length;
    await ask(site.visitor(), { ...words, mail });
    const sent = (await mailsTo(mail)).slice(before);
    assert.is(sent.length, 1);
    assert.match(sent[0] ?? '', /^Hello,\r?$/m);
    assert.not.match(sent[0] ?? '', /typed/i);
  });
}

const bad: readonly (readonly [field: string, value: string])[] = [
  ['uid', 'a'],
  ['uid', 'root'],
  ['uid', 'a,b=c'],
  ['uid', '1abc'],
  ['uid', 'a..b'],
  ['uid', 'x'.repeat(33)],
  ['sn', ''],
  ['mail', ''],
  ['mail', 'no address'],
  ['mail', 'a@b.c\nBcc: x@y.z'],
  ['message', 'x'.repeat(2001)],
  ['message', 'a\u0007b'],
  ['sn', 'Your account is closed: http://evil.example/login'],
  ['sn', 'Read evil.example/login'],
  ['sn', 'WWW.evil.example'],
  ['sn', 'Two\nlines'],
  ['sn', 'Two\u2028lines'],
  ['sn', 'A\ttab'],
];
for (const [field, value] of bad) {
  test(`the form refuses ${field} ${JSON.stringify(value.slice(0, 30))} beside the field and keeps the rest`, async () => {
    const answer = await ask(site.visitor(), { uid: 'someone', mail: 'someone@example.net', givenName: 'Kept <b>', [field]: value });
    assert.equal([answer.status, answer.text.includes(`id="${field}-wrong"`)], [422, true]);
    assert.ok(answer.text.includes('Kept &lt;b'));
  });
}

test('a program that fills in what nobody sees, or needs no time, gets the same answer and no mail', async () => {
  now += hour;
  const robot = site.visitor();
  assert.is((await ask(robot, { uid: 'robot', mail: 'robot@example.net', website: 'https://spam.example' })).location, '/join/sent');
  const { text } = await robot.get('/join');
  const quick = { since: hidden(text, 'since'), sn: 'Robot', uid: 'robot', mail: 'robot@example.net' };
  assert.is((await robot.post('/join', quick)).location, '/join/sent');
  assert.is((await robot.post('/join', { ...quick, since: '1.forged' })).location, '/join/sent');
  assert.equal(await mailsTo('robot@example.net'), []);
});

test('one address asks five times in an hour, and not more', async () => {
  now += hour;
  const answers = [];
  for (let nth = 0; nth < 6; nth++) answers.push(await ask(site.visitor(), { uid: `often${nth}x`, mail: `often${nth}@example.net` }));
  assert.equal(
    answers.map(({ status }) => status),
    [303, 303, 303, 303, 303, 429],
  );
  const seconds = Number(answers.at(-1)?.headers.get('retry-after'));
  assert.ok(seconds > 3500 && seconds <= 3600, String(seconds));
  now += hour;
});

test('an address gets three mails an hour, in whatever case it is written and however many ask at once; nobody is told that there were more', async () => {
  for (const [mail, others] of [
    ['strange@example.net', 'STRANGE@example.net'],
    ['bob@example.org', 'Bob@Example.org'],
  ] as const) {
    now += hour;
    const mails = async () => (await site.mails()).filter((each) => new RegExp(`^To: ${mail}`, 'im').test(each)).length;
    const before = await mails();
    const visitors = Array.from({ length: 5 }, () => site.visitor());
    const answers = await Promise.all(
      visitors.map((visitor, nth) => ask(visitor, { uid: `stranger${nth}`, mail: nth % 2 === 0 ? mail : others })),
    );
    assert.equal(
      answers.map(({ status, location }) => [status, location]),
      answers.map(() => [303, '/join/sent']),
    );
    assert.is((await mails()) - before, 3);
    now += hour;
    await ask(site.visitor(), { uid: 'stranger', mail });
    assert.is((await mails()) - before, 4);
  }
  now += hour;
});

test('a name that was taken meanwhile is chosen anew; a link is too old after three days', async () => {
  const two = [site.visitor(), site.visitor()];
  for (const [nth, visitor] of two.entries()) await ask(visitor, { uid: 'wanted', mail: `wanted${nth}@example.net` });
  const links = [linkIn((await mailsTo('wanted0@'))[0]), linkIn((await mailsTo('wanted1@'))[0])];
  const password = { newPassword: 'long-enough-words', againPassword: 'long-enough-words' };
  await two[0]?.get(links[0] ?? '');
  assert.is((await two[0]?.post(links[0] ?? '', password))?.status, 200);
  assert.match((await two[1]?.get(links[1] ?? ''))?.text ?? '', /taken; choose another/);
  assert.is((await two[1]?.post(links[1] ?? '', password))?.status, 422);
  assert.is((await two[1]?.post(links[1] ?? '', { ...password, uid: 'wanted.too' }))?.status, 200);
  assert.ok(site.directory.tree.named(`uid=wanted.too,ou=people,${base}`));
  await ask(site.visitor(), { uid: 'late', mail: 'late@example.net' });
  const late = linkIn((await mailsTo('late@example.net'))[0]);
  now += 73 * hour;
  assert.is((await site.visitor().get(late)).status, 404);
});

test('of several links for one address one is followed, however many at once, and none when somebody has it by now', async () => {
  const password = { newPassword: 'long-enough-words', againPassword: 'long-enough-words' };
  now += hour;
  for (const [uid, mail] of [
    ['twice1', 'twice@example.net'],
    ['twice2', 'Twice@Example.net'],
  ] as const)
    await ask(site.visitor(), { uid, mail });
  const links = (await mailsTo('[tT]wice@')).map(linkIn);
  assert.is(links.length, 2);
  const visitors = [site.visitor(), site.visitor()];
  for (const [nth, visitor] of visitors.entries()) assert.is((await visitor.get(links[nth] ?? '')).status, 200);
  const answers = await Promise.all(visitors.map((visitor, nth) => visitor.post(links[nth] ?? '', password)));
  assert.equal(answers.map(({ status }) => status).sort(), [200, 404]);
  assert.is(ownersOf('twice@example.net'), 1);
  for (const link of links) assert.is((await site.visitor().get(link)).status, 404);

  await ask(site.visitor(), { uid: 'overtaken', mail: 'overtaken@example.net' });
  const link = linkIn((await mailsTo('overtaken@'))[0]);
  const late = site.visitor();
  await late.get(link);
  await site.load(person('quicker', 'member', 'mail: Overtaken@example.net'));
  for (const answer of [await late.post(link, password), await late.get(link)]) {
    assert.is(answer.status, 409);
    assert.match(answer.text, /This address belongs to somebody with us by now/);
  }
  assert.is(site.directory.tree.named(`uid=overtaken,ou=people,${base}`), undefined);
});

test('an invitation names its address and who invites, and is used up', async () => {
  const bob = await site.as('bob');
  await bob.get('/invite');
  assert.is((await bob.post('/invite', { mail: 'friend@example.net', note: 'Come & see\n\n\n”\n \n“Goodbye' })).location, '/invite');
  const [mail] = await mailsTo('friend@example.net');
  assert.match(mail ?? '', /^Hello,\r?$/m);
  assert.match(mail ?? '', /Bob writes: [^\n]*Come & see\r?\n[^\n]+\r?\n[^\n]*Goodbye/);
  const path = linkIn(mail);
  const friend = site.visitor();
  assert.match((await friend.get(path)).text, /Bob has invited you[\s\S]*friend@example\.net/);
  // whatever the form says, the address is the one that was invited
  await ask(friend, { uid: 'friend', mail: 'other@example.net' }, path);
  const link = linkIn((await mailsTo('friend@example.net')).at(-1));
  await friend.get(link);
  assert.is((await friend.post(link, { newPassword: 'long-enough-words', againPassword: 'long-enough-words' })).status, 200);
  const root = site.directory.asRoot('test');
  assert.equal(root.texts(root.find(`uid=friend,ou=people,${base}`), 'mosInvitedBy'), [`uid=bob,ou=people,${base}`]);
  assert.not.match((await site.visitor().get(path)).text, /has invited you/);
  assert.equal(await mailsTo('other@example.net'), []);
  assert.is((await site.visitor().get('/invite')).status, 303);
});

test('a member has at most ten open invitations', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/invite');
  const statuses = [];
  for (let nth = 0; nth < 11; nth++) statuses.push((await cleo.post('/invite', { mail: `guest${nth}@example.net` })).status);
  assert.equal([statuses.filter((status) => status === 303).length, statuses.at(-1)], [10, 422]);
});

test('who is declined is gone, and told only when the board writes something', async () => {
  const cleo = await site.as('cleo');
  for (const uid of ['no1', 'no2']) await site.load(person(uid, 'applicant', `mail: ${uid}@example.net`, `displayName: ${uid}`));
  await cleo.get('/board/applicants');
  assert.is((await cleo.post('/board/applicants/no1', { do: 'decline', reason: 'No room for now' })).status, 303);
  assert.is((await cleo.post('/board/applicants/no2', { do: 'decline' })).status, 303);
  assert.equal(
    [site.directory.tree.named(`uid=no1,ou=people,${base}`), site.directory.tree.named(`uid=no2,ou=people,${base}`)],
    [undefined, undefined],
  );
  assert.match((await mailsTo('no1@example.net'))[0] ?? '', /No room for now/);
  assert.equal(await mailsTo('no2@example.net'), []);
  // a member is no applicant
  assert.is((await cleo.post('/board/applicants/bob', { do: 'decline' })).status, 404);
  const bob = await site.as('bob');
  await bob.get('/people');
  assert.is((await bob.post('/board/applicants/friend', { do: 'accept', status: 'member' })).status, 403);
});

for (const [signUp, words] of [
  ['closed', /Nobody can ask to join/],
  ['invitation', /One joins by invitation/],
] as const) {
  test(`MOS_SIGN_UP=${signUp}: no form, and no way round it`, async () => {
    const other = await startTestSite('', { env: { MOS_SIGN_UP: signUp } });
    try {
      const visitor = other.visitor();
      assert.match((await visitor.get('/join')).text, words);
      await visitor.get('/sign-in');
      const answer = await visitor.post('/join', { uid: 'pushy', sn: 'Pushy', mail: 'pushy@example.net' });
      assert.is(answer.status, 403);
      assert.equal(await other.mails(), []);
    } finally {
      await other.stop();
    }
  });
}

test.run();
