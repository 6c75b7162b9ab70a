import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';
import { forgetCodes } from './code-attempts.ts';
import { removePasskeys } from './passkeys.ts';
import { removeRecoveryCodes } from './recovery-codes.ts';
import { removeTotp } from './totp.ts';

/** Does it take more than a password to sign in as this person? */
export async function hasSecondFactor({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<boolean> {
  const uuid = sql.uuid(entryUuid);
  return database.exists(sql.type(z.unknown())`
    SELECT 1 FROM mos.passkey WHERE entry_uuid = ${uuid} UNION ALL SELECT 1 FROM mos.totp WHERE entry_uuid = ${uuid} AND confirmed_at IS NOT NULL`);
}

/** Takes away all second factors of somebody who has lost them. @returns whether there were any */
export async function removeSecondFactors(site: Pick<Site, 'database'>, entryUuid: string): Promise<boolean> {
  const hadCodes = await removeTotp(site, entryUuid);
  const passkeys = await removePasskeys(site, entryUuid);
  await forgetFactorless(site, entryUuid);
  return hadCodes || passkeys > 0;
}

/** Recovery codes stand for a second factor; without one they are worth nothing, and go. */
export async function forgetFactorless(site: Pick<Site, 'database'>, entryUuid: string): Promise<void> {
  if (await hasSecondFactor(site, entryUuid)) return;
  await removeRecoveryCodes(site, entryUuid);
  await forgetCodes(site, entryUuid);
}
