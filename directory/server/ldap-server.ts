import cluster from 'node:cluster';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { createSecureContext, createServer as createTlsServer, type SecureContextOptions, TLSSocket } from 'node:tls';
import type { Authenticator } from '../core/authenticate.ts';
import type { Directory } from '../core/directory.ts';
import type { ListenAddress } from '../model/listen-address.ts';
import type { DecodeLimits } from '../wire/decode.ts';
import { Connection, type Transport } from './connection.ts';
import { supportedExtensions } from './extended.ts';
import { HeldBytes } from './held-bytes.ts';
import type { RunJob } from './jobs.ts';
import type { Log } from './log.ts';
import { supportedControls } from './request-controls.ts';
import { SpecialEntries } from './special-entries.ts';

/** What bounds a client. */
export interface ServerLimits {
  /** bytes of one message, from a client that has bound */
  readonly messageSize: number;
  /** bytes of one message, from one that has not */
  readonly messageSizeAnonymous: number;
  readonly decode: DecodeLimits;
  /** bytes of requests and answers on their way, of all connections together */
  readonly buffers: number;
  /** requests that may wait on one connection */
  readonly outstanding: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** milliseconds without a byte before a connection is ended */
  readonly idleMs: number;
  /** milliseconds in which a message must be complete once it has begun */
  readonly messageMs: number;
  /** entries */
  readonly sizeLimit: number;
  /** seconds */
  readonly timeLimit: number;
  /** Where a password in the clear is taken: from this machine, or nowhere. */
  readonly cleartext: 'loopback' | 'never';
}

export interface LdapServerOptions {
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  readonly tls: SecureContextOptions | undefined;
  readonly limits: ServerLimits;
  readonly log: Log;
  /** What the administrator may ask for at the trusted socket */
  readonly runJob?: RunJob;
  readonly version: string;
}

/** What every connection shares. */
export interface ServerContext extends Omit<LdapServerOptions, 'tls' | 'version'> {
  readonly connections: Set<Connection>;
  readonly held: HeldBytes;
  readonly special: SpecialEntries;
  /** Puts TLS on a socket; undefined when there is no certificate. */
  readonly secure: ((socket: Socket) => Socket) | undefined;
  /** SASL mechanisms that this connection may use as it stands */
  mechanisms(connection: Connection): readonly string[];
  /** milliseconds, from a clock that never goes back */
  now(): number;
  /** Lets other clients have their turn. */
  othersTurn(): Promise<void>;
}

/** RFC 3673 (`+`), RFC 4529 (`@class`), RFC 4525 (increment), RFC 4526 (true and false filters), RFC 3866 language tags (options) */
const supportedFeatures = [
  '1.3.6.1.4.1.4203.1.5.1',
  '1.3.6.1.4.1.4203.1.5.2',
  '1.3.6.1.1.14',
  '1.3.6.1.4.1.4203.1.5.3',
  '1.3.6.1.4.1.4203.1.5.4',
];

/** The LDAP server: listeners, and the connections that come in by them. */
export class LdapServer {
  readonly #context: ServerContext;
  readonly #servers: Server[] = [];
  readonly #sockets: string[] = [];
  readonly #beneathTls = new Set<Socket>();
  readonly #tls: SecureContextOptions | undefined;
  #numbers = 0;

  constructor({ tls, version, ...shared }: LdapServerOptions) {
    const secureContext = tls && createSecureContext(tls);
    this.#tls = tls;
    const connections = new Set<Connection>();
    this.#context = {
      ...shared,
      connections,
      held: new HeldBytes(shared.limits.buffers, connections),
      special: new SpecialEntries(shared.directory, {
        controls: supportedControls,
        extensions: supportedExtensions,
        features: supportedFeatures,
        vendorVersion: version,
      }),
      secure: secureContext && ((socket) => new TLSSocket(socket, { isServer: true, secureContext })),
      mechanisms(connection) {
        const plain = connection.secure || (connection.local && shared.limits.cleartext === 'loopback') ? ['PLAIN'] : [];
        return connection.transport.trusted ? ['EXTERNAL', ...plain] : plain;
      },
      now: () => performance.now(),
      othersTurn: () => setImmediate(),
    };
  }

  get connections(): number {
    return this.#context.connections.size;
  }

  /**
   * Opens a listener.
   * @returns the address with the port that it really got
   * @throws Error when the address can't be listened on
   */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    const transport: Transport = { kind: address.kind, trusted: address.kind === 'ldapi' && address.trusted };
    const accept = (socket: Socket) => this.#accept(socket, transport);
    const server =
      address.kind === 'ldaps'
        ? createTlsServer({ ...this.#tls, handshakeTimeout: this.#context.limits.messageMs }, accept)
        : createServer(accept);
    if (address.kind === 'ldaps') this.#watchHandshakes(server);
    // a worker's socket is also the others'
    if (address.kind === 'ldapi' && !cluster.isWorker) rmSync(address.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (address.kind === 'ldapi') server.listen(address.path, resolve);
      else server.listen({ host: address.host, port: address.port, backlog: 1024 }, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', (error) => this.#context.log.error('a listener failed', { error }));
    this.#servers.push(server);
    if (address.kind === 'ldapi') {
      // whoever may open it may all: nobody but the owner
      chmodSync(address.path, address.trusted ? 0o600 : 0o666);
      this.#sockets.push(address.path);
      return address;
    }
    const bound = server.address();
    return { ...address, port: typeof bound === 'object' && bound !== null ? bound.port : address.port };
  }

  /** Takes no new connections, tells the ones there are, and waits until they are gone. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const connection of [...this.#context.connections]) connection.disconnect('unavailable', 'the server is shutting down');
    // who is still in a handshake, or does not take the notice
    const cut = setTimeout(() => this.#beneathTls.forEach((socket) => void socket.destroy()), 2000);
    if (!cluster.isWorker) for (const path of this.#sockets) rmSync(path, { force: true });
    await Promise.all(closed);
    clearTimeout(cut);
  }

  /** Before its handshake is done a client is no Connection yet: it is counted, timed and cut off here. */
  #watchHandshakes(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#beneathTls.add(socket);
      socket.once('close', () => this.#beneathTls.delete(socket));
      if (this.#beneathTls.size > this.#context.limits.connections) socket.destroy();
    });
    // also when the handshake takes too long
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      this.#context.log.debug('TLS handshake failed', { reason: error.message });
      socket.destroy();
    });
  }

  #accept(socket: Socket, transport: Transport): void {
    const { connections, limits, log } = this.#context;
    const connection = new Connection(this.#context, socket, transport, ++this.#numbers);
    connections.add(connection);
    log.debug('connected', { connection: connection.number, address: connection.address, by: transport.kind });
    if (connections.size > limits.connections) connection.disconnect('busy', 'there are too many connections; try again later');
    else if (transport.kind !== 'ldapi' && this.#from(connection.address) > limits.connectionsPerAddress) {
      connection.disconnect('busy', 'there are too many connections from this address');
    }
  }

  #from(address: string): number {
    let count = 0;
    for (const connection of this.#context.connections) if (connection.address === address) count++;
    return count;
  }
}
