import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nameUrn } from '../../web/atom.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('the feed of people');
let site: TestSite;
/** What breaks out of elements and attributes, and characters that XML has not */
const hostile = `]]>&<b a="1">'"\u0001\u000b\ufffe🦝`;

test.before.each(async () => {
  site = await startTestSite(
    [
      person('ada', 'member', `userPassword: ${goodPassword}`, 'displayName: Ada', 'mosVisibility: displayName public'),
      person('bob', 'member', `userPassword: ${goodPassword}`, 'displayName: Bob', 'mosJoined: 20240101000000Z'),
      person(
        'cleo',
        'member',
        `displayName:: ${Buffer.from(hostile).toString('base64')}`,
        'mosJoined: 20240101000000Z',
        ...['displayName public', 'mosJoined public', 'mosSkill public'].map((each) => `mosVisibility: ${each}`),
      ),
      person('eve', 'banned', 'displayName: Eve', 'mosVisibility: displayName public', 'mosVisibility: mosJoined public'),
      person('zed', 'applicant', 'displayName: Zed', 'mosVisibility: displayName public', 'mosVisibility: mosJoined public'),
    ].join(''),
    { env: { MOS_WEB_URL: 'https://members.example.org', MOS_CLUB_NAME: 'R&D' } },
  );
});
test.after.each(() => site.stop());

const change = (uid: string, ...set: readonly (readonly [description: string, value: string])[]) =>
  site.directory.asRoot('test').modify(
    `uid=${uid},ou=people,${base}`,
    set.map(([description, value]) => ({
      operation: 'replace' as const,
      attribute: { description, values: [Buffer.from(value)] },
    })),
  );

const titles = (text: string) => [...text.matchAll(/<entry>.*?<title>(.*?)<\/title>/gs)].map(([, title]) => title);
const feed = async (visitor: Visitor, headers: Readonly<Record<string, string>> = {}) =>
  visitor.get('/people.atom', { accept: '*/*', ...headers });
const cleo = "]]&gt;&amp;&lt;b a=&quot;1&quot;&gt;'&quot;\ufffd\ufffd\ufffd🦝";

test('members hear who has come and what has changed for them, the public what it sees, and nobody of whom the list does not show', async () => {
  await change('ada', ['mosSkill', 'tea'], ['mobile', '+43 1 555'], ['description', 'secret words']);
  await change('cleo', ['mosSkill', 'knots'], ['description', 'words']);
  await change('eve', ['displayName', 'Evil']);
  await change('zed', ['displayName', 'Zed Z.']);
  const ada = await site.as('ada');
  const [seen, own, shown] = [await feed(await site.as('bob')), await feed(ada), await feed(site.visitor())];
  assert.equal(titles(seen.text), [
    `${cleo} · changed: Can, About me`,
    'Ada · changed: Can, About me',
    `${cleo} has joined`,
    'Bob has joined',
    'Ada has joined',
  ]);
  assert.is(titles(own.text)[1], 'Ada · changed: Can, Mobile, About me');
  assert.equal(titles(shown.text), [`${cleo} · changed: Can`, `${cleo} has joined`]);
  for (const { text } of [seen, own, shown]) assert.not.match(text, /Evil|Zed|tea|555|knots|words|userPassword/);
});

test('a name or attribute that is hidden afterwards is hidden in the feed as well', async () => {
  await change('cleo', ['mosSkill', 'knots']);
  await change('cleo', ['mosVisibility', 'displayName public']);
  assert.equal(titles((await feed(site.visitor())).text), []);
  await change('cleo', ['mosVisibility', 'mosSkill public']);
  assert.equal(titles((await feed(site.visitor())).text), [], 'nobody without a name');
});

test('it is Atom, with identifiers that stay and addresses of the site itself', async () => {
  const first = await feed(site.visitor());
  assert.equal([first.status, first.headers.get('content-type')], [200, 'application/atom+xml; charset=utf-8']);
  const uuid = 'urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
  const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
  assert.match(
    first.text,
    new RegExp(
      `^<\\?xml version="1.0" encoding="utf-8"\\?>\\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\\n<id>${uuid}</id>\\n<title>R&amp;D: People</title>\\n<updated>${time}</updated>\\n`,
    ),
  );
  assert.match(first.text, /<link rel="self" type="application\/atom\+xml" href="https:\/\/members\.example\.org\/people\.atom"\/>/);
  assert.match(first.text, /<link rel="alternate" type="text\/html" href="https:\/\/members\.example\.org\/people\/cleo"\/>/);
  const ids = (text: string) => [...text.matchAll(/<id>(.*?)<\/id>/g)].map(([, id]) => id);
  await change('cleo', ['mosSkill', 'knots']);
  const second = await feed(site.visitor(), { 'accept-language': 'de' });
  assert.equal(ids(first.text), [ids(second.text)[0], ...ids(second.text).slice(2)]);
  assert.is(new Set(ids(second.text)).size, 3);
  for (const { uuid: hidden } of [site.directory.tree.named(`uid=cleo,ou=people,${base}`), site.directory.tree.root].flatMap(
    (each) => each ?? [],
  ))
    assert.not.match(second.text, new RegExp(hidden), 'entryUUID is not for the public');
  assert.match(second.text, /xml:lang="de".*<title>R&amp;D: Leute<.*geändert: Kann</s);
});

test('a name-based UUID is made as RFC 9562 says', () => {
  assert.is(nameUrn('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'), 'urn:uuid:2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('a program that has it is told so, until something changes, and nobody else keeps it', async () => {
  const visitor = site.visitor();
  const { headers } = await feed(visitor);
  const etag = headers.get('etag') ?? '';
  assert.match(headers.get('cache-control') ?? '', /^private, no-cache$/);
  assert.match(headers.get('vary') ?? '', /Cookie/);
  const again = await feed(visitor, { 'if-none-match': etag });
  assert.equal([again.status, again.text], [304, '']);
  assert.is((await feed(await site.as('bob'), { 'if-none-match': etag })).status, 200, 'another sees something else');
  await change('ada', ['mosSkill', 'tea']);
  assert.is((await feed(visitor, { 'if-none-match': etag })).status, 304, 'nothing that the public sees');
  await change('cleo', ['mosSkill', 'tea']);
  assert.is((await feed(visitor, { 'if-none-match': etag })).status, 200);
});

test('the list says where it is, and answers with it who asks for a feed', async () => {
  const visitor = site.visitor();
  const { text } = await visitor.get('/people');
  assert.match(text, /<link rel="alternate" type="application\/atom\+xml" title="[^"]+" href="\/people\.atom">/);
  const { headers } = await visitor.get('/people', { accept: 'application/atom+xml, */*;q=0.1' });
  assert.match(headers.get('content-type') ?? '', /^application\/atom\+xml/);
  assert.not.match((await visitor.get('/join')).text, /atom/);
});

test('a program with a token hears what its owner sees', async () => {
  const bob = await site.as('bob');
  await bob.get('/me/tokens');
  const made = await bob.post('/me/tokens', { name: 'reader', scope: 'read', days: '30' });
  const token = />(mos_[\w-]{43})</.exec(made.text)?.[1] ?? '';
  const { text } = await feed(site.visitor(), { authorization: `Bearer ${token}` });
  assert.equal(titles(text).includes('Ada has joined'), true);
});

test('there are at most fifty entries, of the fifty newest changes', async () => {
  for (let nth = 0; nth < 60; nth++) await change('ada', ['mosSkill', `skill ${nth}`]);
  const all = titles((await feed(await site.as('bob'))).text);
  assert.equal([all.length, new Set(all).size], [50, 1]);
});

test.run();
