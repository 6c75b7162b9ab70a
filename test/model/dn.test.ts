import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Dn, formatDn, formatDnValue, parseDn, parseRdn } from '../../directory/model/dn.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { dns, wrongDns } from '../cases/dn-text.ts';
import { seeded } from '../wire/bytes.ts';

function isInvalidDn(error: unknown): boolean {
  return error instanceof DirectoryError && error.kind === 'invalidDNSyntax';
}

for (const { text, dn: means, written = text } of dns) {
  const dn: Dn = means.map((rdn) => rdn.map(([type, value]) => ({ type, value: Buffer.from(value) })));
  test(`the DN ${JSON.stringify(text)} is read`, () => assert.equal(parseDn(text), dn));
  test(`the DN ${JSON.stringify(text)} is written as ${JSON.stringify(written)}`, () => {
    assert.is(formatDn(dn), written);
    assert.equal(parseDn(formatDn(dn)), dn);
  });
}

for (const text of wrongDns) {
  test(`no DN: ${JSON.stringify(text)}`, () => assert.throws(() => parseDn(text), isInvalidDn));
}

test('an RDN is read alone', () => {
  assert.equal(parseRdn('cn=a+sn=b'), [
    { type: 'cn', value: Buffer.from('a') },
    { type: 'sn', value: Buffer.from('b') },
  ]);
  assert.throws(() => parseRdn(''), isInvalidDn);
  assert.throws(() => parseRdn('cn=a,dc=b'), isInvalidDn);
});

test('a DN of more components than any tree has is refused', () => {
  assert.is(parseDn(Array(128).fill('dc=a').join(',')).length, 128);
  assert.throws(() => parseDn(Array(129).fill('dc=a').join(',')), isInvalidDn);
});

test('values of any bytes survive in a DN', () => {
  const random = seeded(4514);
  const telling = [...Buffer.from(' ,+"\\<>;=#\0a'), 0xc3, 0xb6, 0xff];
  for (let round = 0; round < 5000; round++) {
    const value = Buffer.from(Array.from({ length: Math.floor(random() * 5) }, () => telling[Math.floor(random() * telling.length)] ?? 0));
    const text = `cn=${formatDnValue(value)},dc=x`;
    assert.equal(parseDn(text)[0], [{ type: 'cn', value }], text);
  }
});

test('whatever is read as a DN is written so that it is read the same', () => {
  const random = seeded(2253);
  const pieces = ['cn', 'dc', '=', '=', ',', '+', ';', ' ', '\\', '"', '#', '04', 'a', 'ö', '\\2c', '\\ ', '2.5.4.3', '<', '\0'];
  let read = 0;
  for (let round = 0; round < 30_000; round++) {
    const text = `cn=${Array.from({ length: 1 + Math.floor(random() * 8) }, () => pieces[Math.floor(random() * pieces.length)]).join('')}`;
    let dn: Dn;
    try {
      dn = parseDn(text);
    } catch (error) {
      if (isInvalidDn(error)) continue;
      throw error;
    }
    read++;
    assert.equal(parseDn(formatDn(dn)), dn, text);
  }
  assert.ok(read > 3000, String(read));
});

test.run();
