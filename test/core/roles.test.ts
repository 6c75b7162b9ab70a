import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { packageFolder } from '../../settings/package-root.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** What comes of being in a group that the access policy names, and what may not become of the group. */
const test = suite('roles');
const people = `ou=people,${base}`;
const groups = `ou=groups,${base}`;
const board = `cn=board,${groups}`;
type Who = 'root' | 'ada' | 'hal' | 'bob';
let open: TestDirectory;
let askers: Readonly<Record<Who, BoundDirectory>>;

const attribute = (description: string, ...values: readonly string[]) => ({
  description,
  values: values.map((value) => Buffer.from(value)),
});
const change = (operation: 'add' | 'delete' | 'replace', description: string, ...values: readonly string[]) => ({
  operation,
  attribute: attribute(description, ...values),
});
const join1 = (group: string, uid: string) =>
  `dn: cn=${group},${groups}\nchangetype: modify\nadd: member\nmember: uid=${uid},${people}\n-\n\n`;

/** ada is the board, hal helps, bob is a member. */
async function openClub(access = 'club'): Promise<void> {
  open = await openTestDirectory(
    person('ada', 'member', 'mobile: +43 1 11', 'mail: ada@example.org') +
      person('hal', 'member', 'mobile: +43 1 22') +
      person('bob', 'member', 'mobile: +43 1 33', 'mosVisibility: mobile self', 'userPassword: a-first-word') +
      join1('board', 'ada') +
      join1('helpers', 'hal'),
    access,
  );
  const { directory } = open;
  const as = (uid: string) => directory.as({ kind: 'entry', uuid: directory.asRoot('test').find(`uid=${uid},${people}`).uuid }, 'test');
  askers = { root: directory.asRoot('test'), ada: as('ada'), hal: as('hal'), bob: as('bob') };
}
test.before.each(() => openClub());
test.after.each(() => open.close());

const told = (update: Promise<unknown>): Promise<string> =>
  update.then(
    () => 'success',
    (error: unknown) => (error instanceof DirectoryError ? [error.kind, error.flaw].filter(Boolean).join(' ') : String(error)),
  );
const move = (by: BoundDirectory, dn: string, newRdn: string, newSuperior?: string) =>
  by.move({ dn, newRdn, deleteOldRdn: true, newSuperior });

type Update = (by: BoundDirectory) => Promise<unknown>;
const refused = 'insufficientAccessRights';
const updates: readonly (readonly [who: Who, name: string, update: Update, outcome: string])[] = [
  ['ada', 'does not delete the group of a role', (by) => by.delete(board), `${refused} roleStays`],
  ['ada', 'does not rename it', (by) => move(by, board, 'cn=elders'), `${refused} roleStays`],
  ['ada', 'does not move it', (by) => move(by, board, 'cn=board', `ou=mail,${base}`), `${refused} roleStays`],
  ['ada', 'does not rename what it stands below', (by) => move(by, groups, 'ou=gangs'), `${refused} roleStays`],
  ['ada', 'spells it otherwise', (by) => move(by, board, 'cn=Board'), 'success'],
  ['ada', 'deletes other groups', (by) => by.delete(`cn=members,${groups}`), 'success'],
  ['root', 'deletes it', (by) => by.delete(board), 'success'],
  ['ada', 'does not take the last member out', (by) => by.modify(board, [change('delete', 'member')]), `${refused} roleEmptied`],
  ['ada', 'does not replace them by nobody', (by) => by.modify(board, [change('replace', 'member')]), `${refused} roleEmptied`],
  ['ada', 'does not delete the last member', (by) => by.delete(`uid=ada,${people}`), `${refused} roleEmptied`],
  ['ada', 'puts another in the place', (by) => by.modify(board, [change('replace', 'member', `uid=bob,${people}`)]), 'success'],
  ['ada', 'takes the last helper out', (by) => by.modify(`cn=helpers,${groups}`, [change('delete', 'member')]), 'success'],
  ['root', 'takes the last member out', (by) => by.modify(board, [change('replace', 'member')]), 'success'],

  ['hal', 'joins no board', (by) => by.modify(board, [change('add', 'member', `uid=hal,${people}`)]), refused],
  [
    'hal',
    'sets no password of a member',
    (by) => by.modify(`uid=bob,${people}`, [change('replace', 'userPassword', 'another-word')]),
    refused,
  ],
  ['hal', 'changes nobody', (by) => by.modify(`uid=bob,${people}`, [change('replace', 'description', 'x')]), refused],
  ['hal', 'deletes nobody', (by) => by.delete(`uid=bob,${people}`), refused],
  [
    'hal',
    'makes no group',
    (by) => by.add(`cn=new,${groups}`, [attribute('objectClass', 'groupOfNames'), attribute('cn', 'new')]),
    refused,
  ],
  ['hal', 'changes no status', (by) => by.modify(`cn=banned,ou=statuses,${base}`, [change('replace', 'mosMayLogin', 'TRUE')]), refused],
  [
    'hal',
    'makes no alias',
    (by) => by.add(`cn=x,ou=mail,${base}`, [attribute('objectClass', 'nisMailAlias'), attribute('cn', 'x')]),
    refused,
  ],
  [
    'ada',
    'sets the password of a helper',
    (by) => by.modify(`uid=hal,${people}`, [change('replace', 'userPassword', 'another-word')]),
    'success',
  ],
];
for (const [who, name, update, outcome] of updates) {
  test(`${who} ${name}`, async () => assert.is(await told(update(askers[who])), outcome));
}

test('helpers see what the board sees', () => {
  const reads = (who: Who, uid: string) => {
    const as = askers[who];
    return as.texts(as.find(`uid=${uid},${people}`), 'mobile').join();
  };
  assert.equal([reads('ada', 'hal'), reads('hal', 'ada'), reads('hal', 'bob'), reads('bob', 'ada')], ['+43 1 22', '+43 1 11', '', '']);
  assert.equal(
    (['ada', 'hal', 'bob'] as const).map((who) => askers[who].viewer.level),
    ['board', 'board', 'members'],
  );
});

const filters: readonly (readonly [who: Who, filter: string, refused: string | undefined])[] = [
  ['ada', '(mosSkill=welding)', undefined],
  ['ada', '(&(mosStatus=*)(!(description=x*)))', undefined],
  ['ada', '(mobile=+43 1 3*)', 'mobile'],
  ['ada', '(|(uid=bob)(!(mobile=*)))', 'mobile'],
  ['ada', '(mobile;lang-de=*)', 'mobile;lang-de'],
  ['ada', '(mail=b*)', 'mail'],
  ['ada', '(name=*)', 'name'],
  ['ada', '(mosVisibility=*)', 'mosVisibility'],
  ['ada', '(userPassword=*)', 'userPassword'],
  ['ada', '(mobile:caseExactMatch:=x)', 'mobile'],
  ['ada', '(:caseIgnoreMatch:=+43 1 33)', '*'],
  ['root', '(mobile=+43 1 3*)', undefined],
  ['root', '(userPassword=*)', 'userPassword'],
  ['root', '(mosAppPassword=*)', 'mosAppPassword'],
];
const urlOf = (filter: string, dn = people) => `ldap:///${dn}??sub?${encodeURIComponent(filter)}`;
const dynamic = (url: string) => [attribute('objectClass', 'groupOfURLs'), attribute('cn', 'spy'), attribute('memberURL', url)];
for (const [who, filter, wrong] of filters) {
  const outcome = wrong === undefined ? 'success' : `${refused} filterUnreadable`;
  test(`${who} makes a group of ${filter}: ${outcome}`, async () => {
    assert.is(await told(askers[who].add(`cn=spy,${groups}`, dynamic(urlOf(filter)))), outcome);
    assert.is(await told(askers[who].modify(`cn=members,${groups}`, [change('replace', 'memberURL', urlOf(filter))])), outcome);
    if (wrong === undefined) return;
    const error = await askers[who].add(`cn=spy,${groups}`, dynamic(urlOf(filter))).catch((each: unknown) => each);
    assert.is(error instanceof DirectoryError && error.attribute, wrong);
    assert.ok(error instanceof Error && error.message.includes(wrong === '*' ? 'every attribute' : wrong));
  });
}

test('a group asks for nothing beyond the part of the tree that its author may read, by no name and no option', async () => {
  const spy = `cn=spy,${groups}`;
  assert.is(await told(askers.ada.add(spy, dynamic(urlOf('(description=x)', base)))), `${refused} filterUnreadable`);
  const plain = [attribute('objectClass', 'groupOfURLs', 'extensibleObject'), attribute('cn', 'spy')];
  const url = urlOf('(mobile=*)');
  assert.is(await told(askers.ada.add(spy, [...plain, attribute('memberURL;lang-de', url)])), `${refused} filterUnreadable`);
  await askers.ada.add(spy, plain);
  const named = askers.ada.move({
    dn: spy,
    newRdn: `memberURL=${url.replaceAll(',', '\\,')}`,
    deleteOldRdn: false,
    newSuperior: undefined,
  });
  assert.is(await told(named), `${refused} filterUnreadable`);
});

test('a group that asks for more is older than the rule, and stays', async () => {
  await askers.root.add(`cn=spy,${groups}`, dynamic(urlOf('(mobile=+43 1 3*)')));
  assert.is(await told(askers.ada.modify(`cn=spy,${groups}`, [change('replace', 'description', 'kept')])), 'success');
  assert.is(await told(askers.ada.modify(`cn=spy,${groups}`, [change('add', 'memberURL', urlOf('(uid=x)'))])), 'success');
});

const own = readFileSync(join(packageFolder, 'schema', 'ldap', 'club.access'), 'utf8');
const files: readonly (readonly [name: string, text: string, uid: string, outcome: string])[] = [
  [
    'helpers may set passwords too: not of the board',
    `${own}\nallow | helpers | ou=people | userPassword | write\n`,
    'ada',
    `${refused} moreRights`,
  ],
  ['helpers may set passwords too: of members', `${own}\nallow | helpers | ou=people | userPassword | write\n`, 'bob', 'success'],
  ['helpers may set passwords too: their own', `${own}\nallow | helpers | ou=people | userPassword | write\n`, 'hal', 'success'],
];
for (const [name, text, uid, outcome] of files) {
  test(`in a file of one's own ${name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mos-roles-'));
    writeFileSync(join(folder, 'own.access'), text);
    await open.close();
    await openClub(join(folder, 'own.access'));
    rmSync(folder, { recursive: true });
    const set = [change('replace', 'userPassword', 'another-word')];
    assert.is(await told(askers.hal.modify(`uid=${uid},${people}`, set)), outcome);
  });
}

test('a file of before, where helpers have the role of the board, goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mos-roles-'));
  const before = own
    .replace(/^(role|level|allow) +\| (helpers|board +\| board \|) .*$/gm, '')
    .replace(/^(role +\| board +\|.*)$/m, '$1 | cn=helpers,ou=groups');
  writeFileSync(join(folder, 'own.access'), before);
  await open.close();
  await openClub(join(folder, 'own.access'));
  rmSync(folder, { recursive: true });
  assert.is(askers.hal.viewer.level, 'board');
  for (const uid of ['ada', 'bob'])
    assert.is(await told(askers.hal.modify(`uid=${uid},${people}`, [change('replace', 'userPassword', 'another-word')])), 'success');
});

test.run();
