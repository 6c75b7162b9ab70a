import { done, type Job } from './job.ts';

/** What there is, for commands that must not make it again. */
export const nameJobs: Readonly<Record<string, Job>> = {
  /** Sends the normal form of each entry's DN, a line of JSON each, and whether it is a group that finds its members by itself. */
  async names({ directory }, _request, output) {
    const { root } = directory.tree;
    let piece = '';
    for (const entry of root === undefined ? [] : directory.tree.subtree(root)) {
      const isDynamic = directory.valuesOf(entry, 'memberURL').length > 0;
      piece += `${JSON.stringify([entry.key, isDynamic])}\n`;
      if (piece.length < 64 * 1024) continue;
      await output.data(Buffer.from(piece));
      piece = '';
    }
    await output.data(Buffer.from(piece));
    return done();
  },
};
