import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { goodPassword, type Seen, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

/** What the board changes, what it is asked first, and who only looks on. */
const test = suite('what the board changes');
let site: TestSite;
const password = `userPassword: ${goodPassword}`;
const people = `ou=people,${base}`;
const join = (group: string, ...uids: readonly string[]) =>
  `dn: cn=${group},ou=groups,${base}\nchangetype: modify\nadd: member\n${uids.map((uid) => `member: uid=${uid},${people}\n`).join('')}-\n\n`;

test.before.each(async () => {
  site = await startTestSite(
    [
      person('ada', 'member', password, 'displayName: Ada'),
      person('cleo', 'member', password, 'displayName: Cleo', 'mail: cleo@example.org'),
      person('hal', 'member', password, 'displayName: Hal', 'mobile: +43 1 22'),
      person(
        'bob',
        'member',
        password,
        'displayName: Bob',
        'mail: bob@example.org',
        'mosSkill: welding',
        'mobile: +43 1 98',
        'mosVisibility: mobile self',
      ),
      person('zoe', 'applicant', 'displayName: Zoe', 'mosApplication: Let me in'),
      join('board', 'cleo', 'ada'),
      join('helpers', 'hal'),
      `dn: cn=crew,ou=groups,${base}\nobjectClass: groupOfNames\nobjectClass: mosGroup\ncn: crew\ndescription: of old\nmember: uid=bob,${people}\n\n`,
      `dn: cn=door,ou=mail,${base}\nobjectClass: nisMailAlias\ncn: door\nrfc822MailMember: bob@example.org\n\n`,
      `dn: cn=hello,ou=mail,${base}\nobjectClass: mosMailAlias\nobjectClass: inetLocalMailRecipient\ncn: hello\nmailLocalAddress: hello@example.org\nmailLocalAddress: office@example.org\nmailRoutingAddress: board@example.org\n\n`,
    ].join(''),
  );
});
test.after.each(() => site.stop());

const root = () => site.directory.asRoot('test');
const texts = (dn: string, attribute: string) => root().texts(root().find(`${dn},${base}`), attribute);
const isThere = (dn: string) => site.directory.tree.named(`${dn},${base}`) !== undefined;
const idOf = (dn: string) => site.directory.tree.named(`${dn},${base}`)?.uuid ?? '';
const plain = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');

/** The form of a page as a browser would send it again: hidden fields and what stands in the others, by the address it goes to. */
function formTo({ text }: Seen, action: string): Record<string, string> {
  const form = text.split(`action="${action}"`)[1]?.split('</form>')[0] ?? '';
  const fields: Record<string, string> = {};
  for (const [, tag = ''] of form.matchAll(/<(input [^>]*)>/g)) {
    const [, name] = / name="([^"]*)"/.exec(tag) ?? [];
    const [, value] = / value="([^"]*)"/.exec(tag) ?? [];
    if (name !== undefined && name !== 'csrf' && !(/checkbox/.test(tag) && !/ checked/.test(tag))) fields[name] = plain(value ?? '');
  }
  for (const [, name = '', value = ''] of form.matchAll(/<textarea [^>]*name="([^"]*)"[^>]*>\n?([^<]*)/g)) fields[name] = plain(value);
  return fields;
}

test('one click takes no group away: the board’s not at all, others after a question', async () => {
  const cleo = await site.as('cleo');
  const delete1 = (group: string, more = {}) => cleo.post(`/board/groups/${group}`, { do: 'delete', ...more });
  assert.not.match((await cleo.get('/board/groups/board')).text, /value="delete"/);
  for (const more of [{}, { confirmed: 'yes' }]) {
    const refused = await delete1('board', more);
    assert.equal([refused.status, isThere('cn=board,ou=groups')], [422, true]);
    assert.match(refused.text, /Rights hang on the name of cn=board/);
  }
  assert.match((await cleo.get('/board/groups/crew')).text, /value="delete"/);
  const asked = await delete1('crew');
  assert.equal([asked.status, isThere('cn=crew,ou=groups')], [200, true]);
  assert.match(asked.text, /Delete “crew”\?/);
  assert.match(asked.text, /One person is in it/);
  const again = formTo(asked, '/board/groups/crew');
  assert.equal(again, { confirmed: 'yes', do: 'delete' });
  assert.equal([(await cleo.post('/board/groups/crew', again)).status, isThere('cn=crew,ou=groups')], [303, false]);
});

test('domains, aliases and statuses are asked about too, and a program says yes at once', async () => {
  const cleo = await site.as('cleo');
  for (const [table, dn] of [
    ['mail/aliases', 'cn=door,ou=mail'],
    ['mail/aliases', 'cn=hello,ou=mail'],
    ['statuses', 'cn=alumni,ou=statuses'],
  ] as const) {
    await cleo.get(`/board/${table}`);
    const path = `/board/${table}/${idOf(dn)}`;
    const asked = await cleo.post(path, { do: 'delete', cn: 'door' });
    assert.equal([asked.status, isThere(dn)], [200, true], dn);
    assert.is((await cleo.post(path, formTo(asked, path))).status, 303);
    assert.not.ok(isThere(dn), dn);
  }
});

test('the last of the board stays in it, the last helper goes after a question', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/groups/board');
  assert.is((await cleo.post('/board/groups/board', { do: 'leave', uid: 'ada' })).status, 303);
  const refused = await cleo.post('/board/groups/board', { do: 'leave', uid: 'cleo' });
  assert.equal([refused.status, texts('cn=board,ou=groups', 'member').length], [422, 1]);
  assert.match(refused.text, /somebody has to stay in it/);
  const bulk = await cleo.post('/board/members/bulk', { uid: ['cleo'], action: 'leave board', confirmed: 'yes' });
  assert.equal([bulk.status, /somebody has to stay in it/.test(bulk.text)], [409, true]);
  const asked = await cleo.post('/board/groups/helpers', { do: 'leave', uid: 'hal' });
  assert.equal([asked.status, texts('cn=helpers,ou=groups', 'member').length], [200, 1]);
  assert.is((await cleo.post('/board/groups/helpers', formTo(asked, '/board/groups/helpers'))).status, 303);
  assert.equal(texts('cn=helpers,ou=groups', 'member'), []);
});

test('a filter that asks for what people keep to themselves is refused beside its field, and its preview says the same', async () => {
  const cleo = await site.as('cleo');
  for (const [filter, attribute] of [
    ['(mobile=+43 1 98*)', 'mobile'],
    ['(userPassword=*)', 'userPassword'],
    ['(mosVisibility=mobile self)', 'mosVisibility'],
  ] as const) {
    const said = new RegExp(`Not everybody shows you “${attribute}”`);
    const preview = await cleo.get(`/board/groups/preview?filter=${encodeURIComponent(filter)}`);
    assert.match(preview.text.split('id="preview"')[1] ?? '', said);
    const refused = await cleo.post('/board/groups', { name: 'spies', filter });
    assert.equal([refused.status, isThere('cn=spies,ou=groups')], [422, false]);
    assert.match(refused.text.split('id="filter-wrong"')[1] ?? '', said);
    assert.ok(refused.text.includes(`value="${filter}"`));
  }
});

test('the filter of a group that fills itself is tried and changed, and the preview has whom the group then has', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/groups');
  const filter = '(&(mosSkill=weld*)(!(description=what? 100%)))';
  assert.is((await cleo.post('/board/groups', { name: 'welders', filter: '(uid=nobody)' })).status, 303);
  const path = '/board/groups/welders';
  const form = formTo(await cleo.get(path), path);
  assert.is(form['filter'], '(uid=nobody)');
  const live = await cleo.get(`${path}?filter=${encodeURIComponent(filter)}`);
  assert.match(live.text, /One person: Bob/);
  const tried = await cleo.post(path, { ...form, filter, description: 'typed', do: 'try' });
  assert.equal([tried.status, /One person: Bob/.test(tried.text), /value="typed"/.test(tried.text)], [200, true, true]);
  assert.is(texts('cn=welders,ou=groups', 'memberURL')[0], `ldap:///${people}??sub?(uid=nobody)`);
  assert.is((await cleo.post(path, { ...form, filter, do: 'save' })).status, 303);
  const { data } = await cleo.json<{ members: { uid: string }[] }>(path);
  assert.equal(
    data.members.map(({ uid }) => uid),
    ['bob'],
  );
  assert.is(formTo(await cleo.get(path), path)['filter'], filter);
  for (const [wrong, words] of [
    ['(mobile=*)', /Not everybody shows you “mobile”/],
    ['(((', /uid=a\*|bracket/],
  ] as const) {
    const refused = await cleo.post(path, { ...formTo(await cleo.get(path), path), filter: wrong, do: 'save' });
    assert.is(refused.status, 422);
    assert.match(refused.text.split('id="filter-wrong"')[1] ?? '', words);
  }
  // a form can't say that the group has asked for it already
  const lie = JSON.stringify([`ldap:///${people}??sub?(mobile=+43 1 98*)`]);
  const probe = await cleo.post(path, { ...form, 'was.memberURL': lie, filter: '(mobile=+43 1 98*)', do: 'try' });
  assert.not.match(probe.text, /One person/);
});

test('two people who save an alias from the same page both have what they added', async () => {
  const [ada, cleo] = [await site.as('ada'), await site.as('cleo')];
  const path = `/board/mail/aliases/${idOf('cn=door,ou=mail')}`;
  const [one, other] = [formTo(await ada.get('/board/mail/aliases'), path), formTo(await cleo.get('/board/mail/aliases'), path)];
  assert.is(one['rfc822MailMember'], 'bob@example.org');
  const add = (form: Record<string, string>, address: string) => ({ ...form, rfc822MailMember: `bob@example.org\n${address}`, do: 'save' });
  assert.is((await ada.post(path, add(one, 'ada@example.org'))).status, 303);
  assert.is((await cleo.post(path, add(other, 'cleo@example.org'))).status, 303);
  assert.equal(texts('cn=door,ou=mail', 'rfc822MailMember').sort(), ['ada@example.org', 'bob@example.org', 'cleo@example.org']);
});

test('what both have changed is shown and not overwritten, and what was typed is kept: a group, an alias', async () => {
  const [ada, cleo] = [await site.as('ada'), await site.as('cleo')];
  const group = '/board/groups/crew';
  const alias = `/board/mail/aliases/${idOf('cn=hello,ou=mail')}`;
  for (const [page, path, field, dn, attribute, mine, theirs] of [
    [group, group, 'description', 'cn=crew,ou=groups', 'description', 'as ada has it', 'as cleo has it'],
    ['/board/mail/aliases', alias, 'mailRoutingAddress', 'cn=hello,ou=mail', 'mailRoutingAddress', 'ada@example.org', 'cleo@example.org'],
  ] as const) {
    const [one, other] = [formTo(await ada.get(page), path), formTo(await cleo.get(page), path)];
    assert.is((await ada.post(path, { ...one, [field]: mine, do: 'save' })).status, 303);
    const conflict = await cleo.post(path, { ...other, [field]: theirs, do: 'save' });
    assert.equal([conflict.status, texts(dn, attribute)], [409, [mine]], path);
    assert.match(conflict.text, new RegExp(`meanwhile. It is now:\\s+${mine}`));
    assert.ok(conflict.text.includes(`value="${theirs}"`));
    // who has seen it may save over it
    assert.is((await cleo.post(path, { ...formTo(conflict, path), do: 'save' })).status, 303);
    assert.equal(texts(dn, attribute), [theirs]);
  }
});

test('aliases of both kinds are kept', async () => {
  const cleo = await site.as('cleo');
  const { data } = await cleo.json<{ entries: { id: string; values: Record<string, string[]> }[] }>('/board/mail/aliases');
  assert.equal(
    data.entries.map(({ values }) => values['mailLocalAddress'] ?? values['cn']),
    [['door'], ['hello@example.org', 'office@example.org']],
  );
  const path = `/board/mail/aliases/${idOf('cn=hello,ou=mail')}`;
  const form = formTo(await cleo.get('/board/mail/aliases'), path);
  const saved = await cleo.post(path, {
    ...form,
    mailLocalAddress: 'hello@example.org\nhi@example.org',
    description: 'For all',
    do: 'save',
  });
  assert.is(saved.status, 303, saved.text);
  assert.equal(texts('cn=hello,ou=mail', 'mailLocalAddress'), ['hello@example.org', 'hi@example.org']);
  assert.equal(texts('cn=hello,ou=mail', 'mailRoutingAddress'), ['board@example.org']);
});

const bad: readonly (readonly [table: string, fields: Readonly<Record<string, string>>, field: string])[] = [
  ['mail/aliases', { cn: 'x y<', rfc822MailMember: 'bob@example.org' }, 'cn'],
  ['mail/aliases', { cn: 'a..b', rfc822MailMember: 'bob@example.org' }, 'cn'],
  ['mail/aliases', { cn: 'a@-b', rfc822MailMember: 'bob@example.org' }, 'cn'],
  ['mail/aliases', { cn: 'x', rfc822MailMember: 'not an address' }, 'rfc822MailMember'],
  ['mail/aliases', { cn: 'x', rfc822MailMember: '|/bin/sh' }, 'rfc822MailMember'],
  ['mail/aliases', { cn: 'x', rfc822MailMember: '|/bin/sh@example.org' }, 'rfc822MailMember'],
  ['mail/aliases', { cn: 'x', rfc822MailMember: '"|/bin/sh"@example.org' }, 'rfc822MailMember'],
  ['mail/aliases', { cn: 'x', rfc822MailMember: `${'l'.repeat(65)}@example.org` }, 'rfc822MailMember'],
  ['mail/aliases', { cn: 'x', rfc822MailMember: 'bob@example.org\nbob@ex_ample.org' }, 'rfc822MailMember'],
  ['mail/domains', { associatedDomain: 'not a domain!' }, 'associatedDomain'],
  ['mail/domains', { associatedDomain: 'example..org' }, 'associatedDomain'],
];
for (const [table, fields, field] of bad) {
  test(`in ${table} ${JSON.stringify(fields)} is complained about beside ${field}`, async () => {
    const cleo = await site.as('cleo');
    await cleo.get(`/board/${table}`);
    const { status, text } = await cleo.post(`/board/${table}`, fields);
    assert.is(status, 422);
    assert.match(text, new RegExp(`id="${field}-new-wrong">`));
    for (const value of Object.values(fields)) assert.ok(plain(text).includes(value), value);
  });
}

test('addresses as people have them are taken', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/mail/aliases');
  const good = ["o'neil+list@example.org", '"x y"@example.org', 'root@localhost', 'a@xn--mller-kva.example'];
  assert.is((await cleo.post('/board/mail/aliases', { cn: 'info@example.org', rfc822MailMember: good.join('\n') })).status, 303);
  assert.equal(texts('cn=info@example.org,ou=mail', 'rfc822MailMember'), good);
  assert.is((await cleo.post('/board/mail/domains', { associatedDomain: 'xn--mller-kva.example' })).status, 303);
});

test('a helper looks into every room, and finds nothing there to press', async () => {
  const hal = await site.as('hal');
  const posts = async (path: string, by: Visitor = hal) => {
    const { status, text } = await by.get(path);
    assert.is(status, 200, path);
    const forms = text.slice(text.indexOf('<main'), text.indexOf('</main')).match(/<form[^>]* method="post"[^>]*>/g) ?? [];
    return forms.length;
  };
  const rooms = ['members', 'applicants', 'approvals', 'statuses', 'groups', 'groups/board', 'groups/crew', 'mail', 'mail/domains'];
  const cleo = await site.as('cleo');
  for (const room of [...rooms, 'mail/aliases', 'services', 'app-passwords', 'log']) assert.is(await posts(`/board/${room}`), 0, room);
  assert.not.match((await hal.get('/board/members')).text, /type="checkbox"|name="action"/);
  for (const room of ['applicants', 'statuses', 'groups', 'groups/crew', 'mail/aliases'])
    assert.ok((await posts(`/board/${room}`, cleo)) > 0, room);
  assert.match((await hal.get('/people/zoe')).text, /Zoe/);
  const inBrowser = `/directory?dn=${encodeURIComponent(`uid=bob,${people}`)}`;
  assert.equal(
    [/directory\/edit/.test((await hal.get(inBrowser)).text), /directory\/edit/.test((await cleo.get(inBrowser)).text)],
    [false, true],
  );
  assert.not.match((await hal.get('/people/bob')).text, /bob\/edit|reset-factors/);
});

const deeds: readonly (readonly [path: string, fields: Record<string, string>])[] = [
  ['/board/groups/board', { do: 'join', uid: 'hal' }],
  ['/board/groups/crew', { do: 'save', description: 'x' }],
  ['/board/groups/crew', { do: 'delete', confirmed: 'yes' }],
  ['/board/groups', { name: 'mine' }],
  ['/board/statuses', { cn: 'boss', mosMayLogin: 'TRUE' }],
  ['/board/mail/aliases', { cn: 'x', rfc822MailMember: 'hal@example.org' }],
  ['/board/members/bulk', { uid: 'hal', action: 'join board', confirmed: 'yes' }],
  ['/board/members/bulk', { uid: 'bob', action: 'status banned', confirmed: 'yes' }],
  ['/board/applicants/zoe', { do: 'accept', status: 'member' }],
  ['/board/applicants/zoe', { do: 'decline' }],
  ['/board/services', { name: 'spy', grants: '. | * | read' }],
  ['/board/people/ada/reset-factors', {}],
];
test('what a helper sends all the same changes nothing', async () => {
  const hal = await site.as('hal');
  await hal.get('/board/members');
  const newest = site.directory.tree.csn;
  for (const [path, fields] of deeds) {
    const { status } = await hal.post(path, fields);
    assert.ok(status >= 400 || path.includes('reset-factors'), `${path} ${status}`);
  }
  assert.is(site.directory.tree.csn, newest);
});

test('the board sees who has app passwords and takes one back; its owner is told, and the history has it', async () => {
  const bob = await site.as('bob');
  await bob.get('/me/app-passwords');
  await bob.post('/me/app-passwords', { name: 'old phone' });
  const [cleo, hal] = [await site.as('cleo'), await site.as('hal')];
  interface Room {
    readonly count: number;
    readonly people: readonly { readonly uid: string; readonly passwords: readonly { readonly id: string; readonly name: string }[] }[];
  }
  const { data } = await cleo.json<Room>('/board/app-passwords');
  assert.equal([data.count, data.people[0]?.uid, data.people[0]?.passwords[0]?.name], [1, 'bob', 'old phone']);
  const path = `/board/app-passwords/bob/${data.people[0]?.passwords[0]?.id}/revoke`;
  await hal.get('/board/app-passwords');
  assert.is((await hal.post(path, { confirmed: 'yes' })).status, 403);
  assert.match((await cleo.get('/board/app-passwords')).text, /Revoke old phone/);
  const asked = await cleo.post(path);
  assert.match(asked.text, /Revoke “old phone”\?/);
  assert.is((await cleo.post(path, formTo(asked, path))).status, 303);
  assert.is((await cleo.json<Room>('/board/app-passwords')).data.count, 0);
  assert.is((await cleo.post(path, { confirmed: 'yes' })).status, 404);
  const mails = await site.mails();
  assert.match(mails.at(-1) ?? '', /^Subject: An app password was revoked/m);
  assert.match(mails.at(-1) ?? '', /Cleo has revoked/);
  interface History {
    readonly changes: readonly { readonly by: { readonly name: string }; readonly differences: readonly { readonly label: string }[] }[];
  }
  const history = await bob.json<History>('/people/bob/history');
  assert.equal(
    history.data.changes.slice(0, 2).map(({ by, differences }) => [by.name, differences[0]?.label]),
    [
      ['Cleo', 'App passwords'],
      ['Bob', 'App passwords'],
    ],
  );
});

test('a page of the log and one of applicants stay small, however long a change is and however many apply', async () => {
  const long = Array.from({ length: 60 }, (_, nth) => ({
    description: 'mosSkill',
    values: [Buffer.from(`skill & <craft> ${nth} ${'x'.repeat(200)}`)],
  }));
  for (let nth = 0; nth < 40; nth++) {
    const values = long.slice(nth % 20).flatMap((each) => each.values);
    await root().modify(`uid=bob,${people}`, [{ operation: 'replace', attribute: { description: 'mosSkill', values } }]);
  }
  await site.load(
    Array.from({ length: 45 }, (_, nth) => person(`new${nth}`, 'applicant', `mosApplication: ${'why '.repeat(100)}`)).join(''),
  );
  const cleo = await site.as('cleo');
  for (const path of ['/board/log', '/board/log?entry=bob', '/board/applicants', '/board/applicants?page=2']) {
    const { status, text } = await cleo.get(path);
    assert.equal([status, Buffer.byteLength(text) < 50_000], [200, true], `${path} ${Buffer.byteLength(text)}`);
  }
  const { text } = await cleo.get('/board/log?entry=bob');
  const [, whole = ''] = /href="(\/board\/log\?csn=\d+)"/.exec(text) ?? [];
  const one = await cleo.get(whole);
  assert.is(one.text.match(/<small>#/g)?.length, 1);
  assert.match(one.text, /skill &amp; &lt;craft&gt; \d+ x{200}/);
  assert.not.match(one.text, />all of it</);
  const pages = await cleo.json<{ count: number; pages: number; applicants: { uid: string }[] }>('/board/applicants?page=3');
  assert.equal([pages.data.count, pages.data.pages, pages.data.applicants.length], [46, 3, 6]);
});

test.run();
