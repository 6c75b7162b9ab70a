import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, base, type Club, makeCertificate, member, missing, password, people, startClub } from '../support/club.ts';

/** What MediaWiki's LDAP extensions ask at a login, by PHP's ldap extension, on the very mos-ldapprovider.json that mos config prints. */
const hasLdap = attempt('php', ['-r', 'exit(extension_loaded("ldap") && extension_loaded("mbstring") ? 0 : 1);']).code === 0;
const why = missing('/usr/bin/php', '/usr/bin/ldapmodify') ?? (hasLdap ? undefined : 'php-ldap, php-mbstring: not installed');
if (why !== undefined) console.log(`skipped: mediawiki by LDAP: ${why}`);
else {
  const test = suite('mediawiki by LDAP');
  const script = join(import.meta.dirname, 'scripts/ldap-provider.php');
  const ways = { LDAPS: [], StartTLS: ['--set', 'starttls=yes'] } as const;
  type Way = keyof typeof ways;
  let club: Club;
  let stranger: string;

  test.before(async () => {
    club = await startClub();
    try {
      club.change(member('mary_ann'));
      club.change(member('cid', 'member', 'mosWikiName: Zed', 'cn: C.', 'mobile: +43 1'));
      club.run(['service', 'add', 'dovecot']);
      const secret = join(club.folder, 'wiki.password');
      writeFileSync(secret, club.run(['service', 'add', 'mediawiki']), { mode: 0o600 });
      for (const [way, words] of Object.entries(ways))
        club.run(['config', 'mediawiki', '--out', join(club.folder, way), '--password-file', secret, ...words]);
      mkdirSync(join(club.folder, 'stranger'));
      stranger = makeCertificate(join(club.folder, 'stranger')).cert;
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  test.after(() => club.stop());

  /** A login with the extensions. @returns who is let in, or why nobody is */
  function login(way: Way, name: string, secret: string, ca = club.ca): { readonly in?: unknown; readonly refused?: string } {
    const done = spawnSync('php', [script, join(club.folder, way, 'mos-ldapprovider.json'), name], {
      env: { ...process.env, LDAPTLS_CACERT: ca, LDAPTLS_REQCERT: 'demand' },
      encoding: 'utf8',
      input: secret,
    });
    assert.is(done.status, 0, `${done.stdout}${done.stderr}`);
    return JSON.parse(done.stdout);
  }

  const change = (uid: string, what: string) => club.change(`dn: uid=${uid},${people}\nchangetype: modify\n${what}\n\n`);
  const status = (uid: string, cn: string) => change(uid, `replace: mosStatus\nmosStatus: cn=${cn},ou=statuses,${base}`);
  const groups = (...names: readonly string[]) => names.map((cn) => `cn=${cn},ou=groups,${base}`);
  const ada = { name: 'Ada', realName: 'Ada Example', mail: 'ada.example@example.org', groups: groups('board', 'members') };
  const bob = { name: 'Bob', realName: 'Bob Example', mail: 'bob.example@example.org', groups: groups('members') };
  const nobody = 'nobody of this name';
  const refused = 'the password is refused: Invalid credentials';

  const rows: readonly (readonly [what: string, name: string, secret: string, expected: unknown])[] = [
    ['a member', 'ada', password('ada'), { in: ada }],
    ['the name as the wiki writes it', 'Ada', password('ada'), { in: ada }],
    ['the name in capitals', 'ADA', password('ada'), { in: ada }],
    ['an underscore, which is a blank in the wiki', 'mary_ann', password('mary_ann'), { in: maryIn() }],
    ['a blank, as the wiki shows it', 'Mary ann', password('mary_ann'), { in: maryIn() }],
    ['the account is called by uid, whatever mosWikiName says', 'cid', password('cid'), { in: cidIn() }],
    ['mosWikiName is no name for the login', 'Zed', password('cid'), { refused: nobody }],
    ['a wrong password', 'ada', 'wrong', { refused }],
    ['no password', 'ada', '', { refused: 'the password is refused: Server is unwilling to perform' }],
    ['the password of somebody else', 'ada', password('bob'), { refused }],
    ['who is banned', 'eve', password('eve'), { refused: nobody }],
    ['who has not activated the address', 'una', password('una'), { refused: nobody }],
    ['nobody', 'mallory', 'any', { refused: nobody }],
    ['a star is no wildcard', 'ad*', password('ada'), { refused: nobody }],
    ['a name is no filter', 'x)(|(uid=ada)', password('ada'), { refused: nobody }],
    ['an account of a service', 'mediawiki', 'any', { refused: nobody }],
  ];

  function maryIn(): unknown {
    return { name: 'Mary ann', realName: 'Mary_ann Example', mail: 'mary_ann.example@example.org', groups: groups('members') };
  }

  function cidIn(): unknown {
    return { name: 'Cid', realName: 'Cid Example', mail: 'cid.example@example.org', groups: groups('members') };
  }

  for (const way of ['LDAPS', 'StartTLS'] as const) {
    for (const [what, name, secret, expected] of rows) test(`${way}: ${what}`, () => assert.equal(login(way, name, secret), expected));

    test(`${way}: a directory that another authority vouches for hears no password`, () => {
      const { refused: said = '' } = login(way, 'ada', password('ada'), stranger);
      assert.match(said, way === 'StartTLS' ? /^StartTLS failed/ : /^the service is refused: Can't contact LDAP server/);
    });

    test(`${way}: a ban holds at the next login, and so does its end`, () => {
      assert.equal(login(way, 'bob', password('bob')), { in: bob });
      status('bob', 'banned');
      assert.equal(login(way, 'bob', password('bob')), { refused: nobody });
      status('bob', 'member');
      assert.equal(login(way, 'bob', password('bob')), { in: bob });
    });

    test(`${way}: a new password holds at the next login`, () => {
      change('bob', 'replace: userPassword\nuserPassword: another-long-password');
      assert.equal(login(way, 'bob', password('bob')), { refused });
      assert.equal(login(way, 'bob', 'another-long-password'), { in: bob });
      change('bob', `replace: userPassword\nuserPassword: ${password('bob')}`);
    });

    test(`${way}: after a renaming the new name opens, and the old one does not`, () => {
      const rename = (from: string, to: string) =>
        club.change(`dn: uid=${from},${people}\nchangetype: modrdn\nnewrdn: uid=${to}\ndeleteoldrdn: 1\n\n`);
      rename('ada', 'adele');
      assert.equal(login(way, 'ada', password('ada')), { refused: nobody });
      assert.equal(login(way, 'adele', password('ada')), { in: { ...ada, name: 'Adele' } }, 'and the groups have followed');
      rename('adele', 'ada');
    });

    test(`${way}: who is removed is let in no more`, () => {
      club.change(member('tom'));
      assert.ok('in' in login(way, 'tom', password('tom')));
      club.change(`dn: uid=tom,${people}\nchangetype: delete\n\n`);
      assert.equal(login(way, 'tom', password('tom')), { refused: nobody });
    });

    test(`${way}: an app password opens the wiki when it is for the wiki, and no other`, () => {
      const add = (service: string) =>
        /\S+-\S+/.exec(club.run(['app-password', 'add', 'cid', '--for', way, '--service', service]))?.[0] ?? '';
      assert.equal(login(way, 'cid', add('mediawiki')), { in: cidIn() });
      assert.equal(login(way, 'cid', add('dovecot')), { refused });
    });
  }

  test.run();
}
