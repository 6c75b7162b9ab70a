import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { ber, isNotice, message, RawClient, request } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** What one client may take; after each case the next is served at once, and no socket stays behind. */
const test = suite('limits');
const people = `ou=people,${base}`;
let served: TestServer;
let small: TestServer;
/** Of the test that runs */
const opened: { destroy(): unknown }[] = [];

test.before(async () => {
  const ldif = Array.from({ length: 40 }, (_, index) => person(`p${index}`, 'member', `description: ${'x'.repeat(2000)}`)).join('');
  served = await startTestServer(ldif, 'open', { connections: 5000, connectionsPerAddress: 5000, idleMs: 30_000, messageMs: 300 });
  small = await startTestServer('', 'open', { connections: 3, connectionsPerAddress: 3, idleMs: 400, messageMs: 300 });
});
test.after(async () => {
  await served.stop();
  await small.stop();
});
test.after.each(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  for (const { server } of [served, small]) {
    for (let left = 100; server.connections > 0 && left > 0; left--) await sleep(20);
    assert.is(server.connections, 0, 'no connection is left');
  }
  await assertServes(served);
});

async function assertServes({ port }: TestServer): Promise<void> {
  const started = Date.now();
  const next = await dial(port);
  const { code, entries } = await next.ask(request.search(people, { scope: 1, size: 3, attributes: ['1.1'] }));
  assert.ok(code === 4 || code === 0);
  assert.ok(entries.length <= 3);
  next.close();
  assert.ok(Date.now() - started < 500, `the next client waited for ${Date.now() - started} ms`);
}

async function dial(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  opened.push(client.socket);
  return client;
}

async function open(port: number, bytes?: Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  opened.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (bytes !== undefined) socket.write(bytes);
  return socket;
}

function endsWithin(socket: Socket, milliseconds: number): Promise<boolean> {
  return Promise.race([once(socket, 'close').then(() => true), sleep(milliseconds, false, { ref: false })]);
}

test('a message that is cut off by the end of the connection', async () => {
  const whole = message(1, request.search(people));
  for (const length of [1, 2, 7, whole.length - 1]) {
    const socket = await open(served.port, whole.subarray(0, length));
    socket.resume().end();
    assert.ok(await endsWithin(socket, 1500));
  }
});

test('a connection that is reset in the middle of its answers', async () => {
  for (let round = 0; round < 20; round++) {
    const socket = await open(served.port, Buffer.concat(Array.from({ length: 20 }, (_, id) => message(id + 1, request.search(people)))));
    await sleep(2);
    socket.resetAndDestroy();
  }
});

for (const [name, bytes] of [
  ['LDAP in the clear', message(1, request.search(''))],
  ['HTTP', Buffer.from('GET / HTTP/1.0\r\n\r\n')],
  ['garbage', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) & 0xff))],
] as const) {
  test(`${name} at the port for TLS ends the connection`, async () => {
    const socket = await open(served.tlsPort, bytes);
    socket.resume();
    const ended = await endsWithin(socket, 1500);
    socket.destroy();
    assert.ok(ended);
  });
}

test('nothing at the port for TLS is not waited for without end', async () => {
  const socket = await open(served.tlsPort);
  socket.resume();
  const ended = await endsWithin(socket, 1500);
  socket.destroy();
  assert.ok(ended, 'the server ends what is no handshake after a while');
});

test('a byte now and then does not make a message that comes in time', async () => {
  const client = await dial(served.port);
  const bytes = message(1, request.search(people));
  let at = 0;
  const timer = setInterval(() => client.socket.write(bytes.subarray(at, ++at)), 50);
  const [notice, ...more] = await client.ended();
  clearInterval(timer);
  assert.ok(notice !== undefined && isNotice(notice));
  assert.equal(more, []);
});

test('who begins a message with each that it ends has its time for each', async () => {
  const client = await dial(served.port);
  const one = message(1, request.search('', { scope: 0, attributes: ['1.1'] }));
  const stream = Buffer.concat(Array.from({ length: 8 }, () => one));
  // each packet ends in the middle of a message; all of them together take longer than one may
  for (let at = 0; at < 8; at++) {
    client.socket.write(stream.subarray(at === 0 ? 0 : at * one.length - 5, (at + 1) * one.length - 5));
    await sleep(60);
  }
  client.socket.write(stream.subarray(stream.length - 5));
  for (let n = 0; n < 16; n++) {
    const answer = await client.next();
    assert.ok(answer !== undefined && !isNotice(answer), `answer ${n} of 16: ${answer?.text}`);
  }
  client.close();
});

test('a silent connection is ended with a notice', async () => {
  const client = await dial(small.port);
  const [notice] = await client.ended();
  assert.ok(notice !== undefined && isNotice(notice));
  assert.is(notice?.code, 52);
});

test('a value of fifty megabytes is refused when it is announced, not when it has come', async () => {
  const before = process.memoryUsage().rss;
  const client = await dial(served.port);
  const head = Buffer.from('3084030000000204000000016884 02fffff0'.replace(' ', ''), 'hex');
  client.socket.write(head);
  const [notice] = await client.ended();
  assert.ok(notice !== undefined && isNotice(notice));
  assert.ok(process.memoryUsage().rss - before < 20e6);
});

test('a message of the size that is allowed is read, one of a byte more is not', async () => {
  const limit = 1 << 18;
  const sized = (size: number) => {
    const overhead = message(1, request.compare(people, 'description', 'x'.repeat(size - 200))).length - (size - 200);
    return message(1, request.compare(people, 'description', 'x'.repeat(size - overhead)));
  };
  assert.is(sized(limit).length, limit);
  const client = await dial(served.port);
  client.socket.write(sized(limit));
  assert.is((await client.next())?.code, 5);
  client.socket.write(sized(limit + 1));
  const [notice] = await client.ended();
  assert.ok(notice !== undefined && isNotice(notice));
});

test('when all together hold too much, whoever holds most is ended, and who holds little is not', async () => {
  const share = 200 * 1024;
  const tight = await startTestServer('', 'open', { buffers: 5 * share, messageSizeAnonymous: 2 * share, messageMs: 10_000 });
  try {
    const part = (bytes: number) => message(1, request.compare(people, 'description', 'x'.repeat(2 * share - 200))).subarray(0, bytes);
    const small = await open(tight.port, part(1000));
    const large: RawClient[] = [];
    for (let nth = 0; nth < 8; nth++) {
      const client = await dial(tight.port);
      client.socket.write(part(share));
      large.push(client);
    }
    let ended: RawClient[] = [];
    for (let left = 100; ended.length < 3 && left > 0; left--) {
      await sleep(20);
      ended = large.filter(({ closed }) => closed);
    }
    assert.ok(ended.length >= 3, `${ended.length} ended`);
    const [notice] = (await ended[0]?.ended()) ?? [];
    assert.ok(notice !== undefined && isNotice(notice));
    assert.is(notice?.code, 51);
    assert.is(small.readyState, 'open');
    await assertServes(tight);
  } finally {
    for (const socket of opened.splice(0)) socket.destroy();
    await tight.stop();
  }
});

test('one connection too many is told so, and there is room again when another has gone', async () => {
  const clients = [await dial(small.port), await dial(small.port), await dial(small.port)];
  for (const client of clients) assert.is((await client.ask(request.search('', { scope: 0 }))).code, 0);
  const late = await dial(small.port);
  const [notice] = await late.ended();
  assert.ok(notice !== undefined && isNotice(notice));
  assert.is(notice?.code, 51);
  clients.pop()?.close();
  await sleep(50);
  const next = await dial(small.port);
  assert.is((await next.ask(request.search('', { scope: 0 }))).code, 0);
  for (const client of [...clients, next]) client.close();
});

test('two thousand idle connections cost little and hinder nobody', async () => {
  const before = process.memoryUsage().rss;
  const idle: Socket[] = [];
  for (let batch = 0; batch < 20; batch++) idle.push(...(await Promise.all(Array.from({ length: 100 }, () => open(served.port)))));
  await assertServes(served);
  assert.ok(served.server.connections >= 2000);
  // both ends of each are in this process
  assert.ok(process.memoryUsage().rss - before < 150e6, `${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`);
  for (const socket of idle) socket.destroy();
});

test('clients that never read, asking for everything again and again, hold no more than their share', async () => {
  const question = message(1, request.search(people));
  const before = process.memoryUsage().rss;
  const lazy = await Promise.all(Array.from({ length: 20 }, () => open(served.port)));
  for (const socket of lazy) {
    socket.pause();
    // 80 kB of entries a hundred times, from each of twenty: 160 MB
    for (let n = 0; n < 100; n++) socket.write(question);
  }
  await sleep(200);
  await assertServes(served);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 60e6, `${Math.round(grown / 1e6)} MB`);
  for (const socket of lazy) socket.destroy();
});

test('a filter of very many pieces against every entry lets others in between', async () => {
  const pieces = Array.from({ length: 900 }, () => ber(0x81, 'x'));
  const filter = ber(0xa4, ber(0x04, 'description'), ber(0x30, ...pieces, ber(0x82, 'b')));
  const client = await dial(served.port);
  for (let n = 0; n < 20; n++) client.send(request.search(people, { filter }));
  await assertServes(served);
  for (let n = 0; n < 20; n++) assert.is((await client.next())?.code, 0);
  client.close();
});

test('a filter of twenty thousand items gets 11', async () => {
  const client = await dial(served.port);
  const filter = ber(0xa0, ...Array.from({ length: 20_000 }, () => ber(0x87, 'cn')));
  assert.is((await client.ask(request.search(people, { filter }))).code, 11);
  client.close();
});

test.run();
