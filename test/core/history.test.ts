import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLog } from '../../directory/core/audit-log.ts';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { HistoryItem } from '../../directory/core/history.ts';
import type { Modification } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** What people read of what happened to an entry. */
const test = suite('history');
const people = `ou=people,${base}`;
const dn = (uid: string) => `uid=${uid},${people}`;
const board = `cn=board,ou=groups,${base}`;
let open: TestDirectory;
let root: BoundDirectory;

test.before.each(async () => {
  open = await openTestDirectory(
    `${person('ada')}${person('bob')}${person('eve')}dn: ${board}\nchangetype: modify\nadd: member\nmember: ${dn('ada')}\n-\n\n`,
  );
  root = open.directory.asRoot('test');
});
test.after.each(() => open.close());

const as = (uid: string) => open.directory.as({ kind: 'entry', uuid: root.find(dn(uid)).uuid }, '192.0.2.1');
const mod = (operation: Modification['operation'], description: string, ...values: readonly (string | Buffer)[]): Modification => ({
  operation,
  attribute: { description, values: values.map((value) => Buffer.from(value)) },
});

/** A line for each item, the newest first. */
const said = (items: readonly HistoryItem[]) =>
  items.map(({ kind, differences, name, group }) =>
    [
      kind,
      ...(name ? [`${name.was} > ${name.is}`] : []),
      ...(group ? [group.dn.split(',')[0]] : []),
      ...differences.map(({ attribute, opaque, removed, added }) =>
        opaque ? `${attribute} changed` : `${attribute} -${removed.join('|')} +${added.join('|')}`,
      ),
    ].join(' '),
  );
const read = async (by: BoundDirectory, uid: string, limit = 20) => (await by.history(root.find(dn(uid)), { limit })).items;

const changes: readonly (readonly [what: string, change: readonly Modification[], told: string | undefined])[] = [
  ['a value in the place of another', [mod('replace', 'cn', 'Robert')], 'changed cn -bob +Robert'],
  ['a value that comes', [mod('add', 'mosSkill', 'knots')], 'changed mosSkill - +knots'],
  ['one in other letters', [mod('replace', 'cn', 'BOB')], 'changed cn -bob +BOB'],
  ['values that come and go', [mod('add', 'cn', 'Robert', 'Rob'), mod('delete', 'cn', 'BOB')], 'changed cn -bob +Robert|Rob'],
  ['several attributes', [mod('replace', 'sn', 'T'), mod('add', 'title', 'Dr')], 'changed sn -bob +T title - +Dr'],
  ['a language', [mod('add', 'cn;lang-de', 'Bub')], 'changed cn;lang-de - +Bub'],
  ['a change and back', [mod('add', 'mosSkill', 'x'), mod('delete', 'mosSkill', 'x')], undefined],
  ['the same once more', [mod('replace', 'cn', 'bob')], undefined],
  ['a picture', [mod('replace', 'jpegPhoto', Buffer.from('ffd8ffe000104a464946000101', 'hex'))], 'changed jpegPhoto changed'],
  ['a password', [mod('replace', 'userPassword', 'a-new-long-one')], 'changed userPassword changed'],
  ['text with lines', [mod('replace', 'description', 'one\ntwo')], 'changed description - +one\ntwo'],
];
for (const [what, change, told] of changes) {
  test(`${what}: ${told}`, async () => {
    await root.modify(dn('bob'), change);
    assert.equal(said(await read(as('bob'), 'bob')), [...(told === undefined ? [] : [told]), 'added']);
  });
}

test('second factors, which the site keeps, are told in the log, to their owner and the board; the entry stays as it is', async () => {
  const before = root.find(dn('bob'));
  await as('bob').secrets.noteFactors(before.uuid, { added: ['totp', 'passkey phone', 'passkey phone'] });
  await as('ada').secrets.noteFactors(before.uuid, { removed: ['passkey phone', 'passkey phone'], added: ['recovery codes'] });
  const lines = [
    'changed mosSecondFactor -passkey phone|passkey phone +recovery codes',
    'changed mosSecondFactor - +totp|passkey phone|passkey phone',
  ];
  for (const uid of ['bob', 'ada']) assert.equal(said(await read(as(uid), 'bob')), [...lines, 'added']);
  assert.equal(said(await read(as('eve'), 'bob')), ['added']);
  const items = await read(as('bob'), 'bob');
  assert.equal(
    items.map(({ by, mayRevert }) => [by.dn, mayRevert]),
    [
      [dn('ada'), false],
      [dn('bob'), false],
      [`cn=admin,${base}`, false],
    ],
  );
  const refused = (asked: Promise<unknown>) =>
    asked.then(
      () => 'done',
      (error: unknown) => error instanceof DirectoryError && error.kind,
    );
  assert.is(await refused(as('eve').secrets.noteFactors(before.uuid, { removed: ['totp'] })), 'insufficientAccessRights');
  assert.is(await refused(as('ada').approvals.revert(items[0]?.csn ?? 0)), 'unwillingToPerform');
  assert.equal(root.find(dn('bob')).attributes(), before.attributes());
  assert.equal(await open.directory.differences(), []);
  // the log goes on behind it
  await root.modify(dn('bob'), [mod('add', 'mosSkill', 'knots')]);
  assert.equal(said(await read(as('bob'), 'bob')).slice(0, 2), ['changed mosSkill - +knots', lines[0]]);
});

test('others hear of what they might read then and may read today, and not from where', async () => {
  await root.modify(dn('bob'), [mod('add', 'mobile', '+43 1 5'), mod('add', 'mosSkill', 'knots')]);
  await root.modify(dn('bob'), [mod('replace', 'userPassword', 'a-new-long-one')]);
  const eve = await read(as('eve'), 'bob');
  assert.equal(said(eve), ['changed mosSkill - +knots', 'added']);
  assert.equal(
    [eve[0]?.origin, (await read(as('bob'), 'bob'))[1]?.origin, (await read(as('ada'), 'bob'))[1]?.origin],
    [undefined, 'test', 'test'],
  );
  assert.equal(said(await read(as('ada'), 'bob')), [
    'changed userPassword changed',
    'changed mobile - ++43 1 5 mosSkill - +knots',
    'added',
  ]);
  await as('bob').modify(dn('bob'), [mod('add', 'mosVisibility', 'mobile members', 'mosSkill board')]);
  // neither the skill, which is hidden by now, nor the phone, which was hidden then
  assert.equal(said(await read(as('eve'), 'bob')), ['added']);
});

test('what was hidden when it was there stays hidden, whatever is shown by now', async () => {
  const bob = as('bob');
  const show = (...choices: readonly string[]) => mod('replace', 'mosVisibility', ...choices);
  await bob.modify(dn('bob'), [show('mobile self'), mod('add', 'mobile', '111111')]);
  await bob.modify(dn('bob'), [mod('replace', 'mobile', '222222'), mod('add', 'mosSkill', 'knots')]);
  // in one change: what goes was hidden, what comes is not
  await bob.modify(dn('bob'), [show('mobile members'), mod('replace', 'mobile', '333333')]);
  await bob.modify(dn('bob'), [mod('replace', 'mobile', '444444')]);
  await bob.modify(dn('bob'), [show('mobile board'), mod('replace', 'mobile', '555555')]);
  await bob.modify(dn('bob'), [show('mobile public')]);
  const told = [
    'changed mobile -444444 +',
    'changed mobile -333333 +444444',
    'changed mobile - +333333',
    'changed mosSkill - +knots',
    'added',
  ];
  assert.equal(said(await read(as('eve'), 'bob')), told);
  assert.equal(said(await read(as('ada'), 'bob')), ['changed mobile -444444 +555555', ...told.slice(1)]);
  assert.is(said(await read(bob, 'bob')).filter((each) => /mobile -222222 \+333333/.test(each)).length, 1);
  // what is hidden by now is, too
  await bob.modify(dn('bob'), [show('mobile self')]);
  assert.equal(said(await read(as('eve'), 'bob')), ['changed mosSkill - +knots', 'added']);
});

test('the board’s log keeps to it, and nobody brings back what they could not see', async () => {
  const show = (choice: string) => mod('replace', 'mosVisibility', choice);
  await as('bob').modify(dn('bob'), [show('mobile self'), mod('add', 'mobile', '111111')]);
  const { csn } = await as('bob').modify(dn('bob'), [mod('replace', 'mobile', '222222')]);
  await as('bob').modify(dn('bob'), [show('mobile members')]);
  const logged = async (by: BoundDirectory) => {
    const items = await readLog(open.directory, by, { csn, limit: 1 });
    return items.flatMap(({ differences }) => differences.map(({ opaque, removed, added }) => [opaque, ...removed, ...added]));
  };
  assert.equal(await logged(as('ada')), [[true]]);
  assert.equal(await logged(root), [[false, '111111', '222222']]);
  const refused = await as('ada')
    .approvals.revert(csn)
    .catch((error: Error) => error.message);
  assert.match(String(refused), /hidden/);
  assert.equal(root.texts(root.find(dn('bob')), 'mobile'), ['222222']);
  await as('bob').approvals.revert(csn);
  assert.equal(root.texts(root.find(dn('bob')), 'mobile'), ['111111']);
});

test('groups, a new name, and references that followed', async () => {
  await root.modify(board, [mod('add', 'member', dn('bob'))]);
  await root.move({ dn: dn('bob'), newRdn: 'uid=rob', deleteOldRdn: true, newSuperior: undefined });
  await root.modify(board, [mod('delete', 'member', dn('rob'))]);
  await root.modify(board, [mod('replace', 'member', dn('rob'))]);
  await root.modify(board, [mod('add', 'member', dn('eve'))]);
  assert.equal(said(await read(as('rob'), 'rob')), [
    'joined cn=board',
    'left cn=board',
    'renamed uid=bob > uid=rob',
    'joined cn=board',
    'added',
  ]);
  assert.equal(said(await read(as('ada'), 'ada')), ['left cn=board', 'joined cn=board', 'added']);
});

test('of a large group it is known who came and who went', async () => {
  await open.load(Array.from({ length: 150 }, (_, nth) => person(`p${nth}`)).join(''));
  const all = Array.from({ length: 150 }, (_, nth) => dn(`p${nth}`));
  await root.modify(board, [mod('add', 'member', ...all)]);
  await root.modify(board, [mod('delete', 'member', dn('p7'))]);
  await root.modify(board, [mod('add', 'member', dn('bob'))]);
  assert.equal(said(await read(root, 'p7')), ['left cn=board', 'joined cn=board', 'added']);
  assert.equal(said(await read(root, 'p8')), ['joined cn=board', 'added']);
  assert.equal(said(await read(root, 'bob')), ['joined cn=board', 'added']);
});

test('what was approved tells both, what was refused tells its owner and the board why', async () => {
  const ask = async (name: string) => (await as('bob').modify(dn('bob'), [mod('replace', 'cn', name)])).pending ?? 0;
  await as('ada').approvals.approve(await ask('Robert'));
  await as('ada').approvals.refuse(await ask('Napoleon'), 'taken');
  await as('bob').approvals.withdraw(await ask('Bobby'));
  await ask('Rob');
  const own = await read(as('bob'), 'bob');
  assert.equal(said(own), ['withdrawn cn -Robert +Bobby', 'refused cn -Robert +Napoleon', 'changed cn -bob +Robert', 'added']);
  assert.equal([own[1]?.decision?.reason, own[1]?.decision?.dn], ['taken', dn('ada')]);
  assert.equal([own[2]?.by.dn, own[2]?.askedBy?.dn], [dn('ada'), dn('bob')]);
  assert.is((await read(as('ada'), 'bob')).length, 4);
  assert.equal(said(await read(as('eve'), 'bob')), ['changed cn -bob +Robert', 'added']);
});

test('a button to take back is there where it would work', async () => {
  const can = async (uid: string) => (await read(as(uid), 'bob')).map(({ mayRevert }) => mayRevert);
  await root.modify(dn('bob'), [mod('replace', 'cn', 'Robert')]);
  await root.modify(dn('bob'), [mod('add', 'mosSkill', 'knots')]);
  await root.modify(dn('bob'), [mod('replace', 'userPassword', 'a-new-long-one')]);
  assert.equal(await can('bob'), [false, true, true, false]);
  assert.equal(await can('eve'), [false, false, false]);
  await root.modify(dn('bob'), [mod('replace', 'cn', 'Bobby')]);
  assert.equal(await can('ada'), [true, false, true, false, false]);
});

test('pages follow one another without a gap, whatever is hidden between', async () => {
  for (let nth = 0; nth < 12; nth++) {
    await root.modify(dn('bob'), [mod('add', 'mosSkill', `s${nth}`)]);
    await root.modify(dn('bob'), [mod('add', 'mobile', `+43 ${nth}`)]);
  }
  const seen = [];
  let beforeCsn: number | undefined;
  do {
    const page = await as('eve').history(root.find(dn('bob')), { limit: 5, beforeCsn });
    seen.push(...said(page.items));
    beforeCsn = page.beforeCsn;
  } while (beforeCsn !== undefined);
  assert.equal(seen, [...Array.from({ length: 12 }, (_, nth) => `changed mosSkill - +s${11 - nth}`), 'added']);
});

test.run();
