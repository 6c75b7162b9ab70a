import { randomBytes } from 'node:crypto';
import type { PackedEntry } from '../core/packed-entry.ts';
import type { Found } from './sorted-search.ts';

/** A search between two pages. */
export interface PagedSearch {
  /** What request it belongs to: a cookie must not be used with another one (RFC 2696 §3) */
  readonly question: string;
  readonly found: Found;
  /** Entries that the size limit still allows */
  readonly left: number;
  /** Found already, for the next page */
  readonly ahead: PackedEntry;
}

/** More than this many begun at a time on one connection, and the oldest is forgotten. */
const most = 16;

/** The paged searches (RFC 2696) that one connection has begun. */
export class PagedSearches {
  readonly #kept = new Map<string, PagedSearch>();

  /** @returns the cookie that the client comes back with */
  keep(search: PagedSearch): Buffer {
    const cookie = randomBytes(12);
    this.#kept.set(cookie.toString('base64'), search);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest);
    return cookie;
  }

  /** A cookie works once. */
  take(cookie: Buffer): PagedSearch | undefined {
    const key = cookie.toString('base64');
    const search = this.#kept.get(key);
    this.#kept.delete(key);
    return search;
  }

  clear(): void {
    this.#kept.clear();
  }
}
