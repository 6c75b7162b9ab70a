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

/** Until when somebody showed what, as the log knows it. */
const test = suite('visibility changes');
const dn = (uid: string) => `uid=${uid},ou=people,${base}`;
let store: SqlStore;
let open: TestDirectory;
let root: BoundDirectory;

test.before.each(async () => {
  store = await freshStore();
  open = await openTestDirectory(person('ada', 'member', 'mosVisibility: mail public') + person('bob'), 'club', { store });
  root = open.directory.asRoot('test');
});
test.after.each(() => open.close());

const row = z.object({ before: z.array(z.string()) });
const recorded = async () =>
  (await store.pool.any(sql.type(row)`SELECT before FROM mos.visibility_change ORDER BY csn`)).map(({ before }) => before);

const mod = (operation: Modification['operation'], description: string, ...values: readonly string[]): Modification => ({
  operation,
  attribute: { description, values: values.map((value) => Buffer.from(value)) },
});

const oid = '2.25.147613635203425053884535246041598603155.1.2';
const cases: readonly (readonly [what: string, uid: string, changes: readonly Modification[], before: readonly string[][]])[] = [
  ['a first choice', 'bob', [mod('add', 'mosVisibility', 'mobile self')], [[]]],
  ['another', 'ada', [mod('replace', 'mosVisibility', 'mail self')], [['mail public']]],
  ['one more, in other letters', 'ada', [mod('add', 'MOSVISIBILITY', 'mobile self')], [['mail public']]],
  ['by its number', 'ada', [mod('delete', oid, 'mail public')], [['mail public']]],
  ['all go', 'ada', [mod('delete', 'mosVisibility')], [['mail public']]],
  ['beside something else', 'ada', [mod('add', 'mobile', '+43 1'), mod('delete', 'mosVisibility')], [['mail public']]],
  ['something else alone', 'ada', [mod('add', 'mobile', '+43 1')], []],
  ['a text that speaks of it', 'ada', [mod('add', 'description', 'add: mosVisibility')], []],
];
for (const [what, uid, changes, before] of cases) {
  test(`${what}: recorded, and found again in the log of before`, async () => {
    await root.modify(dn(uid), changes);
    assert.equal(await recorded(), before);
    await store.pool.query(raw('ALTER TABLE mos.visibility_change DISABLE TRIGGER visibility_change_keep_log'));
    await store.pool.query(raw('DELETE FROM mos.visibility_change'));
    await store.pool.query(raw('ALTER TABLE mos.visibility_change ENABLE TRIGGER visibility_change_keep_log'));
    await store.pool.query(raw(ofBefore));
    assert.equal(await recorded(), before);
  });
}

/** The part of the migration that reads the log of before. */
const migration = readFileSync(new URL('000008-visibility-changes.sql', ownMigrations()), 'utf8');
const ofBefore = migration.slice(migration.indexOf('INSERT INTO'), migration.indexOf('CREATE TRIGGER'));

const raw = (text: string) => sql.type(z.unknown())(Object.assign([text], { raw: Object.freeze([text]) }));

test.run();
