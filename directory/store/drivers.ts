import { setImmediate } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { type ClientConfig, types } from 'pg';
import {
  BackendTerminatedError,
  BackendTerminatedUnexpectedlyError,
  CheckExclusionConstraintViolationError,
  CheckIntegrityConstraintViolationError,
  createDriverFactory,
  type DriverCommand,
  type DriverFactory,
  type DriverQueryResult,
  ForeignKeyIntegrityConstraintViolationError,
  IdleTransactionTimeoutError,
  InvalidInputError,
  NotNullIntegrityConstraintViolationError,
  StatementTimeoutError,
  UniqueIntegrityConstraintViolationError,
} from 'slonik';
import { serverClient } from './client.ts';
import { QueryTimeout } from './failures.ts';

/** Text of a value as Postgres prints it → the JavaScript value. */
type Parse = (text: string) => unknown;

/** pg's type of OIDs lists only some; the table behind it takes any. */
const pgParser = (oid: number): Parse => types.getTypeParser(oid as Parameters<typeof types.getTypeParser>[0], 'text');
const asText: Parse = (text) => text;
const asTexts = pgParser(1009); // text[]
const asInteger: Parse = (text) => {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is too large for a JavaScript number`);
  return number;
};

/** Where our values differ from pg's own: bigint and numeric are numbers, a date is its text (it has no time zone). */
const ownParsers: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [20, asInteger], // int8
  [1016, (text) => (asTexts(text) as string[]).map(asInteger)], // int8[]
  [1082, asText], // date
  [1182, asTexts], // date[]
  [1186, asText], // interval
  [1700, Number], // numeric
]);

/** The same for both engines: timestamptz is a Date, jsonb is parsed, bytea is a Buffer. */
function parserOf(oid: number): Parse {
  return ownParsers.get(oid) ?? pgParser(oid);
}

/** PGlite knows some types itself and would answer other things than pg for them; so each gets our parser. */
const pgliteParsers = Object.fromEntries(
  [
    16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 1186, 1700, 3802, 1000, 1005, 1007, 1009, 1015, 1016, 1021, 1022, 1028, 1115,
    1182, 1185, 1231, 199, 3807, 2951,
  ].map((oid) => [oid, parserOf(oid)]),
);

/** slonik on PGlite. There is one connection; a client of the pool is a turn to use it. */
export function embeddedDriver(database: PGlite): DriverFactory {
  const nothing = async (): Promise<void> => undefined;
  // Whoever gives the connection back in the middle of a transaction must not hand that to the next.
  const end = async (): Promise<void> => {
    if (!database.closed) await database.exec('ROLLBACK');
  };
  const query = async (sql: string, values: unknown[] = []): Promise<DriverQueryResult> => {
    try {
      const { fields, rows, affectedRows } = await database.query<Record<string, unknown>>(sql, values, { parsers: pgliteParsers });
      return {
        command: commandOf(sql),
        fields: fields.map(({ name, dataTypeID }) => ({ name, dataTypeId: dataTypeID })),
        rowCount: rows.length || (affectedRows ?? 0),
        rows,
      };
    } catch (error) {
      throw slonikError(error);
    } finally {
      // it works in our own thread and waits for nothing: without this a client with many updates keeps all others waiting
      await setImmediate();
    }
  };
  return createDriverFactory(async () => ({ createPoolClient: async () => ({ connect: nothing, end, query, stream: noStream }) }));
}

/**
 * slonik on pg. Not slonik's own driver, because that ignores the port of a URL that names a socket, knows three of
 * libpq's sslmodes, cannot turn on TCP keep-alive and has no timeout for a server that no longer answers.
 */
export function postgresDriver(config: ClientConfig): DriverFactory {
  return createDriverFactory(async () => ({
    createPoolClient: async ({ clientEventEmitter }) => {
      const { client, end } = serverClient({ ...config, types: { getTypeParser: parserOf } });
      // Later, because slonik destroys the client then, and never lets go of one whose query fails meanwhile. By then it may
      // have done so for another reason; an error event that nobody listens to would end the process.
      const giveUp = (error: Error): void =>
        void setImmediate(() => clientEventEmitter.listenerCount('error') > 0 && clientEventEmitter.emit('error', error));
      client.on('error', (error) => giveUp(slonikError(error)));
      return {
        connect: async () => void (await client.connect()),
        end,
        query: async (sql, values = []) => {
          try {
            const { command, fields, rowCount, rows } = await client.query<Record<string, unknown>>(sql, values);
            const names = fields.map(({ name, dataTypeID }) => ({ name, dataTypeId: dataTypeID }));
            return { command: command as DriverCommand, fields: names, rowCount, rows }; // slonik's type lists only the usual ones
          } catch (error) {
            const known = slonikError(error);
            // The answer may still come; it must not be taken for that of the next query.
            if (known instanceof QueryTimeout) giveUp(known);
            throw known;
          }
        },
        stream: noStream,
      };
    },
  }));
}

function noStream(): never {
  throw new Error('pool.stream is not supported; use a cursor');
}

function commandOf(sql: string): DriverCommand {
  return (/^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'SELECT') as DriverCommand; // as above
}

/** SQLSTATE → the class that slonik has for it, as its own driver does. */
const errorClasses: Readonly<Record<string, new (error: Error) => Error>> = {
  '23502': NotNullIntegrityConstraintViolationError,
  '23503': ForeignKeyIntegrityConstraintViolationError,
  '23505': UniqueIntegrityConstraintViolationError,
  '23514': CheckIntegrityConstraintViolationError,
  '23P01': CheckExclusionConstraintViolationError,
  '25P03': IdleTransactionTimeoutError,
  '57014': StatementTimeoutError,
  '57P01': BackendTerminatedError,
};

function slonikError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (/connection terminated unexpectedly/i.test(error.message)) return new BackendTerminatedUnexpectedlyError(error);
  if (/connection terminated/i.test(error.message)) return new BackendTerminatedError(error);
  if (error.message === 'Query read timeout') return new QueryTimeout('the database did not answer in time', { cause: error });
  const code = 'code' in error ? String(error.code) : '';
  if (code === '22P02') return new InvalidInputError(error.message, { cause: error });
  const known = errorClasses[code];
  return known === undefined ? error : new known(error);
}
