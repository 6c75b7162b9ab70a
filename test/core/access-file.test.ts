import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { parseFilter } from '../../directory/model/filter-text.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** What the rows of a file of one's own (MOS_ACCESS) allow, kind by kind. */
const test = suite('access file');
const rows = `
role       | crew | cn=crew,ou=groups
secret     | employeeNumber
visibility | objectClass, uid, cn | public  | public..members
visibility | mail                 | members | public..self
visibility | *                    | self

allow | anonymous            | base .                                  | *           | read
allow | anonymous            | ou=people (objectClass=inetOrgPerson)   | visible     | read
allow | member               | ou=people                               | visible     | read
allow | member               | base uid=eve,ou=people                  | *           | read
allow | self                 | ou=people                               | description | write
allow | crew                 | one ou=groups                           | *           | read, write
allow | crew                 | base ou=groups                          | *           | add, delete
allow | cn=desk,ou=services  | ou=people                               | mail        | compare
allow | cn=desk,ou=services  | ou=people                               | description | search
allow | service              | base ou=groups                          | *           | read
`;
const people = `ou=people,${base}`;
const groups = `ou=groups,${base}`;
const folder = mkdtempSync(join(tmpdir(), 'mos-access-'));
let open: TestDirectory;
let askers: Readonly<Record<Who, BoundDirectory>>;
type Who = 'nobody' | 'ada' | 'bob' | 'desk' | 'other';

test.before(async () => {
  const file = join(folder, 'own.access');
  writeFileSync(file, rows);
  const all = ['description: about', 'employeeNumber: 7', 'telephoneNumber: +43 1 5'];
  const service = (cn: string) =>
    `dn: cn=${cn},ou=services,${base}\nobjectClass: applicationProcess\nobjectClass: mosService\ncn: ${cn}\n\n`;
  open = await openTestDirectory(
    person('ada', 'member', 'mail: ada@example.org', 'mosVisibility: mail public', ...all) +
      person('bob', 'member', 'mail: bob@example.org', 'mosVisibility: cn members', ...all) +
      person('eve', 'member', 'mail: eve@example.org', 'mosVisibility: mail self', 'userPassword: not for them', ...all) +
      `dn: cn=crew,${groups}\nobjectClass: groupOfNames\ncn: crew\nmember: uid=ada,${people}\n\n` +
      service('desk') +
      service('other'),
    file,
  );
  const { directory } = open;
  const as = (dn: string) => directory.as({ kind: 'entry', uuid: directory.asRoot('test').find(dn).uuid }, 'test');
  askers = {
    nobody: directory.as({ kind: 'anonymous' }, 'test'),
    ada: as(`uid=ada,${people}`),
    bob: as(`uid=bob,${people}`),
    desk: as(`cn=desk,ou=services,${base}`),
    other: as(`cn=other,ou=services,${base}`),
  };
});
test.after(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

const asked = ['uid', 'cn', 'mail', 'description', 'telephoneNumber', 'employeeNumber', 'userPassword'] as const;

/** What somebody reads of the attributes above; undefined when they do not even see the entry. */
function reads(who: Who, dn: string): string | undefined {
  const { schema, tree } = open.directory;
  const entry = tree.named(dn);
  const { viewer } = askers[who];
  if (entry === undefined || !viewer.sees(entry)) return undefined;
  return asked
    .filter((name) => {
      const description = schema.description(name);
      return description !== undefined && entry.has(description) && viewer.mayRead(entry, description);
    })
    .join(' ');
}

const readings: readonly (readonly [who: Who, uid: string, attributes: string | undefined, why: string])[] = [
  ['nobody', 'ada', 'uid cn mail', 'she shows her mail to the public'],
  ['nobody', 'bob', 'uid', 'he shows his name to members'],
  ['nobody', 'eve', 'uid cn', 'mail is for members unless somebody says otherwise'],
  ['bob', 'ada', 'uid cn mail', 'a member sees what members see'],
  [
    'bob',
    'eve',
    'uid cn mail description telephoneNumber',
    'a row of her own shows everything but secrets, of which passwords are one in any file',
  ],
  ['ada', 'bob', 'uid cn mail', 'the crew has no row here and is a member'],
  ['bob', 'bob', 'uid cn mail description telephoneNumber', 'what is for oneself alone, one sees'],
  ['other', 'ada', 'uid cn mail', 'a service is no member, and sees what the public sees'],
];
for (const [who, uid, attributes, why] of readings) {
  test(`${who} reads of ${uid}: ${attributes} (${why})`, () => assert.is(reads(who, `uid=${uid},${people}`), attributes));
}

test('a row for one level is not about what is below, and one for the base is about nothing else', () => {
  assert.is(reads('ada', `cn=crew,${groups}`), 'cn');
  assert.is(reads('bob', `cn=crew,${groups}`), undefined);
  assert.is(reads('other', groups), '');
  assert.is(reads('other', `cn=crew,${groups}`), undefined);
  assert.is(reads('nobody', base), '');
});

test('who may search by an attribute may not read it, and who may compare may not search', () => {
  const finds = (who: Who, filter: string) => {
    const run = askers[who].search({ base, scope: 'sub', filter: parseFilter(filter) });
    let count = 0;
    while (!run.done) if (run.next() !== undefined) count++;
    return count;
  };
  assert.equal([finds('desk', '(description=about)'), finds('other', '(description=about)')], [3, 0]);
  assert.equal([finds('desk', '(mail=bob@example.org)'), finds('bob', '(mail=bob@example.org)')], [0, 1]);
  assert.is(reads('desk', `uid=bob,${people}`), 'uid');
  const compare = (who: Who, attribute: string, value: string) =>
    askers[who].compare({ dn: `uid=bob,${people}`, attribute, value: Buffer.from(value) });
  assert.is(compare('desk', 'mail', 'bob@example.org'), true);
  assert.throws(
    () => compare('other', 'mail', 'bob@example.org'),
    (error: unknown) => error instanceof DirectoryError && error.kind === 'insufficientAccessRights',
  );
});

const value = (description: string, text: string) => ({ description, values: [Buffer.from(text)] });
const replace = (dn: string, name: string) => (by: BoundDirectory) =>
  by.modify(dn, [{ operation: 'replace', attribute: value(name, 'other') }]);
const addGroup = (dn: string) => (by: BoundDirectory) => by.add(dn, [value('objectClass', 'groupOfNames'), value('cn', 'new')]);
const updates: readonly (readonly [who: Who, name: string, update: (by: BoundDirectory) => Promise<unknown>, kind: string])[] = [
  ['bob', 'writes what a row lets oneself write', replace(`uid=bob,${people}`, 'description'), 'success'],
  ['bob', 'writes nothing else of his', replace(`uid=bob,${people}`, 'telephoneNumber'), 'insufficientAccessRights'],
  ['bob', 'does not write of others', replace(`uid=ada,${people}`, 'description'), 'insufficientAccessRights'],
  ['ada', 'adds below the entry that the row names', addGroup(`cn=new,${groups}`), 'success'],
  ['ada', 'does not add one lower', addGroup(`cn=new,cn=crew,${groups}`), 'insufficientAccessRights'],
  ['bob', 'does not add, having no role', addGroup(`cn=newer,${groups}`), 'insufficientAccessRights'],
  ['ada', 'changes what is one level below', replace(`cn=new,${groups}`, 'description'), 'success'],
  ['bob', 'does not see what there would be to delete', (by) => by.delete(`cn=new,${groups}`), 'noSuchObject'],
  ['ada', 'deletes it', (by) => by.delete(`cn=new,${groups}`), 'success'],
  ['nobody', 'changes nothing', replace(`uid=ada,${people}`, 'cn'), 'insufficientAccessRights'],
];
for (const [who, name, update, kind] of updates) {
  test(`${who} ${name}`, async () => {
    const told = await update(askers[who]).then(
      () => 'success',
      (error: unknown) => (error instanceof DirectoryError ? error.kind : String(error)),
    );
    assert.is(told, kind);
  });
}

test.run();
