import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { NewDecision, NewRevision, RevisionQuestion, Store, StoreEvents, WriteTransaction } from '../core/store.ts';
import { DirectoryError } from '../model/errors.ts';
import { writeDecision } from './decisions.ts';
import { entriesChangedSince, newestCsn, streamEntries } from './entries.ts';
import { CommitOutcomeUnknown, isConnectionFailure, toDirectoryError } from './failures.ts';
import { findHistory, findRecent, findRevisions } from './find-revisions.ts';
import { positionOf, readLog } from './log.ts';
import { findPasswordUses, notePasswordUse } from './password-uses.ts';
import { appendRevisions } from './revisions.ts';

/** A Store, and the pool for those who keep tables of their own beside it. */
export interface SqlStore extends Store {
  readonly pool: DatabasePool;
}

/** What differs between the engines. */
export interface Engine {
  readonly pool: DatabasePool;
  /** Called after each commit of this process. */
  committed(): void;
  follow(events: StoreEvents): Promise<void>;
  close(): Promise<void>;
}

type Outcome<T> = { readonly kind: 'committed'; readonly value: T } | { readonly kind: 'rolled back'; readonly error: unknown };
/** How far a write has come; decides what a broken connection means. */
interface Progress {
  stage: 'beginning' | 'working' | 'refused' | 'committing';
  /** What `work` threw, at the stage `refused` */
  refusal?: unknown;
}

const command = sql.type(z.unknown());

/** The Store over slonik, the same for both engines. */
export function sqlStore(engine: Engine): SqlStore {
  const { pool } = engine;
  let turn: Promise<unknown> = Promise.resolve();

  /** One writer of this process at a time: all the others would only hold a connection each while they wait for the lock. */
  async function write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    const mine = turn.then(() => attempt(pool, work));
    turn = mine.catch(() => undefined);
    const value = await mine;
    engine.committed();
    return value;
  }

  return {
    pool,
    write,
    load: (each) => asDirectoryErrors(() => pool.connect((connection) => load(connection, each))),
    changesSince: (csn) => reading(() => entriesChangedSince(pool, csn)),
    revisions: (question: RevisionQuestion) => reading(() => findRevisions(pool, question)),
    history: (question) => reading(() => findHistory(pool, question)),
    recent: (beforeCsn, places) => reading(() => findRecent(pool, beforeCsn, places)),
    log: (afterCsn, limit) => reading(() => readLog(pool, afterCsn, limit)),
    positionOf: (entryCsn) => reading(() => positionOf(pool, entryCsn)),
    notePasswordUse: (entryUuid, passwordId, at) => asDirectoryErrors(() => notePasswordUse(pool, entryUuid, passwordId, at)),
    passwordUses: (entryUuid) => reading(() => findPasswordUses(pool, entryUuid)),
    follow: (events) => asDirectoryErrors(() => engine.follow(events)),
    close: async () => {
      await turn;
      await engine.close();
    },
  };
}

async function load(connection: CommonQueryMethods, each: Parameters<Store['load']>[0]): Promise<number> {
  await connection.query(command`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`);
  try {
    const csn = await newestCsn(connection);
    await streamEntries(connection, each);
    return csn;
  } finally {
    await connection.query(command`ROLLBACK`).catch(() => undefined); // a broken connection is reported by what broke it
  }
}

/** A write, and a second try when the connection turned out to be dead before anything was done with it. */
async function attempt<T>(pool: DatabasePool, work: (transaction: WriteTransaction) => Promise<T>, tries = 2): Promise<T> {
  const progress: Progress = { stage: 'beginning' };
  let outcome: Outcome<T>;
  try {
    outcome = await pool.connect((connection) => transact(connection, progress, work));
  } catch (error) {
    if (progress.stage === 'refused') throw progress.refusal; // the connection broke after it, and that changes nothing
    if (!isConnectionFailure(error)) throw toDirectoryError(error);
    if (progress.stage === 'beginning' && tries > 1) return attempt(pool, work, tries - 1);
    if (progress.stage === 'committing') {
      throw toDirectoryError(new CommitOutcomeUnknown('the connection broke during COMMIT', { cause: error }));
    }
    throw toDirectoryError(error);
  }
  if (outcome.kind === 'committed') return outcome.value;
  throw outcome.error;
}

/**
 * One transaction. Not slonik's own, because that may run `work` again, and does not tell a COMMIT that failed from one
 * whose answer was lost. Throws only what makes the connection useless.
 */
async function transact<T>(
  connection: CommonQueryMethods,
  progress: Progress,
  work: (transaction: WriteTransaction) => Promise<T>,
): Promise<Outcome<T>> {
  await connection.query(command`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`);
  const lastCsn = await connection.oneFirst(sql.type(z.object({ csn: z.number() }))`SELECT mos.begin_write() AS csn`);
  progress.stage = 'working';
  const transaction = new Transaction(connection, lastCsn);
  let value: T;
  try {
    value = await work(transaction);
    if (transaction.failure !== undefined) throw transaction.failure;
  } catch (error) {
    transaction.over = true;
    if (isConnectionFailure(transaction.failure)) throw transaction.failure;
    progress.stage = 'refused';
    progress.refusal = error;
    await connection.query(command`ROLLBACK`);
    return { kind: 'rolled back', error };
  }
  transaction.over = true;
  progress.stage = 'committing';
  await connection.query(command`COMMIT`);
  return { kind: 'committed', value };
}

class Transaction implements WriteTransaction {
  readonly #connection: CommonQueryMethods;
  #nextCsn: number;
  readonly lastCsn: number;
  /** The first error of the database; after it the transaction cannot be committed, whatever `work` makes of it. */
  failure: DirectoryError | undefined;
  over = false;

  constructor(connection: CommonQueryMethods, lastCsn: number) {
    this.#connection = connection;
    this.lastCsn = lastCsn;
    this.#nextCsn = lastCsn + 1;
  }

  changesSince(csn: number): Promise<Awaited<ReturnType<WriteTransaction['changesSince']>>> {
    return this.#run(() => entriesChangedSince(this.#connection, csn));
  }

  append(revisions: readonly NewRevision[]): Promise<void> {
    return this.#run(async () => {
      for (const { csn } of revisions) {
        if (csn !== this.#nextCsn) throw new DirectoryError('other', `csn ${this.#nextCsn} is next in the log, not ${csn}`);
        this.#nextCsn++;
      }
      await appendRevisions(this.#connection, revisions);
    });
  }

  revisions(question: RevisionQuestion): ReturnType<WriteTransaction['revisions']> {
    return this.#run(() => findRevisions(this.#connection, question));
  }

  decide(decision: NewDecision): Promise<void> {
    return this.#run(() => writeDecision(this.#connection, decision));
  }

  async #run<T>(query: () => Promise<T>): Promise<T> {
    if (this.over) throw new DirectoryError('other', 'the transaction is over');
    try {
      return await query();
    } catch (error) {
      this.failure ??= toDirectoryError(error);
      throw this.failure;
    }
  }
}

/** Asks a second time when the first found only that a connection of the pool had died. */
async function reading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isConnectionFailure(error)) throw toDirectoryError(error);
  }
  return asDirectoryErrors(work);
}

async function asDirectoryErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDirectoryError(error);
  }
}
