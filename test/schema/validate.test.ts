import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDn } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { validateEntry } from '../../schema/ldap/validate.ts';
import { entryCases } from '../cases/schema-entries.ts';
import { shippedSchema } from '../support/schema.ts';

const schema = shippedSchema();

function attributesOf(lines: readonly string[]): Attribute[] {
  const values = new Map<string, Buffer[]>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
    const known = values.get(name);
    if (known === undefined) values.set(name, [Buffer.from(value)]);
    else known.push(Buffer.from(value));
  }
  return [...values].map(([description, of]) => ({ description, values: of }));
}

for (const { name, rdn, lines, structural, kind, text } of entryCases) {
  test(`${kind ?? 'allowed'}: ${name}`, () => {
    const validate = () => validateEntry(schema, parseDn(`${rdn},dc=example,dc=org`), attributesOf(lines));
    if (kind === undefined) {
      assert.is(validate().structural.name, structural);
      return;
    }
    assert.throws(validate, (error: unknown) => {
      if (!(error instanceof DirectoryError)) return false;
      assert.is(error.kind, kind);
      if (text !== undefined) assert.is(error.message, text);
      return true;
    });
  });
}

test('a group of thousands is checked in well under a second', () => {
  const values = Array.from({ length: 20_000 }, (_, n) => Buffer.from(`uid=user${n},ou=people,dc=example,dc=org`));
  const attributes = [...attributesOf(['objectClass: groupOfNames', 'cn: all']), { description: 'member', values }];
  const started = process.hrtime.bigint();
  validateEntry(schema, parseDn('cn=all'), attributes);
  assert.ok(process.hrtime.bigint() - started < 900_000_000n);
});

test.run();
