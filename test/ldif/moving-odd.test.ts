import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DjangoOptions, moveFromDjango } from '../../ldif/moving/django.ts';
import { readDjangoDump } from '../../ldif/moving/django-dump.ts';
import { eventsOf } from '../../ldif/moving/django-events.ts';
import { djangoHash, unixHash } from '../../ldif/moving/hashes.ts';
import { recordsOf } from '../../ldif/moving/plan.ts';
import { presentOf } from '../../ldif/moving/present.ts';
import { base, openTestDirectory } from '../support/directory.ts';
import { bringIn, contact, dumpOf, kind, period, type Rows, sixCrypt, standard, told, unix, user, values } from '../support/moving.ts';

/** Dumps and files that nobody would write and somebody has. */
const test = suite('moving in: odd ones');

const group = (pk: number, name: string, more = {}) => ['auth.group', pk, { name, ...more }] as const;
const ada = (more: Readonly<Record<string, unknown>>): Rows => [user(1, 'ada', more)];

/** Each came in wrongly, or kept everybody out: now the rest comes in, and it says what does not. */
const odd: readonly (readonly [what: string, rows: Rows, says: RegExp, more?: Partial<DjangoOptions>])[] = [
  ['mail outside ASCII', ada({ email: 'jörg@example.org' }), /auth\.user 1 email \(ada\): "jörg@example\.org" does not fit; left out/],
  ['30 February', [...ada({}), period(1, 1, '2010-02-30', null)], /membershipperiod 1 begin: "2010-02-30" to "" is no period/],
  ['an end before the beginning', [...ada({}), period(1, 1, '2010-02-02', '2009-01-01')], /to "2009-01-01" is no period/],
  [
    'a birthday on 31 June',
    [...ada({}), contact(3, 1, { birthday: '1990-06-31' })],
    /contactinfo 3 birthday \(ada\): "1990-06-31" is no day/,
  ],
  [
    'a photo that is none',
    [...ada({}), contact(3, 1, { image: 'a.png' })],
    /contactinfo 3 image \(ada\): "\x89PNG" does not fit; left out/u,
    { media: () => Buffer.from('\x89PNG') },
  ],
  [
    'a list address that is none',
    [...ada({}), contact(3, 1, { intern_list_email: 'at home' })],
    /intern_list_email \(ada\): "at home" is no/,
  ],
  [
    'a group that finds its members',
    [group(5, 'Members'), ...ada({ groups: [5] })],
    /finds its members by itself; ada were not put into it/,
  ],
  ['a group that gives rights here', [group(5, 'board'), ...ada({ groups: [5] })], /cn=board.*takes in ada, with the rights that it gives/],
  ['a group that nobody has', ada({ groups: [77] }), /auth\.user 1 groups \(ada\): there is no group 77/],
  ['a group without a name', [group(5, ' '), ...ada({ groups: [5] })], /auth\.group 5 name: a group without a name/],
  ['rights of a group', [group(5, 'infra', { permissions: [1] })], /auth\.group permissions: 1 left out/],
  [
    'a kind that is not there',
    [...ada({}), period(1, 1, '2010-01-01', null, 99)],
    /membershipperiod 1 kind_of_membership: there is no kind 99/,
  ],
  ['a locker', [['members.kindofmembership', 1, { name: 'x', spind: 'big' }]], /kindofmembership spind: 1 left out/],
  [
    'text where a list belongs',
    ada({ email: ['a@b'], groups: 'infra' }),
    /email \(ada\): is not known here[\s\S]*groups \(ada\): is not known/,
  ],
  ['when somebody last came by', ada({ last_login: '2020-01-01T00:00:00Z' }), /auth\.user last_login: 1 left out/],
  ['natural keys', [...ada({}), ['members.contactinfo', 3, { user: ['ada'] }]], /contactinfo 3 user: there is no user \["ada"\]/],
];
for (const [what, rows, says, more] of odd) {
  test(`${what}: the rest comes in`, async () => {
    const club = await openTestDirectory();
    try {
      const { made, records } = await bringIn(club, moveFromDjango(dumpOf(rows), { ...standard, ...more }));
      assert.match(told({ people: [], statuses: [], groups: new Map(), notes: records.notes }), says);
      assert.is(records.people, rows.filter(([model]) => model === 'auth.user').length);
      assert.ok(made >= records.people);
    } finally {
      await club.close();
    }
  });
}

test('groups whose names differ in case are one, with everybody in it', async () => {
  const club = await openTestDirectory();
  try {
    const rows: Rows = [group(5, 'Infra'), group(6, 'infra'), user(1, 'ada', { groups: [5, 6] }), user(2, 'bob', { groups: [6] })];
    await bringIn(club, moveFromDjango(dumpOf(rows), standard));
    const root = club.directory.asRoot('test');
    const members = root.texts(root.find(`cn=infra,ou=groups,${base}`), 'member').sort();
    assert.equal(members, [`uid=ada,ou=people,${base}`, `uid=bob,ou=people,${base}`]);
  } finally {
    await club.close();
  }
});

test('a status that is missing stops the move before anything is made, and one that was asked for is told', async () => {
  const club = await openTestDirectory();
  try {
    await club.directory.asRoot('test').delete(`cn=applicant,ou=statuses,${base}`);
    const refusal = await bringIn(club, moveFromDjango(dumpOf(ada({})), standard)).catch((error: Error) => error.message);
    assert.is(refusal, `there is no cn=applicant,ou=statuses,${base}, the status that 1 of them would have: make it first`);
    const rows: Rows = [...ada({}), kind(2, 'free'), period(1, 1, '2010-01-01', null, 2)];
    const { records } = await bringIn(club, moveFromDjango(dumpOf(rows), { ...standard, statuses: new Map([['free', 'guest']]) }));
    assert.match(
      records.notes.map(({ where, what }) => `${where} ${what}`).join('\n'),
      /cn=guest,.* is a new status; whoever has it may log in/,
    );
  } finally {
    await club.close();
  }
});

test('nobody is said to have bouncing mail whom nobody has written to', () => {
  const move = moveFromDjango(dumpOf([...ada({}), contact(3, 1, { on_intern_list: true, last_email_ok: null })]), standard);
  assert.not.match(told(move), /last_email_ok/);
});

const shutOut: readonly (readonly [what: string, alumni: string, inactive: string | undefined, status: string | RegExp])[] = [
  ['alumni keeps out', 'FALSE', undefined, 'alumni'],
  ['alumni lets in', 'TRUE', undefined, 'inactive'],
  ['alumni lets in, and inactive is there', 'TRUE', 'FALSE', 'inactive'],
  ['both let in', 'TRUE', 'TRUE', /^cn=inactive,.* lets in, and was meant for those who are to stay out: change it first$/],
];
for (const [what, alumni, inactive, status] of shutOut) {
  test(`whom Django has switched off, and whose account has expired, stays out where ${what}`, async () => {
    const club = await openTestDirectory();
    try {
      const root = club.directory.asRoot('test');
      const mayLogin = { description: 'mosMayLogin', values: [Buffer.from(alumni)] };
      await root.modify(`cn=alumni,ou=statuses,${base}`, [{ operation: 'replace', attribute: mayLogin }]);
      const definition = (letsIn: string) =>
        [
          ['objectClass', 'mosStatusDefinition'],
          ['cn', 'inactive'],
          ['mosMayLogin', letsIn],
        ].map(([description = '', value = '']) => ({
          description,
          values: [Buffer.from(value)],
        }));
      if (inactive !== undefined) await root.add(`cn=inactive,ou=statuses,${base}`, definition(inactive));
      const off = moveFromDjango(dumpOf([user(1, 'ada', { is_active: false }), period(1, 1, '2010-01-01', null)]), standard);
      const expired = unix(passwdLine('bob', 1000), `bob:${sixCrypt}:1:0:99999:7::19999:\n`);
      for (const [move, uid] of [[off, 'ada'] as const, [expired, 'bob'] as const]) {
        if (typeof status !== 'string') {
          assert.match(
            await bringIn(club, move).then(
              () => 'came in',
              (error: Error) => error.message,
            ),
            status,
          );
          continue;
        }
        await bringIn(club, move);
        const person = root.find(`uid=${uid},ou=people,${base}`);
        assert.equal(root.texts(person, 'mosStatus'), [`cn=${status},ou=statuses,${base}`]);
        assert.is(club.directory.mayLogIn(person), false);
      }
    } finally {
      await club.close();
    }
  });
}

test('what somebody has already is told: an address, a wiki name, numbers of Unix', async () => {
  const club = await openTestDirectory();
  try {
    await bringIn(club, moveFromDjango(dumpOf([...ada({ email: 'A@example.org' }), contact(3, 1, { wiki_name: 'Ada' })]), standard));
    await bringIn(club, unix(passwdLine('cleo', 1000, 1200), undefined, 'infra:x:1200:cleo\n'));
    const notesOf = async (move: Parameters<typeof bringIn>[1]) =>
      (await bringIn(club, move)).records.notes
        .map(({ where, what }) => `${where} ${what}`)
        .filter((note) => note.includes('has the same'));
    const again = dumpOf([user(2, 'bob', { email: 'a@Example.org' }), contact(4, 2, { wiki_name: 'Ada' })]);
    assert.equal(await notesOf(moveFromDjango(again, standard)), [
      `bob has the same mail as uid=ada,ou=people,${base}: a@Example.org`,
      `bob has the same mosWikiName as uid=ada,ou=people,${base}: Ada`,
    ]);
    assert.equal(await notesOf(unix(passwdLine('dora', 1000, 1200), undefined, 'staff:x:1200:dora\n')), [
      `dora has the same uidNumber as uid=cleo,ou=people,${base}: 1000`,
      `cn=staff,ou=groups,${base} has the same gidNumber as cn=infra,ou=groups,${base}: 1200`,
    ]);
  } finally {
    await club.close();
  }
});

test('--status for a kind that the dump does not have is a mistake, not a wish without effect', () => {
  const options = { ...standard, statuses: new Map([['frei', 'honorary']]) };
  assert.throws(
    () => moveFromDjango(dumpOf([kind(1, 'normal'), kind(2, 'free')]), options),
    /no kind of membership "frei".*: normal, free$/,
  );
});

test('of two dumps the first counts; what differs in the second is told', () => {
  const dump = (mail: string) => ({
    name: `${mail}.json`,
    bytes: Buffer.from(JSON.stringify([{ model: 'auth.user', pk: 1, fields: { mail } }])),
  });
  const { records, notes } = readDjangoDump([dump('a'), dump('a'), dump('b')]);
  assert.is(records.get('auth.user')?.length, 1);
  assert.equal(notes, [{ where: 'b.json, record 1', what: 'auth.user 1 is there already with other fields, and was left out' }]);
});

const unreadable: readonly (readonly [what: string, bytes: Buffer, says: RegExp])[] = [
  ['Latin-1', Buffer.from('[{"model":"J\xf6rg"}]', 'latin1'), /^dump\.json is no text in UTF-8$/],
  ['half a dump', Buffer.from('[{"password":"pbkdf2_sha256$se'), /^dump\.json is no JSON: (?!.*pbkdf2)/],
  ['words', Buffer.from('pbkdf2_sha256$secret'), /^dump\.json is no JSON: (?!.*pbkdf2)/],
  ['nothing', Buffer.from(''), /^dump\.json is no JSON/],
];
for (const [what, bytes, says] of unreadable) {
  test(`${what} is refused in words that show no hash`, () => assert.throws(() => readDjangoDump([{ name: 'dump.json', bytes }]), says));
}

const hexOfSecret = '5ebe2294ecd0e0f08eab7690d2a6ee69';
const argon = 'argon2$argon2id$v=19$m=1024,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k';
const bcrypt = '$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const hashes: readonly (readonly [what: string, hash: ReturnType<typeof djangoHash>, becomes: string | RegExp])[] = [
  ['argon2', djangoHash(argon), argon],
  ['bcrypt', djangoHash(`bcrypt$${bcrypt}`), `bcrypt$${bcrypt}`],
  ['MD5 without salt', djangoHash(hexOfSecret), `md5$$${hexOfSecret}`],
  ['scrypt', djangoHash('scrypt$abc$16384$8$1$aGFzaA=='), /^a hash of the kind scrypt that can't be checked here/],
  ['more work than is done', djangoHash(`pbkdf2_sha256$99999999$salt$${'A'.repeat(43)}=`), /^a hash of the kind pbkdf2_sha256 that can't/],
  ['clear text', djangoHash('my-dog'), /^it is no hash of Django/],
  ['a hash that was cut off', djangoHash('pbkdf2_sha256$20000$cczb67HoOhZM$DYNX'), /^a hash of the kind pbkdf2_sha256 that can't/],
  ['of Unix, bcrypt', unixHash(bcrypt), `{CRYPT}${bcrypt}`],
  ['of Unix, cut off', unixHash(sixCrypt.slice(0, -1)), /^a hash of sha512crypt that can't/],
  ['of Unix, DES', unixHash('ab01FAX.bQRSU'), /^a hash of that kind that can't/],
];
for (const [what, hash, becomes] of hashes) {
  test(`a hash: ${what}`, () => {
    if (typeof becomes === 'string') return assert.equal(hash, { value: becomes });
    assert.match('reason' in hash ? hash.reason : '', becomes);
    // no message shows what it is made of
    assert.not.match('reason' in hash ? hash.reason : '', /salt|my-dog|DYNX|aGFzaA|saltstring|FAX/);
  });
}

test('an event keeps what the calendar has no name for', () => {
  const fields = { name: 'X', startDate: '2008-01-23 20:00:00', where: 'roof', location: 9, colour: 'red', deleted: 0 };
  const { lines, notes } = eventsOf(dumpOf([['cal.event', 1, fields]]), 'Europe/Vienna');
  const event = JSON.parse(lines[0] ?? '');
  assert.equal([event.where, event.room, event.more], ['roof', null, { location: 9, colour: 'red' }]);
  assert.equal(notes, [{ where: 'cal.event location 9', what: 'the dump does not have it; 1 events keep the number' }]);
});

const passwdLine = (name: string, id: number, gid = id, gecos = '') => `${name}:x:${id}:${gid}:${gecos}:/home/${name}:/bin/sh\n`;

test('numbers of other directories are people, those of systemd and nobody are not', () => {
  const move = unix(
    passwdLine('low', 999) + passwdLine('ada', 1000) + passwdLine('dyn', 61_184) + passwdLine('nobody', 65_534) + passwdLine('ad', 100_001),
  );
  assert.equal(
    move.people.map(({ uid }) => uid),
    ['ada', 'ad'],
  );
  assert.match(told(move), /passwd: 3 accounts of the system left out/);
});

test('whose own group it is belongs to it, and a group of the system is told with its people', () => {
  const groups = 'staff:x:1200:\nsudo:x:27:ada\nada:x:1000:\nbob:x:1001:ada\n';
  const move = unix(passwdLine('ada', 1000) + passwdLine('bob', 1001) + passwdLine('cleo', 1002, 1200), undefined, groups);
  assert.equal(
    move.people.map((person) => person.groups),
    [['bob'], ['bob'], ['staff']],
  );
  assert.match(told(move), /group:2: sudo is a group of the system, and was left out; in it: ada/);
});

const unixOdd: readonly (readonly [what: string, passwd: string, shadow: string | undefined, says: RegExp])[] = [
  ['no shadow file', passwdLine('ada', 1000), undefined, /passwd: passwords are in the shadow file, which was not named/],
  ['a number twice', passwdLine('ada', 1000) + passwdLine('bob', 1000), '', /passwd:2: bob has the number of ada, 1000/],
  ['a number that is none', 'ada:x:abc:1:::\n', '', /passwd:1: the number of ada, "abc", is none/],
  ['a home outside ASCII', 'ada:x:1000:1000::/home/\xe4da:/bin/sh\n', '', /passwd:1 \(ada\): "\/home\/äda" does not fit; left out/],
  ['a fifth field of gecos', passwdLine('ada', 1000, 1000, 'Ada,,,,fifth,sixth'), '', /"fifth" was left out[\s\S]*"sixth" was left out/],
  ['no home', 'ada:x:1000:1000:::/bin/sh\n', '', /passwd:1 \(ada\): homeDirectory is \/nonexistent, since the line has none/],
  ['no number of a group', 'ada:x:1000::::/bin/sh\n', '', /passwd:1 \(ada\): gidNumber is 1000, since the line has none/],
  ['a password of nobody', '', `ghost:${sixCrypt}:1::::::\n`, /shadow:1: there is no account ghost; left out/],
  ['two passwords', passwdLine('ada', 1000), `ada:${sixCrypt}:1::::::\nada:!:1::::::\n`, /shadow:2: ada is there already; left out/],
  ['rules of age', passwdLine('ada', 1000), `ada:${sixCrypt}:1:0:90:7:::\n`, /shadow: 1 rules about the age of passwords left out/],
];
for (const [what, passwd, shadow, says] of unixOdd) {
  test(`told of Unix: ${what}`, () => assert.match(told(unix(passwd, shadow)), says));
}

test('of two passwords of one name the first counts', () => {
  const move = unix(passwdLine('ada', 1000), `ada:${sixCrypt}:1::::::\nada:!:1::::::\n`);
  assert.equal(values(move, 'userPassword'), [`{CRYPT}${sixCrypt}`]);
});

test('a group that is there twice is one, with the members of both and the number of the first', () => {
  const move = unix(passwdLine('ada', 1000) + passwdLine('bob', 1001), undefined, 'infra:x:1200:ada\ninfra:x:1300:bob\n');
  assert.equal(
    [move.people.map(({ groups }) => groups), move.groups.get('infra')?.map(({ values: [gid] }) => String(gid))],
    [[['infra'], ['infra']], ['1200']],
  );
  assert.match(told(move), /group:2: infra is there already; its members come into that, its number 1300 was left out/);
});

test('an ampersand is the login name, and lines may end as on Windows', () => {
  const move = unix('ada:x:1000:1000:& of &:/home/ada:/bin/sh\r\n', `ada:${sixCrypt}:1:0:99999:7:::\r\n`);
  assert.equal(
    ['cn', 'loginShell', 'userPassword'].map((name) => values(move, name)?.[0]),
    ['Ada of Ada', '/bin/sh', `{CRYPT}${sixCrypt}`],
  );
});

test('whatever names and values a dump has, they stay one value each', async () => {
  const club = await openTestDirectory();
  try {
    const rows: Rows = [
      group(5, 'a,b+c="d"\\ #'),
      user(1, 'a+b@c.d', { last_name: 'x\ndn: cn=evil\nobjectClass: top', groups: [5] }),
      contact(3, 1, { wiki_name: '\u0000\n\nchangetype: delete', city: ' $\\ ' }),
    ];
    const { made } = await bringIn(club, moveFromDjango(dumpOf(rows), standard));
    assert.is(made, 2);
    const root = club.directory.asRoot('test');
    const person = root.find(`uid=a\\+b@c.d,ou=people,${base}`);
    assert.equal(
      [root.texts(person, 'sn'), root.texts(person, 'mosWikiName')],
      [['x\ndn: cn=evil\nobjectClass: top'], ['\u0000\n\nchangetype: delete']],
    );
    assert.equal(root.texts(person, 'homePostalAddress'), ['\\24\\5C']);
  } finally {
    await club.close();
  }
});

test('ten thousand people are planned within seconds', () => {
  const many: Rows = Array.from({ length: 10_000 }, (_, nth) => user(nth, `person${nth}`, { groups: [5], email: `p${nth}@example.org` }));
  const before = performance.now();
  const move = moveFromDjango(dumpOf([group(5, 'all'), ...many]), standard);
  const there = ['cn=applicant,ou=statuses', 'cn=all,ou=groups'].map((dn) => ({ key: `${dn},${base}` }));
  const records = recordsOf(
    move,
    presentOf(there, base, (dn) => dn),
  );
  assert.is(records.people, 10_000);
  assert.match(records.notes.at(-1)?.what ?? '', /takes in person0, .* and 9980 more, with the rights/);
  assert.ok(performance.now() - before < 5000, `${performance.now() - before} ms`);
});

test.run();
