import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDn } from '../../directory/model/dn.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { SchemaError } from '../../schema/ldap/parse.ts';
import { Schema } from '../../schema/ldap/registry.ts';
import { dnCases } from '../cases/schema-dn.ts';
import { shippedSchema } from '../support/schema.ts';

const schema = shippedSchema();

for (const [name, dn, key] of dnCases) {
  test(`key of a DN: ${name}`, () => {
    if (key === undefined) {
      assert.throws(
        () => schema.normalizeDn(dn),
        (error: unknown) => error instanceof DirectoryError && error.kind === 'invalidDNSyntax',
      );
      return;
    }
    assert.is(schema.normalizeDn(dn), key);
    assert.is(schema.normalizeDn(dn), key, 'again, from memory');
    assert.is(schema.dnKey(parseDn(dn)), key, 'parsed before');
    if (key.length > 0) assert.is(schema.normalizeDn(key), key, 'a key is its own key');
  });
}

test('the key of a parent is that of the DN without its first RDN', () => {
  const dn = parseDn('cn=a\\,b+uid=C,ou=People,dc=x');
  assert.is(schema.dnKey(dn), `${schema.rdnKey(dn[0] ?? [])},${schema.dnKey(dn.slice(1))}`);
});

test('types and classes are found by every name, in any case, and by number', () => {
  const cn = schema.attributeType('cn');
  assert.is(cn?.name, 'cn');
  for (const name of ['CN', 'commonName', 'COMMONNAME', '2.5.4.3']) assert.is(schema.attributeType(name), cn);
  const top = schema.objectClass('top');
  for (const name of ['TOP', '2.5.6.0']) assert.is(schema.objectClass(name), top);
  assert.is(schema.attributeType('nosuch'), undefined);
  assert.is(schema.attributeType('constructor'), undefined);
  assert.is(schema.objectClass('cn'), undefined);
});

test('a subtype inherits what it does not say', () => {
  const cn = schema.attributeType('cn');
  const name = schema.attributeType('name');
  assert.ok(cn && name);
  assert.is(cn.equality, name.equality);
  assert.is(cn.substrings?.name, 'caseIgnoreSubstringsMatch');
  assert.is(cn.syntax.description, 'Directory String');
  assert.is(schema.attributeType('c')?.syntax.description, 'Country String');
  assert.ok(schema.isSubtype(cn, name));
  assert.ok(schema.isSubtype(cn, cn));
  assert.not(schema.isSubtype(name, cn));
});

test('an entry belongs to the superiors of its classes too', () => {
  const names = (given: string[]) => [...schema.classesOf(given)].map(({ name }) => name).sort();
  assert.equal(names(['INETORGPERSON']), ['inetOrgPerson', 'organizationalPerson', 'person', 'top']);
  assert.equal(names(['2.5.6.6', 'posixAccount', 'nosuch']), ['person', 'posixAccount', 'top']);
  assert.equal(names([]), []);
});

test('a structural class without a superior stands below top', () => {
  const objectClass = Schema.load([{ file: 'a', text: mini }]).objectClass('thing');
  assert.equal(
    objectClass?.superiors.map(({ name }) => name),
    ['top'],
  );
});

test('descriptions without options have the first numbers, without gaps', () => {
  const fresh = shippedSchema();
  const count = fresh.attributeTypes.length;
  assert.equal(new Set(fresh.attributeTypes.map(({ name }) => fresh.description(name)?.id)), new Set([...Array(count).keys()]));
  assert.is(fresh.description('CN;lang-de')?.id, count);
  assert.is(fresh.descriptionById(count)?.name, 'cn;lang-de');
  assert.is(fresh.descriptionById(count + 1), undefined);
});

test('a description is one object however it is spelled', () => {
  const fresh = shippedSchema();
  const description = fresh.description('commonName;lang-EN;lang-de;lang-en');
  assert.equal(description?.options, ['lang-de', 'lang-en']);
  assert.is(description?.name, 'cn;lang-de;lang-en');
  assert.is(fresh.description('2.5.4.3;LANG-DE;lang-en'), description);
  assert.is(fresh.findDescription('cn;lang-en;lang-de'), description);
});

test('asking numbers nothing, and tells a type that is not known from an option that was never seen', () => {
  const fresh = shippedSchema();
  const { version } = fresh;
  assert.is(fresh.findDescription('cn;lang-de'), undefined);
  assert.equal(fresh.covered('cn;lang-de'), { type: fresh.attributeType('cn'), descriptions: [] });
  assert.is(fresh.covered('nosuch'), undefined);
  assert.is(fresh.covered('cn;nosuch'), undefined);
  assert.is(fresh.version, version);
  fresh.description('cn;lang-de');
  assert.ok(fresh.version > version);
  assert.is(fresh.findDescription('cn;lang-de')?.name, 'cn;lang-de');
});

for (const text of [
  'cn;foo',
  'cn;x-y',
  'cn;',
  'cn;lang-',
  'cn;lang-de-',
  'cn;lang-de;',
  'cn;binary',
  ';lang-de',
  '',
  'cn;lang-toolongatag',
  ' cn',
]) {
  test(`"${text}" describes nothing that can be stored`, () => assert.is(shippedSchema().description(text), undefined));
}

test('certificates come as ;binary', () => {
  assert.is(shippedSchema().description('userCertificate;Binary')?.name, 'userCertificate;binary');
});

const covering: readonly (readonly [asked: string, covered: readonly string[]])[] = [
  ['cn', ['cn', 'cn;lang-de', 'cn;lang-en', 'cn;lang-en-us']],
  ['cn;lang-en', ['cn;lang-en']],
  ['cn;lang-en-', ['cn;lang-en', 'cn;lang-en-us']],
  ['cn;lang-', ['cn;lang-de', 'cn;lang-en', 'cn;lang-en-us']],
  ['CN;LANG-DE', ['cn;lang-de']],
  ['cn;lang-fr', []],
  ['mail', ['mail']],
  ['distinguishedName', ['dgIdentity', 'distinguishedName', 'member', 'owner', 'roleOccupant', 'seeAlso']],
];

for (const [asked, names] of covering) {
  test(`a request for ${asked} covers ${names.join(', ') || 'nothing'}`, () => {
    const fresh = shippedSchema();
    fresh.covered(asked);
    for (const text of ['cn;lang-de', 'cn;lang-en', 'cn;lang-en-US']) fresh.description(text);
    assert.equal(
      fresh
        .covered(asked)
        ?.descriptions.map(({ name }) => name)
        .sort(),
      names,
    );
  });
}

test('a supertype covers subtypes with their options', () => {
  const fresh = shippedSchema();
  fresh.description('sn;lang-de');
  const names = fresh.covered('name')?.descriptions.map(({ name }) => name) ?? [];
  for (const name of ['name', 'cn', 'sn', 'sn;lang-de', 'givenName', 'ou']) assert.ok(names.includes(name), name);
  assert.equal(
    fresh.covered('name;lang-de')?.descriptions.map(({ name }) => name),
    ['sn;lang-de'],
  );
});

test('nobody can make it remember without end', () => {
  const fresh = shippedSchema();
  assert.throws(
    () => {
      for (let n = 0; n < 30_000; n++) fresh.description(`cn;lang-x-${n}`);
    },
    (error: unknown) => error instanceof DirectoryError && error.kind === 'adminLimitExceeded',
  );
  assert.is(fresh.description('cn')?.name, 'cn');
  assert.is(fresh.description('cn;lang-x-1')?.name, 'cn;lang-x-1');
});

const mini = `
attributetype ( 2.5.4.0 NAME 'objectClass' EQUALITY objectIdentifierMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.38 )
attributetype ( 1.1 NAME 'text' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )
objectclass ( 1.2 NAME 'thing' MAY text )
`;

const mistaken: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ['an unknown superior', "attributetype ( 1.9 NAME 'x' SUP nosuch )", /^more:1: x: SUP nosuch is not known$/],
  ['an unknown syntax', "attributetype ( 1.9 NAME 'x' SYNTAX 1.2.3 )", /x: SYNTAX 1.2.3 is not known/],
  ['no syntax', "attributetype ( 1.9 NAME 'x' )", /SUP or SYNTAX is missing/],
  ['an unknown rule', "attributetype ( 1.9 NAME 'x' SUP text EQUALITY nosuch )", /nosuch is not the name of any equality rule/],
  ['a rule of another kind', "attributetype ( 1.9 NAME 'x' SUP text ORDERING caseIgnoreMatch )", /any ordering rule/],
  ['an unknown usage', "attributetype ( 1.9 NAME 'x' SUP text USAGE fun )", /USAGE fun/],
  ["another usage than the superior's", "attributetype ( 1.9 NAME 'x' SUP text USAGE dSAOperation )", /not that of SUP text/],
  ['a number defined otherwise', "attributetype ( 1.1 NAME 'x' SUP text )", /1.1 is defined otherwise at base:3/],
  ['a name defined otherwise', "attributetype ( 1.9 NAME 'TEXT' SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )", /text is defined otherwise/],
  ['a type above itself', "attributetype ( 1.8 NAME 'a' SUP b )\nattributetype ( 1.9 NAME 'b' SUP a )", /leads back to where it began/],
  ['an unknown attribute', "objectclass ( 1.9 NAME 'x' MUST nosuch )", /MUST nosuch is not known/],
  ['an unknown superior class', "objectclass ( 1.9 NAME 'x' SUP nosuch )", /SUP nosuch is not known/],
  ['an auxiliary class below a structural one', "objectclass ( 1.9 NAME 'x' SUP thing AUXILIARY )", /auxiliary can't have SUP thing/],
];

for (const [name, text, message] of mistaken) {
  test(`refuses ${name}`, () => {
    try {
      Schema.load([
        { file: 'base', text: mini },
        { file: 'more', text },
      ]);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, SchemaError);
      assert.match(error instanceof Error ? error.message : '', message);
    }
  });
}

test('every mistake is told at once, but not what follows from another', () => {
  const text =
    "attributetype ( 1.8 NAME 'a' SUP nosuch )\nattributetype ( 1.9 NAME 'b' SUP a )\nobjectclass ( 1.7 NAME 'c' SUP top MAY nothing )";
  try {
    Schema.load([
      { file: 'base', text: mini },
      { file: 'more', text },
    ]);
    assert.unreachable();
  } catch (error) {
    assert.equal(error instanceof SchemaError && error.message.split('\n').map((line) => line.slice(0, 9)), ['more:1: a', 'more:3: c']);
  }
});

test('definitions may stand in any order, and come again in other words', () => {
  const more = "attributetype ( 1.9 NAME 'x' SUP later )\nattributetype ( 1.8 NAME 'later' SUP text )";
  const again = "attributetype ( 1.1 NAME 'text' DESC 'some text' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )";
  const loaded = Schema.load([
    { file: 'more', text: more },
    { file: 'base', text: mini },
    { file: 'again', text: again },
  ]);
  assert.is(loaded.attributeType('x')?.superior?.superior?.name, 'text');
  assert.is(loaded.attributeTypes.length, 4);
});

test.run();
