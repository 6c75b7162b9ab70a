import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, type Club, eventually, member, missing, password, people, startClub } from '../support/club.ts';
import { type Dovecot, newestMail, type Postfix, send, startDovecot, startPostfix } from '../support/mail.ts';
import { listTable, type Mailman, mailmanPlace, startMailman } from '../support/mailman.ts';
import { fromSource } from '../support/mos-process.ts';
import { rootPassword } from '../support/slapd.ts';

/** The real Mailman, between the real Postfix and Dovecot, on the very files that mos config prints. */
const why = missing('/usr/lib/mailman3/bin/master', '/usr/sbin/postfix', '/usr/sbin/dovecot', '/usr/bin/ldapmodify', '/usr/bin/curl');
if (why !== undefined) console.log(`skipped: mailman: ${why}`);
else {
  const test = suite('mailman');
  const list = 'intern@example.org';
  const id = 'intern.example.org';
  let club: Club;
  let dovecot: Dovecot;
  let postfix: Postfix;
  let mailman: Mailman;

  /** Members with the switch on; gus has an address where no mail arrives, and cid switched it off */
  const more = [
    member('cid', 'member', 'mosListMember: FALSE'),
    ...['dan', 'fay', 'hal', 'ivy'].map((uid) => member(uid, 'member', 'mosListMember: TRUE')),
    member('gus', 'member', 'mosListMember: TRUE', 'mosListAddress: Ghost@example.org'),
    ...['ada', 'bob', 'eve', 'una'].map((uid) => `${change(uid, 'replace: mosListMember\nmosListMember: TRUE')}`),
  ].join('');

  test.before(async () => {
    const place = await mailmanPlace();
    club = await startClub({ MOS_MAILMAN_URL: place.url, MOS_MAILMAN_LIST: list });
    try {
      club.change(more);
      writeFileSync(join(club.folder, 'dovecot.password'), club.run(['service', 'add', 'dovecot']));
      dovecot = await startDovecot(club);
      postfix = await startPostfix(club, dovecot, [`list_maps= hash:${listTable(club)}`]);
      mailman = await startMailman(club, place, postfix.smtp);
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  test.after(() => club.stop());

  function change(uid: string, what: string): string {
    return `dn: uid=${uid},${people}\nchangetype: modify\n${what}\n\n`;
  }

  /** `mos sync mailman`, as the timer runs it */
  function sync(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const done = spawnSync(process.execPath, [...fromSource, 'sync', 'mailman', ...words], {
      env: { ...club.mos.env, ...env },
      encoding: 'utf8',
    });
    return { code: done.status, out: done.stdout.split('\n').filter(Boolean), err: done.stderr };
  }

  const nothing = (subscribers: number) => ({ code: 0, out: [`${list}: nothing to do; ${subscribers} subscribers`], err: '' });
  const address = (uid: string) => `${uid}.example@example.org`;

  async function subscribers(): Promise<string[]> {
    return (await mailman.roster(id)).map(({ email }) => String(email)).sort();
  }

  async function subscriber(email: string): Promise<Readonly<Record<string, unknown>>> {
    return mailman.ask('GET', `lists/${id}/member/${email}`);
  }

  /** An attribute of somebody's entry; empty when there is none */
  function value(uid: string, name: string): string {
    const words = ['-x', '-LLL', '-o', 'ldif-wrap=no', '-H', club.mos.ldapUrl, '-D', club.mos.rootDn, '-w', rootPassword];
    const { text } = attempt('ldapsearch', [...words, '-b', `uid=${uid},${people}`, '-s', 'base', name]);
    return new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  }

  test('without a list it says how to make one', async () => {
    const { code, err } = sync();
    assert.is(code, 1);
    assert.is(err, `mos: Mailman has no list ${list}; mos sync mailman --create makes it\n`);
    assert.is(sync(['--create', '--dry-run']).code, 0);
    assert.is((await mailman.ask('GET', `lists/${id}`))['status'], 404, 'a dry run makes none');
  });

  test('a new list is made, and has whoever may log in and has switched it on', async () => {
    const { code, out, err } = sync(['--create']);
    assert.is(code, 0, err);
    assert.is(out.at(-1), `${list}: 7 added; 7 subscribers`);
    assert.equal(await subscribers(), [...['ada', 'bob', 'dan', 'fay', 'hal', 'ivy'].map(address), 'ghost@example.org'].sort());
    assert.is((await subscriber(address('ada')))['display_name'], 'Ada Example');
    assert.is((await mailman.ask('GET', 'addresses/ghost@example.org'))['original_email'], 'Ghost@example.org', 'as its owner writes it');
    const config = await mailman.ask('GET', `lists/${id}/config`);
    const { send_welcome_message, send_goodbye_message, subscription_policy, advertised } = config;
    assert.equal([send_welcome_message, send_goodbye_message, subscription_policy, advertised], [false, false, 'moderate', false]);
  });

  test('a second run has nothing to do, and can be silent about it', () => {
    assert.equal(sync(), nothing(7));
    assert.equal(sync(['--quiet']), { code: 0, out: [], err: '' });
  });

  test('mail to the list reaches a member through Postfix and Mailman', async () => {
    // one failure is enough, where five on different days would be needed
    await mailman.ask('PATCH', `lists/${id}/config`, { bounce_score_threshold: '1' });
    const sent = send(postfix, { from: address('ada'), to: list, subject: 'assembly', as: ['ada', password('ada')] });
    assert.is(sent.code, 0, sent.text);
    const mail = await eventually(() => {
      const text = newestMail(dovecot, 'bob', password('bob'));
      assert.match(text, /Subject: .*assembly/, mailman.log());
      return text;
    }, 30);
    assert.match(mail, /^List-Id: .*<intern\.example\.org>/m);
    assert.match(mail, /^Return-Path: <intern-bounces/m, 'what comes back goes to Mailman');
  });

  test('whose mail comes back stays as Mailman has them, and it is noted in their entry', async () => {
    const ghost = await eventually(async () => {
      const each = await subscriber('ghost@example.org');
      const preferences = await mailman.ask('GET', `members/${each['member_id']}/preferences`);
      assert.is(preferences['delivery_status'], 'by_bounces', mailman.log());
      // a moment later it writes to them, and counts that
      assert.is(each['total_warnings_sent'], 1, mailman.log());
      return each;
    }, 30);
    const { code, out } = sync(['--quiet']);
    assert.is(code, 0);
    assert.equal(out, ['note    mail to Ghost@example.org comes back: noted in the entry of gus', `${list}: nothing to do; 7 subscribers`]);
    const since = String(ghost['last_bounce_received']).replace(/[-:T]|\..*/g, '');
    assert.is(value('gus', 'mosMailBounced'), `${since}Z`);
    assert.equal(sync(), nothing(7));
    assert.equal(await subscriber('ghost@example.org'), ghost, 'score and times are as they were');
    assert.is((await mailman.ask('GET', `members/${ghost['member_id']}/preferences`))['delivery_status'], 'by_bounces');
  });

  test('whom Mailman removes for bounces is not put back, until they have another address', async () => {
    await mailman.ask('PATCH', `lists/${id}/config`, { bounce_you_are_disabled_warnings: '0' });
    await eventually(async () => assert.not((await subscribers()).includes('ghost@example.org'), mailman.log()), 30);
    const day = value('gus', 'mosMailBounced').replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3');
    for (const _ of ['once', 'twice']) {
      const { code, out } = sync();
      assert.is(code, 0);
      assert.equal(out, [
        `leave   Ghost@example.org: mail came back, since ${day}, and Mailman has taken it off the list`,
        `${list}: nothing to do; 6 subscribers`,
      ]);
    }
    club.change(change('gus', `replace: mosListAddress\nmosListAddress: ${address('gus')}`));
    assert.is(sync().out.at(-1), `${list}: 1 added; 7 subscribers`);
    assert.ok((await subscribers()).includes(address('gus')));
    assert.is(value('gus', 'mosMailBounced'), '');
  });

  test('the list follows bans, switches, addresses, names and who leaves; what a subscriber has set stays', async () => {
    const { member_id: fay } = await subscriber(address('fay'));
    await mailman.ask('PATCH', `members/${fay}/preferences`, { delivery_mode: 'plaintext_digests' });
    await mailman.ask('POST', 'members', { list_id: id, subscriber: 'boss@example.net', role: 'owner' });
    await mailman.ask('POST', 'members', { list_id: id, subscriber: 'stranger@example.net', role: 'nonmember' });
    club.change(
      [
        change('bob', `replace: mosStatus\nmosStatus: cn=banned,ou=statuses,${club.mos.env['MOS_BASE_DN']}`),
        change('fay', `replace: mosListAddress\nmosListAddress: fay@example.net`),
        change('hal', 'replace: mosListMember\nmosListMember: FALSE'),
        change('gus', 'replace: displayName\ndisplayName: Gus Ünique'),
        change('cid', 'replace: mosListMember\nmosListMember: TRUE'),
        `dn: uid=dan,${people}\nchangetype: modrdn\nnewrdn: uid=daniel\ndeleteoldrdn: 1\n\n`,
        `dn: uid=ivy,${people}\nchangetype: delete\n\n`,
      ].join(''),
    );
    const words = [
      `add     ${address('cid')} (Cid Example)`,
      `move    ${address('fay')} to fay@example.net (Fay Example)`,
      `rename  ${address('gus')}: Gus Example becomes Gus Ünique`,
      `remove  ${address('bob')}: bob may not log in`,
      `remove  ${address('hal')}: hal has switched the list off`,
      `remove  ${address('ivy')}: nobody in the directory has this address`,
    ];
    const before = await subscribers();
    const planned = sync(['--dry-run']);
    assert.equal([planned.code, planned.out.slice(0, -1)], [1, words]);
    const refused = sync();
    const guard = /3 of 7 would be taken off the list, 43 % where MOS_SYNC_MOST_REMOVED allows 20; --dry-run shows whom, --force does it/;
    assert.equal([refused.code, refused.out], [1, []]);
    assert.match(refused.err, guard);
    assert.equal(await subscribers(), before, 'nothing has happened yet');

    const { code, out, err } = sync(['--force']);
    assert.is(code, 0, err);
    assert.equal(out, [...words, `${list}: 1 added, 1 moved, 1 renamed, 3 removed; 5 subscribers`]);
    assert.equal(await subscribers(), [...['ada', 'cid', 'dan', 'gus'].map(address), 'fay@example.net'].sort());
    assert.is((await subscriber('fay@example.net'))['delivery_mode'], 'plaintext_digests');
    assert.is((await subscriber('fay@example.net'))['member_id'], fay, 'the same subscription');
    assert.equal(
      (await mailman.roster(id, 'owner')).map(({ email }) => email),
      ['boss@example.net'],
    );
    assert.equal(
      (await mailman.roster(id, 'nonmember')).map(({ email }) => email),
      ['stranger@example.net'],
    );
    assert.equal(sync(), nothing(5));
  });

  test('who is unbanned is back', async () => {
    club.change(change('bob', `replace: mosStatus\nmosStatus: cn=member,ou=statuses,${club.mos.env['MOS_BASE_DN']}`));
    assert.is(sync().out.at(-1), `${list}: 1 added; 6 subscribers`);
    assert.ok((await subscribers()).includes(address('bob')));
  });

  test('strangers stay if they may, and go otherwise; who had asked to be let in is in', async () => {
    const wants = { list_id: id, subscriber: 'guest@example.net', pre_verified: 'true', pre_confirmed: 'true' };
    await mailman.ask('POST', 'members', { ...wants, pre_approved: 'true' });
    assert.equal(sync(['--keep-others']), nothing(7));
    club.change(change('hal', 'replace: mosListMember\nmosListMember: TRUE'));
    assert.is((await mailman.ask('POST', 'members', { ...wants, subscriber: address('hal') }))['status'], 202, 'waits for a moderator');
    assert.is(sync().out.at(-1), `${list}: 1 added, 1 removed; 7 subscribers`);
    assert.equal(await subscribers(), [...['ada', 'bob', 'cid', 'dan', 'gus', 'hal'].map(address), 'fay@example.net'].sort());
  });

  test('whom Mailman refuses is told, and not noted as being on the list', async () => {
    await mailman.ask('POST', `lists/${id}/bans`, { email: 'una@example.net' });
    club.change(
      change('una', 'replace: mosMailActivated\nmosMailActivated: TRUE\n-\nreplace: mosListAddress\nmosListAddress: una@example.net'),
    );
    const { code, out, err } = sync();
    assert.equal([code, out], [1, [`${list}: nothing done; 7 subscribers`]]);
    assert.is(err, 'mos: add     una@example.net (Una Example): Mailman refuses: Membership is banned\n');
    assert.is(value('una', 'mosListSubscribed'), '');
    assert.is(value('ada', 'mosListSubscribed'), address('ada'));
    club.change(change('una', 'replace: mosMailActivated\nmosMailActivated: FALSE'));
  });

  test('a directory that can not be read takes nobody off the list', async () => {
    const { code, err } = sync(['--force'], { MOS_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    assert.is(code, 1, err);
    assert.is((await subscribers()).length, 7);
  });

  test('a Mailman that is away, or wants another password, is told in words; after its restart and that of MOS all is as before', async () => {
    const wrong = sync([], { MOS_MAILMAN_URL: String(club.mos.env['MOS_MAILMAN_URL']).replace('rest-password', 'wrong') });
    assert.is(wrong.code, 1);
    assert.match(wrong.err, /refuses the user name or the password of MOS_MAILMAN_URL/);
    assert.not.match(wrong.err, /wrong:|:wrong/);
    await mailman.stop();
    const away = sync();
    assert.is(away.code, 1);
    assert.match(away.err, /no answer \(ECONNREFUSED\): is Mailman's core running/);
    await club.restart();
    await mailman.start();
    assert.equal(sync(), nothing(7));
  });

  test.run();
}
