import { randomInt } from 'node:crypto';
import { escapeDnText } from '../model/dn.ts';
import type { Attribute } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { BoundDirectory } from './bound-directory.ts';
import type { Directory } from './directory.ts';
import type { PackedEntry } from './packed-entry.ts';

/** An account of a program, as whoever asks may see it. */
export interface ServiceAccount {
  readonly uuid: string;
  readonly name: string;
  readonly description: string;
  /** Rows of mosGrant: what it may */
  readonly grants: readonly string[];
  /** Two passwords work, until the change is ended */
  readonly isChanging: boolean;
}

const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 32 letters and digits, 185 bits, none of which any configuration file would have to escape. */
function madeUpPassword(): string {
  return Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');
}

/** Accounts of programs, below ou=services, with the rights of one asker. */
export class ServiceAccounts {
  readonly #directory: Directory;
  readonly #as: BoundDirectory;

  constructor(directory: Directory, as: BoundDirectory) {
    this.#directory = directory;
    this.#as = as;
  }

  /** By name. */
  list(): readonly ServiceAccount[] {
    const { tree, servicesKey } = this.#directory;
    const parent = tree.find(servicesKey);
    const accounts: ServiceAccount[] = [];
    for (const slot of parent === undefined ? [] : tree.childrenOf(parent)) {
      const entry = tree.at(slot);
      if (entry === undefined || !this.#as.viewer.sees(entry)) continue;
      const texts = (name: string) => this.#as.texts(entry, name);
      const isChanging = this.#directory.valuesOf(entry, 'userPassword').length > 1;
      accounts.push({
        uuid: entry.uuid,
        name: texts('cn')[0] ?? '',
        description: texts('description').join(' '),
        grants: texts('mosGrant'),
        isChanging,
      });
    }
    return accounts.sort((one, other) => one.name.localeCompare(other.name));
  }

  /** @returns its password, which nobody can learn again @throws DirectoryError entryAlreadyExists, insufficientAccessRights, … */
  async add(name: string, description: string, grants: readonly string[]): Promise<string> {
    const password = madeUpPassword();
    await this.#as.add(this.dnOf(name), [
      attribute('objectClass', 'applicationProcess', 'simpleSecurityObject', 'mosService'),
      attribute('cn', name),
      ...(description === '' ? [] : [attribute('description', description)]),
      attribute('userPassword', `{CLEARTEXT}${password}`),
      ...(grants.length > 0 ? [attribute('mosGrant', ...grants)] : []),
    ]);
    return password;
  }

  async grant(name: string, grants: readonly string[]): Promise<void> {
    await this.#as.modify(this.find(name).dn, [{ operation: 'replace', attribute: attribute('mosGrant', ...grants) }]);
  }

  /**
   * Begins a change of the password: both work until `finish`, so that every copy of the old one can be replaced first.
   * @returns the new one @throws DirectoryError unwillingToPerform while a change is under way
   */
  async rotate(name: string): Promise<string> {
    const entry = this.find(name);
    const stored = this.#directory.valuesOf(entry, 'userPassword');
    if (stored.length > 1)
      throw new DirectoryError('unwillingToPerform', `${entry.dn} has ${stored.length} passwords already; end that change first`);
    const password = madeUpPassword();
    await this.#as.modify(entry.dn, [{ operation: 'add', attribute: attribute('userPassword', `{CLEARTEXT}${password}`) }]);
    return password;
  }

  /** Ends a change: the new password works alone. @throws DirectoryError unwillingToPerform when none is under way */
  async finish(name: string): Promise<void> {
    const entry = this.find(name);
    // the newest comes last: values keep the order in which they came
    const old = this.#directory.valuesOf(entry, 'userPassword').slice(0, -1);
    if (old.length === 0) throw new DirectoryError('unwillingToPerform', `${entry.dn} has one password; begin a change first`);
    await this.#as.modify(entry.dn, [{ operation: 'delete', attribute: { description: 'userPassword', values: old } }]);
  }

  async remove(name: string): Promise<void> {
    await this.#as.delete(this.find(name).dn);
  }

  dnOf(name: string): string {
    return `cn=${escapeDnText(name)},ou=services,${this.#directory.baseDn}`;
  }

  /** @throws DirectoryError noSuchObject */
  find(name: string): PackedEntry {
    return this.#as.find(this.dnOf(name));
  }
}

function attribute(description: string, ...values: readonly string[]): Attribute {
  return { description, values: values.map((value) => Buffer.from(value)) };
}
