import { request } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { letter } from '../../web/mail/letters.ts';
import { person } from '../support/directory.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const test = suite('letters, and how they show in development');
let site: TestSite;
const hostile = '"><script>alert(1)</script>&amp;';

test.before(async () => {
  site = await startTestSite(person('ada'));
});
test.after(() => site.stop());

const made = (language: 'en' | 'de') =>
  letter(site.site, {
    to: 'ada@example.org',
    name: hostile,
    language,
    subject: 'data.mailSubject',
    paragraphs: ['data.mailText'],
    values: { name: hostile },
    link: { word: 'mail.open', path: '/people/a"b' },
  });

test('a letter is in one language, escaped, with its link as a button and as text, and loads nothing', () => {
  const { subject, plain, html } = made('de');
  assert.is(subject, `${hostile} bittet um Löschung`);
  assert.match(plain, /^Hallo ">/);
  assert.match(plain, /\/people\/a%22b$/m);
  for (const line of plain.split('\n')) assert.ok(line.length <= 76, line);
  assert.match(html, /<html lang="de">/);
  assert.not.match(html, /<script|<img|<link|@import|url\(/);
  assert.match(html, /&#34;&#62;&#60;script&#62;alert\(1\)&#60;\/script&#62;&#38;amp;/);
  assert.is(html.match(/\/people\/a%22b/g)?.length, 2);
  assert.match(html, /<meta name="color-scheme" content="light dark">/);
  assert.match(made('en').plain, /^Hello /);
});

test('the page of mails shows the newest first and both forms, as typed', async () => {
  await site.site.outbox.send({ ...made('en'), subject: 'the first' });
  await site.site.outbox.send(made('en'));
  const visitor = site.visitor();
  const { data } = await visitor.json<{ mails: readonly { readonly id: number; readonly subject: string }[] }>('/dev/mail');
  assert.equal(
    data.mails.map(({ subject }) => subject),
    [`${hostile} asks to be deleted`, 'the first'],
  );
  const id = data.mails[0]?.id;
  assert.not.match((await visitor.get('/dev/mail')).text, /<script>alert/);
  assert.match((await visitor.get(`/dev/mail/${id}`)).text, /Hello &quot;/);
  const html = await visitor.get(`/dev/mail/${id}/html`);
  assert.match(html.text, /^<!doctype html>/);
  assert.match(html.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/);
  for (const path of ['/dev/mail/0', '/dev/mail/x', `/dev/mail/${'9'.repeat(15)}`]) assert.is((await visitor.get(path)).status, 404);
});

test('it is not there for whoever comes through a proxy, or by another name', async () => {
  assert.is((await site.visitor().get('/dev/mail', { 'x-forwarded-for': '192.0.2.1' })).status, 404);
  assert.is(await statusWithHost(`${site.url}/dev/mail`, 'evil.example'), 404);
  assert.is(await statusWithHost(`${site.url}/dev/mail`, 'localhost'), 200);
});

for (const [what, env] of [
  ['in production', { MOS_PROFILE: 'production' }],
  ['with a mail server', { MOS_MAIL_URL: 'smtp://127.0.0.1:1' }],
] as const) {
  test(`it is not there ${what}`, async () => {
    const other = await startTestSite('', { env });
    try {
      for (const path of ['/dev/mail', '/dev/mail/1', '/dev/mail/1/html']) assert.is((await other.visitor().get(path)).status, 404);
    } finally {
      await other.stop();
    }
  });
}

/** fetch does not let one choose the Host. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test.run();
