import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, base, type Club, eventually, member, missing, password, people, startClub } from '../support/club.ts';
import { debian13 } from '../support/debian-13.ts';
import { type Dovecot, imapLogin, newestMail, type Postfix, send, startDovecot, startPostfix } from '../support/mail.ts';

/** Debian 13's Dovecot on the very files that mos config dovecot-2.4 prints, with Debian 12's Postfix before it. */
const absent = missing('/usr/sbin/postfix', '/usr/bin/ldapmodify', '/usr/bin/curl');
const debian = absent ?? debian13();
if (typeof debian === 'string') console.log(`skipped: dovecot 2.4: ${debian}`);
else {
  const test = suite('dovecot 2.4');
  let club: Club;
  let dovecot: Dovecot;
  let overStartTls: Dovecot;
  let postfix: Postfix;
  const command = (program: string, words: readonly string[]) => debian.command(club.folder, program, words);

  test.before(async () => {
    club = await startClub();
    try {
      writeFileSync(join(club.folder, 'dovecot.password'), club.run(['service', 'add', 'dovecot']));
      dovecot = await startDovecot(club, [], { service: 'dovecot-2.4', command });
      overStartTls = await startDovecot(club, ['starttls=yes'], { service: 'dovecot-2.4', command });
      postfix = await startPostfix(club, dovecot);
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  test.after(() => club.stop());

  test('doveconf takes the files without a complaint', () => {
    const { code, text } = attempt(...command('/usr/bin/doveconf', ['-n', '-c', dovecot.config]));
    assert.is(code, 0, text);
    assert.not.match(text, /^\S*\s*(warning|error|fatal)|obsolete/im);
  });

  const logins: readonly (readonly [what: string, user: string, secret: string, expected: string])[] = [
    ['a member', 'ada', password('ada'), 'in'],
    ['a member by mail address', 'ada.example@example.org', password('ada'), 'in'],
    ['a member in another case', 'ADA', password('ada'), 'in'],
    ['a wrong password', 'ada', password('bob'), 'refused'],
    ['somebody who is banned', 'eve', password('eve'), 'refused'],
    ['somebody not activated', 'una', password('una'), 'refused'],
    ['nobody of that name', 'zoe', password('zoe'), 'refused'],
    ['a filter instead of a name', '*', password('ada'), 'refused'],
    ['a filter that is closed', 'ada)(uid=*', password('ada'), 'refused'],
  ];
  for (const [what, user, secret, expected] of logins) {
    test(`${what}: ${expected}`, () => {
      assert.is(imapLogin(dovecot, user, secret), expected, 'over LDAPS');
      assert.is(imapLogin(overStartTls, user, secret), expected, 'over StartTLS');
    });
  }

  test("doveadm user '*' lists who may log in", () => {
    const { code, text } = attempt(...command('/usr/bin/doveadm', ['-c', dovecot.config, 'user', '*']));
    assert.is(code, 0, text);
    assert.equal(text.trim().split('\n').sort(), ['ada', 'bob']);
  });

  const mine = (uid: string) => `${uid}.example@example.org`;

  async function arrives(uid: string, subject: string, secret = password(uid)): Promise<void> {
    await eventually(() => assert.match(newestMail(dovecot, uid, secret), new RegExp(`Subject: ${subject}\\b`)));
  }

  test('a member’s mail goes through submission, Postfix and LMTP into another’s inbox', async () => {
    const sent = send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'hello', as: ['ada', password('ada')] });
    assert.is(sent.code, 0, sent.text);
    await arrives('bob', 'hello');
    const wrong = send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'x', as: ['ada', 'wrong'] });
    assert.match(wrong.text, /535/);
  });

  const change = (uid: string, lines: string) => club.change(`dn: uid=${uid},${people}\nchangetype: modify\n${lines}\n`);

  test('a ban, an unban and a new password hold at the next login', () => {
    const status = (cn: string) => change('bob', `replace: mosStatus\nmosStatus: cn=${cn},ou=statuses,${base}`);
    status('banned');
    assert.is(imapLogin(dovecot, 'bob', password('bob')), 'refused');
    status('member');
    assert.is(imapLogin(dovecot, 'bob', password('bob')), 'in');
    change('bob', 'replace: userPassword\nuserPassword: another-long-password');
    assert.equal(
      [password('bob'), 'another-long-password'].map((each) => imapLogin(dovecot, 'bob', each)),
      ['refused', 'in'],
    );
  });

  test('whoever is renamed keeps their mail, whoever is removed is out', async () => {
    club.change(member('ivy'));
    send(postfix, { from: 'out@example.net', to: mine('ivy'), subject: 'before' });
    await arrives('ivy', 'before');
    club.change(`dn: uid=ivy,${people}\nchangetype: modrdn\nnewrdn: uid=ivo\ndeleteoldrdn: 1\n`);
    await arrives('ivo', 'before', password('ivy'));
    club.change(`dn: uid=ivo,${people}\nchangetype: delete\n`);
    assert.is(imapLogin(dovecot, 'ivo', password('ivy')), 'refused');
  });

  test('an app password for mail opens IMAP, one for another service does not', () => {
    club.run(['service', 'add', 'ejabberd']);
    const made = (service: string) => club.run(['app-password', 'add', 'ada', '--for', service, '--service', service]).trim();
    assert.equal(
      [made('dovecot'), made('ejabberd')].map((each) => imapLogin(dovecot, 'ada', each)),
      ['in', 'refused'],
    );
  });

  test('after a restart of MOS it finds back alone', async () => {
    await club.restart();
    await eventually(() => assert.is(imapLogin(dovecot, 'ada', password('ada')), 'in'));
  });

  test.run();
}
