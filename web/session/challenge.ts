import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';

/** What a passkey is asked to sign; an answer for one thing is none for another. */
export type ChallengePurpose = 'register' | 'factor' | 'sign-in';

const [chanceSize, timeSize, markSize] = [16, 6, 32];
/** Milliseconds for which an answer is waited for. */
const lifetime = 15 * 60_000;
const nothing = sql.type(z.unknown());

/**
 * Makes a challenge (WebAuthn §13.4.3). It is kept nowhere until it has been answered: it says itself when it was made, and carries a
 * mark that only we can make, so asking for many costs nothing.
 * @param asker whose answer it is to be: a text that nobody else's visit has
 */
export function makeChallenge(
  { secret, clock }: Pick<Site, 'secret' | 'clock'>,
  purpose: ChallengePurpose,
  asker: string,
): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(chanceSize + timeSize);
  randomBytes(chanceSize).copy(head);
  head.writeUIntBE(clock(), chanceSize, timeSize);
  return new Uint8Array(Buffer.concat([head, markOf(secret, purpose, asker, head)]));
}

/** Takes the answer to a challenge, once. @param challenge as it came back, base64url */
export async function takeChallenge(
  { secret, clock, database }: Pick<Site, 'secret' | 'clock' | 'database'>,
  purpose: ChallengePurpose,
  asker: string,
  challenge: string,
): Promise<boolean> {
  const bytes = Buffer.from(challenge, 'base64url');
  if (bytes.length !== chanceSize + timeSize + markSize) return false;
  const head = bytes.subarray(0, chanceSize + timeSize);
  if (!timingSafeEqual(bytes.subarray(chanceSize + timeSize), markOf(secret, purpose, asker, head))) return false;
  const [now, end] = [clock(), head.readUIntBE(chanceSize, timeSize) + lifetime];
  if (now >= end) return false;
  await database.query(nothing`DELETE FROM mos.used_challenge WHERE expires_at <= ${sql.timestamp(new Date(now))}`);
  const digest = createHash('sha256').update(bytes).digest();
  const { rowCount } = await database.query(nothing`
    INSERT INTO mos.used_challenge (challenge_digest, expires_at) VALUES (${sql.binary(digest)}, ${sql.timestamp(new Date(end))}) ON CONFLICT DO NOTHING`);
  return rowCount === 1;
}

function markOf(secret: Site['secret'], purpose: ChallengePurpose, asker: string, head: Uint8Array): Buffer {
  return secret.mark(`challenge ${purpose}`, Buffer.concat([head, Buffer.from(asker)]));
}
