import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { Filter } from '../model/filter.ts';
import type { Identity } from './access.ts';
import { type Changes, changesSince } from './changes.ts';
import type { Directory } from './directory.ts';
import type { PackedEntry } from './packed-entry.ts';
import { mayTouchRights } from './rights-changes.ts';
import { type SearchQuestion, type SearchRun, search } from './search.ts';
import type { Viewer } from './viewer.ts';

/** What a consumer is to hear of one entry (RFC 4533 §2.3). `present`: it is there and the consumer has it as it is. */
export type Fact =
  | { readonly state: 'add' | 'modify'; readonly entry: PackedEntry }
  | { readonly state: 'present' | 'delete'; readonly uuid: string; readonly dn: string };

/** Facts, and now and then undefined, when others may have their turn. */
export type Facts = Generator<Fact | undefined, void>;

/**
 * How a refresh brings a consumer up to date.
 * - `whole`: every entry; what is not mentioned is gone.
 * - `present`: what has changed, and the names of all else; what is not mentioned is gone.
 * - `changes`: what has changed and what is gone; what is not mentioned is as it was.
 */
export type Phase = 'whole' | 'present' | 'changes';

/** A place in the log. */
export interface Place {
  readonly position: number;
  readonly entryCsn: string;
}

/** The filter's or the asker's view of the content is not what it was: the consumer has to begin a new session. */
export class RefreshRequired extends Error {
  override readonly name = 'RefreshRequired';
}

/** Entries without a match that are looked at before others get their turn. */
const stride = 256;

/**
 * The entries that a search finds, for somebody who keeps a copy of them (RFC 4533 §1.2). Whether an entry belongs to it hangs on the
 * entry alone, as long as the asker's rights stay and the filter asks for stored attributes; where one of the two
 * does not hold, all entries are looked at again.
 */
export class SyncedContent {
  /** Up to where the consumer will know everything when it has heard all facts */
  place: Place;
  readonly #directory: Directory;
  readonly #identity: Identity;
  readonly #viewer: Viewer;
  readonly #question: SearchQuestion;
  readonly #baseKey: string;
  readonly #run: SearchRun;
  readonly #stable: boolean;
  #found: PackedEntry[] = [];
  /** What the consumer has: entryUUID → DN */
  readonly #known = new Map<string, string>();

  /** @throws DirectoryError noSuchObject with matchedDN, invalidDNSyntax */
  constructor(directory: Directory, identity: Identity, question: SearchQuestion) {
    const { tree, schema, computed } = directory;
    this.#directory = directory;
    this.#identity = identity;
    this.#question = question;
    this.#viewer = directory.viewer(identity);
    this.#run = search(tree, computed, this.#viewer, question);
    this.#baseKey = schema.normalizeDn(question.base);
    this.#stable = !asksForComputed(question.filter, schema, computed);
    this.place = this.#now;
  }

  get viewer(): Viewer {
    return this.#viewer;
  }

  /** May this asker take all there is? */
  get unlimited(): boolean {
    return this.#viewer.isRoot || this.#viewer.mayReplicate(this.#run.base);
  }

  /** Entries that the consumer has */
  get size(): number {
    return this.#known.size;
  }

  /** Is there something in the tree that the consumer has not heard of? */
  get behind(): boolean {
    return this.#directory.tree.csn > this.place.position;
  }

  get #now(): Place {
    const { csn, contextCsn } = this.#directory.tree;
    return { position: csn, entryCsn: contextCsn };
  }

  /** Looks for what belongs to the content; comes before a refresh. Nothing that happens from now on is missed. */
  *gather(): Generator<undefined, void> {
    this.place = this.#now;
    this.#found = yield* this.#all();
  }

  /** Entries that were found */
  get found(): number {
    return this.#found.length;
  }

  /**
   * Begins a refresh. `place` is where it will end.
   * @param since the CSN at which the consumer stands; undefined when it has nothing
   * @param reload what to do when one can't go on from there: begin again, or say so
   * @throws RefreshRequired, DirectoryError unavailable
   */
  async refresh(since: string | undefined, reload: boolean): Promise<{ readonly phase: Phase; readonly facts: Facts }> {
    const changes = since === undefined ? undefined : await this.#changesSinceCsn(since);
    if (since !== undefined && changes === undefined && !reload) throw new RefreshRequired('this place in the log is not known');
    if (changes !== undefined) this.place = changes;
    if (changes === undefined) return { phase: 'whole', facts: this.#whole(undefined) };
    // to others than root even the names of entries that they never saw are not told
    if (!this.#viewer.isRoot) return { phase: 'present', facts: this.#whole(new Set(changes.uuids)) };
    return { phase: 'changes', facts: this.#resumed(changes.uuids) };
  }

  /**
   * What has happened since `place`, which goes on.
   * @throws RefreshRequired, DirectoryError unavailable
   */
  async news(): Promise<Facts> {
    const changes = await changesSince(this.#directory, this.place, this.#worthFollowing);
    const base = this.#directory.tree.find(this.#baseKey);
    if (changes === undefined) throw new RefreshRequired('the consumer has fallen too far behind');
    if (base?.uuid !== this.#run.base.uuid) throw new RefreshRequired('the base of the search is another entry now');
    if (!this.#directory.viewer(this.#identity).sameRightsAs(this.#viewer)) throw new RefreshRequired('the rights have changed');
    this.place = changes;
    return this.#stable ? this.#of(changes.uuids) : this.#anew(new Set(changes.uuids));
  }

  /** More revisions than that cost more than to begin again. */
  get #worthFollowing(): number {
    return Math.max(10_000, 2 * this.#directory.tree.size);
  }

  /** @returns undefined when the log can't tell what has become of the consumer's content */
  async #changesSinceCsn(csn: string): Promise<Changes | undefined> {
    if (!this.#stable) return undefined;
    const position = await this.#directory.store.positionOf(csn);
    if (position === undefined || position > this.#directory.tree.csn) return undefined;
    const changes = await changesSince(this.#directory, { position, entryCsn: csn }, this.#worthFollowing);
    return changes === undefined || mayTouchRights(this.#directory, this.#identity, changes) ? undefined : changes;
  }

  /** Every entry, superiors first. @param changed undefined: all of them; else the others are but named */
  *#whole(changed: ReadonlySet<string> | undefined): Facts {
    const { tree } = this.#directory;
    const found = this.#found;
    // what came into the content after it was looked through
    for (const uuid of changed ?? []) found.push(...[tree.byUuid(uuid)].filter((entry) => entry !== undefined));
    const told = new Set<string>();
    for (const { uuid } of superiorsFirst(found)) {
      const entry = tree.byUuid(uuid);
      if (entry === undefined || told.has(uuid) || !this.#run.includes(entry)) continue;
      told.add(uuid);
      yield this.#put(entry, changed === undefined || changed.has(uuid) ? 'add' : 'present');
    }
  }

  /** All that has changed, also what left the content: it may have been in it. */
  *#resumed(uuids: readonly string[]): Facts {
    for (const { uuid, dn } of this.#found) this.#known.set(uuid, dn);
    for (const uuid of uuids) {
      const entry = this.#directory.tree.byUuid(uuid);
      if (entry !== undefined && this.#run.includes(entry)) yield this.#put(entry, 'add');
      else yield this.#drop(uuid);
    }
  }

  *#of(uuids: Iterable<string>): Facts {
    for (const uuid of uuids) {
      const entry = this.#directory.tree.byUuid(uuid);
      if (entry !== undefined && this.#run.includes(entry)) yield this.#put(entry, this.#known.has(uuid) ? 'modify' : 'add');
      else if (this.#known.has(uuid)) yield this.#drop(uuid);
      else yield undefined;
    }
  }

  /** The whole content compared with what the consumer has. */
  *#anew(changed: ReadonlySet<string>): Facts {
    const found = superiorsFirst(yield* this.#all());
    const here = new Set(found.map(({ uuid }) => uuid));
    yield* this.#of([...this.#known.keys()].filter((uuid) => !here.has(uuid)).reverse());
    yield* this.#of([...here].filter((uuid) => changed.has(uuid) || !this.#known.has(uuid)));
  }

  *#all(): Generator<undefined, PackedEntry[]> {
    const { tree, computed } = this.#directory;
    const run = search(tree, computed, this.#viewer, this.#question);
    const found: PackedEntry[] = [];
    while (!run.done) {
      const entry = run.next(stride);
      if (entry !== undefined) found.push(entry);
      yield undefined;
    }
    return found;
  }

  #put(entry: PackedEntry, state: 'add' | 'modify' | 'present'): Fact {
    const { uuid, dn } = entry;
    this.#known.set(uuid, dn);
    return state === 'present' ? { state, uuid, dn } : { state, entry };
  }

  #drop(uuid: string): Fact {
    const dn = this.#known.get(uuid) ?? '';
    this.#known.delete(uuid);
    return { state: 'delete', uuid, dn };
  }
}

/** A comma in a key always sets two RDNs apart. */
function superiorsFirst(entries: readonly PackedEntry[]): PackedEntry[] {
  const depth = new Map(entries.map((entry) => [entry, entry.key.split(',').length]));
  return entries.toSorted((a, b) => (depth.get(a) ?? 0) - (depth.get(b) ?? 0));
}

/** Names of an entry: they follow from the entry alone. */
const ofTheEntry: ReadonlySet<string> = new Set(['entryUUID', 'entryDN']);

/** Does it hang on other entries whether the filter holds for one? Rules without an attribute, and chains, may. */
function asksForComputed(filter: Filter, schema: Schema, computed: ReadonlyMap<AttributeType, unknown>): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.some((each) => asksForComputed(each, schema, computed));
    case 'not':
      return asksForComputed(filter.filter, schema, computed);
    default: {
      if (filter.attribute === undefined || filter.kind === 'extensible') return true;
      const covered = schema.covered(filter.attribute);
      const types = covered === undefined ? [] : [covered.type, ...covered.descriptions.map(({ type }) => type)];
      return types.some((type) => computed.has(type) && !ofTheEntry.has(type.name));
    }
  }
}
