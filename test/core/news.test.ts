import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { rehashReason } from '../../directory/core/password-record.ts';
import type { Modification } from '../../directory/model/entry.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** What is new about people, as each may hear of it. */
const test = suite('news');
const people = `ou=people,${base}`;
const dn = (uid: string) => `uid=${uid},${people}`;
let open: TestDirectory;
let root: BoundDirectory;

test.before.each(async () => {
  open = await openTestDirectory(
    person('ada', 'member', 'mosJoined: 20200101000000Z', 'mosVisibility: mosJoined public') +
      person('bob', 'member') +
      person('zed', 'applicant'),
  );
  root = open.directory.asRoot('test');
});
test.after.each(() => open.close());

const nobody = () => open.directory.as({ kind: 'anonymous' }, '192.0.2.1');
const as = (uid: string) => open.directory.as({ kind: 'entry', uuid: root.find(dn(uid)).uuid }, '192.0.2.1');
const mod = (operation: Modification['operation'], description: string, ...values: readonly string[]): Modification => ({
  operation,
  attribute: { description, values: values.map((value) => Buffer.from(value)) },
});

const told: ReadonlySet<string> = new Set(['cn', 'mosSkill', 'mobile', 'description', 'mosStatus', 'userPassword']);
/** What the first login after moving in does to an entry. */
const renewed = (entry: PackedEntry) =>
  open.directory.asRoot(rehashReason).modify(entry.dn, [mod('replace', 'mosSkill', `hashed ${renewals++}`)]);
let renewals = 0;

/** A line for each, the newest first. */
async function heard(by: BoundDirectory, limit = 50, isAbout: (entry: PackedEntry) => boolean = ({ dn: of }) => of.endsWith(`,${people}`)) {
  const news = await by.news({ isAbout, attributes: told, limit });
  return news.map(({ entry, kind, attributes }) => [entry.dn.slice(4, 7), kind, ...attributes].join(' '));
}

test('who is new in the directory has come, for those who may see when', async () => {
  assert.equal(await heard(as('bob')), ['zed joined', 'bob joined', 'ada joined']);
  assert.equal(await heard(nobody()), ['ada joined']);
});

test('an applicant has come when they are taken in, and not when they asked', async () => {
  await root.modify(dn('zed'), [
    mod('replace', 'mosStatus', `cn=member,ou=statuses,${base}`),
    mod('replace', 'mosJoined', '20240101000000Z'),
  ]);
  assert.equal(await heard(as('bob')), ['zed joined', 'bob joined', 'ada joined']);
  await root.modify(dn('zed'), [mod('replace', 'mosJoined', '20240102000000Z')]);
  await root.modify(dn('zed'), [mod('replace', 'mosVisibility', 'mosJoined board')]);
  assert.equal(await heard(as('bob')), ['zed changed mosStatus', 'bob joined', 'ada joined']);
});

test('a change is told with the attributes that the asker may read, and not at all when there is none', async () => {
  await root.modify(dn('ada'), [mod('replace', 'mosVisibility', 'mosSkill public', 'description self')]);
  await root.modify(dn('ada'), [mod('replace', 'mosSkill', 'tea'), mod('replace', 'description', 'x'), mod('replace', 'cn', 'Ada')]);
  await root.modify(dn('ada'), [mod('replace', 'mobile', '+43 1')]);
  await root.modify(dn('ada'), [mod('replace', 'userPassword', 'a-new-long-one')]);
  await root.modify(dn('ada'), [mod('replace', 'sn', 'Not asked for')]);
  await root.modify(dn('ada'), [mod('replace', 'cn', 'Ada')]);
  assert.equal((await heard(nobody())).slice(0, 2), ['ada changed mosSkill']);
  assert.equal((await heard(as('bob')))[0], 'ada changed mosSkill cn');
  assert.equal((await heard(as('ada'))).slice(0, 2), ['ada changed mobile', 'ada changed mosSkill description cn']);
  assert.not.match((await heard(root)).join(), /userPassword/);
});

test('what waits, what nobody asked for and who is gone is no news', async () => {
  await as('bob').approvals.submit(dn('bob'), [mod('replace', 'cn', 'Robert')], {});
  await root.modify(dn('ada'), [mod('add', 'mosSkill', 'tea')]);
  await root.delete(dn('ada'));
  assert.equal(await heard(as('bob')), ['zed joined', 'bob joined']);
  assert.equal(await heard(as('bob'), 50, ({ dn: of }) => of === dn('bob')), ['bob joined']);
});

test('no more are read than are wanted, and much else in between does not hide them', async () => {
  for (let nth = 0; nth < 5; nth++) await root.modify(dn('bob'), [mod('replace', 'mosSkill', `skill ${nth}`)]);
  assert.equal(await heard(as('ada'), 3), ['bob changed mosSkill', 'bob changed mosSkill', 'bob changed mosSkill']);
  for (let nth = 0; nth < 400; nth++) await renewed(root.find(dn('ada')));
  for (let nth = 0; nth < 600; nth++) await root.modify(`cn=board,ou=groups,${base}`, [mod('replace', 'description', `for ${nth}`)]);
  assert.equal(await heard(as('ada'), 1), ['bob changed mosSkill']);
});

test.run();
