import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Change } from '../../directory/model/change.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { LdifError, parseLdif } from '../../ldif/parse.ts';
import { printChange, printEntry } from '../../ldif/print.ts';
import { seeded } from '../wire/bytes.ts';

const entry = (value: Buffer | string): string =>
  printEntry({ dn: 'cn=a', attributes: [{ description: 'cn', values: [Buffer.from(value)] }] });

// RFC 2849: SAFE-STRING, and a blank at the end, which should be encoded
const written: readonly (readonly [what: string, value: Buffer | string, line: string])[] = [
  ['ASCII', 'Ada Lovelace', 'cn: Ada Lovelace'],
  ['an empty value', '', 'cn:'],
  ['a blank in front', ' a', 'cn:: IGE='],
  ['a blank behind', 'a ', 'cn:: YSA='],
  ['a colon in front', ':a', 'cn:: OmE='],
  ['a less-than sign in front', '<a', 'cn:: PGE='],
  ['a colon and a less-than sign within', 'a:<b', 'cn: a:<b'],
  ['a number sign in front', '#a', 'cn: #a'],
  ['a line feed', 'a\nb', 'cn:: YQpi'],
  ['a carriage return', 'a\rb', 'cn:: YQ1i'],
  ['a NUL', 'a\0b', 'cn:: YQBi'],
  ['UTF-8', 'Zoë', 'cn:: Wm/Dqw=='],
  ['bytes', Buffer.from([0xff, 0xfe]), 'cn:: //4='],
];

for (const [what, value, line] of written) {
  test(`an entry is written with ${what}`, () => {
    assert.is(entry(value), `dn: cn=a\n${line}\n\n`);
  });
}

test('long lines are folded at 76 characters, a blank before what goes on', () => {
  const [, first = '', second = '', third = ''] = entry('x'.repeat(200)).split('\n');
  assert.is(first, `cn: ${'x'.repeat(72)}`);
  assert.is(second, ` ${'x'.repeat(75)}`);
  assert.is(third, ` ${'x'.repeat(53)}`);
});

test('a DN that is not ASCII is written in base64', () => {
  assert.is(printEntry({ dn: 'cn=Zoë', attributes: [] }), 'dn:: Y249Wm/Dqw==\n\n');
});

const a = (description: string, ...values: readonly string[]): Attribute => ({
  description,
  values: values.map((each) => Buffer.from(each)),
});

const changes: readonly Change[] = [
  { kind: 'add', dn: 'cn=a', attributes: [a('objectClass', 'top', 'person'), a('cn', 'a')] },
  { kind: 'delete', dn: 'cn=Zoë' },
  { kind: 'rename', dn: 'cn=a', newRdn: 'cn=ü', deleteOldRdn: true },
  { kind: 'rename', dn: 'cn=a', newRdn: 'cn=b', deleteOldRdn: false, newSuperior: 'ou=ö' },
  {
    kind: 'modify',
    dn: 'cn=a',
    modifications: [
      { operation: 'add', attribute: a('mail', 'a@b', ' c') },
      { operation: 'delete', attribute: a('sn') },
      { operation: 'replace', attribute: a('l', '') },
      { operation: 'increment', attribute: a('uidNumber', '5') },
    ],
  },
];

for (const change of changes) {
  test(`a ${change.kind} that is written is read as it was`, () => {
    const [item, ...more] = parseLdif(printChange(change));
    assert.equal(item instanceof LdifError ? item : item?.change, change);
    assert.is(more.length, 0);
  });
}

test('whatever values entries have, they are read as they were written', () => {
  const next = seeded(20_261_124);
  const letters = ['a', ' ', ':', '<', '#', '\n', '\r', '\0', 'ë', '𝔘', '-', 'x'.repeat(70)];
  for (let round = 0; round < 500; round++) {
    const some = (most: number) => Array.from({ length: 1 + Math.floor(next() * most) });
    const attributes = some(5).map((_, index) => ({
      description: `attr-${index};lang-de`,
      values: some(3).map(() =>
        Buffer.from(
          some(6)
            .map(() => letters[Math.floor(next() * letters.length)] ?? '')
            .join(''),
        ),
      ),
    }));
    const dn = `cn=${some(4)
      .map(() => letters[Math.floor(next() * 5)] ?? '')
      .join('')}x`;
    const items = parseLdif(printEntry({ dn, attributes }));
    assert.equal(
      items.map((item) => (item instanceof LdifError ? item.message : item.change)),
      [{ kind: 'add', dn, attributes }],
    );
  }
});

test.run();
