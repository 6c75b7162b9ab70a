import { randomBytes } from 'node:crypto';
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';
import { digest } from './sessions.ts';

/** What a mailed link is for; one made for one thing opens nothing else. */
export type LinkPurpose = 'activate' | 'invite' | 'reset' | 'mail';

/** A link that was mailed and works once. */
export interface Link {
  readonly purpose: LinkPurpose;
  /** entryUUID of whom it is about, of an invitation of who invites; undefined: of nobody who has an entry yet */
  readonly entryUuid: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly madeAt: Date;
  readonly expiresAt: Date;
}

export interface NewLink {
  readonly purpose: LinkPurpose;
  readonly entryUuid?: string | undefined;
  /** What whoever opens it should find again; plain JSON */
  readonly data?: Readonly<Record<string, string | number | boolean>>;
  readonly hours: number;
}

type Where = Pick<Site, 'database' | 'clock'>;

const row = z.object({
  entry_uuid: z.string().nullable(),
  data: z.record(z.unknown()),
  made_at: z.date(),
  expires_at: z.date(),
});
const columns = sql.fragment`entry_uuid, data, made_at, expires_at`;
const nothing = sql.type(z.unknown());

/** Makes a link. @returns what stands in its address: kept nowhere but in the mail */
export async function makeLink({ database, clock }: Where, link: NewLink): Promise<string> {
  return insert(database, clock(), link);
}

/** Makes a link unless so many of its owner for the same purpose still work: of any number that ask at once, no more get one. */
export function makeLinkUnless(
  { database, clock }: Where,
  link: NewLink & { readonly entryUuid: string },
  most: number,
): Promise<string | undefined> {
  const { purpose, entryUuid } = link;
  return database.transaction(async (transaction) => {
    const now = clock();
    // whoever asks for the same person meanwhile waits, in whichever process; 3: links, beside those of the directory
    await transaction.query(nothing`SELECT pg_advisory_xact_lock(3, hashtext(${entryUuid}))`);
    const open = await transaction.oneFirst(sql.type(z.object({ count: z.number() }))`
      SELECT count(*) AS count FROM mos.link
      WHERE entry_uuid = ${sql.uuid(entryUuid)} AND purpose = ${purpose} AND expires_at > ${sql.timestamp(new Date(now))}`);
    return open < most ? insert(transaction, now, link) : undefined;
  });
}

async function insert(connection: CommonQueryMethods, now: number, { purpose, entryUuid, data = {}, hours }: NewLink): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const [madeAt, expiresAt] = [sql.timestamp(new Date(now)), sql.timestamp(new Date(now + hours * 3_600_000))];
  await connection.query(nothing`DELETE FROM mos.link WHERE expires_at <= ${madeAt}`);
  await connection.query(nothing`
    INSERT INTO mos.link (token_digest, purpose, entry_uuid, data, made_at, expires_at)
    VALUES (${sql.binary(digest(token))}, ${purpose}, ${entryUuid === undefined ? null : sql.uuid(entryUuid)}, ${sql.jsonb(data)}, ${madeAt}, ${expiresAt})`);
  return token;
}

/** Looks at a link and leaves it as it is: for GET, since mail scanners open every link. @returns undefined when it does not work (any more) */
export async function findLink({ database, clock }: Where, purpose: LinkPurpose, token: string): Promise<Link | undefined> {
  const found = await database.maybeOne(sql.type(row)`
    SELECT ${columns} FROM mos.link
    WHERE token_digest = ${sql.binary(digest(token))} AND purpose = ${purpose} AND expires_at > ${sql.timestamp(new Date(clock()))}`);
  return found === null ? undefined : linkOf(purpose, found);
}

/** Uses a link up: of two that do so at once, one gets it. @returns undefined when it does not work (any more) */
export async function takeLink({ database, clock }: Where, purpose: LinkPurpose, token: string): Promise<Link | undefined> {
  const taken = await database.maybeOne(sql.type(row)`
    DELETE FROM mos.link
    WHERE token_digest = ${sql.binary(digest(token))} AND purpose = ${purpose} AND expires_at > ${sql.timestamp(new Date(clock()))}
    RETURNING ${columns}`);
  return taken === null ? undefined : linkOf(purpose, taken);
}

/**
 * Uses up a link that was mailed to an address that nobody has yet, and with it all others for that address: of any number, also at
 * once, one is followed. @returns undefined when it does not work (any more)
 */
export async function takeAddressLink({ database, clock }: Where, purpose: 'activate', token: string): Promise<Link | undefined> {
  // in one order, so that two that wait for each other's rows do not wait for ever
  const taken = await database.any(sql.type(row.extend({ is_this: z.boolean() }))`
    WITH taken AS (
      SELECT token_digest FROM mos.link
      WHERE purpose = ${purpose} AND lower(data->>'mail') = (
        SELECT lower(data->>'mail') FROM mos.link
        WHERE token_digest = ${sql.binary(digest(token))} AND purpose = ${purpose} AND expires_at > ${sql.timestamp(new Date(clock()))})
      ORDER BY token_digest FOR UPDATE)
    DELETE FROM mos.link USING taken WHERE link.token_digest = taken.token_digest
    RETURNING ${columns}, link.token_digest = ${sql.binary(digest(token))} AS is_this`);
  const found = taken.find((each) => each.is_this);
  return found && linkOf(purpose, found);
}

/** Puts a link back that was taken for something that could not be done. */
export async function returnLink({ database }: Where, token: string, { purpose, entryUuid, data, madeAt, expiresAt }: Link): Promise<void> {
  const [made, expires] = [sql.timestamp(madeAt), sql.timestamp(expiresAt)];
  await database.query(nothing`
    INSERT INTO mos.link (token_digest, purpose, entry_uuid, data, made_at, expires_at)
    VALUES (${sql.binary(digest(token))}, ${purpose}, ${entryUuid === undefined ? null : sql.uuid(entryUuid)}, ${JSON.stringify(data)}::jsonb, ${made}, ${expires})`);
}

/** Takes back all links of somebody for one purpose. */
export async function dropLinks({ database }: Where, purpose: LinkPurpose, entryUuid: string): Promise<void> {
  await database.query(nothing`DELETE FROM mos.link WHERE purpose = ${purpose} AND entry_uuid = ${sql.uuid(entryUuid)}`);
}

function linkOf(purpose: LinkPurpose, { entry_uuid, data, made_at, expires_at }: z.infer<typeof row>): Link {
  return { purpose, entryUuid: entry_uuid ?? undefined, data, madeAt: made_at, expiresAt: expires_at };
}
