import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Output, Reader, TAG } from '../../directory/wire/ber.ts';
import {
  encodeAttribute,
  encodeEntry,
  encodeIntermediate,
  encodeNoticeOfDisconnection,
  encodeReference,
  encodeResult,
} from '../../directory/wire/encode.ts';
import { results } from '../cases/wire-results.ts';
import { element, hex, octets } from './bytes.ts';

function written(write: (out: Output) => void): string {
  const out = new Output();
  write(out);
  return out.take().toString('hex');
}

for (const row of results) {
  test(`a result is written: ${row.name}`, () => {
    assert.is(
      written((out) => encodeResult(out, row.id ?? 7, row.op, row.result, row.controls)),
      hex(row.hex).toString('hex'),
    );
  });
}

test('message IDs take as many bytes as they need', () => {
  for (const [id, bytes] of [
    [0, '020100'],
    [127, '02017f'],
    [128, '02020080'],
    [32767, '02027fff'],
    [32768, '0203008000'],
    [8388608, '020400800000'],
    [2 ** 31 - 1, '02047fffffff'],
  ] as const) {
    const plain = written((out) => encodeResult(out, id, 'add', { kind: 'success' }));
    assert.is(plain.slice(4), `${bytes}69070a010004000400`);
    assert.is(
      written((out) => encodeResult(out, id, 'add', { kind: 'success' }, [{ oid: '1' }])).slice(4),
      `${bytes}69070a010004000400a00530030401${'31'}`,
    );
  }
});

test('a result with a text of any length has the shortest lengths and reads back', () => {
  for (const length of [0, 1, 100, 119, 120, 121, 127, 128, 250, 255, 256, 300, 65_530, 65_536, 70_000]) {
    const out = new Output();
    encodeResult(out, 7, 'modify', { kind: 'other', text: 'x'.repeat(length) });
    assert.equal(out.take(), element(0x30, hex('020107'), element(0x67, hex('0a0150 0400'), octets('x'.repeat(length)))));
  }
});

const name = Buffer.from('uid=ada,dc=example');
const cn = encodeAttribute('cn', [Buffer.from('Ada'), Buffer.from('Ada Lovelace')]);
const mail = encodeAttribute('mail', [Buffer.from('ada@example.org')]);
const photo = encodeAttribute('jpegPhoto', [Buffer.alloc(70_000, 0xff)]);

test('an attribute is written, with its values or without', () => {
  assert.is(encodeAttribute('cn', [Buffer.from('Ada')]).toString('hex'), '300b0402636e31050403416461');
  assert.is(encodeAttribute('cn', []).toString('hex'), '30060402636e3100');
});

for (const [what, attributes] of [
  ['none', []],
  ['one', [cn]],
  ['neighbours', [cn, mail]],
  ['a big one', [cn, photo, mail]],
] as const) {
  const source = Buffer.concat([name, cn, mail, photo, Buffer.from('behind')]);
  const whole = element(0x30, hex('020107'), element(0x64, element(4, name), element(0x30, ...attributes)));
  const ranges = attributes.flatMap((attribute) => {
    const start = source.indexOf(attribute);
    return [start, start + attribute.length];
  });

  test(`an entry is put together from slices of its source: ${what}`, () => {
    const out = new Output();
    encodeEntry(out, 7, source, name.length, ranges, []);
    assert.equal(out.take(), whole);
  });

  test(`an entry is put together from what is not in its source: ${what}`, () => {
    const out = new Output();
    encodeEntry(out, 7, name, name.length, [], attributes);
    assert.equal(out.take(), whole);
  });
}

test('an entry has controls and may have an empty name', () => {
  const out = new Output();
  encodeEntry(out, 7, cn, 0, [0, cn.length], [mail], [{ oid: '1.2', value: Buffer.from('x') }]);
  const control = element(0xa0, element(0x30, octets('1.2'), octets('x')));
  assert.equal(out.take(), element(0x30, hex('020107'), element(0x64, octets(''), element(0x30, cn, mail)), control));
});

test('an entry of any size has the shortest lengths', () => {
  for (let size = 90; size < 300; size++) {
    const attribute = encodeAttribute('cn', [Buffer.alloc(size)]);
    const out = new Output();
    encodeEntry(out, 7, name, name.length, [], [attribute]);
    assert.equal(out.take(), element(0x30, hex('020107'), element(0x64, element(4, name), element(0x30, attribute))));
  }
});

test('a reference holds its URLs', () => {
  const urls = ['ldap://a/dc=x', 'ldap://b/dc=x'];
  const out = new Output();
  encodeReference(out, 7, urls);
  assert.equal(out.take(), element(0x30, hex('020107'), element(0x73, ...urls.map(octets))));
});

test('an intermediate response has a name and a value, or neither', () => {
  const hexOf = (response: { oid?: string; value?: Buffer }) => written((out) => encodeIntermediate(out, 7, response));
  assert.is(hexOf({}), '30050201077900');
  assert.is(hexOf({ oid: '1.2', value: Buffer.from('v') }), hex('300d 020107 7908 8003 312e32 8101 76').toString('hex'));
});

test('the Notice of Disconnection has message ID 0 and its own name', () => {
  const expected = element(
    0x30,
    hex('020100'),
    element(0x78, hex('0a0134 0400'), octets('bye'), element(0x8a, Buffer.from('1.3.6.1.4.1.1466.20036'))),
  );
  assert.is(
    written((out) => encodeNoticeOfDisconnection(out, 'unavailable', 'bye')),
    expected.toString('hex'),
  );
});

test('many answers are gathered one behind the other', () => {
  const out = new Output();
  const one = hex('300c 020107 6907 0a0100 0400 0400');
  for (let nth = 0; nth < 10_000; nth++) encodeResult(out, 7, 'add', { kind: 'success' });
  assert.is(out.length, one.length * 10_000);
  const taken = out.take();
  assert.is(out.length, 0);
  for (let at = 0; at < taken.length; at += one.length) assert.ok(taken.subarray(at, at + one.length).equals(one));
});

test('what is taken does not change when more is written', () => {
  const out = new Output();
  out.text(TAG.octetString, 'first');
  const taken = out.take();
  out.text(TAG.octetString, 'other');
  assert.equal(taken, octets('first'));
});

test('a buffer that grew huge is not kept', () => {
  const out = new Output();
  out.octets(TAG.octetString, Buffer.alloc(1 << 20));
  assert.ok(out.bytes.length > 1 << 20);
  out.reset();
  assert.ok(out.bytes.length <= 1 << 18);
  assert.is(out.length, 0);
});

test('integers are written in the fewest bytes and read back', () => {
  for (const value of [
    0,
    1,
    127,
    128,
    255,
    256,
    32_767,
    32_768,
    8_388_607,
    8_388_608,
    2 ** 31 - 1,
    -1,
    -128,
    -129,
    -32_768,
    -32_769,
    -(2 ** 31),
  ]) {
    const out = new Output();
    out.integer(TAG.integer, value);
    const bytes = out.take();
    assert.is(new Reader(bytes).integer(), value);
    // the first nine bits are not all the same (X.690 §8.3.2)
    if (bytes.length > 3) assert.not.ok([0, -1].includes(bytes.readInt16BE(2) >> 7), String(value));
  }
});

test.run();
