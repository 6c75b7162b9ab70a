import type { Channel } from './channel.ts';
import { CheckFailed, quoted } from './finding.ts';
import { madeUp } from './made-up.ts';
import { isAboutTls, type Protocol, sorted } from './protocol.ts';

async function ask(channel: Channel, tag: string, command: string): Promise<{ readonly status: string; readonly text: string }> {
  channel.send(`${tag} ${command}\r\n`);
  const text = await channel.receiveText(new RegExp(`(?:^|\\n)${tag} [^\\n]*\\n`));
  const [, last = '', status = ''] = /(?:^|\n)\w+ ((\w+)[^\n]*)\n$/.exec(text) ?? [];
  if (!/^(OK|NO|BAD)$/i.test(status)) throw new CheckFailed(`does not speak IMAP: it says ${quoted(last || text)}`);
  return { status: status.toUpperCase(), text: status === 'OK' ? text : last };
}

/** RFC 9051 §6.1.1, §6.2.1, §6.2.3 */
export const imap: Protocol = {
  async offer(channel, _party, stage) {
    if (stage !== 'started') {
      const greeting = await channel.receiveText(/^[^\n]*\n/);
      if (!/^\* (OK|PREAUTH)\b/i.test(greeting)) throw new CheckFailed(`does not greet as IMAP does: it says ${quoted(greeting)}`);
    }
    const { text } = await ask(channel, 'c1', 'CAPABILITY');
    const [, list] = /(?:^|\n)\* CAPABILITY ([^\n]*)\n/i.exec(text) ?? [];
    if (list === undefined) throw new CheckFailed(`does not list its capabilities: it says ${quoted(text)}`);
    const words = list.trim().toUpperCase().split(/\s+/);
    const mechanisms = words.flatMap((word) => (word.startsWith('AUTH=') ? [word.slice(5)] : []));
    const { passwords, proofs } = sorted(mechanisms, (each) => `AUTH=${each}`);
    const login = words.includes('LOGINDISABLED') ? [] : ['LOGIN'];
    return { passwords: [...passwords, ...login], proofs, startTls: words.includes('STARTTLS') };
  },
  async tryPassword(channel) {
    const { name, password } = madeUp();
    const { status, text } = await ask(channel, 'p1', `LOGIN ${name} ${password}`);
    // RFC 5530: PRIVACYREQUIRED is a NO, as a wrong password is
    return status === 'BAD' || (status === 'NO' && isAboutTls(text)) ? undefined : text;
  },
  async startTls(channel) {
    const { status, text } = await ask(channel, 's1', 'STARTTLS');
    return status === 'OK' ? undefined : text;
  },
};
