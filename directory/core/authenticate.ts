import { setTimeout as sleep } from 'node:timers/promises';
import { escapeDnText } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import type { Identity } from './access.ts';
import type { BoundDirectory } from './bound-directory.ts';
import type { Directory } from './directory.ts';
import type { Guessing } from './guessing.ts';
import { mayLogIn } from './login.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { BindCache, Passwords } from './password.ts';

export interface Credentials {
  readonly dn: string;
  readonly password: Buffer;
  /** IP address of the client, for slowing down who guesses */
  readonly address: string;
}

export interface AuthenticatorOptions {
  readonly directory: Directory;
  readonly passwords: Passwords;
  readonly guessing: Guessing;
  readonly cache: BindCache;
  /** What the root DN's password is checked against: a hash in {SCHEME} notation */
  readonly rootPassword: Buffer;
  /** Where users stand who log in with a bare name */
  readonly peopleDn: string;
  /** Is told of what went wrong beside the answer. */
  readonly warn: (text: string, error: unknown) => void;
}

/** More values of userPassword than this are not tried: each costs a hash. */
const mostPasswords = 4;

/** Attempts on one account from one address that may wait for each other. */
const mostWaiting = 256;

/** Says who somebody is, for every door alike. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #lines = new Map<string, { last: Promise<void>; waiting: number }>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** DN of whoever has this user name. */
  dnOfUser(name: string): string {
    return `uid=${escapeDnText(name)},${this.#options.peopleDn}`;
  }

  /**
   * Checks a password. The same answer and the same time for a wrong password, an unknown name and somebody who may not log in.
   * @throws DirectoryError invalidCredentials, invalidDNSyntax, busy
   */
  async authenticate({ dn, password, address }: Credentials): Promise<Identity> {
    const key = this.#options.directory.schema.normalizeDn(dn);
    return this.#remembered(key, password) ?? this.#inTurn(key, address, () => this.#check(key, password, address));
  }

  async #check(key: string, password: Buffer, address: string): Promise<Identity> {
    const { directory, guessing } = this.#options;
    const remembered = this.#remembered(key, password);
    if (remembered !== undefined) return remembered;
    const { allowed, delayMs } = guessing.check(key, address);
    if (delayMs > 0) await sleep(delayMs);
    if (!allowed) throw new DirectoryError('invalidCredentials');
    const identity = key === directory.rootKey ? await this.#root(password) : await this.#entry(key, password);
    if (identity === undefined) {
      guessing.failed(key, address);
      throw new DirectoryError('invalidCredentials');
    }
    guessing.succeeded(key, address);
    return identity;
  }

  /** Who it is, when this very password was right a short while ago and nothing has changed since. */
  #remembered(key: string, password: Buffer): Identity | undefined {
    const { directory, cache, rootPassword } = this.#options;
    if (key === directory.rootKey)
      return cache.knows('root', rootPassword.toString(), password) ? { kind: 'root', dn: directory.rootDn } : undefined;
    const entry = directory.tree.find(key);
    if (entry === undefined || !mayLogIn(directory.tree, entry)) return undefined;
    const known = passwordsOf(directory, entry).some((stored) => cache.knows(entry.uuid, stored.toString(), password));
    return known ? { kind: 'entry', uuid: entry.uuid } : undefined;
  }

  /**
   * Attempts on one account from one address are checked one after the other: a failure counts before the next is looked at,
   * so sending many at once brings no more guesses.
   * @throws DirectoryError busy when too many wait
   */
  async #inTurn<T>(key: string, address: string, attempt: () => Promise<T>): Promise<T> {
    const pair = `${address} ${key}`;
    const line = this.#lines.get(pair) ?? { last: Promise.resolve(), waiting: 0 };
    if (line.waiting >= mostWaiting) throw new DirectoryError('busy', 'too many attempts at once');
    line.waiting++;
    this.#lines.set(pair, line);
    const turn = line.last.then(attempt);
    line.last = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      if (--line.waiting === 0) this.#lines.delete(pair);
    }
  }

  /**
   * Gives an entry a new password. With the old one, whoever knows it may; without, who may write userPassword.
   * @throws DirectoryError insufficientAccessRights, unwillingToPerform (the old password is wrong), busy
   */
  async changePassword(
    asker: BoundDirectory,
    entry: PackedEntry,
    { old, password, address }: { readonly old: Buffer | undefined; readonly password: Buffer; readonly address: string },
  ): Promise<void> {
    const { directory, guessing, passwords } = this.#options;
    if (old !== undefined) {
      await this.#inTurn(entry.key, address, async () => {
        const { allowed, delayMs } = guessing.check(entry.key, address);
        if (delayMs > 0) await sleep(delayMs);
        const right = allowed && (await this.#match(entry, old)) !== undefined;
        if (right) guessing.succeeded(entry.key, address);
        else if (allowed) guessing.failed(entry.key, address);
        if (!right) throw new DirectoryError('unwillingToPerform', 'the old password is not right');
      });
    }
    const type = directory.schema.description('userPassword');
    if (type === undefined || !asker.viewer.mayWrite(entry, type))
      throw new DirectoryError('insufficientAccessRights', 'setting this password is not allowed');
    const hash = Buffer.from(await passwords.hash(password));
    await asker.modify(entry.dn, [{ operation: 'replace', attribute: { description: 'userPassword', values: [hash] } }]);
  }

  async #root(password: Buffer): Promise<Identity | undefined> {
    const { directory, passwords, cache, rootPassword } = this.#options;
    if (!(await passwords.verify(rootPassword, password)).ok) return undefined;
    cache.remember('root', rootPassword.toString(), password);
    return { kind: 'root', dn: directory.rootDn };
  }

  async #entry(key: string, password: Buffer): Promise<Identity | undefined> {
    const { directory, passwords } = this.#options;
    const entry = directory.tree.find(key);
    if (entry === undefined) {
      await passwords.pretend(password);
      return undefined;
    }
    const match = await this.#match(entry, password);
    // it may have changed while the hash was worked out
    const now = directory.tree.byUuid(entry.uuid);
    if (
      match === undefined ||
      now === undefined ||
      !mayLogIn(directory.tree, now) ||
      !passwordsOf(directory, now).some((each) => each.equals(match.stored))
    ) {
      return undefined;
    }
    if (match.rehash) void this.#rehash(entry, match.stored, password);
    return { kind: 'entry', uuid: entry.uuid };
  }

  /** The stored value that the password fits. */
  async #match(entry: PackedEntry, password: Buffer): Promise<{ readonly stored: Buffer; readonly rehash: boolean } | undefined> {
    const { directory, passwords, cache } = this.#options;
    const values = passwordsOf(directory, entry).slice(0, mostPasswords);
    for (const stored of values) {
      const { ok, rehash } = await passwords.verify(stored, password);
      if (!ok) continue;
      cache.remember(entry.uuid, stored.toString(), password);
      return { stored, rehash };
    }
    // old hashes are checked faster than new ones; a failure takes as long as for a name that does not exist
    if (!values.some((value) => passwords.isCurrent(value))) await passwords.pretend(password);
    return undefined;
  }

  /** Puts an imported hash into today's form, now that the password is known. */
  async #rehash(entry: PackedEntry, stored: Buffer, password: Buffer): Promise<void> {
    const { directory, passwords, warn } = this.#options;
    try {
      const hash = Buffer.from(await passwords.hash(password));
      const attribute = (values: readonly Buffer[]) => ({ description: 'userPassword', values });
      await directory.asRoot('rehash').modify(entry.dn, [
        { operation: 'delete', attribute: attribute([stored]) },
        { operation: 'add', attribute: attribute([hash]) },
      ]);
    } catch (error) {
      warn('an imported password hash could not be renewed', error);
    }
  }
}

function passwordsOf(directory: Directory, entry: PackedEntry): Buffer[] {
  const type = directory.schema.attributeType('userPassword');
  return type === undefined ? [] : entry.valuesOfType(type);
}
