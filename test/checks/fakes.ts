import type { Behaviour, Said } from '../support/fake-service.ts';
import { ber, integer } from '../support/raw-client.ts';

/** What a server says without and within TLS, and to a password without TLS. */
export interface Words {
  readonly plain: string;
  readonly within?: string;
  /** To a made-up password without TLS */
  readonly refusal?: string;
  /** Instead of a yes to STARTTLS */
  readonly startTls?: Said;
}

const line = (text: string): Said => ({ text: `${text}\r\n` });

export const imapd = ({ plain, within = 'IMAP4rev1 AUTH=PLAIN', refusal = 'BAD not without TLS', startTls }: Words): Behaviour => ({
  greeting: (secured) => (secured ? undefined : line('* OK ready')),
  answer(said, secured) {
    const [tag, command] = said.toString().trim().split(' ');
    if (command === 'CAPABILITY') return line(`* CAPABILITY ${secured ? within : plain}\r\n${tag} OK done`);
    if (command === 'LOGIN') return line(`${tag} ${refusal}`);
    if (command === 'STARTTLS') return startTls ?? { text: `${tag} OK go\r\n`, next: 'tls' };
    return line(`${tag} BAD what`);
  },
});
/** The same where TLS comes first. */
export const imapsd = (words: Words): Behaviour => ({ ...imapd(words), greeting: () => line('* OK ready') });

export const popd = ({ plain, within = 'USER', refusal = '-ERR not without TLS', startTls }: Words): Behaviour => ({
  greeting: (secured) => (secured ? undefined : line('+OK ready')),
  answer(said, secured) {
    const text = said.toString();
    if (text.startsWith('CAPA')) return line(`+OK\r\n${secured ? within : plain}\r\n.`);
    if (text.startsWith('USER')) return line(refusal.startsWith('-ERR [AUTH] wrong') ? '+OK' : refusal);
    if (text.startsWith('PASS')) return line(refusal);
    if (text.startsWith('STLS')) return startTls ?? { text: '+OK go\r\n', next: 'tls' };
    return line('-ERR what');
  },
});

export const sieved = ({ plain, within = '"SASL" "PLAIN"', refusal = 'NO "not without TLS"' }: Words): Behaviour => ({
  greeting: (secured) => line(`"IMPLEMENTATION" "x"\r\n${secured ? within : plain}\r\nOK "ready"`),
  answer(said) {
    const text = said.toString();
    if (text.startsWith('STARTTLS')) return { text: 'OK "go"\r\n', next: 'tls' };
    return line(refusal);
  },
});

export const smtpd = ({ plain, within = '250 AUTH PLAIN LOGIN', refusal = '530 5.7.0 STARTTLS first', startTls }: Words): Behaviour => ({
  greeting: (secured) => (secured ? undefined : line('220 mail.example.org ESMTP')),
  answer(said, secured) {
    const text = said.toString();
    if (text.startsWith('EHLO')) return line(`250-mail.example.org\r\n${secured ? within : plain}`);
    if (text.startsWith('AUTH')) return line(refusal);
    if (text.startsWith('STARTTLS')) return startTls ?? { text: '220 go\r\n', next: 'tls' };
    return line('502 what');
  },
});

export const mechanisms = (...names: readonly string[]): string =>
  `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
export const starttlsRequired = `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>`;

export const xmppd = ({
  plain,
  within = mechanisms('PLAIN'),
  refusal = '<failure><encryption-required/></failure>',
}: Words): Behaviour => ({
  answer(said, secured) {
    const text = said.toString();
    const head = `<?xml version='1.0'?><stream:stream id='1' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
    if (text.includes("to='other.example'")) return { text: `${head}<stream:error><host-unknown/></stream:error>`, next: 'end' };
    if (text.includes('<stream:stream')) return { text: `${head}<stream:features>${secured ? within : plain}</stream:features>` };
    if (text.includes('<starttls')) return { text: `<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`, next: 'tls' };
    return { text: refusal };
  },
});

const result = (tag: number, code: number) =>
  ber(0x30, integer(1), ber(tag, ber(0x0a, Buffer.from([code])), ber(0x04), ber(0x04, 'so it is')));

/** @param codes for a simple bind, SASL PLAIN and StartTLS without TLS */
export const ldapd = (codes: { readonly simple: number; readonly sasl?: number; readonly startTls?: number }): Behaviour => ({
  answer(said, secured) {
    const { simple, sasl = 7, startTls = 0 } = codes;
    const isExtended = said.includes('1.3.6.1.4.1.1466.20037');
    if (isExtended) return startTls === 0 ? { text: result(0x78, 0), next: 'tls' } : { text: result(0x78, startTls) };
    if (secured) return { text: result(0x61, 0) };
    return { text: result(0x61, said.includes('PLAIN') ? sasl : simple) };
  },
});

export const httpd = (status: string, headers: readonly string[] = [], body = ''): Behaviour => ({
  answer: () => ({ text: `HTTP/1.1 ${status}\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n${body}`, next: 'end' }),
});
