import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('editing a profile');
let site: TestSite;

test.before(async () => {
  site = await startTestSite(
    [
      person(
        'ada',
        'member',
        `userPassword: ${goodPassword}`,
        'displayName: Ada',
        'mail: ada@example.org',
        'mosSkill: weaving',
        'mobile: +43 1',
      ),
      person('bob', 'member', `userPassword: ${goodPassword}`),
      person('cleo', 'member', `userPassword: ${goodPassword}`),
    ].join(''),
  );
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=cleo,ou=people,${base}`)] } },
    ]);
});
test.after(() => site.stop());

const values = (attribute: string, uid = 'ada') => {
  const root = site.directory.asRoot('test');
  return root.texts(root.find(`uid=${uid},ou=people,${base}`), attribute);
};
/** The hidden fields that say what the form showed. */
const shown = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/name="(was\.[\w.]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    ]),
  );
/** Everything that a browser sends of the form as it is. */
const whole = (text: string) => {
  const plain = (html: string) =>
    html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const inputs = [...text.matchAll(/<input(?=[^>]* name="([^"]+)")(?![^>]* type="(?:file|checkbox|search)")[^>]* value="([^"]*)"/g)];
  const boxes = [...text.matchAll(/<textarea[^>]* name="([^"]+)"[^>]*>\r?\n?([^<]*)<\/textarea>/g)];
  const selects = [...text.matchAll(/<select[^>]* name="([^"]+)"[^>]*>(.*?)<\/select>/gs)].map(([all, name = '', options = '']) => {
    const chosen = /value="([^"]*)" selected/.exec(options) ?? /value="([^"]*)"/.exec(options);
    return [all, name, chosen?.[1]];
  });
  const form = text.slice(text.indexOf('class="edit"'));
  const found = [...inputs, ...boxes, ...selects].filter(([, name]) => form.includes(`name="${name}"`) && name !== 'csrf');
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, plain(value).replace(/\r\n?|\n/g, '\r\n')]));
};
const edit = async (visitor: Visitor, fields: Readonly<Record<string, string | Blob>>, uid = 'ada') => {
  const { text } = await visitor.get(`/people/${uid}/edit`);
  return visitor.post(`/people/${uid}/edit`, { ...shown(text), ...fields });
};

const strange = '<b>*)(uid=*\\ 🦝 "x" & co';
const goodEdits: readonly (readonly [attribute: string, typed: string, kept: readonly string[]])[] = [
  ['displayName', strange, [strange]],
  ['mosSkill', 'weaving\n  soldering \n\nweaving', ['weaving', 'soldering']],
  ['mosSkill', strange, [strange]],
  ['description', `line one\r\n${strange}`, [`line one\n${strange}`]],
  ['mobile', '+43 1 555 0100\n+43 (1) 22', ['+43 1 555 0100', '+43 (1) 22']],
  ['mobile', '', []],
  ['homePostalAddress', 'Street 1\n1010 $Wien\\', ['Street 1$1010 \\24Wien\\5C']],
  ['mosBirthday', '1984-02-29', ['1984-02-29']],
  ['mosLink', 'https://ada.example/ my page', ['https://ada.example/ my page']],
  ['preferredLanguage', 'de', ['de']],
  ['preferredLanguage', '', []],
  ['sshPublicKey', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG47 ada@x', ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG47 ada@x']],
];
for (const [attribute, typed, kept] of goodEdits) {
  test(`${attribute} takes ${JSON.stringify(typed)}`, async () => {
    const ada = await site.as('ada');
    const answer = await edit(ada, { [attribute]: typed });
    assert.is(answer.status, 303, answer.text);
    assert.equal(values(attribute), kept);
    assert.not.match((await ada.get('/people/ada')).text, /<b>\*/);
  });
}

const badEdits: readonly (readonly [attribute: string, typed: string])[] = [
  ['mail', 'no address'],
  ['mosLink', 'javascript:alert(1)'],
  ['mosBirthday', '02-30'],
  ['mosBirthday', '1983-02-29'],
  ['mobile', 'call me'],
  ['displayName', 'x'.repeat(101)],
  ['mosSkill', Array.from({ length: 31 }, (_, nth) => `skill ${nth}`).join('\n')],
  ['sshPublicKey', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ['mosPgpKey', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----'],
  ['description', 'a\u0007b'],
];
for (const [attribute, typed] of badEdits) {
  test(`${attribute} refuses ${JSON.stringify(typed.slice(0, 40))}, says so beside the field and keeps what was typed`, async () => {
    const before = values(attribute);
    const answer = await edit(await site.as('ada'), { displayName: 'Typed <i>too</i>', [attribute]: typed, mosNick: 'Typed <i>too</i>' });
    assert.is(answer.status, 422);
    assert.match(answer.text, new RegExp(`id="${attribute}-wrong"`));
    assert.match(answer.text, /aria-invalid="true"/);
    assert.ok(answer.text.includes('Typed &lt;i'));
    assert.equal(values(attribute), before);
  });
}

test('who sees a field is chosen beside it, within what the club allows', async () => {
  const ada = await site.as('ada');
  await edit(ada, { 'visibility.mosSkill': 'public', 'visibility.cn': 'self', 'visibility.mobile': 'nonsense' });
  assert.equal(values('mosVisibility'), ['mosSkill public']);
  await edit(ada, { 'visibility.mosSkill': 'board' });
  assert.equal(values('mosVisibility'), ['mosSkill board']);
});

test('an older page does not take back what was chosen meanwhile of who sees what', async () => {
  const [one, other] = [await site.as('ada'), await site.as('ada')];
  await edit(one, { 'visibility.mobile': 'public' });
  const forms = [whole((await one.get('/people/ada/edit')).text), whole((await other.get('/people/ada/edit')).text)];
  assert.is(forms[1]?.['visibility.mobile'], 'public');
  assert.is((await one.post('/people/ada/edit', { ...forms[0], 'visibility.mobile': 'self' })).status, 303);
  assert.is((await other.post('/people/ada/edit', { ...forms[1], mosNick: 'late' })).status, 303);
  assert.ok(values('mosVisibility').includes('mobile self'), values('mosVisibility').join());
  const late = await other.post('/people/ada/edit', { ...forms[1], 'visibility.mobile': 'members', mosNick: 'later' });
  assert.is(late.status, 409);
  assert.match(late.text, /id="visibility-mobile-meanwhile"[^<]*>[^<]*only me/);
  assert.equal([values('mosVisibility').includes('mobile self'), values('mosNick')], [true, ['late']]);
  const again = whole(late.text);
  assert.equal([again['visibility.mobile'], again['mosNick']], ['members', 'later']);
  assert.is((await other.post('/people/ada/edit', again)).status, 303);
  assert.equal([values('mosVisibility').includes('mobile members'), values('mosNick')], [true, ['later']]);
});

test('a form that comes back for something else does not bring back what was changed meanwhile', async () => {
  const [one, other] = [await site.as('ada'), await site.as('ada')];
  const form = whole((await other.get('/people/ada/edit')).text);
  await edit(one, { 'visibility.mobile': 'board', description: 'new words' });
  const wrong = await other.post('/people/ada/edit', { ...form, mosBirthday: 'never' });
  assert.is(wrong.status, 422);
  assert.is((await other.post('/people/ada/edit', { ...whole(wrong.text), mosBirthday: '12-10' })).status, 303);
  assert.equal([values('description'), values('mosVisibility').includes('mobile board')], [['new words'], true]);
});

test('the board chooses for somebody without a second choice beside the first', async () => {
  await edit(await site.as('bob'), { 'visibility.mobile': 'self' }, 'bob');
  await edit(await site.as('cleo'), { 'visibility.mobile': 'board' }, 'bob');
  assert.equal(values('mosVisibility', 'bob'), ['mobile board']);
});

test('a form that is sent as it was shown changes nothing, however values are spelled in the directory', async () => {
  const set = (description: string, value: string) => ({
    operation: 'replace' as const,
    attribute: { description, values: [Buffer.from(value)] },
  });
  const root = site.directory.asRoot('test');
  const odd = [
    set('description', ' two\r\nlines\rand three \n'),
    set('displayName', 'a\nb '),
    set('preferredLanguage', 'de-AT'),
    set('homePostalAddress', 'a $b'),
  ];
  await root.modify(`uid=bob,ou=people,${base}`, odd);
  const before = site.directory.tree.csn;
  const bob = await site.as('bob');
  const { text } = await bob.get('/people/bob/edit');
  const sent = { ...whole(text), displayName: 'ab' };
  assert.is((await bob.post('/people/bob/edit', sent)).status, 303);
  assert.is(site.directory.tree.csn, before);
});

test('what is wrong stands first, by name, each with a way to its field', async () => {
  const { text } = await edit(await site.as('ada'), { mosBirthday: 'never', mobile: 'call <me>' });
  const summary = /<div class="notice bad" tabindex="-1" role="alert">[\s\S]*?<\/div>/.exec(text)?.[0] ?? '';
  assert.ok(text.indexOf(summary) < text.indexOf('class="edit"'));
  const links = [...summary.matchAll(/<a href="#([^"]+)">([^<]+)</g)].map(([, id, label]) => `${id} ${label?.split(':')[0]}`);
  assert.equal(links, ['mobile Mobile', 'mosBirthday Birthday']);
  for (const [, id] of summary.matchAll(/href="#([^"]+)"/g)) assert.ok(text.includes(`id="${id}"`), id);
});

test('what the board has to approve waits, and the rest is there at once', async () => {
  const ada = await site.as('ada');
  const answer = await edit(ada, { sn: 'Lovelace', displayName: 'Countess' });
  assert.is(answer.status, 303);
  assert.equal([values('sn'), values('displayName')], [['ada'], ['Countess']]);
  assert.match((await ada.get('/people/ada')).text, /change waits for the board/);
  const cleo = await site.as('cleo');
  const queue = await cleo.get('/board/approvals');
  assert.match(queue.text, /Lovelace/);
});

test('the board changes members without waiting; others may not even look at the form', async () => {
  const answer = await edit(await site.as('cleo'), { sn: 'King', title: 'x' }, 'bob');
  assert.is(answer.status, 303);
  assert.equal(values('sn', 'bob'), ['King']);
  assert.is((await (await site.as('bob')).get('/people/ada/edit')).status, 403);
  assert.is((await site.visitor().get('/people/ada/edit')).status, 303);
  const bob = await site.as('bob');
  await bob.get('/people');
  assert.is((await bob.post('/people/ada/edit', { displayName: 'Bobs' })).status, 403);
});

test('two edits of one field do not overwrite each other, two of different fields merge', async () => {
  const [one, other] = [await site.as('ada'), await site.as('ada')];
  const forms = [shown((await one.get('/people/ada/edit')).text), shown((await other.get('/people/ada/edit')).text)];
  assert.is((await one.post('/people/ada/edit', { ...forms[0], displayName: 'First' })).status, 303);
  const late = await other.post('/people/ada/edit', { ...forms[1], displayName: 'Second' });
  assert.is(late.status, 409);
  assert.match(late.text, /id="displayName-meanwhile"[\s\S]{0,200}First/);
  assert.match(late.text, /value="Second"/);
  assert.equal(values('displayName'), ['First']);
  assert.is((await other.post('/people/ada/edit', { ...shown(late.text), displayName: 'Second' })).status, 303);
  const again = [shown((await one.get('/people/ada/edit')).text), shown((await other.get('/people/ada/edit')).text)];
  await one.post('/people/ada/edit', { ...again[0], mosBirthday: '12-10' });
  assert.is((await other.post('/people/ada/edit', { ...again[1], mosSkill: 'merging' })).status, 303);
  assert.equal([values('mosBirthday'), values('mosSkill')], [['12-10'], ['merging']]);
});

test('a photo is made small, square and silent about where it was taken', async () => {
  const ada = await site.as('ada');
  const picture = await sharp({ create: { width: 1600, height: 900, channels: 3, background: '#336699' } })
    .withExif({ IFD0: { Make: 'Spy' }, IFD3: { GPSLatitude: '48/1 12/1 0/1' } })
    .jpeg()
    .toBuffer();
  const answer = await edit(ada, { photo: new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }) });
  assert.is(answer.status, 303, answer.text);
  const root = site.directory.asRoot('test');
  const [kept] = root.values(root.find(`uid=ada,ou=people,${base}`), 'jpegPhoto');
  const { format, width, height, exif } = await sharp(kept).metadata();
  assert.equal([format, width, height, exif], ['jpeg', 480, 480, undefined]);
  await edit(ada, { 'photo.remove': 'yes' });
  assert.equal(values('jpegPhoto'), []);
});

const badPhotos: readonly (readonly [what: string, bytes: () => Uint8Array<ArrayBuffer>])[] = [
  ['text', () => new Uint8Array(Buffer.from('<svg onload="alert(1)"></svg>'))],
  ['half a picture', () => new Uint8Array(Buffer.from('ffd8ffe000104a464946', 'hex'))],
  ['20 MB', () => new Uint8Array(20 * 1024 * 1024)],
];
for (const [what, bytes] of badPhotos) {
  test(`${what} is no photo, and what was typed stays`, async () => {
    const answer = await edit(await site.as('ada'), { photo: new Blob([bytes()], { type: 'image/jpeg' }), displayName: 'Kept' });
    assert.is(answer.status, 422);
    assert.match(answer.text, /id="photo-wrong"/);
    assert.match(answer.text, /value="Kept"/);
  });
}

test('a program changes what it names, and nothing else', async () => {
  const ada = await site.as('ada');
  const before = values('mosSkill');
  await ada.get('/people/ada/edit');
  const answer = await ada.post('/people/ada/edit', { displayName: 'By program' }, { accept: 'application/json' });
  assert.equal([answer.status, JSON.parse(answer.text)], [200, { waits: 0 }]);
  assert.equal([values('displayName'), values('mosSkill')], [['By program'], before]);
});

test.run();
