import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalizeGeneralizedTime } from '../../schema/ldap/generalized-time.ts';
import { syntaxes } from '../../schema/ldap/syntaxes.ts';
import { syntaxCases, timeCases } from '../cases/schema-syntaxes.ts';

for (const { name, syntax: oid, valid, invalid } of syntaxCases) {
  test(`${name}: which values it has`, () => {
    const syntax = syntaxes.get(oid.includes('.') ? oid : `1.3.6.1.4.1.1466.115.121.1.${oid}`);
    assert.is(syntax?.description, name);
    for (const value of valid) assert.ok(syntax?.check(Buffer.from(value)), `${value} is valid`);
    for (const value of invalid) assert.not(syntax?.check(Buffer.from(value)), `${value} is invalid`);
  });
}

for (const [name, time, normal] of timeCases) {
  test(`generalized time: ${name}: ${time}`, () => {
    assert.is(normalizeGeneralizedTime(time), normal);
  });
}

test.run();
