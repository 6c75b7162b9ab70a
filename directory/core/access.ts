import { type Level, levels, type Policy, parseChoice, parseGrant, type Who } from '../../schema/ldap/policy.ts';
import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import { isWithin, type Row, RowReader, rowNumber, selects, typeNamed } from './access-rows.ts';
import type { Membership } from './membership.ts';
import type { PackedEntry } from './packed-entry.ts';
import { type Place, reaches } from './reach.ts';
import { ALL, LOOK, Mask, PROPOSE, READ, WRITE } from './rights.ts';
import type { Tree } from './tree.ts';
import { Viewer } from './viewer.ts';

/** Who asks. A person or a service is known by its entry; root is the DN of the settings. */
export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'root'; readonly dn: string }
  /** Whatever member it is, as far as one can look: for somebody who wants to see what others see of them */
  | { readonly kind: 'somebody' }
  /**
   * `app`: came in with the app password of this id, which lets in and changes nothing. `token`: a program asks in their name; it changes no
   * secrets, and without `roles` it has the rights of any member, and those over their own entry
   */
  | { readonly kind: 'entry'; readonly uuid: string; readonly app?: string; readonly token?: { readonly roles: boolean } };

export const anonymous: Identity = { kind: 'anonymous' };

/** Who asks, as the rows see it. */
interface Asker {
  readonly entry: PackedEntry | undefined;
  readonly isSomebody: boolean;
  readonly hasRoles: boolean;
}

/** What the rows see of an entry; entries that are the same to them share one. */
class Profile {
  readonly rows: readonly Row[];
  readonly choices: ReadonlyMap<AttributeType, Level>;
  readonly generation: number;
  constructor(rows: readonly Row[], choices: ReadonlyMap<AttributeType, Level>, generation: number) {
    this.rows = rows;
    this.choices = choices;
    this.generation = generation;
  }
}

interface Visibility {
  readonly standard: number;
  readonly widest: number;
  readonly narrowest: number;
}

/** Viewers to whom the same rows apply share the work. */
export interface ViewerClass {
  readonly rows: ReadonlySet<Row>;
  readonly level: number;
  readonly masks: Map<Profile, Mask>;
  /** What was asked for last; one entry is asked about several times in a row, and most have the same profile */
  last: { readonly profile: Profile; readonly mask: Mask } | undefined;
}

/** The access rows, bound to the tree they speak of. */
export class Access {
  readonly #tree: Tree;
  readonly #schema: Schema;
  readonly #membership: Membership;
  readonly #reader: RowReader;
  readonly #secret: ReadonlySet<AttributeType>;
  readonly #visibility = new Map<AttributeType, Visibility>();
  readonly #otherwise: Visibility;
  readonly #rows: readonly (Row & { readonly who: Who })[];
  readonly #roles: ReadonlyMap<string, readonly string[]>;
  /** Roles that see what the level board sees */
  readonly #board: readonly string[];
  readonly #grants = new Map<string, readonly Row[]>();
  readonly #mosVisibility: AttributeType | undefined;
  readonly #mosGrant: AttributeType | undefined;
  readonly #allMask = new Mask(ALL, () => ALL);
  #profiles = new Map<string, Profile>();
  #classes = new Map<string, ViewerClass>();
  #generation = 0;
  /** The table of statuses, as it was when the profiles were made */
  #statuses: readonly (PackedEntry | undefined)[] = [];

  constructor(tree: Tree, membership: Membership, policy: Policy, baseDn: string) {
    this.#tree = tree;
    this.#schema = tree.schema;
    this.#membership = membership;
    this.#secret = new Set([...alwaysSecret, ...policy.secret].map((name) => typeNamed(tree.schema, name)));
    this.#reader = new RowReader(tree, baseDn, this.#secret);
    this.#otherwise = fallback;
    for (const row of policy.visibility) {
      const visibility = {
        standard: levels.indexOf(row.standard),
        widest: levels.indexOf(row.widest),
        narrowest: levels.indexOf(row.narrowest),
      };
      for (const name of row.attributes) {
        if (name === '*') this.#otherwise = visibility;
        else this.#visibility.set(this.#reader.type(name), visibility);
      }
    }
    this.#roles = new Map([...policy.roles].map(([role, groups]) => [role, groups.map((dn) => this.#reader.below(dn))]));
    this.#board = policy.board;
    this.#rows = policy.access.map((row) => ({ ...this.#reader.row(row), who: this.#reader.who(row.who) }));
    this.#mosVisibility = this.#schema.attributeType('mosVisibility');
    this.#mosGrant = this.#schema.attributeType('mosGrant');
  }

  isSecret(type: AttributeType): boolean {
    return this.#secret.has(type);
  }

  /** Looks at the tree as it stands; make a new one after a change of the tree (its epoch tells). */
  viewer(identity: Identity): Viewer {
    if (identity.kind === 'root') return new Viewer(this, undefined, undefined, undefined);
    this.#noticeStatuses();
    const entry = identity.kind === 'entry' ? this.#tree.byUuid(identity.uuid) : undefined;
    const token = identity.kind === 'entry' ? identity.token : undefined;
    const asker = { entry, isSomebody: identity.kind === 'somebody', hasRoles: token?.roles !== false };
    return new Viewer(this, entry, this.#classOf(asker, false), this.#classOf(asker, true), token === undefined);
  }

  /** Who sees an attribute of an entry, and among which levels its owner may choose. */
  visibility(entry: PackedEntry, name: string): { readonly level: Level; readonly choices: readonly Level[] } {
    const type = this.#reader.type(name);
    const { widest, narrowest } = nearest(this.#visibility, type) ?? this.#otherwise;
    return { level: levels[this.#level(type, this.#profileOf(entry))] ?? 'nobody', choices: levels.slice(widest, narrowest + 1) };
  }

  /** A status that lets in whom it did not let in before changes what rows on mosActive see, of entries that stay what they are. */
  #noticeStatuses(): void {
    const now = this.#statusEntries();
    if (now.length === this.#statuses.length && now.every((entry, nth) => entry === this.#statuses[nth])) return;
    this.#statuses = now;
    this.#startGeneration();
  }

  #statusEntries(): (PackedEntry | undefined)[] {
    const objectClass = this.#schema.attributeType('objectClass');
    const name = objectClass?.equality?.normalize(Buffer.from('mosStatusDefinition'));
    const index = objectClass && this.#tree.equalityIndex(objectClass);
    return name === undefined || index === undefined ? [] : [...index.slots(name)].map((slot) => this.#tree.at(slot));
  }

  /** Normal forms of the DNs of the groups whose members have a role. */
  groupsOfRole(role: string): readonly string[] {
    return this.#roles.get(role) ?? [];
  }

  /** Normal forms of the DNs by which rows say who somebody is: groups, and entries of their own. */
  get deciding(): readonly string[] {
    return [...[...this.#roles.values()].flat(), ...this.#rows.flatMap(({ who }) => (who.kind === 'entry' ? [who.dn] : []))];
  }

  /** @internal for Viewer @param chosen mosVisibility of another time; undefined: as it is */
  mask(of: ViewerClass | undefined, entry: PackedEntry, chosen?: readonly string[]): Mask {
    if (of === undefined) return this.#allMask;
    const profile = chosen === undefined ? this.#profileOf(entry) : this.#profileWith(entry, chosen);
    if (of.last?.profile === profile) return of.last.mask;
    let mask = of.masks.get(profile);
    if (mask === undefined) {
      mask = this.#makeMask(of, profile);
      if (of.masks.size >= maxProfiles) of.masks.clear();
      of.masks.set(profile, mask);
    }
    of.last = { profile, mask };
    return mask;
  }

  #makeMask(of: ViewerClass, profile: Profile): Mask {
    const rows = profile.rows.filter((row) => of.rows.has(row));
    let seen = 0;
    for (const row of rows) if (row.names !== undefined) seen |= row.may;
    const shown = (type: AttributeType, level = of.level) => this.#level(type, profile) <= level && !this.#secret.has(type);
    const rightsOver = (type: AttributeType) => {
      let over = 0;
      for (const row of rows) {
        if (!(row.names === undefined ? shown(type, row.level) : row.names(type))) continue;
        // who may write `*` must not give rights that way, to themselves or anybody
        over |= row.listed === undefined && type === this.#mosGrant ? row.may & ~(WRITE | PROPOSE) : row.may;
      }
      // what waits stands in the log, and no secret does
      return this.#secret.has(type) ? over & ~PROPOSE : over;
    };
    // rows of visible attributes show the entry only when they show something of it
    for (const row of rows) {
      const adds = row.names === undefined && (seen & row.may) !== row.may;
      if (adds && this.#schema.attributeTypes.some((type) => shown(type, row.level))) seen |= row.may;
    }
    return new Mask(seen, rightsOver);
  }

  /** Which level sees the attribute: the person's choice within the allowed range, else the standard. */
  #level(type: AttributeType, profile: Profile): number {
    const { standard, widest, narrowest } = nearest(this.#visibility, type) ?? this.#otherwise;
    const choice = nearest(profile.choices, type);
    return choice === undefined ? standard : Math.min(Math.max(levels.indexOf(choice), widest), narrowest);
  }

  #profileOf(entry: PackedEntry): Profile {
    const known = entry.profile;
    if (known instanceof Profile && known.generation === this.#generation) return known;
    const chosen = this.#mosVisibility === undefined ? [] : entry.valuesOfType(this.#mosVisibility).map(String);
    const profile = this.#profileWith(entry, chosen);
    entry.profile = profile;
    return profile;
  }

  #profileWith(entry: PackedEntry, chosen: readonly string[]): Profile {
    const choices = new Map<AttributeType, Level>();
    for (const value of chosen) {
      const choice = parseChoice(value);
      const type = choice && this.#schema.attributeType(choice.attribute);
      if (choice !== undefined && type !== undefined) choices.set(type, choice.level);
    }
    const all: (readonly Row[])[] = [this.#rows, ...this.#grants.values()];
    const rows = all.flatMap((each) => each.filter((row) => selects(row, entry)));
    const key = `${rows.map(rowNumber).join()};${[...choices]
      .map(([type, level]) => `${type.oid}=${level}`)
      .sort()
      .join()}`;
    let profile = this.#profiles.get(key);
    if (profile === undefined) {
      if (this.#profiles.size >= maxProfiles) this.#profiles.clear();
      profile = new Profile(rows, choices, this.#generation);
      this.#profiles.set(key, profile);
    }
    return profile;
  }

  #classOf({ entry, isSomebody, hasRoles }: Asker, self: boolean): ViewerClass {
    const granted = entry === undefined || !hasRoles ? [] : this.#grantsOf(entry);
    const rows = this.#rows.filter(({ who }) => {
      // what somebody may more than others: by a role, by name, or as one of a group
      const isMore = who.kind === 'role' || who.kind === 'entry';
      return (this.#isFor(who, entry, self) && (hasRoles || !isMore)) || (isSomebody && who.kind === 'member');
    });
    const own = self && entry !== undefined ? 'self' : isSomebody ? 'members' : undefined;
    const level = own === undefined ? this.#levelOf(entry, hasRoles) : levels.indexOf(own);
    const key = `${level};${[...rows, ...granted].map(rowNumber).join()}`;
    let viewerClass = this.#classes.get(key);
    if (viewerClass === undefined) {
      if (this.#classes.size >= maxProfiles) this.#classes.clear();
      viewerClass = { rows: new Set([...rows, ...granted]), level, masks: new Map(), last: undefined };
      this.#classes.set(key, viewerClass);
    }
    return viewerClass;
  }

  #levelOf(entry: PackedEntry | undefined, hasRoles: boolean): number {
    if (entry === undefined) return levels.indexOf('public');
    if (hasRoles && this.#board.some((role) => this.#hasRole(entry, role))) return levels.indexOf('board');
    return levels.indexOf(this.#isPerson(entry) ? 'members' : 'public');
  }

  #isFor(who: Who, entry: PackedEntry | undefined, self: boolean): boolean {
    if (who.kind === 'anonymous') return true;
    if (entry === undefined) return false;
    switch (who.kind) {
      case 'self':
        return self;
      case 'member':
        return this.#isPerson(entry);
      case 'service':
        return this.isService(entry);
      case 'role':
        return this.#hasRole(entry, who.role);
      case 'entry':
        return entry.key === who.dn || this.#membership.isMember(entry, who.dn);
    }
  }

  #hasRole(entry: PackedEntry, role: string): boolean {
    return this.groupsOfRole(role).some((group) => this.#membership.isMember(entry, group));
  }

  /** Is it somebody with a role, or whom a row names (alone or as one of a group) to do more than look at things? */
  hasPowers(entry: PackedEntry): boolean {
    return this.#rows.some(({ who, may }) => {
      if (who.kind !== 'role' && (who.kind !== 'entry' || (may & ~LOOK) === 0)) return false;
      return this.#isFor(who, entry, false);
    });
  }

  /**
   * Has somebody rights of their own that the asker has not: by a role, by a row that names them, by a grant? What everybody bound has
   * does not count.
   */
  hasMoreRights(entry: PackedEntry, asker: { readonly rows: Iterable<Row>; readonly level: number }): boolean {
    const level = this.#levelOf(entry, true);
    if (level === levels.indexOf('board') && asker.level < level) return true;
    const rows = this.#rows.filter(({ who }) => (who.kind === 'role' || who.kind === 'entry') && this.#isFor(who, entry, false));
    const own = [...asker.rows];
    return [...rows, ...this.#grantsOf(entry)].some((row) => !isWithin({ row, level }, { rows: own, level: asker.level }));
  }

  /**
   * May askers of a class read an attribute of everything in a place, whatever its owners choose to show? Of its subtypes too, which a
   * filter on it speaks of. Secrets nobody may, root neither.
   */
  mayReadOfAll(of: ViewerClass | undefined, place: Place, type: AttributeType): boolean {
    return this.#schema.attributeTypes
      .filter((each) => this.#schema.isSubtype(each, type))
      .every((each) => {
        if (this.#secret.has(each)) return false;
        if (of === undefined) return true;
        const { narrowest } = nearest(this.#visibility, each) ?? this.#otherwise;
        const shows = ({ names, level = of.level }: Row) => (names === undefined ? narrowest <= level : names(each));
        return [...of.rows].some((row) => (row.may & READ) !== 0 && row.test === undefined && reaches(row, place) && shows(row));
      });
  }

  /** Does a role hang on the name of this entry: is it the group of one, or does such a group stand below it? */
  carriesRole(entry: PackedEntry): boolean {
    return [...this.#roles.values()].flat().some((group) => group === entry.key || group.endsWith(`,${entry.key}`));
  }

  /** Is it the group of a role that may more than look at things? With nobody in it, nobody could put somebody into it. */
  carriesPower(entry: PackedEntry): boolean {
    const powerful = this.#rows.flatMap(({ who, may }) => (who.kind === 'role' && (may & ~LOOK) !== 0 ? this.groupsOfRole(who.role) : []));
    return powerful.includes(entry.key);
  }

  /** Is it a program, not a person? */
  isService(entry: PackedEntry): boolean {
    return this.#hasClass(entry, 'applicationProcess');
  }

  #isPerson(entry: PackedEntry): boolean {
    return !this.isService(entry);
  }

  #hasClass(entry: PackedEntry, name: string): boolean {
    const objectClass = this.#schema.attributeType('objectClass');
    const wanted = this.#schema.objectClass(name);
    if (objectClass === undefined || wanted === undefined) return false;
    return this.#schema.classesOf(entry.valuesOfType(objectClass).map(String)).has(wanted);
  }

  /** The rows in a service's own entry. A value that can't be read grants nothing. */
  #grantsOf(entry: PackedEntry): readonly Row[] {
    const values = this.#mosGrant === undefined ? [] : entry.valuesOfType(this.#mosGrant);
    return values.flatMap((value) => {
      const text = value.toString();
      let rows = this.#grants.get(text);
      if (rows === undefined) {
        rows = this.#readGrant(text);
        this.#grants.set(text, rows);
        this.#startGeneration();
      }
      return rows;
    });
  }

  #readGrant(text: string): readonly Row[] {
    try {
      return [this.#reader.row(parseGrant(text))];
    } catch {
      return [];
    }
  }

  /** Profiles made before know nothing of a new row. */
  #startGeneration(): void {
    this.#generation++;
    this.#profiles = new Map();
    this.#classes = new Map();
  }
}

/** Whatever an access file says; one that is older than password policies knows nothing of the history. */
const alwaysSecret = ['userPassword', 'pwdHistory', 'mosAppPassword'];

/** Without a `*` row, what no visibility row names is for the board. */
const fallback: Visibility = { standard: levels.indexOf('board'), widest: levels.indexOf('board'), narrowest: levels.indexOf('board') };

/** Kept at a time; more than that and all are worked out again. */
const maxProfiles = 10_000;

/** The row of the type or of its nearest supertype. */
function nearest<T>(rows: ReadonlyMap<AttributeType, T>, type: AttributeType): T | undefined {
  for (let at: AttributeType | undefined = type; at !== undefined; at = at.superior) {
    const found = rows.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}
