import type { BoundDirectory } from '../core/bound-directory.ts';
import type { MatchedValues } from '../core/matched-values.ts';
import type { PackedEntry } from '../core/packed-entry.ts';
import type { Scope } from '../core/region.ts';
import type { Selection } from '../core/selection.ts';
import { DirectoryError } from '../model/errors.ts';
import { formatFilter } from '../model/filter-text.ts';
import { encodePagedResults } from '../wire/controls.ts';
import { encodeEntry, encodeReference, encodeResult } from '../wire/encode.ts';
import type { ResponseControl, Result, SearchRequest } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import { synchronize } from './content-sync.ts';
import { type PagedSearch, PagedSearches } from './paged-searches.ts';
import { directoryOf } from './proxied.ts';
import type { RequestControls } from './request-controls.ts';
import { beginSearch, type Found } from './sorted-search.ts';
import { sendInView, viewOf } from './views.ts';

/** How long a search works before others get their turn, in milliseconds. */
const sliceMs = 4;
/** Entries without a match that it looks at between two looks at the clock. */
const stride = 256;
/** Entries that it sends between two looks at the clock; most answers are shorter. */
const sentUnwatched = 16;

/** RFC 4511 §4.5 */
export function search(connection: Connection, id: number, request: SearchRequest, controls: RequestControls): Promise<void> | undefined {
  const { server } = connection;
  const directory = directoryOf(connection, controls);
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
    const { paged, sort, matchedValues, proxied } = controls;
    if ([paged, sort, matchedValues, proxied].some((control) => control !== undefined))
      throw new DirectoryError(
        'unwillingToPerform',
        'content synchronization has no pages, no order, no chosen values and nobody that it is for',
      );
    return synchronize(connection, id, request, controls.sync);
  }
  const view = viewOf(connection, request.base);
  return new Answer(
    connection,
    directory,
    id,
    view === undefined ? request : { ...request, base: view.dn },
    controls,
    view?.service,
  ).start();
}

/** The answer to one search: entries, and the result when it is done. */
class Answer {
  readonly #connection: Connection;
  readonly #directory: BoundDirectory;
  readonly #id: number;
  readonly #found: Found;
  readonly #scope: Scope;
  readonly #selection: Selection;
  readonly #matched: MatchedValues | undefined;
  readonly #paged: { readonly size: number } | undefined;
  /** milliseconds */
  readonly #timeLimit: number;
  #deadline: number | undefined;
  readonly #question: string;
  /** Entries that may still be sent in all pages together */
  #left: number;
  /** Entries that may still be sent in this answer */
  #page: number;
  #ahead: PackedEntry | undefined;
  readonly #view: PackedEntry | undefined;

  /** @param view the service below whose entry the names of the answer stand */
  constructor(
    connection: Connection,
    directory: BoundDirectory,
    id: number,
    request: SearchRequest,
    controls: RequestControls,
    view: PackedEntry | undefined,
  ) {
    const { limits } = connection.server;
    const { isRoot } = directory.viewer;
    const { paged } = controls;
    this.#connection = connection;
    this.#directory = directory;
    this.#id = id;
    this.#paged = paged;
    this.#view = view;
    this.#question = paged === undefined ? '' : `${view?.uuid} ${questionOf(request, controls)}`;
    const most = (asked: number, allowed: number) =>
      Math.min(asked || Number.POSITIVE_INFINITY, isRoot ? Number.POSITIVE_INFINITY : allowed);
    const resumed = paged === undefined || paged.cookie.length === 0 ? undefined : resume(connection, paged.cookie, this.#question);
    this.#found = resumed?.found ?? beginSearch(directory, request, controls);
    this.#scope = request.scope;
    this.#ahead = resumed?.ahead;
    this.#left = resumed?.left ?? most(request.sizeLimit, limits.sizeLimit);
    this.#page = paged === undefined ? Number.POSITIVE_INFINITY : paged.size;
    this.#timeLimit = most(request.timeLimit, limits.timeLimit) * 1000;
    this.#selection = directory.selection(request.attributes, request.typesOnly);
    this.#matched = controls.matchedValues && directory.matchedValues(controls.matchedValues);
  }

  start(): Promise<void> | undefined {
    const { refusal } = this.#found;
    if (refusal !== undefined) {
      this.#finish({ kind: refusal.kind, text: refusal.message });
      return undefined;
    }
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
    let until: number | undefined;
    for (let sent = 0; ; ) {
      const entry = this.#next();
      if (entry === undefined && this.#found.run.done) {
        this.#finish({ kind: 'success' });
        return true;
      }
      if (entry !== undefined && this.#found.search.refersTo(entry)) {
        encodeReference(this.#connection.out, this.#id, this.#directory.continuations(entry, this.#scope));
        if (this.#connection.full) return false;
      } else if (entry !== undefined) {
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
        if (++sent % sentUnwatched !== 0) continue;
      }
      const now = server.now();
      until ??= now + sliceMs;
      this.#deadline ??= now + this.#timeLimit;
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
    return ahead ?? this.#found.run.next(stride);
  }

  #send(entry: PackedEntry): void {
    const { ranges, extra } = this.#directory.compose(entry, this.#selection, this.#matched);
    const { out, server } = this.#connection;
    if (this.#view === undefined) encodeEntry(out, this.#id, entry.bytes, entry.offsets[0] ?? 0, ranges, extra);
    else sendInView(out, this.#id, server.directory, this.#view, entry, { ranges, extra });
  }

  /** The page is full and there is more: keep the search until the client comes back with the cookie. */
  #turnPage(ahead: PackedEntry): void {
    const connection = this.#connection;
    connection.paged ??= new PagedSearches();
    const cookie = connection.paged.keep({ question: this.#question, found: this.#found, left: this.#left, ahead });
    this.#finish({ kind: 'success' }, cookie);
  }

  #finish(result: Result, cookie: Buffer = Buffer.alloc(0)): void {
    const { response } = this.#found;
    const controls: ResponseControl[] = response === undefined ? [] : [response];
    if (this.#paged !== undefined) controls.push({ oid: OID.pagedResults, value: encodePagedResults({ size: 0, cookie }) });
    encodeResult(this.#connection.out, this.#id, 'search', result, controls);
  }
}

/** What must stay the same from page to page. */
function questionOf(request: SearchRequest, { sort, proxied }: RequestControls): string {
  const { base, scope, derefAliases, filter } = request;
  return JSON.stringify([base, scope, derefAliases, formatFilter(filter), sort?.keys, proxied]);
}

function resume(connection: Connection, cookie: Buffer, question: string): PagedSearch {
  const kept = connection.paged?.take(cookie);
  if (kept === undefined || kept.question !== question)
    throw new DirectoryError('unwillingToPerform', 'the cookie of the paged search is not known; begin again');
  return kept;
}
