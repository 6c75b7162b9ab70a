import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type Carrier, verdictOf } from './carrier.ts';

/** A mail, in both forms that programs show. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly plain: string;
  readonly html: string;
}

export interface OutboxOptions {
  readonly database: DatabasePool;
  readonly carrier: Carrier;
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
  made_at: z.date(),
});
const nothing = sql.type(z.unknown());

/** Minutes until the next attempt; after the last one it is given up. */
const pauses = [1, 5, 15, 60, 180, 360, 720, 1440, 1440];
/** Minutes for which a mail is one process's: longer than any attempt takes. */
const claim = 10;
/** Days that a mail is kept after it has gone, for the board to see. */
const keptDays = 30;
const minute = 60_000;
/** Characters. */
const longest = { subject: 200, body: 100_000, error: 500 };
/** One address and nothing else: no list, no name, no line end (RFC 5321 §4.1.2, without quoted local parts). */
const address = /^[^\s\p{C}@<>()[\],;:\\"]{1,64}@[^\s\p{C}@<>()[\],;:\\"]{1,189}$/u;

/**
 * Mail that waits in a table until it has gone: no page waits for a mail server, and none is lost when it is away. A mail may go twice
 * when a process ends between sending and noting that, and is never lost; both have the same Message-ID.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #again = false;
  #stopping = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Tries from now on what waits, each minute and after each `send`. */
  start(): void {
    this.#timer = setInterval(() => void this.deliver(), minute);
    this.#timer.unref();
    void this.deliver();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#running;
    this.#options.carrier.close();
  }

  /**
   * Puts a mail into the table; it goes at once, if that can be. One to something that is no address is noted and goes nowhere.
   * @throws Error for a text that is too long, which ours never are
   */
  async send(letter: Letter): Promise<void> {
    await this.#insert(this.#options.database, letter);
    void this.deliver();
  }

  /**
   * The same, unless so many of that subject have been written to that address within an hour: of any number that are to be sent at
   * once, in whichever process, no more go.
   * @returns whether it goes
   */
  async sendUnless(letter: Letter, most: number): Promise<boolean> {
    const { database, clock } = this.#options;
    const isLeft = await database.transaction(async (transaction) => {
      // 4: mail, beside links and what the directory locks
      await transaction.query(nothing`SELECT pg_advisory_xact_lock(4, hashtext(lower(${letter.to})))`);
      const written = await transaction.oneFirst(sql.type(z.object({ count: z.number() }))`
        SELECT count(*) AS count FROM mos.outbox
        WHERE lower(recipient) = lower(${letter.to}) AND subject = ${subjectLine(letter)} AND made_at > ${sql.timestamp(new Date(clock() - 60 * minute))}`);
      if (written >= most) return false;
      await this.#insert(transaction, letter);
      return true;
    });
    if (isLeft) void this.deliver();
    return isLeft;
  }

  async #insert(connection: CommonQueryMethods, letter: Letter): Promise<void> {
    const { to, plain, html } = letter;
    if (plain.length > longest.body || html.length > longest.body) throw new Error('the text of a mail is too long');
    const now = sql.timestamp(new Date(this.#options.clock()));
    const isAddress = address.test(to);
    await connection.query(nothing`
      INSERT INTO mos.outbox (recipient, subject, plain, html, made_at, next_at, last_error)
      VALUES (${to.replaceAll('\0', '').slice(0, 300)}, ${subjectLine(letter)}, ${plain.replaceAll('\0', '')}, ${html.replaceAll('\0', '')}, ${now}, ${isAddress ? now : null}, ${isAddress ? null : 'this is no mail address'})`);
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
        if (!this.#again) return;
        this.#again = false;
        if (!this.#stopping) void this.deliver();
      });
    return this.#running;
  }

  async #deliverDue(): Promise<void> {
    const { database, clock } = this.#options;
    await database.query(nothing`
      DELETE FROM mos.outbox WHERE next_at IS NULL AND made_at < ${sql.timestamp(new Date(clock() - keptDays * 1440 * minute))}`);
    while (!this.#stopping) {
      const now = clock();
      // Claimed by moving its next attempt on, so that no other process takes it too, and a crash repeats it.
      const due = await database.maybeOne(sql.type(waiting)`
        UPDATE mos.outbox SET attempts = attempts + 1, next_at = ${sql.timestamp(new Date(now + claim * minute))}
        WHERE id = (SELECT id FROM mos.outbox WHERE next_at <= ${sql.timestamp(new Date(now))} ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, recipient, subject, plain, html, attempts, made_at`);
      if (due === null || !(await this.#deliverOne(due))) return;
    }
  }

  /** @returns whether it is of use to try the next one now */
  async #deliverOne(letter: z.infer<typeof waiting>): Promise<boolean> {
    const { carrier } = this.#options;
    try {
      await carrier.carry({ ...letter, madeAt: letter.made_at });
    } catch (error) {
      const verdict = verdictOf(error);
      const pause = verdict === 'refused' ? undefined : pauses[letter.attempts - 1];
      await this.#failed(letter.id, pause, error);
      return verdict !== 'away';
    }
    await this.#gone(letter.id);
    return true;
  }

  /** @param pause minutes until the next attempt; undefined: there is none */
  async #failed(id: number, pause: number | undefined, error: unknown): Promise<void> {
    const { database, clock, warn } = this.#options;
    const next = pause === undefined ? null : sql.timestamp(new Date(clock() + pause * minute));
    const words = (error instanceof Error ? error.message : String(error)).slice(0, longest.error);
    await database.query(nothing`UPDATE mos.outbox SET next_at = ${next}, last_error = ${words} WHERE id = ${id}`);
    warn(pause === undefined ? 'a mail was given up' : 'a mail waits for another attempt', error);
  }

  /** What it said is not kept where somebody has it now: it may hold a link that still works. */
  async #gone(id: number): Promise<void> {
    const { database, clock, carrier } = this.#options;
    const text = carrier.keepsText ? sql.fragment`` : sql.fragment`, plain = '', html = ''`;
    await database.query(nothing`
      UPDATE mos.outbox SET next_at = NULL, sent_at = ${sql.timestamp(new Date(clock()))}, last_error = NULL${text} WHERE id = ${id}`);
  }
}

function subjectLine({ subject }: Letter): string {
  const line = subject.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return [...line].length > longest.subject ? `${[...line].slice(0, longest.subject - 1).join('')}…` : line;
}
