import type { Attribute } from '../model/entry.ts';

/** An entry as the store keeps it: its parent and RDN instead of a DN, so that moving a subtree changes one row. */
export interface StoredEntry {
  /** entryUUID, lower case */
  readonly uuid: string;
  /** entryUUID of the parent; null for the entry that carries the suffix */
  readonly parent: string | null;
  /** RFC 4514 text of the RDN; for the suffix entry the whole suffix */
  readonly rdn: string;
  /** The RDN's normal form, unique below one parent */
  readonly rdnKey: string;
  /** User attributes and the operational ones that are kept (createTimestamp, entryCSN, …; not entryUUID) */
  readonly attributes: readonly Attribute[];
}

/** What one revision does to the entries. */
export type Effect =
  | { readonly kind: 'put'; readonly entry: StoredEntry }
  | { readonly kind: 'delete'; readonly uuid: string }
  /** Nothing: a change that waits for approval, or a note of what is kept elsewhere. */
  | { readonly kind: 'none'; readonly uuid: string };

export type RevisionState = 'applied' | 'pending' | 'approved' | 'refused' | 'withdrawn';

/** What became of a revision that waited. */
export interface Decision {
  readonly at: Date;
  /** DN of whoever decided; of a withdrawal the author */
  readonly actor: string;
  readonly actorUuid: string | null;
  /** What the author is told; empty but for a refusal */
  readonly reason: string;
  /** The revision that made the change; null unless it was approved */
  readonly appliedCsn: number | null;
}

/** A decision as it is written down. */
export interface NewDecision extends Decision {
  /** The revision that waited */
  readonly csn: number;
  readonly state: 'approved' | 'refused' | 'withdrawn';
}

/** One row of the append-only log (DESIGN: one log for history, approval, audit, feed and content synchronisation). */
export interface Revision {
  /** Position in the log: commit order, gapless, starts at 1 */
  readonly csn: number;
  /** LDAP's CSN of the change (entryCSN), as OpenLDAP writes it */
  readonly entryCsn: string;
  readonly at: Date;
  /** DN of whoever did it; empty for anonymous */
  readonly actor: string;
  readonly actorUuid: string | null;
  /** Where it came from: an IP address, `ldapi`, `import`, `sync`, … */
  readonly origin: string;
  readonly operation: 'add' | 'modify' | 'rename' | 'delete';
  /** `request` is what was asked for; `reference` is what followed from it in another entry (refint) */
  readonly cause: 'request' | 'reference';
  /** All but `applied` have had no effect: `pending` waits, `approved` was made by another revision, `refused` and `withdrawn` never */
  readonly state: RevisionState;
  readonly entryUuid: string;
  /** DN before the change (after it for an add) */
  readonly dn: string;
  /** LDIF change record (RFC 2849), without secrets */
  readonly change: string;
  /** The attributes that the change touched, with the values they had; of a long list that gained or lost single values only the lost ones; without secrets */
  readonly before: readonly Attribute[];
  /** Of a revision that has waited */
  readonly decision?: Decision;
  /** Of a revision that was asked for before: which one, and by whom */
  readonly approves?: { readonly csn: number; readonly actor: string; readonly actorUuid: string | null };
  /** What the entry's owner had chosen to show (mosVisibility) right before and right after it; undefined: what they choose today */
  readonly chosenBefore?: readonly string[];
  readonly chosenAfter?: readonly string[];
}

/** Somebody whom a change of a group put into it or took out of it. */
export interface MemberChange {
  /** entryUUID of the member */
  readonly uuid: string;
  /** The group's attribute that named them: `member` or `uniqueMember` */
  readonly attribute: string;
  /** false: taken out */
  readonly joined: boolean;
}

/** A revision of an entry's history. */
export interface HistoryRevision extends Revision {
  /** Of a revision of a group, which has neither `change` nor `before` here: what it did to the entry */
  readonly membership?: Omit<MemberChange, 'uuid'>;
}

export interface NewRevision extends Omit<Revision, 'decision' | 'approves' | 'chosenAfter'> {
  readonly effect: Effect;
  /** Of a change of what an entry's owner shows, and of no other: the choices that it ended */
  readonly chosenBefore?: readonly string[];
  /** Of a change of a group: whose history it belongs to, too; each at most once */
  readonly members?: readonly MemberChange[];
}

/** What a follower needs of a revision: which entry, and in what way. */
export interface LogLine {
  readonly csn: number;
  readonly entryCsn: string;
  readonly operation: Revision['operation'];
  readonly state: Revision['state'];
  readonly entryUuid: string;
  /** DN before the change (after it for an add) */
  readonly dn: string;
  /** Names of the attributes that the entry had before and that were touched; of a deleted entry all */
  readonly touched: readonly string[];
}

/** Where in the log something has happened to an entry. */
export interface RecentChange {
  readonly csn: number;
  readonly entryUuid: string;
  readonly origin: string;
}

/** Where the entries stand after some revisions, read in one snapshot. */
export interface Delta {
  /** The newest revision that this includes */
  readonly csn: number;
  /** LDAP's name for it (entryCSN); empty for an empty log */
  readonly entryCsn: string;
  /** Entries that exist now, parents before children */
  readonly put: readonly StoredEntry[];
  /** entryUUIDs of entries that no longer exist */
  readonly deleted: readonly string[];
}

/** One transaction under the writers' lock: nobody else writes between `begin` and `commit`. */
export interface WriteTransaction {
  /** The newest revision in the log; another process may have written since this one looked */
  readonly lastCsn: number;
  changesSince(csn: number): Promise<Delta>;
  /** Writes revisions and their effects; may be called several times. csn must continue from lastCsn without a gap. */
  append(revisions: readonly NewRevision[]): Promise<void>;
  /** Nobody changes what this answers before the transaction ends. */
  revisions(question: RevisionQuestion): Promise<readonly Revision[]>;
  /** Writes down what becomes of a revision that waits; one that it names as applied must have been appended. */
  decide(decision: NewDecision): Promise<void>;
}

export interface StoreEvents {
  /**
   * Somebody (perhaps this process) committed revisions.
   * @param csn of the newest, if it is known
   */
  committed(csn?: number): void;
  /** The database went away; writes fail until `back`. */
  lost(reason: string): void;
  /** The database is there again; revisions may have been missed. */
  back(): void;
}

/** What the directory asks of a database. Errors of the database reach the caller as DirectoryError('unavailable', …, {cause}). */
export interface Store {
  /** Streams every entry, parents before children, and answers the csn that the snapshot stands at (0: empty log). */
  load(each: (entry: StoredEntry) => void): Promise<number>;
  /** Runs `work` in one transaction under the writers' lock. When `work` throws, nothing is written and the error is passed on. */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
  changesSince(csn: number): Promise<Delta>;
  /** Revisions in log order, newest last; for history, audit and content synchronisation. */
  revisions(question: RevisionQuestion): Promise<readonly Revision[]>;
  /** What people are told of an entry, newest last. */
  history(question: HistoryQuestion): Promise<readonly HistoryRevision[]>;
  /** Requests that made or changed an entry, among so many places of the log before one, the newest first. */
  recent(beforeCsn: number, places: number): Promise<readonly RecentChange[]>;
  /** The first revisions after a position, in log order, without what is heavy in them. */
  log(afterCsn: number, limit: number): Promise<readonly LogLine[]>;
  /** The last position of the change with this entryCSN; undefined when the log does not have it. */
  positionOf(entryCsn: string): Promise<number | undefined>;
  /** Notes that an app password let somebody in. It is no revision: nothing of the directory changes. */
  notePasswordUse(entryUuid: string, passwordId: string, at: Date): Promise<void>;
  /** When each of an entry's app passwords last let somebody in, by its id. */
  passwordUses(entryUuid: string): Promise<ReadonlyMap<string, Date>>;
  /** Starts to listen for other writers. */
  follow(events: StoreEvents): Promise<void>;
  close(): Promise<void>;
}

export interface RevisionQuestion {
  /** This one alone */
  readonly csn?: number;
  /** These alone */
  readonly csns?: readonly number[];
  readonly afterCsn?: number;
  readonly entryUuid?: string;
  readonly actorUuid?: string;
  /** Those that wait for approval alone */
  readonly waiting?: boolean;
  /** Those before it alone */
  readonly beforeCsn?: number;
  /** Text that stands in the actor's DN, in the entry's DN, in the origin, whatever the case */
  readonly actorHas?: string;
  readonly dnHas?: string;
  readonly originHas?: string;
  readonly operation?: Revision['operation'];
  readonly state?: Revision['state'];
  readonly since?: Date;
  readonly until?: Date;
  readonly limit?: number;
}

/** Requests that had an effect on an entry, and what was refused or withdrawn; and those that put it into groups or took it out. */
export interface HistoryQuestion {
  readonly entryUuid: string;
  readonly beforeCsn?: number | undefined;
  readonly limit: number;
}
