import type { Channel } from './channel.ts';
import { CheckFailed, quoted } from './finding.ts';
import { madeUp } from './made-up.ts';
import { isAboutTls, type Protocol, sorted } from './protocol.ts';

async function line(channel: Channel, command?: string): Promise<string> {
  if (command !== undefined) channel.send(`${command}\r\n`);
  const text = await channel.receiveText(/^[^\n]*\n/);
  if (!/^(\+OK|-ERR)/.test(text)) throw new CheckFailed(`does not speak POP3: it says ${quoted(text)}`);
  return text;
}

/** RFC 1939, RFC 2449 §5, RFC 2595 §4 */
export const pop3: Protocol = {
  async offer(channel, _party, stage) {
    const greeting = stage === 'started' ? '' : await line(channel);
    const first = await line(channel, 'CAPA');
    // without CAPA (RFC 1939 alone) there is USER and nothing else
    const list = first.startsWith('+OK') ? await channel.receiveText(/(?:^|\n)\.\r?\n/) : 'USER\r\n';
    const lines = list.trim().toUpperCase().split(/\s*\n/);
    const [, ...mechanisms] = lines.find((each) => /^SASL\b/.test(each))?.split(/\s+/) ?? [];
    const { passwords, proofs } = sorted(mechanisms, (each) => `SASL ${each}`);
    const user = lines.includes('USER') ? ['USER'] : [];
    const apop = /<[^>]+@[^>]+>/.test(greeting) ? ['APOP'] : [];
    return { passwords: [...passwords, ...user], proofs: [...proofs, ...apop], startTls: lines.includes('STLS') };
  },
  async tryPassword(channel) {
    const { name, password } = madeUp();
    const named = await line(channel, `USER ${name}`);
    if (named.startsWith('-ERR')) return undefined;
    const text = await line(channel, `PASS ${password}`);
    return text.startsWith('-ERR') && isAboutTls(text) ? undefined : text;
  },
  async startTls(channel) {
    const text = await line(channel, 'STLS');
    return text.startsWith('+OK') ? undefined : text;
  },
};
