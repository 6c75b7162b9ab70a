import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const useRow = z.object({ password_id: z.string(), used_at: z.number() });
const nothing = sql.type(z.unknown());

/** Notes that a password has been used; of an entry that is gone, nothing. */
export async function notePasswordUse(connection: CommonQueryMethods, entryUuid: string, passwordId: string, at: Date): Promise<void> {
  await connection.query(nothing`
    INSERT INTO mos.password_use (entry_uuid, password_id, used_at)
    SELECT entry_uuid, ${passwordId}, ${at.toISOString()}::timestamptz FROM mos.entry WHERE entry_uuid = ${entryUuid}::uuid
    ON CONFLICT (entry_uuid, password_id) DO UPDATE SET used_at = greatest(mos.password_use.used_at, excluded.used_at)`);
}

/** When each of an entry's app passwords was last used, by its id. */
export async function findPasswordUses(connection: CommonQueryMethods, entryUuid: string): Promise<ReadonlyMap<string, Date>> {
  const rows = await connection.any(sql.type(useRow)`
    SELECT password_id, extract(epoch FROM used_at)::float8 * 1000 AS used_at FROM mos.password_use WHERE entry_uuid = ${entryUuid}::uuid`);
  return new Map(rows.map(({ password_id, used_at }) => [password_id, new Date(used_at)]));
}
