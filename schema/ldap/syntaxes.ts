import { isAscii, isUtf8 } from 'node:buffer';
import { parseDn, parseRdn } from '../../directory/model/dn.ts';
import { normalizeGeneralizedTime } from './generalized-time.ts';

/** What values an attribute may have (RFC 4512 §4.1.5, RFC 4517 §3). */
export interface Syntax {
  readonly oid: string;
  readonly description: string;
  /** Not text: shown as bytes, base64 in LDIF */
  readonly binary: boolean;
  /** Transferred with the option `;binary` (RFC 4522, RFC 4523 §2) */
  readonly binaryTransfer: boolean;
  check(value: Buffer): boolean;
}

const rfc4517 = '1.3.6.1.4.1.1466.115.121.1';

/** The OIDs that other parts of the schema name. */
export const SYNTAX = {
  bitString: `${rfc4517}.6`,
  boolean: `${rfc4517}.7`,
  certificate: `${rfc4517}.8`,
  certificateList: `${rfc4517}.9`,
  countryString: `${rfc4517}.11`,
  dn: `${rfc4517}.12`,
  directoryString: `${rfc4517}.15`,
  generalizedTime: `${rfc4517}.24`,
  ia5String: `${rfc4517}.26`,
  integer: `${rfc4517}.27`,
  jpeg: `${rfc4517}.28`,
  nameAndOptionalUid: `${rfc4517}.34`,
  numericString: `${rfc4517}.36`,
  oid: `${rfc4517}.38`,
  octetString: `${rfc4517}.40`,
  postalAddress: `${rfc4517}.41`,
  protocolInformation: `${rfc4517}.42`,
  presentationAddress: `${rfc4517}.43`,
  printableString: `${rfc4517}.44`,
  telephoneNumber: `${rfc4517}.50`,
  substringAssertion: `${rfc4517}.58`,
  attributeTypeDescription: `${rfc4517}.3`,
  ditContentRule: `${rfc4517}.16`,
  ditStructureRule: `${rfc4517}.17`,
  matchingRuleDescription: `${rfc4517}.30`,
  matchingRuleUse: `${rfc4517}.31`,
  nameForm: `${rfc4517}.35`,
  objectClassDescription: `${rfc4517}.37`,
  ldapSyntax: `${rfc4517}.54`,
  certificateExactAssertion: '1.3.6.1.1.15.1',
  certificateListExactAssertion: '1.3.6.1.1.15.5',
  uuid: '1.3.6.1.1.16.1',
  csn: '1.3.6.1.4.1.4203.666.11.2.1',
  csnSid: '1.3.6.1.4.1.4203.666.11.2.4',
  authz: '1.3.6.1.4.1.4203.666.2.7',
  authPassword: '1.3.6.1.4.1.4203.1.1.2',
  rdn: '1.2.36.79672281.1.5.0',
} as const;

export const numericOid = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+$/;

type Check = (value: Buffer) => boolean;

const anything: Check = () => true;
const utf8: Check = (value) => value.length > 0 && isUtf8(value);
/** A regular expression over the bytes; none of these texts is long. */
const matches =
  (pattern: RegExp, longest = 1024): Check =>
  (value) =>
    value.length <= longest && pattern.test(value.toString('latin1'));

const printableBytes = new Uint8Array(256);
for (const byte of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+,-.=/:? ")) printableBytes[byte] = 1;
const printable: Check = (value) => value.length > 0 && value.every((byte) => printableBytes[byte] === 1);
const numeric: Check = (value) => value.length > 0 && value.every((byte) => byte === 32 || (byte >= 48 && byte <= 57));

const description = matches(/^ *\( *[a-z0-9][\w.-]* .*\) *$/is, 1 << 16);
/** BER begins with SEQUENCE. */
const sequence: Check = (value) => value.length >= 2 && value[0] === 0x30;
const named: Check = (value) => parses(() => parseDn(value.toString('utf8'))) && isUtf8(value);

function parses(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function isNameAndOptionalUid(value: Buffer): boolean {
  const [, dn = ''] = /^(.*?)(?:#'[01]*'B)?$/s.exec(value.toString('utf8')) ?? [];
  return isUtf8(value) && parses(() => parseDn(dn));
}

function isPostalAddress(value: Buffer): boolean {
  return utf8(value) && !/\\(?!24|5c)/i.test(value.toString('latin1'));
}

/** OID or last arc below RFC 4517's, description, check; then whether it is binary, and transferred with `;binary`. */
type Row = readonly [oid: string | number, description: string, check: Check, form?: 'binary' | 'transfer'];

const rows: readonly Row[] = [
  [1, 'ACI Item', anything, 'binary'],
  [2, 'Access Point', utf8],
  [3, 'Attribute Type Description', description],
  [4, 'Audio', anything, 'binary'],
  [5, 'Binary', anything, 'binary'],
  [6, 'Bit String', matches(/^'[01]*'B$/, 1 << 16)],
  [7, 'Boolean', matches(/^(?:TRUE|FALSE)$/)],
  [8, 'Certificate', sequence, 'transfer'],
  [9, 'Certificate List', sequence, 'transfer'],
  [10, 'Certificate Pair', sequence, 'transfer'],
  [11, 'Country String', (value) => value.length === 2 && printable(value)],
  [12, 'DN', named],
  [13, 'Data Quality Syntax', utf8],
  [14, 'Delivery Method', matches(/^(?:any|mhs|physical|telex|teletex|g3fax|g4fax|ia5|videotex|telephone)(?: *\$ *[a-z0-9]+)*$/i)],
  [15, 'Directory String', utf8],
  [16, 'DIT Content Rule Description', description],
  [17, 'DIT Structure Rule Description', description],
  [18, 'DL Submit Permission', utf8],
  [19, 'DSA Quality Syntax', utf8],
  [20, 'DSE Type', utf8],
  [21, 'Enhanced Guide', utf8],
  [22, 'Facsimile Telephone Number', (value) => printable(Buffer.from(value.toString('latin1').replaceAll('$', ' ')))],
  [23, 'Fax', anything, 'binary'],
  [24, 'Generalized Time', (value) => normalizeGeneralizedTime(value.toString('latin1')) !== undefined],
  [25, 'Guide', utf8],
  [26, 'IA5 String', isAscii],
  [27, 'INTEGER', (value) => /^(?:0|-?[1-9]\d*)$/.test(value.toString('latin1'))],
  [28, 'JPEG', (value) => value.length > 3 && value[0] === 0xff && value[1] === 0xd8, 'binary'],
  [29, 'Master And Shadow Access Points', utf8],
  [30, 'Matching Rule Description', description],
  [31, 'Matching Rule Use Description', description],
  [32, 'Mail Preference', utf8],
  [33, 'MHS OR Address', utf8],
  [34, 'Name And Optional UID', isNameAndOptionalUid],
  [35, 'Name Form Description', description],
  [36, 'Numeric String', numeric],
  [37, 'Object Class Description', description],
  [38, 'OID', matches(/^(?:[a-z][a-z0-9-]*|(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+)$/i)],
  [39, 'Other Mailbox', matches(/^[^$]+\$.+$/s)],
  [40, 'Octet String', anything],
  [41, 'Postal Address', isPostalAddress],
  [42, 'Protocol Information', utf8],
  [43, 'Presentation Address', utf8],
  [44, 'Printable String', printable],
  [45, 'Subtree Specification', matches(/^\{.*\}$/s, 1 << 16)],
  [46, 'Supplier Information', utf8],
  [47, 'Supplier Or Consumer', utf8],
  [48, 'Supplier And Consumer', utf8],
  [49, 'Supported Algorithm', sequence, 'transfer'],
  [50, 'Telephone Number', printable],
  [51, 'Teletex Terminal Identifier', utf8],
  [52, 'Telex Number', matches(/^[^$]+\$[^$]+\$[^$]+$/)],
  [53, 'UTC Time', matches(/^\d{10}(?:\d\d)?(?:Z|[+-]\d{4})?$/)],
  [54, 'LDAP Syntax Description', description],
  [55, 'Modify Rights', utf8],
  [56, 'LDAP Schema Definition', utf8],
  [57, 'LDAP Schema Description', utf8],
  [58, 'Substring Assertion', (value) => utf8(value) && value.includes(42)],
  ['1.3.6.1.1.1.0.0', 'NIS Netgroup Triple', matches(/^\([^,()]*,[^,()]*,[^,()]*\)$/)],
  ['1.3.6.1.1.1.0.1', 'Boot Parameter', matches(/^[^=\s]+=[^:\s]*:[^:\s]+$/)],
  [SYNTAX.certificateExactAssertion, 'X.509 Certificate Exact Assertion', anything],
  ['1.3.6.1.1.15.2', 'X.509 Certificate Assertion', anything],
  ['1.3.6.1.1.15.3', 'X.509 Certificate Pair Exact Assertion', anything],
  ['1.3.6.1.1.15.4', 'X.509 Certificate Pair Assertion', anything],
  [SYNTAX.certificateListExactAssertion, 'X.509 Certificate List Exact Assertion', anything],
  ['1.3.6.1.1.15.6', 'X.509 Certificate List Assertion', anything],
  ['1.3.6.1.1.15.7', 'X.509 Algorithm Identifier', anything],
  [SYNTAX.uuid, 'UUID', matches(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)],
  [SYNTAX.csn, 'CSN', matches(/^\d{14}(?:\.\d{6})?Z#[0-9a-f]{6}#[0-9a-f]{2,3}#[0-9a-f]{6}$/i)],
  [SYNTAX.csnSid, 'CSN SID', matches(/^[0-9a-f]{3}$/i)],
  [SYNTAX.authz, 'OpenLDAP authz', utf8],
  [SYNTAX.authPassword, 'authPassword', matches(/^ *[A-Z0-9\-./_]+ *\$[^$]*\$[^$]*$/)],
  ['1.3.6.1.4.1.4203.666.11.10.2.1', 'X.509 AttributeCertificate', sequence, 'transfer'],
  [SYNTAX.rdn, 'RDN', (value) => isUtf8(value) && parses(() => parseRdn(value.toString('utf8')))],
  ['1.2.840.113549.1.8.1.1', 'PKCS#8 PrivateKeyInfo', sequence, 'binary'],
];

/** Every syntax that MOS knows, by OID. */
export const syntaxes: ReadonlyMap<string, Syntax> = new Map(
  rows.map(([arc, text, check, form]) => {
    const oid = typeof arc === 'number' ? `${rfc4517}.${arc}` : arc;
    return [oid, { oid, description: text, binary: form !== undefined, binaryTransfer: form === 'transfer', check }];
  }),
);
