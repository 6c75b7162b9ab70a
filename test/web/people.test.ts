import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('the list of people');
let site: TestSite;

test.before(async () => {
  site = await startTestSite(
    [
      person('ada', 'member', `userPassword: ${goodPassword}`, 'displayName: Ada', 'mosSkill: soldering', 'mosVisibility: mosSkill self'),
      person(
        'bob',
        'member',
        `userPassword: ${goodPassword}`,
        'displayName:: QWzFvmLEm3Rh',
        'mosNick: bobby',
        'mosVisibility: displayName public',
      ),
      person('cleo', 'honorary', 'displayName: Cleo', 'mosSkill: soldering'),
      person('eve', 'banned', 'displayName: Eve', 'mosVisibility: displayName public'),
      person('zed', 'applicant', 'displayName: Zed'),
    ].join(''),
  );
});
test.after(() => site.stop());

const names = async (visitor: Visitor, query = '') => {
  const { data } = await visitor.json<{ people: { name: string }[] }>(`/people?q=${encodeURIComponent(query)}`);
  return data.people.map(({ name }) => name);
};

test('members see who is in the club, the public whom they show themselves; nobody sees who is banned or wants to join', async () => {
  assert.equal(await names(await site.as('ada')), ['Ada', 'Alžběta', 'Cleo']);
  assert.equal(await names(site.visitor()), ['Alžběta']);
});

const searches: readonly (readonly [query: string, who: 'ada' | 'bob' | '', found: readonly string[]])[] = [
  ['alzbe', 'ada', ['Alžběta']],
  ['ALŽBĚ', 'ada', ['Alžběta']],
  ['bobby', 'ada', ['Alžběta']],
  ['bobby', '', []],
  ['bob alz', 'ada', ['Alžběta']],
  ['bob cleo', 'ada', []],
  ['soldering', 'ada', ['Ada', 'Cleo']],
  ['soldering', 'bob', ['Cleo']],
  ['*', 'ada', []],
  ['(uid=*)', 'ada', []],
  ['eve', 'ada', []],
];
for (const [query, who, found] of searches) {
  test(`"${query}" finds ${found.join(', ') || 'nobody'} for ${who || 'the public'}`, async () => {
    assert.equal(await names(who === '' ? site.visitor() : await site.as(who), query), found);
  });
}

test('every name in the list leads to its page and has a face of its own, for the public too, to whom `uid` is not shown', async () => {
  for (const visitor of [site.visitor(), await site.as('ada')]) {
    const { data } = await visitor.json<{ people: { uid: string; name: string }[] }>('/people');
    assert.equal(
      data.people.filter(({ name }) => name === 'Alžběta').map(({ uid }) => uid),
      ['bob'],
    );
    const { text } = await visitor.get('/people');
    const links = [...text.matchAll(/<li><a href="([^"]*)"><span class="face middling tint-(\d)"/g)];
    assert.is(links.length, data.people.length);
    for (const [, path = ''] of links) assert.is((await visitor.get(path)).status, 200, path);
    assert.is(links.find(([, path]) => path === '/people/bob')?.[2], '3');
  }
  assert.equal(await names(site.visitor(), 'bob'), ['Alžběta']);
  const { headers } = await site.visitor().get('/people/bob/vcard');
  assert.match(headers.get('content-disposition') ?? '', /"bob\.vcf"/);
});

test('who shows the public no name is not in its list, though the address says one', async () => {
  assert.equal(await names(site.visitor(), 'cleo'), []);
});

test('who has another kind of name in the directory has no page, and no dead link', async () => {
  await site.load(
    `dn: cn=Grace\\, Hopper,ou=people,${base}\nobjectClass: inetOrgPerson\ncn: Grace, Hopper\nsn: Hopper\nuid: grace\n\n` +
      `dn: uid=b\\+c d,ou=people,${base}\nobjectClass: inetOrgPerson\ncn: Plus\nsn: Plus\nuid: other\nuid: b+c d\n\n`,
  );
  const ada = await site.as('ada');
  const { text } = await ada.get('/people?q=hopper');
  assert.match(text, /Grace, Hopper/);
  assert.not.match(text, /href="\/people\/[^"?]*(grace|hopper)?"><span class="face/i);
  const { data } = await ada.json<{ people: { uid: string }[] }>('/people?q=plus');
  assert.equal(
    data.people.map(({ uid }) => uid),
    ['b+c d'],
  );
  assert.is((await ada.get(`/people/${encodeURIComponent('b+c d')}`)).status, 200);
  const root = site.directory.asRoot('test');
  await root.delete(`cn=Grace\\, Hopper,ou=people,${base}`);
  await root.delete(`uid=b\\+c d,ou=people,${base}`);
});

test('the list follows every change at once', async () => {
  const bob = await site.as('bob');
  const root = site.directory.asRoot('test');
  const replace = (uid: string, description: string, ...values: readonly string[]) =>
    root.modify(`uid=${uid},ou=people,${base}`, [
      { operation: 'replace', attribute: { description, values: values.map((value) => Buffer.from(value)) } },
    ]);
  assert.equal(await names(bob), ['Ada', 'Alžběta', 'Cleo']);
  await replace('cleo', 'displayName', 'Aaron');
  await replace('zed', 'mosStatus', `cn=member,ou=statuses,${base}`);
  assert.equal(await names(bob), ['Aaron', 'Ada', 'Alžběta', 'Zed']);
  await replace('cleo', 'mosStatus', `cn=alumni,ou=statuses,${base}`);
  await root.delete(`uid=zed,ou=people,${base}`);
  await replace('ada', 'mosVisibility', 'mosSkill members');
  assert.equal([await names(bob), await names(bob, 'soldering')], [['Ada', 'Alžběta'], ['Ada']]);
  await root.modify(`cn=alumni,ou=statuses,${base}`, [
    { operation: 'replace', attribute: { description: 'mosMayLogin', values: [Buffer.from('TRUE')] } },
  ]);
  assert.equal(await names(bob), ['Aaron', 'Ada', 'Alžběta']);
});

test('long lists come in pages', async () => {
  const bob = await site.as('bob');
  await site.load(Array.from({ length: 130 }, (_, nth) => person(`many${nth}`, 'member', `displayName: Many ${1000 + nth}`)).join(''));
  const { data } = await bob.json<{ people: { name: string }[]; pages: number; count: number }>('/people?q=many&page=3');
  assert.equal([data.count, data.pages, data.people.length, data.people[0]?.name], [130, 3, 10, 'Many 1120']);
  const { text } = await bob.get('/people?q=many&page=99');
  assert.match(text, /aria-current="page">3</);
  assert.ok(text.length < 50_000);
});

test.run();
