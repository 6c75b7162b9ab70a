import type { Change } from '../model/change.ts';
import { parseDn } from '../model/dn.ts';
import type { Attribute } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { Draft } from './draft.ts';
import type { PackedEntry } from './packed-entry.ts';
import { refuseReferred } from './referrals.ts';
import { nearestSuperior } from './search.ts';
import type { Staging } from './staging.ts';
import type { Viewer } from './viewer.ts';

/** What an update is planned with: the entries as they will be, who asks, and the time it will carry. */
export interface PlanContext {
  readonly staging: Staging;
  readonly viewer: Viewer;
  /** DN of who asks, for creatorsName and modifiersName */
  readonly actor: string;
  readonly stamp: Stamp;
  /** A dump is being reloaded: operational attributes are taken as they come, passwords as they are. */
  readonly restoring: boolean;
  /** RFC 3296: referral objects are changed, not followed. */
  readonly manageDsaIt: boolean;
  /** What the asker may only propose becomes a change that waits; otherwise it is refused. */
  readonly mayWait: boolean;
}

/** When a change happens, in LDAP's two spellings. */
export interface Stamp {
  readonly at: Date;
  /** YYYYMMDDHHMMSSZ */
  readonly time: string;
  /** OpenLDAP's CSN */
  readonly csn: string;
}

/** One entry's part in an update: undefined `before` is a new entry, undefined `after` a deleted one. */
export interface PlannedChange {
  readonly cause: 'request' | 'reference';
  readonly before: PackedEntry | undefined;
  readonly after: PackedEntry | undefined;
  readonly change: Change;
  /** It waits until somebody approves: `after` is as `before` */
  readonly waits?: true;
  /** It is told in the log and changes nothing of the entry, where these values are not: `after` is as `before` */
  readonly noted?: readonly Attribute[];
}

/** The change of the entry that was asked for comes first, then what follows from it in others. */
export type Plan = readonly [PlannedChange, ...PlannedChange[]];

/** @throws DirectoryError noSuchObject with matchedDN, invalidDNSyntax, referral */
export function loadForUpdate(context: PlanContext, dn: string): PackedEntry {
  const { staging, viewer } = context;
  followReferrals(context, dn);
  const entry = staging.find(staging.tree.schema.normalizeDn(dn));
  if (entry !== undefined && viewer.sees(entry)) return entry;
  throw new DirectoryError('noSuchObject', 'there is no such entry', { matchedDn: nearestSuperior(staging.tree, viewer, parseDn(dn)) });
}

/** @throws DirectoryError referral when the name belongs to another server */
export function followReferrals({ staging, viewer, manageDsaIt }: PlanContext, dn: string): void {
  if (!manageDsaIt) refuseReferred(staging.tree, (entry) => viewer.sees(entry), dn);
}

/** Writes down who changed the entry and when (RFC 4512 §3.4, and entryCSN for replication). */
export function stampModified(draft: Draft, { actor, stamp }: PlanContext): void {
  draft.setText('modifiersName', actor);
  draft.setText('modifyTimestamp', stamp.time);
  draft.setText('entryCSN', stamp.csn);
}
