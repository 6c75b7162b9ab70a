import type { ErrorKind } from '../../directory/model/errors.ts';

/** An entry by lines of `attribute: value`, and what is wrong with it. */
export interface EntryCase {
  readonly name: string;
  readonly rdn: string;
  readonly lines: readonly string[];
  readonly structural?: string;
  readonly kind?: ErrorKind;
  readonly text?: string;
}

const person = ['objectClass: inetOrgPerson', 'uid: ada', 'cn: Ada', 'sn: Lovelace'];

export const entryCases: readonly EntryCase[] = [
  { name: 'a person', rdn: 'uid=ada', lines: person, structural: 'inetOrgPerson' },
  {
    name: 'a person with every class of the chain',
    rdn: 'uid=ada',
    lines: ['objectClass: top', 'objectClass: person', 'objectClass: organizationalPerson', ...person],
    structural: 'inetOrgPerson',
  },
  {
    name: 'a person with auxiliary classes',
    rdn: 'uid=ada',
    lines: [...person, 'objectClass: mosMember', 'objectClass: ldapPublicKey', 'mosSkill: analysis', 'sshPublicKey: ssh-ed25519 AAAA'],
    structural: 'inetOrgPerson',
  },
  { name: 'a class by its number', rdn: 'ou=x', lines: ['objectClass: 2.5.6.5', 'ou: x'], structural: 'organizationalUnit' },
  { name: 'a name in other case and blanks', rdn: 'cn=ADA', lines: person, structural: 'inetOrgPerson' },
  { name: 'a name of two values', rdn: 'cn=Ada+uid=ada', lines: person, structural: 'inetOrgPerson' },
  { name: 'a group without members', rdn: 'cn=g', lines: ['objectClass: groupOfNames', 'cn: g'], structural: 'groupOfNames' },
  {
    name: 'a group of unique names without any',
    rdn: 'cn=g',
    lines: ['objectClass: groupOfUniqueNames', 'cn: g'],
    structural: 'groupOfUniqueNames',
  },
  {
    name: 'a group with everything',
    rdn: 'cn=g',
    lines: ['objectClass: groupOfMembers', 'objectClass: posixGroup', 'cn: g', 'gidNumber: 5', 'member: cn=a', 'memberUid: ada'],
    structural: 'groupOfMembers',
  },
  {
    name: 'extensibleObject allows everything',
    rdn: 'cn=x',
    lines: ['objectClass: device', 'objectClass: extensibleObject', 'cn: x', 'mail: a@b'],
    structural: 'device',
  },
  {
    name: 'operational attributes are let through',
    rdn: 'uid=ada',
    lines: [...person, 'createTimestamp: 20240101000000Z', 'entryUUID: 597ae2f6-16a6-1027-98f4-d28b5365dc14'],
    structural: 'inetOrgPerson',
  },
  { name: 'options', rdn: 'uid=ada', lines: [...person, 'cn;lang-de: Ada'], structural: 'inetOrgPerson' },
  {
    name: 'a service',
    rdn: 'cn=dovecot',
    lines: [
      'objectClass: applicationProcess',
      'objectClass: simpleSecurityObject',
      'objectClass: mosService',
      'cn: dovecot',
      'userPassword: x',
      'mosGrant: ou=people | uid | read',
    ],
    structural: 'applicationProcess',
  },
  {
    name: 'a mail alias',
    rdn: 'cn=info',
    lines: ['objectClass: mosMailAlias', 'objectClass: inetLocalMailRecipient', 'cn: info', 'mailLocalAddress: info@example.org'],
    structural: 'mosMailAlias',
  },
  {
    name: 'a mail domain',
    rdn: 'associatedDomain=example.org',
    lines: ['objectClass: mosMailDomain', 'associatedDomain: example.org'],
    structural: 'mosMailDomain',
  },
  {
    name: 'a status',
    rdn: 'cn=member',
    lines: ['objectClass: mosStatusDefinition', 'cn: member', 'mosMayLogin: TRUE'],
    structural: 'mosStatusDefinition',
  },
  {
    name: 'a dynamic group',
    rdn: 'cn=members',
    lines: ['objectClass: groupOfURLs', 'cn: members', 'memberURL: ldap:///ou=people??sub?(uid=*)'],
    structural: 'groupOfURLs',
  },

  { name: 'no class', rdn: 'cn=x', lines: ['cn: x'], kind: 'objectClassViolation', text: 'no objectClass attribute' },
  {
    name: 'an unknown class',
    rdn: 'cn=x',
    lines: ['objectClass: device', 'objectClass: nosuch', 'cn: x'],
    kind: 'invalidAttributeSyntax',
    text: 'objectClass: value #1 invalid per syntax: no such class in the schema',
  },
  {
    name: 'auxiliary classes only',
    rdn: 'uid=x',
    lines: ['objectClass: uidObject', 'uid: x'],
    kind: 'objectClassViolation',
    text: 'no structural object class provided',
  },
  {
    name: 'abstract classes only',
    rdn: 'cn=x',
    lines: ['objectClass: top', 'cn: x'],
    kind: 'objectClassViolation',
    text: 'no structural object class provided',
  },
  {
    name: 'two chains',
    rdn: 'cn=x',
    lines: ['objectClass: device', 'objectClass: person', 'cn: x', 'sn: x'],
    kind: 'objectClassViolation',
    text: 'invalid structural object class chain (device/person)',
  },
  {
    name: 'a missing attribute',
    rdn: 'cn=x',
    lines: ['objectClass: person', 'cn: x'],
    kind: 'objectClassViolation',
    text: "object class 'person' requires attribute 'sn'",
  },
  {
    name: "a missing attribute of a superior's",
    rdn: 'cn=x',
    lines: ['objectClass: inetOrgPerson', 'cn: x'],
    kind: 'objectClassViolation',
    text: "object class 'person' requires attribute 'sn'",
  },
  {
    name: 'an attribute that no class allows',
    rdn: 'cn=x',
    lines: ['objectClass: device', 'cn: x', 'mail: a@b'],
    kind: 'objectClassViolation',
    text: "attribute 'mail' not allowed",
  },
  {
    name: 'an unknown attribute',
    rdn: 'uid=ada',
    lines: [...person, 'nosuch: x'],
    kind: 'undefinedAttributeType',
    text: 'nosuch: attribute type undefined',
  },
  { name: 'an unknown option', rdn: 'uid=ada', lines: [...person, 'cn;foo: x'], kind: 'undefinedAttributeType' },
  {
    name: 'a value of the wrong syntax',
    rdn: 'uid=ada',
    lines: [...person, 'mail: a@b', 'mail: ä@b'],
    kind: 'invalidAttributeSyntax',
    text: 'mail: value #1 invalid per syntax',
  },
  {
    name: 'a member that is no DN',
    rdn: 'cn=g',
    lines: ['objectClass: groupOfNames', 'cn: g', 'member: cn=a', 'member: ada'],
    kind: 'invalidAttributeSyntax',
    text: 'member: value #1 invalid per syntax',
  },
  {
    name: 'an operational value of the wrong syntax',
    rdn: 'uid=ada',
    lines: [...person, 'createTimestamp: yesterday'],
    kind: 'invalidAttributeSyntax',
    text: 'createTimestamp: value #0 invalid per syntax',
  },
  {
    name: 'two values where one may be',
    rdn: 'uid=ada',
    lines: [...person, 'displayName: Ada', 'displayName: Augusta'],
    kind: 'constraintViolation',
    text: 'displayName: multiple values provided',
  },
  {
    name: 'a value twice, by its rule',
    rdn: 'uid=ada',
    lines: [...person, 'mail: ada@example.org', 'mail: x@example.org', 'mail: ADA@Example.org'],
    kind: 'attributeOrValueExists',
    text: 'mail: value #2 provided more than once',
  },
  {
    name: 'a member twice',
    rdn: 'cn=g',
    lines: ['objectClass: groupOfNames', 'cn: g', 'member: CN=a, DC=x', 'member: cn=A,dc=x'],
    kind: 'attributeOrValueExists',
    text: 'member: value #1 provided more than once',
  },
  {
    name: 'a value twice where there is no rule: the same bytes',
    rdn: 'uid=ada',
    lines: [...person, 'audio: a', 'audio: A', 'audio: a'],
    kind: 'attributeOrValueExists',
    text: 'audio: value #2 provided more than once',
  },
  {
    name: 'a name that is no value of the entry',
    rdn: 'uid=bob',
    lines: person,
    kind: 'namingViolation',
    text: "value of naming attribute 'uid' is not present in entry: bob",
  },
  {
    name: 'a name by an attribute that is not there',
    rdn: 'mail=a@b',
    lines: person,
    kind: 'namingViolation',
    text: "naming attribute 'mail' is not present in entry",
  },
  {
    name: 'a name by a value with an option',
    rdn: 'cn=Augusta',
    lines: [...person, 'cn;lang-en: Augusta'],
    kind: 'namingViolation',
  },
  {
    name: 'a name by an operational attribute',
    rdn: 'entryUUID=597ae2f6-16a6-1027-98f4-d28b5365dc14',
    lines: [...person, 'entryUUID: 597ae2f6-16a6-1027-98f4-d28b5365dc14'],
    kind: 'namingViolation',
    text: "naming attribute 'entryUUID' is operational",
  },
  { name: 'a name of the same type twice', rdn: 'cn=Ada+cn=Augusta', lines: [...person, 'cn: Augusta'], kind: 'namingViolation' },
  { name: 'a name by an unknown attribute', rdn: 'nosuch=x', lines: person, kind: 'undefinedAttributeType' },
];
