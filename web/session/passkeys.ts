import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';

/** A passkey, or a security key. */
export interface Passkey {
  /** base64url, as browsers say it */
  readonly id: string;
  readonly entryUuid: string;
  readonly name: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly madeAt: Date;
  readonly usedAt: Date | undefined;
}

/** As many as one person may have. */
export const mostPasskeys = 20;
export const longestPasskeyName = 60;

type Where = Pick<Site, 'database' | 'clock'>;

const row = z.object({
  credential_id: z.instanceof(Uint8Array),
  entry_uuid: z.string(),
  name: z.string(),
  public_key: z.instanceof(Uint8Array),
  counter: z.number(),
  transports: z.array(z.string()),
  made_at: z.date(),
  used_at: z.date().nullable(),
});
const columns = sql.fragment`credential_id, entry_uuid, name, public_key, counter, transports, made_at, used_at`;
const nothing = sql.type(z.unknown());
const bytesOf = (id: string) => sql.binary(Buffer.from(id, 'base64url'));

/** All of somebody's, the oldest first. */
export async function passkeysOf({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<readonly Passkey[]> {
  const rows = await database.any(sql.type(row)`
    SELECT ${columns} FROM mos.passkey WHERE entry_uuid = ${sql.uuid(entryUuid)} ORDER BY made_at, credential_id`);
  return rows.map(passkeyOf);
}

export async function findPasskey({ database }: Pick<Site, 'database'>, id: string): Promise<Passkey | undefined> {
  const found = await database.maybeOne(sql.type(row)`SELECT ${columns} FROM mos.passkey WHERE credential_id = ${bytesOf(id)}`);
  return found === null ? undefined : passkeyOf(found);
}

/** @returns false when it is somebody's already, or there are too many */
export async function addPasskey({ database, clock }: Where, made: Omit<Passkey, 'madeAt' | 'usedAt'>): Promise<boolean> {
  const { id, entryUuid, name, publicKey, counter, transports } = made;
  const { rowCount } = await database.query(nothing`
    INSERT INTO mos.passkey (credential_id, entry_uuid, name, public_key, counter, transports, made_at)
    SELECT ${bytesOf(id)}, ${sql.uuid(entryUuid)}, ${name}, ${sql.binary(Buffer.from(publicKey))}, ${counter}, ${sql.array([...transports], 'text')},
           ${sql.timestamp(new Date(clock()))}
    WHERE (SELECT count(*) FROM mos.passkey WHERE entry_uuid = ${sql.uuid(entryUuid)}) < ${mostPasskeys}
    ON CONFLICT DO NOTHING`);
  return rowCount === 1;
}

/** Notes that one has been used. @param counter its own count; one that goes back was made by a copy @returns false for that, and when it is gone */
export async function notePasskeyUse({ database, clock }: Where, { id, counter }: Pick<Passkey, 'id' | 'counter'>): Promise<boolean> {
  const { rowCount } = await database.query(nothing`
    UPDATE mos.passkey SET used_at = ${sql.timestamp(new Date(clock()))}, counter = ${counter}
    WHERE credential_id = ${bytesOf(id)} AND (counter < ${counter} OR (counter = 0 AND ${counter} = 0))`);
  return rowCount === 1;
}

/** @returns its name; undefined when it is not there or not theirs */
export async function removePasskey({ database }: Pick<Site, 'database'>, entryUuid: string, id: string): Promise<string | undefined> {
  const removed = await database.maybeOne(sql.type(z.object({ name: z.string() }))`
    DELETE FROM mos.passkey WHERE entry_uuid = ${sql.uuid(entryUuid)} AND credential_id = ${bytesOf(id)} RETURNING name`);
  return removed?.name;
}

/** @returns how many there were */
export async function removePasskeys({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<number> {
  const { rowCount } = await database.query(nothing`DELETE FROM mos.passkey WHERE entry_uuid = ${sql.uuid(entryUuid)}`);
  return rowCount;
}

function passkeyOf({ credential_id, entry_uuid, public_key, made_at, used_at, ...rest }: z.infer<typeof row>): Passkey {
  return {
    ...rest,
    id: Buffer.from(credential_id).toString('base64url'),
    entryUuid: entry_uuid,
    publicKey: new Uint8Array(public_key),
    madeAt: made_at,
    usedAt: used_at ?? undefined,
  };
}
