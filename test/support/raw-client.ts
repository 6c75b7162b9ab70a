import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

// Knows nothing of directory/wire: a mistake there is not to be made here too.

/** One BER element with the shortest length. */
export function ber(tag: number, ...content: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const head = Buffer.alloc(6, tag);
  head[1] = 0x84;
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

export function integer(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return ber(tag, bytes);
}

export interface RawControl {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value?: Buffer;
}

export function message(id: number, operation: Buffer, controls: readonly RawControl[] = []): Buffer {
  const encoded = controls.map(({ oid, critical, value }) =>
    ber(0x30, ber(0x04, oid), ...(critical ? [ber(0x01, Buffer.from([0xff]))] : []), ...(value === undefined ? [] : [ber(0x04, value)])),
  );
  return ber(0x30, integer(id), operation, ...(encoded.length === 0 ? [] : [ber(0xa0, ...encoded)]));
}

const boolean = (value: boolean): Buffer => ber(0x01, Buffer.from([value ? 0xff : 0]));
const attribute = (name: string, values: readonly (string | Buffer)[]): Buffer =>
  ber(0x30, ber(0x04, name), ber(0x31, ...values.map((value) => ber(0x04, value))));

export const present = (name: string): Buffer => ber(0x87, name);
export const equals = (name: string, value: string): Buffer => ber(0xa3, ber(0x04, name), ber(0x04, value));

/** Requests without the message around them. */
export const request = {
  bind: (dn: string, password: string, version = 3) => ber(0x60, integer(version), ber(0x04, dn), ber(0x80, password)),
  sasl: (mechanism: string, credentials?: string) =>
    ber(0x60, integer(3), ber(0x04), ber(0xa3, ber(0x04, mechanism), ...(credentials === undefined ? [] : [ber(0x04, credentials)]))),
  unbind: () => ber(0x42),
  search: (
    base: string,
    options: { scope?: number; deref?: number; size?: number; typesOnly?: boolean; filter?: Buffer; attributes?: readonly string[] } = {},
  ) =>
    ber(
      0x63,
      ber(0x04, base),
      integer(options.scope ?? 2, 0x0a),
      integer(options.deref ?? 0, 0x0a),
      integer(options.size ?? 0),
      integer(0),
      boolean(options.typesOnly ?? false),
      options.filter ?? present('objectClass'),
      ber(0x30, ...(options.attributes ?? []).map((name) => ber(0x04, name))),
    ),
  modify: (dn: string, ...changes: readonly (readonly [operation: number, name: string, ...values: string[]])[]) =>
    ber(
      0x66,
      ber(0x04, dn),
      ber(0x30, ...changes.map(([operation, name, ...values]) => ber(0x30, integer(operation, 0x0a), attribute(name, values)))),
    ),
  add: (dn: string, attributes: Readonly<Record<string, readonly (string | Buffer)[]>>) =>
    ber(0x68, ber(0x04, dn), ber(0x30, ...Object.entries(attributes).map(([name, values]) => attribute(name, values)))),
  delete: (dn: string) => ber(0x4a, dn),
  modifyDn: (dn: string, newRdn: string, deleteOldRdn: boolean, newSuperior?: string) =>
    ber(0x6c, ber(0x04, dn), ber(0x04, newRdn), boolean(deleteOldRdn), ...(newSuperior === undefined ? [] : [ber(0x80, newSuperior)])),
  compare: (dn: string, name: string, value: string) => ber(0x6e, ber(0x04, dn), ber(0x30, ber(0x04, name), ber(0x04, value))),
  abandon: (id: number) => integer(id, 0x50),
  extended: (oid: string, value?: Buffer) => ber(0x77, ber(0x80, oid), ...(value === undefined ? [] : [ber(0x81, value)])),
};

export interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** The elements that stand one after the other. */
export function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sizeAt(bytes, at);
    if (size === undefined || size.end > bytes.length) throw new Error(`no BER: ${bytes.toString('hex').slice(0, 200)}`);
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(size.start, size.end) });
    at = size.end;
  }
  return found;
}

function sizeAt(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const start = at + 2 + (first & 0x7f);
  if (bytes.length < start) return undefined;
  return { start, end: start + bytes.readUIntBE(at + 2, first & 0x7f) };
}

/** A message of the server. */
export interface Answer {
  readonly id: number;
  /** of the operation: 0x65 is SearchResultDone */
  readonly tag: number;
  /** of a result; −1 for others */
  readonly code: number;
  readonly matchedDn: string;
  readonly text: string;
  /** What the operation is made of */
  readonly parts: readonly Element[];
  readonly controls: ReadonlyMap<string, Buffer>;
}

function read(pdu: Buffer): Answer {
  const [id, operation, controls] = elements(elements(pdu)[0]?.content ?? Buffer.alloc(0));
  if (id === undefined || operation === undefined) throw new Error(`no message: ${pdu.toString('hex').slice(0, 200)}`);
  const parts = elements(operation.content);
  const isResult = parts[0]?.tag === 0x0a;
  return {
    id: id.content.readIntBE(0, id.content.length),
    tag: operation.tag,
    code: isResult && parts[0] !== undefined ? parts[0].content.readIntBE(0, parts[0].content.length) : -1,
    matchedDn: isResult ? String(parts[1]?.content) : '',
    text: isResult ? String(parts[2]?.content) : '',
    parts,
    controls: new Map(
      elements(controls?.content ?? Buffer.alloc(0)).map(({ content }) => {
        const fields = elements(content);
        return [String(fields[0]?.content), fields.at(-1)?.content ?? Buffer.alloc(0)];
      }),
    ),
  };
}

/** Name and attributes of a SearchResultEntry, or of the same in a read entry control. */
export function entryOf(parts: readonly Element[]): { readonly dn: string; readonly attributes: Readonly<Record<string, string[]>> } {
  const list = elements(parts[1]?.content ?? Buffer.alloc(0)).map(({ content }) => {
    const [name, values] = elements(content);
    return [String(name?.content), elements(values?.content ?? Buffer.alloc(0)).map((value) => String(value.content))] as const;
  });
  return { dn: String(parts[0]?.content), attributes: Object.fromEntries(list) };
}

const NOTICE = '1.3.6.1.4.1.1466.20036';

/** Is it the Notice of Disconnection (RFC 4511 §4.4.1)? */
export function isNotice({ id, tag, parts }: Answer): boolean {
  return id === 0 && tag === 0x78 && parts.some((part) => part.tag === 0x8a && String(part.content) === NOTICE);
}

/** A client that sends bytes as they are given, and takes answers apart. */
export class RawClient {
  socket: Socket;
  closed = false;
  #id = 0;
  #pending: Buffer[] = [];
  readonly #answers: Answer[] = [];
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#listen(socket);
  }

  /** @param ca for TLS from the first byte */
  static async connect(port: number, ca?: Buffer): Promise<RawClient> {
    const socket = ca === undefined ? connect(port, '127.0.0.1') : connectTls({ port, host: 'localhost', ca });
    await once(socket, ca === undefined ? 'connect' : 'secureConnect');
    return new RawClient(socket);
  }

  /** Goes on over TLS. */
  async startTls(ca: Buffer): Promise<void> {
    this.socket.removeAllListeners();
    const secured: TLSSocket = connectTls({ socket: this.socket, host: 'localhost', ca });
    await once(secured, 'secureConnect');
    this.socket = secured;
    this.#listen(secured);
  }

  /** Sends a request. @returns its message ID */
  send(operation: Buffer, controls?: readonly RawControl[]): number {
    this.socket.write(message(++this.#id, operation, controls));
    return this.#id;
  }

  /** The next message, undefined when the connection has ended. @throws Error when nothing comes */
  async next(milliseconds = 3000): Promise<Answer | undefined> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const answer = this.#answers.shift();
      if (answer !== undefined || this.closed) return answer;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, Math.max(deadline - Date.now(), 0)).unref();
      });
      if (Date.now() >= deadline && this.#answers.length === 0 && !this.closed) throw new Error('no answer came');
    }
  }

  /** Sends a request and takes answers until its result. */
  async ask(operation: Buffer, controls?: readonly RawControl[]): Promise<Answer & { readonly entries: readonly Answer[] }> {
    const id = this.send(operation, controls);
    const entries: Answer[] = [];
    for (;;) {
      const answer = await this.next();
      if (answer === undefined) throw new Error('the connection has ended');
      if (answer.id !== id) throw new Error(`answer ${answer.id} instead of ${id}: ${answer.code} ${answer.text}`);
      if (answer.code >= 0) return { ...answer, entries };
      entries.push(answer);
    }
  }

  /** Resolves when the server has closed. @returns what it said before */
  async ended(milliseconds = 3000): Promise<Answer[]> {
    const said: Answer[] = [];
    for (let answer = await this.next(milliseconds); answer !== undefined; answer = await this.next(milliseconds)) said.push(answer);
    return said;
  }

  close(): void {
    this.socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  #received(chunk: Buffer): void {
    let bytes = Buffer.concat([...this.#pending, chunk]);
    for (let size = sizeAt(bytes, 0); size !== undefined && size.end <= bytes.length; size = sizeAt(bytes, 0)) {
      this.#answers.push(read(bytes.subarray(0, size.end)));
      bytes = bytes.subarray(size.end);
    }
    this.#pending = [bytes];
    this.#wake?.();
  }
}
