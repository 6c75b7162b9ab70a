import type { BoundDirectory } from '../core/bound-directory.ts';
import type { PackedEntry } from '../core/packed-entry.ts';
import type { Outcome, Update } from '../core/writer.ts';
import { DirectoryError } from '../model/errors.ts';
import { encodeReadEntry } from '../wire/controls.ts';
import { encodeResult } from '../wire/encode.ts';
import type { AddRequest, DeleteRequest, ModifyDnRequest, ModifyRequest, ResponseControl } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import { directoryOf } from './proxied.ts';
import type { RequestControls } from './request-controls.ts';
import { transactionOf } from './transactions.ts';

/** RFC 4511 §4.7 */
export function add(connection: Connection, id: number, { dn, attributes }: AddRequest, controls: RequestControls): Promise<void> {
  const values = attributes.map((attribute) => attribute.values);
  return answer(connection, id, 'add', controls, values, (directory) => directory.addition(dn, attributes, controls));
}

/** RFC 4511 §4.6 */
export function modify(connection: Connection, id: number, { dn, modifications }: ModifyRequest, controls: RequestControls): Promise<void> {
  const values = modifications.map(({ attribute }) => attribute.values);
  return answer(connection, id, 'modify', controls, values, (directory) => directory.modification(dn, modifications, controls));
}

/** RFC 4511 §4.8 */
export function deleteEntry(connection: Connection, id: number, { dn }: DeleteRequest, controls: RequestControls): Promise<void> {
  return answer(connection, id, 'delete', controls, [], (directory) => directory.deletion(dn, controls));
}

/** RFC 4511 §4.9 */
export function modifyDn(connection: Connection, id: number, request: ModifyDnRequest, controls: RequestControls): Promise<void> {
  return answer(connection, id, 'modifyDn', controls, [], (directory) => directory.renaming(request, controls));
}

type Op = 'add' | 'modify' | 'delete' | 'modifyDn';

async function answer(
  connection: Connection,
  id: number,
  op: Op,
  controls: RequestControls,
  values: readonly (readonly Buffer[])[],
  prepare: (directory: BoundDirectory) => Update | Promise<Update>,
): Promise<void> {
  const directory = directoryOf(connection, controls);
  const transaction = controls.transaction && transactionOf(connection, controls.transaction);
  const update = await orBindFirst(directory, prepare(directory));
  if (transaction !== undefined) {
    transaction.take({ id, update, values, controls: (outcome) => images(directory, outcome, controls) });
    encodeResult(connection.out, id, op, { kind: 'success' });
    return;
  }
  const outcome = await orBindFirst(directory, directory.commit(update));
  if (outcome.pending !== undefined)
    throw new DirectoryError('unwillingToPerform', `the change waits for approval as number ${outcome.pending}; nothing has changed yet`);
  encodeResult(connection.out, id, op, { kind: 'success' }, images(directory, outcome, controls));
}

/** What somebody unknown may not do, they may perhaps after a bind: slapd's answer too, and clients ask for a password then. */
async function orBindFirst<T>(directory: BoundDirectory, doing: T | Promise<T>): Promise<T> {
  try {
    return await doing;
  } catch (error) {
    if (directory.identity.kind !== 'anonymous' || !(error instanceof DirectoryError) || error.kind !== 'insufficientAccessRights')
      throw error;
    throw new DirectoryError('strongerAuthRequired', 'bind first; what is not allowed to everybody may be allowed to you');
  }
}

/** The entry before and after, as far as they were asked for (RFC 4527). */
function images(directory: BoundDirectory, { before, after }: Outcome, { preRead, postRead }: RequestControls): ResponseControl[] {
  const controls: ResponseControl[] = [];
  if (preRead !== undefined && before !== undefined) controls.push(image(directory, OID.preRead, before, preRead));
  if (postRead !== undefined && after !== undefined) controls.push(image(directory, OID.postRead, after, postRead));
  return controls;
}

function image(directory: BoundDirectory, oid: string, entry: PackedEntry, attributes: readonly string[]): ResponseControl {
  const { ranges, extra } = directory.compose(entry, directory.selection(attributes));
  return { oid, value: encodeReadEntry(entry.bytes, entry.offsets[0] ?? 0, ranges, extra) };
}
