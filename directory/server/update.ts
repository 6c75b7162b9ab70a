import type { PackedEntry } from '../core/packed-entry.ts';
import type { Outcome } from '../core/writer.ts';
import { encodeReadEntry } from '../wire/controls.ts';
import { encodeResult } from '../wire/encode.ts';
import type { AddRequest, DeleteRequest, ModifyDnRequest, ModifyRequest, ResponseControl } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import type { RequestControls } from './request-controls.ts';

/** RFC 4511 §4.7 */
export function add(connection: Connection, id: number, { dn, attributes }: AddRequest, controls: RequestControls): Promise<void> {
  return answer(connection, id, 'add', controls, connection.directory.add(dn, attributes, controls));
}

/** RFC 4511 §4.6 */
export function modify(connection: Connection, id: number, { dn, modifications }: ModifyRequest, controls: RequestControls): Promise<void> {
  return answer(connection, id, 'modify', controls, connection.directory.modify(dn, modifications, controls));
}

/** RFC 4511 §4.8 */
export function deleteEntry(connection: Connection, id: number, { dn }: DeleteRequest, controls: RequestControls): Promise<void> {
  return answer(connection, id, 'delete', controls, connection.directory.delete(dn, controls));
}

/** RFC 4511 §4.9 */
export function modifyDn(connection: Connection, id: number, request: ModifyDnRequest, controls: RequestControls): Promise<void> {
  return answer(connection, id, 'modifyDn', controls, connection.directory.move(request, controls));
}

async function answer(
  connection: Connection,
  id: number,
  op: 'add' | 'modify' | 'delete' | 'modifyDn',
  controls: RequestControls,
  update: Promise<Outcome>,
): Promise<void> {
  const { before, after } = await update;
  const images: ResponseControl[] = [];
  if (controls.preRead !== undefined && before !== undefined) images.push(image(connection, OID.preRead, before, controls.preRead));
  if (controls.postRead !== undefined && after !== undefined) images.push(image(connection, OID.postRead, after, controls.postRead));
  encodeResult(connection.out, id, op, { kind: 'success' }, images);
}

/** RFC 4527 §3 */
function image(connection: Connection, oid: string, entry: PackedEntry, attributes: readonly string[]): ResponseControl {
  const { directory } = connection;
  const { ranges, extra } = directory.compose(entry, directory.selection(attributes));
  return { oid, value: encodeReadEntry(entry.bytes, entry.offsets[0] ?? 0, ranges, extra) };
}
