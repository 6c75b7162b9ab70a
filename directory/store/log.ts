import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { LogLine } from '../core/store.ts';
import { revisionState } from './revisions.ts';

const logRow = z.object({
  csn: z.number(),
  entry_csn: z.string(),
  operation: z.enum(['add', 'modify', 'rename', 'delete']),
  state: revisionState,
  entry_uuid: z.string(),
  dn: z.string(),
  touched: z.array(z.string()),
});

/** The first `limit` revisions after a position, in log order. */
export async function readLog(connection: CommonQueryMethods, afterCsn: number, limit: number): Promise<LogLine[]> {
  const rows = await connection.any(sql.type(logRow)`
    SELECT csn, entry_csn, operation, state, entry_uuid, dn, ARRAY(SELECT jsonb_object_keys(before)) AS touched
    FROM mos.revision WHERE csn > ${afterCsn} ORDER BY csn LIMIT ${limit}`);
  return rows.map(({ csn, entry_csn, operation, state, entry_uuid, dn, touched }) => ({
    csn,
    entryCsn: entry_csn,
    operation,
    state,
    entryUuid: entry_uuid,
    dn,
    touched,
  }));
}

/**
 * The last position of the change with this CSN. CSNs grow along the log and positions have no gaps, so that it is found by halving:
 * no index of a column that is asked for when a replica comes back and never else.
 */
export async function positionOf(connection: CommonQueryMethods, entryCsn: string): Promise<number | undefined> {
  const found = await connection.maybeOneFirst(sql.type(z.object({ csn: z.number() }))`
    WITH RECURSIVE halving (low, high) AS (
      SELECT min(csn) - 1, max(csn) FROM mos.revision
      UNION ALL
      SELECT CASE WHEN middle.fits THEN middle.csn ELSE low END, CASE WHEN middle.fits THEN high ELSE middle.csn - 1 END
      FROM halving
      CROSS JOIN LATERAL (
        SELECT csn, entry_csn COLLATE "C" <= ${entryCsn} AS fits FROM mos.revision WHERE csn = (low + high + 1) / 2
      ) AS middle
      WHERE low < high
    )
    SELECT csn FROM mos.revision WHERE csn = (SELECT low FROM halving WHERE low = high) AND entry_csn = ${entryCsn}`);
  return found ?? undefined;
}
