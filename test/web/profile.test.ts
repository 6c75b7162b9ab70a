import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('profiles');
let site: TestSite;
const strange = '<i>*)(uid=*\\ 🦝 "x" & co';

test.before(async () => {
  const photo = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#804020' } })
    .jpeg()
    .toBuffer();
  site = await startTestSite(
    [
      person(
        'ada',
        'member',
        `userPassword: ${goodPassword}`,
        'displayName: Ada',
        'mail: ada@example.org',
        'mobile: +43 1 555 0100',
        `mosSkill:: ${Buffer.from(strange).toString('base64')}`,
        'mosLink: javascript:alert(1) click',
        'mosLink: https://ada.example/ my page',
        'homePostalAddress: Street 1$1010 Wien\\24',
        'mosBirthday: 12-10',
        'mosVisibility: displayName public',
        'mosVisibility: mobile self',
        'mosVisibility: jpegPhoto public',
        `jpegPhoto:: ${photo.toString('base64')}`,
      ),
      person('bob', 'member', `userPassword: ${goodPassword}`),
      person('cleo', 'member', `userPassword: ${goodPassword}`, 'mail: cleo@example.org'),
    ].join(''),
  );
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=cleo,ou=people,${base}`)] } },
    ]);
});
test.after(() => site.stop());

interface Profile {
  readonly name: string;
  readonly facts: readonly { readonly attribute: string; readonly values: readonly { readonly value: string }[] }[];
}

const seen: readonly (readonly [who: string, shows: readonly string[]])[] = [
  ['the public', ['displayName']],
  ['bob', ['displayName', 'mosSkill', 'mosLink', 'mail', 'sn', 'cn']],
  ['cleo', ['displayName', 'mosSkill', 'mosLink', 'mail', 'homePostalAddress', 'mosBirthday', 'sn', 'cn']],
  ['ada', ['displayName', 'mosSkill', 'mosLink', 'mail', 'mobile', 'homePostalAddress', 'mosBirthday', 'sn', 'cn']],
];
for (const [who, shows] of seen) {
  test(`of ada ${who} sees ${shows.join(', ')}, as a page and as JSON`, async () => {
    const visitor = who === 'the public' ? site.visitor() : await site.as(who);
    const { data } = await visitor.json<Profile>('/people/ada');
    assert.equal(
      data.facts.map(({ attribute }) => attribute),
      shows,
    );
    const { text } = await visitor.get('/people/ada');
    assert.is(text.includes('+43 1 555 0100'), shows.includes('mobile'));
    assert.is(text.includes('ada@example.org'), shows.includes('mail'));
  });
}

test('with others’ eyes one sees what they see, and nobody else may borrow eyes', async () => {
  const ada = await site.as('ada');
  const attributes = async (query: string) =>
    (await ada.json<Profile>(`/people/ada?as=${query}`)).data.facts.map(({ attribute }) => attribute);
  assert.equal(await attributes('public'), seen[0]?.[1]);
  assert.equal(await attributes('members'), seen[1]?.[1]);
  const bob = await site.as('bob');
  assert.equal((await bob.json<Profile>('/people/ada?as=public')).data.facts.length, seen[1]?.[1].length);
});

test('what was typed comes out as it was typed; links lead to the web alone', async () => {
  const bob = await site.as('bob');
  const { data } = await bob.json<Profile>('/people/ada');
  assert.is(data.facts.find(({ attribute }) => attribute === 'mosSkill')?.values[0]?.value, strange);
  const { text } = await bob.get('/people/ada');
  assert.not.match(text, /<i>/);
  assert.not.match(text, /href="javascript/);
  assert.match(text, /href="https:\/\/ada\.example\/"/);
  assert.match(text, /🦝/);
});

test('nobody of that name, or nobody whom one may see, is not there', async () => {
  const visitor = site.visitor();
  for (const name of ['nobody', 'bob', 'a,b', '*', '%00', 'x'.repeat(3000)]) {
    const { status } = await visitor.get(`/people/${encodeURIComponent(name)}`);
    assert.is(status, 404, name);
  }
  const { status, data } = await visitor.json('/people/nobody');
  assert.equal([status, data['status'], data['type'], data['instance']], [404, 404, 'about:blank', '/people/nobody']);
});

test('a vCard says what the asker may see, in lines of 75 octets', async () => {
  const bob = await site.as('bob');
  const { text, headers } = await bob.get('/people/ada', { accept: 'text/vcard' });
  assert.match(headers.get('content-type') ?? '', /^text\/vcard/);
  assert.ok(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75));
  const whole = text.replaceAll('\r\n ', '');
  assert.match(whole, /^BEGIN:VCARD\r\nVERSION:4\.0\r\n/);
  assert.match(whole, /\r\nEMAIL:ada@example\.org\r\n/);
  assert.match(whole, /\r\nEXPERTISE:<i>\*\)\(uid=\*\\\\ 🦝 "x" & co\r\n/);
  assert.match(whole, /\r\nPHOTO:data:image\/jpeg;base64,/);
  assert.not.match(whole, /TEL|ADR|BDAY/);
  assert.is((await bob.get('/people/ada/vcard')).text, text);
});

test('who is banned or wants to join is there for the board and themselves alone, as in the list', async () => {
  const shown = [
    'displayName: Zed',
    `userPassword: ${goodPassword}`,
    'mail: zed@example.org',
    'mosVisibility: displayName public',
    'mosVisibility: mail public',
  ];
  const photo = site.directory.asRoot('test').values(site.directory.asRoot('test').find(`uid=ada,ou=people,${base}`), 'jpegPhoto')[0];
  await site.load(person('zed', 'member', ...shown, `jpegPhoto:: ${photo?.toString('base64')}`, 'mosVisibility: jpegPhoto public'));
  const pages = ['/people/zed', '/people/zed/vcard', '/people/zed/photo', '/people/zed/photo?size=small'];
  const zed = await site.as('zed');
  const visitors = [site.visitor(), await site.as('bob'), await site.as('cleo')];
  const statuses = async (path: string) => Promise.all([...visitors, zed].map(async (visitor) => (await visitor.get(path)).status));
  for (const path of pages) assert.equal(await statuses(path), [200, 200, 200, 200], path);
  const set = (description: string, value: string) =>
    site.directory
      .asRoot('test')
      .modify(`uid=zed,ou=people,${base}`, [{ operation: 'replace', attribute: { description, values: [Buffer.from(value)] } }]);
  for (const status of ['banned', 'applicant']) {
    await set('mosStatus', `cn=${status},ou=statuses,${base}`);
    for (const path of pages) assert.equal((await statuses(path)).slice(0, 3), [404, 404, 200], path);
    assert.equal(
      [(await visitors[1]?.get('/people/zed/history'))?.status, (await visitors[2]?.get('/people/zed/history'))?.status],
      [404, 200],
    );
    assert.is((await visitors[1]?.json('/people/zed'))?.status, 404);
    // the board with others' eyes
    assert.not.match((await visitors[2]?.get('/people/zed?as=members'))?.text ?? '', /zed@example\.org/);
  }
  // over LDAP the rows alone decide
  const bob = site.directory.asRoot('test').find(`uid=bob,ou=people,${base}`);
  assert.is(site.directory.as({ kind: 'entry', uuid: bob.uuid }, 'test').find(`uid=zed,ou=people,${base}`).dn, `uid=zed,ou=people,${base}`);
});

test('who shows the public a phone number and no name is called there as in the address', async () => {
  await site.load(person('phil', 'member', 'telephoneNumber: +43 1 7', 'mosVisibility: telephoneNumber public'));
  const visitor = site.visitor();
  const { text } = await visitor.get('/people/phil');
  assert.match(text, /<h1[^>]*>(<bdi>)?phil</);
  assert.is((await visitor.json<Profile>('/people/phil')).data.name, 'phil');
  assert.match((await visitor.get('/people/phil/vcard')).text, /\r\nFN:phil\r\n/);
});

test('no value ends a line of a vCard, whatever it is made of', async () => {
  const lines = 'hello\rEND:VCARD\r\nBEGIN:VCARD\nX\u000bY\u0085Z\u2028W\u0000\u001b';
  const coded = Buffer.from(lines).toString('base64');
  await site.load(
    person(
      'mal',
      'member',
      `description:: ${coded}`,
      `mosSkill:: ${coded}`,
      `homePostalAddress:: ${coded}`,
      'mosVisibility: homePostalAddress members',
    ),
  );
  const { text } = await (await site.as('bob')).get('/people/mal/vcard');
  assert.match(text, /\r\nNOTE:hello\\nEND:VCARD\\nBEGIN:VCARD\\nX\\nY\\nZ\\nW\r\n/);
  const all = text.split(/\r\n?|[\n\v\f\u0085\u2028\u2029]/);
  assert.equal([all.filter((line) => line === 'BEGIN:VCARD').length, all.filter((line) => line === 'END:VCARD').length], [1, 1]);
  assert.not.match(text.replaceAll('\r\n', ''), /\p{Cc}/u);
});

test('a photo is shown to whom its owner shows it, small ones are small, and who has it is told so', async () => {
  const { status, headers } = await site.visitor().get('/people/ada/photo');
  assert.equal([status, headers.get('content-type')], [200, 'image/jpeg']);
  const again = await site.visitor().get('/people/ada/photo', { 'if-none-match': headers.get('etag') ?? '' });
  assert.equal([again.status, again.text], [304, '']);
  assert.is((await site.visitor().get('/people/ada/photo?size=small')).status, 200);
  assert.is((await (await site.as('bob')).get('/people/bob/photo')).status, 404);
});

test('one’s own data comes as LDIF and JSON, without the password, and to nobody else but the board', async () => {
  const ada = await site.as('ada');
  const { text } = await ada.get('/people/ada/data.ldif');
  assert.match(text, /^version: 1\n\ndn: uid=ada,/);
  assert.match(text, /\nmobile: \+43 1 555 0100\n/);
  assert.not.match(text, /userPassword|\$argon2/i);
  const { data } = await ada.json<{ attributes: Record<string, string[]> }>('/people/ada/data');
  assert.equal(data.attributes['mobile'], ['+43 1 555 0100']);
  assert.is((await ada.get('/people/ada/data')).status, 200);
  assert.is((await (await site.as('bob')).get('/people/ada/data.json')).status, 403);
  assert.is((await (await site.as('cleo')).get('/people/ada/data.json')).status, 200);
  assert.is((await site.visitor().get('/people/ada/data')).status, 303);
});

test('who asks to be deleted can take it back; the board gets one mail', async () => {
  const ada = await site.as('ada');
  await ada.get('/people/ada/data');
  await ada.send('/people/ada/deletion', { wanted: 'yes' });
  const { text } = await ada.send('/people/ada/deletion', { wanted: 'yes' });
  assert.match(text, /has been asked to delete/);
  const mails = (await site.mails()).filter((mail) => /Subject: Ada asks to be deleted/.test(mail));
  assert.is(mails.length, 1);
  assert.match(mails[0] ?? '', /^To: .*cleo@example\.org/m);
  await ada.send('/people/ada/deletion', { wanted: 'no' });
  assert.equal(
    (await ada.json<{ attributes: Record<string, unknown> }>('/people/ada/data')).data.attributes['mosDeletionRequested'],
    undefined,
  );
  const bob = await site.as('bob');
  await bob.get('/people');
  assert.is((await bob.post('/people/ada/deletion', { wanted: 'yes' })).status, 403);
});

test('a name of its own leads to people', async () => {
  const named = await startTestSite(person('ada', 'member', 'mosVisibility: displayName public', 'displayName: Ada'), {
    env: { MOS_WEB_HOSTS: 'people=localhost' },
  });
  try {
    const { port } = new URL(named.url);
    const answer = await fetch(`http://localhost:${port}/ada`, { headers: { accept: 'application/json' } });
    assert.is(((await answer.json()) as Profile).name, 'Ada');
  } finally {
    await named.stop();
  }
});

test.run();
