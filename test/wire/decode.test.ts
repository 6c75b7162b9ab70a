import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { Filter } from '../../directory/model/filter.ts';
import { decodeMessage, MalformedRequest } from '../../directory/wire/decode.ts';
import type { SearchRequest } from '../../directory/wire/messages.ts';
import { broken, refused, unreadable, wrongFilters } from '../cases/wire-malformed.ts';
import { longForms, requests } from '../cases/wire-requests.ts';
import { element, encodeRequest, hex, limits, message, octets, searchFor } from './bytes.ts';

function decode(bytes: Buffer) {
  return decodeMessage(bytes, limits);
}

function search(bytes: Buffer): SearchRequest {
  const { request } = decode(bytes);
  if (request.op !== 'search') throw new Error('a search is expected');
  return request;
}

/** The error that decoding ends with. */
function failure(bytes: Buffer): DirectoryError {
  try {
    decode(bytes);
  } catch (error) {
    if (error instanceof DirectoryError) return error;
    throw error;
  }
  throw new Error('no error');
}

for (const row of requests) {
  test(`${row.name} is read`, () => assert.equal(decode(hex(row.hex)), row.message));
  test(`${row.name} is the same bytes when written again`, () => {
    assert.is(encodeRequest(decode(hex(row.hex))).toString('hex'), hex(row.hex).toString('hex'));
  });
  test(`${row.name} cut off anywhere is refused`, () => {
    const whole = hex(row.hex);
    for (let end = 0; end < whole.length; end++) assert.instance(failure(whole.subarray(0, end)), DirectoryError);
  });
}

for (const row of longForms) {
  test(`read as the shortest form: ${row.name}`, () => assert.equal(decode(hex(row.hex)), decode(hex(row.same))));
}

for (const row of unreadable) {
  test(`the connection ends at ${row.name}`, () => {
    const error = failure(hex(row.hex));
    assert.is(error.kind, 'protocolError');
    assert.not.instance(error, MalformedRequest);
    assert.match(error.message, row.text);
  });
}

for (const [rows, disconnects] of [
  [broken, true],
  [refused, false],
] as const) {
  for (const row of rows) {
    test(`${disconnects ? 'the connection ends' : 'the request alone fails'} with ${row.name}`, () => {
      const error = failure(hex(row.hex));
      if (!(error instanceof MalformedRequest)) throw error;
      const { id, op, kind } = error;
      assert.is(id, 7);
      assert.is(op, row.op);
      assert.is(kind, row.kind ?? 'protocolError');
      assert.is(error.disconnects, disconnects);
      assert.match(error.message, row.text);
    });
  }
}

for (const row of wrongFilters) {
  test(`a filter is refused: ${row.name}`, () => {
    const error = failure(searchFor(hex(row.hex)));
    if (!(error instanceof MalformedRequest)) throw error;
    assert.is(error.kind, 'protocolError');
    assert.is(error.disconnects, row.disconnects);
    assert.match(error.message, row.text);
  });
}

/** A filter within so many of these. */
function nested(tag: number, depth: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 3;
  for (let level = 0; level < depth; level++) {
    const header = element(tag, Buffer.alloc(length)).subarray(0, -length);
    pieces.unshift(header);
    length += header.length;
  }
  return Buffer.concat([...pieces, hex('8701 61')]);
}

test('a filter may be nested as deep as the limit says', () => {
  let filter: Filter = search(searchFor(nested(0xa2, limits.filterDepth))).filter;
  for (let level = 0; level < limits.filterDepth; level++) {
    if (filter.kind !== 'not') throw new Error('not is expected');
    filter = filter.filter;
  }
  assert.equal(filter, { kind: 'present', attribute: 'a' });
});

for (const tag of [0xa0, 0xa1, 0xa2]) {
  test(`10,000 nested filters of tag 0x${tag.toString(16)} are refused, and cheaply`, () => {
    const bytes = searchFor(nested(tag, 10_000));
    const started = performance.now();
    for (let times = 0; times < 100; times++) {
      const error = failure(bytes);
      assert.is(error.kind, 'adminLimitExceeded');
      assert.is(error instanceof MalformedRequest && error.disconnects, false);
    }
    assert.ok(performance.now() - started < 1000);
  });
}

const present = hex('8701 61');

test('a filter has as many items as the limit says, and no more', () => {
  const of = (count: number) => searchFor(element(0xa1, ...Array<Buffer>(count).fill(present)));
  assert.is(search(of(limits.filterItems - 1)).filter.kind, 'or');
  assert.is(failure(of(limits.filterItems)).kind, 'adminLimitExceeded');
});

test('the pieces of a substrings filter count as items', () => {
  const of = (count: number) => searchFor(element(0xa4, octets('a'), element(0x30, ...Array<Buffer>(count).fill(hex('8101 61')))));
  assert.is(search(of(limits.filterItems - 1)).filter.kind, 'substrings');
  assert.is(failure(of(limits.filterItems)).kind, 'adminLimitExceeded');
});

test('empty and, or are true and false (RFC 4526)', () => {
  assert.equal(search(searchFor(hex('a000'))).filter, { kind: 'and', filters: [] });
  assert.equal(search(searchFor(hex('a100'))).filter, { kind: 'or', filters: [] });
});

test('an assertion may be empty', () => {
  assert.equal(search(searchFor(hex('a308 0404 6d61696c 0400'))).filter, { kind: 'equality', attribute: 'mail', value: Buffer.alloc(0) });
});

test('a filter of a later version is one with a rule that nobody knows, so it is Undefined', () => {
  const { filter } = search(searchFor(hex('aa02 8700')));
  assert.is(filter.kind, 'extensible');
  assert.equal(search(searchFor(Buffer.concat([hex('a207'), hex('aa05 0403 616263')]))).filter.kind, 'not');
});

test('as many attributes may be asked for as the limit says, and no more', () => {
  const of = (count: number) => searchFor(present, element(0x30, ...Array<Buffer>(count).fill(octets('a'))));
  assert.is(search(of(limits.attributes)).attributes.length, limits.attributes);
  assert.is(failure(of(limits.attributes + 1)).kind, 'adminLimitExceeded');
});

test('there may be as many controls as the limit says, and no more', () => {
  const of = (count: number) =>
    message(hex('4200'), element(0xa0, ...Array.from({ length: count }, (_, nth) => element(0x30, octets(`1.${nth}`)))));
  assert.is(decode(of(limits.controls)).controls.length, limits.controls);
  assert.is(failure(of(limits.controls + 1)).kind, 'protocolError');
});

test('a message of nothing but empty values is refused before it fills the memory', () => {
  const values = Buffer.alloc(8_000_000);
  for (let at = 0; at < values.length; at += 2) values[at] = 4;
  const add = message(element(0x68, octets('cn=a'), element(0x30, element(0x30, octets('cn'), element(0x31, values)))));
  const started = performance.now();
  assert.is(failure(add).kind, 'adminLimitExceeded');
  assert.ok(performance.now() - started < 500);
});

test('elements of later versions at the end of a sequence are passed over (RFC 4511 §4)', () => {
  const later = hex('8901 ff');
  assert.equal(decode(message(element(0x6e, octets('cn=a'), element(0x30, octets('cn'), octets('b'), later), later), hex('a000'), later)), {
    id: 7,
    request: { op: 'compare', dn: 'cn=a', attribute: 'cn', value: Buffer.from('b') },
    controls: [],
  });
  assert.is(decode(message(hex('4200'), later)).request.op, 'unbind');
});

test('what is passed over must still be well formed', () => {
  for (const later of ['8902 ff', '89', '8980', '9f2000', '0401 61']) {
    assert.is(failure(message(element(0x6e, octets('cn=a'), element(0x30, octets('cn'), octets('b'))), hex(later))).kind, 'protocolError');
  }
});

test('the same list of attributes is the same frozen array', () => {
  const list = (...names: string[]) => search(searchFor(present, element(0x30, ...names.map(octets)))).attributes;
  const first = list('cn', 'mail');
  assert.is(list('cn', 'mail'), first);
  assert.ok(Object.isFrozen(first));
  assert.is.not(list('mail', 'cn'), first);
  assert.equal(list('CN', 'mail'), ['CN', 'mail']);
  assert.equal(first, ['cn', 'mail']);
});

test('more lists of attributes than are kept are still read right', () => {
  for (let round = 0; round < 2; round++) {
    for (let nth = 0; nth < 1500; nth++) {
      assert.equal(search(searchFor(present, element(0x30, octets(`a${nth}`)))).attributes, [`a${nth}`]);
    }
  }
});

test('a list too long to be kept is read all the same', () => {
  const names = Array.from({ length: 300 }, (_, nth) => `attribute${nth}`);
  const bytes = searchFor(present, element(0x30, ...names.map(octets)));
  assert.equal(search(bytes).attributes, names);
  assert.equal(search(bytes).attributes, names);
});

test('attribute names that fall on the same place of the table are not mistaken for each other', () => {
  for (let round = 0; round < 2; round++) {
    for (let nth = 0; nth < 3000; nth++) {
      const name = `x${(nth * 7919).toString(36)}`;
      assert.equal(search(searchFor(element(0x87, Buffer.from(name)))).filter, { kind: 'present', attribute: name });
    }
  }
  for (const name of ['', 'cn', 'cN', 'c'.repeat(32), 'c'.repeat(33)]) {
    assert.equal(search(searchFor(element(0x87, Buffer.from(name)))).filter, { kind: 'present', attribute: name });
  }
});

test.run();
