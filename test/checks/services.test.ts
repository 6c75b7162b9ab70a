import { createSecureContext, rootCertificates } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkServices } from '../../directory/checks/check-services.ts';
import { CheckFailed } from '../../directory/checks/finding.ts';
import { pagesWithoutTls } from '../../directory/checks/http.ts';
import { ldap } from '../../directory/checks/ldap.ts';
import { startingTls } from '../../directory/checks/passwords.ts';
import type { Check, Judge } from '../../directory/checks/service.ts';
import { type Authority, type Issued, makeAuthority, type Wanted } from '../support/certificates.ts';
import { type Behaviour, type FakeOptions, startFake } from '../support/fake-service.ts';
import { httpd, imapd, imapsd, ldapd, mechanisms, popd, sieved, smtpd, starttlsRequired, xmppd } from './fakes.ts';

/** What mos check says of services of every kind, good and bad. */
const test = suite('checks of services');
const base = 'dc=example,dc=org';
let authority: Authority;
let good: Issued;
let judge: Judge;
test.before(async () => {
  authority = await makeAuthority('Club');
  good = await authority.issue();
  judge = { trusted: createSecureContext({ ca: [...rootCertificates, authority.ca] }), now: new Date() };
});

/** @param patience milliseconds; short where a server is silent by design */
async function linesOn(scheme: string, behaviour: Behaviour, options: FakeOptions = {}, path = '', patience = 5000): Promise<string> {
  const fake = await startFake(behaviour, { tls: good, ...options });
  try {
    const [found] = await checkServices(
      [{ url: `${scheme}://localhost:${fake.port}${path}`, address: '127.0.0.1', patience }],
      base,
      judge,
    );
    const text = found?.lines.join('\n').replaceAll(`//localhost:${fake.port}`, '//HOST') ?? '';
    assert.is(found?.ok, !/^(wrong|unknown)/m.test(text));
    return text;
  } finally {
    await fake.stop();
  }
}

const closed: Behaviour = { greeting: () => ({ next: 'end' }), answer: () => undefined };
const rubbish: Behaviour = {
  greeting: () => ({ text: '\u001b[31m\0\u0007nonsense\r\n' }),
  answer: () => ({ text: 'nonsense\r\n\r\n', next: 'end' }),
};
const endless: Behaviour = { greeting: () => ({ text: `* OK ${'x'.repeat(1 << 18)}` }), answer: () => undefined };
const onlyTls = 'IMAP4rev1 STARTTLS LOGINDISABLED';
const inHtml = { text: 'text/html', form: '<form method="post"><input name="p" type="password"></form>' };

type Row = readonly [name: string, scheme: string, behaviour: Behaviour, expected: RegExp, options?: FakeOptions, path?: string];
const rows: readonly Row[] = [
  ['IMAP as it should be', 'imap', imapd({ plain: onlyTls }), /^ok: imap:\/\/HOST: passwords over TLS alone$/],
  [
    'IMAP that refuses a login as RFC 5530 wants it',
    'imap',
    imapd({ plain: onlyTls, refusal: 'NO [PRIVACYREQUIRED] not without protection' }),
    /^ok: /,
  ],
  [
    'IMAP that offers PLAIN before STARTTLS',
    'imap',
    imapd({ plain: 'IMAP4rev1 STARTTLS LOGINDISABLED AUTH=PLAIN' }),
    /^wrong: imap:\/\/HOST: takes passwords without TLS \(AUTH=PLAIN is offered before STARTTLS\): set ssl = required/,
  ],
  [
    'IMAP that says LOGINDISABLED and looks at passwords all the same',
    'imap',
    imapd({ plain: onlyTls, refusal: 'NO [AUTHENTICATIONFAILED] wrong password' }),
    /^wrong: .*\(a made-up password was looked at: "NO \[AUTHENTICATIONFAILED\] wrong password"\): set/,
  ],
  [
    'IMAP that lets everybody in',
    'imap',
    imapd({ plain: 'IMAP4rev1 STARTTLS', refusal: 'OK welcome' }),
    /^wrong: .*LOGIN is offered before STARTTLS; a made-up password was looked at: ".*OK welcome/,
  ],
  [
    'IMAP that has proofs before STARTTLS',
    'imap',
    imapd({ plain: `${onlyTls} AUTH=CRAM-MD5` }),
    /^ok: .*\nwarning: .*: offers AUTH=CRAM-MD5 before STARTTLS/,
  ],
  ['IMAP without STARTTLS', 'imap', imapd({ plain: 'IMAP4rev1 LOGINDISABLED' }), /^wrong: .*: offers no STARTTLS, so nobody can log in/],
  [
    'IMAP that lets nobody in within TLS',
    'imap',
    imapd({ plain: onlyTls, within: 'IMAP4rev1 LOGINDISABLED' }),
    /^wrong: .*: takes no password even over TLS/,
  ],
  [
    'IMAP that offers STARTTLS and refuses it',
    'imap',
    imapd({ plain: onlyTls, startTls: { text: 's1 NO not today\r\n' } }),
    /^wrong: .*: refuses STARTTLS: "NO not today"$/,
  ],
  [
    'IMAP with somebody in between who says more than the server',
    'imap',
    imapd({ plain: onlyTls, startTls: { text: 's1 OK go\r\n* CAPABILITY AUTH=PLAIN\r\n', next: 'tls' } }),
    /^wrong: .*: sends text between its reply to STARTTLS and TLS/,
  ],
  ['IMAP over TLS', 'imaps', imapsd({ plain: '' }), /^ok: imaps:\/\/HOST: passwords over TLS alone$/, { direct: true }],
  ['IMAP over TLS that speaks no TLS', 'imaps', imapsd({ plain: onlyTls }), /^wrong: .*: fails at TLS: /],
  [
    'IMAP over TLS 1.1',
    'imaps',
    imapsd({ plain: '' }),
    /^wrong: .*: takes TLSv1\.1, which is broken: let TLSv1\.2 be the lowest$/,
    { direct: true, tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } },
  ],
  ['POP3 as it should be', 'pop3', popd({ plain: 'STLS\r\nSASL' }), /^ok: /],
  ['POP3 with USER before STLS', 'pop3', popd({ plain: 'STLS\r\nUSER' }), /^wrong: .*USER is offered before STARTTLS/],
  [
    'POP3 that looks at passwords',
    'pop3',
    popd({ plain: 'STLS', refusal: '-ERR [AUTH] wrong password' }),
    /^wrong: .*a made-up password was looked at: "-ERR \[AUTH\] wrong password"/,
  ],
  [
    'POP3 over TLS',
    'pop3s',
    { ...popd({ plain: '' }), greeting: () => ({ text: '+OK\r\n' }) },
    /^ok: pop3s.*passwords over TLS alone$/,
    { direct: true },
  ],
  ['ManageSieve as it should be', 'sieve', sieved({ plain: '"SASL" ""\r\n"STARTTLS"' }), /^ok: /],
  [
    'ManageSieve that takes passwords',
    'sieve',
    sieved({ plain: '"SASL" "PLAIN"\r\n"STARTTLS"', refusal: 'NO "wrong password"' }),
    /^wrong: .*SASL PLAIN is offered before STARTTLS; a made-up password was looked at: "NO "wrong password""/,
  ],
  ['submission as it should be', 'submission', smtpd({ plain: '250 STARTTLS' }), /^ok: submission:\/\/HOST: passwords over TLS alone$/],
  [
    'submission with AUTH before STARTTLS, in both notations',
    'submission',
    smtpd({ plain: '250-STARTTLS\r\n250-AUTH=LOGIN\r\n250 AUTH PLAIN' }),
    /^wrong: .*\(AUTH LOGIN and AUTH PLAIN are offered before STARTTLS\): set smtpd_tls_security_level/,
  ],
  [
    'submission that looks at passwords',
    'submission',
    smtpd({ plain: '250 STARTTLS', refusal: '535 5.7.8 authentication failed' }),
    /^wrong: .*a made-up password was looked at: "535/,
  ],
  ['submission where nobody can log in', 'submission', smtpd({ plain: '250 STARTTLS', within: '250 HELP' }), /^wrong: .*takes no password/],
  [
    'submission over TLS',
    'submissions',
    { ...smtpd({ plain: '' }), greeting: () => ({ text: '220 mail\r\n' }) },
    /^ok: submissions/,
    { direct: true },
  ],
  ['a mail exchange that takes no passwords', 'smtp', smtpd({ plain: '250 STARTTLS', within: '250 HELP' }), /^ok: .*: takes no passwords$/],
  ['a mail exchange without TLS', 'smtp', smtpd({ plain: '250 HELP' }), /^ok: .*: takes no passwords$/],
  [
    'a mail exchange that takes passwords',
    'smtp',
    smtpd({ plain: '250-STARTTLS\r\n250 AUTH PLAIN', refusal: '334 ' }),
    /^wrong: .*AUTH PLAIN is offered .*looked at: "334"\): set smtpd_tls_auth_only/,
  ],
  ['XMPP as it should be', 'xmpp', xmppd({ plain: starttlsRequired }), /^ok: xmpp:\/\/HOST: passwords over TLS alone$/],
  [
    'XMPP that offers PLAIN beside STARTTLS',
    'xmpp',
    xmppd({ plain: `<starttls/>${mechanisms('PLAIN', 'SCRAM-SHA-1')}`, refusal: '<failure><not-authorized/></failure>' }),
    /^wrong: .*PLAIN is offered before STARTTLS; a made-up password was looked at.*starttls_required: true.*\nwarning: .*SCRAM-SHA-1/,
  ],
  [
    'XMPP that still knows jabber:iq:auth',
    'xmpp',
    xmppd({ plain: `<starttls/><auth xmlns='http://jabber.org/features/iq-auth'/>` }),
    /^wrong: .*jabber:iq:auth is offered before STARTTLS/,
  ],
  [
    'XMPP of another domain',
    'xmpp',
    xmppd({ plain: starttlsRequired }),
    /^wrong: .*: refuses the domain other\.example: .*host-unknown/,
    {},
    '/other.example',
  ],
  ['XMPP over TLS', 'xmpps', xmppd({ plain: '' }), /^ok: xmpps/, { direct: true }],
  ['LDAP as it should be', 'ldap', ldapd({ simple: 13 }), /^ok: ldap:\/\/HOST: passwords over TLS alone$/],
  ['LDAP that spares its own machine', 'ldap', ldapd({ simple: 49 }), /^unknown: .*from there nobody can tell what others may/],
  ['LDAP that takes SASL PLAIN', 'ldap', ldapd({ simple: 13, sasl: 49 }), /^unknown: /],
  ['LDAP without StartTLS', 'ldap', ldapd({ simple: 13, startTls: 2 }), /^wrong: .*: refuses STARTTLS: "result 2 "so it is""$/],
  ['LDAP over TLS', 'ldaps', ldapd({ simple: 49 }), /^ok: ldaps/, { direct: true }],
  ['a site on loopback', 'http', httpd('200 OK', [], inHtml.form), /^ok: .*over loopback/],
  [
    'a site over TLS',
    'https',
    httpd('200 OK', ['Strict-Transport-Security: max-age=31536000']),
    /^ok: https:\/\/HOST: TLS$/,
    { direct: true },
  ],
  ['a site that does not keep browsers', 'https', httpd('200 OK'), /^ok: .*\nwarning: .*Strict-Transport-Security/, { direct: true }],
  [
    'a site over TLS that sends back',
    'https',
    httpd('302 Found', ['Location: http://club.example/']),
    /^wrong: .*sends browsers back to "http:/,
    { direct: true },
  ],
  ['a scheme that there is not', 'gopher', closed, /^wrong: gopher:\/\/HOST: gopher is not known here; imap, imaps, /],
  ...['imap', 'pop3', 'sieve', 'smtp', 'submission', 'xmpp', 'ldap'].flatMap((scheme): Row[] => [
    [`${scheme}: a server that ends at once`, scheme, closed, /^wrong: \w+:\/\/HOST: ends the connection$/],
    [`${scheme}: a server of something else`, scheme, rubbish, /^wrong: \w+:\/\/HOST: [ -~]*(nonsense[ -~]*|ends the connection)$/],
    [`${scheme}: a reply without end`, scheme, endless, /^wrong: \w+:\/\/HOST: (sends more than 65536 bytes|does not speak LDAP)/],
  ]),
  [
    'IMAP with a list of capabilities without end',
    'imap',
    imapd({ plain: `${'X'.repeat(70_000)} STARTTLS LOGINDISABLED` }),
    /^wrong: .*: sends more than 65536 bytes without coming to an end$/,
  ],
];
for (const [name, scheme, behaviour, expected, options, path] of rows) {
  test(name, async () =>
    assert.match(
      await linesOn(scheme, behaviour, { ...options, ...(options?.tls && { tls: { ...good, ...options.tls } }) }, path),
      expected,
    ),
  );
}

const silence: Behaviour = { answer: () => undefined };
const halfALine: Behaviour = {
  greeting: () => ({ text: '* OK' }),
  answer: (said) => ({ text: said }),
};
test('whoever says nothing, or never a whole line, is waited for, but not long', async () => {
  const from = Date.now();
  const all = await Promise.all([
    ...['imap', 'xmpp', 'ldap', 'submission', 'imaps'].map((scheme) => linesOn(scheme, silence, {}, '', 1000)),
    linesOn('https', silence, { direct: true }, '', 1000),
    linesOn('imap', halfALine, {}, '', 1000),
    linesOn('imap', imapd({ plain: onlyTls, startTls: { text: 's1 OK go\r\n' } }), {}, '', 1000),
  ]);
  for (const text of all) assert.match(text, /^wrong: .*\b1 s/);
  assert.ok(Date.now() - from < 4000);
});

test('a refusal that takes its time is none', async () => {
  const slow = imapd({ plain: onlyTls });
  const behaviour: Behaviour = { ...slow, answer: (said, secured) => (said.includes('LOGIN') ? undefined : slow.answer(said, secured)) };
  assert.match(await linesOn('imap', behaviour, {}, '', 1000), /^wrong: .*a made-up password is not refused at once/);
});

test('no password stands in what is sent but made-up ones, each time others', async () => {
  const heard: string[] = [];
  for (let count = 0; count < 2; count++) {
    const fake = await startFake(imapd({ plain: onlyTls }), { tls: good });
    await checkServices([{ url: `imap://localhost:${fake.port}`, address: '127.0.0.1' }], base, judge);
    heard.push(
      ...fake
        .heard()
        .split('\r\n')
        .filter((each) => each.includes(' LOGIN ')),
    );
    await fake.stop();
  }
  assert.is(heard.length, 2);
  for (const each of heard) assert.match(each, /^p1 LOGIN mos-check-[\da-f]{12} [\da-f]{24}$/);
  assert.is.not(heard[0], heard[1]);
});

const certificates: readonly (readonly [name: string, wanted: Wanted, expected: RegExp])[] = [
  ['for another name', { name: 'mail.example.net' }, /^wrong: .*: its certificate does not name localhost, but "DNS:mail\.example\.net"$/],
  ['that has ended', { to: -1 }, /^wrong: .*: its certificate ended on \d{4}-\d\d-\d\d: renew it$/],
  ['that has not begun', { from: 2 }, /^wrong: .*: its certificate begins on /],
  ['that ends soon', { to: 10 }, /^ok: .*\nwarning: .*: its certificate ends on \d{4}-\d\d-\d\d: renew it$/],
  ['that ends later', { to: 20 }, /^ok: [^\n]*$/],
];
for (const [name, wanted, expected] of certificates) {
  test(`a certificate ${name}`, async () => {
    const tls = await authority.issue(wanted);
    assert.match(await linesOn('imap', imapd({ plain: onlyTls }), { tls }), expected);
    assert.match(await linesOn('imaps', imapsd({ plain: '' }), { tls, direct: true }), expected);
  });
}

test('a certificate of an authority that nobody knows; a mail exchange is warned of it', async () => {
  const stranger = await makeAuthority('Stranger');
  const tls = await stranger.issue({ name: 'other.example' });
  const told = /from an authority that is not known here, "Stranger": .*--ca.*\n.*does not name localhost/;
  const text = await linesOn('submissions', { ...smtpd({ plain: '' }), greeting: () => ({ text: '220 x\r\n' }) }, { tls, direct: true });
  assert.match(text, told);
  assert.match(text, /^wrong: /);
  const exchange = await linesOn('smtp', smtpd({ plain: '250 STARTTLS', within: '250 HELP' }), { tls });
  assert.match(exchange, told);
  assert.match(exchange, /^ok: /);
});

/** Checks that loopback would excuse, as they are over a network. */
async function alone(check: Check, behaviour: Behaviour): Promise<string> {
  const fake = await startFake(behaviour, { tls: good });
  const place = { host: '127.0.0.1', port: fake.port };
  try {
    const service = { url: '', place, party: { name: 'localhost', base }, path: '/', loopbackOnly: false };
    const { findings, summary } = await check(service, judge);
    return findings.length === 0 ? `ok: ${summary}` : findings.map(({ level, text }) => `${level}: ${text}`).join('\n');
  } catch (error) {
    if (error instanceof CheckFailed) return `wrong: ${error.message}`;
    throw error;
  } finally {
    await fake.stop();
  }
}

const strictLdap = startingTls(ldap, { login: true, remedy: 'demand TLS' });
const elsewhere: readonly (readonly [name: string, check: Check, behaviour: Behaviour, expected: RegExp])[] = [
  [
    'LDAP that says whether a password is right',
    strictLdap,
    ldapd({ simple: 49 }),
    /^wrong: .*a simple bind got result 49 .*: demand TLS$/,
  ],
  ['LDAP that lets everybody in', strictLdap, ldapd({ simple: 0 }), /^wrong: .*a simple bind got result 0/],
  ['LDAP that takes SASL PLAIN', strictLdap, ldapd({ simple: 13, sasl: 49 }), /^wrong: .*SASL PLAIN got result 49/],
  [
    'a site that sends to https',
    pagesWithoutTls,
    httpd('301 Moved', ['Location: https://club.example/']),
    /^ok: sends everybody to https$/,
  ],
  ['a site that refuses', pagesWithoutTls, httpd('403 Forbidden'), /^ok: refuses without TLS \(403\)$/],
  ['a login form', pagesWithoutTls, httpd('200 OK', [], inHtml.form), /^wrong: shows a login form without TLS: send everybody to https/],
  ['a login form behind a refusal', pagesWithoutTls, httpd('403 Forbidden', [], inHtml.form), /^wrong: shows a login form/],
  ['a page without one', pagesWithoutTls, httpd('200 OK', [], 'hello'), /^wrong: shows pages without TLS/],
  [
    'a password asked for by the browser',
    pagesWithoutTls,
    httpd('401 No', ['WWW-Authenticate: Basic realm="x"']),
    /^wrong: asks for a password/,
  ],
  ['a site in circles', pagesWithoutTls, httpd('302 Found', ['Location: /']), /^wrong: sends browsers round in circles/],
  [
    'a site that sends elsewhere',
    pagesWithoutTls,
    httpd('302 Found', ['Location: http://a.example/']),
    /^wrong: sends browsers to "http:\/\/a/,
  ],
  ['a site that sends nowhere', pagesWithoutTls, httpd('302 Found', ['Location: http://[']), /^wrong: sends browsers to "http:\/\/\["/],
  ['a site that is out of order', pagesWithoutTls, httpd('502 Bad'), /^wrong: does not answer: it says 502$/],
  ['a site of something else', pagesWithoutTls, rubbish, /^wrong: does not speak HTTP: it says "[^\0]*nonsense/],
];
for (const [name, check, behaviour, expected] of elsewhere) {
  test(`over a network: ${name}`, async () => assert.match(await alone(check, behaviour), expected));
}

test('nobody there; no mistake where it is said that it may be so, nor for a site without TLS', async () => {
  const fake = await startFake(closed);
  await fake.stop();
  const place = `localhost:${fake.port}`;
  const found = await checkServices(
    [
      { url: `imap://${place}` },
      { url: `ldap://${place}`, mayBeDown: true },
      { url: `http://${place}` },
      { url: 'imap://name:secret@x' },
      { url: 'imap://x:99999' },
    ],
    base,
    judge,
  );
  const lines = found.flatMap((each) => each.lines);
  assert.is(lines[0], `wrong: imap://${place}: does not answer: ECONNREFUSED`);
  assert.is(lines[1], `not running: ldap://${place}`);
  assert.is(lines[2], `ok: http://${place}: nothing answers without TLS`);
  assert.match(lines[3] ?? '', /^wrong: imap:\/\/…@x: is no URL/);
  assert.match(lines[4] ?? '', /^wrong: imap:\/\/x:99999: is no URL/);
  assert.equal(
    found.map(({ ok }) => ok),
    [false, true, true, false, false],
  );
});

test('a listener that is on loopback alone may take passwords there', async () => {
  const fake = await startFake(ldapd({ simple: 49 }), { tls: good });
  const asked = { url: `ldap://127.0.0.1:${fake.port}`, name: 'localhost', loopbackOnly: true };
  const [found] = await checkServices([asked], base, judge);
  await fake.stop();
  assert.match(found?.lines.join('\n') ?? '', /^ok: .*: passwords over TLS alone, or within this machine: it listens on loopback alone$/);
});

test.run();
