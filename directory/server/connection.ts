import type { Socket } from 'node:net';
import { anonymous, type Identity } from '../core/access.ts';
import type { BoundDirectory } from '../core/bound-directory.ts';
import { DirectoryError, type ErrorKind } from '../model/errors.ts';
import { Output } from '../wire/ber.ts';
import { decodeMessage, MalformedRequest } from '../wire/decode.ts';
import { encodeNoticeOfDisconnection, encodeResult } from '../wire/encode.ts';
import { Framer } from '../wire/framer.ts';
import type { Message } from '../wire/messages.ts';
import { dispatch } from './dispatch.ts';
import { cancelOutOfTurn } from './extended.ts';
import type { ServerContext } from './ldap-server.ts';
import type { PagedSearches } from './paged-searches.ts';
import { errorResult, policyControls } from './refusal.ts';
import { RequestQueue, type Waiting } from './request-queue.ts';
import type { Transaction } from './transactions.ts';

/** How a client came in. */
export interface Transport {
  readonly kind: 'ldap' | 'ldaps' | 'ldapi';
  /** Whoever can open the socket is the administrator (the socket in the state folder, mode 0600). */
  readonly trusted: boolean;
}

/** A search that is not over when its entries are sent. */
export interface PersistentSearch {
  /** Ends it: without an answer, or with this one. */
  end(kind?: 'canceled' | 'syncRefreshRequired'): void;
}

/** Buffers that no connection is filling now; thousands of idle connections need none. */
const spareOutputs: Output[] = [];
const mostSpareOutputs = 16;
/** Milliseconds after which a silent client is asked whether it is still there. */
const probeMs = 30_000;
/** bytes of a job that the administrator asks for, LDIF included */
const jobSize = 2 ** 30;
/** Bytes of answers after which a search lets the socket take them. */
const flushAt = 64 * 1024;

/**
 * One client's session (RFC 4511 §5): its requests are answered in their order; what takes long lets other clients go on,
 * and a client that does not read its answers is not read from.
 */
export class Connection {
  readonly server: ServerContext;
  readonly transport: Transport;
  /** IP address of the client, or `ldapi` */
  readonly address: string;
  readonly number: number;
  /** The message whose answer is being worked on, when that takes more than one turn */
  active: Message | undefined;
  /** Set by abandon and cancel; whoever works on `active` looks at it. */
  stop: 'abandon' | 'cancel' | undefined;
  secure: boolean;
  /** entryUUID of the service that was last bound here: whom it looks up and then binds, it binds for itself */
  service: string | undefined;
  paged: PagedSearches | undefined;
  /** Updates that wait for their end (RFC 5805) */
  transaction: Transaction | undefined;
  /** Searches that go on while other requests are answered, by message ID (RFC 4533 §3.4) */
  readonly persistent = new Map<number, PersistentSearch>();
  #out: Output | undefined;
  #socket: Socket;
  readonly #framer: Framer;
  readonly #queue = new RequestQueue();
  /** What server.held knows of */
  #held = 0;
  #bound: BoundDirectory;
  #closed = false;
  #blocked = false;
  #reading = true;
  #drained: (() => void)[] = [];
  #startedPdu: NodeJS.Timeout | undefined;

  constructor(server: ServerContext, socket: Socket, transport: Transport, number: number) {
    this.server = server;
    this.transport = transport;
    this.number = number;
    this.address = transport.kind === 'ldapi' ? 'ldapi' : (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
    this.secure = transport.kind !== 'ldap';
    this.#framer = new Framer(transport.trusted ? jobSize : server.limits.messageSizeAnonymous);
    this.#bound = server.directory.as(anonymous, this.address);
    this.#socket = socket;
    this.#listen(socket);
  }

  get directory(): BoundDirectory {
    return this.#bound;
  }

  /** From now on the client is this identity. */
  become(identity: Identity): void {
    // a bind leaves nothing of what was asked before it (RFC 4511 §4.2.1)
    this.endPersistent();
    this.#bound = this.server.directory.as(identity, this.address);
    const { entry } = this.#bound.viewer;
    if (entry !== undefined && this.server.directory.access.isService(entry)) this.service = entry.uuid;
    this.#framer.limit = this.#messageSize(identity);
    this.paged?.clear();
    this.transaction = undefined;
  }

  #messageSize(identity: Identity): number {
    const { messageSize, messageSizeAnonymous } = this.server.limits;
    if (this.transport.trusted) return jobSize;
    return identity.kind === 'anonymous' ? messageSizeAnonymous : messageSize;
  }

  /** True for whoever sits on this machine: nothing on the way can be read by others. */
  get local(): boolean {
    return this.transport.kind === 'ldapi' || /^127\.|^::1$/.test(this.address);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Answers are gathered here while one read event is worked through, and leave in one write. */
  get out(): Output {
    this.#out ??= spareOutputs.pop() ?? new Output();
    return this.#out;
  }

  /** Is there a request that is not answered yet? */
  get busy(): boolean {
    return this.active !== undefined || this.#queue.length > 0;
  }

  /** From now on the search goes on beside the other requests; a client that is gone is noticed though it has nothing to say. */
  persist(id: number, search: PersistentSearch): void {
    this.persistent.get(id)?.end();
    this.persistent.set(id, search);
    this.#socket.setKeepAlive(true, probeMs);
  }

  endPersistent(kind?: 'syncRefreshRequired'): void {
    for (const search of [...this.persistent.values()]) search.end(kind);
  }

  /** Takes a waiting request back before it is begun. */
  withdraw(id: number): Waiting | undefined {
    return this.#queue.withdraw(id);
  }

  /** bytes of requests that are not answered, and of answers that the client has not taken */
  get held(): number {
    return this.#held;
  }

  #account(): void {
    // a dump that the administrator brings may be long
    if (this.transport.trusted) return;
    const unsent = this.#blocked ? this.#socket.writableLength : 0;
    const held = this.#closed ? 0 : this.#framer.held + this.#queue.bytes + unsent + (this.transaction?.held ?? 0);
    const difference = held - this.#held;
    if (difference === 0) return;
    this.#held = held;
    this.server.held.change(difference);
  }

  /** Ends a connection that holds too much; what it still sends is not even read. */
  relieve(): void {
    this.disconnect('busy', 'the server holds too much for its clients, and most for this one; send less at a time, and read the answers');
    this.#socket.pause();
  }

  /** Are the answers so far more than one write should hold? */
  get full(): boolean {
    return this.#out !== undefined && this.#out.length >= flushAt;
  }

  /** Hands the gathered answers to the socket. */
  flush(): void {
    const out = this.#out;
    if (out === undefined) return;
    this.#out = undefined;
    if (!this.#closed && out.length > 0) {
      const socket = this.#socket;
      if (!socket.write(out.bytes.subarray(0, out.length))) this.#blocked = true;
      // what the kernel has not taken at once is the socket's until it is sent
      if (socket.writableLength > 0) return;
    }
    out.reset();
    if (spareOutputs.length < mostSpareOutputs) spareOutputs.push(out);
  }

  /** Resolves when the client has read enough to be sent more; at once when it has, or is gone. */
  async writable(): Promise<void> {
    if (!this.#blocked || this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#drained.push(resolve);
    });
  }

  /** Ends the session with a Notice of Disconnection (RFC 4511 §4.4.1). */
  disconnect(kind: ErrorKind, text: string): void {
    if (this.#closed) return;
    encodeNoticeOfDisconnection(this.out, kind, text);
    this.flush();
    this.server.log.debug('disconnected', { connection: this.number, address: this.address, reason: text });
    this.close();
  }

  /** Sends what is written and closes; a client that does not take it is cut off. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.clear();
    this.#framer.clear();
    this.#account();
    this.stop = 'abandon';
    clearTimeout(this.#startedPdu);
    this.endPersistent();
    this.#wakeWriters();
    const socket = this.#socket;
    socket.end();
    const cut = setTimeout(() => socket.destroy(), 2000);
    cut.unref();
    socket.once('close', () => clearTimeout(cut));
    this.server.connections.delete(this);
  }

  /** Goes on over TLS with what arrives from now on; bytes that came in plain text behind the request are dropped (RFC 4511 §4.14, RFC 4513 §3.1.1). */
  upgrade(secured: (socket: Socket) => Socket): void {
    const plain = this.#socket;
    for (const event of ['data', 'drain', 'timeout', 'close', 'end']) plain.removeAllListeners(event);
    this.#framer.clear();
    this.#queue.clear();
    this.#socket = secured(plain);
    this.secure = true;
    this.#listen(this.#socket);
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    socket.setTimeout(this.server.limits.idleMs);
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => this.#writableAgain());
    socket.on('timeout', () => this.#silent());
    socket.on('end', () => this.close());
    // a client that resets its connection is nothing to report
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
  }

  /** Nothing went either way for long. A consumer of content waits for changes; unless it has stopped to read, that is as it should be. */
  #silent(): void {
    if (this.persistent.size > 0 && !this.#blocked) {
      this.#socket.setTimeout(this.server.limits.idleMs);
      return;
    }
    this.endPersistent('syncRefreshRequired');
    this.disconnect('unavailable', 'the connection was idle for too long');
  }

  #received(chunk: Buffer): void {
    // what a client sends that has been told goodbye is not kept
    if (this.#closed) return;
    try {
      this.#framer.push(chunk);
      for (let pdu = this.#framer.next(); pdu !== undefined && !this.#closed; pdu = this.#framer.next()) {
        this.#forgetPartial();
        this.#take(pdu);
      }
      this.#watchPartial();
      this.#work();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A client that sends a message a byte at a time is not waited for forever. */
  #watchPartial(): void {
    if (this.#framer.pending === 0) this.#forgetPartial();
    else {
      this.#startedPdu ??= setTimeout(
        () => this.disconnect('protocolError', 'the rest of a message did not come'),
        this.server.limits.messageMs,
      ).unref();
    }
  }

  /** The message that was waited for has come; the next one has its own time. */
  #forgetPartial(): void {
    clearTimeout(this.#startedPdu);
    this.#startedPdu = undefined;
  }

  #take(pdu: Buffer): void {
    let message: Message;
    try {
      message = decodeMessage(pdu, this.server.limits.decode);
    } catch (error) {
      if (!(error instanceof MalformedRequest) || error.disconnects) throw error;
      // it is answered when its turn comes
      this.#enqueue(error, pdu.length);
      return;
    }
    const { request } = message;
    if (request.op === 'unbind') this.close();
    else if (request.op === 'abandon') this.#abandon(request.id);
    else if (request.op === 'extended' && (this.busy || this.persistent.size > 0) && cancelOutOfTurn(this, message)) return;
    else this.#enqueue(message, pdu.length);
  }

  #enqueue(waiting: Waiting, bytes: number): void {
    this.#queue.push(waiting, bytes);
    if (this.#crowded) this.#pause();
  }

  /** Are there as many requests as may wait, or is it as much as one message may be? */
  get #crowded(): boolean {
    return this.#queue.length >= this.server.limits.outstanding || this.#queue.bytes >= this.#framer.limit;
  }

  #abandon(id: number): void {
    if (this.active?.id === id) this.stop = 'abandon';
    else if (this.withdraw(id) === undefined) this.persistent.get(id)?.end();
  }

  /** Works through the queue until it is empty, something takes longer, or the client does not read. */
  #work(): void {
    while (this.active === undefined && !this.#closed && !this.#blocked) {
      const next = this.#queue.take();
      if (next === undefined) break;
      if (next instanceof MalformedRequest) this.#refuse(next);
      else this.#start(next);
      if (this.active === undefined) this.#queue.done();
      if (this.full) this.flush();
    }
    this.flush();
    this.#resume();
    this.#account();
  }

  #start(message: Message): void {
    const later = this.#begin(message);
    if (later === undefined) return;
    this.active = message;
    void this.#finish(later);
  }

  /** A bind that can't be read is a bind that failed (RFC 4513 §4). */
  #refuse(request: MalformedRequest): void {
    if (request.op === 'bind') this.become(anonymous);
    this.answerError(request, request);
  }

  /** @returns undefined when the request is answered already */
  #begin(message: Message): Promise<void> | undefined {
    try {
      return dispatch(this, message);
    } catch (error) {
      this.answerError(message, error);
      return undefined;
    }
  }

  async #finish(later: Promise<void>): Promise<void> {
    const message = this.active;
    try {
      await later;
    } catch (error) {
      if (message !== undefined) this.answerError(message, error);
    }
    this.active = undefined;
    this.stop = undefined;
    this.#queue.done();
    this.flush();
    this.#work();
  }

  answerError(asked: Waiting, error: unknown): void {
    const op = 'op' in asked ? asked.op : asked.request.op;
    if (op === 'abandon' || op === 'unbind') return;
    encodeResult(this.out, asked.id, op, errorResult(this, error), policyControls(asked, error));
  }

  #failed(error: unknown): void {
    if (error instanceof DirectoryError) this.disconnect(error.kind, error.message);
    else {
      this.server.log.error('a request failed', { connection: this.number, error });
      this.disconnect('other', 'internal error');
    }
  }

  #writableAgain(): void {
    this.#blocked = false;
    this.#wakeWriters();
    this.#work();
  }

  #wakeWriters(): void {
    for (const wake of this.#drained.splice(0)) wake();
  }

  #pause(): void {
    if (!this.#reading) return;
    this.#reading = false;
    this.#socket.pause();
    // what we don't read, the client is not late with
    this.#forgetPartial();
  }

  #resume(): void {
    if (this.#blocked || this.#crowded) this.#pause();
    else if (!this.#reading && !this.#closed) {
      this.#reading = true;
      this.#socket.resume();
      this.#watchPartial();
    }
  }
}
