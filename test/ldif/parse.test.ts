import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Attribute } from '../../directory/model/entry.ts';
import { LdifError, type LdifItem, LdifParser, parseLdif } from '../../ldif/parse.ts';
import { ldifCases } from '../cases/ldif.ts';

const text = (value: Buffer): string => (Buffer.from(value.toString()).equals(value) ? value.toString() : `0x${value.toString('hex')}`);
const attribute = ({ description, values }: Attribute): string => `${description}=[${values.map(text).join()}]`;

/** An item in a line. */
function summary(item: LdifItem): string {
  if (item instanceof LdifError) return `${item.line}: ${item.reason}`;
  const { line, change, controls, isContent } = item;
  const parts = [`${line} ${isContent ? 'entry' : change.kind} ${change.dn}`];
  if (change.kind === 'add') parts.push(...change.attributes.map(attribute));
  if (change.kind === 'modify') parts.push(...change.modifications.map((each) => `${each.operation} ${attribute(each.attribute)}`));
  if (change.kind === 'rename') {
    const below = change.newSuperior === undefined ? '' : ` below ${change.newSuperior}`;
    parts.push(`to ${change.newRdn}${below}${change.deleteOldRdn ? ', old one goes' : ''}`);
  }
  if (controls.length > 0) parts.push('with');
  for (const { oid, critical, value } of controls) parts.push(`${oid}${critical ? '!' : ''}${value === undefined ? '' : `=${value}`}`);
  return parts.join(' ');
}

for (const { name, text: ldif, holds } of ldifCases) {
  test(`LDIF: ${name}`, () => {
    assert.equal(parseLdif(ldif).map(summary), holds);
  });

  test(`LDIF is the same however it is cut into pieces: ${name}`, () => {
    const bytes = Buffer.from(ldif);
    const whole = parseLdif(ldif).map(summary);
    for (let size = 1; size <= 7; size++) {
      const parser = new LdifParser('ldif');
      const items: LdifItem[] = [];
      for (let at = 0; at < bytes.length; at += size) items.push(...parser.push(Buffer.from(bytes.subarray(at, at + size))));
      items.push(...parser.end());
      assert.equal(items.map(summary), whole, `pieces of ${size}`);
    }
  });
}

test('LDIF may be folded at any place, in the middle of a character too', () => {
  const line = Buffer.from('cn: Zoë Ünal');
  for (let at = 1; at < line.length; at++) {
    const folded = Buffer.concat([
      Buffer.from('dn: cn=a\n'),
      line.subarray(0, at),
      Buffer.from('\n '),
      line.subarray(at),
      Buffer.from('\n'),
    ]);
    assert.equal(parseLdif(folded).map(summary), ['1 entry cn=a cn=[Zoë Ünal]'], `after ${at} bytes`);
  }
});

test('a mistake names its file, its line and the reason', () => {
  const [item] = parseLdif('dn: cn=a\nhello\n', 'people.ldif');
  assert.instance(item, LdifError);
  assert.is(item instanceof LdifError && item.message, 'people.ldif:2: "name: value" is expected');
});

test('a record longer than allowed is refused without being kept, and the next one is read', () => {
  const parser = new LdifParser('ldif', 1000);
  const items: LdifItem[] = [];
  items.push(...parser.push(Buffer.from('dn: cn=a\ndescription: ')));
  for (let count = 0; count < 100; count++) items.push(...parser.push(Buffer.alloc(1000, 'x')));
  items.push(...parser.push(Buffer.from('\n\ndn: cn=b\ncn: b\n')), ...parser.end());
  assert.equal(items.map(summary), ['1: a record has more than 1000 bytes', '4 entry cn=b cn=[b]']);
});

test.run();
