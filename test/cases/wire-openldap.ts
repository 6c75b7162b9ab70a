/**
 * Messages as OpenLDAP's tools (2.5) put them on the wire, and what is in them. In `expected`, octet strings are given as the text
 * that they are.
 */
export interface WireRequest {
  readonly name: string;
  readonly hex: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly controls?: readonly (readonly [oid: string, critical: boolean, valueHex: string | undefined])[];
}

const everything = { scope: 'sub', derefAliases: 'never', sizeLimit: 0, timeLimit: 0, typesOnly: false, attributes: [] };
const objectClass = { kind: 'present', attribute: 'objectClass' };

export const wireRequests: readonly WireRequest[] = [
  {
    name: 'an anonymous bind',
    hex: '300c020101600702010304008000',
    expected: { op: 'bind', version: 3, dn: '', authentication: { kind: 'simple', password: '' } },
  },
  {
    name: 'a simple bind',
    hex: '302c0201016027020103041a636e3d61646d696e2c64633d6578616d706c652c64633d6f72678006736563726574',
    expected: { op: 'bind', version: 3, dn: 'cn=admin,dc=example,dc=org', authentication: { kind: 'simple', password: 'secret' } },
  },
  { name: 'an unbind', hex: '30050201034200', expected: { op: 'unbind' } },
  {
    name: 'a search with every kind of filter and every option',
    hex: '3081b70201026381b1041164633d6578616d706c652c64633d6f72670a01020a01030201050201070101ffa08180a11aa3070402636e040161a40f0402736e3009800162810163820164a2058703756964a50e04097569644e756d626572040135a60e04097569644e756d626572040139a8070402636e040178a9148108322e352e31332e358202636e8301598401ffa913810e6361736545786163744d6174636883017aa9078202636e830171300a0402636e04012a04012b',
    expected: {
      op: 'search',
      base: 'dc=example,dc=org',
      scope: 'sub',
      derefAliases: 'always',
      sizeLimit: 5,
      timeLimit: 7,
      typesOnly: true,
      filter: {
        kind: 'and',
        filters: [
          {
            kind: 'or',
            filters: [
              { kind: 'equality', attribute: 'cn', value: 'a' },
              { kind: 'substrings', attribute: 'sn', initial: 'b', any: ['c'], final: 'd' },
            ],
          },
          { kind: 'not', filter: { kind: 'present', attribute: 'uid' } },
          { kind: 'greaterOrEqual', attribute: 'uidNumber', value: '5' },
          { kind: 'lessOrEqual', attribute: 'uidNumber', value: '9' },
          { kind: 'approx', attribute: 'cn', value: 'x' },
          { kind: 'extensible', attribute: 'cn', rule: '2.5.13.5', value: 'Y', dnAttributes: true },
          { kind: 'extensible', rule: 'caseExactMatch', value: 'z', dnAttributes: false },
          { kind: 'extensible', attribute: 'cn', value: 'q', dnAttributes: false },
        ],
      },
      attributes: ['cn', '*', '+'],
    },
  },
  {
    name: 'a search of the root DSE',
    hex: '302a020102632504000a01000a0100020100020100010100870b6f626a656374436c61737330050403312e31',
    expected: { ...everything, op: 'search', base: '', scope: 'base', filter: objectClass, attributes: ['1.1'] },
  },
  {
    name: 'a search one level down, with a star that is none',
    hex: '3040020102633b041b6f753d70656f706c652c64633d6578616d706c652c64633d6f72670a01010a0102020100020100010100a30b0403756964040461642a613000',
    expected: {
      ...everything,
      op: 'search',
      base: 'ou=people,dc=example,dc=org',
      scope: 'one',
      derefAliases: 'finding',
      filter: { kind: 'equality', attribute: 'uid', value: 'ad*a' },
    },
  },
  {
    name: 'a search of the subordinates, with inner pieces only',
    hex: '30370201026332041164633d6578616d706c652c64633d6f72670a01030a0101020100020100010100a40c0402636e30068101788101793000',
    expected: {
      ...everything,
      op: 'search',
      base: 'dc=example,dc=org',
      scope: 'subordinates',
      derefAliases: 'searching',
      filter: { kind: 'substrings', attribute: 'cn', any: ['x', 'y'] },
    },
  },
  {
    name: 'a search beyond ASCII',
    hex: '3040020102633b041c6f753d4ac3bc7267656e2c64633d6578616d706c652c64633d6f72670a01020a0100020100020100010100a40a0402636e30048002c39f3000',
    expected: {
      ...everything,
      op: 'search',
      base: 'ou=Jürgen,dc=example,dc=org',
      filter: { kind: 'substrings', attribute: 'cn', initial: 'ß', any: [] },
    },
  },
  {
    name: 'a paged search',
    hex: '305e0201026331041164633d6578616d706c652c64633d6f72670a01020a0100020100020100010100870b6f626a656374636c6173733000a02630240416312e322e3834302e3131333535362e312e342e3331390101ff040730050201640400',
    expected: { ...everything, op: 'search', base: 'dc=example,dc=org', filter: { kind: 'present', attribute: 'objectclass' } },
    controls: [['1.2.840.113556.1.4.319', true, '30050201640400']],
  },
  {
    name: 'a modify with four controls',
    hex: '3081cf02010266580409636e3d612c64633d78304b30110a0100300c0402636e3106040162040163300b0a010130060402736e310030120a0102300d04046d61696c3105040378407930150a0103301004097569644e756d6265723103040133a070301c040c312e332e362e312e312e31320101ff0409a3070402636e04016130190417322e31362e3834302e312e3131333733302e332e342e32301c040e312e332e362e312e312e31332e31040a30080402636e0402736e3017040e312e332e362e312e312e31332e320405300304012a',
    expected: {
      op: 'modify',
      dn: 'cn=a,dc=x',
      modifications: [
        { operation: 'add', attribute: { description: 'cn', values: ['b', 'c'] } },
        { operation: 'delete', attribute: { description: 'sn', values: [] } },
        { operation: 'replace', attribute: { description: 'mail', values: ['x@y'] } },
        { operation: 'increment', attribute: { description: 'uidNumber', values: ['3'] } },
      ],
    },
    controls: [
      ['1.3.6.1.1.12', true, 'a3070402636e040161'],
      ['2.16.840.1.113730.3.4.2', false, undefined],
      ['1.3.6.1.1.13.1', false, '30080402636e0402736e'],
      ['1.3.6.1.1.13.2', false, '300304012a'],
    ],
  },
  {
    name: 'an add',
    hex: '304f020102684a0409636e3d612c64633d78303d301c040b6f626a656374436c617373310d04066465766963650403746f7030090402636e31030401613012040b6465736372697074696f6e31030401ff',
    expected: {
      op: 'add',
      dn: 'cn=a,dc=x',
      attributes: [
        { description: 'objectClass', values: ['device', 'top'] },
        { description: 'cn', values: ['a'] },
        { description: 'description', values: ['\ufffd'] },
      ],
    },
  },
  { name: 'a delete', hex: '300e0201024a09636e3d612c64633d78', expected: { op: 'delete', dn: 'cn=a,dc=x' } },
  {
    name: 'a modifyDN to another place',
    hex: '30240201026c1f0409636e3d612c64633d780404636e3d620101ff80096f753d622c64633d78',
    expected: { op: 'modifyDn', dn: 'cn=a,dc=x', newRdn: 'cn=b', deleteOldRdn: true, newSuperior: 'ou=b,dc=x' },
  },
  {
    name: 'a modifyDN in place',
    hex: '30190201026c140409636e3d612c64633d780404636e3d62010100',
    expected: { op: 'modifyDn', dn: 'cn=a,dc=x', newRdn: 'cn=b', deleteOldRdn: false, newSuperior: undefined },
  },
  {
    name: 'a compare',
    hex: '30190201026e140409636e3d612c64633d7830070402636e040162',
    expected: { op: 'compare', dn: 'cn=a,dc=x', attribute: 'cn', value: 'b' },
  },
  {
    name: 'who am I, an extended request without a value',
    hex: '301e02010277198017312e332e362e312e342e312e343230332e312e31312e33',
    expected: { op: 'extended', oid: '1.3.6.1.4.1.4203.1.11.3', value: undefined },
  },
  {
    name: 'a password modify',
    hex: '303a02010277358017312e332e362e312e342e312e343230332e312e31312e31811a3018800c7569643d6164612c64633d7881036f6c6482036e6577',
    expected: { op: 'extended', oid: '1.3.6.1.4.1.4203.1.11.1', value: '0\u0018\ufffd\fuid=ada,dc=x\ufffd\u0003old\ufffd\u0003new' },
  },
];
