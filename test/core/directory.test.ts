import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Identity } from '../../directory/core/access.ts';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { Modification } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { parseFilter } from '../../directory/model/filter-text.ts';
import { exportLdif } from '../../ldif/export.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

const test = suite('directory');
const people = `ou=people,${base}`;
const groups = `ou=groups,${base}`;
let open: TestDirectory;
let root: BoundDirectory;

test.before(async () => {
  open = await openTestDirectory(
    person(
      'ada',
      'member',
      'mobile: +43 1 5',
      'telephoneNumber: +43 1 234',
      'mosVisibility: mobile public',
      'mosVisibility: cn nobody',
      'uidNumber: 7',
      'objectClass: posixAccount',
      'gidNumber: 1',
      'homeDirectory: /h',
    ) +
      person('bob', 'member', 'mobile: +43 1 6', 'cn;lang-de: Robert', 'mail: Bob@Example.org') +
      person('eve', 'banned', 'userPassword: geheim-geheim') +
      `dn: cn=inner,${groups}\nobjectClass: groupOfNames\ncn: inner\nmember: uid=bob,${people}\n\n` +
      `dn: cn=outer,${groups}\nobjectClass: groupOfNames\ncn: outer\nmember: cn=inner,${groups}\nmember: cn=outer,${groups}\n\n` +
      `dn: cn=desk,ou=services,${base}\nobjectClass: applicationProcess\nobjectClass: mosService\ncn: desk\nmosGrant: ou=people | uid, telephoneNumber | read\n\n`,
  );
  root = open.directory.asRoot('test');
});
test.after(() => open.close());

const identityOf = (dn: string): Identity => ({
  kind: 'entry',
  uuid: open.directory.tree.find(open.directory.schema.normalizeDn(dn))?.uuid ?? '',
});
const as = (dn: string): BoundDirectory => open.directory.as(dn === '' ? { kind: 'anonymous' } : identityOf(dn), 'test');

function find(asker: BoundDirectory, filter: string, from = base): string[] {
  const run = asker.search({ base: from, scope: 'sub', filter: parseFilter(filter) });
  const found: string[] = [];
  while (!run.done) {
    const entry = run.next();
    if (entry !== undefined) found.push(entry.dn.split(',')[0] ?? '');
  }
  return found.sort();
}

async function kindOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'success';
  } catch (error) {
    if (error instanceof DirectoryError) return error.kind;
    throw error;
  }
}

const change = (operation: Modification['operation'], description: string, ...values: readonly string[]): Modification => ({
  operation,
  attribute: { description, values: values.map((value) => Buffer.from(value)) },
});

const filters: readonly (readonly [filter: string, ...found: readonly string[]])[] = [
  ['(uid=ADA)', 'uid=ada'],
  ['(mail=bob@example.ORG)', 'uid=bob'],
  ['(name=robert)', 'uid=bob'],
  ['(cn;lang-de=Robert)', 'uid=bob'],
  ['(cn=robert)', 'uid=bob'],
  ['(uid=*o*)', 'uid=bob'],
  ['(uidNumber>=7)', 'uid=ada'],
  ['(uidNumber>=8)'],
  ['(uidNumber=7*)'],
  ['(nonsense=x)'],
  ['(!(nonsense=x))'],
  ['(!(uidNumber=abc))'],
  ['(!(cn>=m))'],
  ['(&(objectClass=mosMember)(!(&(nonsense=x)(uid=ada))))', 'uid=bob', 'uid=eve'],
  ['(objectClass=person)', 'uid=ada', 'uid=bob', 'uid=eve'],
  ['(objectClass=2.5.6.6)', 'uid=ada', 'uid=bob', 'uid=eve'],
  ['(member=)'],
  ['(&(objectClass=mosMember)(ou:dn:=people))', 'uid=ada', 'uid=bob', 'uid=eve'],
  ['(uid:caseExactMatch:=ADA)'],
  [`(memberOf=cn=outer,${groups})`, 'cn=inner', 'cn=outer', 'uid=bob'],
  [`(member:1.2.840.113556.1.4.1941:=uid=bob,${people})`, 'cn=inner', 'cn=members', 'cn=outer'],
  [`(&(objectClass=groupOfUniqueNames)(uniqueMember=uid=ada,${people}))`, 'cn=members'],
  ['(memberUid=bob)', 'cn=inner', 'cn=members', 'cn=outer'],
  [`(memberOf=cn=members,${groups})`, 'uid=ada', 'uid=bob'],
];
for (const [filter, ...found] of filters)
  test(`the filter ${filter} finds ${found.join(' ') || 'nothing'}`, () => assert.equal(find(root, filter), found));

const looks: readonly (readonly [who: string, filter: string, ...found: readonly string[]])[] = [
  // what its owner opened to the public
  ['', '(mobile=*)', 'uid=ada'],
  ['', '(telephoneNumber=*)'],
  // Undefined stays Undefined when it is negated, whether or not there is a value
  ['', '(!(telephoneNumber=x))', 'dc=example'],
  [`uid=bob,${people}`, '(mobile=*)', 'uid=ada', 'uid=bob'],
  // a choice does not go beyond the allowed range
  [`uid=bob,${people}`, '(cn=ada)', 'uid=ada'],
  [`uid=bob,${people}`, '(userPassword=*)'],
  [`cn=desk,ou=services,${base}`, '(telephoneNumber=*)', 'uid=ada'],
  [`uid=eve,${people}`, '(uid=bob)'],
];
for (const [who, filter, ...found] of looks) {
  test(`${who.split(',')[0] || 'anonymous'} finds ${found.join(' ') || 'nothing'} by ${filter}`, () =>
    assert.equal(find(as(who), filter), found));
}

const bob = `uid=bob,${people}`;
const refusals: readonly (readonly [name: string, kind: string, attempt: () => Promise<unknown>])[] = [
  ['an add without its parent', 'noSuchObject', () => root.add(`cn=a,ou=none,${base}`, [])],
  ['an add of a name that is taken', 'entryAlreadyExists', () => root.add(bob, [])],
  ['an add outside the suffix', 'unwillingToPerform', () => root.add('dc=elsewhere', [])],
  ['a value that is there', 'attributeOrValueExists', () => root.modify(bob, [change('add', 'mail', 'BOB@example.org')])],
  ['deleting an attribute that is not there', 'noSuchAttribute', () => root.modify(bob, [change('delete', 'title')])],
  ['an attribute that nobody defined', 'undefinedAttributeType', () => root.modify(bob, [change('add', 'nonsense', 'x')])],
  [
    'an attribute that the classes do not allow',
    'objectClassViolation',
    () => root.modify(bob, [change('add', 'associatedDomain', 'x.org')]),
  ],
  ['a value of the wrong syntax', 'invalidAttributeSyntax', () => root.modify(bob, [change('replace', 'mosMailActivated', 'perhaps')])],
  ['two values for one', 'constraintViolation', () => root.modify(bob, [change('replace', 'displayName', 'a', 'b')])],
  ['an attribute of the server', 'constraintViolation', () => root.modify(bob, [change('replace', 'entryUUID', 'x')])],
  ['taking the name from an entry', 'notAllowedOnRDN', () => root.modify(bob, [change('replace', 'uid', 'other')])],
  [
    'another structural class',
    'objectClassModsProhibited',
    () => root.modify(`cn=inner,${groups}`, [change('replace', 'objectClass', 'organizationalRole'), change('delete', 'member')]),
  ],
  ['deleting what has entries below', 'notAllowedOnNonLeaf', () => root.delete(people)],
  [
    'a move below itself',
    'unwillingToPerform',
    () => root.move({ dn: people, newRdn: 'ou=people', deleteOldRdn: false, newSuperior: bob }),
  ],
  [
    'a status that does not exist',
    'constraintViolation',
    () => root.modify(bob, [change('replace', 'mosStatus', `cn=king,ou=statuses,${base}`)]),
  ],
  ['deleting a status that somebody has', 'constraintViolation', () => root.delete(`cn=member,ou=statuses,${base}`)],
  [
    'somebody changing another',
    'insufficientAccessRights',
    () => as(bob).modify(`uid=ada,${people}`, [change('replace', 'description', 'x')]),
  ],
  [
    'somebody giving themselves years of membership',
    'insufficientAccessRights',
    () => as(bob).modify(bob, [change('replace', 'mosJoined', '19700101000000Z')]),
  ],
  ['anonymous adding', 'insufficientAccessRights', () => as('').add(`cn=x,${groups}`, [])],
  [
    'a failed assertion',
    'assertionFailed',
    () => root.modify(bob, [change('replace', 'description', 'no')], { assertion: parseFilter('(uid=ada)') }),
  ],
];
for (const [name, kind, attempt] of refusals) test(`${name} is ${kind}`, async () => assert.is(await kindOf(attempt()), kind));

test('a MUST attribute may go and come again in one request, and nothing of a failing request stays', async () => {
  await root.modify(bob, [change('delete', 'sn'), change('add', 'sn', 'Builder')]);
  assert.is(await kindOf(root.modify(bob, [change('replace', 'description', 'half'), change('delete', 'sn')])), 'objectClassViolation');
  assert.equal(find(root, '(description=half)'), []);
  assert.equal(find(root, '(sn=builder)'), ['uid=bob']);
});

test('a rename takes references along, also of everything below, and entryUUID stays', async () => {
  const uuid = root.find(bob).uuid;
  await root.move({ dn: people, newRdn: 'ou=humans', deleteOldRdn: true, newSuperior: undefined });
  assert.is(root.find(`uid=bob,ou=humans,${base}`).uuid, uuid);
  assert.equal(find(root, `(member=uid=bob,ou=humans,${base})`), ['cn=inner']);
  await root.move({ dn: `ou=humans,${base}`, newRdn: 'ou=people', deleteOldRdn: true, newSuperior: undefined });
  assert.equal(find(root, `(member=${bob})`), ['cn=inner', 'cn=members']);
});

test('a deleted person is gone from the groups', async () => {
  await open.load(`${person('tom')}dn: cn=inner,${groups}\nchangetype: modify\nadd: member\nmember: uid=tom,${people}\n-\n\n`);
  await root.delete(`uid=tom,${people}`);
  assert.equal(find(root, `(member=uid=tom,${people})`), []);
});

test('a ban takes rights at once, and a status brings somebody into its dynamic group', async () => {
  const asker = as(bob);
  assert.equal(find(asker, '(uid=ada)'), ['uid=ada']);
  await root.modify(bob, [change('replace', 'mosStatus', `cn=banned,ou=statuses,${base}`)]);
  assert.equal(find(asker, '(uid=ada)'), []);
  assert.equal(find(root, `(memberOf=cn=members,${groups})`), ['uid=ada']);
  await root.modify(bob, [change('replace', 'mosStatus', `cn=member,ou=statuses,${base}`)]);
  assert.equal(find(asker, '(uid=ada)'), ['uid=ada']);
});

test('a password is no name', async () => {
  const [objectClass, uid] = [
    change('add', 'objectClass', 'account', 'simpleSecurityObject').attribute,
    change('add', 'uid', 'x').attribute,
  ];
  assert.is(await kindOf(root.add(`userPassword=hush,${people}`, [objectClass, uid])), 'namingViolation');
  const newRdn = 'userPassword=hush';
  assert.is(await kindOf(root.move({ dn: bob, newRdn, deleteOldRdn: false, newSuperior: undefined })), 'namingViolation');
});

test('who changed an entry several times at once is shown each state as it was', async () => {
  const dn = `cn=several,${groups}`;
  const made = await Promise.all([
    root.add(dn, [change('add', 'objectClass', 'groupOfNames').attribute, change('add', 'cn', 'several').attribute]),
    root.modify(dn, [change('add', 'description', 'first')]),
    root.modify(dn, [change('replace', 'description', 'second')]),
  ]);
  const selection = root.selection(['numSubordinates', 'description']);
  const shown = made.map(({ after }) => {
    if (after === undefined) return '';
    const { ranges, extra } = root.compose(after, selection);
    const stored = ranges.map((from, nth) => (nth % 2 === 0 ? after.bytes.subarray(from, ranges[nth + 1]) : Buffer.alloc(0)));
    return String(Buffer.concat([...stored, ...extra])).replace(/[^\w]+/g, ' ');
  });
  assert.equal(
    shown.map((text) => /first|second|$/.exec(text)?.[0]),
    ['', 'first', 'second'],
  );
  assert.equal(
    shown.map((text) => /numSubordinates1 (\d)/.exec(text)?.[1]),
    ['0', '0', '0'],
  );
});

test('a password is stored as a hash, and the log has neither', async () => {
  await root.modify(bob, [change('replace', 'userPassword', 'correct horse')]);
  const { csn } = open.directory.tree;
  const [revision] = await open.directory.store.revisions({ afterCsn: csn - 1 });
  assert.match(revision?.change ?? '', /replace: userPassword/);
  assert.not.match(JSON.stringify(revision), /correct|ARGON2/);
  assert.is(revision?.actor, `cn=admin,${base}`);
});

test('of a large group the log keeps who went, not who stayed; changes of one commit all count', async () => {
  const member = (nth: number) => `uid=m${nth},ou=people,${base}`;
  const group = `cn=large,ou=groups,${base}`;
  const attribute = (description: string, ...values: string[]) => ({ description, values: values.map((value) => Buffer.from(value)) });
  const members = Array.from({ length: 150 }, (_, nth) => member(nth));
  await root.add(group, [attribute('objectClass', 'groupOfNames'), attribute('cn', 'large'), attribute('member', ...members)]);
  const { csn } = open.directory.tree;
  await Promise.all([
    root.modify(group, [change('delete', 'member', member(70))]),
    root.modify(group, [change('add', 'member', member(150))]),
    root.modify(group, [change('delete', 'member', member(0).toUpperCase())]),
    root.modify(group, [change('delete', 'member', member(149)), change('add', 'member', member(151))]),
  ]);
  const log = await open.directory.store.revisions({ afterCsn: csn });
  const kept = log.map(({ before }) => before.filter(({ description }) => description === 'member').map(({ values }) => values.length));
  // what was named in another spelling is not looked for: then the whole list is kept
  assert.equal(kept, [[1], [0], [150], [1]]);
  const found = find(root, `(member=${member(151)})`, group);
  assert.equal(found, ['cn=large']);
  assert.equal(find(root, `(member=${member(70)})`, group), []);
  assert.equal(find(root, `(member=${member(149)})`, group), []);
  const type = open.directory.schema.attributeType('member');
  assert.is(type && open.directory.tree.named(group)?.valuesOfType(type).length, 149);
  assert.equal(await open.directory.differences(), []);
});

test('the right password lets in; a wrong one, an unknown name and a banned member get the same answer', async () => {
  const bind = (dn: string, password: string) =>
    open.authenticator.authenticate({ dn, password: Buffer.from(password), address: '127.0.0.1', door: 'directory' });
  assert.is((await bind(bob, 'correct horse')).kind, 'entry');
  assert.is((await bind(`cn=admin,${base}`, 'secret')).kind, 'root');
  for (const [dn, password] of [
    [bob, 'wrong'],
    [`uid=nobody,${people}`, 'x'],
    [`uid=eve,${people}`, 'geheim-geheim'],
  ] as const) {
    assert.is(await kindOf(bind(dn, password)), 'invalidCredentials');
  }
});

test('updates that come at once are all made, one after the other', async () => {
  await root.modify(bob, [change('replace', 'description', 'none')]);
  const before = open.directory.tree.csn;
  await Promise.all(Array.from({ length: 50 }, (_, index) => root.modify(bob, [change('add', 'description', `line ${index}`)])));
  assert.is(
    root
      .find(bob)
      .attributes()
      .find(({ description }) => description === 'description')?.values.length,
    51,
  );
  assert.is(open.directory.tree.csn, before + 50);
});

test('a dump goes into an empty directory and comes out the same', async () => {
  const dump = (of: TestDirectory) =>
    [...exportLdif(of.directory, { operational: true })]
      .join('')
      .split('\n\n')
      .map((entry) => entry.replace(/^entryCSN.*\n/m, ''))
      .sort();
  const second = await openTestDirectory();
  const suffix = second.directory.asRoot('test');
  for (const dn of [...second.directory.tree.subtree(suffix.find(base))].map((entry) => entry.dn).reverse()) await suffix.delete(dn);
  await second.load([...exportLdif(open.directory, { operational: true })].join(''));
  assert.equal(dump(second), dump(open));
  await second.close();
});

test.run();
