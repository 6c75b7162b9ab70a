import { sql } from 'slonik';
import { z } from 'zod';
import type { Site } from '../site.ts';

/** A mail as the outbox keeps it. */
export interface KeptMail {
  readonly id: number;
  readonly recipient: string;
  readonly subject: string;
  readonly plain: string;
  readonly html: string;
  readonly madeAt: Date;
}

const row = z.object({
  id: z.number(),
  recipient: z.string(),
  subject: z.string(),
  plain: z.string(),
  html: z.string(),
  made_at: z.date(),
});
const columns = sql.fragment`id, recipient, subject, plain, html, made_at`;

/** The newest first. */
export async function newestMails({ database }: Pick<Site, 'database'>, most: number): Promise<readonly KeptMail[]> {
  const rows = await database.any(sql.type(row)`SELECT ${columns} FROM mos.outbox ORDER BY id DESC LIMIT ${most}`);
  return rows.map(mailOf);
}

export async function mailNumber({ database }: Pick<Site, 'database'>, id: number): Promise<KeptMail | undefined> {
  const found = await database.maybeOne(sql.type(row)`SELECT ${columns} FROM mos.outbox WHERE id = ${id}`);
  return found === null ? undefined : mailOf(found);
}

function mailOf({ made_at, ...rest }: z.infer<typeof row>): KeptMail {
  return { ...rest, madeAt: made_at };
}
