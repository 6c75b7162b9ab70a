import { createServer } from 'node:http';
import { sql } from 'slonik';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { SqlStore } from '../../directory/store/sql-store.ts';
import { makeCarrier } from '../../web/mail/carrier.ts';
import { Outbox } from '../../web/mail/outbox.ts';
import { freshStore } from '../support/database.ts';
import { type Reply, type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';

const test = suite('the outbox and a mail server');
const minute = 60_000;
const letter = { to: 'ada@example.org', subject: 'Grüße 🦝', plain: 'Hallo,\n.\n.punkt\n', html: '<p>Hallo</p>' };
let store: SqlStore;
let sink: SmtpSink;
let outbox: Outbox;
let now = Date.UTC(2026, 0, 1);
const warnings: string[] = [];

const open = (url: string | undefined) =>
  new Outbox({
    database: store.pool,
    carrier: makeCarrier({ url, folder: '/nonexistent', from: { name: 'Club "x", <evil@example.net>', address: 'mos@example.org' } }),
    clock: () => now,
    warn: (text) => warnings.push(text),
  });

test.before.each(async () => {
  store = await freshStore();
  sink = await startSmtpSink();
  outbox = open(sink.url);
  warnings.length = 0;
});
test.after.each(async () => {
  await outbox.stop();
  await sink.stop();
  await store.close();
});

const kept = z.object({ next_at: z.date().nullable(), sent_at: z.date().nullable(), last_error: z.string().nullable(), plain: z.string() });
const rows = () => store.pool.any(sql.type(kept)`SELECT next_at, sent_at, last_error, plain FROM mos.outbox ORDER BY id`);
async function one() {
  const [first] = await rows();
  if (first === undefined) throw new Error('there is no mail');
  return first;
}
/** All that is under way, and what was asked for meanwhile. */
async function settle(): Promise<void> {
  await outbox.deliver();
  await outbox.deliver();
}
const header = (text: string, name: string) => new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(text)?.[1] ?? '';

test('a mail goes at once, with both forms, says that a machine sent it, and its text is not kept', async () => {
  await outbox.send(letter);
  await settle();
  const [taken] = sink.taken;
  assert.is(sink.taken.length, 1);
  assert.is(taken?.from, 'mos@example.org');
  assert.equal(taken?.to, ['ada@example.org']);
  const text = taken?.text ?? '';
  assert.is(header(text, 'Auto-Submitted'), 'auto-generated');
  assert.match(header(text, 'From'), /^"Club \\"x\\", <evil@example\.net>" <mos@example\.org>$/);
  assert.match(text, /^\.punkt$/m);
  assert.match(text, /multipart\/alternative/);
  assert.not.match(text, /^(List-Unsubscribe|Precedence|Bcc):/im);
  const { sent_at, next_at, plain } = await one();
  assert.ok(sent_at);
  assert.is(next_at, null);
  assert.is(plain, '');
});

const refusals: readonly (readonly [what: string, at: RegExp, answer: ReturnType<Reply>, then: 'tried again' | 'given up'])[] = [
  ['the recipient is refused for now (450)', /^RCPT/, '450 4.2.1 mailbox busy', 'tried again'],
  ['the recipient is refused for good (550)', /^RCPT/, '550 5.1.1 no such user', 'given up'],
  ['the text is refused for now (452)', /^\.$/, '452 4.3.1 disk full', 'tried again'],
  ['the text is refused for good (554)', /^\.$/, '554 5.7.1 spam', 'given up'],
  ['there is no login (530)', /^MAIL/, '530 5.7.0 authentication required', 'tried again'],
  ['the server closes (421)', /^MAIL/, '421 4.3.2 shutting down', 'tried again'],
  ['the greeting is a refusal (554)', /^CONNECT$/, '554 5.3.2 not now', 'tried again'],
  ['the connection ends before the mail', /^MAIL/, 'drop', 'tried again'],
  ['the connection ends in the mail', /^DATA/, 'drop', 'tried again'],
];
for (const [what, at, answer, then] of refusals) {
  test(`when ${what}, it is ${then}`, async () => {
    sink.reply = (command) => (at.test(command) ? answer : undefined);
    await outbox.send(letter);
    await settle();
    const { next_at, sent_at, last_error } = await one();
    assert.is(sent_at, null);
    assert.ok(last_error);
    assert.is(next_at?.getTime(), then === 'given up' ? undefined : now + minute);
    assert.equal(warnings, [then === 'given up' ? 'a mail was given up' : 'a mail waits for another attempt']);
    sink.reply = () => undefined;
    now += minute;
    await settle();
    assert.is(sink.taken.length, then === 'given up' ? 0 : 1);
  });
}

test('a mail whose taking nobody heard of goes again, under the same Message-ID', async () => {
  sink.reply = (command) => (command === '.' ? 'drop' : undefined);
  await outbox.send(letter);
  await settle();
  sink.reply = () => undefined;
  now += minute;
  await settle();
  const ids = sink.taken.map(({ text }) => header(text, 'Message-ID'));
  assert.is(ids.length, 2);
  assert.match(ids[0] ?? '', /^<mos\.\d+\.\w+@example\.org>$/);
  assert.is(ids[0], ids[1]);
});

test('a mail that a process had claimed when it ended goes when the claim is over', async () => {
  await store.pool.query(sql.type(z.unknown())`
    INSERT INTO mos.outbox (recipient, subject, plain, html, made_at, next_at, attempts)
    VALUES ('ada@example.org', 's', 'p', 'h', ${sql.timestamp(new Date(now))}, ${sql.timestamp(new Date(now + 10 * minute))}, 1)`);
  await settle();
  assert.is(sink.taken.length, 0);
  now += 10 * minute;
  await settle();
  assert.is(sink.taken.length, 1);
});

test('with two processes each mail goes once', async () => {
  const other = open(sink.url);
  sink.reply = (command) => (command === 'CONNECT' ? '421 not yet' : undefined);
  for (let nth = 0; nth < 12; nth++) await outbox.send({ ...letter, subject: `number ${nth}` });
  await settle();
  sink.reply = () => undefined;
  now += 10 * minute;
  await Promise.all([settle(), other.deliver()]);
  await other.stop();
  const subjects = sink.taken.map(({ text }) => header(text, 'Subject'));
  assert.is(subjects.length, 12);
  assert.is(new Set(subjects).size, 12);
});

test('a server that is away costs one mail its attempt; the others wait for it to come back', async () => {
  sink.reply = (command) => (command === 'CONNECT' ? 'drop' : undefined);
  for (let nth = 0; nth < 5; nth++) await outbox.send(letter);
  await settle();
  warnings.length = 0;
  now += minute;
  await outbox.deliver();
  assert.is(warnings.length, 1);
  sink.reply = () => undefined;
  now += 5 * minute;
  await settle();
  assert.is(sink.taken.length, 5);
});

test('a mail that never goes is given up after some days', async () => {
  sink.reply = (command) => (/^RCPT/.test(command) ? '451 later' : undefined);
  await outbox.send(letter);
  for (let times = 0; times < 20; times++) {
    await settle();
    now = (await one()).next_at?.getTime() ?? now;
  }
  assert.is((await one()).next_at, null);
  assert.is(warnings.filter((text) => text === 'a mail was given up').length, 1);
  assert.is(warnings.length, 10);
});

const noAddresses = [
  'ada@example.org\r\nBcc: eve@example.org',
  'ada@example.org, eve@example.org',
  'ada@example.org> SIZE=1\r\nRCPT TO:<eve@example.org',
  '<ada@example.org>',
  'Ada <ada@example.org>',
  'ada',
  '',
  `${'a'.repeat(200)}@example.org`,
  '\u0000@example.org',
];
for (const to of noAddresses) {
  test(`${JSON.stringify(to.slice(0, 60))} gets no mail`, async () => {
    await outbox.send({ ...letter, to });
    await settle();
    assert.is(sink.taken.length, 0);
    const { next_at, last_error } = await one();
    assert.is(next_at, null);
    assert.is(last_error, 'this is no mail address');
  });
}

test('nothing in a subject becomes a header, and a long one is cut', async () => {
  await outbox.send({ ...letter, subject: 'Hi\r\nBcc: eve@example.org\r\n\r\nbody\u0000' });
  await outbox.send({ ...letter, subject: '🦝'.repeat(500) });
  await settle();
  for (const { text, to } of sink.taken) {
    assert.equal(to, ['ada@example.org']);
    assert.not.match(text, /^Bcc:/im);
  }
  assert.is(header(sink.taken[0]?.text ?? '', 'Subject'), 'Hi Bcc: eve@example.org body');
  assert.ok(header(sink.taken[1]?.text ?? '', 'Subject').length < 2000);
});

test('a text without an end is refused before it is kept', async () => {
  for (const part of ['plain', 'html'] as const) {
    try {
      await outbox.send({ ...letter, [part]: 'x'.repeat(100_001) });
      assert.unreachable();
    } catch (error) {
      assert.match(String(error), /too long/);
    }
  }
  assert.equal(await rows(), []);
});

test('a password does not go where there is no TLS, but to this machine', async () => {
  const commands: string[] = [];
  sink.reply = (command) => void commands.push(command);
  const named = new Outbox({
    database: store.pool,
    carrier: makeCarrier({
      url: sink.url.replace('127.0.0.1', 'ada:secret@localhost.'),
      folder: '',
      from: { name: '', address: 'mos@example.org' },
    }),
    clock: () => now,
    warn: (text) => warnings.push(text),
  });
  await named.send(letter);
  await named.deliver();
  await named.deliver();
  await named.stop();
  assert.not.match(commands.join('\n'), /AUTH|MAIL/);
  assert.is(sink.taken.length, 0);
});

test('nothing is fetched for a mail, and no file read, whatever stands in it', async () => {
  let asked = 0;
  const web = createServer((_request, response) => {
    asked++;
    response.end();
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const address = web.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x.png`;
  await outbox.send({ ...letter, html: `<img src="${url}"><img src="file:///etc/passwd">` });
  await settle();
  await new Promise<void>((resolve) => web.close(() => resolve()));
  assert.is(asked, 0);
  assert.is(sink.taken.length, 1);
  assert.not.match(sink.taken[0]?.text ?? '', /root:/);
});

test('of many of one subject to one address no more go in an hour than may, from however many processes; other mail goes', async () => {
  const other = open(sink.url);
  const sent = await Promise.all([outbox, other, outbox, other, outbox, other].map((each) => each.sendUnless(letter, 2)));
  assert.is(sent.filter(Boolean).length, 2);
  await outbox.send(letter);
  assert.is(await other.sendUnless({ ...letter, to: 'ADA@example.org' }, 2), false);
  assert.is(await outbox.sendUnless({ ...letter, subject: 'something else' }, 2), true);
  assert.is(await outbox.sendUnless({ ...letter, to: 'bob@example.org' }, 2), true);
  now += 60 * minute;
  assert.is(await other.sendUnless(letter, 2), true);
  await other.stop();
  await settle();
  assert.is(sink.taken.length, 6);
});

test.run();
