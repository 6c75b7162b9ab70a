import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { wikiNameOf } from '../../sync/wiki/name.ts';
import { nameCases } from '../cases/wiki-names.ts';
import { base, type Club, eventually, member, missing, password, people, startClub } from '../support/club.ts';
import { adminName, adminPassword, type Engine, type MediaWiki, startMediaWiki } from '../support/mediawiki.ts';
import { fromSource } from '../support/mos-process.ts';

/** The real MediaWiki, with accounts that mos sync wiki pushes into its database, on the very mos-push.php that mos config prints. */
const why = missing('/usr/share/mediawiki/api.php', '/usr/bin/php', '/usr/sbin/mariadbd', '/usr/bin/ldapmodify');

interface Case {
  readonly engine: Engine;
  /** Further lines of LocalSettings.php */
  readonly settings: string;
  /** The wiki writes a hash of its own when somebody logs in */
  readonly rewrites: boolean;
}

const cases: readonly Case[] = [
  { engine: 'sqlite', settings: "$wgPasswordDefault = 'pbkdf2';", rewrites: true },
  { engine: 'mariadb', settings: '', rewrites: false },
];

function change(uid: string, what: string): string {
  return `dn: uid=${uid},${people}\nchangetype: modify\n${what}\n\n`;
}

const status = (uid: string, name: string) => change(uid, `replace: mosStatus\nmosStatus: cn=${name},ou=statuses,${base}`);

function judge({ engine, settings, rewrites }: Case): void {
  const test = suite(`mediawiki on ${engine}`);
  let club: Club;
  let wiki: MediaWiki;

  test.before(async () => {
    club = await startClub();
    try {
      club.change(['cid', 'dan', 'fay', 'gus', 'hal', 'ivy'].map((uid) => member(uid)).join(''));
      wiki = await startMediaWiki(club, engine, settings);
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  test.after(() => club.stop());

  function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return {
      ...club.mos.env,
      MOS_WIKI_DATABASE: wiki.databaseUrl,
      MOS_WIKI_PASSWORDS: 'yes',
      MOS_WIKI_GROUPS: 'board=sysop',
      ...more,
    };
  }

  /** `mos sync wiki`, as the timer runs it */
  function sync(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const done = spawnSync(process.execPath, [...fromSource, 'sync', 'wiki', ...words], { env: environment(env), encoding: 'utf8' });
    return { code: done.status, out: done.stdout.split('\n').filter(Boolean), err: done.stderr };
  }

  const nothing = (open: number) => ({ code: 0, out: [`wiki: nothing to do; ${open} open accounts`], err: '' });

  /** All that the sync may write, but for what the wiki writes itself */
  function state(): string[] {
    const tables = wiki.sql('SELECT ma_user, ma_uuid, ma_digest, ma_groups, ma_ended FROM {mos_account} ORDER BY ma_user');
    return [...tables, ...wikiState()];
  }

  function wikiState(): string[] {
    return [
      'SELECT user_id, user_name, user_real_name, user_email, user_password, user_token FROM {user} ORDER BY user_id',
      'SELECT actor_id, actor_user, actor_name FROM {actor} ORDER BY actor_id',
      'SELECT ug_user, ug_group FROM {user_groups} ORDER BY ug_user, ug_group',
      'SELECT ipb_user, ipb_by_actor, ipb_expiry FROM {ipblocks} ORDER BY ipb_id',
      'SELECT comment_id, comment_text FROM {comment} ORDER BY comment_id',
      'SELECT ss_users FROM {site_stats}',
    ].flatMap((text) => wiki.sql(text));
  }

  const logIn = (name: string, word: string) => wiki.browser().logIn(name, word);
  const column = (name: string, column: string) => wiki.sql(`SELECT ${column} FROM {user} WHERE user_name = '${name}'`)[0];

  test('a dry run shows the plan and writes nothing', () => {
    const before = wikiState();
    const { code, out } = sync(['--dry-run']);
    assert.is(code, 0);
    assert.is(out[0], 'create   Ada (ada), +sysop');
    assert.is(out.at(-1), 'wiki: would be 8 created; 8 open accounts');
    assert.equal(wikiState(), before);
    assert.throws(() => state(), /mos_account/);
  });

  test('a run that is cut off, or that the database refuses in its last statement, leaves nothing half-written', async () => {
    const before = wikiState();
    await cutOff();
    assert.equal(wikiState(), before);
    // both understand this much of a trigger
    const refuse =
      engine === 'sqlite' ? "SELECT RAISE(ABORT, 'no such luck');" : "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no such luck';";
    const delimiter = engine === 'sqlite' ? '' : 'DELIMITER //\n';
    const each = engine === 'sqlite' ? '' : 'FOR EACH ROW ';
    wiki.sql(`${delimiter}CREATE TRIGGER refuse BEFORE UPDATE ON {site_stats} ${each}BEGIN ${refuse} END${delimiter === '' ? '' : ' //'}`);
    const { code, out, err } = sync();
    wiki.sql('DROP TRIGGER refuse');
    assert.equal([code, out], [1, []]);
    assert.match(err, /^mos: the wiki's database .*no such luck/);
    assert.equal(wikiState(), before);
  });

  /** Kills mos, and what it has started, while it has written nearly all and waits for the last */
  async function cutOff(): Promise<void> {
    const lock =
      engine === 'sqlite'
        ? 'CREATE TRIGGER slow BEFORE UPDATE ON {site_stats} BEGIN SELECT COUNT(*) FROM user a, user b, user c, user d, user e, user f, user g, user h; END'
        : 'DELIMITER //\nCREATE TRIGGER slow BEFORE UPDATE ON {site_stats} FOR EACH ROW BEGIN DO SLEEP(60); END //';
    wiki.sql(lock);
    const running = spawn(process.execPath, [...fromSource, 'sync', 'wiki'], { env: environment(), detached: true, stdio: 'ignore' });
    const ended = once(running, 'exit');
    await eventually(() => assert.is(waits(), true));
    assert.ok(running.pid);
    process.kill(-running.pid, 'SIGKILL');
    await ended;
    await eventually(() => void wiki.sql('DROP TRIGGER slow'), 40);
  }

  /** Somebody is in the middle of a transaction */
  function waits(): boolean {
    if (engine === 'mariadb') return wiki.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'")[0] === '1';
    return spawnSync('test', ['-s', `${new URL(wiki.databaseUrl).pathname}-journal`]).status === 0;
  }

  test('members get accounts, and log in with the password of MOS', async () => {
    const { code, out, err } = sync();
    assert.is(code, 0, err);
    assert.is(out.at(-1), 'wiki: 8 created; 8 open accounts');
    assert.equal(wiki.sql("SELECT user_name FROM {user} WHERE user_name IN ('Eve', 'Una')"), [], 'who may not log in has none');
    const browser = wiki.browser();
    assert.is(await browser.logIn('ada', password('ada')), 'PASS');
    const { userinfo } = (await browser.api({ action: 'query', meta: 'userinfo', uiprop: 'groups|email|realname' })).query;
    assert.equal([userinfo.name, userinfo.realname, userinfo.email], ['Ada', 'Ada Example', 'ada.example@example.org']);
    assert.ok(userinfo.emailauthenticated, 'MOS has seen that mail arrives');
    assert.ok(userinfo.groups.includes('sysop'));
    const { query } = await browser.api({ action: 'query', meta: 'tokens' });
    const edit = { action: 'edit', title: 'Hello', text: 'world', token: query.tokens.csrftoken };
    assert.is((await browser.api(edit)).edit?.result, 'Success', 'a page by somebody who was pushed');
    assert.is(await logIn('Ada', 'wrong'), 'FAIL wrongpassword');
    for (const uid of ['eve', 'una']) assert.is(await logIn(uid, password(uid)), 'FAIL wrongpassword');
  });

  test('a second run writes nothing, whatever hash the wiki has made of a password', async () => {
    const written = column('Bob', 'user_password');
    assert.match(written ?? '', /^:argon2:\$argon2id\$/);
    assert.is(await logIn('bob', password('bob')), 'PASS');
    if (rewrites) await eventually(() => assert.match(column('Bob', 'user_password') ?? '', /^:pbkdf2:/));
    else {
      await sleep(500);
      assert.is(column('Bob', 'user_password'), written);
    }
    const before = state();
    assert.equal(sync(), nothing(8));
    assert.equal(sync(['--quiet']), { code: 0, out: [], err: '' });
    assert.equal(state(), before);
    assert.is(await logIn('bob', password('bob')), 'PASS');
  });

  test('the administrator of the wiki is as before; nobody registers, and members change no password and no mail there', async () => {
    assert.is(await logIn(adminName, adminPassword), 'PASS');
    assert.is(wiki.sql(`SELECT COUNT(*) FROM {mos_account} JOIN {user} ON user_id = ma_user WHERE user_name = '${adminName}'`)[0], '0');
    const stranger = wiki.browser();
    const { query } = await stranger.api({ action: 'query', meta: 'tokens', type: 'createaccount' });
    const made = { username: 'Mallory', password: 'long-enough-0', retype: 'long-enough-0', createreturnurl: 'http://127.0.0.1/' };
    const refused = await stranger.api({ action: 'createaccount', ...made, createtoken: query.tokens.createaccounttoken });
    assert.is(refused.createaccount?.status ?? refused.error?.code, 'FAIL');
    assert.is(await tryToChange('cid', password('cid')), 'cannotreauthenticate');
    assert.is(await logIn('cid', password('cid')), 'PASS');
    assert.is(await tryToChange(adminName, adminPassword, adminPassword), 'success');
  });

  async function tryToChange(name: string, word: string, to = 'another-long-password'): Promise<string> {
    const browser = wiki.browser();
    assert.is(await browser.logIn(name, word), 'PASS');
    const { query } = await browser.api({ action: 'query', meta: 'tokens' });
    const request = { action: 'changeauthenticationdata', changeauthrequest: 'MediaWiki\\Auth\\PasswordAuthenticationRequest' };
    const answer = await browser.api({ ...request, password: to, retype: to, changeauthtoken: query.tokens.csrftoken });
    return answer.changeauthenticationdata?.status ?? answer.error?.code;
  }

  test('a new password holds from the next run on, and ends sessions of the old one', async () => {
    const session = wiki.browser();
    assert.is(await session.logIn('bob', password('bob')), 'PASS');
    club.run(['passwd', 'bob'], 'bobs-new-long-password\n');
    assert.equal(sync().out, ['change   Bob (bob): password', 'wiki: 1 changed; 8 open accounts']);
    assert.is(await session.who(), '127.0.0.1');
    assert.is(await logIn('bob', password('bob')), 'FAIL wrongpassword');
    assert.is(await logIn('bob', 'bobs-new-long-password'), 'PASS');
  });

  test('a ban ends sessions, groups and bot passwords, and keeps out', async () => {
    club.change(`dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=dan,${people}\n\n`);
    assert.is(sync().out[0], 'change   Dan (dan): +sysop');
    const session = wiki.browser();
    assert.is(await session.logIn('dan', password('dan')), 'PASS');
    const id = column('Dan', 'user_id');
    wiki.sql(
      `INSERT INTO {bot_passwords} (bp_user, bp_app_id, bp_password, bp_token, bp_restrictions, bp_grants) VALUES (${id}, 'bot', 'x', 'x', '{}', '[]')`,
    );
    club.change(status('dan', 'banned'));
    assert.is(await session.who(), 'Dan', 'the wiki has not heard of it yet');
    const { code, out, err } = sync();
    assert.is(code, 0, err);
    assert.equal(out, ['block    Dan: dan may not log in', 'wiki: 1 blocked; 7 open accounts']);
    assert.is(await session.who(), '127.0.0.1');
    assert.is(await logIn('dan', password('dan')), 'FAIL wrongpassword');
    assert.equal(wiki.sql(`SELECT bp_app_id FROM {bot_passwords}`), []);
    assert.equal(wiki.sql(`SELECT ug_group FROM {user_groups} WHERE ug_user = ${id}`), []);
    const { query } = await wiki.browser().api({ action: 'query', list: 'blocks', bkusers: 'Dan', bkprop: 'user|by|expiry|reason|flags' });
    const [{ user, by, expiry, reason, autoblock }] = query.blocks;
    assert.equal([user, by, expiry, autoblock], ['Dan', 'MOS', 'infinity', false]);
    assert.match(reason, /mos sync wiki/);
    assert.equal(sync(), nothing(7));
  });

  test('the block alone keeps out, even with a password that is right', async () => {
    wiki.maintenance('changePassword.php', ['--user', 'Dan', '--password', 'a-password-of-the-wiki']);
    assert.match(await logIn('Dan', 'a-password-of-the-wiki'), /^FAIL .*(block|login-userblocked)/);
  });

  test('a block that somebody lifts in the wiki comes back; who is unbanned is in again, with groups', async () => {
    wiki.sql(`DELETE FROM {ipblocks} WHERE ipb_user = ${column('Dan', 'user_id')}`);
    assert.is(sync().out[0], 'block    Dan: dan may not log in');
    assert.is(await logIn('Dan', 'a-password-of-the-wiki'), 'FAIL wrongpassword');
    club.change(status('dan', 'member'));
    assert.equal(sync().out, [
      'unblock  Dan (dan)',
      'change   Dan (dan): password, +sysop',
      'wiki: 1 unblocked, 1 changed; 8 open accounts',
    ]);
    assert.is(await logIn('dan', password('dan')), 'PASS');
    assert.equal(sync(), nothing(8));
  });

  test('a block of the wiki itself is left as it is', async () => {
    wiki.maintenance('blockUsers.php', ['--performer', adminName], 'Fay\n');
    const before = wiki.sql('SELECT ipb_id, ipb_user, ipb_by_actor FROM {ipblocks}');
    for (const [name, step] of [
      ['banned', 'block    Fay: fay may not log in'],
      ['member', 'unblock  Fay (fay)'],
    ] as const) {
      club.change(status('fay', name));
      assert.is(sync().out[0], step);
      assert.equal(wiki.sql('SELECT ipb_id, ipb_user, ipb_by_actor FROM {ipblocks}'), before);
    }
    assert.ok(sync().out.includes('note     fay: the account Fay is blocked by somebody in the wiki'));
    wiki.maintenance('blockUsers.php', ['--performer', adminName, '--unblock'], 'Fay\n');
    assert.is(await logIn('fay', password('fay')), 'PASS');
  });

  test('with another wiki name the account stays as it is and is told; what the wiki renames itself stays linked', async () => {
    const id = column('Ada', 'user_id');
    const before = state();
    club.change(change('ada', 'replace: mosWikiName\nmosWikiName: countess_of Löve'));
    const told = 'ada: the account is still called Ada; rename it to Countess of Löve in the wiki with Special:RenameUser; the link stays';
    assert.equal(sync().out, [`note     ${told}`, 'wiki: nothing to do; 8 open accounts']);
    assert.equal(state(), before);
    assert.is(await logIn('Ada', password('ada')), 'PASS');
    assert.match(await logIn('Countess_of_Löve', password('ada')), /^FAIL/);
    // what Special:RenameUser does to these tables
    wiki.sql(`UPDATE {user} SET user_name = 'Countess of Löve' WHERE user_id = ${id}`);
    wiki.sql(`UPDATE {actor} SET actor_name = 'Countess of Löve' WHERE actor_user = ${id}`);
    assert.equal(sync(), nothing(8));
    assert.is(await logIn('Countess_of_Löve', password('ada')), 'PASS');
    club.change(`dn: uid=gus,${people}\nchangetype: modrdn\nnewrdn: uid=gustav\ndeleteoldrdn: 1\n\n`);
    assert.match(sync().out[0] ?? '', /^note {5}gustav: the account is still called Gus; rename it to Gustav/);
    assert.is(await logIn('Gus', password('gus')), 'PASS');
    club.change(change('gustav', 'replace: mosWikiName\nmosWikiName: gus'));
    assert.equal(sync(), nothing(8));
  });

  test('a group that the settings name no more ends with those whom the sync put in it', () => {
    const env = { MOS_WIKI_GROUPS: 'board=bureaucrat' };
    const inGroup = (group: string) =>
      wiki.sql(`SELECT user_name FROM {user_groups} JOIN {user} ON user_id = ug_user WHERE ug_group = '${group}'`);
    const others = (group: string) => inGroup(group).filter((name) => name !== adminName);
    const sysops = others('sysop');
    assert.is(sysops.length, 2);
    assert.is(sync([], env).code, 0);
    assert.equal([others('sysop'), others('bureaucrat')], [[], sysops]);
    assert.ok(inGroup('sysop').includes(adminName));
    assert.is(sync().code, 0);
    assert.equal([others('sysop'), others('bureaucrat')], [sysops, []]);
    assert.equal(sync(), nothing(8));
  });

  test('the account that blocks is one of the system, whatever it is called; nobody signs in to it', () => {
    const first = '$user = MediaWiki\\MediaWikiServices::getInstance()->getUserFactory()->newFromName("MOS");';
    assert.match(
      wiki.maintenance('eval.php', [], `${first}\necho $user->isSystemUser() ? "of the system" : "of somebody", PHP_EOL;\n`),
      /of the system/,
    );
    wiki.sql("UPDATE {user} SET user_name = 'Doorkeeper' WHERE user_name = 'MOS'");
    wiki.sql("UPDATE {actor} SET actor_name = 'Doorkeeper' WHERE actor_name = 'MOS'");
    for (const [name, step] of [
      ['banned', 'block    Hal: hal may not log in'],
      ['member', 'unblock  Hal (hal)'],
    ] as const) {
      club.change(status('hal', name));
      assert.is(sync().out[0], step);
    }
    wiki.sql("UPDATE {user} SET user_name = 'MOS' WHERE user_name = 'Doorkeeper'");
    wiki.sql("UPDATE {actor} SET actor_name = 'MOS' WHERE actor_name = 'Doorkeeper'");
    assert.equal(sync(), nothing(8));
  });

  test('an account that the wiki has itself is not touched, unless it is adopted', async () => {
    wiki.maintenance('createAndPromote.php', ['Zoe', 'zoes-password-in-the-wiki']);
    const before = wikiState();
    club.change(member('zoe'));
    const { code, out } = sync();
    assert.is(code, 0);
    assert.match(out[0] ?? '', /^note {5}zoe: the wiki has an account Zoe that is not MOS's/);
    assert.equal(wikiState(), before);
    assert.is(await logIn('zoe', 'zoes-password-in-the-wiki'), 'PASS');
    assert.equal(sync(['--adopt', 'Zoe']).out.slice(0, -1), ['adopt    Zoe (zoe)', 'change   Zoe (zoe): real name, mail, password']);
    assert.is(await logIn('zoe', 'zoes-password-in-the-wiki'), 'FAIL wrongpassword');
    assert.is(await logIn('zoe', password('zoe')), 'PASS');
    assert.equal(sync(), nothing(9));
  });

  test('bad names and names that two want are told, and nobody is harmed', () => {
    club.change(member('ned', 'member', 'mosWikiName: a#b') + member('meg', 'member', 'mosWikiName: Bob'));
    const before = wikiState();
    const { code, out } = sync();
    assert.is(code, 0);
    assert.equal(out, [
      'note     meg: bob and meg want the name Bob; give one of them another mosWikiName',
      'note     ned: "a#b" can be no name in the wiki: the wiki takes none of # < > [ ] | { } / @ : in it',
      'wiki: nothing to do; 9 open accounts',
    ]);
    assert.equal(sync(['--quiet']).out, []);
    assert.equal(wikiState(), before);
  });

  test('who is removed from the directory is blocked; a guard keeps many', async () => {
    const before = state();
    club.change(['cid', 'gustav', 'ivy'].map((uid) => `dn: uid=${uid},${people}\nchangetype: delete\n\n`).join(''));
    assert.is(sync(['--dry-run']).code, 1);
    const { code, out, err } = sync();
    assert.equal([code, out], [1, []]);
    assert.match(err, /3 of 9 accounts would be blocked, 34 % where MOS_SYNC_MOST_REMOVED allows 20/);
    assert.equal(state(), before);
    assert.is(sync(['--force']).code, 0);
    assert.is(await logIn('cid', password('cid')), 'FAIL wrongpassword');
    assert.is(sync().out.at(-1), 'wiki: nothing to do; 6 open accounts');
    club.change(member('cid'));
    const another = sync().out.find((line) => line.includes('cid: '));
    assert.match(another ?? '', /^note {5}cid: the account Cid is that of somebody who has left/);
    assert.is(await logIn('cid', password('cid')), 'FAIL wrongpassword');
  });

  test('an account that was deleted in the wiki is made anew, and so is the one that blocks', async () => {
    wiki.sql("DELETE FROM {user} WHERE user_name IN ('Dan', 'MOS')");
    assert.is(sync().out[0], 'create   Dan (dan), +sysop');
    assert.is(await logIn('dan', password('dan')), 'PASS');
    club.change(status('dan', 'banned'));
    assert.is(sync().out[0], 'block    Dan: dan may not log in');
    assert.ok(!sync().out.some((line) => line.startsWith('block')));
    club.change(status('dan', 'member'));
    assert.is(sync().out[0], 'unblock  Dan (dan)');
    assert.is(await logIn('dan', password('dan')), 'PASS');
  });

  test('what the sync takes for a name is what MediaWiki takes', () => {
    const asked = nameCases.filter(({ stricter }) => !stricter).map(({ text }) => text);
    // a line each, because eval.php reads 1024 bytes of one
    const lines = asked.map((text) => {
      const given = `Normalizer::normalize(base64_decode('${Buffer.from(text).toString('base64')}'))`;
      return `echo '=', base64_encode($names->getCanonical(${given}, 'creatable')), PHP_EOL;`;
    });
    const first = '$names = MediaWiki\\MediaWikiServices::getInstance()->getUserNameUtils();';
    const told = wiki.maintenance('eval.php', [], [first, ...lines, ''].join('\n'));
    const names = [...told.matchAll(/^=(.*)$/gm)].map(([, name = '']) => Buffer.from(name, 'base64').toString());
    const ours = asked.map((text) => {
      const result = wikiNameOf(text);
      return 'name' in result ? result.name : '';
    });
    assert.equal(names, ours);
  });

  test('where the wiki asks LDAP, accounts go by uid and have no password', async () => {
    const session = wiki.browser();
    assert.is(await session.logIn('bob', 'bobs-new-long-password'), 'PASS');
    const env = { MOS_WIKI_PASSWORDS: 'no' };
    const { out } = sync([], env);
    assert.ok(out.includes('change   Bob (bob): no password'));
    assert.ok(
      out.some((line) => line.startsWith('note     ada: the account is still called Countess of Löve; rename it to Ada ')),
      'by uid there',
    );
    assert.is(column('Bob', 'user_password') ?? '', '');
    assert.is(sync([], env).out.at(-1), 'wiki: nothing to do; 8 open accounts');
    assert.is(await session.who(), '127.0.0.1');
    assert.is(await logIn('bob', 'bobs-new-long-password'), 'FAIL wrongpassword');
    assert.is(sync().code, 0);
    assert.is(await logIn('bob', 'bobs-new-long-password'), 'PASS');
  });

  const places: readonly (readonly [what: string, place: (url: string) => string, says: RegExp])[] =
    engine === 'sqlite'
      ? [
          ['a file that is not there', (url) => `${url}.none`, /can't be opened/],
          ['a prefix that is none', (url) => `${url}?prefix=${encodeURIComponent('x; DROP')}`, /letters, digits/],
          ['a prefix of another wiki', (url) => `${url}?prefix=other_`, /no other_user/],
        ]
      : [
          ['a wrong password', (url) => url.replace('data%2Fbase', 'wrong-one'), /refuses the user or the password/],
          ['nobody there', () => 'mysql://wiki:wrong-one@127.0.0.1:1/wiki', /nobody listens there \(ECONNREFUSED\)/],
          ['no prefix', (url) => url.replace('prefix=mw_&', ''), /has no user, actor/],
        ];

  for (const [what, place, says] of places) {
    test(`what is wrong with MOS_WIKI_DATABASE is told without the password: ${what}`, () => {
      const { code, out, err } = sync([], { MOS_WIKI_DATABASE: place(wiki.databaseUrl) });
      assert.equal([code, out], [1, []]);
      assert.match(err, says);
      assert.not.match(err, /wrong-one|data.base/);
    });
  }

  test('a directory that can not be read, or has nobody, blocks nobody', () => {
    const before = state();
    assert.is(sync(['--force'], { MOS_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }).code, 1);
    assert.equal(state(), before);
  });

  test.run();
}

if (why !== undefined) console.log(`skipped: mediawiki: ${why}`);
else for (const each of cases) judge(each);
