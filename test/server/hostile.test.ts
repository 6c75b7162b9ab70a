import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeBytes, type Output } from '../../directory/wire/ber.ts';
import { person } from '../support/directory.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** What no client should send, and what comes back; the next client must not notice. */
const test = suite('hostile clients');
let served: TestServer;

test.before(async () => {
  served = await startTestServer(
    Array.from({ length: 50 }, (_, index) => person(`p${index}`, 'member', `description: ${'x'.repeat(2000)}`)).join(''),
  );
});
test.after(() => served.stop());

const message = (id: number, tag: number, write: (out: Output) => void): Buffer =>
  encodeBytes((out) =>
    out.element(0x30, () => {
      out.integer(2, id);
      out.element(tag, () => write(out));
    }),
  );
const search = (id: number, base: Buffer | string, filter: (out: Output) => void = (out) => out.text(0x87, 'objectClass')): Buffer =>
  message(id, 0x63, (out) => {
    out.octets(4, Buffer.from(base));
    out.integer(0x0a, 2);
    out.integer(0x0a, 0);
    out.integer(2, 0);
    out.integer(2, 0);
    out.boolean(1, false);
    filter(out);
    out.element(0x30, () => undefined);
  });
const nested = (out: Output): void => {
  // outermost first, all with the same length field size
  let filter: Buffer = encodeBytes((inner) => inner.text(0x87, 'cn'));
  for (let depth = 0; depth < 10_000; depth++) filter = encodeBytes((inner) => inner.octets(0xa2, filter));
  out.raw(filter);
};

async function talk(bytes: Buffer, wait = 300): Promise<{ readonly answer: Buffer; readonly closed: boolean }> {
  const socket = connect(served.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let closed = false;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('close', () => {
    closed = true;
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  for (let waited = 0; waited < wait && !closed && chunks.length === 0; waited += 10) await sleep(10);
  await sleep(20);
  socket.destroy();
  return { answer: Buffer.concat(chunks), closed };
}

const notice = Buffer.from('1.3.6.1.4.1.1466.20036');
const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex');

const broken: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a length of 0xffffffff', hex('30 84 ff ff ff ff')],
  ['an indefinite length', hex('30 80 02 01 01 00 00')],
  ['a length of eight bytes', hex('30 88 00 00 00 00 00 00 00 05')],
  ['fifty megabytes announced', hex('30 84 03 00 00 00')],
  ['message ID 0', hex('30 05 02 01 00 42 00')],
  ['a negative message ID', hex('30 05 02 01 ff 42 00')],
  ['an operation that does not exist', hex('30 05 02 01 01 7f 00')],
  ['a message cut off inside', hex('30 05 02 01 01 63 20')],
];
for (const [name, bytes] of broken) {
  test(`${name} ends with a notice of disconnection`, async () => {
    const { answer, closed } = await talk(bytes);
    assert.ok(answer.includes(notice), 'a notice of disconnection');
    assert.ok(closed, 'the connection is closed');
    assert.ok((await talk(search(1, 'dc=example,dc=org'))).answer.length > 0, 'the next client is served');
  });
}

const refused: readonly (readonly [name: string, bytes: Buffer, code: number])[] = [
  ['a DN that is not UTF-8', search(1, hex('636e3dff')), 34],
  ['a DN with a NUL', search(1, Buffer.from('cn=a\0,dc=example,dc=org')), 34],
  ['a filter ten thousand deep', search(1, 'dc=example,dc=org', nested), 11],
];
for (const [name, bytes, code] of refused) {
  test(`${name} gets result ${code}, and the connection goes on`, async () => {
    const { answer, closed } = await talk(bytes);
    assert.is(answer[answer.indexOf(Buffer.from([0x0a, 0x01])) + 2], code);
    assert.not(closed);
  });
}

test('a byte a second is not waited for forever', async () => {
  const { answer, closed } = await talk(hex('30 10 02'), 2000);
  assert.ok(answer.includes(notice));
  assert.ok(closed);
});

test('who does not read is not written to without end, and others are served meanwhile', async () => {
  const lazy: Socket = connect(served.port, '127.0.0.1');
  lazy.on('error', () => undefined);
  await once(lazy, 'connect');
  lazy.pause();
  const before = process.memoryUsage().rss;
  for (let id = 1; id <= 400; id++) lazy.write(search(id, 'dc=example,dc=org'));
  await sleep(300);
  assert.ok((await talk(search(1, 'dc=example,dc=org'))).answer.length > 1000);
  // 400 answers would be 46 MB
  assert.ok(process.memoryUsage().rss - before < 40e6);
  lazy.destroy();
});

test('what comes in the clear behind StartTLS is dropped', async () => {
  const startTls = message(1, 0x77, (out) => out.text(0x80, '1.3.6.1.4.1.1466.20037'));
  const { answer } = await talk(Buffer.concat([startTls, search(2, 'dc=example,dc=org')]));
  assert.is(answer.length < 60, true);
  assert.is(answer.includes(Buffer.from('dc=example')), false);
});

test('two hundred requests at once are answered in their order', async () => {
  const { answer } = await talk(
    Buffer.concat(Array.from({ length: 200 }, (_, index) => search(index + 1, 'cn=none,dc=example,dc=org'))),
    500,
  );
  const ids: number[] = [];
  for (let at = 0; at < answer.length; at += 2 + (answer[at + 1] ?? 0)) ids.push(answer.readUIntBE(at + 4, answer[at + 3] ?? 1));
  assert.equal(
    ids.slice(0, 100),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test.run();
