import { sql } from 'slonik';
import { z } from 'zod';
import { writeBoard } from '../mail/board.ts';
import type { Site } from '../site.ts';

/** Milliseconds. */
const soon = 300;
const hour = 3_600_000;

const notice = z.object({ told_at: z.number(), csn: z.number() });

/**
 * Tells the board by mail that something waits: when nothing did before, else at most once an hour. Changes are asked for over LDAP too, and in
 * other processes, so it looks after each commit; a table says what was told, so that one process of several tells it.
 */
export class ApprovalNotices {
  readonly #site: Site;
  readonly #warn: (text: string, error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  /** When it looks next */
  #due = Number.POSITIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();
  #unfollow: () => void = () => undefined;
  #stopped = false;

  constructor(site: Site, warn: (text: string, error: unknown) => void) {
    this.#site = site;
    this.#warn = warn;
  }

  start(): void {
    this.#unfollow = this.#site.directory.tree.follow(() => this.#lookIn(soon));
    this.#lookIn(soon);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unfollow();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #lookIn(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (this.#stopped || this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY;
      this.#running = this.look().catch((error: unknown) => this.#warn('the board could not be told what waits', error));
    }, milliseconds).unref();
  }

  /** Tells the board what is to be told now. */
  async look(): Promise<void> {
    const { directory, database, clock } = this.#site;
    const waiting = await directory.store.revisions({ waiting: true });
    const newest = waiting.at(-1)?.csn;
    if (newest === undefined) return;
    const told = await database.maybeOne(sql.type(notice)`
      SELECT extract(epoch FROM told_at)::float8 * 1000 AS told_at, csn FROM mos.approval_notice`);
    if (told !== null && told.csn >= newest) return;
    const isFirst = told === null || waiting.every(({ csn }) => csn > told.csn);
    const rest = told === null ? 0 : told.told_at + hour - clock();
    if (!isFirst && rest > 0) {
      this.#lookIn(rest);
      return;
    }
    const now = sql.timestamp(new Date(clock()));
    const claimed = await database.any(sql.type(z.object({ csn: z.number() }))`
      INSERT INTO mos.approval_notice AS notice (told_at, csn) VALUES (${now}, ${newest})
      ON CONFLICT ((true)) DO UPDATE SET told_at = excluded.told_at, csn = excluded.csn WHERE notice.csn = ${told?.csn ?? 0}
      RETURNING csn`);
    if (claimed.length === 0) return;
    await writeBoard(this.#site, 'approvals.mailWaits', ['approvals.mailWaitsText'], { count: waiting.length }, '/board/approvals');
  }
}
