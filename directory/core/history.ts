import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { Change } from '../model/change.ts';
import type { Modification } from '../model/entry.ts';
import type { BoundDirectory } from './bound-directory.ts';
import { type Difference, differencesOf } from './differences.ts';
import type { Directory } from './directory.ts';
import type { PackedEntry } from './packed-entry.ts';
import { rehashReason } from './password-record.ts';
import { secondFactor } from './second-factors.ts';
import type { HistoryRevision, Revision } from './store.ts';
import type { Viewer } from './viewer.ts';
import { readableOf } from './visibility-changes.ts';

/** Who did something: by entryUUID, where there is an entry, and by the DN of that time. */
export interface Actor {
  readonly dn: string;
  readonly uuid: string | null;
}

/** One thing that happened to an entry, as somebody may hear of it. */
export interface HistoryItem {
  readonly csn: number;
  readonly at: Date;
  readonly kind: 'added' | 'changed' | 'renamed' | 'deleted' | 'joined' | 'left' | 'refused' | 'withdrawn';
  readonly by: Actor;
  /** Who asked for it, when somebody else approved it */
  readonly askedBy: Actor | undefined;
  /** Where it came from; for the entry's owner and the board alone */
  readonly origin: string | undefined;
  /** Of attributes that the viewer may read today, with the values that they might have read then */
  readonly differences: readonly Difference[];
  /** The RDN before and after a rename */
  readonly name: { readonly was: string; readonly is: string } | undefined;
  /** The group that was joined or left */
  readonly group: PackedEntry | undefined;
  /** Who refused it and why */
  readonly decision: (Actor & { readonly reason: string }) | undefined;
  /** The viewer may take it back, or ask for that, and its values are still what it made of them */
  readonly mayRevert: boolean;
}

/** What turns revisions into what people read: who looks, at which entry. */
export interface HistoryContext {
  readonly schema: Schema;
  readonly isSecret: (type: AttributeType) => boolean;
  readonly parseChange: (text: string) => Change;
  /** What would take a revision back; empty when nothing can */
  readonly reversal: (revision: Revision) => readonly Modification[];
  readonly entryOf: (uuid: string) => PackedEntry | undefined;
  readonly viewer: Viewer;
  readonly entry: PackedEntry;
}

/** @returns what the viewer may hear of the revisions, the newest first. Pure. */
export function historyOf(context: HistoryContext, revisions: readonly HistoryRevision[]): HistoryItem[] {
  return revisions.flatMap((revision) => itemOf(context, revision) ?? []).reverse();
}

/** The entry's owner and the board hear also from where a change came, and what came to nothing. */
export function isClose(viewer: Viewer, entry: PackedEntry): boolean {
  return viewer.level === 'board' || viewer.level === 'nobody' || viewer.entry?.uuid === entry.uuid;
}

function itemOf(context: HistoryContext, revision: HistoryRevision): HistoryItem | undefined {
  const close = isClose(context.viewer, context.entry);
  const { state, approves, decision, csn, at } = revision;
  const hasComeToNothing = state === 'refused' || state === 'withdrawn';
  // the password stays what it was
  if (revision.actorUuid === null && revision.origin === rehashReason) return undefined;
  if (revision.cause !== 'request' || (state !== 'applied' && !(hasComeToNothing && close))) return undefined;
  const told = revision.entryUuid === context.entry.uuid ? aboutEntry(context, revision) : aboutGroup(context, revision);
  if (told === undefined) return undefined;
  return {
    csn,
    at,
    by: { dn: revision.actor, uuid: revision.actorUuid },
    askedBy: approves && { dn: approves.actor, uuid: approves.actorUuid },
    origin: close ? revision.origin : undefined,
    decision: decision && { dn: decision.actor, uuid: decision.actorUuid, reason: decision.reason },
    name: undefined,
    group: undefined,
    differences: [],
    mayRevert: false,
    ...told,
    ...(hasComeToNothing && { kind: state }),
  };
}

type Told = Pick<HistoryItem, 'kind'> & Partial<HistoryItem>;

function aboutEntry(context: HistoryContext, revision: Revision): Told | undefined {
  const change = context.parseChange(revision.change);
  switch (change.kind) {
    case 'add':
      return { kind: 'added' };
    case 'delete':
      return { kind: 'deleted' };
    case 'rename':
      return { kind: 'renamed', name: { was: firstRdnOf(revision.dn), is: change.newRdn } };
    case 'modify': {
      const differences = differencesOf(context, revision.before, change).flatMap((each) => asHeard(context, revision, each) ?? []);
      return differences.length === 0 ? undefined : { kind: 'changed', differences, mayRevert: mayRevert(context, revision) };
    }
  }
}

/** Kept by the server alone, and yet news to its owner and the board. */
const toldToTheClose: ReadonlySet<string> = new Set([secondFactor, 'mosAppPassword']);

/**
 * Without the values that the viewer may not read. Of a secret those hear that it has changed who may change it; of second factors and app passwords
 * their owner and the board.
 */
function asHeard({ schema, viewer, entry, isSecret }: HistoryContext, revision: Revision, difference: Difference): Difference | undefined {
  const description = schema.description(difference.attribute);
  if (description === undefined) return undefined;
  if (toldToTheClose.has(description.type.name)) return isClose(viewer, entry) ? difference : undefined;
  if (description.type.operational) return undefined;
  if (isSecret(description.type) && viewer.mayWrite(entry, description)) return difference;
  const readable = readableOf(viewer, entry, description, revision);
  if (difference.opaque) return readable.removed || readable.added ? difference : undefined;
  const removed = readable.removed ? difference.removed : [];
  const added = readable.added ? difference.added : [];
  return removed.length + added.length === 0 ? undefined : { ...difference, removed, added };
}

function mayRevert({ schema, viewer, entry, reversal }: HistoryContext, revision: Revision): boolean {
  const modifications = reversal(revision);
  return (
    modifications.length > 0 &&
    modifications.every(({ operation, attribute }) => {
      const description = schema.description(attribute.description);
      const base = description && schema.description(description.type.name);
      if (description === undefined || base === undefined) return false;
      if (!viewer.mayWrite(entry, base) && !viewer.mayPropose(entry, base)) return false;
      const present = entry.values(description);
      return attribute.values.every((value) => present.some((each) => each.equals(value)) === (operation === 'delete'));
    })
  );
}

/** A change of a group that put the entry into it or took it out. */
function aboutGroup({ schema, viewer, entryOf }: HistoryContext, { entryUuid, membership }: HistoryRevision): Told | undefined {
  const group = entryOf(entryUuid);
  const description = membership && schema.description(membership.attribute);
  if (group === undefined || description === undefined || !viewer.mayRead(group, description)) return undefined;
  return { kind: membership?.joined ? 'joined' : 'left', group };
}

/** `uid=ada` of `uid=ada,ou=people,…` */
function firstRdnOf(dn: string): string {
  return /^(?:\\.|[^,\\])*/.exec(dn)?.[0] ?? dn;
}

/** A page of a history. */
export interface History {
  readonly items: readonly HistoryItem[];
  /** What to ask for to see what was before; undefined at its beginning */
  readonly beforeCsn: number | undefined;
}

/** Revisions of which nothing may be heard are passed over; so many pages of them, and the reader has to ask again. */
const mostRounds = 5;

/** @internal for BoundDirectory @throws DirectoryError unavailable */
export async function readHistory(
  directory: Directory,
  as: BoundDirectory,
  entry: PackedEntry,
  { limit, beforeCsn }: { readonly limit: number; readonly beforeCsn?: number | undefined },
): Promise<History> {
  const { schema, tree, access, parseChange, store } = directory;
  const context: HistoryContext = {
    schema,
    parseChange,
    isSecret: (type) => access.isSecret(type),
    reversal: (revision) => as.approvals.reversal(revision),
    entryOf: (uuid) => tree.byUuid(uuid),
    viewer: as.viewer,
    entry,
  };
  const items: HistoryItem[] = [];
  // the log may be ahead of the tree, which says who may read what
  let before: number | undefined = Math.min(beforeCsn ?? Number.POSITIVE_INFINITY, tree.csn + 1);
  for (let round = 0; round < mostRounds && items.length < limit; round++) {
    const most = limit - items.length;
    const found: readonly HistoryRevision[] = await store.history({ entryUuid: entry.uuid, limit: most, beforeCsn: before });
    items.push(...historyOf(context, found));
    before = found.length < most ? undefined : found[0]?.csn;
    if (before === undefined) break;
  }
  return { items, beforeCsn: before };
}
