import type { Known } from '../../ldif/moving/present.ts';
import type { Directory } from '../core/directory.ts';
import type { PackedEntry } from '../core/packed-entry.ts';
import { done, type Job } from './job.ts';

/** What there is, for commands that must not make it again. */
export const nameJobs: Readonly<Record<string, Job>> = {
  /** Sends what is known of each entry, a line of JSON each. */
  async names({ directory }, _request, output) {
    const { root } = directory.tree;
    let piece = '';
    for (const entry of root === undefined ? [] : directory.tree.subtree(root)) {
      piece += `${JSON.stringify(knownOf(directory, entry))}\n`;
      if (piece.length < 64 * 1024) continue;
      await output.data(Buffer.from(piece));
      piece = '';
    }
    await output.data(Buffer.from(piece));
    return done();
  },
};

/** What is to be known of an entry before others are made beside it. */
export function knownOf(directory: Directory, entry: PackedEntry): Known {
  const values = (attribute: string) => directory.valuesOf(entry, attribute).map(String);
  const isOpen = values('mosMayLogin')[0] === 'TRUE';
  // people have the number of a group that they are in
  const own = ['mail', 'mosWikiName', 'uidNumber', ...(values('uidNumber').length === 0 ? ['gidNumber'] : [])];
  const owns = own.flatMap((attribute) => values(attribute).map((value) => [attribute, value] as const));
  return {
    key: entry.key,
    ...(values('memberURL').length > 0 ? { kind: 'dynamic' } : isOpen ? { kind: 'open' } : {}),
    ...(owns.length > 0 ? { owns } : {}),
  };
}
