import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryError } from '../../directory/model/errors.ts';
import { decodeMessage } from '../../directory/wire/decode.ts';
import { Framer } from '../../directory/wire/framer.ts';
import { requests } from '../cases/wire-requests.ts';
import { encodeRequest, hex, limits, seeded } from './bytes.ts';

const originals = requests.map((row) => hex(row.hex));
/** Bytes that mean something to BER. */
const telling = [0x00, 0x01, 0x02, 0x04, 0x0a, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa2, 0xa3, 0xff];

function mutate(random: () => number): Buffer {
  const pick = (below: number) => Math.floor(random() * below);
  const some = () => originals[pick(originals.length)] ?? Buffer.alloc(0);
  let bytes = Buffer.from(some());
  for (let times = 1 + pick(4); times > 0; times--) {
    const at = pick(bytes.length);
    switch (pick(5)) {
      case 0:
        bytes[at] = telling[pick(telling.length)] ?? 0;
        break;
      case 1:
        bytes[at] = pick(256);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + pick(8))]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([telling[pick(telling.length)] ?? 0]), bytes.subarray(at)]);
        break;
      default: {
        const other = some();
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(pick(other.length)), bytes.subarray(at)]);
      }
    }
  }
  // most get past the first length, where else all would end
  if (bytes.length > 2 && bytes.length < 130 && random() < 0.8) {
    bytes[0] = 0x30;
    bytes[1] = bytes.length - 2;
  }
  return bytes;
}

test('whatever comes is a message or a DirectoryError', () => {
  const random = seeded(20_260);
  const outcomes = { read: 0, refused: 0 };
  for (let round = 0; round < 60_000; round++) {
    const bytes = mutate(random);
    try {
      const message = decodeMessage(bytes, limits);
      outcomes.read++;
      // what was read can be written and is then read the same
      assert.equal(decodeMessage(encodeRequest(message), limits), message);
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw new Error(`decoding ${bytes.toString('hex')}`, { cause: error });
      outcomes.refused++;
    }
  }
  assert.ok(outcomes.read > 1000 && outcomes.refused > 10_000, JSON.stringify(outcomes));
});

test('a stream of whatever comes is cut up or refused', () => {
  const random = seeded(4511);
  for (let round = 0; round < 3000; round++) {
    const framer = new Framer(4096);
    let taken = 0;
    let given = 0;
    try {
      for (let chunk = 0; chunk < 10; chunk++) {
        const bytes = mutate(random);
        given += bytes.length;
        framer.push(bytes);
        for (let pdu = framer.next(); pdu !== undefined; pdu = framer.next()) taken += pdu.length;
        assert.is(taken + framer.pending, given);
      }
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
    }
  }
});

test.run();
