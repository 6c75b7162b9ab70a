import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Schema } from '../../schema/ldap/registry.ts';
import { publishedSchema } from '../../schema/ldap/subschema.ts';
import { shippedSchema } from '../support/schema.ts';

const schema = shippedSchema();
const published = new Map(publishedSchema(schema).map(({ description, values }) => [description, values.map(String)]));

function valuesOf(name: string): readonly string[] {
  return published.get(name) ?? [];
}

const expected: readonly (readonly [attribute: string, value: string])[] = [
  ['attributeTypes', "( 2.5.4.3 NAME ( 'cn' 'commonName' ) SUP name )"],
  [
    'attributeTypes',
    "( 1.3.6.1.1.16.4 NAME 'entryUUID' EQUALITY UUIDMatch ORDERING UUIDOrderingMatch SYNTAX 1.3.6.1.1.16.1 SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation )",
  ],
  [
    'objectClasses',
    "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ telephoneNumber $ seeAlso $ description ) )",
  ],
  ['matchingRules', "( 2.5.13.2 NAME 'caseIgnoreMatch' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )"],
  ['matchingRuleUse', "( 1.3.6.1.1.16.2 NAME 'UUIDMatch' APPLIES entryUUID )"],
  ['ldapSyntaxes', "( 1.3.6.1.4.1.1466.115.121.1.15 DESC 'Directory String' )"],
  ['ldapSyntaxes', "( 1.3.6.1.4.1.1466.115.121.1.28 DESC 'JPEG' X-NOT-HUMAN-READABLE 'TRUE' )"],
  ['ldapSyntaxes', "( 1.3.6.1.4.1.1466.115.121.1.8 DESC 'Certificate' X-BINARY-TRANSFER-REQUIRED 'TRUE' X-NOT-HUMAN-READABLE 'TRUE' )"],
];

for (const [attribute, value] of expected) {
  test(`publishes ${value}`, () => assert.ok(valuesOf(attribute).includes(value)));
}

test('everything is on one line with single blanks, and no value of the wrong syntax', () => {
  assert.is(published.size, 5);
  for (const [name, values] of published) {
    assert.ok(values.length > 0, name);
    const type = schema.attributeType(name);
    for (const value of values) {
      assert.not.match(value.replace(/'[^']*'/g, "''"), / {2}|[\n\t]/);
      assert.ok(type?.syntax.check(Buffer.from(value)), value);
    }
    assert.is(new Set(values.map((value) => type?.equality?.normalize(Buffer.from(value)))).size, values.length, name);
  }
});

test('what is published reads back as the same schema', () => {
  const text = ['attributeTypes', 'objectClasses'].flatMap((name) => valuesOf(name).map((value) => `${name}: ${value}`)).join('\n');
  const again = Schema.load([{ file: 'cn=subschema', text }]);
  assert.equal(publishedSchema(again), publishedSchema(schema));
});

test.run();
