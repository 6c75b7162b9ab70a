import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, type Club, eventually, member, missing, password, people, startClub } from '../support/club.ts';
import { type Ejabberd, ejabberdMissing, slixmppMissing, startEjabberd, stay, xmpp } from '../support/ejabberd.ts';

/** The real ejabberd, on the very files that mos config prints. */
const why = missing('/usr/bin/ldapmodify') ?? ejabberdMissing ?? slixmppMissing;
if (why !== undefined) console.log(`skipped: ejabberd: ${why}`);
else {
  const test = suite('ejabberd');
  let club: Club;
  let ejabberd: Ejabberd;

  test.before(async () => {
    club = await startClub();
    try {
      ejabberd = await startEjabberd(club);
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  test.after(() => club.stop());

  const login = (uid: string, secret = password(uid)) => xmpp(ejabberd, uid, secret, 'login');
  const modify = (uid: string, lines: string) => club.change(`dn: uid=${uid},${people}\nchangetype: modify\n${lines}\n`);
  const status = (uid: string, cn: string) => modify(uid, `replace: mosStatus\nmosStatus: cn=${cn},ou=statuses,${base}`);
  const [inside, refused] = [{ in: true }, { refused: true }];

  const logins: readonly (readonly [what: string, uid: string, secret: string, expected: unknown])[] = [
    ['a member', 'ada', password('ada'), inside],
    ['a wrong password', 'ada', password('bob'), refused],
    ['somebody who is banned', 'eve', password('eve'), refused],
    ['somebody not activated', 'una', password('una'), refused],
    ['nobody of that name', 'zoe', password('zoe'), refused],
  ];
  for (const [what, uid, secret, expected] of logins) {
    test(`${what}: ${JSON.stringify(expected)}`, () => assert.equal(login(uid, secret), expected));
  }

  test('a new member has all members in the contact list, and all have the new one, at once', () => {
    assert.equal(xmpp(ejabberd, 'ada', password('ada'), 'roster'), { in: true, roster: { 'bob@example.org': 'Bob Example' } });
    club.change(member('ivy'));
    const others = { 'ada@example.org': 'Ada Example', 'bob@example.org': 'Bob Example' };
    assert.equal(xmpp(ejabberd, 'ivy', password('ivy'), 'roster'), { in: true, roster: others });
    assert.equal(xmpp(ejabberd, 'ada', password('ada'), 'roster'), {
      in: true,
      roster: { 'bob@example.org': 'Bob Example', 'ivy@example.org': 'Ivy Example' },
    });
    status('ivy', 'banned');
    assert.equal(xmpp(ejabberd, 'ada', password('ada'), 'roster'), { in: true, roster: { 'bob@example.org': 'Bob Example' } });
    status('ivy', 'member');
  });

  test('a vCard comes from the directory, with the photo, and shows what members see', () => {
    // bytes of a JPEG file; what is in them nobody looks at here
    const photo = Buffer.concat([
      Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
      Buffer.alloc(3000, 7),
      Buffer.from('ffd9', 'hex'),
    ]);
    modify('bob', `replace: jpegPhoto\njpegPhoto:: ${photo.toString('base64')}`);
    const expected = {
      in: true,
      name: 'Bob Example',
      mail: ['bob.example@example.org'],
      photo: createHash('sha256').update(photo).digest('hex'),
    };
    assert.equal(xmpp(ejabberd, 'ada', password('ada'), 'vcard', 'bob@example.org'), expected);
    modify('bob', 'replace: mosVisibility\nmosVisibility: mail self\nmosVisibility: jpegPhoto board');
    assert.equal(xmpp(ejabberd, 'ada', password('ada'), 'vcard', 'bob@example.org'), { ...expected, mail: [], photo: null });
  });

  test('the password is changed from the program, and holds for all', () => {
    assert.equal(xmpp(ejabberd, 'bob', password('bob'), 'passwd', 'quite-another-password'), { in: true, changed: true });
    assert.equal([login('bob'), login('bob', 'quite-another-password')], [refused, inside]);
    // what the rules refuse, they refuse here too
    assert.is(xmpp(ejabberd, 'bob', 'quite-another-password', 'passwd', 'short')['changed'], undefined);
    assert.equal(login('bob', 'quite-another-password'), inside);
    modify('bob', `replace: userPassword\nuserPassword: ${password('bob')}`);
  });

  test('nobody signs up at the server', () => {
    const made = xmpp(ejabberd, 'new', password('new'), 'login');
    assert.equal(made, refused);
  });

  test('a ban, an unban, a new name and a removal hold at the next login', () => {
    status('bob', 'banned');
    assert.equal(login('bob'), refused);
    status('bob', 'member');
    assert.equal(login('bob'), inside);
    club.change(`dn: uid=ivy,${people}\nchangetype: modrdn\nnewrdn: uid=ivo\ndeleteoldrdn: 1\n`);
    assert.equal([login('ivy'), login('ivo', password('ivy'))], [refused, inside]);
    club.change(`dn: uid=ivo,${people}\nchangetype: delete\n`);
    assert.equal(login('ivo', password('ivy')), refused);
  });

  test('an app password for chat opens it, one for mail does not; the main password can be kept out and is then not changed from here', () => {
    club.run(['service', 'add', 'dovecot']);
    const chat = club.run(['app-password', 'add', 'ada', '--for', 'Telefon', '--service', 'ejabberd']).trim();
    const mail = club.run(['app-password', 'add', 'ada', '--for', 'mail', '--service', 'dovecot']).trim();
    assert.equal(
      [chat, mail, password('ada')].map((each) => login('ada', each)),
      [inside, refused, inside],
    );
    modify('ada', 'replace: mosAppPasswordsOnly\nmosAppPasswordsOnly: TRUE');
    assert.equal(
      [chat, mail, password('ada')].map((each) => login('ada', each)),
      [inside, refused, refused],
    );
    assert.is(xmpp(ejabberd, 'ada', chat, 'passwd', 'stolen-with-the-phone')['changed'], undefined);
    modify('ada', 'delete: mosAppPasswordsOnly');
    assert.equal(login('ada'), inside);
  });

  test('a restart of MOS loses nobody’s session, and ejabberd finds back', async () => {
    const stayed = await stay(ejabberd, 'bob', password('bob'), 8);
    await club.restart();
    await eventually(() => assert.equal(login('ada'), inside));
    assert.ok(await stayed());
  });

  test.run();
}
