import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';

/** So many codes may be wrong in a row; then none is looked at for a while, and twice as long after as many more. */
const perRound = 10;
const firstMinutes = 15;
const mostMinutes = 1440;

const nothing = sql.type(z.unknown());

/**
 * Counts a code before it is looked at, so that sending many at once brings no more guesses. Whoever comes this far knows the password;
 * it is a count in the database, because a million codes are few and a restart must not forget.
 * @returns `locked`: it is not to be looked at; `last`: it is, and when it is wrong the next ones are not
 */
export async function countCode(
  { database, clock }: Pick<Site, 'database' | 'clock'>,
  entryUuid: string,
): Promise<'free' | 'last' | 'locked'> {
  const now = clock();
  const counted = await database.maybeOne(sql.type(z.object({ tries: z.number() }))`
    INSERT INTO mos.code_attempt AS known (entry_uuid, tries, locked_until)
    VALUES (${sql.uuid(entryUuid)}, 1, ${sql.timestamp(new Date(now))})
    ON CONFLICT (entry_uuid) DO UPDATE SET tries = known.tries + 1,
      locked_until = CASE WHEN (known.tries + 1) % ${perRound} = 0
        THEN ${sql.timestamp(new Date(now))}::timestamptz
             + least(${mostMinutes}::float8, ${firstMinutes}::float8 * power(2, least(20, (known.tries + 1) / ${perRound} - 1))) * interval '1 minute'
        ELSE known.locked_until END
      WHERE known.locked_until <= ${sql.timestamp(new Date(now))}
    RETURNING tries`);
  if (counted === null) return 'locked';
  return counted.tries % perRound === 0 ? 'last' : 'free';
}

/** After a right one. */
export async function forgetCodes({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<void> {
  await database.query(nothing`DELETE FROM mos.code_attempt WHERE entry_uuid = ${sql.uuid(entryUuid)}`);
}
