import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';
import type { Translate } from '../words.ts';
import { forgetCodes } from './code-attempts.ts';
import { passkeysOf, removePasskeys } from './passkeys.ts';
import { countRecoveryCodes, removeRecoveryCodes } from './recovery-codes.ts';
import { hasTotp, removeTotp } from './totp.ts';

/** Does it take more than a password to sign in as this person? */
export async function hasSecondFactor({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<boolean> {
  const uuid = sql.uuid(entryUuid);
  return database.exists(sql.type(z.unknown())`
    SELECT 1 FROM mos.passkey WHERE entry_uuid = ${uuid} UNION ALL SELECT 1 FROM mos.totp WHERE entry_uuid = ${uuid} AND confirmed_at IS NOT NULL`);
}

/** By these words the log knows them; people read others. */
export const totpFactor = 'totp';
export const recoveryFactor = 'recovery codes';
export const passkeyFactor = (name: string): string => `passkey ${name}`;

/** All of somebody's second factors, as the log calls them. */
export async function factorsOf(site: Pick<Site, 'database'>, entryUuid: string): Promise<readonly string[]> {
  return [
    ...((await hasTotp(site, entryUuid)) ? [totpFactor] : []),
    ...(await passkeysOf(site, entryUuid)).map(({ name }) => passkeyFactor(name)),
    ...((await countRecoveryCodes(site, entryUuid)) > 0 ? [recoveryFactor] : []),
  ];
}

/** What the log calls a factor, in the reader's words. */
export function factorText(t: Translate, factor: string): string {
  if (factor === totpFactor) return t('totp.title');
  if (factor === recoveryFactor) return t('codes.title');
  return t('passkey.named', { key: factor.slice(passkeyFactor('').length) });
}

/** Takes away all second factors of somebody who has lost them. @returns whether there were any */
export async function removeSecondFactors(site: Pick<Site, 'database'>, entryUuid: string): Promise<boolean> {
  const hadCodes = await removeTotp(site, entryUuid);
  const passkeys = await removePasskeys(site, entryUuid);
  await forgetFactorless(site, entryUuid);
  return hadCodes || passkeys > 0;
}

/** Recovery codes stand for a second factor; without one they are worth nothing, and go. @returns what has gone, as the log calls it */
export async function forgetFactorless(site: Pick<Site, 'database'>, entryUuid: string): Promise<readonly string[]> {
  if (await hasSecondFactor(site, entryUuid)) return [];
  const hadCodes = (await countRecoveryCodes(site, entryUuid)) > 0;
  await removeRecoveryCodes(site, entryUuid);
  await forgetCodes(site, entryUuid);
  return hadCodes ? [recoveryFactor] : [];
}
