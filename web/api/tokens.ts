import { randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { digest } from '../session/sessions.ts';
import type { Site } from '../site.ts';

/** What a token opens: the pages of members or of the board, to read or to change. */
export const scopes = ['read', 'write', 'board:read', 'board:write'] as const;
export type Scope = (typeof scopes)[number];

/**
 * What a program of somebody has instead of their password. It is as old as that: when the password changes, by whomever, tokens end as
 * sessions do, since whoever changes it because somebody else was in expects nobody to stay. And they end with a ban, so that who is let
 * in again begins anew. App passwords do not: they open no more than services, and have a list of their own.
 */
export interface ApiToken {
  readonly id: string;
  readonly entryUuid: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly madeAt: Date;
  readonly usedAt: Date | undefined;
  readonly expiresAt: Date;
  /** Of the password of then: `Sessions.passwordMark` */
  readonly mark: string;
}

type Where = Pick<Site, 'database' | 'clock'>;
type Sessions = Pick<Site, 'sessions'>;

const row = z.object({
  id: z.string(),
  entry_uuid: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  made_at: z.date(),
  used_at: z.date().nullable(),
  expires_at: z.date(),
  password_changed: z.string(),
});
const columns = sql.fragment`id, entry_uuid, name, scopes, made_at, used_at, expires_at, password_changed`;
const nothing = sql.type(z.unknown());
/** So that a token in a log or a repository is known for what it is. */
const prefix = 'mos_';
const minute = 60_000;

/** @returns the token, which nobody can learn again */
export async function makeToken(
  { database, clock }: Where,
  { entryUuid, name, scopes: wanted, mark, days }: Pick<ApiToken, 'entryUuid' | 'name' | 'scopes' | 'mark'> & { readonly days: number },
): Promise<string> {
  const token = prefix + randomBytes(32).toString('base64url');
  const now = clock();
  const [madeAt, expiresAt] = [sql.timestamp(new Date(now)), sql.timestamp(new Date(now + days * 1440 * minute))];
  await database.query(nothing`
    INSERT INTO mos.api_token (token_digest, entry_uuid, name, scopes, made_at, expires_at, password_changed)
    VALUES (${sql.binary(digest(token))}, ${sql.uuid(entryUuid)}, ${name}, ${sql.array([...wanted], 'text')}, ${madeAt}, ${expiresAt}, ${mark})`);
  return token;
}

/** Whose token this is; undefined when it is nobody's, or too old, or its owner has another password by now or may not sign in. */
export async function findToken({ database, clock, sessions }: Where & Sessions, token: string): Promise<ApiToken | undefined> {
  if (!/^mos_[\w-]{43}$/.test(token)) return undefined;
  const key = sql.binary(digest(token));
  const now = new Date(clock());
  const found = await database.maybeOne(sql.type(row)`
    SELECT ${columns} FROM mos.api_token WHERE token_digest = ${key} AND expires_at > ${sql.timestamp(now)}`);
  if (found === null) return undefined;
  if (!sessions.holds(found.entry_uuid, found.password_changed)) {
    await database.query(nothing`DELETE FROM mos.api_token WHERE token_digest = ${key}`);
    return undefined;
  }
  if (now.getTime() - (found.used_at?.getTime() ?? 0) >= minute)
    await database.query(nothing`UPDATE mos.api_token SET used_at = ${sql.timestamp(now)} WHERE token_digest = ${key}`);
  return tokenOf(found);
}

/** All of somebody's, the newest first. */
export async function tokensOf({ database }: Pick<Site, 'database'>, entryUuid: string): Promise<readonly ApiToken[]> {
  const rows = await database.any(sql.type(row)`
    SELECT ${columns} FROM mos.api_token WHERE entry_uuid = ${sql.uuid(entryUuid)} ORDER BY made_at DESC, id`);
  return rows.map(tokenOf);
}

/** Takes one of somebody's back. @returns whether there was one */
export async function revokeToken({ database }: Pick<Site, 'database'>, entryUuid: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    nothing`DELETE FROM mos.api_token WHERE entry_uuid = ${sql.uuid(entryUuid)} AND id::text = ${id}`,
  );
  return rowCount > 0;
}

/** Ends what is over, but for what is only too old, which its owner may want to see. */
export async function sweepTokens({ database, sessions }: Pick<Site, 'database' | 'sessions'>): Promise<void> {
  const rows = await database.any(sql.type(row)`SELECT ${columns} FROM mos.api_token`);
  const over = rows.filter((found) => !sessions.holds(found.entry_uuid, found.password_changed)).map(({ id }) => id);
  if (over.length > 0) await database.query(nothing`DELETE FROM mos.api_token WHERE id = ANY(${sql.array(over, 'uuid')})`);
}

function tokenOf(found: z.infer<typeof row>): ApiToken {
  return {
    id: found.id,
    entryUuid: found.entry_uuid,
    name: found.name,
    scopes: found.scopes,
    madeAt: found.made_at,
    usedAt: found.used_at ?? undefined,
    expiresAt: found.expires_at,
    mark: found.password_changed,
  };
}
