import { constructed, context, encodeBytes, Malformed, type Output, Reader, TAG } from '../wire/ber.ts';
import { OID } from '../wire/oids.ts';
import type { Channel } from './channel.ts';
import { CheckFailed, quoted } from './finding.ts';
import { madeUp } from './made-up.ts';
import type { Protocol } from './protocol.ts';

const [bindRequest, bindResponse, extendedRequest, extendedResponse] = [0x60, 0x61, 0x77, 0x78];

interface Result {
  readonly code: number;
  readonly text: string;
}

/** Sends a request and reads the result that answers it (RFC 4511 §4.1.9). */
async function ask(channel: Channel, tag: number, request: (out: Output) => void): Promise<Result> {
  channel.send(
    encodeBytes((out) =>
      out.element(TAG.sequence, () => {
        out.integer(TAG.integer, 1);
        out.element(tag === bindResponse ? bindRequest : extendedRequest, () => request(out));
      }),
    ),
  );
  const reply = await channel.receive(lengthOfMessage);
  try {
    const message = new Reader(reply).inside(TAG.sequence);
    message.integer();
    const result = message.inside(message.peek() === extendedResponse ? extendedResponse : tag);
    const code = result.integer(TAG.enumerated);
    result.octets();
    return { code, text: `result ${code} ${quoted(result.latin1())}` };
  } catch (error) {
    if (error instanceof Malformed) throw new CheckFailed(`does not speak LDAP: ${error.message}`);
    throw error;
  }
}

/** Bytes of the message that these begin; 0 while it is not complete. */
function lengthOfMessage(bytes: Buffer): number {
  if (bytes[0] !== TAG.sequence) throw new CheckFailed(`does not speak LDAP: it says ${quoted(bytes.toString('latin1'))}`);
  const first = bytes[1] ?? 0;
  const size = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || size > 4) throw new CheckFailed('does not speak LDAP: a length is not definite');
  if (bytes.length < 2 + size) return 0;
  const length = 2 + size + (size === 0 ? first : bytes.readUIntBE(2, size));
  return bytes.length < length ? 0 : length;
}

/** confidentialityRequired, strongerAuthRequired, authMethodNotSupported: without TLS the password is not looked at */
const unseen: readonly number[] = [13, 8, 7];

const simple = (dn: string, password: string) => (out: Output) => {
  out.integer(TAG.integer, 3);
  out.text(TAG.octetString, dn);
  out.text(context(0), password);
};

const saslPlain = (credentials: Buffer) => (out: Output) => {
  out.integer(TAG.integer, 3);
  out.text(TAG.octetString, '');
  out.element(constructed(3), () => {
    out.text(TAG.octetString, 'PLAIN');
    out.octets(TAG.octetString, credentials);
  });
};

/** RFC 4511 §4.2 and §4.14, RFC 4513 */
export const ldap: Protocol = {
  /** LDAP does not say in words that it takes passwords: whoever answers an anonymous bind speaks it. */
  async offer(channel, _party, stage) {
    if (stage === 'plain') return { passwords: [], proofs: [], startTls: true };
    await ask(channel, bindResponse, simple('', ''));
    return { passwords: ['simple bind'], proofs: [], startTls: false };
  },
  async tryPassword(channel, { base }) {
    const { name, password, plain } = madeUp();
    const first = await ask(channel, bindResponse, simple(`uid=${name},${base}`, password));
    if (!unseen.includes(first.code)) return `a simple bind got ${first.text}`;
    const second = await ask(channel, bindResponse, saslPlain(Buffer.from(plain, 'base64')));
    return unseen.includes(second.code) ? undefined : `SASL PLAIN got ${second.text}`;
  },
  async startTls(channel) {
    const { code, text } = await ask(channel, extendedResponse, (out) => out.text(context(0), OID.startTls));
    return code === 0 ? undefined : text;
  },
};
