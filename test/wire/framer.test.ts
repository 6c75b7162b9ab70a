import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryError } from '../../directory/model/errors.ts';
import { decodeMessage } from '../../directory/wire/decode.ts';
import { Framer } from '../../directory/wire/framer.ts';
import { requests } from '../cases/wire-requests.ts';
import { element, hex, limits, seeded } from './bytes.ts';

const limit = 1 << 20;
const stream = Buffer.concat(requests.map((row) => hex(row.hex)));

function drain(framer: Framer): Buffer[] {
  const found: Buffer[] = [];
  for (let pdu = framer.next(); pdu !== undefined; pdu = framer.next()) found.push(pdu);
  return found;
}

/** All messages of the stream, given in pieces that end at these places. */
function cut(framer: Framer, bytes: Buffer, ends: readonly number[]): Buffer[] {
  const found: Buffer[] = [];
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    framer.push(bytes.subarray(start, end));
    found.push(...drain(framer));
    start = end;
  }
  return found;
}

function assertRequests(found: readonly Buffer[], times = 1): void {
  assert.is(found.length, requests.length * times);
  found.forEach((pdu, nth) => {
    assert.equal(decodeMessage(pdu, limits), requests[nth % requests.length]?.message);
  });
}

function refusedAt(bytes: Buffer, most = limit): number {
  const framer = new Framer(most);
  for (let at = 0; at < bytes.length; at++) {
    framer.push(bytes.subarray(at, at + 1));
    try {
      framer.next();
    } catch (error) {
      assert.instance(error, DirectoryError);
      return at + 1;
    }
  }
  return 0;
}

test('messages glued together come apart', () => assertRequests(cut(new Framer(limit), stream, [])));

test('messages that come a byte at a time are put together', () => {
  assertRequests(cut(new Framer(limit), stream, Array.from(stream.keys()).slice(1)));
});

test('messages split at any one place are put together', () => {
  for (let at = 1; at < stream.length; at++) assertRequests(cut(new Framer(limit), stream, [at]));
});

test('messages split at random places are put together', () => {
  const random = seeded(1);
  const long = Buffer.concat(Array<Buffer>(20).fill(stream));
  for (let round = 0; round < 100; round++) {
    const most = 1 + Math.floor(random() * 300);
    const ends: number[] = [];
    for (let end = 1 + Math.floor(random() * most); end < long.length; end += 1 + Math.floor(random() * most)) ends.push(end);
    assertRequests(cut(new Framer(limit), long, ends), 20);
  }
});

test('a message within one chunk is a view of it', () => {
  const framer = new Framer(limit);
  framer.push(stream);
  for (const pdu of drain(framer)) assert.is(pdu.buffer, stream.buffer);
});

test('a message that began in an earlier chunk does not keep that chunk', () => {
  const framer = new Framer(limit);
  const chunk = Buffer.alloc(1 << 16, hex('3005 020103 4200'));
  framer.push(chunk.subarray(0, 10));
  assert.is(drain(framer).length, 1);
  framer.push(chunk.subarray(10));
  const second = framer.next();
  assert.equal(second, hex('3005 020103 4200'));
  assert.is.not(second?.buffer, chunk.buffer);
});

test('chunks that come before all is taken are not lost', () => {
  const framer = new Framer(limit);
  framer.push(stream.subarray(0, 100));
  const first = framer.next();
  for (let at = 100; at < stream.length; at += 50) framer.push(stream.subarray(at, at + 50));
  assertRequests([...(first === undefined ? [] : [first]), ...drain(framer)]);
});

test('pending counts what is not complete', () => {
  const framer = new Framer(limit);
  assert.is(framer.pending, 0);
  framer.push(hex('3005 020103 4200 3005 02'));
  assert.is(framer.pending, 10);
  framer.next();
  assert.is(framer.pending, 3);
  framer.next();
  assert.is(framer.pending, 3);
  framer.push(hex('0103 4200'));
  framer.next();
  assert.is(framer.pending, 0);
});

test('clear drops what is there', () => {
  const framer = new Framer(limit);
  framer.push(hex('3005 0201'));
  framer.next();
  framer.clear();
  assert.is(framer.pending, 0);
  framer.push(hex('3005 020103 4200'));
  assert.equal(drain(framer), [hex('3005 020103 4200')]);
});

for (const { name, bytes, at } of [
  { name: 'HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\n'), at: 1 },
  { name: 'a TLS handshake', bytes: hex('1603010200'), at: 1 },
  { name: 'an indefinite length', bytes: hex('3080 0201'), at: 2 },
  { name: 'a length of 126 bytes', bytes: hex('30fe ffff'), at: 2 },
  { name: 'a length of 0xff', bytes: hex('30ff ffff'), at: 2 },
  { name: 'a length of 0xffffffff', bytes: hex('3084 ffffffff'), at: 6 },
  { name: 'a length of 0x80000000', bytes: hex('3084 80000000'), at: 6 },
  { name: 'a length of five bytes', bytes: hex('3085 0000000001'), at: 2 },
]) {
  test(`${name} is refused at byte ${at}`, () => {
    assert.is(refusedAt(bytes), at);
    assert.is(refusedAt(Buffer.concat([hex('3005 020103 4200'), bytes])), at + 7);
    const framer = new Framer(limit);
    framer.push(bytes);
    assert.throws(
      () => framer.next(),
      (error: unknown) => error instanceof DirectoryError && error.kind === 'protocolError',
    );
  });
}

test('the limit counts the whole message', () => {
  const bytes = element(0x30, Buffer.alloc(994)); // and four bytes of header
  assert.is(refusedAt(bytes, 998), 0);
  assert.is(refusedAt(bytes, 997), 4);
});

test('the limit may change between messages', () => {
  const framer = new Framer(100);
  const bytes = element(0x30, Buffer.alloc(994));
  framer.limit = 1000;
  framer.push(bytes);
  assert.is(framer.next()?.length, 998);
  framer.limit = 100;
  framer.push(bytes);
  assert.throws(() => framer.next(), /longer than the 100 allowed/);
});

test('memory is taken for what has come, not for what is claimed', () => {
  const before = process.memoryUsage().arrayBuffers;
  const framers = Array.from({ length: 500 }, () => {
    const framer = new Framer(1 << 24);
    framer.push(hex('3084 00f00000 0201'));
    assert.is(framer.next(), undefined);
    return framer;
  });
  assert.is(framers.length, 500);
  assert.ok(process.memoryUsage().arrayBuffers - before < 4_000_000);
});

test('a byte at a time costs no more than its bytes', () => {
  const framer = new Framer(1 << 24);
  const bytes = element(0x30, Buffer.alloc(1 << 19));
  const started = performance.now();
  assert.equal(cut(framer, bytes, Array.from(bytes.keys()).slice(1)), [bytes]);
  assert.ok(performance.now() - started < 2000);
});

test.run();
