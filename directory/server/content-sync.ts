import type { Selection } from '../core/selection.ts';
import { type Fact, type Facts, type Phase, RefreshRequired, type SyncedContent } from '../core/synced-content.ts';
import { DirectoryError } from '../model/errors.ts';
import { encodeEntry, encodeIntermediate, encodeResult } from '../wire/encode.ts';
import type { Message, SearchRequest } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import { encodeSyncDone, encodeSyncInfo, encodeSyncState, type SyncInfo, type SyncRequest } from '../wire/sync-controls.ts';
import type { Connection } from './connection.ts';
import { formatCookie, parseCookie } from './sync-cookie.ts';

/** How long it works before others get their turn, in milliseconds. */
const sliceMs = 4;
/** entryUUIDs in one message */
const idSetSize = 1000;
/** Persistent searches of one connection; a replica needs one for each of its databases. */
const mostPersistent = 16;
/** How often a refresh looks whether it has become old while it ran. */
const mostRounds = 10;

/** RFC 4533: a search whose client keeps a copy of the answer. */
export function synchronize(connection: Connection, id: number, request: SearchRequest, sync: SyncRequest): Promise<void> {
  if (request.derefAliases === 'searching' || request.derefAliases === 'always')
    throw new DirectoryError('protocolError', 'aliases can not be dereferenced in content synchronization');
  if (sync.mode === 'refreshAndPersist') {
    // each keeps the names of its entries here
    if (connection.directory.identity.kind === 'anonymous')
      throw new DirectoryError('strongerAuthRequired', 'bind first; then changes can be waited for');
    if (connection.persistent.size >= mostPersistent)
      throw new DirectoryError('adminLimitExceeded', 'there are too many persistent searches on this connection');
  }
  return new ContentSync(connection, id, request, sync).refresh();
}

/** One consumer's session: the refresh, and the persist stage after it, which ends with the session. */
export class ContentSync {
  readonly #connection: Connection;
  readonly #id: number;
  readonly #message: Message;
  readonly #sync: SyncRequest;
  readonly #content: SyncedContent;
  readonly #selection: Selection;
  readonly #rid: string | undefined;
  readonly #since: string | undefined;
  /** entries */
  readonly #most: number;
  readonly #deadline: number;
  readonly #sent = { entries: 0, present: 0, deleted: 0 };
  #until = 0;
  #persists = false;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(connection: Connection, id: number, request: SearchRequest, sync: SyncRequest) {
    const { directory, server } = connection;
    this.#connection = connection;
    this.#id = id;
    this.#message = { id, request, controls: [] };
    this.#sync = sync;
    this.#content = directory.synchronize(request);
    this.#selection = directory.storedSelection(request.attributes, request.typesOnly);
    const cookie = parseCookie(sync.cookie);
    this.#rid = cookie.rid;
    this.#since = cookie.csn;
    const most = (asked: number, allowed: number) =>
      Math.min(asked || Number.POSITIVE_INFINITY, this.#content.unlimited ? Number.POSITIVE_INFINITY : allowed);
    this.#most = most(request.sizeLimit, server.limits.sizeLimit);
    this.#deadline = server.now() + most(request.timeLimit, server.limits.timeLimit) * 1000;
  }

  /** The refresh stage (RFC 4533 §3.3.1); it is answered in its turn, as any search. */
  async refresh(): Promise<void> {
    try {
      if (!(await this.#gather())) return;
      const { phase, facts } = await this.#content.refresh(this.#since, this.#sync.reloadHint);
      if (!(await this.#tell(facts))) return;
      for (let round = 0; this.#content.behind && round < mostRounds; round++) if (!(await this.#tell(await this.#content.news()))) return;
      this.#refreshed(phase);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the persist stage: without a word, or with a result. */
  end(kind?: 'canceled' | 'syncRefreshRequired'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection.persistent.delete(this.#id);
    if (kind !== undefined) encodeResult(this.#connection.out, this.#id, 'search', { kind });
    this.#wake?.();
  }

  #refreshed(phase: Phase): void {
    const { out, server, number } = this.#connection;
    const { mode } = this.#sync;
    server.log.info('content synchronized', { connection: number, mode, phase, resumed: this.#since !== undefined, ...this.#sent });
    if (mode === 'refreshOnly') {
      const done = { oid: OID.syncDone, value: encodeSyncDone(this.#cookie, phase === 'changes') };
      encodeResult(out, this.#id, 'search', { kind: 'success' }, [done]);
      return;
    }
    this.#inform({ kind: phase === 'changes' ? 'refreshDelete' : 'refreshPresent', cookie: this.#cookie, refreshDone: true });
    this.#persists = true;
    this.#connection.persist(this.#id, this);
    void this.#persist();
  }

  /** The persist stage (RFC 4533 §3.4): what happens is read from the log when the client can take it, so nothing piles up here. */
  async #persist(): Promise<void> {
    const connection = this.#connection;
    const unfollow = connection.directory.follow(() => this.#wake?.());
    try {
      while (!this.#ended) {
        if (this.#content.behind) {
          await connection.writable();
          if (this.#ended || !(await this.#push(await this.#content.news()))) return;
          connection.flush();
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } catch (error) {
      if (!this.#ended) this.#fail(error);
      connection.flush();
    } finally {
      unfollow();
      this.end();
    }
  }

  async #gather(): Promise<boolean> {
    const steps = this.#content.gather();
    while (!steps.next().done) if (!(await this.#mayGoOn())) return false;
    this.#refuseMore(this.#content.found);
    return true;
  }

  /** Facts of the refresh stage, what has no content of its own in sets. @returns false when nobody wants them any more */
  async #tell(facts: Facts): Promise<boolean> {
    let kind: 'present' | 'delete' = 'present';
    let uuids: Buffer[] = [];
    const flushIds = () => {
      if (uuids.length > 0) this.#inform({ kind: 'idSet', refreshDeletes: kind === 'delete', uuids });
      uuids = [];
    };
    for (const fact of facts) {
      if (fact !== undefined && 'uuid' in fact) {
        if (kind !== fact.state || uuids.length >= idSetSize) flushIds();
        kind = fact.state;
        uuids.push(bytesOf(fact.uuid));
        this.#sent[kind === 'present' ? 'present' : 'deleted']++;
      } else if (fact !== undefined) {
        flushIds();
        // in this stage there is no other state for an entry (RFC 4533 §3.3.2)
        this.#send({ state: 'add', entry: fact.entry });
      }
      if (!(await this.#mayGoOn())) return false;
    }
    flushIds();
    return true;
  }

  /** Facts of the persist stage. The last message carries the cookie, so that a consumer never takes half a change for the whole. */
  async #push(facts: Facts): Promise<boolean> {
    let held: Fact | undefined;
    for (const fact of facts) {
      if (fact !== undefined && held !== undefined) this.#send(held);
      held = fact ?? held;
      this.#refuseMore(this.#content.size);
      if (!(await this.#mayGoOn())) return false;
    }
    if (held !== undefined) this.#send(held, this.#cookie);
    // that something has happened is nobody's business who doesn't see it
    else if (this.#content.viewer.isRoot) this.#inform({ kind: 'newCookie', cookie: this.#cookie });
    return true;
  }

  #send(fact: Fact, cookie?: Buffer): void {
    const { out, directory } = this.#connection;
    const uuid = 'entry' in fact ? fact.entry.uuid : fact.uuid;
    const controls = [{ oid: OID.syncState, value: encodeSyncState(fact.state, bytesOf(uuid), cookie) }];
    if ('entry' in fact) {
      const { ranges, extra } = directory.compose(fact.entry, this.#selection);
      encodeEntry(out, this.#id, fact.entry.bytes, fact.entry.offsets[0] ?? 0, ranges, extra, controls);
      this.#sent.entries++;
    } else {
      const name = Buffer.from(fact.dn);
      encodeEntry(out, this.#id, name, name.length, [], [], controls);
      this.#sent.deleted++;
    }
  }

  #inform(info: SyncInfo): void {
    encodeIntermediate(this.#connection.out, this.#id, { oid: OID.syncInfo, value: encodeSyncInfo(info) });
  }

  get #cookie(): Buffer {
    return formatCookie(this.#rid, this.#content.place.entryCsn);
  }

  #refuseMore(entries: number): void {
    if (entries > this.#most) throw new DirectoryError('sizeLimitExceeded', 'there are more entries than may be sent');
  }

  /** Lets others have their turn when it is time, and the client read. @returns false when nobody wants the rest */
  async #mayGoOn(): Promise<boolean> {
    const connection = this.#connection;
    const { server } = connection;
    if (server.now() > this.#until || connection.full) {
      if (!this.#persists && server.now() > this.#deadline)
        throw new DirectoryError('timeLimitExceeded', 'the search took longer than it may');
      connection.flush();
      await connection.writable();
      await server.othersTurn();
      this.#until = server.now() + sliceMs;
    }
    if (connection.closed) return false;
    if (this.#persists) return !this.#ended;
    if (connection.stop === 'cancel') throw new DirectoryError('canceled', 'the search was cancelled');
    return connection.stop === undefined;
  }

  #fail(error: unknown): void {
    const { out } = this.#connection;
    if (!(error instanceof RefreshRequired)) this.#connection.answerError(this.#message, error);
    else encodeResult(out, this.#id, 'search', { kind: 'syncRefreshRequired', text: error.message });
  }
}

/** The 16 bytes of an entryUUID. */
function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
