import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { CheckFailed } from './finding.ts';

/** Milliseconds for each thing that is waited for: the connection, a reply, a handshake. */
const usualPatience = 5000;
/** Bytes of the longest reply. Capability lists are a hundredth of it. */
const longestReply = 1 << 16;

/** Where a connection goes to. */
export interface Place {
  /** Name or address */
  readonly host: string;
  readonly port: number;
  /** The address that it comes from; the system's choice, if missing */
  readonly from?: string | undefined;
  /** Milliseconds that each thing is waited for, instead of 5000 */
  readonly patience?: number;
}

/** A connection to a service that is not trusted: replies are bounded in size and time. */
export class Channel {
  #socket: Socket;
  readonly #patience: number;
  #received: Buffer = Buffer.alloc(0);
  #ended: string | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, patience: number) {
    this.#socket = socket;
    this.#patience = patience;
    this.#listen();
  }

  /** @throws CheckFailed when nothing answers there */
  static async open({ host, port, from, patience = usualPatience }: Place): Promise<Channel> {
    const socket = connect({ host, port, ...(from === undefined ? {} : { localAddress: from }) });
    await settled(socket, 'connect', 'does not answer', patience);
    return new Channel(socket, patience);
  }

  /** The address at the other end. */
  get address(): string {
    return this.#socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  }

  /** Both ends have one address, so some servers take it for safe. */
  get isWithinOneAddress(): boolean {
    return this.#socket.remoteAddress === this.#socket.localAddress;
  }

  send(bytes: string | Buffer): void {
    if (this.#ended === undefined) this.#socket.write(bytes);
  }

  /**
   * Waits for a reply.
   * @param length how many of the bytes are the reply; 0 while it is not complete
   * @throws CheckFailed when it does not come in time, is too long, or the connection ends before
   */
  async receive(length: (bytes: Buffer) => number): Promise<Buffer> {
    const until = Date.now() + this.#patience;
    for (;;) {
      if (this.#received.length > longestReply) throw new CheckFailed(`sends more than ${longestReply} bytes without coming to an end`);
      const size = this.#received.length === 0 ? 0 : length(this.#received);
      if (size > 0) {
        const reply = this.#received.subarray(0, size);
        this.#received = this.#received.subarray(size);
        return reply;
      }
      if (this.#ended !== undefined) throw new CheckFailed(this.#ended, 'closed');
      const left = until - Date.now();
      if (left <= 0) throw new CheckFailed(`does not answer: no whole reply came within ${this.#patience / 1000} s`, 'silent');
      await this.#more(left);
    }
  }

  /** A reply of text, up to the end of what the pattern matches. */
  async receiveText(pattern: RegExp): Promise<string> {
    const reply = await this.receive((bytes) => {
      const found = pattern.exec(bytes.toString('latin1'));
      return found === null ? 0 : found.index + found[0].length;
    });
    return reply.toString('latin1');
  }

  /** What comes until the other side ends it, or it is enough, or time is up. */
  async receiveRest(): Promise<string> {
    const until = Date.now() + this.#patience;
    while (this.#ended === undefined && this.#received.length <= longestReply && Date.now() < until) await this.#more(until - Date.now());
    return this.#received.toString('latin1', 0, longestReply);
  }

  /**
   * Goes on over TLS, whatever the certificate is: that is judged by whoever gets the socket.
   * @throws CheckFailed when the handshake fails, or something came in between that TLS does not protect
   */
  async secure(options: ConnectionOptions): Promise<TLSSocket> {
    if (this.#received.length > 0) throw new CheckFailed('sends text between its reply to STARTTLS and TLS: somebody may be in between');
    this.#socket.removeAllListeners().on('error', () => undefined);
    const secured = connectTls({ ...options, socket: this.#socket, rejectUnauthorized: false });
    await settled(secured, 'secureConnect', 'fails at TLS', this.#patience);
    this.#socket = secured;
    this.#listen();
    return secured;
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const end = (reason: string) => {
      this.#ended ??= reason;
      this.#wake();
    };
    this.#socket
      .on('data', (bytes: Buffer) => {
        this.#received = Buffer.concat([this.#received, bytes]);
        // nothing is read ahead of whoever waits for it
        if (this.#received.length > longestReply) this.#socket.pause();
        this.#wake();
      })
      .on('end', () => end('ends the connection'))
      .on('close', () => end('ends the connection'))
      .on('error', (error) => end(`ends the connection (${codeOf(error)})`));
  }

  /** Until something has come, or so many milliseconds are over. */
  #more(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, milliseconds));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function settled(socket: Socket, event: 'connect' | 'secureConnect', failure: string, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, code = reason) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new CheckFailed(`${failure}: ${reason}`, code));
    };
    const timer = setTimeout(() => fail(`nothing came within ${patience / 1000} s`, 'silent'), patience);
    // stays: an error of a connection that has been given up is nobody's
    socket.on('error', (error) => fail(codeOf(error)));
    socket.once('close', () => fail('the connection was ended', 'closed'));
    socket.once(event, () => {
      clearTimeout(timer);
      socket.removeAllListeners('close');
      resolve();
    });
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}

export function isLoopback(address: string): boolean {
  return /^127\.|^::1$/.test(address);
}

/** Addresses of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}

/** Another address of this machine to come from, so that the two ends of a connection within it differ; undefined when there is none. */
export function otherAddress(address: string): string | undefined {
  if (address.startsWith('127.')) return process.platform === 'linux' ? (address === '127.0.0.2' ? '127.0.0.3' : '127.0.0.2') : undefined;
  const isSix = address.includes(':');
  return ownAddresses().find((each) => each !== address && each.includes(':') === isSix && !each.startsWith('fe80:'));
}
