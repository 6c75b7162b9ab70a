import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, base, type Club, eventually, member, missing, password, people, startClub } from '../support/club.ts';
import { type Dovecot, imapLogin, newestMail, type Postfix, send, startDovecot, startPostfix } from '../support/mail.ts';

/** The real Dovecot and Postfix, on the very files that mos config prints. */
const why = missing('/usr/sbin/dovecot', '/usr/sbin/postfix', '/usr/bin/ldapmodify', '/usr/bin/curl');
if (why !== undefined) console.log(`skipped: mail: ${why}`);
else {
  const test = suite('mail');
  let club: Club;
  let dovecot: Dovecot;
  let overStartTls: Dovecot;
  let postfix: Postfix;

  test.before(async () => {
    club = await startClub();
    try {
      writeFileSync(join(club.folder, 'dovecot.password'), club.run(['service', 'add', 'dovecot']));
      dovecot = await startDovecot(club);
      overStartTls = await startDovecot(club, ['starttls=yes']);
      postfix = await startPostfix(club, dovecot);
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  test.after(() => club.stop());

  const logins: readonly (readonly [what: string, user: string, secret: string, expected: string])[] = [
    ['a member', 'ada', password('ada'), 'in'],
    ['a member by mail address', 'ada.example@example.org', password('ada'), 'in'],
    ['a member in another case', 'ADA', password('ada'), 'in'],
    ['a wrong password', 'ada', password('bob'), 'refused'],
    ['somebody who is banned', 'eve', password('eve'), 'refused'],
    ['somebody not activated', 'una', password('una'), 'refused'],
    ['nobody of that name', 'zoe', password('zoe'), 'refused'],
    ['a filter instead of a name', '*', password('ada'), 'refused'],
  ];
  for (const [what, user, secret, expected] of logins) {
    test(`IMAP: ${what}: ${expected}`, () => {
      assert.is(imapLogin(dovecot, user, secret), expected, 'over LDAPS');
      assert.is(imapLogin(overStartTls, user, secret), expected, 'over StartTLS');
    });
  }

  test("doveadm user '*' lists who may log in", () => {
    const { code, text } = attempt('doveadm', ['-c', dovecot.config, 'user', '*']);
    assert.is(code, 0, text);
    assert.equal(text.trim().split('\n').sort(), ['ada', 'bob']);
  });

  async function arrives(uid: string, subject: string, secret = password(uid)): Promise<void> {
    await eventually(() => assert.match(newestMail(dovecot, uid, secret), new RegExp(`Subject: ${subject}\\b`)));
  }

  const mine = (uid: string) => `${uid}.example@example.org`;

  test('a member’s mail goes through submission, Postfix and LMTP into another’s inbox', async () => {
    const sent = send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'hello', as: ['ada', password('ada')] });
    assert.is(sent.code, 0, sent.text);
    await arrives('bob', 'hello');
  });

  test('mail is handed in over TLS from the first byte, too', async () => {
    const sent = send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'direct', as: ['ada', password('ada')], direct: true });
    assert.is(sent.code, 0, sent.text);
    await arrives('bob', 'direct');
  });

  test('mail from outside arrives, without a password', async () => {
    assert.is(send(postfix, { from: 'out@example.net', to: mine('ada'), subject: 'outside' }).code, 0);
    await arrives('ada', 'outside');
  });

  const refusals: readonly (readonly [what: string, message: Parameters<typeof send>[1], words: RegExp])[] = [
    ['a wrong password', { from: mine('ada'), to: mine('bob'), subject: 'x', as: ['ada', 'wrong'] }, /535/],
    ['somebody banned', { from: mine('eve'), to: mine('bob'), subject: 'x', as: ['eve', password('eve')] }, /535/],
    ['the address of somebody else', { from: mine('bob'), to: mine('bob'), subject: 'x', as: ['ada', password('ada')] }, /553/],
    ['an address that is nobody’s', { from: 'x@example.org', to: mine('bob'), subject: 'x', as: ['ada', password('ada')] }, /553/],
    ['to nobody', { from: 'out@example.net', to: 'nobody@example.org', subject: 'x' }, /550/],
    ['to somebody banned', { from: 'out@example.net', to: mine('eve'), subject: 'x' }, /550/],
    ['relaying for a stranger', { from: 'out@example.net', to: 'x@example.com', subject: 'x' }, /45[14]|55[04]/],
    ['a filter as an address', { from: 'out@example.net', to: '*@example.org', subject: 'x' }, /550/],
  ];
  for (const [what, message, words] of refusals) {
    test(`Postfix refuses ${what}`, () => {
      const { code, text } = send(postfix, message);
      assert.is.not(code, 0, text);
      assert.match(text, words);
    });
  }

  test('groups, aliases and forwards lead to whom they name, and to nobody banned', async () => {
    club.change(
      [
        `dn: cn=hello,ou=mail,${base}\nobjectClass: mosMailAlias\nobjectClass: inetLocalMailRecipient\ncn: hello\nmailLocalAddress: hello@example.org\nmailLocalAddress: office@example.org\nmailRoutingAddress: board@example.org\n`,
        `dn: cn=door,ou=mail,${base}\nobjectClass: nisMailAlias\ncn: door\nrfc822MailMember: ${mine('bob')}\nrfc822MailMember: ${mine('ada')}\n`,
        member('fay', 'member', 'mailLocalAddress: fay@example.org', `mailRoutingAddress: ${mine('bob')}`),
        `dn: cn=members,ou=groups,${base}\nchangetype: modify\nadd: mail\nmail: everybody@example.org\n`,
        '',
      ].join('\n'),
    );
    for (const [to, uids] of [
      ['board', ['ada']],
      ['office', ['ada']],
      ['door', ['ada', 'bob']],
      ['fay', ['bob']],
      ['everybody', ['ada', 'bob']],
    ] as const) {
      const sent = send(postfix, { from: 'out@example.net', to: `${to}@example.org`, subject: `to-${to}` });
      assert.is(sent.code, 0, sent.text);
      for (const uid of uids) await arrives(uid, `to-${to}`);
    }
    club.change(`dn: uid=fay,${people}\nchangetype: delete\n`);
    assert.is.not(attempt('grep', ['-q', 'eve.example', join(postfix.folder, 'log')]).code, -1);
    assert.is(postfix.log().match(/to=<eve\.example@example\.org>, .*status=sent/), null);
  });

  test('mail of the machine to root goes to whom MOS says', async () => {
    club.change(`dn: cn=root,ou=mail,${base}\nobjectClass: nisMailAlias\ncn: root@example.org\nrfc822MailMember: ${mine('ada')}\n`);
    const { code, text } = attempt('sendmail', ['-C', postfix.folder, 'root'], 'Subject: from cron\n\nhello\n');
    assert.is(code, 0, text);
    await arrives('ada', 'from cron');
  });

  const status = (uid: string, cn: string) =>
    `dn: uid=${uid},${people}\nchangetype: modify\nreplace: mosStatus\nmosStatus: cn=${cn},ou=statuses,${base}\n`;

  test('a ban, an unban and a new password hold at the next login, and a ban stops mail', () => {
    club.change(status('bob', 'banned'));
    assert.is(imapLogin(dovecot, 'bob', password('bob')), 'refused');
    assert.match(send(postfix, { from: 'out@example.net', to: mine('bob'), subject: 'banned' }).text, /550/);
    assert.match(send(postfix, { from: mine('bob'), to: mine('ada'), subject: 'banned', as: ['bob', password('bob')] }).text, /535/);
    club.change(status('bob', 'member'));
    assert.is(imapLogin(dovecot, 'bob', password('bob')), 'in');
    club.change(`dn: uid=bob,${people}\nchangetype: modify\nreplace: userPassword\nuserPassword: another-long-password\n`);
    assert.is(imapLogin(dovecot, 'bob', password('bob')), 'refused');
    assert.is(imapLogin(dovecot, 'bob', 'another-long-password'), 'in');
    club.change(`dn: uid=bob,${people}\nchangetype: modify\nreplace: userPassword\nuserPassword: ${password('bob')}\n`);
  });

  test('whoever is renamed keeps their mail, whoever is removed gets none', async () => {
    club.change(member('ivy'));
    send(postfix, { from: 'out@example.net', to: mine('ivy'), subject: 'before' });
    await arrives('ivy', 'before');
    club.change(`dn: uid=ivy,${people}\nchangetype: modrdn\nnewrdn: uid=ivo\ndeleteoldrdn: 1\n`);
    await arrives('ivo', 'before', password('ivy'));
    assert.is(imapLogin(dovecot, 'ivy', password('ivy')), 'refused');
    assert.is(send(postfix, { from: mine('ivy'), to: mine('ada'), subject: 'renamed', as: ['ivo', password('ivy')] }).code, 0);
    club.change(`dn: uid=ivo,${people}\nchangetype: delete\n`);
    assert.is(imapLogin(dovecot, 'ivo', password('ivy')), 'refused');
    assert.match(send(postfix, { from: 'out@example.net', to: mine('ivy'), subject: 'gone' }).text, /550/);
  });

  test('an app password for mail opens IMAP and submission, one for chat does not; the main password can be kept out', () => {
    club.run(['service', 'add', 'ejabberd']);
    const mail = club.run(['app-password', 'add', 'ada', '--for', 'Telefon', '--service', 'dovecot']).trim();
    const chat = club.run(['app-password', 'add', 'ada', '--for', 'chat', '--service', 'ejabberd']).trim();
    const any = club.run(['app-password', 'add', 'ada', '--for', 'all']).trim();
    assert.equal(
      [mail, chat, any, password('ada')].map((each) => imapLogin(dovecot, 'ada', each)),
      ['in', 'refused', 'in', 'in'],
    );
    assert.is(send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'app', as: ['ada', mail] }).code, 0);
    club.change(`dn: uid=ada,${people}\nchangetype: modify\nreplace: mosAppPasswordsOnly\nmosAppPasswordsOnly: TRUE\n`);
    assert.equal(
      [mail, chat, any, password('ada')].map((each) => imapLogin(dovecot, 'ada', each)),
      ['in', 'refused', 'in', 'refused'],
    );
    const list = club.run(['app-password', 'list', 'ada']);
    assert.match(list, /Telefon {2}for cn=dovecot,ou=services,dc=example,dc=org, made \d{4}-\d\d-\d\d \d\d:\d\d, last used \d{4}-/);
    assert.match(list, /chat {2}for .*, last used never/);
    club.run(['app-password', 'revoke', 'ada', /^(\w+) {2}Telefon/m.exec(list)?.[1] ?? '']);
    assert.equal(
      [mail, any].map((each) => imapLogin(dovecot, 'ada', each)),
      ['refused', 'in'],
    );
    club.change(`dn: uid=ada,${people}\nchangetype: modify\ndelete: mosAppPasswordsOnly\n`);
  });

  test('the service’s password is rotated without a login lost', () => {
    const fresh = club.run(['service', 'rotate', 'dovecot']).trim();
    const bind = (secret: string) =>
      attempt('ldapwhoami', ['-x', '-H', club.mos.ldapUrl, '-D', `cn=dovecot,ou=services,${base}`, '-w', secret]).code;
    const old = attempt('cat', [join(club.folder, 'dovecot.password')]).text.trim();
    assert.equal([bind(old), bind(fresh)], [0, 0]);
    assert.is(imapLogin(dovecot, 'ada', password('ada')), 'in');
    writeFileSync(join(dovecot.folder, 'mos-password.conf.ext'), `dnpass = ${fresh}\n`);
    assert.is(attempt('doveadm', ['-c', dovecot.config, 'reload']).code, 0);
    club.run(['service', 'rotate', 'dovecot', '--finish']);
    assert.equal([bind(old), bind(fresh)], [49, 0]);
    assert.is(imapLogin(dovecot, 'ada', password('ada')), 'in');
    assert.is(imapLogin(dovecot, 'ada', 'wrong'), 'refused');
  });

  test('mos config --check knows its files, and shows what somebody has changed', () => {
    assert.match(club.run(['config', 'dovecot', '--check', dovecot.folder]), /is what mos config dovecot prints/);
    assert.match(club.run(['config', 'postfix', '--check', postfix.folder]), /is what mos config postfix prints/);
    attempt('sed', ['-i', 's/^ssl = required/ssl = no/', dovecot.config]);
    assert.throws(() => club.run(['config', 'dovecot', '--check', dovecot.config]), /-ssl = no\n\+ssl = required/);
    attempt('sed', ['-i', 's/^ssl = no/ssl = required/', dovecot.config]);
  });

  test('MOS away is no refusal, and after its restart everybody finds back alone', async () => {
    await club.restart();
    await eventually(() => assert.is(imapLogin(dovecot, 'ada', password('ada')), 'in'));
    await eventually(() =>
      assert.is(send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'after', as: ['ada', password('ada')] }).code, 0),
    );
    await arrives('bob', 'after');
  });

  test.run();
}
