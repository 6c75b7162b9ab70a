import type { Directory } from '../../directory/core/directory.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Viewer } from '../../directory/core/viewer.ts';
import { withoutTurns } from '../direction.ts';
import { Haystack } from './haystack.ts';
import { isPresent, type PersonLine, userNameOf } from './person.ts';

/** A person as some viewers see them, ready to be listed and searched. */
interface Row {
  readonly uuid: string;
  readonly line: PersonLine;
  /** What the list is sorted by */
  readonly key: string;
  /** What is searched: name, nick, user name and skills, in plain letters */
  readonly plain: string;
}

interface Listing {
  rows: Row[];
  /** entryUUIDs of people who have changed since */
  readonly changed: Set<string>;
  /** What is searched, made when somebody first searches */
  haystack: Haystack | undefined;
  /** entryUUID → place among the rows, made when somebody first asks who is in the list */
  places: ReadonlyMap<string, number> | undefined;
}

/** Some of those who were found, and how many there are. */
export interface Found {
  readonly people: readonly PersonLine[];
  readonly count: number;
}

/** More changes than this are not worked in one by one. */
const mostWorkedIn = 200;

/**
 * Everybody who may sign in, by name, as each kind of viewer sees them. Made when somebody first asks, and kept up to date with what changes:
 * a list of thousands costs a page what it shows.
 */
export class PeopleIndex {
  readonly #directory: Directory;
  readonly #peopleKey: string;
  /** By what viewers have in common; it is another one when the rights of all have changed */
  readonly #listings = new Map<object, Listing>();

  constructor(directory: Directory) {
    this.#directory = directory;
    this.#peopleKey = directory.schema.normalizeDn(`ou=people,${directory.baseDn}`);
    directory.tree.watch((before, after) => this.#changed(before, after));
  }

  /**
   * Those who have all words of the query in what the viewer may see of them, sorted by name.
   * @param query as it was typed; empty finds all
   * @param from, to which of them are wanted, from 0, the end exclusive
   */
  find(viewer: Viewer, query: string, from: number, to: number): Found {
    const listing = this.#listing(viewer);
    const { rows } = listing;
    const words = plainText(query).split(' ').filter(Boolean);
    const { entry } = viewer;
    // somebody sees more of their own entry than of others', so it is looked at anew, and stands where its name belongs
    const own = entry?.key.endsWith(`,${this.#peopleKey}`) ? this.#row(viewer, entry) : undefined;
    const hits = words.length === 0 ? undefined : this.#haystack(listing).find(words);
    const shared = own && (this.#places(listing).get(own.uuid) ?? -1);
    const isOwnHit = own !== undefined && words.every((word) => own.plain.includes(word));
    const length = hits?.length ?? rows.length;
    const at = (nth: number): number => hits?.[nth] ?? nth;
    // the places, among those found, of the row that others see of the viewer, and of the viewer's own
    const hidden = shared === undefined ? -1 : hits === undefined ? shared : hits.indexOf(shared);
    const place = isOwnHit ? placeOf(length, (nth) => byKey(rows[at(nth)] ?? own, own) < 0) : -1;
    const people: PersonLine[] = [];
    const count = length - (hidden >= 0 ? 1 : 0) + (isOwnHit ? 1 : 0);
    let seen = 0;
    const take = (row: Row | undefined): void => {
      if (seen >= from && row !== undefined) people.push(row.line);
      seen++;
    };
    // what lies before the page is counted, not walked through, while the viewer's own places are further on
    let nth = 0;
    const skipped = Math.min(from, hidden < 0 ? length : hidden, place < 0 ? length : place);
    nth = seen = skipped;
    for (; nth <= length && seen < to; nth++) {
      if (nth === place) take(own);
      if (nth < length && nth !== hidden && seen < to) take(rows[at(nth)]);
    }
    return { people, count };
  }

  /** Is somebody in the list? */
  shows(viewer: Viewer, entry: PackedEntry): boolean {
    if (!entry.key.endsWith(`,${this.#peopleKey}`)) return false;
    return entry.uuid === viewer.entry?.uuid ? this.#row(viewer, entry) !== undefined : this.#places(this.#listing(viewer)).has(entry.uuid);
  }

  #places(listing: Listing): ReadonlyMap<string, number> {
    listing.places ??= new Map(listing.rows.map(({ uuid }, nth) => [uuid, nth]));
    return listing.places;
  }

  #haystack(listing: Listing): Haystack {
    listing.haystack ??= new Haystack(listing.rows.map(({ plain }) => plain));
    return listing.haystack;
  }

  #listing(viewer: Viewer): Listing {
    const kind = viewer.sharedRights;
    const known = this.#listings.get(kind);
    if (known !== undefined && known.changed.size <= mostWorkedIn) {
      if (known.changed.size > 0) this.#workIn(known, viewer.withoutSelf);
      return known;
    }
    const parent = this.#directory.tree.find(this.#peopleKey);
    const rows: Row[] = [];
    for (const slot of parent === undefined ? [] : this.#directory.tree.childrenOf(parent)) {
      const entry = this.#directory.tree.at(slot);
      const row = entry && this.#row(viewer.withoutSelf, entry);
      if (row !== undefined) rows.push(row);
    }
    const listing: Listing = { rows: rows.sort(byKey), changed: new Set<string>(), haystack: undefined, places: undefined };
    // a few kinds of viewers there are; those of an older generation are never asked for again
    if (this.#listings.size >= 16) this.#listings.clear();
    this.#listings.set(kind, listing);
    return listing;
  }

  #workIn(listing: Listing, viewer: Viewer): void {
    const { tree } = this.#directory;
    let rows: readonly Row[] = listing.rows.filter(({ uuid }) => !listing.changed.has(uuid));
    for (const uuid of listing.changed) {
      const entry = tree.byUuid(uuid);
      const row = entry?.key.endsWith(`,${this.#peopleKey}`) ? this.#row(viewer, entry) : undefined;
      if (row !== undefined) rows = inserted(rows, row);
    }
    listing.rows = [...rows];
    listing.haystack = undefined;
    listing.places = undefined;
    listing.changed.clear();
  }

  /** Undefined for whom the viewer may not know of, for who may not sign in, and for what is no person. */
  #row(viewer: Viewer, entry: PackedEntry): Row | undefined {
    const directory = this.#directory;
    if (!isPresent(directory, viewer, entry) || !directory.tree.isOfClass(entry, 'inetOrgPerson')) return undefined;
    const texts = (name: string) => directory.valuesSeenBy(viewer, entry, name).map((value) => withoutTurns(String(value)));
    const name = texts('displayName')[0] ?? texts('cn')[0] ?? texts('uid')[0];
    // who shows neither name nor user name is not in the list
    if (name === undefined || name === '') return undefined;
    const uid = userNameOf(entry) ?? '';
    const [nicks, skills] = [texts('mosNick'), texts('mosSkill')];
    const line = { uid, name, nick: nicks[0], skills, hasPhoto: directory.valuesSeenBy(viewer, entry, 'jpegPhoto').length > 0 };
    return { uuid: entry.uuid, line, key: plainText(name), plain: plainText([name, uid, ...nicks, ...skills, ...texts('cn')].join(' ')) };
  }

  #changed(before: PackedEntry | undefined, after: PackedEntry | undefined): void {
    if (this.#listings.size === 0) return;
    const isPerson = [before, after].some((entry) => entry?.key.endsWith(`,${this.#peopleKey}`));
    const uuid = (after ?? before)?.uuid;
    if (isPerson && uuid !== undefined) for (const { changed } of this.#listings.values()) changed.add(uuid);
    // a status, or the folder itself: who may sign in, and who is there at all
    else if ([before, after].some((entry) => entry?.key.includes('ou=statuses') || entry?.key === this.#peopleKey)) this.#listings.clear();
  }
}

function byKey(one: Row, other: Row): number {
  return one.key < other.key ? -1 : one.key > other.key ? 1 : one.uuid < other.uuid ? -1 : 1;
}

/** A sorted list with one row more. */
function inserted(rows: readonly Row[], row: Row): Row[] {
  const place = placeOf(rows.length, (nth) => byKey(rows[nth] ?? row, row) < 0);
  return [...rows.slice(0, place), row, ...rows.slice(place)];
}

/** The first of so many places of which it does not hold that it comes before. */
function placeOf(length: number, isBefore: (nth: number) => boolean): number {
  let [from, to] = [0, length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBefore(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Small letters without marks: what somebody types who has no háček on the keyboard (Unicode TR15, compatibility decomposition). */
export function plainText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[\s,]+/g, ' ')
    .trim();
}
