import type { Visit } from '../visit.ts';

/** The page of a list that `?page=` asks for, from 1; past the end, the last. */
export function pageOf<T>(
  visit: Visit,
  rows: readonly T[],
  perPage: number,
): { readonly shown: readonly T[]; readonly paged: { readonly count: number; readonly page: number; readonly pages: number } } {
  const pages = Math.max(1, Math.ceil(rows.length / perPage));
  const page = Math.min(Math.max(1, Number.parseInt(visit.query('page'), 10) || 1), pages);
  return { shown: rows.slice((page - 1) * perPage, page * perPage), paged: { count: rows.length, page, pages } };
}
