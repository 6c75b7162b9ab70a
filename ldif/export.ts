import type { Directory } from '../directory/core/directory.ts';
import type { PackedEntry } from '../directory/core/packed-entry.ts';
import { printEntry } from './print.ts';

export interface ExportOptions {
  /** DN of the entry that is written with everything below it; the whole tree without */
  readonly base?: string | undefined;
  /** createTimestamp, entryUUID and the like, so that a reload brings back the same entries */
  readonly operational: boolean;
}

/**
 * Writes entries as LDIF, parents before children, a piece at a time, without RFC 2849's version line, which slapadd does not know. What is computed (memberOf, members of dynamic groups)
 * is left out; passwords are in it.
 * @throws DirectoryError noSuchObject, invalidDNSyntax
 */
export function* exportLdif(directory: Directory, { base, operational }: ExportOptions): Generator<string> {
  const { tree } = directory;
  const from = base === undefined ? tree.root : directory.asRoot('export').find(base);
  if (from === undefined) return;
  let piece = '';
  for (const entry of tree.subtree(from)) {
    piece += print(entry, operational);
    if (piece.length > 64 * 1024) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

function print(entry: PackedEntry, operational: boolean): string {
  const attributes = entry.attributes();
  if (!operational) return printEntry({ dn: entry.dn, attributes: attributes.slice(0, entry.layout.userCount) });
  return printEntry({ dn: entry.dn, attributes: [...attributes, { description: 'entryUUID', values: [Buffer.from(entry.uuid)] }] });
}
