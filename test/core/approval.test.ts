import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import { mostWaiting } from '../../directory/core/proposals.ts';
import type { Modification } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** What somebody may only ask for waits until somebody else approves it. */
const test = suite('approval');
const people = `ou=people,${base}`;
const dn = (uid: string) => `uid=${uid},${people}`;
let open: TestDirectory;
type Who = 'ada' | 'bob' | 'carol' | 'eve';
let as: Readonly<Record<Who, BoundDirectory>>;

test.before.each(async () => {
  const board = `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: ${dn('ada')}\nmember: ${dn('carol')}\n-\n\n`;
  const names = ['ada', 'bob', 'carol', 'eve'] as const;
  open = await openTestDirectory(names.map((uid) => person(uid, 'member', `mail: ${uid}@example.org`)).join('') + board);
  const root = open.directory.asRoot('test');
  const bound = (uid: Who) => open.directory.as({ kind: 'entry', uuid: root.find(dn(uid)).uuid }, '192.0.2.1');
  as = { ada: bound('ada'), bob: bound('bob'), carol: bound('carol'), eve: bound('eve') };
});
test.after.each(() => open.close());

const set = (description: string, ...values: readonly string[]): Modification => ({
  operation: 'replace',
  attribute: { description, values: values.map((value) => Buffer.from(value)) },
});
const values = (uid: string, name: string) => open.directory.asRoot('test').texts(open.directory.asRoot('test').find(dn(uid)), name);
const ask = async (who: Who, ...changes: readonly Modification[]) => (await as[who].modify(dn(who), changes)).pending ?? 0;
const states = async () => {
  const revisions = await open.directory.store.revisions({});
  return revisions.filter(({ state }) => state !== 'applied').map(({ csn, state }) => `${csn} ${state}`);
};

async function refusal(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'done',
    (error: unknown) => (error instanceof DirectoryError ? error.kind : String(error)),
  );
}

const requests: readonly (readonly [what: string, changes: readonly Modification[], outcome: string])[] = [
  ['what is one’s own to write changes at once', [set('mosNick', 'x')], 'applied'],
  ['a legal name waits', [set('cn', 'Robert')], 'waits'],
  ['a status waits', [set('mosStatus', `cn=alumni,ou=statuses,${base}`)], 'waits'],
  ['what is mixed waits as a whole', [set('mosNick', 'x'), set('mail', 'b@example.org')], 'waits'],
  ['what nobody may ask for is refused', [set('uidNumber', '1')], 'insufficientAccessRights'],
  ['so is what is mixed with it', [set('cn', 'x'), set('uidNumber', '1')], 'insufficientAccessRights'],
  ['a status that does not exist does not even wait', [set('mosStatus', `cn=king,ou=statuses,${base}`)], 'constraintViolation'],
  ['a value of wrong syntax does not', [set('mosWikiName', '')], 'invalidAttributeSyntax'],
  ['a name that must be there can’t go', [set('sn')], 'objectClassViolation'],
  ['two where there can be one do not', [set('mosWikiName', 'A', 'B')], 'constraintViolation'],
  ['a password does not wait with others', [set('cn', 'x'), set('userPassword', 'a-new-long-one')], 'unwillingToPerform'],
];
for (const [what, changes, outcome] of requests) {
  test(what, async () => {
    const before = open.directory.tree.named(dn('bob'))?.bytes;
    const told = await as.bob.modify(dn('bob'), changes).then(
      ({ pending }) => (pending === undefined ? 'applied' : 'waits'),
      (error: unknown) => (error instanceof DirectoryError ? error.kind : String(error)),
    );
    assert.is(told, outcome);
    assert.is(open.directory.tree.named(dn('bob'))?.bytes.equals(before ?? Buffer.alloc(0)), outcome !== 'applied');
    assert.is((await as.ada.approvals.queue()).length, outcome === 'waits' ? 1 : 0);
    assert.equal(await open.directory.differences(), []);
  });
}

test('nobody asks for others, without a name, or with no operation', async () => {
  assert.is(await refusal(as.bob.modify(dn('eve'), [set('cn', 'x')])), 'insufficientAccessRights');
  assert.is(await refusal(open.directory.as({ kind: 'anonymous' }, 'test').modify(dn('bob'), [set('cn', 'x')])), 'noSuchObject');
  assert.is(await refusal(as.bob.modify(dn('bob'), [set('cn', 'x')], { noOperation: true })), 'unwillingToPerform');
  assert.equal(await states(), []);
});

test('approving makes the change, in the name of who approves, and tells whose idea it was', async () => {
  const csn = await ask('bob', set('cn', 'Robert'), set('sn', 'Tables'));
  const outcome = await as.ada.approvals.approve(csn);
  assert.equal([values('bob', 'cn'), values('bob', 'sn'), values('bob', 'modifiersName')], [['Robert'], ['Tables'], [dn('ada')]]);
  const [applied] = await open.directory.store.revisions({ csn: outcome.csn });
  assert.is(applied?.actor, dn('ada'));
  assert.equal(applied?.approves, { csn, actor: dn('bob'), actorUuid: as.bob.viewer.entry?.uuid });
  const [asked] = await open.directory.store.revisions({ csn });
  assert.is(asked?.state, 'approved');
  assert.equal([asked?.decision?.appliedCsn, asked?.decision?.actor], [outcome.csn, dn('ada')]);
  assert.is(await refusal(as.carol.approvals.approve(csn)), 'noSuchObject');
  assert.is(await refusal(as.carol.approvals.refuse(csn, 'too late')), 'noSuchObject');
});

test('refusing takes a reason, and changes nothing', async () => {
  const csn = await ask('bob', set('cn', 'Robert'));
  assert.is(await refusal(as.ada.approvals.refuse(csn, '  ')), 'constraintViolation');
  await as.ada.approvals.refuse(csn, ' who is that? ');
  const [asked] = await open.directory.store.revisions({ csn });
  assert.equal([asked?.state, asked?.decision?.reason, asked?.decision?.appliedCsn], ['refused', 'who is that?', null]);
  assert.equal(values('bob', 'cn'), ['bob']);
});

test('who decides must be allowed to make the change, and nobody decides what is their own', async () => {
  const csn = await ask('bob', set('cn', 'Robert'));
  assert.is(await refusal(as.eve.approvals.approve(csn)), 'noSuchObject');
  assert.is(await refusal(as.bob.approvals.approve(csn)), 'insufficientAccessRights');
  const join: Modification = { operation: 'add', attribute: { description: 'member', values: [Buffer.from(dn('bob'))] } };
  await as.ada.modify(`cn=board,ou=groups,${base}`, [join]);
  assert.is(await refusal(as.bob.approvals.approve(csn)), 'insufficientAccessRights');
  assert.equal(await as.bob.approvals.queue(), []);
  await as.carol.approvals.approve(csn);
  assert.equal(values('bob', 'cn'), ['Robert']);
});

test('an app password asks for nothing and decides nothing', async () => {
  const { id } = await as.bob.secrets.addAppPassword(as.bob.viewer.entry?.uuid ?? '', { name: 'phone', service: undefined });
  const app = open.directory.as({ kind: 'entry', uuid: as.bob.viewer.entry?.uuid ?? '', app: id }, 'test');
  assert.is(await refusal(app.modify(dn('bob'), [set('cn', 'x')])), 'insufficientAccessRights');
  const csn = await ask('bob', set('cn', 'Robert'));
  assert.is(await refusal(app.approvals.withdraw(csn)), 'insufficientAccessRights');
});

test('its author alone withdraws it', async () => {
  const csn = await ask('bob', set('cn', 'Robert'));
  assert.is(await refusal(as.ada.approvals.withdraw(csn)), 'noSuchObject');
  await as.bob.approvals.withdraw(csn);
  assert.equal(await states(), [`${csn} withdrawn`]);
});

test('asking again for the same takes the place of what waits; other things wait beside it', async () => {
  const first = await ask('bob', set('cn', 'Robert'), set('sn', 'Tables'));
  const other = await ask('bob', set('mail', 'b@example.org'));
  const second = await ask('bob', set('sn', 'Chairs'));
  assert.equal(await states(), [`${first} withdrawn`, `${other} pending`, `${second} pending`]);
});

test('of one person so many wait, and no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mos-approval-'));
  const file = join(folder, 'own.access');
  writeFileSync(file, 'allow | member | ou=people | * | read, propose\n');
  const others = Array.from({ length: mostWaiting + 1 }, (_, nth) => `p${nth}`);
  const { directory, close } = await openTestDirectory(['bob', ...others].map((uid) => person(uid)).join(''), file);
  const bob = directory.as({ kind: 'entry', uuid: directory.asRoot('test').find(dn('bob')).uuid }, 'test');
  const told = [];
  for (const uid of others) told.push(await refusal(bob.modify(dn(uid), [set('cn', 'x')])));
  assert.equal(told, [...Array.from({ length: mostWaiting }, () => 'done'), 'adminLimitExceeded']);
  assert.is(await refusal(bob.modify(dn('p3'), [set('cn', 'y')])), 'done');
  // `*` asks for no secret and no right
  assert.is(await refusal(bob.modify(dn('p3'), [set('userPassword', 'a-new-long-one')])), 'insufficientAccessRights');
  await close();
  rmSync(folder, { recursive: true });
});

test('what has changed meanwhile is a conflict that shows both, and other attributes are none', async () => {
  const csn = await ask('bob', set('cn', 'Robert'));
  await as.ada.modify(dn('bob'), [set('mail', 'other@example.org')]);
  const [waiting] = await as.ada.approvals.queue();
  assert.equal(waiting?.conflicts, []);
  await as.ada.modify(dn('bob'), [set('cn', 'Bobby')]);
  assert.equal(
    (await as.ada.approvals.queue())[0]?.conflicts.map(({ attribute, was, now }) => [attribute, was.map(String), now.map(String)]),
    [['cn', ['bob'], ['Bobby']]],
  );
  try {
    await as.ada.approvals.approve(csn);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof DirectoryError);
    assert.is(error.kind, 'assertionFailed');
    assert.match(error.message, /cn was "bob" .* and is "Bobby" now/);
  }
  assert.equal([values('bob', 'cn'), await states()], [['Bobby'], [`${csn} pending`]]);
});

test('a change that is not possible any more stays waiting when it is approved', async () => {
  const root = open.directory.asRoot('test');
  const attribute = (description: string, ...texts: readonly string[]) => ({ description, values: texts.map((text) => Buffer.from(text)) });
  const friend = `cn=friend,ou=statuses,${base}`;
  await root.add(friend, [attribute('objectClass', 'mosStatusDefinition'), attribute('cn', 'friend'), attribute('mosMayLogin', 'TRUE')]);
  const csn = await ask('bob', set('mosStatus', friend));
  await root.delete(friend);
  assert.is(await refusal(as.ada.approvals.approve(csn)), 'constraintViolation');
  assert.equal(await states(), [`${csn} pending`]);
});

test('it follows its entry to another name, and goes from the queue with it', async () => {
  const csn = await ask('bob', set('cn', 'Robert'));
  await as.ada.move({ dn: dn('bob'), newRdn: 'uid=rob', deleteOldRdn: true, newSuperior: undefined });
  await as.ada.approvals.approve(csn);
  assert.equal(values('rob', 'cn'), ['Robert']);
  const next = await as.bob.modify(dn('rob'), [set('cn', 'Bobby')]);
  await as.ada.delete(dn('rob'));
  assert.equal(await as.ada.approvals.queue(), []);
  assert.is(await refusal(as.ada.approvals.approve(next.pending ?? 0)), 'noSuchObject');
});

test('a form changes at once what it may, and the rest waits, each thing by itself', async () => {
  const { applied, pending } = await as.bob.approvals.submit(dn('bob'), [
    set('mosNick', 'bobby'),
    set('cn', 'Robert'),
    set('sn', 'Tables'),
    set('mail', 'b@example.org'),
  ]);
  assert.ok(applied);
  assert.is(pending.length, 2);
  assert.equal([values('bob', 'mosNick'), values('bob', 'cn')], [['bobby'], ['bob']]);
  const queue = await as.ada.approvals.queue();
  assert.equal(
    queue.map(({ change }) => change.modifications.map(({ attribute }) => attribute.description)),
    [['cn', 'sn'], ['mail']],
  );
});

test('a form of which one thing is wrong changes nothing', async () => {
  const wrong = as.bob.approvals.submit(dn('bob'), [
    set('cn', 'Robert'),
    set('mosBirthday', 'x'.repeat(50)),
    set('mosVisibility', 'so so so'),
  ]);
  assert.is(await refusal(wrong), 'constraintViolation');
  assert.equal(await states(), []);
});

test('a change is taken back by a change', async () => {
  const { csn } = await as.ada.modify(dn('bob'), [set('mail', 'one@example.org', 'two@example.org'), set('title', 'Dr')]);
  await as.ada.modify(dn('bob'), [set('cn', 'Robert')]);
  const back = await as.carol.approvals.revert(csn);
  assert.equal([values('bob', 'mail'), values('bob', 'title'), values('bob', 'cn')], [['bob@example.org'], [], ['Robert']]);
  assert.is(back.pending, undefined);
  assert.is(await refusal(as.carol.approvals.revert(csn)), 'assertionFailed');
});

test('taking back needs the rights of the change, and waits where it would have waited', async () => {
  const { csn } = await as.ada.modify(dn('bob'), [set('cn', 'Robert')]);
  assert.is(await refusal(as.eve.approvals.revert(csn)), 'insufficientAccessRights');
  const { pending } = await as.bob.approvals.revert(csn);
  assert.ok(pending);
  assert.equal(values('bob', 'cn'), ['Robert']);
  await as.ada.approvals.approve(pending);
  assert.equal(values('bob', 'cn'), ['bob']);
});

const irreversible: readonly (readonly [what: string, change: () => Promise<{ readonly csn: number }>])[] = [
  ['a password', () => as.ada.modify(dn('bob'), [set('userPassword', 'a-new-long-one')])],
  ['a new name', () => as.ada.move({ dn: dn('bob'), newRdn: 'uid=rob', deleteOldRdn: true, newSuperior: undefined })],
  ['what only waits', () => as.bob.modify(dn('bob'), [set('cn', 'x')])],
];
for (const [what, change] of irreversible) {
  test(`${what} is not taken back`, async () => {
    const { csn } = await change();
    assert.is(await refusal(as.carol.approvals.revert(csn)), 'unwillingToPerform');
  });
}

test('a transaction does not wait', async () => {
  const free = await as.bob.modification(dn('bob'), [set('mosNick', 'x')]);
  const waits = await as.bob.modification(dn('bob'), [set('cn', 'x')]);
  async function* updates() {
    yield free;
    yield waits;
  }
  const told = as.bob.transaction(updates(), (_update, error) => {
    throw error;
  });
  assert.is(await refusal(told), 'unwillingToPerform');
  assert.equal([values('bob', 'mosNick'), await states()], [[], []]);
});

test('what waits is in the log of every process, and changes no tree', async () => {
  const { epoch, csn: before } = open.directory.tree;
  await ask('bob', set('cn', 'Robert'));
  assert.is(open.directory.tree.epoch, epoch);
  assert.is(open.directory.tree.csn, before + 1);
  const delta = await open.directory.store.changesSince(before);
  assert.equal([delta.csn, delta.put, delta.deleted], [before + 1, [], []]);
});

test.run();
