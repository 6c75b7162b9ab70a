import { DirectoryError } from '../model/errors.ts';
import { encodePasswordPolicy } from '../wire/controls.ts';
import type { ResponseControl, Result } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import type { Waiting } from './request-queue.ts';

/** What the password policy has to say, for who asked. A bind always gets the control, so that it does not tell a wrong password from an unknown name. */
export function policyControls(asked: Waiting, error: unknown): readonly ResponseControl[] {
  if (!(error instanceof DirectoryError) || !('controls' in asked)) return [];
  if (error.passwordPolicy === undefined && !(asked.request.op === 'bind' && error.kind === 'invalidCredentials')) return [];
  if (!asked.controls.some(({ oid }) => oid === OID.passwordPolicy)) return [];
  const response = error.passwordPolicy === undefined ? {} : { error: error.passwordPolicy };
  return [{ oid: OID.passwordPolicy, value: encodePasswordPolicy(response) }];
}

/** What a client is told of an error: what a DirectoryError says; anything else is `other` with a number that is also in the log. */
export function errorResult(connection: Connection, error: unknown): Result {
  if (error instanceof DirectoryError) {
    if (error.cause !== undefined)
      connection.server.log.warn(error.message, { connection: connection.number, kind: error.kind, error: error.cause });
    return { kind: error.kind, text: error.message, matchedDn: error.matchedDn, referrals: error.referrals };
  }
  const incident = connection.server.log.incident(error, { connection: connection.number });
  return { kind: 'other', text: `internal error ${incident}; the server's log has the details` };
}
