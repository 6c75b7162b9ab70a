import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type Transporter } from 'nodemailer';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

/** A mail, in both forms that programs show. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly plain: string;
  readonly html: string;
}

export interface OutboxOptions {
  readonly database: DatabasePool;
  /** smtp:// or smtps:// with name and password; undefined: each mail becomes a file in the folder */
  readonly url: string | undefined;
  /** For mail that goes nowhere */
  readonly folder: string;
  /** "Name <address>" */
  readonly from: string;
  readonly clock: () => number;
  readonly warn: (text: string, error: unknown) => void;
}

const waiting = z.object({
  id: z.number(),
  recipient: z.string(),
  subject: z.string(),
  plain: z.string(),
  html: z.string(),
  attempts: z.number(),
});
const nothing = sql.type(z.unknown());

/** Minutes until the next attempt; after the last one it is given up. */
const pauses = [1, 5, 15, 60, 180, 360, 720, 1440, 1440];
/** Days that a mail is kept after it has gone, for the board to see. */
const keptDays = 30;
const mostAtOnce = 20;
const minute = 60_000;

/** Mail that waits in a table until it has gone: no page waits for a mail server, and none is lost when it is away. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #transport: Transporter | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #again = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#transport = options.url === undefined ? undefined : createTransport(options.url, { from: options.from });
  }

  /** Tries from now on what waits, each minute and after each `send`. */
  start(): void {
    this.#timer = setInterval(() => void this.deliver(), minute);
    this.#timer.unref();
    void this.deliver();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    this.#transport?.close();
  }

  /** Puts a mail into the table; it goes at once, if that can be. */
  async send({ to, subject, plain, html }: Letter): Promise<void> {
    const now = sql.timestamp(new Date(this.#options.clock()));
    await this.#options.database.query(nothing`
      INSERT INTO mos.outbox (recipient, subject, plain, html, made_at, next_at)
      VALUES (${to}, ${subject}, ${plain}, ${html}, ${now}, ${now})`);
    void this.deliver();
  }

  /** Sends what is due. One run at a time; who asks meanwhile gets another run after it. */
  deliver(): Promise<void> {
    if (this.#running !== undefined) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#deliverDue()
      .catch((error: unknown) => this.#options.warn('the outbox could not be read', error))
      .finally(() => {
        this.#running = undefined;
        if (this.#again) {
          this.#again = false;
          void this.deliver();
        }
      });
    return this.#running;
  }

  async #deliverDue(): Promise<void> {
    const { database, clock } = this.#options;
    await database.query(nothing`
      DELETE FROM mos.outbox WHERE next_at IS NULL AND made_at < ${sql.timestamp(new Date(clock() - keptDays * 1440 * minute))}`);
    for (;;) {
      const now = new Date(clock());
      // Claimed by moving its next attempt on, so that no other process takes it too, and a crash repeats it.
      const due = await database.any(sql.type(waiting)`
        UPDATE mos.outbox SET attempts = attempts + 1, next_at = ${sql.timestamp(new Date(now.getTime() + 10 * minute))}
        WHERE id IN (SELECT id FROM mos.outbox WHERE next_at <= ${sql.timestamp(now)} ORDER BY next_at LIMIT ${mostAtOnce} FOR UPDATE SKIP LOCKED)
        RETURNING id, recipient, subject, plain, html, attempts`);
      if (due.length === 0) return;
      for (const letter of due) await this.#deliverOne(letter);
    }
  }

  async #deliverOne(letter: z.infer<typeof waiting>): Promise<void> {
    const { database, clock, warn } = this.#options;
    try {
      await this.#hand(letter);
    } catch (error) {
      const pause = pauses[letter.attempts - 1];
      const next = pause === undefined ? null : sql.timestamp(new Date(clock() + pause * minute));
      const words = error instanceof Error ? error.message : String(error);
      await database.query(nothing`UPDATE mos.outbox SET next_at = ${next}, last_error = ${words} WHERE id = ${letter.id}`);
      warn(pause === undefined ? 'a mail was given up' : 'a mail waits for another attempt', error);
      return;
    }
    await database.query(nothing`
      UPDATE mos.outbox SET next_at = NULL, sent_at = ${sql.timestamp(new Date(clock()))}, last_error = NULL WHERE id = ${letter.id}`);
  }

  async #hand({ id, recipient, subject, plain, html }: z.infer<typeof waiting>): Promise<void> {
    const { from, folder } = this.#options;
    const message = { from, to: { name: '', address: recipient }, subject, text: plain, html };
    if (this.#transport !== undefined) {
      await this.#transport.sendMail(message);
      return;
    }
    const composer = createTransport({ streamTransport: true, buffer: true });
    const { message: bytes } = await composer.sendMail(message);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, `${String(id).padStart(8, '0')}.eml`), bytes, { mode: 0o600 });
  }
}
