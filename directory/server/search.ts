import type { PackedEntry } from '../core/packed-entry.ts';
import type { SearchRun } from '../core/search.ts';
import type { Selection } from '../core/selection.ts';
import { DirectoryError } from '../model/errors.ts';
import { formatFilter } from '../model/filter-text.ts';
import { encodePagedResults } from '../wire/controls.ts';
import { encodeEntry, encodeResult } from '../wire/encode.ts';
import type { ResponseControl, Result, SearchRequest } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import { synchronize } from './content-sync.ts';
import { type PagedSearch, PagedSearches } from './paged-searches.ts';
import type { RequestControls } from './request-controls.ts';

/** How long a search works before others get their turn, in milliseconds. */
const sliceMs = 4;
/** Entries without a match that it looks at between two looks at the clock. */
const stride = 256;

/** RFC 4511 §4.5 */
export function search(connection: Connection, id: number, request: SearchRequest, controls: RequestControls): Promise<void> | undefined {
  const { directory, server } = connection;
  const special = request.scope === 'base' ? server.special.find(request.base, server.mechanisms(connection)) : undefined;
  if (special !== undefined) {
    if (controls.sync !== undefined) throw new DirectoryError('unwillingToPerform', 'this entry changes with the server alone');
    server.special.answer(connection.out, id, special, request);
    return undefined;
  }
  if (controls.assertion !== undefined && !directory.holds(controls.assertion, directory.find(request.base))) {
    throw new DirectoryError('assertionFailed', 'the assertion does not hold for the base entry');
  }
  if (controls.sync !== undefined) {
    if (controls.paged !== undefined) throw new DirectoryError('unwillingToPerform', 'content synchronization has no pages');
    return synchronize(connection, id, request, controls.sync);
  }
  return new Answer(connection, id, request, controls).start();
}

/** The answer to one search: entries, and the result when it is done. */
class Answer {
  readonly #connection: Connection;
  readonly #id: number;
  readonly #run: SearchRun;
  readonly #selection: Selection;
  readonly #paged: { readonly size: number } | undefined;
  readonly #deadline: number;
  readonly #question: string;
  /** Entries that may still be sent in all pages together */
  #left: number;
  /** Entries that may still be sent in this answer */
  #page: number;
  #ahead: PackedEntry | undefined;

  constructor(connection: Connection, id: number, request: SearchRequest, controls: RequestControls) {
    const { limits } = connection.server;
    const isRoot = connection.directory.viewer.isRoot;
    this.#connection = connection;
    this.#id = id;
    this.#paged = controls.paged;
    this.#question = controls.paged === undefined ? '' : `${request.base}\n${request.scope}\n${formatFilter(request.filter)}`;
    const most = (asked: number, allowed: number) =>
      Math.min(asked || Number.POSITIVE_INFINITY, isRoot ? Number.POSITIVE_INFINITY : allowed);
    const resumed =
      controls.paged === undefined || controls.paged.cookie.length === 0
        ? undefined
        : resume(connection, controls.paged.cookie, this.#question);
    this.#run = resumed?.run ?? connection.directory.search(request);
    this.#ahead = resumed?.ahead;
    this.#left = resumed?.left ?? most(request.sizeLimit, limits.sizeLimit);
    this.#page = this.#paged === undefined ? Number.POSITIVE_INFINITY : this.#paged.size;
    this.#deadline = connection.server.now() + most(request.timeLimit, limits.timeLimit) * 1000;
    this.#selection = connection.directory.selection(request.attributes, request.typesOnly);
  }

  start(): Promise<void> | undefined {
    if (this.#paged?.size === 0) {
      // a client that wants no more of it (RFC 2696 §3)
      this.#finish({ kind: 'success' });
      return undefined;
    }
    return this.#slice() ? undefined : this.#continue();
  }

  async #continue(): Promise<void> {
    const connection = this.#connection;
    do {
      connection.flush();
      await connection.writable();
      await connection.server.othersTurn();
      if (connection.closed || connection.stop === 'abandon') return;
      if (connection.stop === 'cancel') throw new DirectoryError('canceled', 'the search was cancelled');
    } while (!this.#slice());
  }

  /** Works for a while. @returns whether the search is answered */
  #slice(): boolean {
    const { server } = this.#connection;
    const until = server.now() + sliceMs;
    for (;;) {
      const entry = this.#next();
      if (entry === undefined && this.#run.done) {
        this.#finish({ kind: 'success' });
        return true;
      }
      if (entry !== undefined) {
        if (this.#left <= 0) {
          this.#finish({ kind: 'sizeLimitExceeded', text: 'there are more entries than may be sent' });
          return true;
        }
        if (this.#page <= 0) {
          this.#turnPage(entry);
          return true;
        }
        this.#left--;
        this.#page--;
        this.#send(entry);
        if (this.#connection.full) return false;
      }
      const now = server.now();
      if (now > this.#deadline) {
        this.#finish({ kind: 'timeLimitExceeded', text: 'the search took longer than it may' });
        return true;
      }
      if (now > until) return false;
    }
  }

  #next(): PackedEntry | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? this.#run.next(stride);
  }

  #send(entry: PackedEntry): void {
    const { ranges, extra } = this.#connection.directory.compose(entry, this.#selection);
    encodeEntry(this.#connection.out, this.#id, entry.bytes, entry.offsets[0] ?? 0, ranges, extra);
  }

  /** The page is full and there is more: keep the search until the client comes back with the cookie. */
  #turnPage(ahead: PackedEntry): void {
    const connection = this.#connection;
    connection.paged ??= new PagedSearches();
    const cookie = connection.paged.keep({ question: this.#question, run: this.#run, left: this.#left, ahead });
    this.#finish({ kind: 'success' }, cookie);
  }

  #finish(result: Result, cookie: Buffer = Buffer.alloc(0)): void {
    const controls: ResponseControl[] | undefined = this.#paged && [
      { oid: OID.pagedResults, value: encodePagedResults({ size: 0, cookie }) },
    ];
    encodeResult(this.#connection.out, this.#id, 'search', result, controls);
  }
}

function resume(connection: Connection, cookie: Buffer, question: string): PagedSearch {
  const kept = connection.paged?.take(cookie);
  if (kept === undefined || kept.question !== question)
    throw new DirectoryError('unwillingToPerform', 'the cookie of the paged search is not known; begin again');
  return kept;
}
