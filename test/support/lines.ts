// A conversation in lines (SMTP, LMTP, IMAP) by hand, for what no well-behaved program says.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Lines {
  /** Sends a line and answers what comes back, up to what matches. @throws when the other side hangs up or says nothing for 30 s */
  ask(line: string, end: RegExp): Promise<string>;
  close(): void;
}

/** The last line of a reply of SMTP or LMTP (RFC 5321 §4.2.1) */
export const reply = /^\d{3} [^\n]*\n/m;

/** @param where a port of this machine, or the path of a socket */
export async function openLines(where: number | string): Promise<Lines> {
  const lines = over(typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where));
  await lines.hear(reply);
  return lines;
}

/** A session of IMAP over TLS. */
export async function openImap({ imaps, cert }: { readonly imaps: number; readonly cert: string }): Promise<Lines> {
  const lines = over(connectTls({ port: imaps, host: 'localhost', ca: readFileSync(cert) }));
  await lines.hear(/^\* OK [^\n]*\n/);
  return { ask: (line, end) => lines.ask(`a ${line}`, end), close: lines.close };
}

/** The end of the answer to a command of `openImap` */
export const tagged = /^a (OK|NO|BAD) [^\n]*\n/m;

/** SASL PLAIN (RFC 4616), where a name may be any text */
export const plain = (user: string, password: string): string => Buffer.from(`\0${user}\0${password}`).toString('base64');

function over(socket: Socket): Lines & { hear(end: RegExp): Promise<string> } {
  const hear = (end: RegExp) =>
    new Promise<string>((resolve, reject) => {
      let got = '';
      const fail = (why: string) => finish(() => reject(new Error(`${why} after "${got}"`)));
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        settle();
      };
      const timer = setTimeout(() => fail('nothing more came'), 30_000);
      socket.on('error', ({ message }) => fail(message)).on('close', () => fail('the connection was ended'));
      socket.on('data', (bytes: Buffer) => {
        got += bytes.toString('utf8');
        if (end.test(got)) finish(() => resolve(got));
      });
    });
  return {
    hear,
    ask(line, end) {
      socket.write(`${line}\r\n`);
      return hear(end);
    },
    close: () => void socket.destroy(),
  };
}
