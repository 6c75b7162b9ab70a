/** Two values, and whether the rule finds them equal; undefined: the first is no value for the rule. */
export interface EqualityCase {
  readonly name: string;
  readonly rule: string;
  readonly a: string | Buffer;
  readonly b: string | Buffer;
  readonly equal: boolean | undefined;
}

const row = (rule: string, name: string, a: string | Buffer, b: string | Buffer, equal: boolean | undefined): EqualityCase => {
  return { rule, name, a, b, equal };
};

export const equalityCases: readonly EqualityCase[] = [
  row('caseIgnoreMatch', 'plain ASCII', 'ada', 'ada', true),
  row('caseIgnoreMatch', 'case is folded', 'Ada Lovelace', 'ADA lovelace', true),
  row('caseIgnoreMatch', 'other letters stay apart', 'ada', 'adb', false),
  row('caseIgnoreMatch', 'runs of blanks are one', 'a   b', 'a b', true),
  row('caseIgnoreMatch', 'blanks at the ends are none', '  a b ', 'a b', true),
  row('caseIgnoreMatch', 'a blank is not nothing', 'a b', 'ab', false),
  row('caseIgnoreMatch', 'a tab and a no-break space are blanks', 'a\t\u00a0b', 'a b', true),
  row('caseIgnoreMatch', 'nothing but blanks is one blank', '   ', ' ', true),
  row('caseIgnoreMatch', 'nothing at all is no value', '', ' ', undefined),
  row('caseIgnoreMatch', 'umlauts fold', 'JÜRGEN', 'jürgen', true),
  row('caseIgnoreMatch', 'an umlaut of two code points', 'Ju\u0308rgen', 'jürgen', true),
  row('caseIgnoreMatch', 'ß is ss', 'Straße', 'STRASSE', true),
  row('caseIgnoreMatch', 'both sigmas', 'ΟΔΟΣ', 'οδος', true),
  row('caseIgnoreMatch', 'a dotless i is no i', 'ı', 'i', false),
  row('caseIgnoreMatch', 'full-width letters', 'Ａｄａ', 'ada', true),
  row('caseIgnoreMatch', 'soft hyphens and joiners go', 'a\u00add\u200da', 'ada', true),
  row('caseIgnoreMatch', 'control characters go', 'a\u0001b', 'ab', true),
  row('caseIgnoreMatch', 'an emoji is itself', '🦊', '🦊', true),
  row('caseIgnoreMatch', 'private use is prohibited', '\ue000', '\ue000', undefined),
  row('caseIgnoreMatch', 'what is no UTF-8 is no value', Buffer.from([0x61, 0xff]), 'a', undefined),
  row('caseExactMatch', 'case matters', 'Ada', 'ada', false),
  row('caseExactMatch', 'blanks do not', ' Ada  L', 'Ada L', true),
  row('caseIgnoreIA5Match', 'case is folded', 'Ada@Example.ORG', 'ada@example.org', true),
  row('caseIgnoreIA5Match', 'beyond ASCII is no value', 'ä', 'ä', undefined),
  row('caseIgnoreIA5Match', 'may be empty', '', '', true),
  row('caseExactIA5Match', 'case matters', '/home/Ada', '/home/ada', false),
  row('numericStringMatch', 'blanks do not count', '12 34', '1234', true),
  row('numericStringMatch', 'letters are no digits', '12a', '12', undefined),
  row('telephoneNumberMatch', 'blanks and hyphens do not count', '+43 1-234', '+431234', true),
  row('telephoneNumberMatch', 'the plus does', '+431234', '431234', false),
  row('integerMatch', 'the same number', '-5', '-5', true),
  row('integerMatch', 'a zero in front is no integer', '05', '5', undefined),
  row('integerMatch', 'minus zero is none', '-0', '0', undefined),
  row('integerMatch', 'words are none', 'abc', '1', undefined),
  row('booleanMatch', 'TRUE', 'TRUE', 'TRUE', true),
  row('booleanMatch', 'lower case is no boolean', 'true', 'TRUE', undefined),
  row('bitStringMatch', 'closing zeros count', "'0100'B", "'01'B", false),
  row('bitStringMatch', 'without the B it is none', "'01'", "'01'B", undefined),
  row('octetStringMatch', 'every byte counts', Buffer.from([0, 0xff]), Buffer.from([0, 0xff]), true),
  row('octetStringMatch', 'case counts', 'a', 'A', false),
  row('generalizedTimeMatch', 'with and without seconds', '202401011200Z', '20240101120000Z', true),
  row('generalizedTimeMatch', 'offset and UTC', '20240101130000+0100', '20240101120000Z', true),
  row('UUIDMatch', 'case does not count', '597AE2F6-16a6-1027-98f4-d28b5365dc14', '597ae2f6-16a6-1027-98f4-d28b5365dc14', true),
  row('UUIDMatch', 'hyphens do', '597ae2f616a6102798f4d28b5365dc14', '597ae2f6-16a6-1027-98f4-d28b5365dc14', undefined),
  row('CSNMatch', 'case does not count', '20240101120000.000000Z#00000A#001#000000', '20240101120000.000000Z#00000a#001#000000', true),
  row('objectIdentifierMatch', 'a name and its number', 'inetOrgPerson', '2.16.840.1.113730.3.2.2', true),
  row('objectIdentifierMatch', 'two names of one type', 'commonName', 'CN', true),
  row('objectIdentifierMatch', 'a number that nobody defined', '1.2.3.4', '1.2.3.4', true),
  row('objectIdentifierMatch', 'a name that nobody defined', 'nosuch', 'nosuch', undefined),
  row('distinguishedNameMatch', 'blanks, case, types by number', 'UID=Ada , 2.5.4.11=People', 'uid=ada,ou=people', true),
  row('distinguishedNameMatch', 'the order in an RDN', 'cn=a+sn=b,dc=x', 'sn=b+cn=a,dc=x', true),
  row('distinguishedNameMatch', 'a value by its own rule', 'uidNumber=7', 'uidNumber=8', false),
  row('distinguishedNameMatch', 'what is no DN', 'ada', 'ada', undefined),
  row('uniqueMemberMatch', 'without an identifier it is a DN', 'CN=a', 'cn=a', true),
  row('uniqueMemberMatch', 'the identifier counts', "cn=a#'01'B", 'cn=a', false),
  row('caseIgnoreListMatch', 'line by line', ' Main  Street $ Vienna', 'main street$vienna', true),
  row('caseIgnoreListMatch', 'an escaped dollar is no new line', 'a\\24b', 'a$b', false),
];

/** A filter `initial*any*…*final` as a text with stars, and whether it finds the value; undefined: it is no assertion. */
export interface SubstringsCase {
  readonly name: string;
  readonly rule: string;
  readonly value: string;
  readonly pattern: string;
  readonly found: boolean | undefined;
}

const piece = (rule: string, name: string, value: string, pattern: string, found: boolean | undefined): SubstringsCase => {
  return { rule, name, value, pattern, found };
};

// the rows with blanks are what slapd 2.5 answers
export const substringsCases: readonly SubstringsCase[] = [
  piece('caseIgnoreSubstringsMatch', 'initial', 'Ada Lovelace', 'ada*', true),
  piece('caseIgnoreSubstringsMatch', 'final', 'Ada Lovelace', '*LACE', true),
  piece('caseIgnoreSubstringsMatch', 'pieces in order', 'abcabc', 'a*b*c', true),
  piece('caseIgnoreSubstringsMatch', 'pieces out of order', 'abc', '*c*a*', false),
  piece('caseIgnoreSubstringsMatch', 'pieces do not overlap', 'aba', 'ab*ba', false),
  piece('caseIgnoreSubstringsMatch', 'a blank before the star wants something behind it', 'lonely', 'lonely *', false),
  piece('caseIgnoreSubstringsMatch', 'and finds it', 'foo  bar', 'foo *', true),
  piece('caseIgnoreSubstringsMatch', 'a blank before the last piece', 'foo  bar', '* bar', true),
  piece('caseIgnoreSubstringsMatch', 'blanks at the very ends do not count', 'foo bar', ' foo*bar ', true),
  piece('caseIgnoreSubstringsMatch', 'runs of blanks in a piece are one', 'foo bar', 'foo   b*', true),
  piece('caseIgnoreSubstringsMatch', 'a blank within', 'foo bar', '*o b*', true),
  piece('caseIgnoreSubstringsMatch', 'no blank there', 'foo bar', '* o*', false),
  piece('caseIgnoreSubstringsMatch', 'umlauts', 'Jürgen', '*ÜRG*', true),
  piece('caseExactSubstringsMatch', 'case matters', 'Ada', 'ada*', false),
  piece('caseIgnoreIA5SubstringsMatch', 'mail', 'ada@example.org', '*@EXAMPLE.org', true),
  piece('caseIgnoreIA5SubstringsMatch', 'beyond ASCII', 'ada@example.org', '*ä*', undefined),
  piece('telephoneNumberSubstringsMatch', 'blanks and hyphens do not count', '+43 1 234-56', '*123456', true),
  piece('numericStringSubstringsMatch', 'blanks do not count', '12 34 56', '1 2*5*', true),
  piece('caseIgnoreListSubstringsMatch', 'within a line', 'Main Street 1$Vienna', '*street*', true),
  piece('caseIgnoreListSubstringsMatch', 'not across lines', 'Main Street 1$Vienna', '*1vienna*', false),
  piece('octetStringSubstringsMatch', 'bytes', 'abc', 'a*C', false),
];

/** Values in the order that the rule puts them in. */
export const orderingCases: readonly { readonly rule: string; readonly name: string; readonly ordered: readonly string[] }[] = [
  { rule: 'integerOrderingMatch', name: 'numbers, not texts', ordered: ['-10', '-9', '0', '9', '10', '100'] },
  { rule: 'caseIgnoreOrderingMatch', name: 'letters without case', ordered: ['Alpha', 'beta', 'Gamma'] },
  {
    rule: 'generalizedTimeOrderingMatch',
    name: 'times with fractions and offsets',
    ordered: ['20231231235959Z', '20240101120000Z', '20240101120000.25Z', '20240101120000.5Z', '20240101140000+0100'],
  },
  { rule: 'octetStringOrderingMatch', name: 'bytes; the shorter first', ordered: ['A', 'AA', 'a'] },
  { rule: 'numericStringOrderingMatch', name: 'digits as text', ordered: ['1', '10', '2'] },
  {
    rule: 'CSNOrderingMatch',
    name: 'change sequence numbers',
    ordered: ['20240101120000.000000Z#000000#001#000000', '20240101120000.000000Z#000001#000#000000'],
  },
];

/** Extensible assertions: does the rule, with this assertion, accept the value? */
export const assertionCases: readonly {
  readonly name: string;
  readonly rule: string;
  readonly assertion: string;
  readonly value: string;
  readonly accepts: boolean | undefined;
}[] = [
  { name: 'all bits are there', rule: '1.2.840.113556.1.4.803', assertion: '6', value: '7', accepts: true },
  { name: 'one bit is missing', rule: '1.2.840.113556.1.4.803', assertion: '6', value: '5', accepts: false },
  { name: 'any of the bits', rule: '1.2.840.113556.1.4.804', assertion: '6', value: '4', accepts: true },
  { name: 'none of the bits', rule: 'integerBitOrMatch', assertion: '6', value: '9', accepts: false },
  { name: 'a mask that is no number', rule: 'integerBitOrMatch', assertion: 'x', value: '9', accepts: undefined },
  {
    name: 'a mask of a thousand digits is refused',
    rule: 'integerBitOrMatch',
    assertion: '9'.repeat(1000),
    value: '9',
    accepts: undefined,
  },
  { name: 'an ordering rule means: comes before', rule: 'integerOrderingMatch', assertion: '10', value: '9', accepts: true },
  { name: 'the same does not come before', rule: 'integerOrderingMatch', assertion: '10', value: '10', accepts: false },
  { name: 'a substring assertion in one value', rule: 'caseIgnoreSubstringsMatch', assertion: 'a*c', value: 'ABC', accepts: true },
  { name: 'with an escaped star', rule: 'caseIgnoreSubstringsMatch', assertion: 'a\\2a*', value: 'a*b', accepts: true },
  { name: 'a word of the text', rule: 'wordMatch', assertion: 'LOVELACE', value: 'Ada Lovelace, countess', accepts: true },
  { name: 'part of a word', rule: 'wordMatch', assertion: 'love', value: 'Ada Lovelace', accepts: false },
  {
    name: 'the number of a definition',
    rule: 'objectIdentifierFirstComponentMatch',
    assertion: 'cn',
    value: "( 2.5.4.3 NAME 'cn' SUP name )",
    accepts: true,
  },
  { name: 'the integer of a definition', rule: 'integerFirstComponentMatch', assertion: '2', value: '( 2 FORM x )', accepts: true },
];
