// A mail server that takes everything, unless it is told otherwise.
import { createServer, type Socket } from 'node:net';

export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, without the dots of the transport */
  readonly text: string;
}

/** What to answer to a command, a line without its end; `drop` ends the connection; undefined: as usual. The end of a mail is `.` */
export type Reply = (command: string) => string | 'drop' | undefined;

export interface SmtpSink {
  readonly url: string;
  readonly taken: readonly Taken[];
  reply: Reply;
  stop(): Promise<void>;
}

export async function startSmtpSink(): Promise<SmtpSink> {
  const taken: Taken[] = [];
  const open = new Set<Socket>();
  const sink: { reply: Reply } = { reply: () => undefined };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    talk(socket, (command) => sink.reply(command), taken);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = () =>
    new Promise<void>((resolve) => {
      for (const socket of open) socket.destroy();
      server.close(() => resolve());
    });
  return Object.assign(sink, { url: `smtp://127.0.0.1:${port}`, taken, stop });
}

function talk(socket: Socket, reply: Reply, taken: Taken[]): void {
  let [from, to, data]: [string, string[], string[] | undefined] = ['', [], undefined];
  let rest = '';
  const answer = (command: string, usual: string) => {
    const text = reply(command) ?? usual;
    if (text === 'drop') socket.destroy();
    else socket.write(`${text}\r\n`);
    return text;
  };
  answer('CONNECT', '220 sink.test ESMTP');
  const onLine = (line: string) => {
    if (data !== undefined && line !== '.') {
      data.push(line.replace(/^\./, ''));
    } else if (data !== undefined) {
      const text = data.join('\r\n');
      data = undefined;
      // it is taken as soon as it is whole, whether or not the sender hears so
      if (!/^[45]/.test(answer('.', '250 taken'))) taken.push({ from, to, text });
    } else if (/^MAIL FROM:/i.test(line)) {
      [from, to] = [/<(.*?)>/.exec(line)?.[1] ?? '', []];
      answer(line, '250 ok');
    } else if (/^RCPT TO:/i.test(line)) {
      if (/^2/.test(answer(line, '250 ok'))) to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
    } else if (/^DATA$/i.test(line)) {
      if (/^3/.test(answer(line, '354 go on'))) data = [];
    } else {
      answer(line, /^EHLO/i.test(line) ? '250-sink.test\r\n250 8BITMIME' : /^QUIT/i.test(line) ? '221 bye' : '250 ok');
    }
  };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
