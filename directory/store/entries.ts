import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Delta, StoredEntry } from '../core/store.ts';
import { attributesFromJson, type JsonAttributes } from './attribute-json.ts';

const attributesColumn = z.custom<JsonAttributes>();
const entryRow = z.object({
  entry_uuid: z.string(),
  parent_uuid: z.string().nullable(),
  rdn: z.string(),
  rdn_key: z.string(),
  attributes: attributesColumn,
});
type EntryRow = z.infer<typeof entryRow>;
const changedRow = entryRow.extend({
  last_csn: z.number(),
  last_entry_csn: z.string(),
  changed_uuid: z.string().nullable(),
  entry_uuid: z.string().nullable(),
});
const csnRow = z.object({ csn: z.number() });
const nothing = sql.type(z.unknown());

/** The newest position in the log; 0 when it is empty. */
export async function newestCsn(connection: CommonQueryMethods): Promise<number> {
  return connection.oneFirst(sql.type(csnRow)`SELECT coalesce(max(csn), 0) AS csn FROM mos.revision`);
}

/**
 * Gives every entry to `each`, parents before children: first the entries that have children, put in order here, then
 * all others as they come. Wants a transaction with one snapshot.
 */
export async function streamEntries(connection: CommonQueryMethods, each: (entry: StoredEntry) => void): Promise<void> {
  await connection.query(nothing`
    DECLARE inner_entries NO SCROLL CURSOR FOR
      SELECT entry_uuid, parent_uuid, rdn, rdn_key, attributes FROM mos.entry AS e
      WHERE EXISTS (SELECT FROM mos.entry AS child WHERE child.parent_uuid = e.entry_uuid)`);
  const withChildren: StoredEntry[] = [];
  for (let rows = await inner(connection); rows.length > 0; rows = await inner(connection)) {
    for (const row of rows) withChildren.push(entryOf(row));
  }
  for (const entry of parentsFirst(withChildren)) each(entry);
  await connection.query(nothing`
    DECLARE leaf_entries NO SCROLL CURSOR FOR
      SELECT entry_uuid, parent_uuid, rdn, rdn_key, attributes FROM mos.entry AS e
      WHERE NOT EXISTS (SELECT FROM mos.entry AS child WHERE child.parent_uuid = e.entry_uuid)`);
  for (let rows = await leaves(connection); rows.length > 0; rows = await leaves(connection)) {
    for (const row of rows) each(entryOf(row));
  }
}

// 2000 rows: a few megabytes, and short enough that the process can answer others in between.
function inner(connection: CommonQueryMethods): Promise<readonly EntryRow[]> {
  return connection.any(sql.type(entryRow)`FETCH 2000 FROM inner_entries`);
}

function leaves(connection: CommonQueryMethods): Promise<readonly EntryRow[]> {
  return connection.any(sql.type(entryRow)`FETCH 2000 FROM leaf_entries`);
}

/** What the applied revisions after `csn` have done to the entries; one statement, so one snapshot. */
export async function entriesChangedSince(connection: CommonQueryMethods, csn: number): Promise<Delta> {
  const rows = await connection.any(sql.type(changedRow)`
    SELECT coalesce(last.csn, 0) AS last_csn, coalesce(last.entry_csn, '') AS last_entry_csn, changed.entry_uuid AS changed_uuid,
           e.entry_uuid, e.parent_uuid, e.rdn, e.rdn_key, e.attributes
    FROM (VALUES (1)) AS once
    LEFT JOIN LATERAL (SELECT csn, entry_csn FROM mos.revision ORDER BY csn DESC LIMIT 1) AS last ON true
    LEFT JOIN (SELECT DISTINCT entry_uuid FROM mos.revision WHERE csn > ${csn} AND state = 'applied') AS changed ON true
    LEFT JOIN mos.entry AS e ON e.entry_uuid = changed.entry_uuid`);
  const put: StoredEntry[] = [];
  const deleted: string[] = [];
  for (const { changed_uuid, entry_uuid, ...row } of rows) {
    if (entry_uuid !== null) put.push(entryOf({ ...row, entry_uuid }));
    else if (changed_uuid !== null) deleted.push(changed_uuid);
  }
  return { csn: rows[0]?.last_csn ?? 0, entryCsn: rows[0]?.last_entry_csn ?? '', put: parentsFirst(put), deleted };
}

function entryOf(row: EntryRow): StoredEntry {
  return {
    uuid: row.entry_uuid,
    parent: row.parent_uuid,
    rdn: row.rdn,
    rdnKey: row.rdn_key,
    attributes: attributesFromJson(row.attributes),
  };
}

/** Orders entries so that none comes before its parent, where the parent is among them. */
export function parentsFirst(entries: readonly StoredEntry[]): StoredEntry[] {
  const here = new Set(entries.map((entry) => entry.uuid));
  const children = new Map<string, StoredEntry[]>();
  const ordered: StoredEntry[] = [];
  for (const entry of entries) {
    if (entry.parent === null || !here.has(entry.parent)) ordered.push(entry);
    else {
      const siblings = children.get(entry.parent);
      if (siblings === undefined) children.set(entry.parent, [entry]);
      else siblings.push(entry);
    }
  }
  // `ordered` grows while it is walked: level after level of the tree.
  for (const entry of ordered) for (const child of children.get(entry.uuid) ?? []) ordered.push(child);
  return ordered;
}
