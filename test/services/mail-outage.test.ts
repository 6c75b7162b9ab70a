import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, type Club, eventually, missing, password, startClub } from '../support/club.ts';
import { type Lines, openImap, openLines, plain, reply, tagged } from '../support/lines.ts';
import { type Dovecot, imapLogin, type Postfix, send, startDovecot, startPostfix } from '../support/mail.ts';

/** The real Dovecot and Postfix while MOS is away, and after. The tests are one story, in their order. */
const why = missing('/usr/sbin/dovecot', '/usr/sbin/postfix', '/usr/bin/ldapmodify', '/usr/bin/curl');
if (why !== undefined) console.log(`skipped: mail while MOS is away: ${why}`);
else {
  const test = suite('mail while MOS is away');
  let club: Club;
  let dovecot: Dovecot;
  let postfix: Postfix;
  /** Subject of a mail that is in the queue when MOS goes */
  let waiting = '';
  /** Logged in before MOS goes */
  let session: Lines;

  test.before(async () => {
    club = await startClub();
    try {
      writeFileSync(join(club.folder, 'dovecot.password'), club.run(['service', 'add', 'dovecot']));
      dovecot = await startDovecot(club);
      postfix = await startPostfix(club, dovecot);
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  test.after(async () => {
    // either may be missing, if before has failed
    session?.close();
    await club?.stop();
  });

  const mine = (uid: string) => `${uid}.example@example.org`;
  /** Not the newest alone: what has waited comes in any order. */
  const arrives = async (uid: string, subject: string) => {
    const lines = await openImap(dovecot);
    assert.match(await lines.ask(`AUTHENTICATE PLAIN ${plain(uid, password(uid))}`, tagged), /^a OK/m);
    await eventually(async () => {
      assert.match(await lines.ask('SELECT INBOX', tagged), /^a OK/m);
      assert.match(await lines.ask(`SEARCH HEADER SUBJECT ${subject}`, tagged), /^\* SEARCH \d/m);
    });
    lines.close();
  };
  const postfixCommand = (program: string, ...words: readonly string[]) => {
    const { code, text } = attempt(program, ['-c', postfix.folder, ...words]);
    assert.is(code, 0, text);
    return text;
  };
  const queue = () => postfixCommand('postqueue', '-j');
  const login = async (user: string, secret: string) => {
    const lines = await openImap(dovecot);
    const answer = await lines.ask(`AUTHENTICATE PLAIN ${plain(user, secret)}`, tagged);
    lines.close();
    return answer;
  };

  test('a mail waits in the queue, and somebody reads theirs', async () => {
    assert.is(send(postfix, { from: 'out@example.net', to: mine('bob'), subject: 'early' }).code, 0);
    await arrives('bob', 'early');
    session = await openImap(dovecot);
    assert.match(await session.ask(`AUTHENTICATE PLAIN ${plain('bob', password('bob'))}`, tagged), /^a OK/m);
    // what has been taken, and is still to be handed to Dovecot when MOS goes
    postfixCommand('postconf', '-e', 'defer_transports = lmtp');
    postfixCommand('postfix', 'reload');
    let sent = 0;
    await eventually(() => {
      sent += 1;
      waiting = `waiting-${sent}`;
      assert.is(send(postfix, { from: 'out@example.net', to: mine('bob'), subject: waiting }).code, 0);
      assert.match(queue(), /"queue_name": "deferred"/);
    });
    postfixCommand('postconf', '-X', 'defer_transports');
    postfixCommand('postfix', 'reload');
  });

  test('a MOS that stands still delays a login, and refuses nobody', async () => {
    process.kill(club.mos.pid, 'SIGSTOP');
    const pending = login('ada', password('ada'));
    await sleep(3000);
    process.kill(club.mos.pid, 'SIGCONT');
    assert.match(await pending, /^a OK/m);
  });

  test('without MOS no login is refused: it is unavailable', async () => {
    await club.kill();
    for (const secret of [password('ada'), 'wrong']) assert.match(await login('ada', secret), /^a NO \[UNAVAILABLE\]/m);
    const sent = send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'x', as: ['ada', password('ada')] });
    // Postfix has one word for whatever Dovecot says that is not yes; the mail stays with the program that has it
    assert.match(sent.text, /^< 535 5\.7\.8 .*reason unavailable/m);
  });

  const recipients = [mine('ada'), mine('eve'), 'nobody@example.org', 'board@example.org', 'someone@example.com', '*@example.org'];
  test('mail from outside is put off, to whomever it goes', async () => {
    const smtp = await openLines(postfix.smtp);
    await smtp.ask('EHLO client.example.net', reply);
    await smtp.ask('MAIL FROM:<out@example.net>', reply);
    for (const to of recipients) assert.match(await smtp.ask(`RCPT TO:<${to}>`, reply), /^4\d\d /, to);
    smtp.close();
  });

  test('what waits stays in the queue', async () => {
    const before = postfix.log().length;
    postfixCommand('postqueue', '-f');
    await eventually(() => assert.match(postfix.log().slice(before), /status=deferred/));
    assert.match(queue(), /"bob\.example@example\.org"/);
  });

  test('who is logged in reads on', async () => {
    assert.match(await session.ask('SELECT INBOX', tagged), /^\* [1-9]\d* EXISTS/m);
    assert.match(await session.ask('FETCH 1 BODY[HEADER.FIELDS (SUBJECT)]', tagged), /Subject: early/);
  });

  test('when MOS is back, everything arrives, and nothing was returned', async () => {
    await club.restart();
    await eventually(() => assert.is(imapLogin(dovecot, 'ada', password('ada')), 'in'));
    // for half a minute Postfix remembers that nobody answered
    postfixCommand('postfix', 'reload');
    await eventually(() => {
      postfixCommand('postqueue', '-f');
      assert.is(queue(), '');
    });
    await arrives('bob', waiting);
    assert.not.match(postfix.log(), /status=(bounced|expired)|sender non-delivery/);
    assert.match(await session.ask('NOOP', tagged), /^\* \d+ EXISTS/m);
    const sent = send(postfix, { from: mine('ada'), to: mine('bob'), subject: 'after', as: ['ada', password('ada')] });
    assert.is(sent.code, 0, sent.text);
    await arrives('bob', 'after');
  });

  test.run();
}
