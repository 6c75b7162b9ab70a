import { DirectoryError } from '../model/errors.ts';
import { type AppPassword, makeAppPassword, mostAppPasswords, readAppPassword } from './app-passwords.ts';
import type { BoundDirectory } from './bound-directory.ts';
import type { Directory } from './directory.ts';
import { planModify } from './modify.ts';
import type { PackedEntry } from './packed-entry.ts';
import { planNotes, samePassword } from './password-record.ts';
import type { PlanContext } from './plan.ts';
import { type FactorChange, planFactorNote } from './second-factors.ts';
import type { Outcome } from './writer.ts';

/** What people and services sign in with, changed by one asker. */
export class Secrets {
  readonly #directory: Directory;
  readonly #as: BoundDirectory;

  /** @internal for BoundDirectory */
  constructor(directory: Directory, as: BoundDirectory) {
    this.#directory = directory;
    this.#as = as;
  }

  /**
   * Replaces an entry's password, by the rules of its policy.
   * @param password in clear, whatever it looks like
   * @param oldIsRight the old one has been checked
   * @throws DirectoryError insufficientAccessRights, constraintViolation, busy
   */
  async setPassword(entry: PackedEntry, password: Buffer, oldIsRight: boolean): Promise<Outcome> {
    // a scheme before it, so that nothing that is typed is taken for a hash
    const value = Buffer.concat([Buffer.from('{CLEARTEXT}'), password]);
    const replace = { operation: 'replace' as const, attribute: { description: 'userPassword', values: [value] } };
    return this.#as.commit(await this.#as.modification(entry.dn, [replace], {}, oldIsRight));
  }

  /** Puts a stored password into another form; for the policy it stays as old as it is. */
  async restorePassword(entry: PackedEntry, stored: Buffer, hash: Buffer): Promise<Outcome> {
    const attribute = (values: readonly Buffer[]) => ({ description: 'userPassword', values });
    const modifications = [
      { operation: 'delete' as const, attribute: attribute([stored]) },
      { operation: 'add' as const, attribute: attribute([hash]) },
    ];
    return this.#as.commit(this.#as.prepared((context) => planModify(context, entry.dn, modifications, samePassword)));
  }

  /**
   * Notes something about an entry's password that the server alone sets.
   * @param notes sees the entry as it is by then, and answers attributes with their new values; what it throws is thrown
   */
  async notePassword(uuid: string, notes: (entry: PackedEntry) => Readonly<Record<string, readonly string[]>>): Promise<Outcome> {
    const plan = (context: PlanContext) => {
      const entry = context.staging.byUuid(uuid);
      if (entry === undefined) throw new DirectoryError('noSuchObject', 'there is no such entry');
      return planNotes(context, entry, notes(entry));
    };
    return this.#as.commit(this.#as.prepared(plan));
  }

  /**
   * Makes an app password for a person: for oneself, or whoever may set their password.
   * @param service entryUUID of the only service that it opens
   * @returns its id and the password, which nobody can learn again
   * @throws DirectoryError insufficientAccessRights, constraintViolation, adminLimitExceeded, noSuchObject
   */
  async addAppPassword(
    uuid: string,
    made: Pick<AppPassword, 'name' | 'service'>,
  ): Promise<{ readonly id: string; readonly password: string }> {
    const { id, password, value } = makeAppPassword(made, new Date(this.#directory.clock()));
    await this.#changeAppPasswords(uuid, (values) => {
      if (values.length >= mostAppPasswords)
        throw new DirectoryError(
          'adminLimitExceeded',
          `there are ${mostAppPasswords} app passwords already; revoke those that are not used`,
        );
      return [...values, value];
    });
    return { id, password };
  }

  /** Takes an app password back. @throws DirectoryError insufficientAccessRights, noSuchObject, noSuchAttribute */
  async revokeAppPassword(uuid: string, id: string): Promise<void> {
    await this.#changeAppPasswords(uuid, (values) => {
      const left = values.filter((value) => readAppPassword(value)?.id !== id);
      if (left.length === values.length) throw new DirectoryError('noSuchAttribute', `there is no app password ${id}`);
      return left;
    });
  }

  /**
   * Notes in the log what has become of somebody's second factors, which the web site keeps: of one's own, or by whoever may set their
   * password.
   * @throws DirectoryError insufficientAccessRights, noSuchObject
   */
  async noteFactors(uuid: string, change: FactorChange): Promise<Outcome> {
    const plan = ({ staging }: PlanContext) => {
      const entry = staging.byUuid(uuid);
      if (entry === undefined) throw new DirectoryError('noSuchObject', 'there is no such entry');
      if (this.#as.viewer.entry?.uuid !== uuid && !this.#as.maySetPassword(entry))
        throw new DirectoryError('insufficientAccessRights', 'these second factors are not yours');
      return planFactorNote(entry, change);
    };
    return this.#as.commit(this.#as.prepared(plan));
  }

  #changeAppPasswords(uuid: string, change: (values: readonly string[]) => readonly string[]): Promise<Outcome> {
    return this.notePassword(uuid, (entry) => {
      if (!this.#as.maySetPassword(entry)) throw new DirectoryError('insufficientAccessRights', 'these app passwords are not yours');
      return { mosAppPassword: change(this.#directory.valuesOf(entry, 'mosAppPassword').map(String)) };
    });
  }
}
