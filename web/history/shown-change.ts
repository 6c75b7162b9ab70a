import type { Proposal } from '../../directory/core/approvals.ts';
import { type Difference, differencesOf } from '../../directory/core/differences.ts';
import { type Actor, type HistoryItem, isClose } from '../../directory/core/history.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { secondFactor } from '../../directory/core/second-factors.ts';
import { readableOf } from '../../directory/core/visibility-changes.ts';
import { normalizeGeneralizedTime } from '../../schema/ldap/generalized-time.ts';
import { showValue } from '../people/field-text.ts';
import { fieldOf } from '../people/fields.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { firstRdn } from '../people/profile.ts';
import { factorText } from '../session/factors.ts';
import { Times } from '../times.ts';
import type { Visit } from '../visit.ts';
import { isWord } from '../words.ts';
import { type TextPart, textDifference } from './text-difference.ts';

/** Somebody who did something: `uid` where there is a page of them. */
export interface ShownActor {
  readonly name: string;
  readonly uid?: string;
}

/** What has become of one attribute, ready to be read. */
export interface ShownDifference {
  readonly attribute: string;
  /** What the attribute is called in the reader's language */
  readonly label: string;
  /** There is nothing to read: a picture, a secret */
  readonly opaque: boolean;
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** One long text in the place of another, word by word */
  readonly words?: readonly TextPart[];
}

/** A line of a history, as it also goes out as JSON. */
export interface ShownChange {
  /** Number of the change */
  readonly csn: number;
  readonly at: string;
  readonly kind: HistoryItem['kind'];
  readonly by: ShownActor;
  readonly askedBy?: ShownActor;
  /** An IP address, `ldapi`, `import` … */
  readonly origin?: string;
  readonly differences: readonly ShownDifference[];
  readonly name?: { readonly was: string; readonly is: string };
  readonly group?: string;
  readonly refusal?: { readonly by: ShownActor; readonly reason: string };
  readonly mayRevert: boolean;
}

/** A change that waits, as it also goes out as JSON. */
export interface ShownProposal {
  readonly csn: number;
  readonly at: string;
  /** Who asks */
  readonly by: ShownActor;
  /** Whose entry it is about */
  readonly of: ShownActor;
  readonly differences: readonly ShownDifference[];
  /** What is not any more as it was when this was asked for */
  readonly conflicts: readonly {
    readonly attribute: string;
    readonly label: string;
    readonly was: readonly string[];
    readonly now: readonly string[];
  }[];
  readonly isOwn: boolean;
  readonly mayDecide: boolean;
}

/** Values of an attribute that are shown one by one. */
const mostValues = 20;
/** Characters of a value; what is longer is cut. */
const longest = 400;

export function shownChange(visit: Visit, entry: PackedEntry, item: HistoryItem): ShownChange {
  const { csn, at, kind, by, askedBy, origin, differences, name, group, decision, mayRevert } = item;
  const actor = (each: Actor) => shownActor(visit, entry, each);
  return {
    csn,
    at: at.toISOString(),
    kind,
    by: actor(by),
    ...(askedBy && { askedBy: actor(askedBy) }),
    ...(origin !== undefined && { origin }),
    differences: differences.map((each) => shownDifference(visit, each)),
    ...(name && { name: { was: firstRdn(name.was) ?? name.was, is: firstRdn(name.is) ?? name.is } }),
    ...(group && { group: firstRdn(group.dn) ?? group.dn }),
    ...(decision && kind === 'refused' && { refusal: { by: actor(decision), reason: decision.reason } }),
    mayRevert,
  };
}

export function shownProposal(visit: Visit, { revision, change, entry, conflicts, isOwn, mayDecide }: Proposal): ShownProposal {
  const { directory } = visit.site;
  const readable = (attribute: string) => {
    const description = directory.schema.description(attribute);
    const then = description && readableOf(visit.as.viewer, entry, description, revision);
    return { was: then?.removed ?? false, now: description !== undefined && visit.as.viewer.mayRead(entry, description) };
  };
  const context = { schema: directory.schema, isSecret: directory.access.isSecret.bind(directory.access) };
  // whoever decides must see what they decide, but what there was before only if they may
  const differences = differencesOf(context, revision.before, change).map((each) =>
    readable(each.attribute).was ? each : { ...each, removed: [] },
  );
  return {
    csn: revision.csn,
    at: revision.at.toISOString(),
    by: shownActor(visit, entry, { dn: revision.actor, uuid: revision.actorUuid }),
    of: { name: nameOf(visit.as, entry), ...uidOf(visit, entry) },
    differences: differences.map((each) => shownDifference(visit, each)),
    conflicts: conflicts.map(({ attribute, was, now }) => {
      const shown = (values: readonly Buffer[]) => values.map((value) => shownValue(visit, attribute, String(value)));
      const may = readable(attribute);
      return { attribute, label: labelOf(visit, attribute), was: may.was ? shown(was) : [], now: may.now ? shown(now) : [] };
    }),
    isOwn,
    mayDecide,
  };
}

/** Who reads: a visitor, or whoever gets a letter. */
export type Reader = Pick<Visit, 'site' | 't' | 'language'>;

export function shownDifference(visit: Reader, { attribute, opaque, removed, added }: Difference): ShownDifference {
  const [was] = removed;
  const [is] = added;
  const isText = fieldOf(attribute)?.kind === 'text' || fieldOf(attribute) === undefined;
  const words = isText && removed.length === 1 && added.length === 1 ? textDifference(was ?? '', is ?? '') : undefined;
  const [gone, come] = [removed.slice(0, mostValues), added.slice(0, mostValues)];
  const seen = (value: string) => shownValue(visit, attribute, value);
  // what looks the same on a profile does not when it has changed
  const isAlike = gone.some((one) => come.some((other) => one !== other && seen(one) === seen(other)));
  const shown = (values: readonly string[]) => values.map(isAlike ? cut : seen);
  const common = { attribute, label: labelOf(visit, attribute), opaque };
  if (words !== undefined) return { ...common, removed: [], added: [], words };
  return { ...common, removed: shown(gone), added: shown(come) };
}

/** A name that people know, with the options behind it (`cn;lang-de`). */
export function labelOf({ t }: Pick<Reader, 't'>, attribute: string): string {
  const [base = '', ...options] = attribute.split(';');
  const word = `field.${base}`;
  return [isWord(word) ? t(word) : base, ...options.map((option) => `(${option.replace(/^lang-/, '')})`)].join(' ');
}

/** As the profile shows it; but of a link where it leads, whatever it says. Of a DN what it begins with, of a time when it is on a clock. */
function shownValue(reader: Reader, attribute: string, value: string): string {
  if (attribute === secondFactor) return factorText(reader.t, value);
  const field = fieldOf(attribute.replace(/;.*/, ''));
  if (field !== undefined) return cut(field.kind === 'link' ? value : showValue(field, value).text);
  const syntax = reader.site.directory.schema.description(attribute)?.type.syntax.oid;
  if (syntax === syntaxes.dn) return cut(firstRdn(value) ?? value);
  return cut((syntax === syntaxes.time && saidTime(reader, value)) || value);
}

/** RFC 4517 §3.3.9 and §3.3.13 */
const syntaxes = { dn: '1.3.6.1.4.1.1466.115.121.1.12', time: '1.3.6.1.4.1.1466.115.121.1.24' };

function saidTime({ site, t, language }: Reader, value: string): string | undefined {
  const [, date, hour, minute, second] = /^(\d{8})(\d\d)(\d\d)(\d\d)/.exec(normalizeGeneralizedTime(value) ?? '') ?? [];
  if (date === undefined) return undefined;
  const day = date.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3');
  return new Times(language, t, site.settings.timeZone, site.clock()).said(new Date(`${day}T${hour}:${minute}:${second}Z`));
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** The name that somebody has now; of who is gone what the log kept. Who may not be seen is somebody. */
function shownActor(visit: Visit, about: PackedEntry, { dn, uuid }: Actor): ShownActor {
  const { site, as, t } = visit;
  const entry = uuid === null ? undefined : site.directory.tree.byUuid(uuid);
  if (entry !== undefined && as.viewer.sees(entry)) {
    const name = nameOf(as, entry);
    if (name !== '') return { name, ...uidOf(visit, entry) };
  }
  if (dn === site.settings.rootDn) return { name: t('frame.administrator') };
  const kept = isClose(as.viewer, about) || (uuid !== null && entry === undefined) ? firstRdn(dn) : undefined;
  return { name: kept ?? t('history.somebody') };
}

function uidOf({ site }: Visit, entry: PackedEntry): { readonly uid?: string } {
  const uid = userNameOf(entry);
  return uid !== undefined && entry.parent === site.directory.tree.named(`ou=people,${site.directory.baseDn}`)?.uuid ? { uid } : {};
}
