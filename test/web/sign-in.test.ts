import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, passwords, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('signing in');
let site: TestSite;

test.before(async () => {
  site = await startTestSite(
    [
      person('ada', 'member', `userPassword: ${goodPassword}`, 'mail: ada@example.org', 'displayName: Ada <b>Lovelace</b>'),
      person('bob', 'member', `userPassword: ${goodPassword}`),
      person('shown', 'member', 'mosVisibility: cn public'),
      person('eve', 'banned', `userPassword: ${goodPassword}`),
      person('una', 'member', `userPassword: ${goodPassword}`, 'mosMailActivated: FALSE'),
    ].join(''),
  );
});
test.after(() => site.stop());

const attempts: readonly (readonly [what: string, name: string, password: string, status: number])[] = [
  ['a member gets in', 'ada', goodPassword, 303],
  ['a member in another case gets in', 'ADA', goodPassword, 303],
  ['a member gets in by mail address', 'Ada@example.org', goodPassword, 303],
  ['a wrong password does not', 'ada', 'wrong', 422],
  ['who is banned does not', 'eve', goodPassword, 422],
  ['who is not activated does not', 'una', goodPassword, 422],
  ['nobody does not', 'zoe', goodPassword, 422],
  ['a name that is no DN does not', 'a,b=c+', goodPassword, 422],
  ['a filter does not', '*', goodPassword, 422],
  ['an address that nobody has does not', '*@example.org', goodPassword, 422],
  ['an empty password does not', 'ada', '', 422],
  ['the administrator gets in', `cn=admin,${base}`, 'secret', 303],
];
for (const [what, name, password, status] of attempts) {
  test(what, async () => {
    const visitor = site.visitor();
    await visitor.get('/sign-in');
    const answer = await visitor.post('/sign-in', { name, password });
    assert.is(answer.status, status, answer.text);
    assert.is(visitor.cookies.has('mos-session'), status === 303);
    if (status === 422) assert.match(answer.text, /role="alert"/);
  });
}

test('what was typed stays, but for the password', async () => {
  const visitor = site.visitor();
  await visitor.get('/sign-in?back=/people%3Fq=x');
  const { text } = await visitor.post('/sign-in', { name: '"><i>', password: 'secret-thing', back: '/people?q=x' });
  assert.match(text, /value="&quot;&gt;&lt;i>"|value="&quot;&gt;&lt;i&gt;"/);
  assert.not.match(text, /secret-thing/);
  assert.match(text, /name="back" value="\/people\?q=x"/);
});

test('one comes back to the page one came from, and never leaves the site', async () => {
  for (const [back, to] of [
    ['/people?q=a', '/people?q=a'],
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
  ] as const) {
    const visitor = site.visitor();
    await visitor.get('/sign-in');
    assert.is((await visitor.post('/sign-in', { name: 'ada', password: goodPassword, back })).location, to);
  }
});

const links: readonly (readonly [page: string, back: string])[] = [
  ['/people', '/people'],
  ['/people?q=a%26b', '/people?q=a%26b'],
  ['/people/bob', '/people/bob'],
  ['/people/nobody', '/people/nobody'],
  ['/', '/'],
  ['/sign-in?back=/people/bob', '/people/bob'],
  ['/sign-in?back=//evil.example', '/'],
  ['/forgot', '/'],
  ['/join', '/'],
  ['//evil.example/x', '/'],
];
for (const [path, back] of links) {
  test(`who follows "Sign in" on ${path} comes back to ${back}`, async () => {
    const visitor = site.visitor();
    const { text } = await visitor.get(path);
    const [, link = ''] = /<a class="sign-in" href="([^"]*)"/.exec(text) ?? [];
    const form = await visitor.get(link);
    const [, kept = ''] = /name="back" value="([^"]*)"/.exec(form.text) ?? [];
    assert.is(
      (await visitor.post('/sign-in', { name: 'ada', password: goodPassword, back: kept.replaceAll('&amp;', '&') })).location,
      back,
    );
  });
}

test('a refused form, at whose address there is no page, is nothing to come back to', async () => {
  const visitor = site.visitor();
  await visitor.get('/people');
  const { status, text } = await visitor.post('/language', { csrf: 'x' });
  assert.is(status, 403);
  assert.match(text, /<a class="sign-in" href="\/sign-in"/);
});

const stays: readonly (readonly [page: string, to: string])[] = [
  ['/people?q=a', '/people?q=a'],
  ['/people/shown?as=public', '/people/shown?as=public'],
  ['/people/bob', '/'],
  ['/people/nobody', '/'],
  ['/people/%E0%A4%A', '/'],
  ['/people/shown/edit', '/'],
  ['/me', '/'],
  ['//evil.example/people', '/'],
];
for (const [page, to] of stays) {
  test(`who signs out on ${page} is then on ${to}`, async () => {
    const ada = await site.as('ada');
    const { text } = await ada.get(page);
    if (!page.includes('%') && !page.startsWith('//')) assert.ok(text.includes(`name="back" value="${page}"`), 'the form says where it is');
    assert.is((await ada.post('/sign-out', { back: page })).location, to);
  });
}

test('a form without our token, or from another site, is refused and changes nothing', async () => {
  const visitor = site.visitor();
  await visitor.get('/sign-in');
  const credentials = { name: 'ada', password: goodPassword };
  assert.is((await visitor.post('/sign-in', { ...credentials, csrf: 'x' })).status, 403);
  assert.is((await visitor.post('/sign-in', credentials, { origin: 'https://evil.example' })).status, 403);
  assert.is((await site.visitor().post('/sign-in', credentials)).status, 403);
  assert.is(visitor.cookies.has('mos-session'), false);
});

test('a session ends with signing out, and its cookie is worth nothing after', async () => {
  const ada = await site.as('ada');
  const cookie = ada.cookies.get('mos-session') ?? '';
  await ada.get('/people');
  assert.is((await ada.post('/sign-out')).status, 303);
  ada.cookies.set('mos-session', cookie);
  assert.match((await ada.get('/people')).text, /class="sign-in"/);
});

const ends: readonly (readonly [what: string, end: (uid: string) => Promise<unknown>])[] = [
  [
    'a new password',
    async (uid) => {
      const root = site.directory.asRoot('test');
      await root.secrets.setPassword(root.find(`uid=${uid},ou=people,${base}`), Buffer.from('another-password'), false);
    },
  ],
  [
    'a ban, and an unban does not bring it back',
    async (uid) => {
      const status = (cn: string) =>
        site.directory
          .asRoot('test')
          .modify(`uid=${uid},ou=people,${base}`, [
            { operation: 'replace', attribute: { description: 'mosStatus', values: [Buffer.from(`cn=${cn},ou=statuses,${base}`)] } },
          ]);
      await status('banned');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await status('member');
    },
  ],
  ['a removal', (uid) => site.directory.asRoot('test').delete(`uid=${uid},ou=people,${base}`)],
];
for (const [nth, [what, end]] of ends.entries()) {
  test(`a session ends with ${what}`, async () => {
    const uid = `ends${nth}`;
    await site.load(person(uid, 'member', `userPassword: ${goodPassword}`));
    const visitor = await site.as(uid);
    assert.match((await visitor.get('/people')).text, /action="\/sign-out"/);
    await end(uid);
    assert.not.match((await visitor.get('/people')).text, /action="\/sign-out"/);
  });
}

const address = (name: string) => `${name}@example.org`;
const typedFirst: readonly (readonly [what: string, name: string])[] = [
  ['her user name', 'ada'],
  ['her address', address('ada')],
  ['a name that nobody has', 'nobody'],
  ['nothing', ''],
];
for (const times of [9, 12]) {
  for (const [what, first] of typedFirst) {
    test(`after ${times} wrong passwords for ${what}, nothing tells her other names from those that mean somebody else or nobody`, async () => {
      const waits: number[] = [];
      const now = Date.now();
      const other = await startTestSite(
        ['ada', 'bob'].map((uid) => person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${address(uid)}`)).join(''),
        {
          guessing: { guessFree: 2, guessLock: 10, guessLockTime: 600 },
          clock: () => now,
          wait: async (milliseconds) => waits.push(milliseconds),
        },
      );
      const hashed = passwords.verify;
      try {
        let looks = 0;
        passwords.verify = (...given) => {
          looks++;
          return hashed.apply(passwords, given);
        };
        const attempt = async (name: string, password = 'wrong') => {
          const visitor = other.visitor();
          await visitor.get('/sign-in');
          [looks, waits.length] = [0, 0];
          const { status, text } = await visitor.post('/sign-in', { name, password });
          const says = /role="alert">([^<]*)/.exec(text)?.[1]?.trim();
          return { status, says, waits: [...waits], looks };
        };
        for (let count = 0; count < times && first !== ''; count++) await attempt(first);
        const others = ['ada', address('ada'), 'bob', address('bob'), 'zoe', address('zoe')].filter((name) => name !== first);
        for (let round = 0; round < 6; round++) {
          const expected = await attempt(others[0] ?? '');
          for (const name of others.slice(1)) assert.equal(await attempt(name), expected, `${name} in round ${round}`);
          if (round === 0) assert.equal(expected.waits, []);
          if (round === 0) assert.is(expected.looks, 1);
        }
        if (times === 12 && first.startsWith('ada')) {
          const [name = ''] = others;
          assert.is((await attempt(name, goodPassword)).status, 422, 'the account is held');
        }
      } finally {
        passwords.verify = hashed;
        await other.stop();
      }
    });
  }
}

test('names come out as they were typed, not as HTML', async () => {
  const ada = await site.as('ada');
  const { text } = await ada.get('/people');
  assert.match(text, /Ada &lt;b>Lovelace|Ada &lt;b&gt;Lovelace/);
  assert.not.match(text, /<b>Lovelace/);
});

test.run();
