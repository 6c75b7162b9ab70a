import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printDefinition } from '../../schema/ldap/definition-text.ts';
import { parseDefinitions } from '../../schema/ldap/parse.ts';

/** Files of one definition, and how RFC 4512 writes it. */
const readable: readonly (readonly [name: string, text: string, printed: string])[] = [
  ['the shortest type', 'attributetype ( 1.2 SUP name )', '( 1.2 SUP name )'],
  [
    'everything that a type can have',
    "attributetype ( 1.2.3 NAME ( 'a' 'b-1' ) DESC 'some text' OBSOLETE SUP s EQUALITY e ORDERING o SUBSTR u SYNTAX 1.3.6{64} SINGLE-VALUE COLLECTIVE NO-USER-MODIFICATION USAGE dSAOperation X-ORIGIN 'RFC' X-TWO ( 'p' 'q' ) )",
    "( 1.2.3 NAME ( 'a' 'b-1' ) DESC 'some text' OBSOLETE SUP s EQUALITY e ORDERING o SUBSTR u SYNTAX 1.3.6{64} SINGLE-VALUE COLLECTIVE NO-USER-MODIFICATION USAGE dSAOperation X-ORIGIN 'RFC' X-TWO ( 'p' 'q' ) )",
  ],
  ['a class without a kind is structural', "objectclass ( 1.2 NAME 'c' )", "( 1.2 NAME 'c' STRUCTURAL )"],
  [
    'lists with and without brackets',
    "objectclass ( 1.2 NAME 'c' SUP ( a $ b ) AUXILIARY MUST ( x ) MAY ( y$z ) )",
    "( 1.2 NAME 'c' SUP ( a $ b ) AUXILIARY MUST x MAY ( y $ z ) )",
  ],
  ['no blanks round brackets', "objectclass (1.2 NAME('c')MUST(x$y))", "( 1.2 NAME 'c' STRUCTURAL MUST ( x $ y ) )"],
  ['lines that go on', "attributetype ( 1.2\n\tNAME 'a'\n    SUP name\n  )", "( 1.2 NAME 'a' SUP name )"],
  ['Windows line ends', "attributetype ( 1.2\r\n NAME 'a'\r\n SUP name )\r\n", "( 1.2 NAME 'a' SUP name )"],
  ['keywords in any case', "AttributeType ( 1.2 name 'a' sup name single-value )", "( 1.2 NAME 'a' SUP name SINGLE-VALUE )"],
  ['comments, also continued ones', '# one\n  two\nattributetype ( 1.2 SUP name )\n#three', '( 1.2 SUP name )'],
  ['brackets and dollars in a description', "attributetype ( 1.2 DESC 'a ) $ (' SUP name )", "( 1.2 DESC 'a ) $ (' SUP name )"],
  ['an escaped quote', "attributetype ( 1.2 DESC 'it\\27s a \\5C' SUP name )", "( 1.2 DESC 'it\\27s a \\5C' SUP name )"],
  ['a macro', 'objectidentifier Base 1.2\nobjectidentifier sub base:3\nattributetype ( SUB:4.5 SUP name )', '( 1.2.3.4.5 SUP name )'],
  ['a macro for a syntax', 'objectidentifier s 1.2\nattributetype ( 1.3 SYNTAX s:7{9} )', '( 1.3 SYNTAX 1.2.7{9} )'],
  ['a syntax in quotes', "attributetype ( 1.3 SYNTAX '1.2.7' )", '( 1.3 SYNTAX 1.2.7 )'],
  [
    'an arc as large as a UUID',
    'attributetype ( 2.25.340282366920938463463374607431768211455.1 SUP name )',
    '( 2.25.340282366920938463463374607431768211455.1 SUP name )',
  ],
  [
    'a subschema entry, folded within a word',
    "dn: cn=schema\nobjectClass: subschema\ncn: schema\nattributeTypes: ( 1.2 NAME 'a' S\n UP name )\nldapSyntaxes: ( 1.3 )",
    "( 1.2 NAME 'a' SUP name )",
  ],
  ["OpenLDAP's cn=config", "olcObjectClasses: {12}( 1.2 NAME 'c' )", "( 1.2 NAME 'c' STRUCTURAL )"],
  ['base64', `objectClasses:: ${Buffer.from("( 1.2 NAME 'c' )").toString('base64')}`, "( 1.2 NAME 'c' STRUCTURAL )"],
];

for (const [name, text, printed] of readable) {
  test(`reads ${name}`, () => {
    const { attributeTypes, objectClasses, mistakes } = parseDefinitions([{ file: 'a.schema', text }]);
    assert.equal(mistakes, []);
    assert.equal([...attributeTypes, ...objectClasses].map(printDefinition), [printed]);
  });
}

const wrong: readonly (readonly [name: string, text: string, mistake: RegExp])[] = [
  ['an unknown directive', 'include x', /^a.schema:1: "include" is none of/],
  ['a missing bracket', '\n\nattributetype ( 1.2 SUP name', /^a.schema:3: a definition ends with "\)"/],
  ['an unknown keyword', 'attributetype ( 1.2 MUST x )', /"MUST" is not expected here/],
  ['a keyword twice', 'attributetype ( 1.2 SUP a SUP b )', /SUP stands there twice/],
  ['a keyword without its value', 'attributetype ( 1.2 SUP )', /SUP needs a value/],
  ['several superior types', 'attributetype ( 1.2 SUP ( a $ b ) )', /SUP takes one value/],
  ['a name with a blank', "attributetype ( 1.2 NAME 'a b' SUP name )", /"a b" is no name/],
  ['an unknown macro', 'attributetype ( nope:1 SUP name )', /"nope:1" is no OID/],
  ['a macro that changes', 'objectidentifier a 1.2\nobjectidentifier A 1.3', /^a.schema:2: objectidentifier A is 1.2 already/],
  ['a list without an end', 'objectclass ( 1.2 MUST ( a $ b )', /a definition ends|has no end/],
  ['a quote without an end', "attributetype ( 1.2 DESC 'abc )", /a quoted string has no end/],
  ['two kinds', 'objectclass ( 1.2 ABSTRACT AUXILIARY )', /one of ABSTRACT/],
];

for (const [name, text, mistake] of wrong) {
  test(`reports ${name} with file and line`, () => {
    const { mistakes } = parseDefinitions([{ file: 'a.schema', text }]);
    assert.is(mistakes.length, 1);
    assert.match(mistakes[0] ?? '', mistake);
  });
}

test('macros hold for the files that follow, and all mistakes are told', () => {
  const { attributeTypes, mistakes } = parseDefinitions([
    { file: 'a.schema', text: 'objectidentifier base 1.2\nattributetype ( nope SUP name )' },
    { file: 'b.schema', text: 'attributetype ( base:3 SUP name )\nobjectclass x' },
  ]);
  assert.equal(
    attributeTypes.map(({ oid }) => oid),
    ['1.2.3'],
  );
  assert.is(mistakes.length, 2);
});

test.run();
