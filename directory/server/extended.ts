import { randomInt } from 'node:crypto';
import { DirectoryError } from '../model/errors.ts';
import { decodeCancel, decodePasswordModify, encodePasswordModifyResponse } from '../wire/controls.ts';
import { encodeResult } from '../wire/encode.ts';
import type { ExtendedRequest, Message } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import { refuseInTheClear } from './bind.ts';
import type { Connection } from './connection.ts';
import { directoryOf } from './proxied.ts';
import { answerJob } from './remote-job.ts';
import type { RequestControls } from './request-controls.ts';
import { transactionOperations } from './transactions.ts';
import { realName } from './views.ts';

type ExtendedHandler = (
  connection: Connection,
  id: number,
  value: Buffer | undefined,
  controls: RequestControls,
) => Promise<void> | undefined;

/** Extended operations: a row each. */
const operations: Readonly<Record<string, ExtendedHandler>> = {
  [OID.startTls]: startTls,
  [OID.whoAmI]: whoAmI,
  [OID.passwordModify]: passwordModify,
  [OID.cancel]: cancel,
  ...transactionOperations,
  [OID.job]: answerJob,
};

/** For the root DSE. */
export const supportedExtensions: readonly string[] = Object.keys(operations).filter((oid) => oid !== OID.job);

/** RFC 4511 §4.12 */
export function extended(
  connection: Connection,
  id: number,
  request: ExtendedRequest,
  controls: RequestControls,
): Promise<void> | undefined {
  const operation = Object.hasOwn(operations, request.oid) ? operations[request.oid] : undefined;
  if (operation === undefined) throw new DirectoryError('protocolError', `the extended operation ${request.oid} is not known here`);
  if (controls.proxied !== undefined && request.oid !== OID.whoAmI)
    throw new DirectoryError('unavailableCriticalExtension', 'only who-am-I can be asked for somebody else');
  return operation(connection, id, request.value, controls);
}

/** RFC 4511 §4.14 */
function startTls(connection: Connection, id: number, value: Buffer | undefined): undefined {
  if (value !== undefined) throw new DirectoryError('protocolError', 'StartTLS takes no value');
  if (connection.secure) throw new DirectoryError('operationsError', 'TLS is on already');
  if (connection.persistent.size > 0) throw new DirectoryError('operationsError', 'a search goes on; abandon it first');
  const { secure } = connection.server;
  if (secure === undefined || connection.transport.kind === 'ldapi') throw new DirectoryError('unavailable', 'TLS is not set up here');
  encodeResult(connection.out, id, 'extended', { kind: 'success', oid: OID.startTls });
  connection.flush();
  connection.upgrade(secure);
}

/** RFC 4532 */
function whoAmI(connection: Connection, id: number, _value: Buffer | undefined, controls: RequestControls): undefined {
  const { dn } = directoryOf(connection, controls);
  encodeResult(connection.out, id, 'extended', { kind: 'success', value: Buffer.from(dn === '' ? '' : `dn:${dn}`) });
}

/** RFC 3062: oneself with the old password; whoever may write userPassword without. */
async function passwordModify(connection: Connection, id: number, value: Buffer | undefined): Promise<void> {
  refuseInTheClear(connection);
  const request = decodePasswordModify(value);
  const { directory, server } = connection;
  if (directory.identity.kind === 'anonymous')
    throw new DirectoryError('strongerAuthRequired', 'bind first; then the password can be changed');
  const user = request.userIdentity?.toString().replace(/^dn:/i, '');
  const dn = user === undefined ? directory.dn : user.includes('=') ? user : server.authenticator.dnOfUser(user.replace(/^u:/i, ''));
  const entry = directory.find(realName(connection, dn));
  const isSelf = directory.identity.kind === 'entry' && directory.identity.uuid === entry.uuid;
  const old = request.oldPassword && Buffer.from(request.oldPassword);
  if (isSelf && old === undefined) {
    throw new DirectoryError('unwillingToPerform', 'the old password is needed to set a new one', {
      passwordPolicy: 'mustSupplyOldPassword',
    });
  }
  const made = request.newPassword === undefined ? madeUpPassword() : undefined;
  const password = made ?? Buffer.from(request.newPassword ?? '');
  if (password.length === 0) throw new DirectoryError('unwillingToPerform', 'an empty password can not be set');
  await server.authenticator.changePassword(directory, entry, { old, password, address: connection.address });
  encodeResult(connection.out, id, 'extended', { kind: 'success', ...(made && { value: encodePasswordModifyResponse(made) }) });
}

const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 20 letters and digits that are not mistaken for each other: 115 bits. */
function madeUpPassword(): Buffer {
  return Buffer.from(Array.from({ length: 20 }, () => letters[randomInt(letters.length)]).join(''));
}

/** A cancel whose turn has come finds nothing left to cancel (RFC 3909). */
function cancel(_connection: Connection, _id: number, value: Buffer | undefined): undefined {
  decodeCancel(value);
  throw new DirectoryError('noSuchOperation', 'there is no such operation to cancel');
}

/** Cancel overtakes what it cancels. @returns whether the message was a cancel, which is then answered */
export function cancelOutOfTurn(connection: Connection, message: Message): boolean {
  const { request } = message;
  if (request.op !== 'extended' || request.oid !== OID.cancel) return false;
  try {
    const id = decodeCancel(request.value);
    const waiting = connection.withdraw(id);
    if (waiting !== undefined) connection.answerError(waiting, new DirectoryError('canceled', 'cancelled before it began'));
    else if (connection.persistent.has(id)) connection.persistent.get(id)?.end('canceled');
    else if (connection.active?.id !== id) throw new DirectoryError('noSuchOperation', 'there is no such operation to cancel');
    else if (connection.active.request.op !== 'search')
      throw new DirectoryError('cannotCancel', 'only searches can be cancelled once they have begun');
    else connection.stop = 'cancel';
    encodeResult(connection.out, message.id, 'extended', { kind: 'success' });
  } catch (error) {
    connection.answerError(message, error);
  }
  return true;
}
