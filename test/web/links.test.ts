import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dropLinks, findLink, type LinkPurpose, makeLink, makeLinkUnless, takeLink } from '../../web/session/links.ts';
import { base, person } from '../support/directory.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const test = suite('links that are mailed');
let site: TestSite;
let now = Date.UTC(2026, 5, 1);
let ada = '';

test.before(async () => {
  site = await startTestSite(person('ada'), { clock: () => now });
  ada = site.directory.tree.named(`uid=ada,ou=people,${base}`)?.uuid ?? '';
});
test.after(() => site.stop());

const make = (purpose: LinkPurpose = 'reset', hours = 1) => makeLink(site.site, { purpose, entryUuid: ada, data: { mail: 'ä"\\' }, hours });

test('a link can be looked at any number of times, and be used once', async () => {
  const token = await make();
  for (let times = 0; times < 3; times++) assert.is((await findLink(site.site, 'reset', token))?.entryUuid, ada);
  assert.equal((await takeLink(site.site, 'reset', token))?.data, { mail: 'ä"\\' });
  assert.is(await findLink(site.site, 'reset', token), undefined);
  assert.is(await takeLink(site.site, 'reset', token), undefined);
});

test('of twenty who use it at once one gets it', async () => {
  const token = await make();
  const got = await Promise.all(Array.from({ length: 20 }, () => takeLink(site.site, 'reset', token)));
  assert.is(got.filter((link) => link !== undefined).length, 1);
});

test('of twenty who ask for one at once so many get one, and of another person as many', async () => {
  for (const uid of ['cleo', 'dora']) {
    await site.load(person(uid));
    const entryUuid = site.directory.tree.named(`uid=${uid},ou=people,${base}`)?.uuid ?? '';
    const make = () => makeLinkUnless(site.site, { purpose: 'reset', entryUuid, hours: 1 }, 3);
    const made = await Promise.all(Array.from({ length: 20 }, make));
    assert.is(made.filter((token) => token !== undefined).length, 3);
  }
});

test('it opens what it was made for, and nothing else', async () => {
  const token = await make('activate');
  assert.is(await findLink(site.site, 'reset', token), undefined);
  assert.is(await takeLink(site.site, 'reset', token), undefined);
  assert.is((await takeLink(site.site, 'activate', token))?.purpose, 'activate');
});

test('it ends with its time, to the millisecond, and with its owner', async () => {
  const [late, gone] = [await make(), await make()];
  now += 3_600_000 - 1;
  assert.ok(await findLink(site.site, 'reset', late));
  now += 1;
  assert.is(await findLink(site.site, 'reset', late), undefined);
  assert.is(await takeLink(site.site, 'reset', late), undefined);
  await dropLinks(site.site, 'reset', ada);
  assert.is(await takeLink(site.site, 'reset', gone), undefined);
  await site.load(person('leaves'));
  const uuid = site.directory.tree.named(`uid=leaves,ou=people,${base}`)?.uuid;
  const token = await makeLink(site.site, { purpose: 'reset', entryUuid: uuid, hours: 1 });
  await site.directory.asRoot('test').delete(`uid=leaves,ou=people,${base}`);
  assert.is(await takeLink(site.site, 'reset', token), undefined);
});

for (const token of ['', '0', 'x'.repeat(5000), "' OR true --", '\0', '🦝']) {
  test(`${JSON.stringify(token.slice(0, 20))} is no link, and no error`, async () => {
    assert.is(await findLink(site.site, 'reset', token), undefined);
    assert.is(await takeLink(site.site, 'reset', token), undefined);
  });
}

test.run();
