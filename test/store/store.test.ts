import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { NewRevision, Revision, StoredEntry, WriteTransaction } from '../../directory/core/store.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { SqlStore } from '../../directory/store/sql-store.ts';
import { freshStore } from '../support/database.ts';
import { entry, entryCsn, put, remove, revision } from './rows.ts';

const test = suite<{ store: SqlStore }>('store');
test.before.each(async (context) => {
  context.store = await freshStore();
});
test.after.each(({ store }) => store.close());

const suffix = entry('dc=example');
const people = entry('ou=people', suffix);
const ada = entry('uid=ada', people);
const grace = entry('uid=grace', people);

async function loaded(store: SqlStore): Promise<{ csn: number; entries: StoredEntry[] }> {
  const entries: StoredEntry[] = [];
  const csn = await store.load((stored) => entries.push(stored));
  return { csn, entries };
}

async function kindOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    return error instanceof DirectoryError ? error.kind : String(error);
  }
  return 'no error';
}

test('an empty log stands at 0', async ({ store }) => {
  assert.equal(await loaded(store), { csn: 0, entries: [] });
  assert.equal(await store.changesSince(0), { csn: 0, entryCsn: '', put: [], deleted: [] });
  assert.equal(await store.revisions({}), []);
});

test('what was written is loaded, parents before children', async ({ store }) => {
  await store.write(async (transaction) => {
    assert.is(transaction.lastCsn, 0);
    await transaction.append([put(1, suffix), put(2, people), put(3, ada)]);
  });
  // An update moves a row to the end of its table.
  await store.write((transaction) => transaction.append([put(4, people), put(5, suffix)]));
  const { csn, entries } = await loaded(store);
  assert.is(csn, 5);
  assert.equal(entries, [suffix, people, ada]);
});

test('bytes come back as they were', async ({ store }) => {
  const values = [
    Buffer.alloc(0),
    Buffer.from('plain'),
    Buffer.from(' with blanks and "quotes" \\ '),
    Buffer.from('\u{feff}Zoë 🦉 \u0001\u007f\u{ffff}'),
    Buffer.from('a\0b'),
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.from([0xed, 0xa0, 0x80]), // a surrogate, which is no UTF-8
    Buffer.from('{"base64": "AA=="}'),
    Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256)),
  ];
  const attributes = [
    { description: 'description;lang-de', values },
    { description: '2.5.4.13;binary', values: values.toReversed() },
    { description: 'empty', values: [] },
  ];
  const odd = entry('dc=odd', null, { attributes });
  await store.write((transaction) =>
    transaction.append([put(1, odd, { before: attributes, actor: "cn=O'Neill\\, $1", dn: 'dc=$slonik_1' })]),
  );
  const byDescription = (stored: StoredEntry | Revision | undefined): [string, string[]][] =>
    (stored === undefined ? [] : 'before' in stored ? stored.before : stored.attributes)
      .map(({ description, values: bytes }): [string, string[]] => [description, bytes.map((value) => value.toString('hex'))])
      .sort();
  const expected = byDescription(odd);
  assert.equal(byDescription((await loaded(store)).entries[0]), expected);
  assert.equal(byDescription((await store.changesSince(0)).put[0]), expected);
  const [found] = await store.revisions({});
  assert.equal(byDescription(found), expected);
  assert.is(found?.actor, "cn=O'Neill\\, $1");
  assert.is(found?.dn, 'dc=$slonik_1');
});

test('a revision comes back as it was', async ({ store }) => {
  const written = put(1, suffix, {
    actor: 'uid=ada,dc=example',
    actorUuid: randomUUID(),
    origin: 'ldapi',
    operation: 'modify',
    cause: 'reference',
    change: 'dn: dc=example\nchangetype: modify\n',
    before: [{ description: 'cn', values: [Buffer.from('old')] }],
    at: new Date('2025-06-07T08:09:10.123Z'),
  });
  await store.write((transaction) => transaction.append([written]));
  const { effect: _, ...expected } = written;
  assert.equal(await store.revisions({}), [expected]);
});

test('nothing is written when work throws, and the error is passed on', async ({ store }) => {
  const refusal = new DirectoryError('entryAlreadyExists', 'there is one');
  try {
    await store.write(async (transaction) => {
      await transaction.append([put(1, suffix)]);
      throw refusal;
    });
    assert.unreachable();
  } catch (error) {
    assert.is(error, refusal);
  }
  assert.equal(await loaded(store), { csn: 0, entries: [] });
  assert.is(await store.write(async ({ lastCsn }) => lastCsn), 0);
});

test('an error of the database undoes the transaction even when work overlooks it', async ({ store }) => {
  const overlook = store.write(async (transaction) => {
    await transaction.append([put(1, suffix)]);
    await transaction.append([revision(2, { kind: 'put', entry: { ...ada, parent: randomUUID() } })]).catch(() => undefined);
  });
  assert.is(await kindOf(overlook), 'other');
  assert.is((await loaded(store)).csn, 0);
});

test('a gap in the log is refused', async ({ store }) => {
  assert.is(await kindOf(store.write((transaction) => transaction.append([put(2, suffix)]))), 'other');
});

test('two entries of one name are refused, two at the root as well', async ({ store }) => {
  await store.write((transaction) => transaction.append([put(1, suffix), put(2, people)]));
  assert.is(await kindOf(store.write((transaction) => transaction.append([put(3, entry('ou=people', suffix))]))), 'other');
  assert.is(await kindOf(store.write((transaction) => transaction.append([put(3, entry('dc=example'))]))), 'other');
});

test('an entry with children is not deleted', async ({ store }) => {
  await store.write((transaction) => transaction.append([put(1, suffix), put(2, people)]));
  assert.is(await kindOf(store.write((transaction) => transaction.append([remove(3, suffix)]))), 'other');
});

test('one append may do several things to one entry and give a name away', async ({ store }) => {
  await store.write((transaction) => transaction.append([put(1, suffix), put(2, people), put(3, ada), put(4, grace)]));
  const renamed = { ...grace, rdn: ada.rdn, rdnKey: ada.rdnKey };
  await store.write((transaction) => transaction.append([put(5, ada), remove(6, ada), put(7, renamed)]));
  assert.equal((await loaded(store)).entries.slice(2), [renamed]);
  const swapped = [{ ...people, rdnKey: 'x' }, people];
  await store.write((transaction) => transaction.append(swapped.map((stored, index) => put(8 + index, stored))));
  assert.equal((await store.changesSince(7)).put, [people]);
});

test('append may be called several times', async ({ store }) => {
  await store.write(async (transaction) => {
    await transaction.append([put(1, suffix)]);
    assert.equal((await transaction.changesSince(0)).put, [suffix]);
    await transaction.append([]);
    await transaction.append([put(2, people)]);
  });
  assert.is((await loaded(store)).csn, 2);
});

test('changes are told as they stand now, parents first', async ({ store }) => {
  await store.write((transaction) => transaction.append([put(1, suffix), put(2, people), put(3, ada)]));
  const away = { ...ada, parent: grace.uuid };
  await store.write((transaction) => transaction.append([put(4, grace), put(5, away)]));
  const gone = entry('uid=gone', people);
  await store.write((transaction) => transaction.append([put(6, gone), remove(7, gone)]));
  const delta = await store.changesSince(3);
  assert.is(delta.csn, 7);
  assert.equal(delta.put, [grace, away]);
  assert.equal(delta.deleted, [gone.uuid]);
  assert.equal(await store.changesSince(7), { csn: 7, entryCsn: entryCsn(7), put: [], deleted: [] });
});

test('the log is read from a place on, and a place is found by its CSN', async ({ store }) => {
  assert.is(await store.positionOf(entryCsn(1)), undefined);
  const gone = entry('uid=gone', people);
  await store.write((transaction) => transaction.append([put(1, suffix), put(2, people), put(3, gone)]));
  await store.write((transaction) => transaction.append([{ ...remove(4, gone), before: gone.attributes }]));
  // what followed from a change carries the change's CSN
  await store.write((transaction) => transaction.append([put(5, ada), put(6, grace, { entryCsn: entryCsn(5) })]));
  const lines = await store.log(2, 2);
  assert.equal(
    lines.map(({ csn, operation, entryUuid, touched }) => [csn, operation, entryUuid, touched]),
    [
      [3, 'add', gone.uuid, []],
      [4, 'delete', gone.uuid, ['cn']],
    ],
  );
  const places = await Promise.all([1, 2, 3, 4, 5].map((csn) => store.positionOf(entryCsn(csn))));
  assert.equal(places, [1, 2, 3, 4, 6]);
  for (const csn of [0, 6, 7]) assert.is(await store.positionOf(entryCsn(csn)), undefined);
  assert.is(await store.positionOf('nonsense'), undefined);
});

test('a pending change has no effect and is nobody’s deletion', async ({ store }) => {
  await store.write((transaction) =>
    transaction.append([put(1, suffix), revision(2, { kind: 'none', uuid: randomUUID() }, { state: 'pending' })]),
  );
  assert.equal(await store.changesSince(0), { csn: 2, entryCsn: entryCsn(2), put: [suffix], deleted: [] });
});

test('revisions are found by entry and by place', async ({ store }) => {
  await store.write((transaction) => transaction.append([put(1, suffix), put(2, people), put(3, suffix), put(4, people), put(5, suffix)]));
  const csns = async (question: Parameters<SqlStore['revisions']>[0]): Promise<number[]> =>
    (await store.revisions(question)).map(({ csn }) => csn);
  assert.equal(await csns({}), [1, 2, 3, 4, 5]);
  assert.equal(await csns({ entryUuid: suffix.uuid }), [1, 3, 5]);
  assert.equal(await csns({ entryUuid: suffix.uuid, limit: 2 }), [3, 5]);
  assert.equal(await csns({ afterCsn: 1, limit: 2 }), [2, 3]);
  assert.equal(await csns({ afterCsn: 5 }), []);
  assert.equal(await csns({ csns: [4, 2, 9] }), [2, 4]);
  assert.equal(await csns({ csns: [] }), []);
});

test('of recent requests is told which entries they made or changed, the newest first', async ({ store }) => {
  await store.write((transaction) =>
    transaction.append([
      put(1, suffix),
      put(2, people, { operation: 'modify' }),
      put(3, people, { operation: 'rename' }),
      put(4, suffix, { operation: 'modify', cause: 'reference' }),
      revision(5, { kind: 'none', uuid: suffix.uuid }, { operation: 'modify', state: 'pending' }),
      put(6, suffix, { operation: 'modify' }),
    ]),
  );
  const csns = async (beforeCsn: number, places: number) => (await store.recent(beforeCsn, places)).map(({ csn }) => csn);
  assert.equal(await csns(7, 10), [6, 2, 1]);
  assert.equal(await csns(6, 10), [2, 1]);
  assert.equal(await csns(7, 5), [6, 2]);
  assert.equal(await store.recent(2, 1), [{ csn: 1, entryUuid: suffix.uuid, origin: '192.0.2.1' }]);
});

test('nobody rewrites the log', async ({ store }) => {
  await store.write((transaction) =>
    transaction.append([put(1, suffix), revision(2, { kind: 'none', uuid: suffix.uuid }, { state: 'pending' })]),
  );
  const nothing = sql.type(z.unknown());
  for (const statement of [
    nothing`UPDATE mos.revision SET dn = ''`,
    nothing`UPDATE mos.revision SET state = 'refused' WHERE csn = 1`,
    nothing`DELETE FROM mos.revision`,
    nothing`UPDATE mos.revision SET state = 'applied' WHERE csn = 2`,
    nothing`TRUNCATE mos.revision CASCADE`,
    nothing`UPDATE mos.decision SET reason = ''`,
    nothing`DELETE FROM mos.decision`,
  ]) {
    try {
      await store.pool.query(statement);
    } catch (error) {
      assert.match(String(error instanceof Error && (error.cause ?? error)), /append-only/);
      continue;
    }
    assert.unreachable(statement.sql);
  }
  await store.pool.query(nothing`UPDATE mos.revision SET state = 'refused' WHERE csn = 2`);
});

test('what waits is decided once, and says what came of it', async ({ store }) => {
  const pending = (csn: number, actorUuid: string) => revision(csn, { kind: 'none', uuid: suffix.uuid }, { state: 'pending', actorUuid });
  const [asker, other] = [randomUUID(), randomUUID()];
  await store.write((transaction) => transaction.append([put(1, suffix), pending(2, asker), pending(3, asker), pending(4, other)]));
  const decision = { at: new Date('2025-06-07T08:09:10.123Z'), actor: 'uid=ada', actorUuid: randomUUID() };
  await store.write(async (transaction) => {
    assert.equal(
      (await transaction.revisions({ actorUuid: asker, waiting: true })).map(({ csn }) => csn),
      [2, 3],
    );
    await transaction.append([put(5, suffix)]);
    await transaction.decide({ ...decision, csn: 2, state: 'approved', reason: '', appliedCsn: 5 });
    await transaction.decide({ ...decision, csn: 3, state: 'refused', reason: 'no', appliedCsn: null });
  });
  const again = (csn: number) =>
    store.write((transaction) => transaction.decide({ ...decision, csn, state: 'withdrawn', reason: '', appliedCsn: null }));
  for (const csn of [1, 2, 3, 9]) assert.is(await kindOf(again(csn)), 'noSuchObject');
  assert.equal(
    (await store.revisions({ waiting: true })).map(({ csn }) => csn),
    [4],
  );
  const [approved, refused, applied] = (await Promise.all([2, 3, 5].map((csn) => store.revisions({ csn })))).flat();
  assert.equal([approved?.state, approved?.decision], ['approved', { ...decision, reason: '', appliedCsn: 5 }]);
  assert.equal([refused?.state, refused?.decision], ['refused', { ...decision, reason: 'no', appliedCsn: null }]);
  assert.equal(applied?.approves, { csn: 2, actor: '', actorUuid: asker });
  assert.equal(await store.changesSince(1), { csn: 5, entryCsn: entryCsn(5), put: [suffix], deleted: [] });
});

test('a history has what was asked of an entry, and the groups that it came into and left', async ({ store }) => {
  const membership = (joined: boolean, ...who: readonly StoredEntry[]) => who.map(({ uuid }) => ({ uuid, attribute: 'member', joined }));
  const group = (csn: number, more: Partial<NewRevision> = {}) =>
    put(csn, grace, { operation: 'modify', change: 'long', before: [{ description: 'member', values: [Buffer.from('x')] }], ...more });
  await store.write((transaction) =>
    transaction.append([
      put(1, suffix),
      put(2, people),
      group(3),
      put(4, ada),
      group(5, { members: membership(true, people, ada) }),
      group(6, { members: membership(true, people) }),
      put(7, ada, { operation: 'rename' }),
      group(8, { members: membership(false, ada, people) }),
      put(9, ada, { operation: 'modify', cause: 'reference' }),
      revision(10, { kind: 'none', uuid: ada.uuid }, { operation: 'modify', state: 'pending' }),
      // a group that names itself
      put(11, ada, { operation: 'modify', change: 'own', members: membership(true, ada) }),
    ]),
  );
  const found = async (more: { readonly limit?: number; readonly beforeCsn?: number } = {}) =>
    (await store.history({ entryUuid: ada.uuid, limit: 10, ...more })).map(({ csn, membership }) => [csn, membership?.joined]);
  assert.equal(await found(), [
    [4, undefined],
    [5, true],
    [7, undefined],
    [8, false],
    [11, undefined],
  ]);
  assert.equal(
    (await found({ limit: 2 })).map(([csn]) => csn),
    [8, 11],
  );
  assert.equal(
    (await found({ limit: 2, beforeCsn: 8 })).map(([csn]) => csn),
    [5, 7],
  );
  const [, joined] = await store.history({ entryUuid: ada.uuid, limit: 10 });
  assert.equal([joined?.entryUuid, joined?.change, joined?.before], [grace.uuid, '', []]);
});

test('followers hear of a commit, and not of a rollback', async ({ store }) => {
  let heard = 0;
  const said: string[] = [];
  await store.follow({ committed: () => heard++, lost: (reason) => said.push(reason), back: () => said.push('back') });
  await until(() => heard === 1, 'the first call, which says that following has begun');
  await store.write((transaction) => transaction.append([put(1, suffix)]));
  await until(() => heard === 2, 'the commit');
  await store.write(async () => Promise.reject(new DirectoryError('busy'))).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(heard, 2);
  assert.equal(said, []);
});

test('writers of one process take turns', async ({ store }) => {
  const append = (transaction: WriteTransaction): Promise<void> => transaction.append([put(transaction.lastCsn + 1, suffix)]);
  await Promise.all(Array.from({ length: 25 }, () => store.write(append)));
  assert.is((await store.changesSince(0)).csn, 25);
});

test('a transaction that is over takes nothing more', async ({ store }) => {
  const kept = await store.write(async (transaction) => transaction);
  assert.is(await kindOf(kept.append([put(1, suffix)])), 'other');
});

test('the pool answers the same kinds of values on both engines', async ({ store }) => {
  const row = await store.pool.one(sql.unsafe`
    SELECT 9007199254740991::bigint AS int8, ARRAY[1, 2]::bigint[] AS int8s, 1.5::numeric AS number, true AS yes, NULL::text AS nothing,
           '2025-01-02'::date AS day, ARRAY['2025-01-02']::date[] AS days, '2025-01-02T03:04:05.678Z'::timestamptz AS instant,
           '{"a": [1]}'::jsonb AS json, '\\x00ff'::bytea AS bytes, ARRAY['a', NULL] AS texts, '1 day'::interval AS span,
           ${sql.array(['x', 'y"'], 'text')} AS given, ${sql.binary(Buffer.from([0, 255]))}::bytea AS binary`);
  assert.equal(
    { ...row, bytes: Buffer.from(row.bytes), binary: Buffer.from(row.binary) },
    {
      int8: 9007199254740991,
      int8s: [1, 2],
      number: 1.5,
      yes: true,
      nothing: null,
      day: '2025-01-02',
      days: ['2025-01-02'],
      instant: new Date('2025-01-02T03:04:05.678Z'),
      json: { a: [1] },
      bytes: Buffer.from([0, 255]),
      texts: ['a', null],
      span: '1 day',
      given: ['x', 'y"'],
      binary: Buffer.from([0, 255]),
    },
  );
});

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let left = 200; !condition(); left--) {
    if (left === 0) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test.run();
