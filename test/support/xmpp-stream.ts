// An XMPP stream by hand, for what no well-behaved program does.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const domain = 'example.org';
const header = `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
const features = /<\/stream:features>|<stream:features\/>/;

export interface XmppStream {
  /** What the server offers */
  readonly features: string;
  /** Sends text and answers what comes back, until `end` is in it or the server hangs up. */
  ask(text: string, end: RegExp): Promise<string>;
  /** The same stream over TLS (RFC 6120 §5) */
  startTls(ca: string): Promise<XmppStream>;
  close(): void;
}

export function openXmppStream(port: number): Promise<XmppStream> {
  return begin(connect(port, '127.0.0.1'));
}

async function begin(socket: Socket): Promise<XmppStream> {
  const ask = (text: string, end: RegExp) => exchange(socket, text, end);
  const offered = await ask(header, features);
  return {
    features: offered,
    ask,
    async startTls(ca) {
      await ask("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", /<proceed/);
      return begin(connectTls({ socket, ca: readFileSync(ca), servername: domain }));
    },
    close: () => void socket.destroy(),
  };
}

function exchange(socket: Socket, text: string, end: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    const take = (piece: Buffer) => {
      got += piece.toString();
      if (end.test(got)) finish();
    };
    const fail = (error: Error) => {
      socket.off('data', take);
      clearTimeout(late);
      reject(error);
    };
    const finish = () => {
      socket.off('data', take).off('error', fail).off('close', finish);
      clearTimeout(late);
      resolve(got);
    };
    const late = setTimeout(() => fail(new Error(`no answer within 10 s, but: ${got}`)), 10_000);
    socket.on('data', take).once('error', fail).once('close', finish);
    socket.write(text);
  });
}
