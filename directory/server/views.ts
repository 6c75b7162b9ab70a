import type { Directory } from '../core/directory.ts';
import type { PackedEntry } from '../core/packed-entry.ts';
import type { Composition } from '../core/selection.ts';
import { nameInView, type ViewedName, viewedName } from '../core/service-views.ts';
import type { Output } from '../wire/ber.ts';
import { encodeEntry } from '../wire/encode.ts';
import type { Connection } from './connection.ts';

/** The view that a name belongs to. A service sees through its own view alone; all others find nothing there. */
export function viewOf(connection: Connection, dn: string): ViewedName | undefined {
  if (connection.service === undefined) return undefined;
  const { directory } = connection.server;
  const view = viewedName(directory, dn);
  return view?.service.uuid === connection.directory.viewer.entry?.uuid ? view : undefined;
}

/** The DN that a name in the asker's view stands for; other names stay what they are. */
export function realName(connection: Connection, dn: string): string {
  return viewOf(connection, dn)?.dn ?? dn;
}

/** Sends an entry under the name that it has in a service's view. DNs in its attributes stay as they are. */
export function sendInView(
  out: Output,
  id: number,
  directory: Directory,
  service: PackedEntry,
  entry: PackedEntry,
  { ranges, extra }: Composition,
): void {
  const name = Buffer.from(nameInView(directory, service, entry));
  const stored: Buffer[] = [];
  for (let at = 0; at < ranges.length; at += 2) stored.push(entry.bytes.subarray(ranges[at], ranges[at + 1]));
  encodeEntry(out, id, name, name.length, [], [...stored, ...extra]);
}
