import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** Rights come from those who may give them: the board may nearly everything with people, but not give itself more. */
const test = suite('grants');
const people = `ou=people,${base}`;
const ada = `uid=ada,${people}`;
const everything = '. | userPassword | read';
let open: TestDirectory;
let board: BoundDirectory;

test.before(async () => {
  const join = `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: ${ada}\n-\n\n`;
  open = await openTestDirectory(person('ada') + join);
  board = open.directory.as({ kind: 'entry', uuid: open.directory.asRoot('test').find(ada).uuid }, 'test');
});
test.after(() => open.close());

const attribute = (description: string, ...values: readonly string[]) => ({
  description,
  values: values.map((value) => Buffer.from(value)),
});
const asService = { operation: 'add' as const, attribute: attribute('objectClass', 'mosService') };
const program = (...more: readonly ReturnType<typeof attribute>[]) => [
  attribute('objectClass', 'applicationProcess', 'mosService'),
  attribute('cn', 'spy'),
  ...more,
];

const attempts: readonly (readonly [name: string, attempt: (directory: BoundDirectory) => Promise<unknown>])[] = [
  ['to itself', (by) => by.modify(ada, [asService, { operation: 'add', attribute: attribute('mosGrant', everything) }])],
  [
    'to itself, by an option',
    (by) => by.modify(ada, [asService, { operation: 'add', attribute: attribute('mosGrant;lang-de', everything) }]),
  ],
  ['to a program that it adds', (by) => by.add(`cn=spy,${people}`, program(attribute('mosGrant', everything)))],
  ['to a program that it adds, by its name', (by) => by.add(`mosGrant=${everything},${people}`, program())],
  ['by another name', (by) => by.move({ dn: ada, newRdn: `mosGrant=${everything}`, deleteOldRdn: false, newSuperior: undefined })],
];
for (const [name, attempt] of attempts) {
  test(`the board gives no rights: ${name}`, async () => {
    const refusal = await attempt(board).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.is(refusal instanceof DirectoryError && refusal.kind, 'insufficientAccessRights');
  });
}

test('the board adds people all the same, and the administrator gives rights', async () => {
  await board.add(`uid=eve,${people}`, [
    attribute('objectClass', 'inetOrgPerson', 'mosMember'),
    ...['uid', 'cn', 'sn'].map((name) => attribute(name, 'eve')),
    attribute('mosStatus', `cn=member,ou=statuses,${base}`),
    attribute('userPassword', 'a-first-word'),
  ]);
  const root = open.directory.asRoot('test');
  await root.add(`cn=spy,ou=services,${base}`, program(attribute('mosGrant', everything)));
  assert.ok(root.find(`cn=spy,ou=services,${base}`));
});

test('an alias that the asker may not know of is none', async () => {
  const root = open.directory.asRoot('test');
  await root.add(`cn=hidden,ou=services,${base}`, [
    attribute('objectClass', 'alias', 'extensibleObject'),
    attribute('cn', 'hidden'),
    attribute('aliasedObjectName', `uid=nobody,${people}`),
  ]);
  const question = {
    base: `cn=hidden,ou=services,${base}`,
    scope: 'base',
    filter: { kind: 'present', attribute: 'objectClass' },
    derefAliases: 'always',
  } as const;
  assert.throws(
    () => root.search(question),
    (error: unknown) => error instanceof DirectoryError && error.kind === 'aliasProblem',
  );
  const stranger = open.directory.as({ kind: 'anonymous' }, 'test');
  assert.throws(
    () => stranger.search(question),
    (error: unknown) => error instanceof DirectoryError && error.kind === 'noSuchObject',
  );
});

test('a sorted search looks at so many entries at a time, and gives others their turn', () => {
  const root = open.directory.asRoot('test');
  const filter = { kind: 'equality', attribute: 'description', value: Buffer.from('nobody has this') } as const;
  const run = root.sorted(root.search({ base, scope: 'sub', filter }), [{ attribute: 'cn', rule: undefined, reverse: false }], 10);
  assert.is(run.next(3), undefined);
  assert.is(run.done, false);
  while (!run.done) run.next(3);
});

test.run();
