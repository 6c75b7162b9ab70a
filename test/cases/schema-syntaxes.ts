/** Syntax OID's last arc below 1.3.6.1.4.1.1466.115.121.1, or a whole OID; values that it has and has not. */
export const syntaxCases: readonly {
  readonly name: string;
  readonly syntax: string;
  readonly valid: readonly (string | Buffer)[];
  readonly invalid: readonly (string | Buffer)[];
}[] = [
  {
    name: 'Directory String',
    syntax: '15',
    valid: ['a', 'ä', ' ', '🦊'],
    invalid: ['', Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80])],
  },
  { name: 'IA5 String', syntax: '26', valid: ['', 'a@b'], invalid: ['ä'] },
  { name: 'INTEGER', syntax: '27', valid: ['0', '-1', '12345678901234567890'], invalid: ['', '01', '-0', '+1', '1.5', ' 1'] },
  { name: 'Boolean', syntax: '7', valid: ['TRUE', 'FALSE'], invalid: ['true', '1', ''] },
  { name: 'Bit String', syntax: '6', valid: ["''B", "'01'B"], invalid: ["'01'", "'2'B"] },
  { name: 'Country String', syntax: '11', valid: ['AT'], invalid: ['A', 'AUT', 'Ä'] },
  { name: 'DN', syntax: '12', valid: ['', 'cn=a', 'cn=a+sn=b,dc=x', 'cn=a\\,b'], invalid: ['a', 'cn=a,', '=a', 'cn=a\\zz'] },
  { name: 'Name And Optional UID', syntax: '34', valid: ['cn=a', "cn=a#'01'B"], invalid: ['a', "a#'01'B"] },
  { name: 'Delivery Method', syntax: '14', valid: ['any', 'mhs $ telephone'], invalid: ['pigeon', ''] },
  { name: 'Facsimile Telephone Number', syntax: '22', valid: ['+43 1', '+43 1$fineResolution'], invalid: ['', 'ä'] },
  {
    name: 'Generalized Time',
    syntax: '24',
    valid: ['2024010112Z', '202401011230Z', '20240101123000Z', '20240101123000.5Z', '20240229000000+0130', '20240101123060Z'],
    invalid: ['20240101123000', '20230229000000Z', '20241301000000Z', '20240101240000Z', '20240101126000Z', '240101123000Z', ''],
  },
  {
    name: 'JPEG',
    syntax: '28',
    valid: [Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    invalid: ['', 'JFIF', Buffer.from([0x89, 0x50, 0x4e, 0x47])],
  },
  { name: 'Numeric String', syntax: '36', valid: ['1 2', '0'], invalid: ['', '1a'] },
  { name: 'OID', syntax: '38', valid: ['cn', '2.5.4.3', 'a-1'], invalid: ['2.', '02.5', '-a', ''] },
  { name: 'Octet String', syntax: '40', valid: ['', Buffer.from([0, 255])], invalid: [] },
  { name: 'Postal Address', syntax: '41', valid: ['a$b', 'a\\24b', 'ä$$b'], invalid: ['', 'a\\b'] },
  { name: 'Printable String', syntax: '44', valid: ['Ab 1()+,-./:?=', "'"], invalid: ['', 'a@b', 'a_b', 'ä'] },
  { name: 'Telephone Number', syntax: '50', valid: ['+43 1 234', '112'], invalid: ['', '*43#'] },
  { name: 'Certificate', syntax: '8', valid: [Buffer.from([0x30, 0x00])], invalid: ['abc', ''] },
  { name: 'Attribute Type Description', syntax: '3', valid: ["( 2.5.4.3 NAME 'cn' )"], invalid: ['2.5.4.3', ''] },
  { name: 'Substring Assertion', syntax: '58', valid: ['a*', '*'], invalid: ['a', ''] },
  {
    name: 'UUID',
    syntax: '1.3.6.1.1.16.1',
    valid: ['597ae2f6-16a6-1027-98f4-d28b5365dc14'],
    invalid: ['597ae2f616a6102798f4d28b5365dc14', '597ae2f6-16a6-1027-98f4-d28b5365dc1g'],
  },
  {
    name: 'CSN',
    syntax: '1.3.6.1.4.1.4203.666.11.2.1',
    valid: ['20240101120000.000000Z#000000#001#000000'],
    invalid: ['20240101120000Z', '20240101120000.000000Z#0#1#0'],
  },
  { name: 'NIS Netgroup Triple', syntax: '1.3.6.1.1.1.0.0', valid: ['(host,user,domain)', '(,,)'], invalid: ['host,user,domain', '(a,b)'] },
  { name: 'Boot Parameter', syntax: '1.3.6.1.1.1.0.1', valid: ['root=server:/export'], invalid: ['root', 'root=server'] },
];

/** A time and its normal form. */
export const timeCases: readonly (readonly [name: string, time: string, normal: string | undefined])[] = [
  ['as it is', '20240102030405Z', '20240102030405'],
  ['without seconds', '202401020304Z', '20240102030400'],
  ['hours only', '2024010203Z', '20240102030000'],
  ['a fraction of a second without closing zeros', '20240102030405.250Z', '20240102030405.25'],
  ['a comma for the point', '20240102030405,5Z', '20240102030405.5'],
  ['a fraction of nothing', '20240102030405.000Z', '20240102030405'],
  ['half an hour', '2024010203.5Z', '20240102033000'],
  ['a tenth of a minute', '202401020304.1Z', '20240102030406'],
  ['a third of a minute, nearly', '202401020304.333Z', '20240102030419.98'],
  ['east of Greenwich', '20240102030405+0530', '20240101213405'],
  ['west of Greenwich, over the year', '20231231233000-0100', '20240101003000'],
  ['an offset of hours', '20240102030405+02', '20240102010405'],
  ['a leap second is the next minute', '20161231235960Z', '20170101000000'],
  ['before the year 1000', '09990101000000Z', '09990101000000'],
  ['29 February of a leap year', '20000229000000Z', '20000229000000'],
  ['29 February of 1900', '19000229000000Z', undefined],
  ['no zone', '20240102030405', undefined],
  ['day zero', '20240100000000Z', undefined],
  ['beyond the year 9999', '99991231235959-0100', undefined],
  ['a fraction without digits', '20240102030405.Z', undefined],
];
