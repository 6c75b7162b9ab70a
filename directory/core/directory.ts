import { setTimeout } from 'node:timers/promises';
import type { Policy } from '../../schema/ldap/policy.ts';
import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { Change } from '../model/change.ts';
import { formatDn, parseDn } from '../model/dn.ts';
import { Access, type Identity } from './access.ts';
import { type AppPassword, readAppPassword } from './app-passwords.ts';
import { Attempts } from './attempts.ts';
import { BoundDirectory } from './bound-directory.ts';
import { computedAttributes } from './computed.ts';
import type { Guessing } from './guessing.ts';
import { mayLogIn } from './login.ts';
import type { ComputedAttribute } from './matching.ts';
import { Membership } from './membership.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Passwords } from './password.ts';
import { builtInPolicy, PasswordPolicies } from './password-policy.ts';
import type { Author } from './revisions.ts';
import { Selections } from './selection.ts';
import type { Store } from './store.ts';
import { Tree } from './tree.ts';
import { differences } from './verify.ts';
import type { Viewer } from './viewer.ts';
import { Writer } from './writer.ts';

/** Stored attributes that a replica is not told: no other server can try an app password, nor define the attribute. */
const ownAlone: ReadonlySet<string> = new Set(['mosAppPassword']);
/** Milliseconds. */
const retry = { first: 100, longest: 5000 };

export interface DirectoryOptions {
  readonly schema: Schema;
  readonly policy: Policy;
  readonly store: Store;
  readonly baseDn: string;
  readonly rootDn: string;
  /** RFC 2849 text of a change, for the log */
  readonly printChange: (change: Change) => string;
  /** A change as it stands in the log. @throws Error */
  readonly parseChange: (text: string) => Change;
  readonly passwords: Passwords;
  readonly guessing: Guessing;
  /** What attempts wait with, milliseconds; a timer, unless said */
  readonly wait?: ((milliseconds: number) => Promise<unknown>) | undefined;
  /** Of a password, in characters, where no policy entry says otherwise */
  readonly passwordMinLength: number;
  /** Milliseconds since 1970 */
  readonly clock?: () => number;
  /** Is told when the database goes away and comes back. */
  readonly onStore?: (state: 'lost' | 'back', reason: string) => void;
}

/** The heart: the entries in memory, the rules, and the log. Three doors lead here (LDAP, web, jobs); none goes round it. */
export class Directory {
  readonly schema: Schema;
  readonly tree: Tree;
  readonly membership: Membership;
  readonly access: Access;
  readonly computed: ReadonlyMap<AttributeType, ComputedAttribute>;
  readonly selections: Selections;
  /** What is stored of an entry, and its entryUUID: what a replica can keep */
  readonly storedSelections: Selections;
  readonly writer: Writer;
  readonly baseDn: string;
  readonly rootDn: string;
  readonly rootKey: string;
  /** Normal form of the DN that services stand below */
  readonly servicesKey: string;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  readonly policies: PasswordPolicies;
  readonly clock: () => number;
  /** A change as it stands in the log. @throws Error */
  readonly parseChange: (text: string) => Change;
  readonly #store: Store;
  #closing = false;
  /** A failed attempt to take over what others wrote is going to be repeated. */
  #repeating = false;

  private constructor(options: DirectoryOptions) {
    const { schema, store } = options;
    this.schema = schema;
    this.baseDn = formatDn(parseDn(options.baseDn));
    this.rootDn = options.rootDn;
    this.rootKey = schema.normalizeDn(options.rootDn);
    this.servicesKey = schema.normalizeDn(`ou=services,${this.baseDn}`);
    this.passwords = options.passwords;
    this.attempts = new Attempts(options.guessing, options.wait);
    this.clock = options.clock ?? Date.now;
    this.tree = new Tree(schema);
    this.membership = new Membership(this.tree);
    this.access = new Access(this.tree, this.membership, options.policy, this.baseDn);
    this.computed = computedAttributes(this.tree, this.membership);
    this.policies = new PasswordPolicies(this.tree, this.baseDn, builtInPolicy(options.passwordMinLength));
    this.selections = new Selections(schema, this.computed);
    const stored = new Map([...this.computed].filter(([type]) => type.name === 'entryUUID'));
    this.storedSelections = new Selections(schema, stored, ownAlone);
    const isSecret = (type: AttributeType) => this.access.isSecret(type);
    const { printChange, parseChange } = options;
    this.parseChange = parseChange;
    this.writer = new Writer(store, this.tree, { isSecret, printChange, parseChange }, this.clock);
    this.#store = store;
  }

  /** Loads every entry and starts to follow what other processes write. */
  static async open(options: DirectoryOptions): Promise<Directory> {
    const directory = new Directory(options);
    const { tree } = directory;
    const csn = await options.store.load((entry) => tree.put(tree.pack(entry)));
    tree.csn = csn;
    let told: 'lost' | 'back' = 'back';
    const onStore: NonNullable<DirectoryOptions['onStore']> = (state, reason) => {
      if (directory.#closing || state === told) return;
      told = state;
      options.onStore?.(state, reason);
    };
    const catchUp = (csn?: number) => void directory.#catchUp(onStore, csn);
    await options.store.follow({
      committed: catchUp,
      lost: (reason) => onStore('lost', reason),
      back: () => catchUp(),
    });
    // what was written between the load and the listening
    await directory.writer.catchUp();
    return directory;
  }

  /** Takes over what others wrote. What was missed nobody says again, so a failed attempt is repeated until it works. */
  async #catchUp(onStore: NonNullable<DirectoryOptions['onStore']>, csn?: number, wait = retry.first): Promise<void> {
    try {
      await this.writer.catchUp(csn);
      onStore('back', '');
    } catch (error) {
      onStore('lost', String(error));
      if (this.#repeating) return;
      this.#repeating = true;
      await setTimeout(wait, undefined, { ref: false });
      this.#repeating = false;
      if (!this.#closing) await this.#catchUp(onStore, undefined, Math.min(wait * 2, retry.longest));
    }
  }

  /** The one way to the operations: with the eyes and rights of whoever asks. */
  as(identity: Identity, origin: string): BoundDirectory {
    return new BoundDirectory(this, identity, origin);
  }

  /** Past all access rows; for import, bootstrap and migrations. The reason stands in the log as the origin. */
  asRoot(reason: string): BoundDirectory {
    return this.as({ kind: 'root', dn: this.rootDn }, reason);
  }

  /** @internal The values of an attribute with whatever options; none when the schema does not know it. */
  valuesOf(entry: PackedEntry, name: string): Buffer[] {
    const type = this.schema.attributeType(name);
    return type === undefined ? [] : entry.valuesOfType(type);
  }

  /** The values of an attribute as far as somebody may read them, worked out ones (memberOf, …) too; none otherwise. */
  valuesSeenBy(viewer: Viewer, entry: PackedEntry, name: string): readonly Buffer[] {
    const description = this.schema.description(name);
    if (description === undefined || !viewer.mayRead(entry, description)) return [];
    const rules = this.computed.get(description.type);
    return rules?.appliesTo(entry.layout) ? rules.values(entry) : entry.valuesOfType(description.type);
  }

  /** @internal Who somebody is right now: whoever may no longer log in sees what the anonymous see. */
  viewer(identity: Identity): Viewer {
    if (identity.kind === 'entry') {
      const entry = this.tree.byUuid(identity.uuid);
      if (entry === undefined || !mayLogIn(this.tree, entry)) return this.access.viewer({ kind: 'anonymous' });
      if (identity.app !== undefined && !this.appPasswordsOf(entry).some(({ id }) => id === identity.app))
        return this.access.viewer({ kind: 'anonymous' });
    }
    return this.access.viewer(identity);
  }

  /** The app passwords of a person; never what they are. */
  appPasswordsOf(entry: PackedEntry): AppPassword[] {
    return this.valuesOf(entry, 'mosAppPassword').flatMap((value) => readAppPassword(value.toString()) ?? []);
  }

  /** May whoever this is log in at the moment? */
  mayLogIn(entry: PackedEntry): boolean {
    return mayLogIn(this.tree, entry);
  }

  /** @internal */
  author(identity: Identity, origin: string): Author {
    if (identity.kind === 'root') return { dn: this.rootDn, uuid: null, origin };
    const entry = identity.kind === 'entry' ? this.tree.byUuid(identity.uuid) : undefined;
    return { dn: entry?.dn ?? '', uuid: entry?.uuid ?? null, origin };
  }

  get store(): Store {
    return this.#store;
  }

  /** What memory and database disagree about; see verify.ts. */
  differences(): Promise<string[]> {
    return differences(this.tree, this.#store, this.writer);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#store.close();
  }
}
