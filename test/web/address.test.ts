import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { moveFromDjango } from '../../ldif/moving/django.ts';
import { base, person } from '../support/directory.ts';
import { bringIn, contact, dumpOf, kind, period, standard, user } from '../support/moving.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

/** Where somebody lives, from wherever the entry has come: shown, changed, and seen by whom its owner chooses. */
const test = suite('addresses on a profile');
let site: TestSite;
const dnOf = (uid: string) => `uid=${uid},ou=people,${base}`;

test.before(async () => {
  const member = (uid: string, ...more: readonly string[]) => person(uid, 'member', `userPassword: ${goodPassword}`, ...more);
  site = await startTestSite(
    [
      member('bob', 'street: Gasse 2', 'postalCode: 1080', 'l: Wien', 'postalAddress: Postfach 3$1011 Wien'),
      // the second has a line that is empty, and its dollar sign is written as few would
      member('cleo', 'homePostalAddress: Weg 1$1010 Wien', 'homePostalAddress: Steg \\5C\\24 2$$2020 Graz'),
      member('boss'),
    ].join(''),
  );
  const boss = { operation: 'add' as const, attribute: { description: 'member', values: [Buffer.from(dnOf('boss'))] } };
  await site.directory.asRoot('test').modify(`cn=board,ou=groups,${base}`, [boss]);
  const hash = createHash('md5').update(`a${goodPassword}`).digest('hex');
  const dump = dumpOf([
    kind(1, 'Mitglied'),
    user(1, 'ada', { email: 'ada@example.org', password: `md5$a$${hash}` }),
    period(1, 1, '2020-01-01', null),
    contact(1, 1, { street: 'Lötgasse 7$', postcode: '1070', city: 'Wien', country: 'Austria' }),
  ]);
  await bringIn(site, moveFromDjango(dump, standard));
});
test.after(() => site.stop());

const values = (uid: string, attribute: string) => {
  const root = site.directory.asRoot('test');
  return root.texts(root.find(dnOf(uid)), attribute);
};
const decoded = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

/** Sends the form as it stands there, but for these fields. */
async function edit(visitor: Visitor, uid: string, fields: Readonly<Record<string, string>>): Promise<number> {
  const { text } = await visitor.get(`/people/${uid}/edit`);
  const whole: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/name="((?:was\.)?\w+)" value="([^"]*)"/g)) whole[name] = decoded(value);
  for (const [, name = '', value = ''] of text.matchAll(/<textarea[^>]*name="(\w+)"[^>]*>\n([\s\S]*?)<\/textarea>/g))
    whole[name] = decoded(value);
  return (await visitor.post(`/people/${uid}/edit`, { ...whole, ...fields })).status;
}

/** Whatever of ada's entry somebody may read over LDAP. */
function readable(who: string): string {
  const { directory } = site;
  const as = directory.as({ kind: 'entry', uuid: directory.asRoot('test').find(dnOf(who)).uuid }, '192.0.2.1');
  const entry = as.find(dnOf('ada'));
  return as
    .readable(entry)
    .flatMap(({ values: each }) => each.map(String))
    .join('\n');
}

test('who has moved in from a Django site has the address on the profile, and alone chooses who sees any of it', async () => {
  const [ada, bob, boss] = [await site.as('ada'), await site.as('bob'), await site.as('boss')];
  const sees = async (visitor: Visitor) =>
    /<span class="lines">Lötgasse 7\$\n1070 Wien\nAustria<\/span>/.test((await visitor.get('/people/ada')).text);
  assert.equal([await sees(ada), await sees(bob), await sees(boss)], [true, false, true]);
  assert.is(await edit(ada, 'ada', { 'visibility.homePostalAddress': 'members' }), 303);
  assert.equal([await sees(ada), await sees(bob), await sees(boss)], [true, true, true]);
  assert.match(readable('bob'), /Lötgasse/);
  assert.is(await edit(ada, 'ada', { 'visibility.homePostalAddress': 'self' }), 303);
  assert.equal([await sees(ada), await sees(bob), await sees(boss)], [true, false, false]);
  assert.not.match(readable('boss'), /Lötgasse|1070|Wien/);
  assert.is(await edit(ada, 'ada', { homePostalAddress: 'Am Platz 1\n1010 Wien' }), 303);
  assert.equal(values('ada', 'homePostalAddress'), ['Am Platz 1$1010 Wien']);
  assert.not.match(readable('ada'), /Lötgasse|1070/);
});

test('an address in other attributes is shown, changed and hidden like any other field, and offered to nobody who has none', async () => {
  const [bob, cleo] = [await site.as('bob'), await site.as('cleo')];
  const { text } = await bob.get('/people/bob');
  assert.match(text, /<dt>Street<\/dt>\s*<dd><span class="lines">Gasse 2</);
  assert.match(text, /<dt>Postal address<\/dt>\s*<dd><span class="lines">Postfach 3\n1011 Wien</);
  assert.not.match((await cleo.get('/people/bob')).text, /Gasse 2|1080|Postfach/);
  assert.is(await edit(bob, 'bob', { 'visibility.l': 'members', street: 'Gasse 4', postalAddress: '' }), 303);
  assert.equal([values('bob', 'street'), values('bob', 'postalAddress')], [['Gasse 4'], []]);
  const seen = (await cleo.get('/people/bob')).text;
  assert.equal([/<dt>Town<\/dt>/.test(seen), /Gasse 4|1080/.test(seen)], [true, false]);
  const forms = await Promise.all([bob.get('/people/bob/edit'), cleo.get('/people/cleo/edit')]);
  assert.equal(
    forms.map((form) => ['homePostalAddress', 'street', 'postalAddress'].filter((name) => form.text.includes(`name="${name}"`))),
    [['homePostalAddress', 'street'], ['homePostalAddress']],
  );
  assert.match((await bob.get('/people/bob/vcard')).text, /\r\nADR:;;Gasse 4;Wien;;1080;\r\n/);
});

test('two addresses stay two, and what was not touched stays as it is spelled', async () => {
  const cleo = await site.as('cleo');
  const both = values('cleo', 'homePostalAddress');
  assert.is(await edit(cleo, 'cleo', { displayName: 'Cleo' }), 303);
  assert.equal(values('cleo', 'homePostalAddress'), both);
  const { text } = await cleo.get('/people/cleo/edit');
  assert.match(text, />\nWeg 1\n1010 Wien\n\nSteg \\\$ 2\n2020 Graz<\/textarea>/);
  assert.is(await edit(cleo, 'cleo', { homePostalAddress: 'Weg 1\n1010 Wien\n\nBrücke 2\n2020 Graz' }), 303);
  assert.equal([...values('cleo', 'homePostalAddress')].sort(), ['Brücke 2$2020 Graz', 'Weg 1$1010 Wien']);
});

test.run();
