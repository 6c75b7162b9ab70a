import { request } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isUserName } from '../../web/join/application.ts';
import { routes } from '../../web/routes.ts';
import { person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

const test = suite('names of their own for parts of the site');
const host = 'people.example.org';
const main = 'https://members.example.org';
let site: TestSite;

const photo = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex').toString('base64');

test.before(async () => {
  site = await startTestSite(
    [
      person('ada', 'member', `userPassword: ${goodPassword}`, 'displayName: Ada'),
      person(
        'bob',
        'member',
        'displayName: Bob',
        'mosSkill: tea',
        `jpegPhoto:: ${photo}`,
        'mosVisibility: displayName public',
        'mosVisibility: jpegPhoto public',
      ),
      person('sign-in', 'member', 'displayName: Signe Inger', 'mosVisibility: displayName public'),
    ].join(''),
    { env: { MOS_WEB_HOSTS: 'people=People.example.org', MOS_WEB_URL: main } },
  );
});
test.after(() => site.stop());

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly type: string;
  readonly text: string;
}

/** What is answered under a name; a test can't change the names that this machine knows. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}, name = host, method = 'GET'): Promise<Answer> {
  const { port } = new URL(site.url);
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, method, path, headers: { host: `${name}:${port}`, accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const { location, 'content-type': type = '' } = answer.headers;
          resolve({ status: answer.statusCode ?? 0, location, type: type.replace(/;.*/, ''), text: Buffer.concat(parts).toString() });
        });
      },
    );
    asked.on('error', reject).end();
  });
}

const pages: readonly (readonly [path: string, to: string])[] = [
  ['/', '/people'],
  ['/?q=tea', '/people?q=tea'],
  ['/bob', '/people/bob'],
  ['/bob?as=public', '/people/bob?as=public'],
  ['/bob/edit', '/people/bob/edit'],
  ['/nobody', '/people/nobody'],
  ['/sign-in?back=/people', '/sign-in?back=/people'],
  ['/people/sign-in', '/people/sign-in'],
  ['/people', '/people'],
  ['/people?q=x', '/people?q=x'],
  ['/join', '/join'],
  ['/me', '/me'],
  ['/me/security', '/me/security'],
  ['/forgot', '/forgot'],
  ['/board', '/board'],
  ['//evil.example/x', '/people//evil.example/x'],
];
for (const [path, to] of pages) {
  test(`a browser that asks for ${host}${path} gets the page of the site itself, where it may be signed in`, async () => {
    const { status, location } = await ask(path);
    assert.equal([status, location], [302, main + to]);
  });
}

const answered: readonly (readonly [path: string, accept: string, type: string, has: RegExp])[] = [
  ['/bob', 'application/json', 'application/json', /"name":"Bob"/],
  ['/bob', 'text/vcard', 'text/vcard', /^FN:Bob\r$/m],
  ['/bob/vcard', '*/*', 'text/vcard', /^FN:Bob\r$/m],
  ['/bob/vcard', 'text/html', 'text/vcard', /^FN:Bob\r$/m],
  ['/bob/photo', 'image/*', 'image/jpeg', /JFIF/],
  ['/', 'application/json', 'application/json', /"uid":"bob"/],
  ['/people', 'application/json', 'application/json', /"uid":"bob"/],
  ['/people/sign-in', 'application/json', 'application/json', /Signe/],
  ['/people.atom', '*/*', 'application/atom+xml', /<feed/],
  ['/', 'application/atom+xml', 'application/atom+xml', /<feed/],
  ['/openapi.json', '*/*', 'application/json', /"openapi"/],
];
for (const [path, accept, type, has] of answered) {
  test(`${host}${path} is answered as ${type} where it was asked for, with what the public sees`, async () => {
    const answer = await ask(path, { accept });
    assert.equal([answer.status, answer.type], [200, type]);
    assert.match(answer.text, has);
    assert.not.match(answer.text, /tea/);
  });
}

test('what nobody may see is as little there for programs', async () => {
  assert.is((await ask('/ada', { accept: 'application/json' })).status, 404);
  assert.is((await ask('/sign-in', { accept: 'application/json' })).status, 200, 'the form, not the person');
});

test('pages load their files under every name', async () => {
  const [, path = ''] = /href="(\/static\/[^"]+\.css)"/.exec((await site.visitor().get('/people')).text) ?? [];
  assert.is((await ask(path)).status, 200);
});

test('a form that is sent there is refused, not sent on', async () => {
  assert.equal([(await ask('/language', {}, host, 'POST')).status, (await ask('/bob/edit', {}, host, 'POST')).status], [403, 403]);
});

test('a part whose name is that of the whole site sends nobody round in circles', async () => {
  const whole = await startTestSite(person('bob', 'member', 'displayName: Bob', 'mosVisibility: displayName public'), {
    env: { MOS_WEB_HOSTS: 'people=127.0.0.1' },
  });
  try {
    for (const path of ['/bob', '/', '/people', '/people/bob']) {
      const { status, text } = await whole.visitor().get(path);
      assert.is(status, 200, path);
      assert.match(text, /Bob/);
    }
  } finally {
    await whole.stop();
  }
});

test('nobody who joins takes a name that is an address of the site', () => {
  const taken = routes.map(({ path }) => path.split('/')[1] ?? '').filter((segment) => isUserName(segment));
  assert.equal([...new Set(taken)], []);
  assert.is(isUserName('static'), false);
  assert.is(isUserName('c3o'), true);
});

test.run();
