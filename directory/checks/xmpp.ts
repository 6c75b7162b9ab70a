import type { Channel } from './channel.ts';
import { CheckFailed, quoted } from './finding.ts';
import { madeUp } from './made-up.ts';
import { type Party, type Protocol, sorted } from './protocol.ts';

/** Opens a stream. @returns its features (RFC 6120 §4.3.2) */
async function features(channel: Channel, { name }: Party): Promise<string> {
  const to = name.replace(/[^\w.:-]/g, '');
  channel.send(
    `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  const text = await channel.receiveText(/<\/stream:(?:features|error)>|<stream:features\s*\/>|<\/stream:stream>/);
  if (/<stream:error/.test(text))
    throw new CheckFailed(
      `refuses the domain ${to}: ${quoted(text.slice(text.indexOf('<stream:error')))}; name another by xmpp://HOST/DOMAIN`,
    );
  if (!/<stream:stream\b/.test(text)) throw new CheckFailed(`does not speak XMPP: it says ${quoted(text)}`);
  return text;
}

/** RFC 6120 §5 and §6 */
export const xmpp: Protocol = {
  async offer(channel, party) {
    const text = await features(channel, party);
    const mechanisms = [...text.matchAll(/<mechanism\b[^>]*>\s*([\w-]{1,40})\s*</g)].map(([, name = '']) => name);
    // XEP-0078, from before SASL
    const old = /http:\/\/jabber\.org\/features\/iq-auth/.test(text) ? ['jabber:iq:auth'] : [];
    const { passwords, proofs } = sorted(mechanisms);
    return { passwords: [...passwords, ...old], proofs, startTls: /<starttls\b/.test(text) };
  },
  async tryPassword(channel) {
    channel.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${madeUp().plain}</auth>`);
    const text = await channel.receiveText(/<\/failure>|<failure\b[^>]*\/>|<success\b|<challenge\b|<\/stream:(?:error|stream)>/);
    return /<(not-authorized|temporary-auth-failure|account-disabled|credentials-expired|success|challenge)\b/.test(text)
      ? text
      : undefined;
  },
  async startTls(channel) {
    channel.send(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    const text = await channel.receiveText(/<(?:proceed|failure)\b[^>]*>|<\/stream:(?:error|stream)>/);
    return /<proceed\b/.test(text) ? undefined : text;
  },
};
