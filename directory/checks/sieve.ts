import type { Channel } from './channel.ts';
import { CheckFailed, quoted } from './finding.ts';
import { madeUp } from './made-up.ts';
import { isAboutTls, type Protocol, sorted } from './protocol.ts';

/** Lines up to the one that ends a reply (RFC 5804 §1.2). */
async function reply(channel: Channel, command?: string): Promise<string> {
  if (command !== undefined) channel.send(`${command}\r\n`);
  const text = await channel.receiveText(/^(?:"[^\n]*\n)*[^"\n][^\n]*\n/);
  if (!/(?:^|\n)(OK|NO|BYE)\b[^\n]*\n$/i.test(text)) throw new CheckFailed(`does not speak ManageSieve: it says ${quoted(text)}`);
  return text;
}

/** RFC 5804: the capabilities come unasked, at first and after STARTTLS. */
export const sieve: Protocol = {
  async offer(channel) {
    const text = await reply(channel);
    const [, mechanisms = ''] = /^"SASL" "([^"]*)"/im.exec(text) ?? [];
    return { ...sorted(mechanisms.split(/\s+/), (each) => `SASL ${each}`), startTls: /^"STARTTLS"/im.test(text) };
  },
  async tryPassword(channel) {
    const text = await reply(channel, `AUTHENTICATE "PLAIN" "${madeUp().plain}"`);
    return !/^OK/i.test(text) && isAboutTls(text) ? undefined : text;
  },
  async startTls(channel) {
    const text = await reply(channel, 'STARTTLS');
    return /^OK/i.test(text) ? undefined : text;
  },
};
