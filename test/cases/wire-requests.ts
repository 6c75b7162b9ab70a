import type { Message, Request, SearchRequest } from '../../directory/wire/messages.ts';

/** What OpenLDAP's tools, ldapts and ldapjs sent when they were listened to, and what it means. */
export interface RequestRow {
  readonly name: string;
  readonly hex: string;
  readonly message: Message;
}

const bytes = (text: string): Buffer => Buffer.from(text);
const control = (oid: string, critical = false, value?: string) => ({
  oid,
  critical,
  value: value === undefined ? undefined : Buffer.from(value, 'hex'),
});

function row(name: string, hex: string, id: number, request: Request, controls: Message['controls'] = []): RequestRow {
  return { name, hex, message: { id, request, controls } };
}

const search: SearchRequest = {
  op: 'search',
  base: 'dc=example',
  scope: 'sub',
  derefAliases: 'never',
  sizeLimit: 0,
  timeLimit: 0,
  typesOnly: false,
  filter: { kind: 'present', attribute: 'objectClass' },
  attributes: [],
};
const ada = 'uid=ada,dc=example';

export const requests: readonly RequestRow[] = [
  row('an anonymous bind', '300c 020101 6007 020103 0400 8000', 1, {
    op: 'bind',
    version: 3,
    dn: '',
    authentication: { kind: 'simple', password: bytes('') },
  }),
  row('a simple bind', '3024020101601f02010304127569643d6164612c64633d6578616d706c658006736563726574', 1, {
    op: 'bind',
    version: 3,
    dn: ada,
    authentication: { kind: 'simple', password: bytes('secret') },
  }),
  row('a SASL bind', '3020020104601b0201030400a3140405504c41494e040b0061646100736563726574', 4, {
    op: 'bind',
    version: 3,
    dn: '',
    authentication: { kind: 'sasl', mechanism: 'PLAIN', credentials: bytes('\0ada\0secret') },
  }),
  row('a SASL bind without credentials', '3015 020104 6010 020103 0400 a309 0407 53435241 4d2d58', 4, {
    op: 'bind',
    version: 3,
    dn: '',
    authentication: { kind: 'sasl', mechanism: 'SCRAM-X', credentials: undefined },
  }),
  row('an unbind', '3005 020103 4200', 3, { op: 'unbind' }),
  row('an abandon', '3006 020108 500107', 8, { op: 'abandon', id: 7 }),
  row(
    'a search for one entry',
    '3043020102633e040a64633d6578616d706c650a01020a0100020100020100010100a30a0403756964040361646130150402636e04046d61696c04097569644e756d626572',
    2,
    { ...search, filter: { kind: 'equality', attribute: 'uid', value: bytes('ada') }, attributes: ['cn', 'mail', 'uidNumber'] },
  ),
  row(
    'a search with every kind of filter',
    '3081e90201026381e3040a64633d6578616d706c650a01000a0100020100020100010100a081bda31c040b6f626a656374436c617373040d696e65744f7267506572736f6ea1819ca41604046d61696c300e820c406578616d706c652e6f7267a4110402636e300b8001418102646182026365a20ca30a04037569640403612a62a50f04097569644e756d62657204023130a60f04097569644e756d62657204023230a8090402636e0403616461a91c810e6361736545786163744d617463688202636e83034164618401ffa90d8108322e352e31332e35830178a9078202736e83014c300604012a04012b',
    2,
    {
      ...search,
      scope: 'base',
      filter: {
        kind: 'and',
        filters: [
          { kind: 'equality', attribute: 'objectClass', value: bytes('inetOrgPerson') },
          {
            kind: 'or',
            filters: [
              { kind: 'substrings', attribute: 'mail', any: [], final: bytes('@example.org') },
              { kind: 'substrings', attribute: 'cn', initial: bytes('A'), any: [bytes('da')], final: bytes('ce') },
              { kind: 'not', filter: { kind: 'equality', attribute: 'uid', value: bytes('a*b') } },
              { kind: 'greaterOrEqual', attribute: 'uidNumber', value: bytes('10') },
              { kind: 'lessOrEqual', attribute: 'uidNumber', value: bytes('20') },
              { kind: 'approx', attribute: 'cn', value: bytes('ada') },
              { kind: 'extensible', rule: 'caseExactMatch', attribute: 'cn', value: bytes('Ada'), dnAttributes: true },
              { kind: 'extensible', rule: '2.5.13.5', value: bytes('x'), dnAttributes: false },
              { kind: 'extensible', attribute: 'sn', value: bytes('L'), dnAttributes: false },
            ],
          },
        ],
      },
      attributes: ['*', '+'],
    },
  ),
  row(
    'a search with limits, types only, paged and sorted',
    '3081b20201026326040a64633d6578616d706c650a01010a01030201050201070101ff8702636e30050403312e31a0818430190417322e31362e3834302e312e3131333733302e332e342e3230210416312e322e3834302e3131333535362e312e342e33313904073005020102040030440416312e322e3834302e3131333535362e312e342e343733042a302830200402736e80176361736549676e6f72654f72646572696e674d617463688101ff30040402636e',
    2,
    {
      ...search,
      scope: 'one',
      derefAliases: 'always',
      sizeLimit: 5,
      timeLimit: 7,
      typesOnly: true,
      filter: { kind: 'present', attribute: 'cn' },
      attributes: ['1.1'],
    },
    [
      control('2.16.840.1.113730.3.4.2'),
      control('1.2.840.113556.1.4.319', false, '30050201020400'),
      control('1.2.840.113556.1.4.473', false, '302830200402736e80176361736549676e6f72654f72646572696e674d617463688101ff30040402636e'),
    ],
  ),
  row(
    'a search for nothing (RFC 4526) with critical controls',
    '3081dc020102631f040a64633d6578616d706c650a01030a0100020100020100010100a1003000a081b5301f040c312e332e362e312e312e31320101ff040ca30a0403756964040361646130290418322e31362e3834302e312e3131333733302e332e342e31380101ff040a646e3a7569643d626f62301b0419312e332e362e312e342e312e343230332e3636362e352e3132301e0417312e332e362e312e342e312e343230332e312e31302e3104030101ff302a0417312e322e3832362e302e312e333334343831302e322e33040f300da40b04046d61696c3003820178',
    2,
    { ...search, scope: 'subordinates', filter: { kind: 'or', filters: [] } },
    [
      control('1.3.6.1.1.12', true, 'a30a04037569640403616461'),
      control('2.16.840.1.113730.3.4.18', true, '646e3a7569643d626f62'),
      control('1.3.6.1.4.1.4203.666.5.12'),
      control('1.3.6.1.4.1.4203.1.10.1', false, '0101ff'),
      control('1.2.826.0.1.3344810.2.3', false, '300da40b04046d61696c3003820178'),
    ],
  ),
  row('a compare', '30240201026e1f04127569643d6164612c64633d6578616d706c6530090402636e0403416461', 2, {
    op: 'compare',
    dn: ada,
    attribute: 'cn',
    value: bytes('Ada'),
  }),
  row(
    'a delete with ManageDsaIT',
    '30340201024a127569643d6164612c64633d6578616d706c65a01b30190417322e31362e3834302e312e3131333733302e332e342e32',
    2,
    { op: 'delete', dn: ada },
    [control('2.16.840.1.113730.3.4.2')],
  ),
  row('a delete of a DN with umlauts', '3010 020102 4a0b 636e3d4cc3b6766520c397', 2, { op: 'delete', dn: 'cn=Löve ×' }),
  row(
    'a rename below another entry',
    '303f0201026c3a04127569643d6164612c64633d6578616d706c65040c7569643d6c6f76656c6163650101ff80136f753d73746166662c64633d6578616d706c65',
    2,
    { op: 'modifyDn', dn: ada, newRdn: 'uid=lovelace', deleteOldRdn: true, newSuperior: 'ou=staff,dc=example' },
  ),
  row('a rename in place', '3013 020102 6c0e 0404 636e3d61 0403 633d62 010100', 2, {
    op: 'modifyDn',
    dn: 'cn=a',
    newRdn: 'c=b',
    deleteOldRdn: false,
    newSuperior: undefined,
  }),
  row('an extended request', '301e02010277198017312e332e362e312e342e312e343230332e312e31312e33', 2, {
    op: 'extended',
    oid: '1.3.6.1.4.1.4203.1.11.3',
    value: undefined,
  }),
  row('an extended request with a value', '30190201027714800b312e332e362e312e312e3881053003020107', 2, {
    op: 'extended',
    oid: '1.3.6.1.1.8',
    value: Buffer.from('3003020107', 'hex'),
  }),
  row(
    'a modify with every kind of change, and images before and after',
    '3081cc02010266818d04127569643d6164612c64633d6578616d706c65307730340a0100302f04046d61696c3127040f616461406578616d706c652e6f72670414636f756e74657373406578616d706c652e6f726730140a0101300f040b6465736372697074696f6e310030120a0102300d0402736e310704054cc3b6766530150a0103301004097569644e756d6265723103040131a037301c040e312e332e362e312e312e31332e31040a30080402636e0402736e3017040e312e332e362e312e312e31332e320405300304012a',
    2,
    {
      op: 'modify',
      dn: ada,
      modifications: [
        { operation: 'add', attribute: { description: 'mail', values: [bytes('ada@example.org'), bytes('countess@example.org')] } },
        { operation: 'delete', attribute: { description: 'description', values: [] } },
        { operation: 'replace', attribute: { description: 'sn', values: [bytes('Löve')] } },
        { operation: 'increment', attribute: { description: 'uidNumber', values: [bytes('1')] } },
      ],
    },
    [control('1.3.6.1.1.13.1', false, '30080402636e0402736e'), control('1.3.6.1.1.13.2', false, '300304012a')],
  ),
  row(
    'an add',
    '3064020102685f04127569643d626f622c64633d6578616d706c653049301e040b6f626a656374436c617373310f040d696e65744f7267506572736f6e300c040375696431050403626f62300b0402636e31050403426f62300c0402736e31060404c3b66262',
    2,
    {
      op: 'add',
      dn: 'uid=bob,dc=example',
      attributes: [
        { description: 'objectClass', values: [bytes('inetOrgPerson')] },
        { description: 'uid', values: [bytes('bob')] },
        { description: 'cn', values: [bytes('Bob')] },
        { description: 'sn', values: [bytes('öbb')] },
      ],
    },
  ),
  row('the highest message ID', '3008 0204 7fffffff 4200', 2 ** 31 - 1, { op: 'unbind' }),
];

/** Valid, but not the shortest encoding; decoded to the same message. */
export const longForms: readonly { readonly name: string; readonly hex: string; readonly same: string }[] = [
  { name: 'lengths of four bytes, as Active Directory writes them', hex: '30 84 00000008 020103 42 83000000', same: '3005 020103 4200' },
  { name: 'integers with leading zeros', hex: '3008 0204 00000003 4200', same: '3005 020103 4200' },
  {
    name: 'a boolean that is true in another way',
    hex: '3013 020102 6c0e 0404 636e3d61 0403 633d62 010101',
    same: '3013 020102 6c0e 0404 636e3d61 0403 633d62 0101ff',
  },
  {
    name: 'criticality that says what is the default',
    hex: '300f 020103 4200 a008 3006 0401 31 010100',
    same: '300c 020103 4200 a005 3003 0401 31',
  },
];
