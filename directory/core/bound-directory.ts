import type { AttributeDescription } from '../../schema/ldap/registry.ts';
import type { Attribute, Modification } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { Filter } from '../model/filter.ts';
import type { Identity } from './access.ts';
import { planAdd } from './add.ts';
import { Approvals } from './approvals.ts';
import { compare } from './compare.ts';
import { planDelete } from './delete.ts';
import type { Directory } from './directory.ts';
import { type History, readHistory } from './history.ts';
import { MatchedValues } from './matched-values.ts';
import { compileFilter } from './matching.ts';
import { planModify } from './modify.ts';
import { type MoveRequest, planMove } from './move.ts';
import { type News, type NewsQuestion, readNews } from './news.ts';
import type { PackedEntry } from './packed-entry.ts';
import { hashPasswords, prepareAdd, prepareModify } from './password-change.ts';
import { mustChangeNow } from './password-policy.ts';
import type { Plan, PlanContext } from './plan.ts';
import { continuations, refuseReferred } from './referrals.ts';
import type { Scope } from './region.ts';
import type { Author } from './revisions.ts';
import { findVisible, type Run, type SearchQuestion, type SearchRun, search } from './search.ts';
import { Secrets } from './secrets.ts';
import type { Composition, Selection } from './selection.ts';
import { SortedRun, type SortKey, sortOrders } from './sort.ts';
import { SyncedContent } from './synced-content.ts';
import type { Viewer } from './viewer.ts';
import type { Outcome, Update } from './writer.ts';

/** What may go with an update. */
export interface UpdateOptions {
  /** Must hold for the entry before the change (RFC 4528). */
  readonly assertion?: Filter | undefined;
  /** Referral objects are changed, not followed (RFC 3296). */
  readonly manageDsaIt?: boolean | undefined;
  /** All is tried, nothing is done. */
  readonly noOperation?: boolean | undefined;
}

interface PlanOptions extends UpdateOptions {
  readonly restoring?: boolean;
  readonly mayWait?: boolean;
}

/** How entries of a dump come in: operational attributes as they are, referral objects too. */
const restoringOptions = { restoring: true, manageDsaIt: true };

/** The directory as one asker sees it. */
export class BoundDirectory {
  readonly identity: Identity;
  readonly #directory: Directory;
  /** Where the asker comes from: an IP address, `ldapi`, or the reason of a job */
  readonly origin: string;
  #viewer: Viewer | undefined;
  #epoch = -1;
  #mustChange = false;

  constructor(directory: Directory, identity: Identity, origin: string) {
    this.#directory = directory;
    this.identity = identity;
    this.origin = origin;
  }

  /** Rights follow every change of the tree: a ban, a new group, another status. */
  get viewer(): Viewer {
    const { epoch } = this.#directory.tree;
    if (this.#viewer === undefined || this.#epoch !== epoch) {
      this.#viewer = this.#directory.viewer(this.identity);
      this.#epoch = epoch;
      this.#mustChange = this.#isReset(this.#viewer.entry);
    }
    return this.#viewer;
  }

  /** DN for "who am I" (RFC 4532); empty for the anonymous. */
  get dn(): string {
    if (this.identity.kind === 'root') return this.identity.dn;
    return this.viewer.entry?.dn ?? '';
  }

  /** @throws DirectoryError noSuchObject, invalidDNSyntax */
  search(question: SearchQuestion): SearchRun {
    const { tree, computed } = this.#directory;
    this.#refuseUntilChanged();
    return search(tree, computed, this.viewer, question);
  }

  /** The same for somebody who keeps a copy (RFC 4533). @throws DirectoryError noSuchObject, invalidDNSyntax */
  synchronize(question: SearchQuestion): SyncedContent {
    this.#refuseUntilChanged();
    return new SyncedContent(this.#directory, this.identity, question);
  }

  /** Calls `wake` after each commit. @returns what ends that */
  follow(wake: () => void): () => void {
    return this.#directory.tree.follow(wake);
  }

  /** The attribute list of a search whose entries are to be kept: nothing that follows from other entries. */
  storedSelection(attributes: readonly string[], typesOnly: boolean): Selection {
    return this.#directory.storedSelections.get(attributes, typesOnly);
  }

  /** The attribute list of a search, made ready. @param attributes the same list should be the same array each time */
  selection(attributes: readonly string[], typesOnly = false): Selection {
    return this.#directory.selections.get(attributes, typesOnly);
  }

  /** The search's entries in the order of the keys. @param most entries that are sorted @throws UnsortableKey */
  sorted(run: SearchRun, keys: readonly SortKey[], most: number): Run {
    const { tree } = this.#directory;
    return new SortedRun(run, tree, sortOrders(tree.schema, keys), most);
  }

  /** RFC 3876 */
  matchedValues(filters: readonly Filter[]): MatchedValues {
    return new MatchedValues(this.#directory.tree, filters);
  }

  compose(entry: PackedEntry, selection: Selection, matched?: MatchedValues): Composition {
    return selection.compose(entry, this.viewer, matched);
  }

  /** Where a search goes on that has met this referral object. */
  continuations(entry: PackedEntry, scope: Scope): string[] {
    return continuations(this.#directory.tree, entry, scope);
  }

  /** @throws DirectoryError noSuchObject, invalidDNSyntax */
  find(dn: string): PackedEntry {
    return findVisible(this.#directory.tree, this.viewer, dn);
  }

  /** @throws DirectoryError see core/compare.ts */
  compare(question: { readonly dn: string; readonly attribute: string; readonly value: Buffer }, manageDsaIt = false): boolean {
    const { tree, computed } = this.#directory;
    this.#refuseUntilChanged();
    if (!manageDsaIt) refuseReferred(tree, (entry) => this.viewer.sees(entry), question.dn);
    return compare(tree, computed, this.viewer, question);
  }

  /** Does a filter hold for an entry, as far as the asker may search it? */
  holds(filter: Filter, entry: PackedEntry): boolean {
    this.#refuseUntilChanged();
    return this.#holds(filter, entry, this.viewer);
  }

  async add(dn: string, attributes: readonly Attribute[], options: UpdateOptions = {}): Promise<Outcome> {
    return this.commit(await this.addition(dn, attributes, options));
  }

  /** What the asker may only propose does not change: the outcome says under which number it waits (`pending`); all of it, an update is made whole. */
  async modify(dn: string, modifications: readonly Modification[], options: UpdateOptions = {}): Promise<Outcome> {
    return this.commit(await this.modification(dn, modifications, options));
  }

  /** May the asker give this entry a password, and so let somebody in? */
  maySetPassword(entry: PackedEntry): boolean {
    return this.mayWrite(entry, 'userPassword') && !this.viewer.isBelow(entry);
  }

  /** May the asker delete this entry, as far as rights go? */
  mayDelete(entry: PackedEntry): boolean {
    const parent = this.#directory.tree.parentOf(entry);
    return parent !== undefined && this.viewer.mayDeleteBelow(parent) && !this.viewer.mustKeep(entry);
  }

  /** May the asker write an attribute of the entry? */
  mayWrite(entry: PackedEntry, name: string): boolean {
    const description = this.#directory.schema.description(name);
    return description !== undefined && this.viewer.mayWrite(entry, description);
  }

  async delete(dn: string, options: UpdateOptions = {}): Promise<Outcome> {
    return this.commit(this.deletion(dn, options));
  }

  async move(request: MoveRequest, options: UpdateOptions = {}): Promise<Outcome> {
    return this.commit(this.renaming(request, options));
  }

  /** Makes a prepared update. */
  commit(update: Update): Promise<Outcome> {
    return this.#directory.writer.update(update);
  }

  /** An add made ready, to be committed by itself or in a transaction. */
  async addition(dn: string, attributes: readonly Attribute[], options: UpdateOptions = {}): Promise<Update> {
    const { baseDn } = this.#directory;
    this.#refuseUntilChanged();
    const { change, record } = await prepareAdd(this.#directory, this, attributes);
    return this.#prepare((context) => planAdd(context, baseDn, dn, change, record), options);
  }

  /** @param oldIsRight the old password has been checked already */
  async modification(dn: string, modifications: readonly Modification[], options: UpdateOptions = {}, oldIsRight = false): Promise<Update> {
    this.#refuseUntilChanged({ dn, modifications });
    const { change, record } = await prepareModify(this.#directory, this, dn, modifications, oldIsRight);
    return this.#prepare((context) => planModify(context, dn, change, record), { ...options, mayWait: true }, dn);
  }

  deletion(dn: string, options: UpdateOptions = {}): Update {
    this.#refuseUntilChanged();
    return this.#prepare((context) => planDelete(context, dn), options, dn);
  }

  renaming(request: MoveRequest, options: UpdateOptions = {}): Update {
    this.#refuseUntilChanged();
    return this.#prepare((context) => planMove(context, request), options, request.dn);
  }

  /** What people and services sign in with, and how it is changed. */
  get secrets(): Secrets {
    return new Secrets(this.#directory, this);
  }

  /** Changes that wait for somebody's approval, and those that can be taken back. */
  get approvals(): Approvals {
    return new Approvals(this.#directory, this);
  }

  /** What has happened to an entry, as far as the asker may hear of it, the newest first. @throws DirectoryError unavailable */
  history(entry: PackedEntry, question: { readonly limit: number; readonly beforeCsn?: number | undefined }): Promise<History> {
    return readHistory(this.#directory, this, entry, question);
  }

  /** What has happened to entries lately, as far as the asker may hear of it, the newest first. @throws DirectoryError unavailable */
  news(question: NewsQuestion): Promise<readonly News[]> {
    return readNews(this.#directory, this, question);
  }

  /** @internal An update with a plan of its own. @param mayWait what the asker may only propose waits */
  prepared(plan: (context: PlanContext) => Plan, mayWait = false): Update {
    this.refuseLookers();
    return this.#prepare(plan, { mayWait });
  }

  /**
   * @internal For what changes something without being an update.
   * @throws DirectoryError insufficientAccessRights
   */
  refuseLookers(): void {
    this.#refuseUntilChanged();
    this.#refuseLookers();
  }

  /** An entry of a dump, with its operational attributes and its password as it stands. */
  async restoration(dn: string, attributes: readonly Attribute[]): Promise<Update> {
    const { baseDn } = this.#directory;
    const change = await hashPasswords(this.#directory, attributes);
    return this.#prepare((context) => planAdd(context, baseDn, dn, change), restoringOptions);
  }

  /** @see Writer.transaction */
  transaction(
    updates: AsyncIterable<Update>,
    refused: (update: Update, error: DirectoryError) => void,
    made?: (update: Update, outcome: Outcome) => void,
  ): Promise<number> {
    return this.#directory.writer.transaction(updates, refused, made);
  }

  /** The values of an attribute as far as the asker may read them, worked out ones (memberOf, …) too; none otherwise. */
  values(entry: PackedEntry, name: string): readonly Buffer[] {
    return this.#directory.valuesSeenBy(this.viewer, entry, name);
  }

  /** The same as text. */
  texts(entry: PackedEntry, name: string): string[] {
    return this.values(entry, name).map(String);
  }

  /** Everything of an entry that the asker may read; what is worked out comes last. */
  readable(entry: PackedEntry): Attribute[] {
    const { schema, computed } = this.#directory;
    const may = (name: string): boolean => {
      const description = schema.description(name);
      return description !== undefined && this.viewer.mayRead(entry, description);
    };
    const workedOut = [...computed.values()].flatMap(({ description: { name }, appliesTo, values }) =>
      appliesTo(entry.layout) && may(name) ? { description: name, values: values(entry) } : [],
    );
    return [...entry.attributes().filter(({ description }) => may(description)), ...workedOut.filter(({ values }) => values.length > 0)];
  }

  mayRead(entry: PackedEntry, description: AttributeDescription): boolean {
    return this.viewer.mayRead(entry, description);
  }

  get author(): Author {
    return this.#directory.author(this.identity, this.origin);
  }

  /**
   * @param dn of the entry that is there before; what an assertion says of it comes before all but its absence
   * @returns an update whose plan throws also assertionFailed, and noOperation, which stands for success
   */
  #prepare(
    plan: (context: PlanContext) => Plan,
    { restoring = false, mayWait = false, manageDsaIt = false, assertion, noOperation = false }: PlanOptions,
    dn?: string,
  ): Update {
    this.#refuseLookers();
    return {
      author: this.author,
      plan: (staging, stamp) => {
        const { viewer } = this;
        const there = dn === undefined ? undefined : staging.find(this.#directory.schema.normalizeDn(dn));
        if (there !== undefined && viewer.sees(there)) this.#refuseUnless(assertion, there, viewer);
        const planned = plan({ staging, viewer, actor: this.dn, stamp, restoring, manageDsaIt, mayWait });
        if (dn === undefined) this.#refuseUnless(assertion, planned[0].after, viewer);
        if (noOperation && planned[0].waits) throw new DirectoryError('unwillingToPerform', 'it would wait for approval');
        if (noOperation) throw new DirectoryError('noOperation', 'it would have been done');
        return planned;
      },
    };
  }

  #refuseLookers(): void {
    if (this.identity.kind === 'somebody') throw new DirectoryError('insufficientAccessRights', 'who only looks changes nothing');
    if (this.identity.kind === 'entry' && this.identity.app !== undefined)
      throw new DirectoryError('insufficientAccessRights', 'an app password lets in and changes nothing; bind with the main password');
  }

  #refuseUnless(assertion: Filter | undefined, entry: PackedEntry | undefined, viewer: Viewer): void {
    if (assertion === undefined || (entry !== undefined && this.#holds(assertion, entry, viewer))) return;
    throw new DirectoryError('assertionFailed', 'the assertion does not hold for the entry');
  }

  #holds(filter: Filter, entry: PackedEntry, viewer: Viewer): boolean {
    const { tree, computed } = this.#directory;
    const test = compileFilter(filter, { tree, computed, maySearch: (each, description) => viewer.maySearch(each, description) });
    return test.evaluate(entry) === true;
  }

  #isReset(entry: PackedEntry | undefined): boolean {
    const { policies } = this.#directory;
    return entry !== undefined && mustChangeNow(policies.of(entry), policies.stateOf(entry));
  }

  /**
   * Whoever has to change their password may do nothing else (draft-behera-ldap-password-policy-10 §8.1.2.2, §8.3).
   * @throws DirectoryError insufficientAccessRights
   */
  #refuseUntilChanged(asked?: { readonly dn: string; readonly modifications: readonly Modification[] }): void {
    const { entry } = this.viewer;
    if (!this.#mustChange || entry === undefined) return;
    const { schema } = this.#directory;
    const isPassword = ({ attribute }: Modification) => schema.covered(attribute.description)?.type.name === 'userPassword';
    if (asked !== undefined && schema.normalizeDn(asked.dn) === entry.key && asked.modifications.every(isPassword)) return;
    throw new DirectoryError('insufficientAccessRights', 'somebody else has set this password; change it before anything else', {
      passwordPolicy: 'changeAfterReset',
    });
  }
}
