import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, base, type Club, eventually, member, missing, password, people, startClub } from '../support/club.ts';
import { openImap, openLines, plain, reply, tagged } from '../support/lines.ts';
import { type Dovecot, imapLogin, newestMail, type Postfix, send, startDovecot, startPostfix } from '../support/mail.ts';

/** Who gets mail, and as whom members send, by the real Dovecot and Postfix. */
const why = missing('/usr/sbin/dovecot', '/usr/sbin/postfix', '/usr/bin/ldapmodify', '/usr/bin/curl');
if (why !== undefined) console.log(`skipped: mail addresses: ${why}`);
else {
  const test = suite('mail addresses');
  let club: Club;
  let dovecot: Dovecot;
  let postfix: Postfix;
  const mine = (uid: string) => `${uid}.example@example.org`;
  const dn = (uid: string) => `uid=${uid},${people}`;
  const group = (cn: string, ...members: readonly string[]) =>
    `dn: cn=${cn},ou=groups,${base}\nobjectClass: groupOfNames\nobjectClass: mosGroup\ncn: ${cn}\nmail: ${cn}@example.org\n${members.map((each) => `member: ${each}\n`).join('')}\n`;

  test.before(async () => {
    club = await startClub();
    try {
      writeFileSync(join(club.folder, 'dovecot.password'), club.run(['service', 'add', 'dovecot']));
      dovecot = await startDovecot(club);
      postfix = await startPostfix(club, dovecot);
      club.change(
        [
          member('cem', 'alumni'),
          member('pat', 'member', "mailLocalAddress: o'neil@example.org"),
          group('inner', dn('bob'), dn('eve'), dn('una')),
          group('outer', `cn=inner,ou=groups,${base}`, dn('ada'), dn('cem')),
          group('round', `cn=about,ou=groups,${base}`, dn('bob')),
          group('about', `cn=round,ou=groups,${base}`, dn('ada')),
          group('gone', dn('eve')),
          `dn: cn=members,ou=groups,${base}\nchangetype: modify\nadd: mail\nmail: everybody@example.org\n\n`,
          `dn: cn=vorstand,ou=mail,${base}\nobjectClass: mosMailAlias\nobjectClass: inetLocalMailRecipient\ncn: vorstand\nmailLocalAddress: vorstand@example.org\nmailRoutingAddress: board@example.org\n`,
        ].join(''),
      );
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  // without a club the reason is what before has thrown
  test.after(() => club?.stop());

  /** Recipients of what has been delivered under a subject, sorted; waits until the queue is empty. */
  async function recipientsOf(subject: string, to: string): Promise<{ readonly sent: string[]; readonly bounced: string[] }> {
    const done = send(postfix, { from: 'out@example.net', to, subject });
    assert.is(done.code, 0, done.text);
    await eventually(() => assert.is(attempt('postqueue', ['-c', postfix.folder, '-j']).text, ''));
    const log = postfix.log();
    const id = new RegExp(`(\\w+): message-id=<${subject}@`).exec(log)?.[1];
    const having = (status: string) =>
      [...log.matchAll(new RegExp(`${id}: to=<([^>]*)>.*status=${status}`, 'g'))].map(([, address = '']) => address).sort();
    return { sent: having('sent'), bounced: having('bounced') };
  }

  const routes: readonly (readonly [what: string, to: string, uids: readonly string[]])[] = [
    ['a group in a group, with banned, left and unactivated people in both', 'outer', ['ada', 'bob']],
    ['the dynamic group of all members', 'everybody', ['ada', 'bob', 'pat']],
    ['an alias of the board, of which one is banned', 'vorstand', ['ada']],
    ['an address with a plus', 'ada.example+shop', ['ada']],
    ['a group with a plus', 'inner+shop', ['bob']],
    ['an address in another case', 'ADA.Example', ['ada']],
    ['an address with an apostrophe', "o'neil", ['pat']],
  ];
  for (const [index, [what, to, uids]] of routes.entries()) {
    test(`mail to ${what} reaches ${uids.join(', ')} and bounces for nobody`, async () => {
      const subject = `route-${index}`;
      const { sent, bounced } = await recipientsOf(subject, `${to}@example.org`);
      assert.equal([sent.length, bounced], [uids.length, []], sent.join());
      for (const uid of uids) assert.match(newestMail(dovecot, uid, password(uid)), new RegExp(`Subject: ${subject}\\b`));
    });
  }

  /** What Postfix says to each recipient, in one session from outside */
  async function rcpt(where: number | string, hello: string, addresses: readonly string[]): Promise<string[]> {
    const lines = await openLines(where);
    await lines.ask(`${hello} client.example.net`, reply);
    await lines.ask('MAIL FROM:<out@example.net>', reply);
    const said: string[] = [];
    for (const each of addresses) said.push((await lines.ask(`RCPT TO:<${each}>`, reply)).trim());
    lines.close();
    return said;
  }

  test('groups that contain each other are put off, and keep no other mail from its way', async () => {
    const said = await rcpt(postfix.smtp, 'EHLO', ['round@example.org', 'inner@example.org']);
    assert.match(said[0] ?? '', /^451 /);
    assert.match(said[1] ?? '', /^250 /);
    assert.match(postfix.log(), /recursion limit/i);
  });

  test('who leaves gets no more mail, by whatever address, and those beside them do', async () => {
    const before = await rcpt(postfix.smtp, 'EHLO', [mine('pat')]);
    club.change(`dn: ${dn('pat')}\nchangetype: delete\n`);
    const said = await rcpt(postfix.smtp, 'EHLO', [mine('pat'), "o'neil@example.org", mine('cem'), mine('una'), mine('ada')]);
    assert.equal(
      [...before, ...said].map((each) => each.slice(0, 3)),
      ['250', '550', '550', '550', '550', '250'],
    );
    assert.equal((await recipientsOf('without-pat', 'everybody@example.org')).sent, [mine('ada'), mine('bob')]);
    assert.is(imapLogin(dovecot, 'pat', password('pat')), 'refused');
  });

  const odd = [
    '*',
    'ad*',
    '(',
    ')',
    '*)(uid=*',
    'ada)(|(uid=*',
    '\\',
    '\\2a',
    'ada\\00',
    'ad\0a',
    'zo\u00eb',
    '\u{1f980}',
    "a'b",
    '%u',
    'a/../b',
    'x'.repeat(300),
  ];
  const named = (name: string) => JSON.stringify(name.length > 60 ? `${name.slice(0, 5)}…` : name);

  test('no odd name opens a mailbox, and none is taken for an outage', async () => {
    for (const name of [...odd, ...odd.map((each) => `${each}@example.org`)]) {
      const lines = await openImap(dovecot);
      const said = await lines.ask(`AUTHENTICATE PLAIN ${plain(name, password('ada'))}`, tagged);
      lines.close();
      assert.match(said, /^a (NO \[AUTHENTICATIONFAILED\]|BAD )|^a NO (?!\[)/m, named(name));
    }
    assert.is(imapLogin(dovecot, 'ada', password('ada')), 'in');
  });

  test('no odd address is anybody’s, and none is put off', async () => {
    const addresses = odd.map((each) => `${each}@example.org`);
    const quoted = odd.map((each) => `"${each.replaceAll('\\', '\\\\')}"@example.org`);
    for (const address of [...addresses, ...quoted]) {
      const [said = ''] = await rcpt(postfix.smtp, 'EHLO', [address]);
      // a % leads to another machine, and relaying is put off
      assert.match(said, /^5\d\d |^454 .*<%u@.*Relay access denied/, `${named(address)}: ${said}`);
      const [handed = ''] = await rcpt(join(dovecot.sockets, 'dovecot-lmtp'), 'LHLO', [address]);
      assert.match(handed, /^5\d\d /, `${named(address)} to LMTP: ${handed}`);
    }
    assert.match((await rcpt(postfix.smtp, 'EHLO', [mine('ada')]))[0] ?? '', /^250 /);
  });

  const senders: readonly (readonly [what: string, from: string, code: RegExp])[] = [
    ['their own address', mine('ada'), /^< 250 2\.0\.0 Ok: queued/m],
    ['their own address in another case', 'ADA.example@example.org', /^< 250 2\.0\.0 Ok: queued/m],
    ['their own address with a plus', 'ada.example+shop@example.org', /^< 250 2\.0\.0 Ok: queued/m],
    ['the address of somebody else', mine('bob'), /^< 553 /m],
    ['the address of a group they are in', 'board@example.org', /^< 553 /m],
    ['an alias', 'vorstand@example.org', /^< 553 /m],
    ['an address elsewhere', 'ada@example.net', /^< 553 /m],
    ['a filter', '*@example.org', /^< 553 /m],
    ['nobody, as a receipt does (RFC 8098 §3)', '', /^< 250 2\.0\.0 Ok: queued/m],
  ];
  for (const [what, from, code] of senders) {
    test(`as ${what} a member ${code.source.includes('250') ? 'sends' : 'does not send'}`, () => {
      const sent = send(postfix, { from, to: mine('bob'), subject: 'sender', as: ['ada', password('ada')], direct: true });
      assert.match(sent.text, code, sent.text);
    });
  }

  test.run();
}
