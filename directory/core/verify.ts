import { setImmediate } from 'node:timers/promises';
import type { EqualityIndex } from './indexes.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Store } from './store.ts';
import { Tree } from './tree.ts';
import type { Writer } from './writer.ts';

/** More than so many lines help nobody. */
const most = 100;
/** How long it compares before others get their turn, in milliseconds. */
const sliceMs = 4;

/**
 * Compares the tree in memory with what the tables hold, entry by entry and index by index. Reads go on meanwhile; this
 * process's writes wait.
 * @returns what differs, a line each; empty when all is equal
 * @throws DirectoryError unavailable
 */
export function differences(tree: Tree, store: Store, writer: Writer): Promise<string[]> {
  return writer.exclusively(async () => {
    const stored = new Tree(tree.schema);
    stored.csn = await store.load((entry) => stored.put(stored.pack(entry)));
    // other processes write on: both go forward until they stand at the same revision
    while (tree.csn !== stored.csn) {
      const behind = tree.csn < stored.csn ? tree : stored;
      behind.apply(await store.changesSince(behind.csn));
    }
    const found: string[] = [];
    let until = performance.now() + sliceMs;
    for (const comparison of [entryDifferences(tree, stored), indexDifferences(tree, stored)]) {
      for (const line of comparison) {
        if (line !== undefined && found.push(line) >= most) return found;
        if (performance.now() < until) continue;
        await setImmediate();
        until = performance.now() + sliceMs;
      }
    }
    return found;
  });
}

function* all(tree: Tree): Iterable<PackedEntry> {
  if (tree.root !== undefined) yield* tree.subtree(tree.root);
}

/** A line for each difference, undefined for each entry that is equal. */
function* entryDifferences(tree: Tree, stored: Tree): Iterable<string | undefined> {
  if (tree.size !== stored.size) yield `${tree.size} entries are in memory, ${stored.size} in the database`;
  for (const entry of all(stored)) {
    const here = tree.byUuid(entry.uuid);
    if (here === undefined) yield `${entry.dn}: is missing in memory`;
    else if (here.dn !== entry.dn || tree.find(entry.key) !== here || here.parent !== entry.parent)
      yield `${entry.dn}: is called ${here.dn} in memory`;
    else yield here.bytes.equals(entry.bytes) ? undefined : `${entry.dn}: has other attributes in memory`;
  }
  for (const entry of all(tree)) yield stored.byUuid(entry.uuid) === undefined ? `${entry.dn}: is not in the database` : undefined;
}

/** Both trees number their entries in their own way, so a posting is compared by the entries that it means. */
function* indexDifferences(tree: Tree, stored: Tree): Iterable<string | undefined> {
  const meaning = (index: EqualityIndex, of: Tree, term: string) => index.slots(term).map((slot) => of.at(slot)?.uuid ?? 'nothing');
  for (const [type, index] of stored.equalityIndexes) {
    const here = tree.equalityIndex(type);
    if (here === undefined || here.size !== index.size)
      yield `${type.name}: the index has ${here?.size ?? 0} values in memory, not ${index.size}`;
    else {
      for (const term of index.terms()) {
        const equal = meaning(here, tree, term).sort().join() === meaning(index, stored, term).sort().join();
        yield equal ? undefined : `${type.name}: the index is wrong for a value`;
      }
    }
  }
}
