import { createHash, pbkdf2Sync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DjangoOptions, moveFromDjango } from '../../ldif/moving/django.ts';
import { readDjangoDump } from '../../ldif/moving/django-dump.ts';
import { eventsOf } from '../../ldif/moving/django-events.ts';
import { base, openTestDirectory } from '../support/directory.ts';
import { bringIn, contact, dumpOf, kind, period, type Rows, sixCrypt, standard, told, unix, user, values } from '../support/moving.ts';

const test = suite('moving in');

const statuses: readonly (readonly [
  what: string,
  rows: Rows,
  options: Partial<DjangoOptions>,
  status: string,
  joined?: string,
  left?: string,
])[] = [
  ['a period that goes on', [period(1, 1, '2010-01-01', null)], {}, 'member', '20100101000000Z'],
  ['a period until later', [period(1, 1, '2010-01-01', '2099-01-01')], {}, 'member', '20100101000000Z'],
  [
    'two periods, the last of them over',
    [period(1, 1, '2012-01-01', '2015-06-30'), period(2, 1, '2010-01-01', '2011-01-01')],
    {},
    'alumni',
    '20100101000000Z',
    '20150630000000Z',
  ],
  ['an end today', [period(1, 1, '2010-01-01', '2026-06-01')], {}, 'member', '20100101000000Z'],
  ['a period that begins tomorrow', [period(1, 1, '2026-06-02', null)], {}, 'applicant', '20260602000000Z'],
  ['no period', [], {}, 'applicant'],
  [
    'a kind that is another status',
    [kind(2, 'free = honorary'), period(1, 1, '2010-01-01', null, 2)],
    { statuses: new Map([['free = honorary', 'honorary']]) },
    'honorary',
    '20100101000000Z',
  ],
  ['who is switched off', [user(1, 'ada', { is_active: false }), period(1, 1, '2010-01-01', null)], {}, 'alumni', '20100101000000Z'],
];
for (const [what, rows, options, status, joined, left] of statuses) {
  test(`${what}: ${status}`, () => {
    const has = rows.some(([model]) => model === 'auth.user');
    const move = moveFromDjango(dumpOf([...(has ? [] : [user(1, 'ada')]), ...rows]), { ...standard, ...options });
    const [ada] = move.people;
    assert.equal([ada?.status, values(move, 'mosJoined')?.[0], values(move, 'mosLeft')?.[0]], [status, joined, left]);
  });
}

const notes: readonly (readonly [what: string, rows: Rows, says: RegExp])[] = [
  ['a table that nobody knows', [['shop.order', 1, {}]], /shop\.order: 1 left out: this table is not known here/],
  ['money', [['members.paymentinfo', 1, { bank_account_iban: 'AT1' }]], /members\.paymentinfo: 1 left out: money/],
  ['a field that nobody knows', [user(1, 'ada', { shoe_size: 38 })], /auth\.user 1 shoe_size \(ada\): is not known here/],
  ['a remark of the board', [user(1, 'ada'), contact(1, 1, { remark: 'pays late' })], /remark \(ada\): "pays late" is the board's note/],
  ['a period of nobody', [period(7, 99, '2010-01-01', null)], /membershipperiod 7 user: there is no user 99/],
  ['a period that is none', [user(1, 'ada'), period(7, 1, 'soon', null)], /membershipperiod 7 begin: "soon" to "" is no period/],
  ['contact info of nobody', [contact(3, 99, {})], /contactinfo 3 user: there is no user 99/],
  ['contact info twice', [user(1, 'ada'), contact(3, 1, {}), contact(4, 1, {})], /contactinfo 4 user: user 1 has another one/],
  ['a name that can be nobody’s', [user(1, 'a b')], /auth\.user 1 username: "a b" can be nobody's user name/],
  ['a name in two cases', [user(1, 'ada'), user(2, 'ADA')], /auth\.user 2 username: "ADA" is there in another case/],
  [
    'an address that two have',
    [user(1, 'ada', { email: 'x@y' }), user(2, 'bob', { email: 'X@y' })],
    /ada, bob: have the same address: x@y/,
  ],
  ['no address', [user(1, 'ada')], /auth\.user 1 email \(ada\): is empty: a new password can be mailed to nobody/],
  [
    'mail of the list that comes back',
    [user(1, 'ada'), contact(3, 1, { on_intern_list: true, last_email_ok: false })],
    /contactinfo 3 last_email_ok \(ada\): mail of the list has come back/,
  ],
  ['an address that is none', [user(1, 'ada', { email: 'x' })], /email \(ada\): "x" is no address/],
  ['a password that never worked', [user(1, 'ada', { password: '!abc' })], /password \(ada\): there is none that works/],
  [
    'a hash of another kind',
    [user(1, 'ada', { password: 'argon2$argon2id$x' })],
    /password \(ada\): a hash of the kind argon2 that can't be checked/,
  ],
  ['rights of Django', [user(1, 'ada', { is_superuser: true })], /is_superuser \(ada\): is set; rights do not come along/],
  ['a photo that is not there', [user(1, 'ada'), contact(1, 1, { image: 'a.jpg' })], /image \(ada\): a\.jpg was not found/],
  ['a day that is none', [user(1, 'ada'), contact(1, 1, { birthday: '1.2.1990' })], /birthday \(ada\): "1\.2\.1990" is no day/],
  [
    'what is no record',
    [
      ['x', 1, {}],
      [1 as unknown as string, 1, {}],
    ],
    /dump\.json, record 2: is no record of Django/,
  ],
];
for (const [what, rows, says] of notes) {
  test(`told: ${what}`, () => assert.match(told(moveFromDjango(dumpOf(rows), standard)), says));
}

test('contact info, groups and the board come along', () => {
  const rows: Rows = [
    ['auth.group', 5, { name: 'infra' }],
    user(1, 'ada', { first_name: 'Ada', last_name: 'King', email: 'ada@example.org', groups: [5], is_superuser: true }),
    contact(1, 1, {
      ...{ phone_number: '+43 1', street: 'A$ 1', postcode: '1010', city: 'Wien', country: 'Austria', birthday: '1815-12-10' },
      ...{ wiki_name: 'Ada', on_intern_list: true, intern_list_email: 'list@example.org', image: 'photos/ada.jpg' },
    }),
  ];
  const move = moveFromDjango(dumpOf(rows), {
    ...standard,
    board: 'superuser',
    media: (path) => Buffer.from(`\xff\xd8\xff ${path}`, 'latin1'),
  });
  const expected: Readonly<Record<string, readonly string[]>> = {
    cn: ['Ada King'],
    sn: ['King'],
    givenName: ['Ada'],
    mail: ['ada@example.org'],
    mosMailActivated: ['TRUE'],
    telephoneNumber: ['+43 1'],
    homePostalAddress: ['A\\24 1$1010 Wien$Austria'],
    mosBirthday: ['1815-12-10'],
    mosWikiName: ['Ada'],
    mosListMember: ['TRUE'],
    mosListAddress: ['list@example.org'],
    jpegPhoto: [Buffer.from('\xff\xd8\xff photos/ada.jpg', 'latin1').toString()],
  };
  assert.equal(Object.fromEntries(Object.keys(expected).map((name) => [name, values(move, name)])), expected);
  assert.equal(move.people[0]?.groups, ['infra', 'board']);
  for (const name of ['street', 'postalCode', 'l']) assert.equal(values(move, name), []);
  assert.is(told(move), 'auth.user 1 username (ada): has no period of membership: an applicant, until the board says otherwise');
});

for (const text of ['{}', 'no', '"x"']) {
  test(`${text} is no dump`, () =>
    assert.throws(() => readDjangoDump([{ name: 'dump.json', bytes: Buffer.from(text) }]), /dump\.json is no /));
}

test('events are kept with the offset of their times, and names for keys', () => {
  const rows: Rows = [
    ['core.location', 2, { name: 'Library' }],
    user(1, 'ada'),
    [
      'cal.event',
      46,
      { name: 'Podcasts', startDate: '2008-01-23 20:00:00', endDate: null, location: 2, category: null, created_by: 1, deleted: 1 },
    ],
  ];
  const [event] = eventsOf(dumpOf(rows), 'Europe/Vienna').lines.map((line) => JSON.parse(line));
  assert.equal(
    [event.id, event.start, event.end, event.timeZone, event.room, event.createdBy, event.deleted],
    [46, '2008-01-23T20:00:00+01:00', null, 'Europe/Vienna', 'Library', 'ada', true],
  );
});

const line = 'ada:x:1000:1000:Ada King,Lab 3,+43 1,+43 2:/home/ada:/bin/zsh\n';

test('an account of Unix is a person with the same numbers', () => {
  const move = unix(
    `root:x:0:0::/root:/bin/sh\n${line}nobody:x:65534:65534::/:/bin/false\n`,
    `ada:${sixCrypt}:19000:0:99999:7:::\n`,
    'ada:x:1000:\ninfra:x:1200:ada,ghost\nroot:x:0:\n',
  );
  assert.equal(
    ['uidNumber', 'homeDirectory', 'loginShell', 'cn', 'sn', 'givenName', 'roomNumber', 'telephoneNumber', 'homePhone', 'userPassword'].map(
      (name) => values(move, name)?.[0],
    ),
    ['1000', '/home/ada', '/bin/zsh', 'Ada King', 'King', 'Ada', 'Lab 3', '+43 1', '+43 2', `{CRYPT}${sixCrypt}`],
  );
  assert.equal([move.people[0]?.groups, [...move.groups.keys()]], [['infra'], ['infra']]);
  assert.match(told(move), /passwd: 2 accounts of the system left out/);
  assert.match(told(move), /group: 1 groups of the system left out/);
  assert.match(told(move), /group:2: infra: ghost is nobody who comes along/);
});

const unixNotes: readonly (readonly [what: string, passwd: string, shadow: string, says: RegExp])[] = [
  ['a locked account', line, 'ada:!$6$x$y:1::::::\n', /passwd:1 \(ada\): password: there is none that works/],
  ['yescrypt', line, 'ada:$y$j9T$x$y:1::::::\n', /a hash of yescrypt that can't be checked here/],
  [
    'an account that has expired',
    line,
    'ada:$6$s$h:1::::::19999:\n'.replace('::::::19999:', ':0:99999:7::19999:'),
    /the account has expired: it gets the status alumni/,
  ],
  ['a line with too few fields', 'ada:x:1000\n', '', /passwd:1: has 3 fields, not 7/],
  ['NIS', '+::::::\n', '', /passwd:1: is an entry of NIS/],
  ['a name that is none', '9ada:x:1000:1000::/:/bin/sh\n', '', /passwd:1: "9ada" is no user name/],
  ['Latin-1', 'ada:x:1000:1000:Ad\xe4:/:/bin/sh\n', '', /passwd:1: is not UTF-8, and was read as Latin-1: ada Adä/],
];
for (const [what, passwd, shadow, says] of unixNotes) {
  test(`told of Unix: ${what}`, () => assert.match(told(unix(passwd, shadow)), says));
}

const sample = () =>
  readDjangoDump(
    ['django-members.json', 'django-site.json'].map((name) => ({ name, bytes: readFileSync(join(import.meta.dirname, '../data', name)) })),
  );

test('a dump of a real site comes in whole, and a second time nothing', async () => {
  const club = await openTestDirectory();
  try {
    assert.is((await bringIn(club, moveFromDjango(sample(), standard))).made, 2);
    const again = await bringIn(club, moveFromDjango(sample(), standard));
    assert.is(again.made, 0);
    assert.match(again.records.notes.map(({ what }) => what).join(), /is there already, and was left alone/);
  } finally {
    await club.close();
  }
});

test('who has moved in signs in with the old password, whose hash is renewed', async () => {
  const club = await openTestDirectory();
  try {
    const salted = pbkdf2Sync('old-password', 'salt', 1000, 32, 'sha256').toString('base64');
    const sha1 = createHash('sha1').update('salt').update('old-password').digest('hex');
    const rows: Rows = [
      user(1, 'ada', { password: `pbkdf2_sha256$1000$salt$${salted}` }),
      user(2, 'bob', { password: `sha1$salt$${sha1}` }),
      period(1, 1, '2010-01-01', null),
      period(2, 2, '2010-01-01', null),
    ];
    await bringIn(club, moveFromDjango(dumpOf(rows), standard));
    await bringIn(club, unix('cleo:x:1001:1001:Cleo:/home/cleo:/bin/sh\n', `cleo:${sixCrypt}:19000:0:99999:7:::\n`));
    const login = (uid: string, password: string) =>
      club.authenticator
        .authenticate({ dn: `uid=${uid},ou=people,${base}`, password: Buffer.from(password), address: '127.0.0.1', door: 'directory' })
        .then(
          () => 'in',
          () => 'refused',
        );
    assert.equal([await login('ada', 'old-password'), await login('ada', 'other')], ['in', 'refused'], 'pbkdf2');
    assert.is(await login('bob', 'old-password'), 'in', 'sha1');
    assert.is(await login('cleo', 'secret'), 'in', 'crypt');
  } finally {
    await club.close();
  }
});

test('groups that are there get the newcomers, others are made; a new status is made too', async () => {
  const club = await openTestDirectory();
  try {
    const rows: Rows = [
      ['auth.group', 5, { name: 'infra' }],
      kind(2, 'free'),
      user(1, 'ada', { groups: [5], is_staff: true }),
      period(1, 1, '2010-01-01', null, 2),
    ];
    await bringIn(club, moveFromDjango(dumpOf(rows), { ...standard, statuses: new Map([['free', 'guest']]), board: 'staff' }));
    const root = club.directory.asRoot('test');
    const ada = root.find(`uid=ada,ou=people,${base}`);
    assert.equal(root.texts(ada, 'memberOf').sort(), [`cn=board,ou=groups,${base}`, `cn=infra,ou=groups,${base}`]);
    assert.equal(root.texts(ada, 'mosStatus'), [`cn=guest,ou=statuses,${base}`]);
    assert.is(club.directory.mayLogIn(ada), true);
  } finally {
    await club.close();
  }
});

test.run();
