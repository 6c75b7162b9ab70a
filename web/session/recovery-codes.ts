import { createHash, randomInt } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';

/** Without what is mistaken for each other: 16 of these 32 are 80 bits, so a plain digest is as good as a slow hash. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const [howMany, length, group] = [10, 16, 4];
const form = /^[a-km-np-z2-9]{16}$/;
const nothing = sql.type(z.unknown());

/** Makes ten codes in place of all that were there. @returns them as people type them; nobody can learn them again */
export async function makeRecoveryCodes(
  { database, clock }: Pick<Site, 'database' | 'clock'>,
  entryUuid: string,
): Promise<readonly string[]> {
  const codes = Array.from({ length: howMany }, () => Array.from({ length }, () => letters[randomInt(letters.length)]).join(''));
  const now = new Date(clock()).toISOString();
  await database.transaction(async (transaction) => {
    await transaction.query(nothing`DELETE FROM mos.recovery_code WHERE entry_uuid = ${sql.uuid(entryUuid)}`);
    await transaction.query(nothing`
      INSERT INTO mos.recovery_code (entry_uuid, code_digest, made_at)
      SELECT ${sql.uuid(entryUuid)}, digest, ${now}::timestamptz
      FROM ${sql.unnest(
        codes.map((code) => [digestOf(entryUuid, code)]),
        ['bytea'],
      )} AS made (digest)`);
  });
  return codes.map((code) => code.replace(new RegExp(`(.{${group}})(?=.)`, 'g'), '$1-'));
}

/** Does this look like one, whether it is one or not? */
export function looksLikeRecoveryCode(typed: string): boolean {
  return form.test(plain(typed));
}

/** Uses a code up: of two that do so at once, one gets in. */
export async function takeRecoveryCode({ database }: Pick<Site, 'database'>, entryUuid: string, typed: string): Promise<boolean> {
  const code = plain(typed);
  if (!form.test(code)) return false;
  const { rowCount } = await database.query(nothing`
    DELETE FROM mos.recovery_code WHERE entry_uuid = ${sql.uuid(entryUuid)} AND code_digest = ${sql.binary(digestOf(entryUuid, code))}`);
  return rowCount === 1;
}

export async function countRecoveryCodes({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<number> {
  return database.oneFirst(sql.type(z.object({ count: z.number() }))`
    SELECT count(*) AS count FROM mos.recovery_code WHERE entry_uuid = ${sql.uuid(entryUuid)}`);
}

export async function removeRecoveryCodes({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<void> {
  await database.query(nothing`DELETE FROM mos.recovery_code WHERE entry_uuid = ${sql.uuid(entryUuid)}`);
}

/** People leave the hyphens out, type blanks and capitals. */
function plain(typed: string): string {
  return typed.toLowerCase().replace(/[-\s]/g, '');
}

function digestOf(entryUuid: string, code: string): Buffer {
  return createHash('sha256').update(entryUuid).update(' ').update(code).digest();
}
