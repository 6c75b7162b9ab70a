import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type UpdateCase, updateCases } from '../cases/slapd-update.ts';
import type { RawClient } from '../support/raw-client.ts';
import { slapdMissing } from '../support/slapd.ts';
import { control, type Pair, perform, type Reply, type Step, search, startPair, suffix } from './pair.ts';

/** slapd and MOS, told the same. */
const test = suite('update as slapd does');
let pair: Pair | undefined;
test.before(async () => {
  pair = await startPair(join(import.meta.dirname, 'people.ldif'));
});
test.after(() => pair?.stop());

const furniture: readonly Step[] = [
  ['add', '$', { objectClass: 'organizationalUnit' }],
  [
    'add',
    'uid=ada,$',
    {
      objectClass: ['inetOrgPerson', 'posixAccount'],
      uid: 'ada',
      cn: 'Ada Lovelace',
      sn: 'Lovelace',
      mail: 'ada@example.org',
      uidNumber: '1815',
      gidNumber: '100',
      homeDirectory: '/home/ada',
      description: 'first',
      'description;lang-de': 'erste',
    },
  ],
  ['add', 'cn=room,$', { objectClass: 'device', cn: 'room' }],
  ['add', 'ou=box,$', { objectClass: 'organizationalUnit', ou: 'box' }],
  ['add', 'cn=inner,ou=box,$', { objectClass: 'device', cn: 'inner', owner: 'uid=ada,$' }],
  ['add', 'cn=crew,$', { objectClass: 'groupOfNames', cn: 'crew', member: 'uid=ada,$' }],
];

async function run(client: RawClient, row: UpdateCase, place: string): Promise<Reply[]> {
  for (const step of furniture) {
    const { code } = await perform(client, step, place);
    assert.is(code, 0, `${step[0]} ${step[1]}`);
  }
  const replies: Reply[] = [];
  for (const step of row.steps) replies.push(await perform(client, step, place));
  return replies;
}

const dump = async (client: RawClient, place: string): Promise<readonly string[]> =>
  (await search(client, { base: place, attributes: ['*'], controls: [control.manageDsaIt] })).entries;

async function compareBoth(row: UpdateCase, number: number): Promise<void> {
  if (pair === undefined) throw new Error('both servers');
  const place = `ou=case${number},${suffix}`;
  const theirs = await run(pair.slapd, row, place);
  const ours = await run(pair.mos, row, place);
  const codes = (replies: readonly Reply[]) => replies.map(({ code, matchedDn }) => ({ code, matchedDn }));
  if (row.ours === undefined) assert.equal(codes(ours), codes(theirs), `codes; slapd: ${JSON.stringify(theirs)}`);
  else {
    assert.equal(
      ours.map(({ code }) => code),
      row.ours,
      row.because,
    );
    assert.not.equal(codes(ours), codes(theirs), 'slapd answers the same now: the row needs no exception');
  }
  if (row.entriesDiffer === true) return;
  const entries = await dump(pair.mos, place);
  let others = await dump(pair.slapd, place);
  // its refint follows a rename some moments later
  for (let left = 100; left > 0 && others.join() !== entries.join(); left--) {
    await sleep(30);
    others = await dump(pair.slapd, place);
  }
  assert.equal(entries, others, 'entries');
}

if (slapdMissing !== undefined) console.log(`skipped: ${slapdMissing}`);
else {
  updateCases.forEach((row, number) => {
    test(row.name, () => compareBoth(row, number));
  });
  test.run();
}
