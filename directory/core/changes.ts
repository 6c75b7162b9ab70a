import type { Membership } from './membership.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { LogLine, Store } from './store.ts';
import type { Tree } from './tree.ts';

/** What a stretch of the log has done to the entries, as a replica has to hear of it. */
export interface Changes {
  /** Where the stretch ends: position in the log, and LDAP's name for it */
  readonly position: number;
  readonly entryCsn: string;
  /**
   * entryUUIDs of all entries that are new, changed, gone or have another name (a rename touches everything below), in an order in
   * which a replica can follow: as the log gave names, superiors before what is below them.
   */
  readonly uuids: readonly string[];
  /** entryUUIDs of groups that have other members now, or may have */
  readonly groups: ReadonlySet<string>;
  /** entryUUIDs of entries that have got their names */
  readonly named: ReadonlySet<string>;
  /** DNs that entries had before they lost them, perhaps with all below */
  readonly lost: readonly string[];
}

/** Whose change changes who is in which group. */
const memberAttributes: ReadonlySet<string> = new Set(['member', 'uniqueMember', 'memberURL']);

/**
 * What has happened since a position.
 * @param most revisions; more than that are not worth following
 * @returns undefined when there are more
 * @throws DirectoryError unavailable
 */
export async function changesSince(
  { store, tree, membership }: { readonly store: Store; readonly tree: Tree; readonly membership: Membership },
  since: { readonly position: number; readonly entryCsn: string },
  most: number,
): Promise<Changes | undefined> {
  const read = await store.log(since.position, most + 1);
  if (read.length > most) return undefined;
  // the log may be ahead of the tree; commits come into the tree whole
  const lines = read.filter(({ csn }) => csn <= tree.csn);
  const applied = lines.filter(({ state }) => state === 'applied');
  const last = lines.at(-1);
  const groups = new Set(applied.filter((line) => concernsGroups(tree, membership, line)).map(({ entryUuid }) => entryUuid));
  const { uuids, named } = inOrder(tree, applied);
  return {
    position: last?.csn ?? since.position,
    entryCsn: last?.entryCsn ?? since.entryCsn,
    uuids,
    groups,
    named,
    lost: applied.filter(({ operation }) => operation === 'rename' || operation === 'delete').map(({ dn }) => dn),
  };
}

function concernsGroups(tree: Tree, membership: Membership, { entryUuid, touched }: LogLine): boolean {
  const entry = tree.byUuid(entryUuid);
  return (
    (entry !== undefined && membership.isGroup(entry)) ||
    touched.some((description) => memberAttributes.has(description.replace(/;.*/, '')))
  );
}

/** A name is free for the next entry once the one before it has lost it, so what counts is when an entry last got its name or lost it. */
function inOrder(tree: Tree, lines: readonly LogLine[]): { readonly uuids: readonly string[]; readonly named: ReadonlySet<string> } {
  const places = new Map<string, number>();
  const renamed = new Set<string>();
  const named = new Set<string>();
  for (const { entryUuid, operation, csn } of lines) {
    if (operation !== 'modify' || !places.has(entryUuid)) places.set(entryUuid, csn);
    if (operation === 'rename') renamed.add(entryUuid);
    if (operation !== 'modify') named.add(entryUuid);
  }
  const ordered = new Set<string>();
  const take = (entry: PackedEntry) => {
    for (const above of superiorsFirst(tree, entry)) if (places.has(above.uuid)) ordered.add(above.uuid);
    ordered.add(entry.uuid);
  };
  for (const [uuid] of [...places].sort(([, a], [, b]) => a - b)) {
    const entry = tree.byUuid(uuid);
    if (entry === undefined) ordered.add(uuid);
    else take(entry);
    if (entry === undefined || !renamed.has(uuid)) continue;
    for (const below of tree.subtree(entry)) {
      take(below);
      named.add(below.uuid);
    }
  }
  return { uuids: [...ordered], named };
}

function superiorsFirst(tree: Tree, entry: PackedEntry): PackedEntry[] {
  const above: PackedEntry[] = [];
  for (let at = tree.parentOf(entry); at !== undefined; at = tree.parentOf(at)) above.unshift(at);
  return above;
}
