import { Secret, TOTP } from 'otpauth';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';

type Where = Pick<Site, 'database' | 'clock' | 'secret'>;

/** What every authenticator app understands, whatever it says it can (RFC 6238). */
const form = { algorithm: 'SHA1', digits: 6, period: 30 };
/** Steps by which a clock may be wrong. */
const tolerance = 1;

const row = z.object({ secret: z.instanceof(Uint8Array), confirmed_at: z.date().nullable() });
const nothing = sql.type(z.unknown());

/** Is this somebody's second factor? */
export async function hasTotp({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<boolean> {
  return database.exists(sql.type(z.unknown())`
    SELECT 1 FROM mos.totp WHERE entry_uuid = ${sql.uuid(entryUuid)} AND confirmed_at IS NOT NULL`);
}

/** Makes a secret that counts for nothing until its first code; the one before it, not confirmed either, is forgotten. @returns whether there was none yet */
export async function beginTotp({ database, clock, secret }: Where, entryUuid: string): Promise<boolean> {
  const bytes = secret.encrypt(new Secret({ size: 20 }).bytes, entryUuid);
  const now = sql.timestamp(new Date(clock()));
  const { rowCount } = await database.query(nothing`
    INSERT INTO mos.totp AS known (entry_uuid, secret, made_at) VALUES (${sql.uuid(entryUuid)}, ${sql.binary(bytes)}, ${now})
    ON CONFLICT (entry_uuid) DO UPDATE SET secret = excluded.secret, made_at = excluded.made_at WHERE known.confirmed_at IS NULL`);
  return rowCount === 1;
}

/** The secret that waits for its first code, for the app. @param names whom the app shows; undefined when none waits */
export async function waitingTotp(
  where: Where,
  entryUuid: string,
  names: { readonly club: string; readonly person: string },
): Promise<{ readonly secret: string; readonly uri: string } | undefined> {
  const found = await read(where, entryUuid);
  if (found === undefined || found.confirmed_at !== null) return undefined;
  const secret = secretOf(where, entryUuid, found.secret);
  // a colon parts the two in the label
  const [issuer, label] = [names.club.replaceAll(':', ' '), names.person.replaceAll(':', ' ')];
  return { secret: secret.base32, uri: new TOTP({ ...form, secret, issuer, label }).toString() };
}

/**
 * Takes a code, and none of its time step or an earlier one again (RFC 6238 §5.2).
 * @param kind `first` confirms a new secret; `next` is for signing in
 */
export async function takeTotp(where: Where, entryUuid: string, code: string, kind: 'first' | 'next'): Promise<boolean> {
  const { database, clock } = where;
  if (!/^\d{6}$/.test(code)) return false;
  const found = await read(where, entryUuid);
  if (found === undefined || (found.confirmed_at === null) !== (kind === 'first')) return false;
  const now = clock();
  const delta = TOTP.validate({
    ...form,
    secret: secretOf(where, entryUuid, found.secret),
    token: code,
    timestamp: now,
    window: tolerance,
  });
  if (delta === null) return false;
  const step = Math.floor(now / 1000 / form.period) + delta;
  const confirm = kind === 'first' ? sql.fragment`, confirmed_at = ${sql.timestamp(new Date(now))}` : sql.fragment``;
  const { rowCount } = await database.query(nothing`
    UPDATE mos.totp SET last_step = ${step}${confirm}
    WHERE entry_uuid = ${sql.uuid(entryUuid)} AND last_step < ${step} AND secret = ${sql.binary(Buffer.from(found.secret))}
      AND confirmed_at IS ${kind === 'first' ? sql.fragment`NULL` : sql.fragment`NOT NULL`}`);
  return rowCount === 1;
}

/** @returns whether it was there and counted */
export async function removeTotp({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<boolean> {
  const removed = await database.maybeOne(sql.type(z.object({ confirmed_at: z.date().nullable() }))`
    DELETE FROM mos.totp WHERE entry_uuid = ${sql.uuid(entryUuid)} RETURNING confirmed_at`);
  return removed !== null && removed.confirmed_at !== null;
}

async function read({ database }: Where, entryUuid: string): Promise<z.infer<typeof row> | undefined> {
  return (
    (await database.maybeOne(sql.type(row)`SELECT secret, confirmed_at FROM mos.totp WHERE entry_uuid = ${sql.uuid(entryUuid)}`)) ??
    undefined
  );
}

function secretOf({ secret }: Where, entryUuid: string, stored: Uint8Array): Secret {
  const bytes = new Uint8Array(secret.decrypt(Buffer.from(stored), entryUuid));
  return new Secret({ buffer: bytes.buffer });
}
