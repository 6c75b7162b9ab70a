import { randomBytes } from 'node:crypto';
import type { BoundDirectory } from '../core/bound-directory.ts';
import type { Outcome, Update } from '../core/writer.ts';
import { DirectoryError } from '../model/errors.ts';
import { decodeEndTransaction, encodeEndTransaction } from '../wire/controls.ts';
import { encodeResult } from '../wire/encode.ts';
import type { ResponseControl } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import { errorResult } from './refusal.ts';

/** Updates that wait for the end of their transaction. */
const mostUpdates = 1000;

/** Bytes that an update takes beyond its values, and a value beyond its bytes. */
const overhead = 128;

/** An update that was taken into a transaction. */
interface Member {
  readonly id: number;
  /** What the client wants to have written, by attribute */
  readonly values: readonly (readonly Buffer[])[];
  readonly update: Update;
  /** Response controls once it is made */
  readonly controls: (outcome: Outcome) => ResponseControl[];
}

/** The transaction of a connection (RFC 5805): updates that are made together at its end, or not at all. */
export class Transaction {
  readonly identifier = randomBytes(12);
  readonly #directory: BoundDirectory;
  readonly #members: Member[] = [];
  readonly #most: number;
  #room: number;

  /** @param room bytes of all its updates together */
  constructor(directory: BoundDirectory, room: number) {
    this.#directory = directory;
    this.#most = room;
    this.#room = room;
  }

  /** bytes of its updates */
  get held(): number {
    return this.#most - this.#room;
  }

  /** @throws DirectoryError adminLimitExceeded */
  take(member: Member): void {
    if (this.#members.length >= mostUpdates)
      throw new DirectoryError('adminLimitExceeded', `more than ${mostUpdates} updates in a transaction`);
    this.#room -= member.values.flat().reduce((sum, value) => sum + value.length + overhead, overhead);
    if (this.#room < 0)
      throw new DirectoryError('adminLimitExceeded', 'the updates of a transaction are together as long as one message may be');
    this.#members.push(member);
  }

  /** Makes all of them or none. @throws RefusedUpdate which one is to blame */
  async commit(): Promise<{ readonly id: number; readonly controls: readonly ResponseControl[] }[]> {
    const members = new Map(this.#members.map((member) => [member.update, member]));
    const done: { id: number; controls: ResponseControl[] }[] = [];
    async function* updates(): AsyncIterable<Update> {
      yield* members.keys();
    }
    await this.#directory.transaction(
      updates(),
      (update, cause) => {
        throw new RefusedUpdate(members.get(update)?.id ?? 0, cause);
      },
      (update, outcome) => {
        const member = members.get(update);
        if (member !== undefined) done.push({ id: member.id, controls: member.controls(outcome) });
      },
    );
    return done.filter(({ controls }) => controls.length > 0);
  }
}

class RefusedUpdate extends Error {
  readonly id: number;
  readonly refusal: DirectoryError;
  constructor(id: number, refusal: DirectoryError) {
    super('an update of the transaction was refused', { cause: refusal });
    this.id = id;
    this.refusal = refusal;
  }
}

/** The transaction that an update names. @throws DirectoryError */
export function transactionOf(connection: Connection, identifier: Buffer): Transaction {
  const { transaction } = connection;
  if (transaction === undefined || !transaction.identifier.equals(identifier))
    throw new DirectoryError('unwillingToPerform', 'there is no such transaction on this connection; start one first');
  return transaction;
}

/** RFC 5805 §3.1 */
export function startTransaction(connection: Connection, id: number, value: Buffer | undefined): undefined {
  if (value !== undefined) throw new DirectoryError('protocolError', 'the start of a transaction takes no value');
  if (connection.transaction !== undefined) throw new DirectoryError('busy', 'a transaction is open on this connection; end it first');
  if (connection.directory.identity.kind === 'anonymous')
    throw new DirectoryError('strongerAuthRequired', 'bind first; then a transaction can be started');
  connection.transaction = new Transaction(connection.directory, connection.server.limits.messageSize);
  encodeResult(connection.out, id, 'extended', { kind: 'success', value: connection.transaction.identifier });
}

/** RFC 5805 §3.3 */
export async function endTransaction(connection: Connection, id: number, value: Buffer | undefined): Promise<void> {
  const { commit, identifier } = decodeEndTransaction(value);
  const transaction = transactionOf(connection, identifier);
  connection.transaction = undefined;
  if (!commit) {
    encodeResult(connection.out, id, 'extended', { kind: 'success' });
    return;
  }
  try {
    const controls = await transaction.commit();
    const response = controls.length === 0 ? {} : { value: encodeEndTransaction({ controls }) };
    encodeResult(connection.out, id, 'extended', { kind: 'success', ...response });
  } catch (error) {
    if (!(error instanceof RefusedUpdate)) throw error;
    const result = errorResult(connection, error.refusal);
    encodeResult(connection.out, id, 'extended', { ...result, value: encodeEndTransaction({ failed: error.id }) });
  }
}

/** For the root DSE and for dispatch. */
export const transactionOperations = { [OID.startTransaction]: startTransaction, [OID.endTransaction]: endTransaction } as const;
