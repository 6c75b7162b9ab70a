import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { Directory } from '../../directory/core/directory.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { openStore } from '../../directory/store/open-store.ts';
import { serverUrl } from '../support/database.ts';
import { base, openDirectoryOn, openTestDirectory } from '../support/directory.ts';
import { type Cluster, startCluster } from '../support/run-on-postgres.ts';

// Several directories on one Postgres, which comes and goes. The embedded database belongs to one process.
interface Context {
  cluster: Cluster;
  nodes: Directory[];
}
const test = suite<Context>('several nodes');
test.before.each(async (context) => {
  const cluster = await startCluster();
  if (typeof cluster === 'string') throw new Error(cluster);
  context.cluster = cluster;
  const open = async () => openDirectoryOn(await openStore({ databaseUrl: cluster.url }));
  const first = await openTestDirectory('', 'club', { store: await openStore({ databaseUrl: cluster.url }) });
  context.nodes = [first.directory, await open(), await open()];
});
test.after.each(async ({ cluster, nodes }) => {
  for (const node of nodes) await node.close();
  cluster.remove();
});

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let left = 3000; !condition(); left--) {
    if (left === 0) throw new Error(`did not happen: ${what}`);
    await sleep(10);
  }
}

const group = (cn: string) => [
  { description: 'objectClass', values: [Buffer.from('groupOfNames')] },
  { description: 'cn', values: [Buffer.from(cn)] },
];
const nameOf = (cn: string): string => `cn=${cn},ou=groups,${base}`;
const has = (node: Directory, cn: string): boolean => node.tree.find(node.schema.normalizeDn(nameOf(cn))) !== undefined;
const asAdmin = (node: Directory): BoundDirectory => node.asRoot('test');

/** Adds groups one after the other until told to stop. @returns those that were acknowledged, and how the others failed */
async function storm(node: Directory, prefix: string, goesOn: () => boolean): Promise<{ made: string[]; failures: Set<string> }> {
  const made: string[] = [];
  const failures = new Set<string>();
  for (let count = 0; goesOn(); count++) {
    const cn = `${prefix}${count}`;
    try {
      await asAdmin(node).add(nameOf(cn), group(cn));
      made.push(cn);
    } catch (error) {
      failures.add(error instanceof DirectoryError ? error.kind : String(error));
      await sleep(5);
    }
  }
  return { made, failures };
}

test('a change made at one node is seen at the others, whatever kind it is', async ({ nodes }) => {
  const [one, two, three] = nodes;
  if (one === undefined || two === undefined || three === undefined) throw new Error('three nodes');
  await asAdmin(one).add(nameOf('desk'), group('desk'));
  await until(() => has(two, 'desk') && has(three, 'desk'), 'the add');
  await asAdmin(two).move({ dn: nameOf('desk'), newRdn: 'cn=bench', deleteOldRdn: true, newSuperior: undefined });
  await until(() => has(one, 'bench') && !has(one, 'desk') && has(three, 'bench'), 'the rename');
  await asAdmin(three).delete(nameOf('bench'));
  await until(() => !has(one, 'bench') && !has(two, 'bench'), 'the delete');
  for (const node of nodes) assert.equal(await node.differences(), []);
});

test('nodes that write the same entry at once all see the same outcome', async ({ nodes }) => {
  const outcomes = await Promise.allSettled(
    nodes.flatMap((node) => Array.from({ length: 20 }, (_, count) => asAdmin(node).add(nameOf(`seat${count}`), group(`seat${count}`)))),
  );
  assert.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 20);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.is(outcome.reason instanceof DirectoryError && outcome.reason.kind, 'entryAlreadyExists');
  }
  for (const node of nodes) assert.equal(await node.differences(), []);
});

test('a crash of Postgres in the middle of writing loses nothing that was acknowledged', async ({ nodes, cluster }) => {
  const [one, two, three] = nodes;
  if (one === undefined || two === undefined || three === undefined) throw new Error('three nodes');
  let goesOn = true;
  const storms = [storm(one, 'a', () => goesOn), storm(two, 'b', () => goesOn), storm(two, 'c', () => goesOn)];
  await until(() => has(three, 'a20') && has(three, 'b20'), 'the storm');
  cluster.stop('immediate');
  // reads go on from memory
  assert.ok(asAdmin(one).find(nameOf('a20')));
  const refused = await asAdmin(three)
    .add(nameOf('late'), group('late'))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  assert.is(refused instanceof DirectoryError && refused.kind, 'unavailable');
  cluster.start();
  const before = one.tree.csn;
  await until(() => one.tree.csn > before + 20 && three.tree.csn > before + 20, 'writing again');
  goesOn = false;
  const results = await Promise.all(storms);
  const made = results.flatMap((result) => result.made);
  await until(() => nodes.every((node) => made.every((cn) => has(node, cn))), 'every acknowledged write at every node');
  for (const { failures } of results)
    assert.equal(
      [...failures].filter((kind) => kind !== 'unavailable' && kind !== 'entryAlreadyExists'),
      [],
    );
  for (const node of nodes) assert.equal(await node.differences(), []);
});

test('what was missed while the database was away arrives when it is back', async ({ nodes, cluster }) => {
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error('two nodes');
  cluster.stop('fast');
  cluster.start();
  let made = false;
  for (let left = 500; !made && left > 0; left--) {
    made = await asAdmin(one)
      .add(nameOf('desk'), group('desk'))
      .then(
        () => true,
        () => false,
      );
    if (!made) await sleep(20);
  }
  await until(() => has(two, 'desk'), 'the change at the other node');
});

test('memory that is not what the tables hold is noticed', async ({ nodes }) => {
  const [node] = nodes;
  if (node === undefined) throw new Error('a node');
  assert.equal(await node.differences(), []);
  const { tree } = node;
  const board = tree.find(node.schema.normalizeDn(nameOf('board')));
  const helpers = tree.find(node.schema.normalizeDn(nameOf('helpers')));
  if (board === undefined || helpers === undefined) throw new Error('base.ldif has both');
  tree.delete(board.uuid);
  for (const [type, index] of tree.equalityIndexes) if (type.name === 'cn') index.remove('helpers', helpers.slot);
  const lines = await node.differences();
  assert.ok(lines.some((line) => line.includes('cn=board') && line.includes('missing in memory')));
  assert.ok(lines.some((line) => line.startsWith('cn: the index')));
});

test('a ban at one node is felt at the others', async ({ nodes }) => {
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error('two nodes');
  const update = await asAdmin(one).addition(`uid=ada,ou=people,${base}`, [
    { description: 'objectClass', values: ['inetOrgPerson', 'mosMember'].map((name) => Buffer.from(name)) },
    ...['uid', 'cn', 'sn'].map((description) => ({ description, values: [Buffer.from('ada')] })),
    { description: 'mosStatus', values: [Buffer.from(`cn=member,ou=statuses,${base}`)] },
  ]);
  const { after } = await one.writer.update(update);
  const uuid = after?.uuid ?? '';
  await until(() => two.tree.byUuid(uuid) !== undefined, 'the person');
  assert.ok(two.as({ kind: 'entry', uuid }, 'test').dn.startsWith('uid=ada'));
  await asAdmin(one).modify(`uid=ada,ou=people,${base}`, [
    { operation: 'replace', attribute: { description: 'mosStatus', values: [Buffer.from(`cn=banned,ou=statuses,${base}`)] } },
  ]);
  await until(() => two.as({ kind: 'entry', uuid }, 'test').dn === '', 'the ban');
});

if (serverUrl === undefined) console.log('skipped: several nodes need Postgres (npm run test:postgres)');
else
  test('what waits at one node is decided at another, and of two who decide at once one is too late', async ({ nodes }) => {
    const [one, two, three] = nodes;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three nodes');
    const dn = `uid=bob,ou=people,${base}`;
    const attribute = (description: string, ...texts: readonly string[]) => ({
      description,
      values: texts.map((text) => Buffer.from(text)),
    });
    await asAdmin(one).add(dn, [
      attribute('objectClass', 'inetOrgPerson', 'mosMember'),
      ...['uid', 'cn', 'sn'].map((name) => attribute(name, 'bob')),
      attribute('mosStatus', `cn=member,ou=statuses,${base}`),
    ]);
    const bob = one.as({ kind: 'entry', uuid: asAdmin(one).find(dn).uuid }, 'test');
    const { pending = 0 } = await bob.modify(dn, [{ operation: 'replace', attribute: attribute('cn', 'Robert') }]);
    await until(() => two.tree.csn >= pending && three.tree.csn >= pending, 'the news of it');
    assert.equal(
      (await asAdmin(two).approvals.queue()).map(({ revision }) => revision.csn),
      [pending],
    );
    const told = await Promise.allSettled([asAdmin(two).approvals.approve(pending), asAdmin(three).approvals.refuse(pending, 'no')]);
    assert.equal(told.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const name = told[0].status === 'fulfilled' ? 'Robert' : 'bob';
    await until(() => nodes.every((node) => asAdmin(node).texts(asAdmin(node).find(dn), 'cn')[0] === name), 'the change');
    for (const node of nodes) assert.equal(await node.differences(), []);
  });

test.run();
