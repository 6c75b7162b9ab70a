import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { NewDecision } from '../core/store.ts';
import { DirectoryError } from '../model/errors.ts';

/** Writes down what becomes of a revision that waits. @throws DirectoryError noSuchObject when it does not wait */
export async function writeDecision(connection: CommonQueryMethods, decision: NewDecision): Promise<void> {
  const { csn, state, at, actor, actorUuid, reason, appliedCsn } = decision;
  const { rowCount } = await connection.query(sql.type(z.unknown())`
    WITH decided AS (
      UPDATE mos.revision SET state = ${state} WHERE csn = ${csn} AND state = 'pending' RETURNING csn
    )
    INSERT INTO mos.decision (csn, decided_at, decider, decider_uuid, reason, applied_csn)
    SELECT csn, ${at.toISOString()}::timestamptz, ${actor}, ${actorUuid}::uuid, ${reason}, ${appliedCsn}::bigint FROM decided
    RETURNING csn`);
  if (rowCount !== 1) throw new DirectoryError('noSuchObject', `no change waits under the number ${csn}`);
}
