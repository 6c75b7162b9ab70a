import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shippedSchema } from '../support/schema.ts';

const schema = shippedSchema();

/** Name, number, syntax, and flags: 1 single-valued, n no user modification, o operational. */
const types: readonly (readonly [name: string, oid: string, syntax: string, flags: string])[] = [
  ['objectClass', '2.5.4.0', 'OID', ''],
  ['uid', '0.9.2342.19200300.100.1.1', 'Directory String', ''],
  ['mail', '0.9.2342.19200300.100.1.3', 'IA5 String', ''],
  ['dc', '0.9.2342.19200300.100.1.25', 'IA5 String', '1'],
  ['member', '2.5.4.31', 'DN', ''],
  ['uniqueMember', '2.5.4.50', 'Name And Optional UID', ''],
  ['memberUid', '1.3.6.1.1.1.1.12', 'IA5 String', ''],
  ['uidNumber', '1.3.6.1.1.1.1.0', 'INTEGER', '1'],
  ['userPassword', '2.5.4.35', 'Octet String', ''],
  ['jpegPhoto', '0.9.2342.19200300.100.1.60', 'JPEG', ''],
  ['sshPublicKey', '1.3.6.1.4.1.24552.500.1.1.1.13', 'Octet String', ''],
  ['memberURL', '2.16.840.1.113730.3.1.198', 'Directory String', ''],
  ['mailLocalAddress', '2.16.840.1.113730.3.1.13', 'IA5 String', ''],
  ['rfc822MailMember', '1.3.6.1.4.1.42.2.27.2.1.15', 'IA5 String', ''],
  ['createTimestamp', '2.5.18.1', 'Generalized Time', '1no'],
  ['modifiersName', '2.5.18.4', 'DN', '1no'],
  ['structuralObjectClass', '2.5.21.9', 'OID', '1no'],
  ['entryUUID', '1.3.6.1.1.16.4', 'UUID', '1no'],
  ['entryDN', '1.3.6.1.1.20', 'DN', '1no'],
  ['entryCSN', '1.3.6.1.4.1.4203.666.1.7', 'CSN', '1no'],
  ['contextCSN', '1.3.6.1.4.1.4203.666.1.25', 'CSN', 'no'],
  ['hasSubordinates', '2.5.18.9', 'Boolean', '1no'],
  ['numSubordinates', '1.3.6.1.4.1.453.16.2.103', 'INTEGER', '1no'],
  ['memberOf', '1.2.840.113556.1.2.102', 'DN', 'no'],
  ['pwdChangedTime', '1.3.6.1.4.1.42.2.27.8.1.16', 'Generalized Time', '1no'],
  ['pwdAccountLockedTime', '1.3.6.1.4.1.42.2.27.8.1.17', 'Generalized Time', '1o'],
  ['pwdHistory', '1.3.6.1.4.1.42.2.27.8.1.20', 'Octet String', 'no'],
  ['pwdMaxFailure', '1.3.6.1.4.1.42.2.27.8.1.11', 'INTEGER', '1'],
  ['namingContexts', '1.3.6.1.4.1.1466.101.120.5', 'DN', 'o'],
  ['supportedControl', '1.3.6.1.4.1.1466.101.120.13', 'OID', 'o'],
  ['ref', '2.16.840.1.113730.3.1.34', 'Directory String', 'o'],
];

for (const [name, oid, syntax, flags] of types) {
  test(`${name} is ${oid}`, () => {
    const type = schema.attributeType(name);
    assert.is(type?.oid, oid);
    assert.is(type?.syntax.description, syntax);
    assert.is(`${type?.singleValue ? '1' : ''}${type?.noUserModification ? 'n' : ''}${type?.operational ? 'o' : ''}`, flags);
  });
}

const classes: readonly (readonly [name: string, oid: string, kind: string, must: readonly string[]])[] = [
  ['top', '2.5.6.0', 'abstract', ['objectClass']],
  ['alias', '2.5.6.1', 'structural', ['aliasedObjectName']],
  ['inetOrgPerson', '2.16.840.1.113730.3.2.2', 'structural', []],
  ['groupOfNames', '2.5.6.9', 'structural', ['cn']],
  ['groupOfUniqueNames', '2.5.6.17', 'structural', ['cn']],
  ['groupOfMembers', '1.3.6.1.4.1.5322.13.1.1', 'structural', ['cn']],
  ['groupOfURLs', '2.16.840.1.113730.3.2.33', 'structural', ['cn']],
  ['posixAccount', '1.3.6.1.1.1.2.0', 'auxiliary', ['cn', 'uid', 'uidNumber', 'gidNumber', 'homeDirectory']],
  ['posixGroup', '1.3.6.1.1.1.2.2', 'auxiliary', ['gidNumber']],
  ['account', '0.9.2342.19200300.100.4.5', 'structural', ['uid']],
  ['dcObject', '1.3.6.1.4.1.1466.344', 'auxiliary', ['dc']],
  ['simpleSecurityObject', '0.9.2342.19200300.100.4.19', 'auxiliary', ['userPassword']],
  ['applicationProcess', '2.5.6.11', 'structural', ['cn']],
  ['inetLocalMailRecipient', '2.16.840.1.113730.3.2.147', 'auxiliary', []],
  ['nisMailAlias', '1.3.6.1.4.1.42.2.27.1.2.5', 'structural', ['cn']],
  ['referral', '2.16.840.1.113730.3.2.6', 'structural', ['ref']],
  ['extensibleObject', '1.3.6.1.4.1.1466.101.120.111', 'auxiliary', []],
  ['subschema', '2.5.20.1', 'auxiliary', []],
  ['pwdPolicy', '1.3.6.1.4.1.42.2.27.8.2.1', 'auxiliary', ['pwdAttribute']],
  ['ldapPublicKey', '1.3.6.1.4.1.24552.500.1.1.2.0', 'auxiliary', []],
];

for (const [name, oid, kind, must] of classes) {
  test(`${name} is ${oid}, ${kind}`, () => {
    const objectClass = schema.objectClass(name);
    assert.is(objectClass?.oid, oid);
    assert.is(objectClass?.kind, kind);
    assert.equal(
      objectClass?.must.map((type) => type.name),
      must,
    );
  });
}

test("MOS's own definitions stand under the arc of a UUID", () => {
  const own = [...schema.attributeTypes, ...schema.objectClasses].filter(({ name }) => name.startsWith('mos'));
  assert.ok(own.length > 10);
  for (const { oid, name } of own) assert.match(oid, /^2\.25\.\d{30,39}\.\d+\.\d+$/, name);
});

test('every attribute that names entries compares them as entries', () => {
  for (const type of schema.attributeTypes)
    if (type.syntax.description === 'DN') assert.is(type.equality?.name, 'distinguishedNameMatch', type.name);
});

test.run();
