import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Modification } from '../../directory/model/entry.ts';
import { translator } from '../../web/words.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

/** Approval and history as members and the board meet them on the site. */
const test = suite('approval on the site');
const people = `ou=people,${base}`;
const dn = (uid: string) => `uid=${uid},${people}`;
const hour = 3_600_000;
let site: TestSite;
let now = Date.now();

test.before.each(async () => {
  const member = (uid: string, ...more: readonly string[]) =>
    person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`, ...more);
  site = await startTestSite(
    member('ada', 'preferredLanguage: en') +
      member('bob', 'displayName: Bob <i>B</i>', 'preferredLanguage: de') +
      member('eve') +
      `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: ${dn('ada')}\n-\n\n`,
    { clock: () => now },
  );
});
test.after.each(() => site.stop());

const set = (description: string, ...values: readonly string[]): Modification => ({
  operation: 'replace',
  attribute: { description, values: values.map((value) => Buffer.from(value)) },
});
const as = (uid: string) => {
  const entry = site.directory.tree.named(dn(uid));
  return site.directory.as({ kind: 'entry', uuid: entry?.uuid ?? '' }, '192.0.2.1');
};
const ask = async (uid: string, ...changes: readonly Modification[]) => (await as(uid).modify(dn(uid), changes)).pending ?? 0;
const value = (uid: string, name: string) => site.directory.asRoot('test').texts(site.directory.asRoot('test').find(dn(uid)), name)[0];
const seen = (visitor: Visitor, uid = 'bob') => visitor.get(`/people/${uid}/history`);

test('the member sees what waits, and takes it back', async () => {
  const csn = await ask('bob', set('cn', '</li><script>Robert & "Tables" 🦉'));
  const bob = await site.as('bob');
  const { text } = await seen(bob);
  assert.match(text, /<del class="lines">bob<\/del>/);
  assert.ok(text.includes('&lt;/li&gt;&lt;script&gt;Robert &amp; &quot;Tables&quot; 🦉'), text);
  const after = await bob.send(`/people/bob/history/${csn}/withdraw`);
  assert.match(after.text, new RegExp(translator('de')('history.withdrawn')));
  assert.not.match(after.text, /class="pending"/);
  assert.is((await site.directory.store.revisions({ csn }))[0]?.state, 'withdrawn');
});

test('the board approves, the member gets a mail in their language, and everybody sees it', async () => {
  const csn = await ask('bob', set('cn', 'Robert Tables'));
  const ada = await site.as('ada');
  const queue = await ada.get('/board/approvals');
  assert.match(queue.text, /Bob &lt;i&gt;B/);
  assert.match(queue.text, /<ins class="lines">Robert Tables<\/ins>/);
  const answer = await ada.post(`/board/approvals/${csn}/approve`);
  assert.equal([answer.status, answer.location], [303, '/board/approvals']);
  assert.is(value('bob', 'cn'), 'Robert Tables');
  const mail = (await site.mails()).find((each) => /^To: .*bob@example\.org/m.test(each)) ?? '';
  assert.match(mail, /Subject: .*=?.*best/i);
  assert.match(mail, /Amtlicher Name: Robert Tables/);
  const { data } = await (await site.as('eve')).json<{ changes: { kind: string; differences: { added: string[] }[] }[] }>(
    '/people/bob/history',
  );
  assert.equal(data.changes[0]?.differences[0]?.added, ['Robert Tables']);
});

test('a refusal needs a reason, which stays typed when it is wrong and reaches the member by mail', async () => {
  const csn = await ask('bob', set('cn', 'Napoleon'));
  const ada = await site.as('ada');
  await ada.get('/board/approvals');
  assert.is((await ada.post(`/board/approvals/${csn}/refuse`, { reason: ' ' })).status, 422);
  const tooLong = await ada.post(`/board/approvals/${csn}/refuse`, { reason: 'x<'.repeat(501) });
  assert.is(tooLong.status, 422);
  assert.match(tooLong.text, /aria-invalid="true"/);
  assert.match(tooLong.text, /x&lt;x&lt;/);
  assert.is((await ada.post(`/board/approvals/${csn}/refuse`, { reason: 'That is <taken>.' })).status, 303);
  assert.is(value('bob', 'cn'), 'bob');
  const mail = (await site.mails()).find((each) => /^To: .*bob@example\.org/m.test(each)) ?? '';
  assert.match(mail, /Der Grund: That is <taken>\./);
  assert.match((await seen(await site.as('bob'))).text, /That is &lt;taken&gt;\./);
  assert.not.match((await seen(await site.as('eve'))).text, /Napoleon/);
});

test('what was changed meanwhile is shown in the queue, and approving it is a conflict', async () => {
  const csn = await ask('bob', set('cn', 'Robert'));
  const ada = await site.as('ada');
  await ada.get('/board/approvals');
  await site.directory.asRoot('test').modify(dn('bob'), [set('cn', 'Bobby')]);
  const { text } = await ada.get('/board/approvals');
  assert.match(text, /“bob” when it was asked for, “Bobby” now/);
  const answer = await ada.post(`/board/approvals/${csn}/approve`);
  assert.is(answer.status, 409);
  assert.match(answer.text, /role="alert"/);
  assert.is(value('bob', 'cn'), 'Bobby');
});

test('whoever asks is named with the name that nobody chooses, whatever they call themselves', async () => {
  await as('eve').modify(dn('eve'), [set('displayName', 'ada')]);
  await ask('eve', set('cn', 'Eve'));
  const ada = await site.as('ada');
  const { text } = await ada.get('/board/approvals');
  assert.match(text, /ada<[\s\S]{0,40}<span class="mono uid">eve<\/span>[\s\S]*aria-label="Approve: ada, eve"/);
  assert.match((await seen(await site.as('bob'), 'eve')).text, /<span class="mono uid">eve<\/span>/);
});

test('a link that leads elsewhere under the same words, and a time, are readable in the history', async () => {
  await as('bob').modify(dn('bob'), [set('mosLink', 'https://good.example blog')]);
  await as('bob').modify(dn('bob'), [set('mosLink', 'https://evil.example blog')]);
  await as('bob').modify(dn('bob'), [set('mosDeletionRequested', '20190803101254Z')]);
  const { text } = await seen(await site.as('ada'));
  assert.match(text, /<del class="lines">https:\/\/good\.example blog<\/del> *<ins class="lines">https:\/\/evil\.example blog<\/ins>/);
  assert.match(text, /3 Aug 2019 12:12/);
  assert.not.match(text, /20190803101254Z/);
});

const intrusions: readonly (readonly [what: string, who: string | undefined, path: string, status: number])[] = [
  ['somebody else approves nothing', 'eve', 'approve', 409],
  ['its author approves nothing', 'bob', 'approve', 403],
  ['somebody else refuses nothing', 'eve', 'refuse', 409],
  ['a visitor decides nothing', undefined, 'approve', 401],
];
for (const [what, who, path, status] of intrusions) {
  test(what, async () => {
    const csn = await ask('bob', set('cn', 'Robert'));
    const visitor = who === undefined ? site.visitor() : await site.as(who);
    await visitor.get(who === undefined ? '/sign-in' : '/board/approvals');
    assert.is((await visitor.post(`/board/approvals/${csn}/${path}`, { reason: 'no' })).status, status);
    assert.is((await site.directory.store.revisions({ csn }))[0]?.state, 'pending');
  });
}

test('nobody sees in their queue what others decide', async () => {
  await ask('bob', set('cn', 'Robert'));
  for (const [uid, count] of [
    ['ada', 1],
    ['bob', 0],
    ['eve', 0],
  ] as const) {
    const { data } = await (await site.as(uid)).json<{ waiting: unknown[] }>('/board/approvals');
    assert.is(data.waiting.length, count, uid);
  }
  assert.is((await site.visitor().get('/board/approvals')).status, 303);
  assert.is((await site.visitor().get('/people/bob/history')).status, 303);
});

test('one’s own change is undone with a button, once', async () => {
  const { csn } = await as('bob').modify(dn('bob'), [set('description', 'new words')]);
  const bob = await site.as('bob');
  assert.match((await seen(bob)).text, new RegExp(`/people/bob/history/${csn}/revert`));
  assert.is((await bob.post(`/people/bob/history/${csn}/revert`)).status, 303);
  assert.is(value('bob', 'description'), undefined);
  assert.not.match((await seen(bob)).text, new RegExp(`/people/bob/history/${csn}/revert`));
  const again = await bob.post(`/people/bob/history/${csn}/revert`);
  assert.is(again.status, 409);
  const eve = await site.as('eve');
  assert.not.match((await seen(eve)).text, /\/revert/);
  assert.is((await eve.post(`/people/bob/history/${csn}/revert`)).status, 403);
});

test('a long text shows what has changed in it', async () => {
  const words = Array.from({ length: 60 }, (_, nth) => `word${nth}`);
  await as('bob').modify(dn('bob'), [set('description', words.join(' '))]);
  await as('bob').modify(dn('bob'), [set('description', words.with(30, 'other').join(' '))]);
  const { text } = await seen(await site.as('eve'));
  assert.match(text, /…[^<]*word29 <del>word30<\/del><ins>other<\/ins> word31[^<]*…/);
});

test('who may not read a number hears nothing of it, and not from where a change came', async () => {
  await as('bob').modify(dn('bob'), [set('mobile', '+43 1 555'), set('mosSkill', 'knots')]);
  const [own, other] = [await seen(await site.as('bob')), await seen(await site.as('eve'))];
  assert.match(own.text, /\+43 1 555/);
  assert.match(own.text, /192\.0\.2\.1/);
  assert.match(other.text, /knots/);
  assert.not.match(other.text, /\+43 1 555|192\.0\.2\.1/);
});

test('a long history has pages', async () => {
  for (let nth = 0; nth < 35; nth++) await as('bob').modify(dn('bob'), [set('mosSkill', `skill${nth}`)]);
  const bob = await site.as('bob');
  const first = await seen(bob);
  const [, before] = /history\?before=(\d+)/.exec(first.text) ?? [];
  const second = await bob.get(`/people/bob/history?before=${before}`);
  const all = [...`${first.text}${second.text}`.matchAll(/<ins class="lines">(skill\d+)/g)].map(([, skill]) => skill);
  assert.equal(
    all,
    Array.from({ length: 35 }, (_, nth) => `skill${34 - nth}`),
  );
  assert.not.match(second.text, /rel="next"/);
});

test('the board is told by mail when something waits, and then once an hour', async () => {
  const told = async () => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    return (await site.mails()).filter((each) => /^To: .*ada@example\.org/m.test(each)).length;
  };
  const first = await ask('bob', set('cn', 'Robert'));
  assert.is(await told(), 1);
  await ask('eve', set('cn', 'Eva'));
  assert.is(await told(), 1);
  now += hour + 1000;
  await ask('bob', set('mail', 'other@example.org'));
  assert.is(await told(), 2);
  for (const { revision } of await as('ada').approvals.queue()) await as('ada').approvals.refuse(revision.csn, 'no');
  assert.is(await told(), 2);
  await ask('bob', set('cn', 'Rob'));
  assert.is(await told(), 3);
  assert.ok(first > 0);
});

test.run();
