// Updates that slapd and MOS are asked alike, each row below an `ou` of its own: `$` is its name. It holds
//   uid=ada (inetOrgPerson, posixAccount), cn=room (device), ou=box with cn=inner in it, cn=crew (groupOfNames of ada)
import type { Reply, Step } from '../slapd/pair.ts';

export interface UpdateCase {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Where MOS answers otherwise on purpose: the codes of its steps, and why */
  readonly ours?: readonly number[];
  readonly because?: string;
  /** Entries differ for the same reason */
  readonly entriesDiffer?: boolean;
}

export type Outcome = readonly Reply[];

const person = { objectClass: 'person', cn: 'x', sn: 'x' } as const;
const add = (name: string, dn: string, attributes: Readonly<Record<string, string | readonly string[]>>): UpdateCase => ({
  name: `add: ${name}`,
  steps: [['add', dn, attributes]],
});
type Change = readonly ['add' | 'delete' | 'replace' | 'increment', string, ...string[]];
const modify = (name: string, ...changes: readonly Change[]): UpdateCase => ({
  name: `modify: ${name}`,
  steps: [['modify', 'uid=ada,$', ...changes]],
});
const rename = (name: string, ...args: [string, string, boolean, string?]): UpdateCase => ({
  name: `rename: ${name}`,
  steps: [['rename', ...args]],
});
const compare = (name: string, attribute: string, value: string, dn = 'uid=ada,$'): UpdateCase => ({
  name: `compare: ${name}`,
  steps: [['compare', dn, attribute, value]],
});

export const updateCases: readonly UpdateCase[] = [
  add('a person', 'cn=x,$', person),
  add('without the value of its name', 'cn=x,$', { objectClass: 'person', sn: 'x' }),
  add('with its name in another spelling', 'CN= X ,$', { objectClass: 'person', cn: 'x', sn: 'x' }),
  add('with a name of two parts', 'cn=x+sn=y,$', { objectClass: 'person', cn: 'x', sn: 'y' }),
  add('what is there already', 'uid=ada,$', { objectClass: 'account', uid: 'ada' }),
  add('what is there in another spelling', 'UID= ADA ,$', { objectClass: 'account', uid: 'ada' }),
  add('below nothing', 'cn=x,ou=none,$', person),
  add('outside the tree', 'cn=x,dc=else', person),
  add('without a MUST attribute', 'cn=x,$', { objectClass: 'person', cn: 'x' }),
  add('with an attribute of no class of it', 'cn=x,$', { ...person, mail: 'a@b' }),
  add('with an undefined attribute', 'cn=x,$', { ...person, nothing: 'x' }),
  add('with an undefined class', 'cn=x,$', { ...person, objectClass: 'nothing' }),
  add('without a class', 'cn=x,$', { cn: 'x', sn: 'x' }),
  add('with an abstract class alone', 'cn=x,$', { objectClass: 'top', cn: 'x' }),
  add('with an auxiliary class alone', 'cn=x,$', {
    objectClass: 'posixAccount',
    cn: 'x',
    uid: 'x',
    uidNumber: '1',
    gidNumber: '1',
    homeDirectory: '/',
  }),
  add('with two structural classes', 'cn=x,$', { objectClass: ['person', 'device'], cn: 'x', sn: 'x' }),
  add('with a value twice', 'cn=x,$', { ...person, description: ['a', 'a'] }),
  add('#4 with a value twice in other words', 'cn=x,$', { ...person, description: ['a  b', 'A b'] }),
  add('with two values of a single-valued attribute', 'uid=x,$', {
    objectClass: ['account', 'posixAccount'],
    uid: 'x',
    cn: 'x',
    uidNumber: ['1', '2'],
    gidNumber: '1',
    homeDirectory: '/',
  }),
  add('with a value against its syntax', 'uid=x,$', {
    objectClass: ['account', 'posixAccount'],
    uid: 'x',
    cn: 'x',
    uidNumber: 'one',
    gidNumber: '1',
    homeDirectory: '/',
  }),
  add('with a DN that is none', 'cn=x,$', { objectClass: 'groupOfNames', cn: 'x', member: 'nobody' }),
  add('with an empty value', 'cn=x,$', { ...person, description: '' }),
  add('#11 with entryUUID', 'cn=x,$', { ...person, entryUUID: '01234567-89ab-cdef-0123-456789abcdef' }),
  add('#11 with createTimestamp', 'cn=x,$', { ...person, createTimestamp: '20200101000000Z' }),
  add('with a superior class spelled out', 'cn=x,$', {
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
    cn: 'x',
    sn: 'x',
    mail: 'a@b',
  }),
  add('with options', 'cn=x,$', { ...person, 'description;lang-de': 'ein', 'description;lang-en': 'one' }),
  add('with UTF-8 in its name', 'cn=Zoë Ünal,$', { objectClass: 'person', cn: 'Zoë Ünal', sn: 'x' }),
  add('with a comma in its name', 'cn=a\\, b,$', { objectClass: 'person', cn: 'a, b', sn: 'x' }),
  add('with a name that is none', 'nonsense', person),
  add('with an attribute twice by alias', 'cn=x,$', { ...person, commonName: 'y' }),
  add('a referral without managing it', 'ou=ref,$', {
    objectClass: ['referral', 'extensibleObject'],
    ou: 'ref',
    ref: 'ldap://a.example.org/',
  }),
  add('extensibleObject with anything', 'cn=x,$', {
    objectClass: ['person', 'extensibleObject'],
    cn: 'x',
    sn: 'x',
    mail: 'a@b',
    uidNumber: '5',
  }),

  modify('add a value', ['add', 'mail', 'second@example.org']),
  modify('add a value that is there', ['add', 'mail', 'ada@example.org']),
  modify('#4 add a value that is there in another case', ['add', 'mail', 'ADA@example.org']),
  modify('#10 add a value twice', ['add', 'description', 'a', 'a']),
  modify('add nothing', ['add', 'description']),
  modify('add a second value of a single-valued attribute', ['add', 'uidNumber', '2']),
  modify('add an undefined attribute', ['add', 'nothing', 'x']),
  modify('add an attribute of no class of it', ['add', 'member', 'cn=x']),
  modify('add a value against its syntax', ['replace', 'uidNumber', 'one']),
  modify('delete a value', ['delete', 'mail', 'ada@example.org']),
  modify('#4 delete a value in another case', ['delete', 'cn', 'ada  LOVELACE']),
  modify('delete a value that is not there', ['delete', 'mail', 'nobody@example.org']),
  modify('delete an attribute', ['delete', 'mail']),
  modify('delete an attribute that is not there', ['delete', 'title']),
  modify('delete a MUST attribute', ['delete', 'sn']),
  modify('#9 delete a MUST attribute and add it again', ['delete', 'sn'], ['add', 'sn', 'King']),
  modify('#5 delete an attribute that has options too', ['delete', 'description']),
  modify('delete an option of an attribute', ['delete', 'description;lang-de']),
  {
    ...modify('delete the value of the name', ['delete', 'uid', 'ada']),
    ours: [67],
    because: 'RFC 4511 §4.6: notAllowedOnRDN; slapd says namingViolation',
  },
  {
    ...modify('delete all values of the name', ['delete', 'uid']),
    ours: [67],
    because: 'RFC 4511 §4.6: notAllowedOnRDN; slapd says namingViolation',
  },
  {
    ...modify('replace the value of the name', ['replace', 'uid', 'other']),
    ours: [67],
    because: 'RFC 4511 §4.6: notAllowedOnRDN; slapd says namingViolation',
  },
  modify('replace, keeping the value of the name', ['replace', 'uid', 'other', 'ada']),
  modify('replace an attribute', ['replace', 'mail', 'a@b', 'c@d']),
  modify('replace by nothing', ['replace', 'mail']),
  modify('#10 replace an absent attribute by nothing', ['replace', 'title']),
  modify('replace a MUST attribute by nothing', ['replace', 'sn']),
  modify('replace by a value twice', ['replace', 'description', 'a', 'A']),
  modify('replace what is undefined by nothing', ['replace', 'nothing']),
  modify('increment', ['increment', 'uidNumber', '5']),
  modify('decrement', ['increment', 'uidNumber', '-5']),
  modify('increment what is no number', ['increment', 'mail', '1']),
  {
    ...modify('increment what is not there', ['increment', 'employeeNumber', '1']),
    ours: [16],
    because: 'RFC 4511 appendix A.2: there is no such attribute; slapd says constraintViolation',
  },
  modify('increment by no number', ['increment', 'uidNumber', 'one']),
  modify('#11 entryUUID', ['replace', 'entryUUID', '01234567-89ab-cdef-0123-456789abcdef']),
  modify('#11 createTimestamp', ['delete', 'createTimestamp']),
  modify('#11 structuralObjectClass', ['replace', 'structuralObjectClass', 'person']),
  modify(
    'add an auxiliary class with what it needs',
    ['add', 'objectClass', 'simpleSecurityObject'],
    ['add', 'userPassword', '{SSHA}yUTmrwlaNX1j9pLElVpYZlUE6rMxMjM0'],
  ),
  modify('add an auxiliary class without what it needs', ['add', 'objectClass', 'dcObject']),
  modify(
    'delete an auxiliary class with its attributes',
    ['delete', 'objectClass', 'posixAccount'],
    ['delete', 'uidNumber'],
    ['delete', 'gidNumber'],
    ['delete', 'homeDirectory'],
  ),
  modify('delete an auxiliary class whose attributes stay', ['delete', 'objectClass', 'posixAccount']),
  modify('another structural class', ['replace', 'objectClass', 'device']),
  modify('delete the structural class', ['delete', 'objectClass', 'inetOrgPerson']),
  modify('add a second structural class', ['add', 'objectClass', 'device']),
  modify('add an undefined class', ['add', 'objectClass', 'nothing']),
  modify('#9 many changes, the last one wrong', ['add', 'title', 'x'], ['replace', 'sn', 'y'], ['delete', 'roomNumber']),
  modify('add and delete the same value', ['add', 'title', 'x'], ['delete', 'title', 'x']),
  modify('delete by alias of the name', ['delete', 'surname'], ['add', 'surname', 'z']),
  {
    ...modify('a binary value', ['add', 'jpegPhoto', 'no picture']),
    ours: [21],
    entriesDiffer: true,
    because: 'RFC 4517 §3.3.17: a value of JPEG syntax is a JPEG image; slapd does not look',
  },
  modify('with an option', ['add', 'cn;lang-fr', 'Adèle']),
  modify('a telephone number in other words', ['add', 'telephoneNumber', '+1 23 45'], ['delete', 'telephoneNumber', '+12345']),
  { name: 'modify: nothing at all', steps: [['modify', 'uid=ada,$']] },
  { name: 'modify: what is not there', steps: [['modify', 'uid=nobody,ou=box,$', ['replace', 'sn', 'x']]] },
  { name: 'modify: a bad name', steps: [['modify', 'nonsense', ['replace', 'sn', 'x']]] },
  {
    name: 'modify: the last member of a group',
    steps: [['modify', 'cn=crew,$', ['delete', 'member', 'uid=ada,$']]],
    ours: [0],
    because: 'rfc2307bis and DESIGN §3: a group may be empty',
    entriesDiffer: true,
  },
  { name: 'modify: a member who does not exist', steps: [['modify', 'cn=crew,$', ['add', 'member', 'uid=nobody,$']]] },
  { name: '#4 modify: a member twice in another spelling', steps: [['modify', 'cn=crew,$', ['add', 'member', 'UID=Ada, $']]] },

  { name: 'delete: a leaf', steps: [['delete', 'cn=room,$']] },
  { name: 'delete: what has entries below', steps: [['delete', 'ou=box,$']] },
  { name: 'delete: what is not there', steps: [['delete', 'cn=none,ou=box,$']] },
  { name: 'delete: a bad name', steps: [['delete', 'nonsense']] },
  {
    name: 'delete: twice',
    steps: [
      ['delete', 'cn=room,$'],
      ['delete', 'cn=room,$'],
    ],
  },
  {
    name: 'delete: and add again',
    steps: [
      ['delete', 'cn=room,$'],
      ['add', 'cn=room,$', { objectClass: 'device', cn: 'room' }],
    ],
  },

  rename('a leaf', 'cn=room,$', 'cn=hall', true),
  rename('#12 a leaf that keeps its old name as a value', 'cn=room,$', 'cn=hall', false),
  rename('#12 in another case', 'cn=room,$', 'cn=ROOM', true),
  rename('#12 to a value that is there', 'uid=ada,$', 'cn=Ada Lovelace', true),
  rename('#12 to another attribute, keeping the old', 'uid=ada,$', 'cn=Ada', false),
  rename('to what is taken', 'cn=room,$', 'cn=crew', true),
  rename('#12 away from a MUST attribute', 'cn=crew,$', 'ou=crew', true),
  rename('to what its class does not have', 'cn=room,$', 'mail=x', false),
  {
    ...rename('to an undefined type', 'cn=room,$', 'nothing=x', false),
    ours: [17],
    because: 'RFC 4511 appendix A.2: undefinedAttributeType; slapd says the name is malformed',
  },
  rename('to a bad name', 'cn=room,$', 'nonsense', false),
  // the parts of an RDN stand in values as they were typed; slapd puts them in order
  { ...rename('to a name of two parts', 'uid=ada,$', 'uid=ada+cn=Ada Lovelace', true), entriesDiffer: true },
  rename('to a name of two RDNs', 'cn=room,$', 'cn=a,cn=b', true),
  rename('what is not there', 'cn=none,$', 'cn=x', true),
  rename('into a box', 'cn=room,$', 'cn=room', true, 'ou=box,$'),
  {
    ...rename('into nothing', 'cn=room,$', 'cn=room', true, 'ou=none,$'),
    ours: [32],
    because: 'RFC 4511 §4.1.9: matchedDN goes with noSuchObject; slapd leaves it out for newSuperior',
  },
  rename('#13 a subtree', 'ou=box,$', 'ou=case', true),
  rename('#13 below itself', 'ou=box,$', 'ou=box', true, 'ou=box,$'),
  rename('#13 below what is below itself', 'ou=box,$', 'ou=box', true, 'cn=inner,ou=box,$'),
  rename('to the place where it is', 'cn=room,$', 'cn=room', true, '$'),
  rename('outside the tree', 'cn=room,$', 'cn=room', true, 'dc=else'),
  { name: '#13 rename: references follow', steps: [['rename', 'uid=ada,$', 'uid=countess', true]] },
  { name: '#13 rename: references follow a move', steps: [['rename', 'uid=ada,$', 'uid=ada', true, 'ou=box,$']] },

  compare('equal', 'sn', 'Lovelace'),
  compare('equal in other words', 'cn', ' ADA   lovelace '),
  compare('another value', 'sn', 'King'),
  compare('an attribute that is not there', 'title', 'x'),
  compare('#14 an undefined attribute', 'nothing', 'x'),
  compare('a supertype', 'name', 'lovelace'),
  compare('a class by its superior', 'objectClass', 'person'),
  compare('a class by OID', 'objectClass', '2.5.6.6'),
  compare('a value against the syntax', 'uidNumber', 'one'),
  compare('a number', 'uidNumber', '1815'),
  compare('a member in another spelling', 'member', 'UID=ADA, $', 'cn=crew,$'),
  compare('what is not there', 'sn', 'x', 'uid=nobody,ou=box,$'),
  compare('a bad name', 'sn', 'x', 'nonsense'),
  compare('an option', 'description;lang-de', 'erste'),
  compare('the type with options in the entry', 'description', 'erste'),
  compare('an option that is not there', 'description;lang-fr', 'x'),
  compare('an operational attribute', 'structuralObjectClass', 'inetOrgPerson'),
];
