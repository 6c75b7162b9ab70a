import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csv } from '../../web/board/csv.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('the rooms of the board');
let site: TestSite;

test.before(async () => {
  site = await startTestSite(
    [
      person('cleo', 'member', `userPassword: ${goodPassword}`, 'mail: cleo@example.org', 'displayName: Cleo'),
      person('bob', 'member', `userPassword: ${goodPassword}`, 'displayName: =cmd()', 'mail: bob@example.org'),
      person('zed', 'applicant', `userPassword: ${goodPassword}`, 'displayName: Zed', 'mail: zed@example.org', 'preferredLanguage: de'),
      person('eve', 'banned', 'displayName: Eve', 'mosSkill: lockpicking'),
    ].join(''),
  );
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=cleo,ou=people,${base}`)] } },
    ]);
});
test.after(() => site.stop());

const texts = (dn: string, attribute: string) => {
  const root = site.directory.asRoot('test');
  return root.texts(root.find(`${dn},${base}`), attribute);
};

const rooms = [
  'app-passwords',
  'members',
  'members.csv',
  'statuses',
  'groups',
  'groups/board',
  'mail',
  'mail/domains',
  'mail/aliases',
  'services',
  'log',
];
for (const room of rooms) {
  test(`/board/${room} is for the board`, async () => {
    const path = `/board/${room}`;
    assert.is((await site.visitor().get(path)).status, 303);
    assert.is((await (await site.as('bob')).get(path)).status, 403);
    assert.is((await (await site.as('cleo')).get(path)).status, 200);
  });
}

interface Members {
  readonly members: readonly { readonly uid: string }[];
}
const filters: readonly (readonly [query: string, uids: readonly string[]])[] = [
  ['', ['bob', 'cleo', 'eve', 'zed']],
  ['status=banned', ['eve']],
  ['status=member&q=cle', ['cleo']],
  ['q=zed@example', ['zed']],
  ['group=board', ['cleo']],
  ['group=members', ['bob', 'cleo']],
  ['group=nothing', []],
  ['q=*', []],
];
for (const [query, uids] of filters) {
  test(`members with ${query || 'no filter'}: ${uids.join(', ') || 'nobody'}`, async () => {
    const { data } = await (await site.as('cleo')).json<Members>(`/board/members?${query}`);
    assert.equal(data.members.map(({ uid }) => uid).sort(), uids);
  });
}

test('the table for spreadsheets holds no formulas', async () => {
  const { text, headers } = await (await site.as('cleo')).get('/board/members.csv?status=member');
  assert.match(headers.get('content-type') ?? '', /^text\/csv/);
  assert.match(text, /^uid,name,mail,status,joined,left\r\n/);
  assert.match(text, /\r\nbob,'=cmd\(\),bob@example\.org,member,,\r\n/);
});

test('a cell that a spreadsheet would divide at a separator of its own stays one cell', () => {
  assert.is(csv([['x;=1+1;y', 'x\t=1+1', 'a,b', 'plain']]), '"x;=1+1;y","x\t=1+1","a,b",plain\r\n');
});

test('members of a group are found whatever the group is called', async () => {
  const root = site.directory.asRoot('test');
  const value = (description: string, text: string) => ({ description, values: [Buffer.from(text)] });
  for (const [name, rdn] of [
    ['#x', 'cn=\\#x'],
    ['a+b="c"', 'cn=a\\+b=\\"c\\"'],
  ] as const) {
    const dn = `${rdn},ou=groups,${base}`;
    await root.add(dn, [value('objectClass', 'groupOfNames'), value('cn', name), value('member', `uid=bob,ou=people,${base}`)]);
    const { status, data } = await (await site.as('cleo')).json<Members>(`/board/members?group=${encodeURIComponent(name)}`);
    assert.equal([status, data.members?.map(({ uid }) => uid)], [200, ['bob']]);
    await root.delete(dn);
  }
});

test('an applicant becomes a member after a look at the list, gets a day of joining and a welcome in their language', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/members');
  const asked = await cleo.post('/board/members/bulk', { uid: ['zed'], action: 'status member', back: '/board/members?status=applicant' });
  assert.equal(
    [asked.status, /Zed/.test(asked.text), texts('uid=zed,ou=people', 'mosStatus')[0]?.slice(0, 12)],
    [200, true, 'cn=applicant'],
  );
  const done = await cleo.post('/board/members/bulk', {
    uid: ['zed'],
    action: 'status member',
    confirmed: 'yes',
    back: '/board/members?status=applicant',
  });
  assert.equal([done.status, done.location], [303, '/board/members?status=applicant']);
  assert.match(texts('uid=zed,ou=people', 'mosStatus')[0] ?? '', /^cn=member,/);
  assert.match(texts('uid=zed,ou=people', 'mosJoined')[0] ?? '', /^\d{14}Z$/);
  const mails = (await site.mails()).filter((mail) => /^To: .*zed@/m.test(mail));
  assert.is(mails.length, 1);
  assert.match(mails[0] ?? '', /^Subject: Willkommen bei/m);
  assert.is((await (await site.as('zed')).get('/people')).status, 200);
});

test('several come into a group and leave it; who is in already is no mistake', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/members');
  const bulk = (action: string) => cleo.post('/board/members/bulk', { uid: ['bob', 'cleo'], action, confirmed: 'yes' });
  assert.is((await bulk('join helpers')).status, 303);
  assert.is((await bulk('join helpers')).status, 303);
  assert.equal(texts('cn=helpers,ou=groups', 'member').length, 2);
  await bulk('leave helpers');
  assert.equal(texts('cn=helpers,ou=groups', 'member'), []);
  // nobody can be put into a group that fills itself
  const refused = await bulk('join members');
  assert.is(refused.status, 409);
  assert.match(refused.text, /Cleo/);
});

test('bob can do none of it', async () => {
  const bob = await site.as('bob');
  await bob.get('/people');
  for (const [path, fields] of [
    ['/board/members/bulk', { uid: 'eve', action: 'status member', confirmed: 'yes' }],
    ['/board/statuses', { cn: 'boss', mosMayLogin: 'TRUE' }],
    ['/board/groups/board', { do: 'join', uid: 'bob' }],
    ['/board/services', { name: 'spy', grants: '. | * | read' }],
  ] as const)
    assert.is((await bob.post(path, fields)).status, 403, path);
});

test('the table of statuses grows, and one that somebody has stays', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/statuses');
  assert.is((await cleo.post('/board/statuses', { cn: 'guest <1>', description: 'Here for a while', mosMayLogin: 'TRUE' })).status, 303);
  assert.equal(texts('cn=guest \\<1\\>,ou=statuses', 'mosMayLogin'), ['TRUE']);
  const { text } = await cleo.get('/board/statuses');
  assert.match(text, /guest &lt;1/);
  const idOf = (name: string) => site.directory.tree.named(`cn=${name},ou=statuses,${base}`)?.uuid ?? '';
  const kept = await cleo.post(`/board/statuses/${idOf('banned')}`, { do: 'delete', confirmed: 'yes' });
  assert.is(kept.status, 422);
  assert.match(kept.text, /role="alert"/);
  assert.is((await cleo.post(`/board/statuses/${idOf('guest \\<1\\>')}`, { do: 'save', description: 'Longer' })).status, 303);
  assert.equal(texts('cn=guest \\<1\\>,ou=statuses', 'mosMayLogin'), ['FALSE']);
  const asked = await cleo.post(`/board/statuses/${idOf('guest \\<1\\>')}`, { do: 'delete' });
  assert.match(asked.text, /Delete “guest &lt;1/);
  assert.is((await cleo.post(`/board/statuses/${idOf('guest \\<1\\>')}`, { do: 'delete', confirmed: 'yes' })).status, 303);
  const wrong = await cleo.post('/board/statuses', { cn: '', description: 'kept <i>' });
  assert.is(wrong.status, 422);
  assert.match(wrong.text, /id="cn-new-wrong"/);
  assert.ok(wrong.text.includes('kept &lt;i'));
  assert.match((await cleo.post('/board/statuses', { cn: 'member' })).text, /There is one of that name already/);
});

test('domains and aliases are made, changed and deleted', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/mail/domains');
  assert.is((await cleo.post('/board/mail/domains', { associatedDomain: 'example.org' })).status, 303);
  assert.is((await cleo.post('/board/mail/aliases', { cn: 'office', rfc822MailMember: 'cleo@example.org\nbob@example.org' })).status, 303);
  assert.equal(texts('cn=office,ou=mail', 'rfc822MailMember'), ['cleo@example.org', 'bob@example.org']);
  const id = site.directory.tree.named(`cn=office,ou=mail,${base}`)?.uuid;
  await cleo.post(`/board/mail/aliases/${id}`, { do: 'save', cn: 'office', rfc822MailMember: 'bob@example.org' });
  assert.equal(texts('cn=office,ou=mail', 'rfc822MailMember'), ['bob@example.org']);
  // the id of something else does not open it
  assert.is((await cleo.post(`/board/mail/domains/${id}`, { do: 'delete' })).status, 404);
});

test('a group that fills itself shows whom it would have before it is made', async () => {
  const cleo = await site.as('cleo');
  const filter = '(displayName=Cleo)';
  assert.match((await cleo.get(`/board/groups/preview?filter=${encodeURIComponent(filter)}`)).text, /One person: Cleo/);
  assert.match((await cleo.get(`/board/groups/preview?filter=${encodeURIComponent('(((')}`)).text, /notice bad/);
  assert.is((await cleo.post('/board/groups', { name: 'broken', filter: '(((' })).status, 422);
  assert.is((await cleo.post('/board/groups', { name: 'cleos', filter })).status, 303);
  const { data } = await cleo.json<{ members: { uid: string }[] }>('/board/groups/cleos');
  assert.equal(
    data.members.map(({ uid }) => uid),
    ['cleo'],
  );
});

test('a group gets members and loses them', async () => {
  const cleo = await site.as('cleo');
  await cleo.get('/board/groups/helpers');
  assert.is((await cleo.post('/board/groups/helpers', { do: 'join', uid: 'bob' })).status, 303);
  assert.is((await cleo.post('/board/groups/helpers', { do: 'join', uid: 'bob' })).status, 422);
  assert.match((await cleo.post('/board/groups/helpers', { do: 'join', uid: 'n<>body' })).text, /nobody called “n&lt;/);
  assert.match((await cleo.get('/board/groups/helpers')).text, /=cmd\(\)/);
  await cleo.post('/board/groups/helpers', { do: 'leave', uid: 'bob' });
  assert.is((await cleo.post('/board/groups/helpers', { do: 'save', description: 'Helping', mail: 'help@example.org' })).status, 303);
  assert.equal(texts('cn=helpers,ou=groups', 'mail'), ['help@example.org']);
});

test('services are shown to the board, and made by the administrator, whose password is shown once', async () => {
  const root = site.visitor();
  await root.get('/sign-in');
  await root.post('/sign-in', { name: `cn=admin,${base}`, password: 'secret' });
  await root.get('/board/services');
  const made = await root.post('/board/services', {
    name: 'door',
    description: 'opens',
    grants: 'ou=people (mosActive=TRUE) | uid | read',
  });
  assert.is(made.status, 200, made.text);
  const password = /class="secret">([^<]+)</.exec(made.text)?.[1] ?? '';
  const dn = `cn=door,ou=services,${base}`;
  const bind = (word: string) =>
    site.authenticator.authenticate({ dn, password: Buffer.from(word), address: '127.0.0.1', door: 'directory' }).then(
      () => 'in',
      () => 'refused',
    );
  assert.is(await bind(password), 'in');
  const wrong = await root.post('/board/services', { name: 'bad name', grants: 'nonsense' });
  assert.is(wrong.status, 422);
  assert.match(wrong.text, /id="grants-wrong"/);
  const rotated = /class="secret">([^<]+)</.exec((await root.post('/board/services/door', { do: 'rotate' })).text)?.[1] ?? '';
  assert.equal([await bind(password), await bind(rotated)], ['in', 'in']);
  await root.get('/board/services');
  await root.post('/board/services/door', { do: 'finish' });
  assert.equal([await bind(password), await bind(rotated)], ['refused', 'in']);
  const cleo = await site.as('cleo');
  assert.match((await cleo.get('/board/services')).text, /ou=people \(mosActive=TRUE\)/);
  assert.is((await cleo.post('/board/services', { name: 'spy', grants: '. | userPassword | read' })).status, 422);
  assert.is(site.directory.tree.named(`cn=spy,ou=services,${base}`), undefined);
  assert.match((await root.post('/board/services/door', { do: 'remove' })).text, /Delete “door”/);
  await root.post('/board/services/door', { do: 'remove', confirmed: 'yes' });
  assert.is(site.directory.tree.named(dn), undefined);
});

interface Log {
  readonly changes: readonly {
    readonly csn: number;
    readonly operation: string;
    readonly dn: string;
    readonly differences: readonly { readonly attribute: string; readonly added: readonly string[]; readonly opaque: boolean }[];
  }[];
  readonly before?: number;
}

test('the log is filtered by who, what, where and when, and shows no password nor what its reader may not see', async () => {
  const root = site.directory.asRoot('a job');
  const replace = (description: string, value: string) =>
    root.modify(`uid=bob,ou=people,${base}`, [{ operation: 'replace', attribute: { description, values: [Buffer.from(value)] } }]);
  await replace('mosVisibility', 'mobile self');
  await replace('mobile', '+43 1 23456');
  await replace('userPassword', goodPassword);
  const cleo = await site.as('cleo');
  const log = async (query: string) => (await cleo.json<Log>(`/board/log?${query}`)).data.changes;
  const of = await log('entry=uid%3DBOB&origin=a+job');
  assert.equal(
    of.map(({ differences }) => differences.map(({ attribute }) => attribute).join()),
    ['userPassword', 'mobile', 'mosVisibility'],
  );
  assert.equal(
    of.slice(0, 2).map(({ differences }) => differences[0]?.opaque),
    [true, true],
  );
  assert.ok((await log('operation=add')).every(({ operation }) => operation === 'add'));
  assert.equal(await log('actor=nobody-at-all'), []);
  assert.equal(await log('since=2999-01-01'), []);
  assert.ok((await log('until=2999-01-01')).length > 0);
  assert.not.match((await cleo.get('/board/log?entry=bob')).text, /23456|argon2/i);
  const { data } = await cleo.json<Log>('/board/log?before=3');
  assert.equal(
    data.changes.map(({ csn }) => csn),
    [2, 1],
  );
});

test.run();
