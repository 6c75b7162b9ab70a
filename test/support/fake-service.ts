// A server of any protocol, as good or as bad as the test wants it.
import { createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';

/** What is sent back: text, then perhaps TLS begins or the connection ends. Nothing at all when undefined. */
export interface Said {
  readonly text?: string | Buffer;
  readonly next?: 'tls' | 'end';
}

export interface Behaviour {
  /** The first words at a stage */
  greeting?(secured: boolean): Said | undefined;
  /** @param said what came in one piece */
  answer(said: Buffer, secured: boolean): Said | undefined;
}

export interface FakeOptions {
  /** Certificate, key, versions; without them a handshake fails */
  readonly tls?: SecureContextOptions;
  /** TLS from the first byte */
  readonly direct?: boolean;
}

export interface FakeService {
  readonly port: number;
  /** All that came without TLS */
  readonly heard: () => string;
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function startFake(behaviour: Behaviour, { tls, direct = false }: FakeOptions = {}): Promise<FakeService> {
  const sockets = new Set<Socket>();
  let heard = '';
  const secured = (socket: Socket) => {
    socket.removeAllListeners('data');
    const inner = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls ?? {}) });
    inner.on('error', () => socket.destroy());
    serve(inner, true);
  };
  const say = (socket: Socket, isSecured: boolean, said: Said | undefined) => {
    if (said?.text !== undefined && said.text.length > 0) socket.write(said.text);
    if (said?.next === 'end') socket.end();
    if (said?.next === 'tls' && !isSecured) secured(socket);
  };
  const serve = (socket: Socket, isSecured: boolean) => {
    socket.on('data', (bytes: Buffer) => {
      if (!isSecured) heard += bytes.toString('latin1');
      say(socket, isSecured, behaviour.answer(bytes, isSecured));
    });
    say(socket, isSecured, behaviour.greeting?.(isSecured));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    if (direct) secured(socket);
    else serve(socket, false);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heard: () => heard,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
