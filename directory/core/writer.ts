import { DirectoryError } from '../model/errors.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Plan, PlannedChange, Stamp } from './plan.ts';
import { isReplaced, mostWaiting } from './proposals.ts';
import { type Author, type RevisionContext, revisionOf } from './revisions.ts';
import { Staging } from './staging.ts';
import type { NewRevision, Store, WriteTransaction } from './store.ts';
import type { Tree } from './tree.ts';

/** One update, to be planned when its turn has come. */
export interface Update {
  readonly author: Author;
  /** Pure: looks at the staging, throws a DirectoryError or answers what is to happen. */
  plan(staging: Staging, stamp: Stamp): Plan;
}

/** The entry that was asked about, before and after. */
export interface Outcome {
  readonly before: PackedEntry | undefined;
  readonly after: PackedEntry | undefined;
  /** Its place in the log */
  readonly csn: number;
  /** The change has to be approved by somebody else: its number. Nothing of the entry has changed yet. */
  readonly pending?: number;
}

/** A transaction of its own: what it reads of the log stays true until it ends. */
export interface Desk extends Pick<WriteTransaction, 'revisions' | 'decide'> {
  make(update: Update): Promise<Outcome>;
}

/** Updates that arrive while one commit is under way share the next one. */
const mostInOneCommit = 256;
/** Revisions that go to the database in one statement. */
const chunk = 2000;

interface Waiting {
  readonly update: Update;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one way into the tree and the log. Updates are planned one after the other against what the ones before them leave,
 * written in one transaction under the writers' lock, and only then the tree shows them.
 */
export class Writer {
  readonly #store: Store;
  readonly #tree: Tree;
  readonly #revisions: Omit<RevisionContext, 'tree' | 'parentOf' | 'entryNamed'>;
  readonly #clock: () => number;
  readonly #waiting: Waiting[] = [];
  readonly #turns: (() => Promise<void>)[] = [];
  #running = false;
  #lastMicros = 0;

  constructor(store: Store, tree: Tree, revisions: Omit<RevisionContext, 'tree' | 'parentOf' | 'entryNamed'>, clock: () => number) {
    this.#store = store;
    this.#tree = tree;
    this.#revisions = revisions;
    this.#clock = clock;
  }

  /** @throws DirectoryError what the plan says; unavailable when the database is away */
  update(update: Update): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ update, resolve, reject });
      if (this.#waiting.length === 1) this.#turns.push(() => this.#commitWaiting());
      void this.#run();
    });
  }

  /**
   * All of the updates or none. They are taken one by one, so that they can be read from a long file.
   * @param refused is told of an update that its plan refuses; when it returns, the rest goes on without it
   * @param made is told of each update that will be made, if all goes well
   * @returns how many were made
   */
  transaction(
    updates: AsyncIterable<Update>,
    refused: (update: Update, error: DirectoryError) => void,
    made: (update: Update, outcome: Outcome) => void = () => undefined,
  ): Promise<number> {
    return this.exclusively(() => this.#commitAll(updates, refused, made));
  }

  /** Takes over what other processes wrote. @param csn up to which; what this process wrote itself is there already */
  catchUp(csn = Number.POSITIVE_INFINITY): Promise<void> {
    return this.exclusively(async () => {
      if (csn <= this.#tree.csn) return;
      this.#tree.apply(await this.#store.changesSince(this.#tree.csn));
    });
  }

  /** Runs something between two commits; no change of this process or of others reaches the tree meanwhile. */
  exclusively<T>(turn: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#turns.push(() => turn().then(resolve, reject));
      void this.#run();
    });
  }

  /** Work that looks into the log, decides what waits there and makes updates: all of it or nothing. What it throws is passed on. */
  alone<T>(work: (desk: Desk) => Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      const { done, value } = await this.#store.write(async (transaction) => {
        const done = new Work(this, await this.#begin(transaction), transaction);
        const value = await work({
          revisions: (question) => transaction.revisions(question),
          decide: (decision) => transaction.decide(decision),
          make: (update) => done.doNow(update),
        });
        return { done, value };
      });
      this.#show(done);
      return value;
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let turn = this.#turns.shift(); turn !== undefined; turn = this.#turns.shift()) await turn();
    this.#running = false;
  }

  async #commitWaiting(): Promise<void> {
    const batch = this.#waiting.splice(0, mostInOneCommit);
    if (this.#waiting.length > 0) this.#turns.push(() => this.#commitWaiting());
    const settle: (() => void)[] = [];
    try {
      const staged = await this.#store.write(async (transaction) => {
        const staging = await this.#begin(transaction);
        const work = new Work(this, staging, transaction);
        for (const { update, resolve, reject } of batch) {
          try {
            const outcome = await work.do(update);
            settle.push(() => resolve(outcome));
          } catch (error) {
            settle.push(() => reject(error));
          }
        }
        await work.flush();
        return work;
      });
      this.#show(staged);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const each of settle) each();
  }

  async #commitAll(
    updates: AsyncIterable<Update>,
    refused: (update: Update, error: DirectoryError) => void,
    made: (update: Update, outcome: Outcome) => void,
  ): Promise<number> {
    let count = 0;
    const done = await this.#store.write(async (transaction) => {
      const work = new Work(this, await this.#begin(transaction), transaction);
      for await (const update of updates) {
        try {
          made(update, refusePending(await work.do(update)));
          count++;
        } catch (error) {
          if (!(error instanceof DirectoryError)) throw error;
          refused(update, error);
        }
        if (work.pending >= chunk) await work.flush();
      }
      await work.flush();
      return work;
    });
    this.#show(done);
    return count;
  }

  async #begin(transaction: WriteTransaction): Promise<Staging> {
    if (transaction.lastCsn > this.#tree.csn) this.#tree.apply(await transaction.changesSince(this.#tree.csn));
    return new Staging(this.#tree);
  }

  #show(work: Work): void {
    const passed: PackedEntry[] = [];
    for (const [nth, { before, after }] of work.changes.entries()) {
      // of several changes of one entry in a row the last state is enough; the others may still be shown to who made them
      const next = work.changes[nth + 1];
      if (after !== undefined && next?.before === after && next.after?.key === after.key) {
        passed.push(after);
        continue;
      }
      if (after !== undefined) {
        this.#tree.put(after);
        for (const each of passed.splice(0)) each.slot = after.slot;
      } else if (before !== undefined) this.#tree.delete(before.uuid);
    }
    this.#tree.advance(work.csn, work.lastCsn);
  }

  /** @internal The time of the next change; later than all before it. */
  stamp(): Stamp {
    this.#lastMicros = Math.max(this.#clock() * 1000, this.#lastMicros + 1, microsOf(this.#tree.contextCsn) + 1);
    const at = new Date(Math.floor(this.#lastMicros / 1000));
    const digits = at.toISOString().replace(/[-T:]/g, '');
    const micros = String(this.#lastMicros % 1000).padStart(3, '0');
    return { at, time: `${digits.slice(0, 14)}Z`, csn: `${digits.slice(0, 18)}${micros}Z#000000#000#000000` };
  }

  /** @internal */
  revisions(staging: Staging): RevisionContext {
    return { ...this.#revisions, tree: this.#tree, parentOf: (entry) => staging.parentOf(entry), entryNamed: (key) => staging.find(key) };
  }
}

/** The updates of a transaction are made together or not at all, and so none of them can wait. */
function refusePending(outcome: Outcome): Outcome {
  if (outcome.pending === undefined) return outcome;
  throw new DirectoryError('unwillingToPerform', 'this change would wait for approval, and a transaction can not; ask for it by itself');
}

/** Microseconds since 1970 at which a CSN was made; another process's clock may be ahead of ours. */
function microsOf(csn: string): number {
  const [, year, month, day, hour, minute, second, micros] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})Z/.exec(csn) ?? [];
  if (year === undefined) return 0;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) * 1000 + Number(micros);
}

/** What one transaction has planned so far. */
class Work {
  readonly changes: { readonly before: PackedEntry | undefined; readonly after: PackedEntry | undefined }[] = [];
  csn: number;
  /** LDAP's CSN of the newest change */
  lastCsn = '';
  readonly #writer: Writer;
  readonly #staging: Staging;
  readonly #transaction: WriteTransaction;
  readonly #context: RevisionContext;
  #unwritten: NewRevision[] = [];

  constructor(writer: Writer, staging: Staging, transaction: WriteTransaction) {
    this.#writer = writer;
    this.#staging = staging;
    this.#transaction = transaction;
    this.#context = writer.revisions(staging);
    this.csn = transaction.lastCsn;
  }

  get pending(): number {
    return this.#unwritten.length;
  }

  async do(update: Update): Promise<Outcome> {
    const stamp = this.#writer.stamp();
    const plan = update.plan(this.#staging, stamp);
    const [{ before, after, waits = false }] = plan;
    if (waits) await this.#makeRoom(plan[0], update.author, stamp);
    this.lastCsn = stamp.csn;
    const csn = this.csn + 1;
    for (const planned of plan) {
      this.#unwritten.push(revisionOf(this.#context, planned, update.author, stamp, ++this.csn));
      if (planned.waits || planned.noted !== undefined) continue;
      if (planned.after !== undefined) this.#staging.put(planned.after);
      else if (planned.before !== undefined) this.#staging.delete(planned.before);
      this.changes.push({ before: planned.before, after: planned.after });
    }
    return { before, after, csn, ...(waits && { pending: csn }) };
  }

  /** The same, and written at once, so that a decision can name it. */
  async doNow(update: Update): Promise<Outcome> {
    const outcome = await this.do(update);
    await this.flush();
    return outcome;
  }

  /** Withdraws what its author has asked for before of the same attributes. @throws DirectoryError adminLimitExceeded */
  async #makeRoom(planned: PlannedChange, { uuid, dn }: Author, { at }: Stamp): Promise<void> {
    if (uuid === null) throw new DirectoryError('insufficientAccessRights', 'only somebody with an entry can ask for a change');
    await this.flush();
    const waiting = await this.#transaction.revisions({ actorUuid: uuid, waiting: true });
    const replaced = waiting.filter((each) => isReplaced(this.#context, each, planned));
    if (waiting.length - replaced.length >= mostWaiting)
      throw new DirectoryError('adminLimitExceeded', `${mostWaiting} changes of yours wait for approval already; withdraw one first`);
    for (const { csn } of replaced)
      await this.#transaction.decide({ csn, state: 'withdrawn', at, actor: dn, actorUuid: uuid, reason: '', appliedCsn: null });
  }

  async flush(): Promise<void> {
    const rows = this.#unwritten;
    this.#unwritten = [];
    if (rows.length > 0) await this.#transaction.append(rows);
  }
}
