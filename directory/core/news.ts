import type { Attribute } from '../model/entry.ts';
import type { BoundDirectory } from './bound-directory.ts';
import type { Directory } from './directory.ts';
import { type HistoryContext, historyOf } from './history.ts';
import type { PackedEntry } from './packed-entry.ts';
import { rehashReason } from './password-record.ts';
import type { Revision } from './store.ts';

/** Something about an entry that others may like to hear. */
export interface News {
  readonly csn: number;
  readonly at: Date;
  readonly entry: PackedEntry;
  readonly kind: 'joined' | 'changed';
  /** Of a change: what has other values since then; nobody is told which */
  readonly attributes: readonly string[];
}

export interface NewsQuestion {
  /** Which entries are of interest; the log has others too */
  readonly isAbout: (entry: PackedEntry) => boolean;
  /** Attributes whose changes are of interest */
  readonly attributes: ReadonlySet<string>;
  readonly limit: number;
}

/** Says when somebody has come; who may read it hears of it when it comes. */
const joined = 'mosJoined';
/** Places of the log that are looked at together, without what is heavy in them, and how often: what is further back is no news. */
const perRound = 500;
const mostRounds = 5;
/** Changes that are read in full. */
const mostRead = 300;

/**
 * @internal for BoundDirectory
 * @returns what has happened lately, as far as the asker may hear of it, the newest first @throws DirectoryError unavailable
 */
export async function readNews(
  directory: Directory,
  as: BoundDirectory,
  { isAbout, attributes, limit }: NewsQuestion,
): Promise<readonly News[]> {
  const { schema, access, tree, parseChange, store } = directory;
  const context = {
    schema,
    parseChange,
    isSecret: access.isSecret.bind(access),
    reversal: () => [],
    entryOf: () => undefined,
    viewer: as.viewer,
  };
  const news: News[] = [];
  let read = 0;
  // the log may be ahead of the tree, which says who may read what
  let before = tree.csn + 1;
  for (let round = 0; round < mostRounds && before > 1; round++, before -= perRound) {
    const places = (await store.recent(before, perRound)).filter(({ entryUuid, origin }) => {
      const entry = tree.byUuid(entryUuid);
      return entry !== undefined && origin !== rehashReason && isAbout(entry);
    });
    for (let at = 0; at < places.length; at += limit) {
      if (news.length >= limit || read >= mostRead) return news.slice(0, limit);
      const csns = places.slice(at, at + limit).map(({ csn }) => csn);
      read += csns.length;
      const revisions = await store.revisions({ csns });
      for (const revision of revisions.toReversed()) {
        const entry = tree.byUuid(revision.entryUuid);
        const found = entry && newsOf({ ...context, entry }, revision, attributes);
        if (found !== undefined) news.push(found);
      }
    }
  }
  return news.slice(0, limit);
}

/** What the history says of it, and less: no values, nothing that was not asked for, and of secrets not even that they have changed. Pure. */
function newsOf(context: HistoryContext, revision: Revision, wanted: ReadonlySet<string>): News | undefined {
  const { entry, viewer, schema } = context;
  const [item] = historyOf(context, [revision]);
  const { csn, at } = revision;
  const mayRead = (attribute: string): boolean => {
    const description = schema.description(attribute);
    return description !== undefined && !context.isSecret(description.type) && viewer.mayRead(entry, description);
  };
  if (item === undefined) return undefined;
  if (mayRead(joined) && hasCome(context, revision)) return { csn, at, entry, kind: 'joined', attributes: [] };
  const attributes = item.differences
    .map(({ attribute }) => attribute)
    .filter((attribute) => wanted.has(attribute.replace(/;.*/, '')) && mayRead(attribute));
  return item.kind === 'changed' && attributes.length > 0 ? { csn, at, entry, kind: 'changed', attributes } : undefined;
}

/** Did somebody come with it? With the day of joining; who has none, with the entry. Who asked to join has an entry before that. */
function hasCome({ schema, entry, parseChange }: HistoryContext, { change: text, before }: Revision): boolean {
  const isIt = ({ description }: Pick<Attribute, 'description'>) => schema.description(description)?.name === joined;
  const change = parseChange(text);
  if (change.kind === 'add') return change.attributes.some(isIt) || !entry.attributes().some(isIt);
  return (
    change.kind === 'modify' &&
    !before.some(isIt) &&
    change.modifications.some(({ attribute }) => isIt(attribute) && attribute.values.length > 0)
  );
}
