import { readFileSync } from 'node:fs';
import { sql } from 'slonik';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { Modification } from '../../directory/model/entry.ts';
import { ownMigrations } from '../../directory/store/open-store.ts';
import type { SqlStore } from '../../directory/store/sql-store.ts';
import { freshStore } from '../support/database.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** Whom changes of groups put in and took out, as the log knows it. */
const test = suite('member changes');
const dn = (uid: string) => `uid=${uid},ou=people,${base}`;
const club = `cn=club,ou=groups,${base}`;
const many = Array.from({ length: 150 }, (_, nth) => `p${nth}`);
let store: SqlStore;
let open: TestDirectory;
let root: BoundDirectory;

test.before.each(async () => {
  store = await freshStore();
  open = await openTestDirectory(
    ['ada', 'bob', 'Zoë'].map((uid) => person(uid)).join('') +
      `dn: ${club}\nchangetype: add\nobjectClass: groupOfNames\ncn: club\nmember: ${dn('ada')}\nmember: ${dn('nobody')}\n\n`,
    'club',
    { store },
  );
  root = open.directory.asRoot('test');
});
test.after.each(() => open.close());

const row = z.object({ csn: z.number(), member: z.string(), attribute: z.string(), joined: z.boolean() });

/** What the table says, under the names of today: "+member ada" for each who came, a list for each change. */
async function recorded(): Promise<string[][]> {
  const rows = await store.pool.any(
    sql.type(row)`SELECT csn, member_uuid::text AS member, attribute, joined FROM mos.member_change ORDER BY csn`,
  );
  const changes = new Map<number, string[]>();
  for (const { csn, member, attribute, joined } of rows) {
    const name = open.directory.tree.byUuid(member)?.dn.replace(/^uid=([^,]*),.*/, '$1');
    changes.set(csn, [...(changes.get(csn) ?? []), `${joined ? '+' : '-'}${attribute} ${name}`].sort());
  }
  return [...changes.values()];
}

const mod = (operation: Modification['operation'], description: string, ...uids: readonly string[]): Modification => ({
  operation,
  attribute: { description, values: uids.map((uid) => Buffer.from(dn(uid))) },
});

const cases: readonly (readonly [what: string, work: () => Promise<unknown>, told: readonly string[][]])[] = [
  ['a new group', async () => undefined, []],
  ['somebody comes', () => root.modify(club, [mod('add', 'member', 'bob')]), [['+member bob']]],
  ['in other letters', () => root.modify(club, [mod('add', 'MEMBER', 'BOB')]), [['+member bob']]],
  ['somebody whose name is no ASCII', () => root.modify(club, [mod('add', 'member', 'Zoë')]), [['+member Zoë']]],
  ['somebody goes', () => root.modify(club, [mod('delete', 'member', 'ada')]), [['-member ada']]],
  ['the one for the other', () => root.modify(club, [mod('replace', 'member', 'bob')]), [['+member bob', '-member ada']]],
  ['who stays has not come', () => root.modify(club, [mod('replace', 'member', 'ada', 'bob')]), [['+member bob']]],
  ['all go', () => root.modify(club, [mod('delete', 'member'), mod('add', 'member', 'bob')]), [['+member bob', '-member ada']]],
  ['nobody whom there is not', () => root.modify(club, [mod('add', 'member', 'nobody2')]), []],
  ['another attribute', () => root.modify(club, [mod('add', 'seeAlso', 'bob')]), []],
  [
    'a name that was taken, and given to somebody else',
    async () => {
      await root.modify(club, [mod('add', 'member', 'bob')]);
      await root.move({ dn: dn('bob'), newRdn: 'uid=rob', deleteOldRdn: true, newSuperior: undefined });
      await open.load(person('bob'));
      await root.modify(club, [mod('add', 'member', 'bob')]);
      await root.modify(club, [mod('delete', 'member', 'rob')]);
    },
    [['+member rob'], ['+member bob'], ['-member rob']],
  ],
  [
    'a large group',
    async () => {
      await open.load(many.map((uid) => person(uid)).join(''));
      await root.modify(club, [mod('add', 'member', ...many)]);
      await root.modify(club, [mod('delete', 'member', 'p7')]);
    },
    [many.map((uid) => `+member ${uid}`).sort(), ['-member p7']],
  ],
];
for (const [what, work, told] of cases) {
  test(`${what}: recorded, and found again in the log of before`, async () => {
    await work();
    const live = await recorded();
    assert.equal(live, [['+member ada'], ...told]);
    await store.pool.query(raw('ALTER TABLE mos.member_change DISABLE TRIGGER member_change_keep_log'));
    await store.pool.query(raw('DELETE FROM mos.member_change'));
    await store.pool.query(raw('ALTER TABLE mos.member_change ENABLE TRIGGER member_change_keep_log'));
    await store.pool.query(raw(ofBefore));
    assert.equal(await recorded(), live);
  });
}

test('unique members count, and who is renamed elsewhere has neither come nor gone', async () => {
  const group = `cn=unique,ou=groups,${base}`;
  await open.load(`dn: ${group}\nchangetype: add\nobjectClass: groupOfUniqueNames\ncn: unique\nuniqueMember: ${dn('bob')}\n\n`);
  await root.move({ dn: dn('bob'), newRdn: 'uid=rob', deleteOldRdn: true, newSuperior: undefined });
  assert.equal(await recorded(), [['+member ada'], ['+uniqueMember rob']]);
});

/** The part of the migration that reads the log of before. */
const ofBefore = /INSERT INTO mos\.member_change[^;]*;/.exec(
  readFileSync(new URL('000007-member-changes.sql', ownMigrations()), 'utf8'),
)?.[0] as string;

const raw = (text: string) => sql.type(z.unknown())(Object.assign([text], { raw: Object.freeze([text]) }));

test.run();
