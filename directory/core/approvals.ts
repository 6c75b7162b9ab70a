import type { ModifyChange } from '../model/change.ts';
import type { Modification } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { BoundDirectory, UpdateOptions } from './bound-directory.ts';
import type { Directory } from './directory.ts';
import { planModify } from './modify.ts';
import { reversalOf } from './modify-outcome.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Plan, PlanContext } from './plan.ts';
import { askedChange, type Conflict, conflictsOf, longestReason, mayMake, partsOf } from './proposals.ts';
import type { NewDecision, Revision } from './store.ts';
import { readableOf } from './visibility-changes.ts';
import type { Desk, Outcome } from './writer.ts';

/** A change that waits, as somebody sees it who may. */
export interface Proposal {
  readonly revision: Revision;
  readonly change: ModifyChange;
  /** The entry as it is now */
  readonly entry: PackedEntry;
  /** What is not any more as it was when the change was asked for: it can't be approved */
  readonly conflicts: readonly Conflict[];
  /** The asker of this list has asked for the change and may withdraw it */
  readonly isOwn: boolean;
  readonly mayDecide: boolean;
}

/** What became of a form. */
export interface Submission {
  /** undefined when nothing could be changed at once */
  readonly applied: Outcome | undefined;
  /** Numbers of what waits for approval */
  readonly pending: readonly number[];
}

/** Changes that wait for approval, and changes that are taken back, with the rights of one asker. */
export class Approvals {
  readonly #directory: Directory;
  readonly #as: BoundDirectory;

  constructor(directory: Directory, as: BoundDirectory) {
    this.#directory = directory;
    this.#as = as;
  }

  /**
   * Changes what the asker may write at once, and lets wait what they may only propose; together or not at all.
   * Things that have nothing to do with each other wait one by one.
   * @throws DirectoryError as modify does; adminLimitExceeded when too much waits
   */
  async submit(dn: string, modifications: readonly Modification[], options: UpdateOptions = {}): Promise<Submission> {
    const { writer, schema } = this.#directory;
    const entry = this.#as.find(dn);
    const isFree = ({ attribute }: Modification) => {
      const type = schema.covered(attribute.description)?.type;
      const description = type && schema.description(type.name);
      return description === undefined || this.#as.viewer.mayWrite(entry, description);
    };
    const parts = partsOf(
      schema,
      modifications.filter((each) => !isFree(each)),
    );
    const free = modifications.filter(isFree);
    // an assertion is about the entry before the change, so what changes it comes last
    const waiting = await Promise.all(parts.map((part) => this.#as.modification(dn, part, options)));
    const now = free.length === 0 ? undefined : await this.#as.modification(dn, free, options);
    return writer.alone(async (desk) => {
      const pending: number[] = [];
      for (const update of waiting) pending.push((await desk.make(update)).csn);
      return { pending, applied: now && (await desk.make(now)) };
    });
  }

  /** What waits and may be decided by the asker, the oldest first. @throws DirectoryError unavailable */
  async queue(): Promise<Proposal[]> {
    return this.#seen(await this.#directory.store.revisions({ waiting: true })).filter(({ mayDecide }) => mayDecide);
  }

  /** What waits for an entry and the asker may know of: their own, what is about themselves, and what they may decide. */
  async of(entry: PackedEntry): Promise<Proposal[]> {
    return this.#seen(await this.#directory.store.revisions({ waiting: true, entryUuid: entry.uuid }));
  }

  /**
   * Makes a change that waits, in the asker's name.
   * @throws DirectoryError noSuchObject when nothing waits under that number, insufficientAccessRights, assertionFailed when what it is about has
   * changed meanwhile, and whatever a modify throws
   */
  async approve(csn: number): Promise<Outcome> {
    return this.#decide(csn, async (desk, revision) => {
      const update = this.#as.prepared((context) => this.#planApproval(context, revision));
      const outcome = await desk.make(update);
      await desk.decide(this.#decision(revision, 'approved', '', outcome.csn));
      return outcome;
    });
  }

  /** @param reason what its author is told @throws DirectoryError noSuchObject, insufficientAccessRights, constraintViolation without a reason */
  async refuse(csn: number, reason: string): Promise<void> {
    const said = reason.trim();
    if (said === '' || said.length > longestReason)
      throw new DirectoryError('constraintViolation', `a refusal needs a reason of at most ${longestReason} characters`);
    await this.#decide(csn, (desk, revision) => desk.decide(this.#decision(revision, 'refused', said)));
  }

  /** Takes back what the asker has asked for. @throws DirectoryError noSuchObject */
  async withdraw(csn: number): Promise<void> {
    this.#as.refuseLookers();
    await this.#directory.writer.alone(async (desk) => {
      const [revision] = await desk.revisions({ csn, waiting: true });
      if (revision === undefined || !this.#isOwn(revision)) throw nothingWaits(csn);
      await desk.decide(this.#decision(revision, 'withdrawn', ''));
    });
  }

  /**
   * Puts back what a change has changed, as a change of its own: it may have to wait for approval too.
   * @throws DirectoryError noSuchObject, unwillingToPerform for what can't be taken back, assertionFailed when the values have changed since
   */
  async revert(csn: number): Promise<Outcome> {
    const [revision] = await this.#directory.store.revisions({ csn });
    const entry = revision && this.#directory.tree.byUuid(revision.entryUuid);
    if (revision === undefined || entry === undefined || !this.#as.viewer.sees(entry))
      throw new DirectoryError('noSuchObject', `there is no change ${csn}`);
    const modifications = this.reversal(revision);
    if (modifications.length === 0)
      throw new DirectoryError(
        'unwillingToPerform',
        'only changes of attributes can be taken back, and none of secrets or of what was hidden',
      );
    return this.#as.commit(
      this.#as.prepared((context) => {
        const present = context.staging.byUuid(revision.entryUuid);
        if (present === undefined) throw new DirectoryError('noSuchObject', 'the entry is gone');
        return asConflict(() => planModify(context, present.dn, modifications));
      }, true),
    );
  }

  /** @internal What would take a revision back; empty when nothing can, and for who may not read what would come back. */
  reversal(revision: Revision): Modification[] {
    const { schema, tree, access, parseChange } = this.#directory;
    if (revision.state !== 'applied' || revision.operation !== 'modify' || revision.cause !== 'request') return [];
    const modifications = reversalOf(schema, revision.before, askedChange({ parseChange }, revision));
    const types = modifications.map(({ attribute }) => schema.covered(attribute.description)?.type);
    if (types.some((type) => type === undefined || access.isSecret(type) || type.noUserModification)) return [];
    const entry = tree.byUuid(revision.entryUuid);
    const mayReadAll = modifications.every(({ operation, attribute }) => {
      const description = schema.description(attribute.description);
      if (operation !== 'add' || entry === undefined || description === undefined) return true;
      return readableOf(this.#as.viewer, entry, description, revision).removed;
    });
    return mayReadAll ? modifications : [];
  }

  #seen(revisions: readonly Revision[]): Proposal[] {
    const { tree, schema } = this.#directory;
    const { viewer } = this.#as;
    return revisions.flatMap((revision): Proposal[] => {
      const entry = tree.byUuid(revision.entryUuid);
      if (entry === undefined || !viewer.sees(entry)) return [];
      const change = askedChange(this.#directory, revision);
      const isOwn = this.#isOwn(revision);
      const mayDecide = !isOwn && mayMake(viewer, schema, entry, change);
      if (!isOwn && !mayDecide && viewer.entry?.uuid !== entry.uuid) return [];
      return [{ revision, change, entry, conflicts: this.#conflicts(revision, change, entry), isOwn, mayDecide }];
    });
  }

  /** @throws DirectoryError noSuchObject for whoever may not know of it either, insufficientAccessRights */
  #decide<T>(csn: number, decide: (desk: Desk, revision: Revision) => Promise<T>): Promise<T> {
    this.#as.refuseLookers();
    return this.#directory.writer.alone(async (desk) => {
      const [found] = this.#seen(await desk.revisions({ csn, waiting: true }));
      if (found === undefined) throw nothingWaits(csn);
      if (found.isOwn) throw new DirectoryError('insufficientAccessRights', 'nobody decides what they have asked for themselves');
      if (!found.mayDecide) throw new DirectoryError('insufficientAccessRights', 'who may not make this change may not decide it either');
      return decide(desk, found.revision);
    });
  }

  #planApproval(context: PlanContext, revision: Revision): Plan {
    const entry = context.staging.byUuid(revision.entryUuid);
    if (entry === undefined) throw nothingWaits(revision.csn);
    const change = askedChange(this.#directory, revision);
    const conflicts = this.#conflicts(revision, change, entry);
    if (conflicts.length > 0)
      throw new DirectoryError('assertionFailed', conflicts.map((each) => this.#said(revision, each, entry)).join('; '));
    return asConflict(() => planModify(context, entry.dn, change.modifications));
  }

  #conflicts(revision: Revision, change: ModifyChange, entry: PackedEntry): Conflict[] {
    const { tree, access } = this.#directory;
    return conflictsOf({ tree, isSecret: (type) => access.isSecret(type) }, revision.before, change, entry);
  }

  /** Both states, as far as the asker may read them. */
  #said(revision: Revision, { attribute, was, now }: Conflict, entry: PackedEntry): string {
    const description = this.#directory.schema.description(attribute);
    if (description === undefined || !readableOf(this.#as.viewer, entry, description, revision).removed)
      return `${attribute} has changed since this was asked for`;
    const said = (values: readonly Buffer[]) =>
      values.length === 0 ? 'nothing' : values.map((value) => `"${value.toString()}"`).join(', ');
    return `${attribute} was ${said(was)} when this was asked for, and is ${said(now)} now`;
  }

  #isOwn({ actorUuid }: Revision): boolean {
    return actorUuid !== null && actorUuid === this.#as.viewer.entry?.uuid;
  }

  #decision({ csn }: Revision, state: NewDecision['state'], reason: string, appliedCsn: number | null = null): NewDecision {
    const { dn, uuid } = this.#as.author;
    return { csn, state, at: new Date(this.#directory.clock()), actor: dn, actorUuid: uuid, reason, appliedCsn };
  }
}

function nothingWaits(csn: number): DirectoryError {
  return new DirectoryError('noSuchObject', `no change waits under the number ${csn}; perhaps somebody has decided it already`);
}

/** What is not there any more, or there already, was changed by somebody since. */
function asConflict(plan: () => Plan): Plan {
  try {
    return plan();
  } catch (error) {
    if (error instanceof DirectoryError && (error.kind === 'noSuchAttribute' || error.kind === 'attributeOrValueExists'))
      throw new DirectoryError('assertionFailed', `somebody has changed this since: ${error.message}`);
    throw error;
  }
}
