import { BackendTerminatedError, BackendTerminatedUnexpectedlyError, ConnectionError, IdleTransactionTimeoutError } from 'slonik';
import { DirectoryError } from '../model/errors.ts';

/** The store cannot be opened; the message is one sentence for whoever started the program. */
export class StoreNotOpened extends Error {
  override readonly name = 'StoreNotOpened';
}

/** The connection broke while COMMIT was under way: the revisions may be in the log or not. The cause of an `unavailable`. */
export class CommitOutcomeUnknown extends Error {
  override readonly name = 'CommitOutcomeUnknown';
}

/** A query took longer than the time it is given; the connection is given up with it. */
export class QueryTimeout extends Error {
  override readonly name = 'QueryTimeout';
}

const connectionErrors = [
  BackendTerminatedError,
  BackendTerminatedUnexpectedlyError,
  ConnectionError,
  IdleTransactionTimeoutError,
  QueryTimeout,
];

/**
 * SQLSTATE classes 08 (connection), 53 (resources, among them too many connections), 57P (shutdown, starting up, the
 * administrator ended it), 58 (its disk), 25006 (a standby, after a failover), and what the operating system says.
 */
const connectionCodes =
  /^(?:08...|53...|57P..|58...|25006|25P03|25P04|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_\w+|ENOENT|EACCES)$/;
const connectionMessages =
  /^(?:Connection terminated|timeout expired|Client has encountered a connection error|Cannot use released|Client is )/;
/** 57014: statement timeout; 55P03: lock timeout. */
const busyCodes = /^(?:57014|55P03)$/;

/** Whether an error, or what caused it, means that the database cannot be reached or cannot work. */
export function isConnectionFailure(error: unknown): boolean {
  for (const cause of causes(error)) {
    if (connectionErrors.some((kind) => cause instanceof kind) || connectionMessages.test(cause.message)) return true;
    if (connectionCodes.test(codeOf(cause))) return true;
  }
  return false;
}

/** What the directory is told about an error of the database. DirectoryErrors pass unchanged. */
export function toDirectoryError(error: unknown): DirectoryError {
  if (error instanceof DirectoryError) return error;
  if (error instanceof CommitOutcomeUnknown) {
    return new DirectoryError('unavailable', 'the database went away while it was writing; look whether the change was made', {
      cause: error,
    });
  }
  if (isConnectionFailure(error)) {
    return new DirectoryError('unavailable', 'the database is not reachable; try again later', { cause: error });
  }
  if (causes(error).some((cause) => busyCodes.test(codeOf(cause)))) {
    return new DirectoryError('busy', 'the database is busy; try again later', { cause: error });
  }
  return new DirectoryError('other', 'the database refused', { cause: error });
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
