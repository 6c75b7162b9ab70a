import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containsPieces, type MatchingRule } from '../../schema/ldap/matching-rules.ts';
import { assertionCases, equalityCases, orderingCases, substringsCases } from '../cases/schema-matching.ts';
import { shippedSchema } from '../support/schema.ts';

const schema = shippedSchema();

function ruleNamed(name: string): MatchingRule {
  const rule = schema.matchingRule(name);
  assert.ok(rule, name);
  return rule;
}

function bytes(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

for (const { rule: ruleName, name, a, b, equal } of equalityCases) {
  test(`${ruleName}: ${name}`, () => {
    const rule = ruleNamed(ruleName);
    const normal = rule.normalize(bytes(a));
    assert.is(normal === undefined ? undefined : normal === rule.normalize(bytes(b)), equal);
    assert.is(rule.normalizeAssertion(bytes(a)), normal);
  });
}

for (const { rule: ruleName, name, value, pattern, found } of substringsCases) {
  test(`${ruleName}: ${name}: ${pattern}`, () => {
    const rule = ruleNamed(ruleName);
    const pieces = pattern.split('*').map((piece) => Buffer.from(piece));
    const [initial, final] = [pieces[0], pieces.at(-1)];
    const normal = rule.normalizeSubstrings?.({
      ...(initial?.length && { initial }),
      any: pieces.slice(1, -1),
      ...(final?.length && { final }),
    });
    assert.is(normal && containsPieces(rule.normalize(Buffer.from(value)) ?? '', normal), found);
  });
}

for (const { rule: ruleName, name, ordered } of orderingCases) {
  test(`${ruleName}: ${name}`, () => {
    const rule = ruleNamed(ruleName);
    const normals = ordered.map((value) => rule.normalize(Buffer.from(value)) ?? `${value} is no value`);
    const order = (a: string, b: string) => rule.compare?.(a, b) ?? Number.NaN;
    assert.equal([...normals].reverse().sort(order), normals);
    for (const normal of normals) assert.is(order(normal, normal), 0);
  });
}

for (const { rule: ruleName, name, assertion, value, accepts } of assertionCases) {
  test(`extensible ${ruleName}: ${name}`, () => {
    assert.is(ruleNamed(ruleName).assertion(Buffer.from(assertion))?.(Buffer.from(value)), accepts);
  });
}

test('a rule is found by its number and by its name in any case', () => {
  assert.is(schema.matchingRule('2.5.13.2'), schema.matchingRule('CASEIGNOREMATCH'));
  assert.is(schema.matchingRule('nosuch'), undefined);
});

test('a rule applies to the syntaxes it can compare', () => {
  const applies = (rule: string, type: string) => {
    const attributeType = schema.attributeType(type);
    return attributeType !== undefined && schema.ruleApplies(ruleNamed(rule), attributeType);
  };
  assert.ok(applies('caseExactMatch', 'cn'));
  assert.ok(applies('integerBitAndMatch', 'uidNumber'));
  assert.not(applies('integerMatch', 'cn'));
  assert.not(applies('caseIgnoreMatch', 'jpegPhoto'));
});

test('a pattern of many pieces takes no longer than the value is long', () => {
  const started = process.hrtime.bigint();
  assert.not(containsPieces('a'.repeat(100_000), { any: [...Array(10_000).fill('a'), 'b'] }));
  assert.ok(process.hrtime.bigint() - started < 1_000_000_000n);
});

test.run();
