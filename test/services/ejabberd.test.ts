import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, base, type Club, eventually, makeCertificate, member, missing, password, people, startClub } from '../support/club.ts';
import { type Ejabberd, ejabberdMissing, listenersOf, slixmppMissing, startEjabberd, stay, xmpp } from '../support/ejabberd.ts';
import { openXmppStream } from '../support/xmpp-stream.ts';

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

  const as = (uid: string, secret: string, ...action: readonly string[]) => xmpp(ejabberd, uid, secret, ...action);
  const login = (uid: string, secret = password(uid)) => as(uid, secret, 'login');
  const modify = (uid: string, lines: string) => club.change(`dn: uid=${uid},${people}\nchangetype: modify\n${lines}\n`);
  const status = (uid: string, cn: string) => modify(uid, `replace: mosStatus\nmosStatus: cn=${cn},ou=statuses,${base}`);
  const setPassword = (uid: string, secret: string) => modify(uid, `replace: userPassword\nuserPassword: ${secret}`);
  const [inside, refused] = [{ in: true }, { refused: true }];
  const changed = { in: true, changed: true };
  // ejabberd has one word for all that the directory refuses
  const notChanged = { in: true, error: 'internal-server-error' };

  const logins: readonly (readonly [what: string, uid: string, secret: string, expected: unknown])[] = [
    ['a member', 'ada', password('ada'), inside],
    ['a wrong password', 'ada', password('bob'), refused],
    ['somebody who is banned', 'eve', password('eve'), refused],
    ['somebody not activated', 'una', password('una'), refused],
    ['nobody of that name', 'zoe', password('zoe'), refused],
    ['a name that is a pattern', 'ad*', password('ada'), refused],
    ['a name that is part of a filter', 'zoe)(uid=ada', password('ada'), refused],
  ];
  for (const [what, uid, secret, expected] of logins) {
    test(`${what}: ${JSON.stringify(expected)}`, () => assert.equal(login(uid, secret), expected));
  }

  test('ejabberdctl check_account tells an admin whether the directory can be asked', () => {
    club.run(['service', 'update', 'ejabberd']);
    ejabberd.control('check_account', 'ada', 'example.org');
    assert.throws(() => ejabberd.control('check_account', 'eve', 'example.org'));
  });

  test('nothing listens but what the file names, and nowhere else', () => {
    assert.equal(listenersOf(ejabberd.pid).sort(), ejabberd.ports.map((port) => `127.0.0.1:${port}`).sort());
  });

  test('a password is taken over TLS alone, as PLAIN, and nobody signs up', async () => {
    const plain = await openXmppStream(ejabberd.port);
    assert.match(plain.features, /<required\/>/);
    assert.not.match(plain.features, /<mechanism/);
    const secure = await plain.startTls(ejabberd.cert);
    assert.equal(
      [...secure.features.matchAll(/<mechanism>(.*?)</g)].map(([, name]) => name),
      ['PLAIN'],
    );
    const form = "<query xmlns='jabber:iq:register'><username>new</username><password>news-long-password</password></query>";
    const signUp = await secure.ask(`<iq type='set' id='1' to='example.org'>${form}</iq>`, /<\/iq>|<\/stream:stream>/);
    assert.match(signUp, /not-authorized|not-allowed|forbidden/);
    secure.close();
    const eager = await openXmppStream(ejabberd.port);
    const ada = Buffer.from(`\0ada\0${password('ada')}`).toString('base64');
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${ada}</auth>`;
    assert.not.match(await eager.ask(auth, /<\/failure>|<success|<\/stream:stream>/), /<success/);
    eager.close();
    assert.equal(login('new', 'news-long-password'), refused);
  });

  test('a new member has all members in the contact list, and all have the new one, within the five seconds', async () => {
    const roster = (uid: string) => as(uid, password(uid), 'roster');
    const [ada, bob, ivy] = ['Ada', 'Bob', 'Ivy'].map((name) => ({ [`${name.toLowerCase()}@example.org`]: `${name} Example` }));
    assert.equal(roster('ada'), { in: true, roster: { ...bob } });
    club.change(member('ivy'));
    assert.equal(roster('ivy'), { in: true, roster: { ...ada, ...bob } });
    await eventually(() => assert.equal(roster('ada'), { in: true, roster: { ...bob, ...ivy } }), 6);
    status('ivy', 'honorary');
    await eventually(() => assert.equal(roster('ada'), { in: true, roster: { ...bob } }), 6);
    // may log in, but is in no group that has a contact list
    assert.equal(roster('ivy'), { in: true, roster: {} });
    status('ivy', 'member');
  });

  test('a vCard comes from the directory, with the photo, and shows what members see', () => {
    const bytes = [Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.alloc(3000, 7), Buffer.from('ffd9', 'hex')];
    const photo = Buffer.concat(bytes);
    modify('bob', `replace: jpegPhoto\njpegPhoto:: ${photo.toString('base64')}`);
    const expected = {
      in: true,
      name: 'Bob Example',
      mail: ['bob.example@example.org'],
      photo: createHash('sha256').update(photo).digest('hex'),
    };
    assert.equal(as('ada', password('ada'), 'vcard', 'bob@example.org'), expected);
    modify('bob', 'replace: mosVisibility\nmosVisibility: mail self\nmosVisibility: jpegPhoto board');
    assert.equal(as('ada', password('ada'), 'vcard', 'bob@example.org'), { ...expected, mail: [], photo: null });
  });

  test('the password is changed from the program, and holds for all', () => {
    const other = 'quite-another-password';
    assert.equal(as('bob', password('bob'), 'passwd', other), changed);
    assert.equal([login('bob'), login('bob', other)], [refused, inside]);
    // what the rules refuse, they refuse here too
    assert.equal(as('bob', other, 'passwd', 'short'), notChanged);
    assert.equal(as('bob', other, 'passwd', 'password123'), notChanged);
    assert.equal(login('bob', other), inside);
    setPassword('bob', password('bob'));
  });

  test('nobody signs off: an account is not the program’s to remove', () => {
    assert.equal(as('bob', password('bob'), 'leave'), { in: true, error: 'forbidden' });
    assert.equal(login('bob'), inside);
  });

  test('who has rights over others changes the password on the web site alone', () => {
    assert.equal(as('ada', password('ada'), 'passwd', 'quite-another-password'), notChanged);
    assert.equal(login('ada'), inside);
  });

  test('a ban, an unban, a new password, a new name and a removal hold at the next login', () => {
    const logIn = (secret = password('bob')) => login('bob', secret);
    assert.equal(logIn(), inside);
    status('bob', 'banned');
    assert.equal(logIn(), refused);
    status('bob', 'member');
    assert.equal(logIn(), inside);
    setPassword('bob', 'set-by-somebody-else');
    assert.equal([logIn(), logIn('set-by-somebody-else')], [refused, inside]);
    setPassword('bob', password('bob'));
    club.change(`dn: uid=ivy,${people}\nchangetype: modrdn\nnewrdn: uid=ivo\ndeleteoldrdn: 1\n`);
    assert.equal([login('ivy'), login('ivo', password('ivy'))], [refused, inside]);
    club.change(`dn: uid=ivo,${people}\nchangetype: delete\n`);
    assert.equal(login('ivo', password('ivy')), refused);
  });

  const appPassword = (uid: string, service: string) =>
    club.run(['app-password', 'add', uid, '--for', service, '--service', service]).trim();

  test('an app password for chat opens it, one for mail does not, and the main password can be kept out', () => {
    club.run(['service', 'add', 'dovecot']);
    const [chat, mail] = [appPassword('ada', 'ejabberd'), appPassword('ada', 'dovecot')];
    const tried = () => [chat, mail, password('ada')].map((each) => login('ada', each));
    assert.equal(tried(), [inside, refused, inside]);
    modify('ada', 'replace: mosAppPasswordsOnly\nmosAppPasswordsOnly: TRUE');
    assert.equal(tried(), [inside, refused, refused]);
    modify('ada', 'delete: mosAppPasswordsOnly');
    assert.equal(login('ada'), inside);
  });

  test('whoever is in by an app password does not set the main one, and not by a session that has outlived it either', async () => {
    club.change(member('joe'));
    const chat = appPassword('joe', 'ejabberd');
    assert.equal(as('joe', chat, 'passwd', 'stolen-with-the-phone'), notChanged);
    const stolen = await stay(club, ejabberd, 'joe', chat, 'stolen-with-the-phone');
    const [id = ''] = club.run(['app-password', 'list', 'joe']).split(' ');
    club.run(['app-password', 'revoke', 'joe', id]);
    assert.equal(await stolen(), notChanged);
    assert.equal([login('joe', chat), login('joe')], [refused, inside]);
  });

  test('a session that a ban has left alive does not set the password, and ejabberdctl ends it', async () => {
    const kept = await stay(club, ejabberd, 'bob', password('bob'), 'quite-another-password');
    status('bob', 'banned');
    assert.equal(await kept(), notChanged);
    status('bob', 'member');
    assert.equal(login('bob'), inside);
    const cut = await stay(club, ejabberd, 'bob', password('bob'));
    ejabberd.control('kick_user', 'bob', 'example.org');
    assert.equal(await cut(), { gone: true });
  });

  test('a restart of MOS loses nobody’s session, and ejabberd finds back', async () => {
    const stayed = await stay(club, ejabberd, 'bob', password('bob'));
    await club.restart();
    await eventually(() => assert.equal(login('ada'), inside));
    assert.equal(await stayed(), { in: true, stayed: true });
  });

  /** Somebody logs in while ejabberd can not ask: it waits, and comes in when MOS is back. */
  async function waitsFor(work: () => void | Promise<void>): Promise<void> {
    let isIn = false;
    const waiting = stay(club, ejabberd, 'ada', password('ada')).then((leave) => {
      isIn = true;
      return leave;
    });
    await work();
    assert.not.ok(isIn);
    await club.restart();
    assert.equal(await (await waiting)(), { in: true, stayed: true });
  }

  test('a MOS that was killed and stays away for seconds makes logins wait, and ends no session', async () => {
    const stayed = await stay(club, ejabberd, 'bob', password('bob'));
    await club.kill();
    await waitsFor(() => setTimeout(3000));
    assert.equal(await stayed(), { in: true, stayed: true });
  });

  test('a directory with a certificate of somebody else gets no password', async () => {
    const strange = join(club.folder, 'strange');
    mkdirSync(strange);
    const { cert, key } = makeCertificate(strange);
    await club.restart({ MOS_TLS_CERT: cert, MOS_TLS_KEY: key });
    await waitsFor(async () => {
      await eventually(() => assert.match(ejabberd.log(), /generated CLIENT ALERT: Fatal - Bad Certificate/));
      await setTimeout(1000);
    });
  });

  test('the password of its account is changed while it runs: both work until the end of the change', async () => {
    const old = readFileSync(ejabberd.passwordFile, 'utf8').trim();
    const next = club.run(['service', 'rotate', 'ejabberd']).trim();
    const account = `cn=ejabberd,ou=services,${base}`;
    const binds = () => [old, next].map((each) => attempt('ldapwhoami', ['-x', '-H', club.mos.ldapUrl, '-D', account, '-w', each]).code);
    assert.equal(binds(), [0, 0]);
    const works = () => {
      assert.equal(as('ada', password('ada'), 'roster')['roster'], { 'bob@example.org': 'Bob Example', 'joe@example.org': 'Joe Example' });
      assert.is(as('ada', password('ada'), 'vcard', 'bob@example.org')['name'], 'Bob Example');
    };
    const stayed = await stay(club, ejabberd, 'bob', password('bob'));
    await ejabberd.usePassword(next);
    club.run(['service', 'rotate', 'ejabberd', '--finish']);
    assert.equal(binds(), [49, 0]);
    // whatever was bound before binds again, and nothing is left in the caches
    await club.restart();
    await setTimeout(5500);
    await eventually(works);
    assert.equal(await stayed(), { in: true, stayed: true });
  });

  test.run();
}
