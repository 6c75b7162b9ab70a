import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatFilter } from '../../directory/model/filter-text.ts';
import { isLevel, isVisibleTo, PolicyError, parseChoice, parseGrant, parsePolicy } from '../../schema/ldap/policy.ts';
import { shippedSchema } from '../support/schema.ts';

const rows: readonly (readonly [
  name: string,
  line: string,
  who: unknown,
  entries: unknown,
  attributes: unknown,
  may: readonly string[],
])[] = [
  ['everybody', 'allow | anonymous | . | * | compare', { kind: 'anonymous' }, ['sub', '', undefined], '*', ['compare']],
  [
    'a role',
    'allow | board | base ou=x | visible | search',
    { kind: 'role', role: 'board' },
    ['base', 'ou=x', undefined],
    'visible',
    ['compare', 'search'],
  ],
  [
    'a DN',
    'allow | cn=a,ou=services | one ou=x | cn sn | read',
    { kind: 'entry', dn: 'cn=a,ou=services' },
    ['one', 'ou=x', undefined],
    ['cn', 'sn'],
    ['compare', 'search', 'read'],
  ],
  [
    'a filter',
    'allow | self | sub ou=x (&(a=b)(c=*)) | cn,sn, mail | write',
    { kind: 'self' },
    ['sub', 'ou=x', '(&(a=b)(c=*))'],
    ['cn', 'sn', 'mail'],
    ['write'],
  ],
  [
    'a filter with an or',
    'allow | member | ou=x (|(a=b)(a=c)) | * | add, delete',
    { kind: 'member' },
    ['sub', 'ou=x', '(|(a=b)(a=c))'],
    '*',
    ['add', 'delete'],
  ],
  [
    'a comment behind a row',
    'allow | service | . | * | read # why',
    { kind: 'service' },
    ['sub', '', undefined],
    '*',
    ['compare', 'search', 'read'],
  ],
];

for (const [name, line, who, entries, attributes, may] of rows) {
  test(`an allow row: ${name}`, () => {
    const { access } = parsePolicy(`role | board | cn=board\n${line}\n`, 'a');
    const [row] = access;
    assert.is(access.length, 1);
    assert.equal(row?.who, who);
    assert.equal([row?.entries.scope, row?.entries.dn, row?.entries.filter && formatFilter(row.entries.filter)], entries);
    assert.equal(row?.attributes, attributes);
    assert.equal(row?.may, may);
  });
}

test('roles, secrets and visibility', () => {
  const text =
    '# all\n\nrole | board | cn=a,ou=g | cn=b\nsecret | userPassword, pwdHistory\nvisibility | cn mail | members | public..self\nvisibility | * | board\n';
  const { roles, secret, visibility } = parsePolicy(text, 'a');
  assert.equal([...roles], [['board', ['cn=a,ou=g', 'cn=b']]]);
  assert.equal(secret, ['userPassword', 'pwdHistory']);
  assert.equal(visibility, [
    { attributes: ['cn', 'mail'], standard: 'members', widest: 'public', narrowest: 'self' },
    { attributes: ['*'], standard: 'board', widest: 'board', narrowest: 'board' },
  ]);
});

test('the level board is what the role of its name sees, unless a row says which roles', () => {
  const roles = 'role | board | cn=a\nrole | helpers | cn=b\nrole | crew | cn=c\n';
  const boardOf = (rows: string) => parsePolicy(roles + rows, 'a').board;
  assert.equal(boardOf(''), ['board']);
  assert.equal(boardOf('level | board | board | helpers\n'), ['board', 'helpers']);
  assert.equal(boardOf('level | board | helpers\nlevel | board | crew\n'), ['helpers', 'crew']);
});

const mistakes: readonly (readonly [name: string, line: string, text: RegExp])[] = [
  ['an unknown row', 'deny | x', /^f:2: a row begins with .* not with "deny"$/],
  ['too few columns', 'allow | self | .', /^f:2: 4 columns are expected/],
  ['too many columns', 'secret | a | b', /^f:2: 1 columns are expected/],
  ['a role without groups', 'role | board', /^f:2: at least 2 columns/],
  ['a role with a wrong name', 'role | Bo ard | cn=a', /is no name for a role/],
  ['a role that nobody has', 'allow | nosuch | . | * | read', /^f: no row says who has the role "nosuch"$/],
  ['a level of a role that nobody has', 'level | board | nosuch', /^f: no row says who has the role "nosuch"$/],
  ['a level without roles', 'level | board', /^f:2: at least 2 columns/],
  ['a level that is no matter of roles', 'level | self | board', /^f:2: the level self is given to no role/],
  ['an unknown right', 'allow | self | . | * | peek', /^f:2: "peek" is not one of compare/],
  ['no rights', 'allow | self | . | * | ,', /^f:2: a list of names is empty/],
  ['no entries', 'allow | self |  | * | read', /^f:2: /],
  ['a broken filter', 'allow | self | ou=x (a=(b) | * | read', /^f:2: bad filter/],
  ['an unknown level', 'visibility | cn | friends', /^f:2: "friends" is not one of public/],
  ['a range the wrong way about', 'visibility | cn | members | self..public', /lies outside/],
  ['a standard outside its range', 'visibility | cn | public | members..self', /lies outside/],
  ['a range without an end', 'visibility | cn | public | public..', /"" is not one of/],
];

for (const [name, line, text] of mistakes) {
  test(`reports ${name}`, () => {
    try {
      parsePolicy(`# comment\n${line}\n`, 'f');
      assert.unreachable();
    } catch (error) {
      assert.instance(error, PolicyError);
      assert.match(error instanceof Error ? error.message : '', text);
    }
  });
}

test('all mistakes are told at once, each with its line', () => {
  try {
    parsePolicy('nonsense\nsecret | a\nvisibility | b | c\n', 'f');
    assert.unreachable();
  } catch (error) {
    assert.equal(error instanceof PolicyError && error.message.split('\n').map((line) => line.slice(0, 4)), ['f:1:', 'f:3:']);
  }
});

test("a service's grant is the last three columns of a row", () => {
  assert.equal(parseGrant(' one ou=people | uid, mail | search '), {
    entries: { scope: 'one', dn: 'ou=people', filter: undefined },
    attributes: ['uid', 'mail'],
    may: ['compare', 'search'],
  });
  for (const text of ['', 'ou=people', 'ou=people | uid', 'ou=people | uid | fly', 'self | ou=people | uid | read'])
    assert.throws(() => parseGrant(text));
});

test('a choice is an attribute and a level', () => {
  assert.equal(parseChoice('mobile public'), { attribute: 'mobile', level: 'public' });
  assert.equal(parseChoice('cn;lang-de   self'), { attribute: 'cn;lang-de', level: 'self' });
  for (const text of ['', 'mobile', 'mobile friends', 'mobile PUBLIC', ' mobile public', 'mobile public x', '1a public']) {
    assert.is(parseChoice(text), undefined, text);
  }
  assert.not(isLevel(undefined));
  assert.not(isLevel('constructor'));
});

for (const name of ['club', 'open']) {
  test(`${name}.access names attributes that exist`, () => {
    const schema = shippedSchema();
    const text = readFileSync(new URL(`../../schema/ldap/${name}.access`, import.meta.url), 'utf8');
    const { secret, visibility, access } = parsePolicy(text, `${name}.access`);
    const named = [
      ...secret,
      ...visibility.flatMap(({ attributes }) => attributes.filter((each) => each !== '*')),
      ...access.flatMap(({ attributes }) => (typeof attributes === 'string' || isVisibleTo(attributes) ? [] : attributes)),
    ];
    assert.equal(
      named.filter((each) => schema.attributeType(each) === undefined),
      [],
    );
  });
}

test.run();
