import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, type Seen, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('forms that come when nobody is signed in any more');
let site: TestSite;
const typed = '"><b>typed</b> & \u{1f99d}\r\ntwo';

test.before.each(async () => {
  site = await startTestSite(
    person('ada', 'member', `userPassword: ${goodPassword}`) + person('bob', 'member', `userPassword: ${goodPassword}`),
  );
});
test.after.each(() => site.stop());

const values = (attribute: string) => {
  const root = site.directory.asRoot('test');
  return root.texts(root.find(`uid=ada,ou=people,${base}`), attribute);
};
const plain = (html: string) =>
  html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
/** Hidden fields of the form that goes to a path. */
const hidden = ({ text }: Seen, path: string) => {
  const [, form = ''] = text.split(`action="${path}"`);
  const inputs = form.split('</form>')[0]?.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g) ?? [];
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, plain(value)]));
};
const endSession = (visitor: Visitor) => site.site.sessions.end(visitor.cookies.get('mos-session') ?? '');
/** Somebody has typed for a while, and is not signed in any more. */
async function late(fields: Parameters<Visitor['post']>[1], headers?: Parameters<Visitor['post']>[2]) {
  const ada = await site.as('ada');
  await ada.get('/people/ada/edit');
  await endSession(ada);
  return { ada, answer: await ada.post('/people/ada/edit', fields, headers) };
}

test('what was typed goes along while its sender signs in, and is sent with a button', async () => {
  const { ada, answer } = await late({ description: typed, 'was.description': '[]', mosSkill: 'a\nb' });
  assert.is(answer.status, 401);
  assert.not.match(answer.text, /<b>typed/);
  const wrong = await ada.post('/sign-in', { ...hidden(answer, '/sign-in'), name: 'ada', password: 'wrong' });
  assert.is(wrong.status, 422);
  const right = await ada.post('/sign-in', { ...hidden(wrong, '/sign-in'), name: 'ada', password: goodPassword });
  assert.is(right.status, 200);
  assert.match(right.text, /class="mine"/);
  assert.equal(values('description'), []);
  const kept = hidden(right, '/people/ada/edit');
  assert.is((await ada.post('/people/ada/edit', kept)).status, 303);
  assert.equal([values('description'), values('mosSkill')], [['"><b>typed</b> & \u{1f99d}\ntwo'], ['a', 'b']]);
});

test('a form without anything typed, or with a password, does not go along; one comes back to where it stood', async () => {
  const url = site.url;
  for (const fields of [{}, { oldPassword: 'x', note: 'y' }]) {
    const { ada, answer } = await late(fields, { referer: `${url}/people/ada/edit?x=1` });
    assert.is(answer.status, 401);
    assert.not.match(answer.text, /name="kept"/);
    const after = await ada.post('/sign-in', { ...hidden(answer, '/sign-in'), name: 'ada', password: goodPassword });
    assert.equal([after.status, after.location], [303, '/people/ada/edit?x=1']);
  }
  const { answer } = await late({}, { referer: 'https://evil.example/x' });
  assert.is(hidden(answer, '/sign-in')['back'], '/');
});

test('what is too long does not go along, and what was made up is not taken', async () => {
  const { answer } = await late({ description: 'x'.repeat(160_000) });
  assert.equal([answer.status, hidden(answer, '/sign-in')['kept']], [401, undefined]);
  for (const kept of [
    '{',
    '[]',
    '{"path":"//evil.example/","fields":[]}',
    '{"path":"https://evil.example/","fields":[]}',
    '{"path":"/x"}',
  ]) {
    const visitor = site.visitor();
    await visitor.get('/sign-in');
    const after = await visitor.post('/sign-in', { kept, name: 'ada', password: goodPassword });
    assert.is(after.status, 303, kept);
  }
});

test('a page from before one signed in anew: the form is sent with a button, but only if the browser says that it is ours', async () => {
  const ada = await site.as('ada');
  const old = hidden(await ada.get('/people/ada/edit'), '/people/ada/edit');
  await ada.get('/sign-in');
  await endSession(ada);
  await ada.get('/sign-in');
  await ada.post('/sign-in', { name: 'ada', password: goodPassword });
  for (const origin of [undefined, 'null', 'https://evil.example']) {
    const answer = await ada.post('/people/ada/edit', { ...old, mosNick: 'late' }, origin === undefined ? {} : { origin });
    assert.equal([answer.status, /name="mosNick"/.test(answer.text)], [403, false], origin);
  }
  const answer = await ada.post('/people/ada/edit', { ...old, mosNick: 'late' }, { origin: site.url });
  assert.is(answer.status, 403);
  assert.equal(values('mosNick'), []);
  assert.is((await ada.post('/people/ada/edit', hidden(answer, '/people/ada/edit'))).status, 303);
  assert.equal(values('mosNick'), ['late']);
});

test('a program is told the same as ever', async () => {
  const { answer } = await late({ mosNick: 'x' }, { accept: 'application/json' });
  assert.equal([answer.status, answer.headers.get('content-type')], [401, 'application/problem+json']);
});

test('a picture larger than the whole form may be is complained of beside its field, and to nobody who may not edit', async () => {
  const ada = await site.as('ada');
  await ada.get('/people/ada/edit');
  const photo = new Blob([new Uint8Array(40 * 1024 * 1024)]);
  const answer = await ada.post('/people/ada/edit', { photo, mosNick: 'big' });
  assert.is(answer.status, 413);
  assert.match(answer.text, /id="photo-wrong"[^>]*>[^<]*12 MB/);
  assert.is((await (await site.as('bob')).post('/people/ada/edit', { photo })).status, 403);
  assert.is((await site.visitor().post('/people/ada/edit', { photo })).status, 303);
  assert.equal(values('mosNick'), []);
});

test.run();
