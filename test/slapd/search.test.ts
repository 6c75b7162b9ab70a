import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type SearchCase, searchCases } from '../cases/slapd-search.ts';
import { slapdMissing } from '../support/slapd.ts';
import { type Pair, search, startPair } from './pair.ts';

/** slapd and MOS, asked the same. */
const test = suite('search as slapd does');
let pair: Pair | undefined;
test.before(async () => {
  pair = await startPair(join(import.meta.dirname, 'people.ldif'));
});
test.after(() => pair?.stop());

async function ask(row: SearchCase): Promise<void> {
  if (pair === undefined) throw new Error('both servers');
  const theirs = await search(pair.slapd, row);
  const ours = await search(pair.mos, row);
  if (row.ours === undefined) assert.equal(ours, theirs);
  else {
    assert.equal(ours, { ...theirs, ...row.ours }, row.because);
    assert.not.equal(ours, theirs, 'slapd answers the same now: the row needs no exception');
  }
}

if (slapdMissing !== undefined) console.log(`skipped: ${slapdMissing}`);
else {
  for (const row of searchCases) test(row.name, () => ask(row));
  test.run();
}
