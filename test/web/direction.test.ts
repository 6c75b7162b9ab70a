import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isolated, withoutTurns } from '../../web/direction.ts';
import { translator } from '../../web/words.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('names that run the other way');
let site: TestSite;
const overridden = '\u202eadA';
const hebrew = 'דָּוִד';

test.before(async () => {
  const coded = (text: string) => Buffer.from(text).toString('base64');
  site = await startTestSite(
    person('ada', 'member', `userPassword: ${goodPassword}`) +
      person('mal', 'member', `displayName:: ${coded(overridden)}`, `mosNick:: ${coded(overridden)}`) +
      person('dov', 'member', `displayName:: ${coded(hebrew)}`),
  );
});
test.after(() => site.stop());

const isolates: readonly (readonly [text: string, isolated: string])[] = [
  ['Ada', 'Ada'],
  [hebrew, `\u2068${hebrew}\u2069`],
  [`${hebrew}\nAda`, `\u2068${hebrew}\u2069\nAda`],
  ['\u202eadA', 'adA'],
  [`\u2069${hebrew}\u2066`, `\u2068${hebrew}\u2069`],
  // a mark, as it stands in names
  ['A\u200fb', '\u2068A\u200fb\u2069'],
];
for (const [text, told] of isolates) {
  test(`${JSON.stringify(text)} in a sentence`, () => {
    assert.is(isolated(text), told);
    assert.is(translator('en')('people.noneFound', { query: text }), `Nobody with “${told}” that you may see.`);
  });
}

test('what would turn letters round is left out wherever a name is shown, and the name stands for itself', async () => {
  const ada = await site.as('ada');
  for (const path of ['/people', '/people/mal', '/people/mal/history']) {
    const { text } = await ada.get(path);
    assert.not.match(text, /\u202e(?!adA<\/span>)/, path);
    assert.match(text, /<bdi>adA<\/bdi>/, path);
  }
  assert.match((await ada.get('/people/dov')).text, new RegExp(`<h1[^>]*><bdi>${hebrew}</bdi></h1>`));
  assert.is((await ada.json<{ name: string }>('/people/mal')).data.name, withoutTurns(overridden));
});

test('nobody types such a name', async () => {
  const ada = await site.as('ada');
  for (const attribute of ['displayName', 'mosNick', 'mosSkill', 'cn']) {
    await ada.get('/people/ada/edit');
    const answer = await ada.post('/people/ada/edit', { [attribute]: overridden });
    assert.is(answer.status, 422, attribute);
  }
  await ada.get('/people/ada/edit');
  assert.is((await ada.post('/people/ada/edit', { displayName: hebrew })).status, 303);
  const root = site.directory.asRoot('test');
  assert.equal(root.texts(root.find(`uid=ada,ou=people,${base}`), 'displayName'), [hebrew]);
});

test.run();
