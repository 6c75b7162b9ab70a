import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openSite } from '../../web/open.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('a change of address');
const dn = (uid: string) => `uid=${uid},ou=people,${base}`;
let site: TestSite;

test.before.each(async () => {
  site = await startTestSite(
    [
      person('ada', 'member', `userPassword: ${goodPassword}`, 'mail: ada@example.org'),
      person('bob', 'member', `userPassword: ${goodPassword}`, 'mail: bob@example.org', 'preferredLanguage: de'),
      person('two', 'member', `userPassword: ${goodPassword}`, 'mail: two@example.org', 'mail: second@example.org'),
      person('new', 'member', `userPassword: ${goodPassword}`),
      `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: ${dn('ada')}\n-\n\n`,
    ].join(''),
  );
});
test.after.each(() => site.stop());

const decoded = (mail: string) =>
  Buffer.from(
    mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
const mails = async () => (await site.mails()).map(decoded);
const recipients = (sent: readonly string[]) => sent.flatMap((mail) => /^To: (.*?)\r?$/m.exec(mail)?.[1] ?? []).sort();
const set = (uid: string, ...values: readonly string[]) =>
  site.directory
    .asRoot('test')
    .modify(dn(uid), [{ operation: 'replace', attribute: { description: 'mail', values: values.map((value) => Buffer.from(value)) } }]);

test('that the board approves is told to the old address, in the language of its owner', async () => {
  const bob = await site.as('bob');
  await bob.get('/people/bob/edit');
  assert.is((await bob.post('/people/bob/edit', { mail: 'evil@example.net' })).status, 303);
  const [{ csn = 0 } = {}] = await site.directory.store.revisions({ waiting: true });
  const ada = await site.as('ada');
  await ada.get('/board/approvals');
  assert.is((await ada.post(`/board/approvals/${csn}/approve`)).status, 303);
  // the board hears meanwhile that something waits
  const sent = (await mails()).filter((mail) => !/^To: ada@example\.org/m.test(mail));
  assert.equal(recipients(sent), ['bob@example.org', 'evil@example.net']);
  const told = sent.find((mail) => /^To: bob@example\.org/m.test(mail)) ?? '';
  assert.match(told, /Ab jetzt sind es:\s+evil@example\.net/);
  assert.match(told, /Weißt du davon nichts/);
});

test('that the board makes itself is told to the old address', async () => {
  const ada = await site.as('ada');
  await ada.get('/people/bob/edit');
  assert.is((await ada.post('/people/bob/edit', { mail: 'robert@example.net' })).status, 303);
  const sent = await mails();
  assert.equal(recipients(sent), ['bob@example.org']);
  assert.match(sent[0] ?? '', /robert@example\.net/);
});

const changes: readonly (readonly [what: string, uid: string, now: readonly string[], told: readonly string[]])[] = [
  ['another address', 'bob', ['robert@example.net'], ['bob@example.org']],
  ['one more address', 'bob', ['bob@example.org', 'more@example.net'], ['bob@example.org']],
  ['none any more', 'bob', [], ['bob@example.org']],
  ['one address less', 'two', ['two@example.org'], ['second@example.org']],
  ['one of two replaced', 'two', ['two@example.org', 'third@example.net'], ['second@example.org', 'two@example.org']],
  ['another order', 'two', ['second@example.org', 'two@example.org'], []],
  ['another case', 'bob', ['BOB@Example.org'], []],
  ['a first address', 'new', ['new@example.org'], []],
];
for (const [what, uid, now, told] of changes) {
  test(`${what}, by whichever door, is told to ${told.join(' and ') || 'nobody'}`, async () => {
    await set(uid, ...now);
    assert.equal(recipients(await mails()), told);
  });
}

test('of several processes one tells it, and each further change is told', async () => {
  const other = openSite({ ...site.site, database: site.site.database, warn: (_, error) => console.error(error) });
  // either may carry what the other has written
  const settled = async () => {
    await mails();
    await other.settled();
    for (let times = 0; times < 2; times++) await other.outbox.deliver();
  };
  try {
    await set('bob', 'robert@example.net');
    await settled();
    assert.equal(recipients(await mails()), ['bob@example.org']);
    await set('bob', 'bob@example.org');
    await set('bob', 'evil@example.net');
    await settled();
    assert.equal(recipients(await mails()), ['bob@example.org', 'bob@example.org', 'robert@example.net']);
  } finally {
    await other.close();
  }
});

test('what is no address of a person is nobody’s business', async () => {
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'mail', values: [Buffer.from('b@example.org')] } },
    ]);
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'replace', attribute: { description: 'mail', values: [Buffer.from('c@example.org')] } },
    ]);
  assert.equal(await mails(), []);
});

test.run();
