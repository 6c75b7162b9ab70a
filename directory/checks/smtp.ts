import type { Channel } from './channel.ts';
import { CheckFailed, quoted } from './finding.ts';
import { madeUp } from './made-up.ts';
import { type Protocol, sorted } from './protocol.ts';

async function reply(channel: Channel, command?: string): Promise<string> {
  if (command !== undefined) channel.send(`${command}\r\n`);
  const text = await channel.receiveText(/^(?:\d{3}-[^\n]*\n)*(?!\d{3}-)[^\n]*\n/);
  if (!/^\d{3}[ \r\n-]/.test(text)) throw new CheckFailed(`does not speak SMTP: it says ${quoted(text)}`);
  return text;
}

async function wanted(channel: Channel, code: string, command?: string): Promise<string> {
  const text = await reply(channel, command);
  if (!text.startsWith(code)) throw new CheckFailed(`does not answer: it says ${quoted(text)}`);
  return text;
}

/** SMTP and submission: RFC 5321, RFC 3207, RFC 4954 */
export const smtp: Protocol = {
  async offer(channel, _party, stage) {
    if (stage !== 'started') await wanted(channel, '220');
    const text = await wanted(channel, '250', 'EHLO mos-check.invalid');
    const lines = text
      .trim()
      .split(/\s*\n/)
      .map((each) => each.slice(4).toUpperCase());
    // AUTH= is how it was written before RFC 2554, and Postfix can still do it
    const mechanisms = lines.flatMap((each) => (/^AUTH[ =]/.test(each) ? each.slice(5).split(/\s+/) : []));
    return { ...sorted([...new Set(mechanisms)], (each) => `AUTH ${each}`), startTls: lines.includes('STARTTLS') };
  },
  async tryPassword(channel) {
    const text = await reply(channel, `AUTH PLAIN ${madeUp().plain}`);
    // 334 goes on, 454 could not look, 535 has looked; 500 to 504, 530 and 538 have not. Postfix refuses a mechanism by 535 too.
    return /^(2|3|4|535)/.test(text) && !(text.startsWith('5') && /mechanism/i.test(text)) ? text : undefined;
  },
  async startTls(channel) {
    const text = await reply(channel, 'STARTTLS');
    return text.startsWith('220') ? undefined : text;
  },
};
