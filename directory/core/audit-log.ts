import type { Change } from '../model/change.ts';
import { DirectoryError } from '../model/errors.ts';
import type { BoundDirectory } from './bound-directory.ts';
import { type Difference, differencesOf } from './differences.ts';
import type { Directory } from './directory.ts';
import type { Actor } from './history.ts';
import type { Revision, RevisionQuestion } from './store.ts';
import { readableOf } from './visibility-changes.ts';

/** A line of the log as the board reads it. */
export interface LogItem {
  readonly csn: number;
  readonly at: Date;
  readonly by: Actor;
  readonly origin: string;
  readonly operation: Revision['operation'];
  readonly state: Revision['state'];
  /** It followed from a change of another entry */
  readonly followed: boolean;
  readonly dn: string;
  /** undefined when the entry is gone */
  readonly entryUuid: string | undefined;
  /** Values only of attributes that the asker may read today and might have read then; of the others that they have changed */
  readonly differences: readonly Difference[];
}

/**
 * The log of all changes, the newest first.
 * @throws DirectoryError insufficientAccessRights for who has not the board's eyes; unavailable
 */
export async function readLog(
  directory: Directory,
  as: BoundDirectory,
  question: RevisionQuestion & { readonly limit: number },
): Promise<LogItem[]> {
  const { level } = as.viewer;
  if (level !== 'board' && level !== 'nobody') throw new DirectoryError('insufficientAccessRights', 'the log is for the board');
  // the log may be ahead of the tree, which says who may read what
  const beforeCsn = Math.min(question.beforeCsn ?? Number.POSITIVE_INFINITY, directory.tree.csn + 1);
  const revisions = await directory.store.revisions({ ...question, beforeCsn });
  return revisions.map((revision) => itemOf(directory, as, revision)).reverse();
}

function itemOf(directory: Directory, as: BoundDirectory, revision: Revision): LogItem {
  const entry = directory.tree.byUuid(revision.entryUuid);
  const change = directory.parseChange(revision.change);
  const asRead = (difference: Difference): Difference => {
    if (as.viewer.isRoot) return difference;
    const description = directory.schema.description(difference.attribute);
    const readable = entry && description && readableOf(as.viewer, entry, description, revision);
    const removed = readable?.removed ? difference.removed : [];
    const added = readable?.added ? difference.added : [];
    return { ...difference, opaque: difference.opaque || removed.length + added.length === 0, removed, added };
  };
  return {
    csn: revision.csn,
    at: revision.at,
    by: { dn: revision.actor, uuid: revision.actorUuid },
    origin: revision.origin,
    operation: revision.operation,
    state: revision.state,
    followed: revision.cause === 'reference',
    dn: revision.dn,
    entryUuid: entry?.uuid,
    differences: differences(directory, revision, change).map(asRead),
  };
}

function differences({ schema, access }: Directory, { before }: Revision, change: Change): Difference[] {
  const context = { schema, isSecret: access.isSecret.bind(access) };
  switch (change.kind) {
    case 'modify':
      return differencesOf(context, before, change);
    case 'add': {
      const modifications = change.attributes.map((attribute) => ({ operation: 'add' as const, attribute }));
      return differencesOf(context, [], { kind: 'modify', dn: change.dn, modifications });
    }
    case 'rename':
      return [
        {
          attribute: 'entryDN',
          opaque: false,
          removed: [change.dn],
          added: [[change.newRdn, change.newSuperior].filter(Boolean).join(',')],
        },
      ];
    case 'delete': {
      const modifications = before.map((attribute) => ({ operation: 'delete' as const, attribute }));
      return differencesOf(context, before, { kind: 'modify', dn: change.dn, modifications });
    }
  }
}
