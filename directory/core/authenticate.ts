import { escapeDnText } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import type { PasswordPolicyError, PasswordPolicyResponse } from '../model/password-policy.ts';
import type { Identity } from './access.ts';
import { type AppPassword, findAppPassword } from './app-passwords.ts';
import type { BoundDirectory } from './bound-directory.ts';
import type { Directory } from './directory.ts';
import { LockOut } from './lock-out.ts';
import { mayLogIn } from './login.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { BindCache } from './password.ts';
import { mostPasswords, onlyAppPasswords } from './password-change.ts';
import { generalizedTime, isLocked, judgeAge, noticeFor, type PasswordPolicy } from './password-policy.ts';
import { rehashReason } from './password-record.ts';
import { viewedName } from './service-views.ts';

export interface Credentials {
  readonly dn: string;
  /** What was typed, as a DN, where that is not the same: waits and locks go by it, so that they do not tell whom it means */
  readonly typed?: string;
  readonly password: Buffer;
  /** IP address of the client, for slowing down who guesses */
  readonly address: string;
  /** `directory`: a bind, where app passwords count; `site`: the web site, where only the main password does */
  readonly door: 'directory' | 'site';
  /** entryUUID of the service that asks, when it is known */
  readonly service?: string | undefined;
}

export interface AuthenticatorOptions {
  readonly directory: Directory;
  readonly cache: BindCache;
  /** What the root DN's password is checked against: a hash in {SCHEME} notation */
  readonly rootPassword: Buffer;
  /** Where users stand who log in with a bare name */
  readonly peopleDn: string;
  /** Is told of what went wrong beside the answer. */
  readonly warn: (text: string, error: unknown) => void;
}

/** Milliseconds between two notes that an app password is used. */
const noteEvery = 60_000;
const mostNoted = 100_000;

/** Says who somebody is, for every door alike. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #lockOut = new LockOut();
  /** When the use of an app password was last written down, milliseconds */
  readonly #uses = new Map<string, number>();

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
  async authenticate(credentials: Credentials): Promise<Identity> {
    const { password, address } = credentials;
    const { directory } = this.#options;
    const view = viewedName(directory, credentials.dn);
    const key = directory.schema.normalizeDn(view?.dn ?? credentials.dn);
    const asked = { ...credentials, service: view?.service.uuid ?? credentials.service };
    const remembered = () => this.#remembered(key, asked);
    let passwordPolicy: PasswordPolicyError | undefined;
    const match = async (): Promise<Identity | undefined> => {
      if (key === directory.rootKey) return this.#root(password);
      const found = await this.#entry(key, asked);
      if (typeof found === 'object') return found;
      passwordPolicy = found;
      return undefined;
    };
    const name = credentials.typed === undefined ? key : directory.schema.normalizeDn(credentials.typed);
    const pretend = () => directory.passwords.pretend(password);
    const guess = { name, account: key, address };
    const identity = remembered() ?? (await directory.attempts.try(guess, { match, pretend, known: remembered }));
    if (identity !== undefined) return identity;
    throw new DirectoryError('invalidCredentials', '', passwordPolicy && { passwordPolicy });
  }

  /** Is no password looked at for now, because too many were wrong? It says nothing of whether there is such an account, and whose it is. */
  isLocked({ dn, typed = dn, address }: Pick<Credentials, 'dn' | 'typed' | 'address'>): boolean {
    const { schema, attempts } = this.#options.directory;
    return attempts.isLocked({ name: schema.normalizeDn(typed), account: schema.normalizeDn(dn), address });
  }

  /** May somebody be let in who has shown otherwise than by password who they are? */
  isLetIn(entry: PackedEntry): boolean {
    const { tree, policies, clock } = this.#options.directory;
    return mayLogIn(tree, entry) && !this.#isLockedOut(entry, policies.of(entry), clock());
  }

  /** What the password policy has to tell somebody who has just logged in. */
  notice(identity: Identity): PasswordPolicyResponse {
    const { tree, policies, clock } = this.#options.directory;
    const entry = identity.kind === 'entry' ? tree.byUuid(identity.uuid) : undefined;
    return entry === undefined ? {} : noticeFor(policies.of(entry), policies.stateOf(entry), clock());
  }

  /** Who it is, when this very password was right a short while ago and nothing has changed since. */
  #remembered(key: string, { password, door, service }: Credentials): Identity | undefined {
    const { directory, cache, rootPassword } = this.#options;
    if (key === directory.rootKey)
      return cache.knows('root', rootPassword.toString(), password) ? { kind: 'root', dn: directory.rootDn } : undefined;
    const entry = directory.tree.find(key);
    if (entry === undefined || !mayLogIn(directory.tree, entry)) return undefined;
    const { policies, clock } = directory;
    const policy = policies.of(entry);
    if (this.#isLockedOut(entry, policy, clock())) return undefined;
    const app = door === 'directory' ? findAppPassword(directory.valuesOf(entry, 'mosAppPassword'), password, service) : undefined;
    if (app !== undefined) {
      this.#noteUse(entry, app);
      return { kind: 'entry', uuid: entry.uuid, app: app.id };
    }
    if (door === 'directory' && onlyAppPasswords(directory, entry)) return undefined;
    const known = directory.valuesOf(entry, 'userPassword').some((stored) => cache.knows(entry.uuid, stored.toString(), password));
    if (!known || judgeAge(policy, policies.stateOf(entry), clock()) !== 'valid') return undefined;
    this.#lockOut.forget(entry.uuid, policy);
    return { kind: 'entry', uuid: entry.uuid };
  }

  /**
   * Gives an entry a new password. With the old one, whoever knows it may; without, who may write userPassword.
   * @returns the entry as this password has left it
   * @throws DirectoryError insufficientAccessRights, unwillingToPerform (the old password is wrong), constraintViolation (the policy's), busy
   */
  async changePassword(
    asker: BoundDirectory,
    entry: PackedEntry,
    { old, password, address }: { readonly old: Buffer | undefined; readonly password: Buffer; readonly address: string },
  ): Promise<PackedEntry | undefined> {
    const { directory } = this.#options;
    if (old !== undefined) {
      const right = await directory.attempts.try(
        { name: entry.key, address },
        { match: () => this.#match(entry, old), pretend: () => directory.passwords.pretend(old) },
      );
      if (right === undefined) throw new DirectoryError('unwillingToPerform', 'the old password is not right');
    }
    if (!asker.mayWrite(entry, 'userPassword'))
      throw new DirectoryError('insufficientAccessRights', 'setting this password is not allowed');
    return (await asker.secrets.setPassword(entry, password, old !== undefined)).after;
  }

  async #root(password: Buffer): Promise<Identity | undefined> {
    const { directory, cache, rootPassword } = this.#options;
    if (!(await directory.passwords.verify(rootPassword, password)).ok) return undefined;
    cache.remember('root', rootPassword.toString(), password);
    return { kind: 'root', dn: directory.rootDn };
  }

  /** @returns what the policy has against it, where that may be told; undefined for a wrong password and the like */
  async #entry(key: string, { password, door }: Credentials): Promise<Identity | PasswordPolicyError | undefined> {
    const { directory } = this.#options;
    const { tree, policies, passwords, clock } = directory;
    const entry = tree.find(key);
    const policy = policies.of(entry);
    if (entry === undefined || this.#isLockedOut(entry, policy, clock())) {
      await passwords.pretend(password);
      return undefined;
    }
    const match = await this.#match(entry, password);
    if (match === undefined) {
      const times = this.#lockOut.failed(entry.uuid, policy, clock());
      if (times !== undefined) void this.#lock(entry, policy, times);
      return undefined;
    }
    // it may have changed while the hash was worked out
    const now = tree.byUuid(entry.uuid);
    if (now === undefined || !mayLogIn(tree, now) || (door === 'directory' && onlyAppPasswords(directory, now))) return undefined;
    if (!directory.valuesOf(now, 'userPassword').some((each) => each.equals(match.stored))) return undefined;
    const age = judgeAge(policies.of(now), policies.stateOf(now), clock());
    if (age === 'expired') return 'passwordExpired';
    if (age === 'grace') await this.#useGrace(now.uuid);
    this.#lockOut.forget(entry.uuid, policy);
    if (directory.valuesOf(now, 'pwdFailureTime').length > 0) void this.#unlock(now);
    if (match.rehash) void this.#rehash(entry, match.stored, password);
    return { kind: 'entry', uuid: entry.uuid };
  }

  #isLockedOut(entry: PackedEntry, policy: PasswordPolicy, now: number): boolean {
    return isLocked(policy, this.#options.directory.policies.stateOf(entry), now) || this.#lockOut.isLocked(entry.uuid, policy, now);
  }

  /** When an app password was last used, to the minute. Nobody waits for it, and a database that is away keeps nobody out. */
  #noteUse(entry: PackedEntry, { id }: AppPassword): void {
    const { directory, warn } = this.#options;
    const key = `${entry.uuid} ${id}`;
    const now = directory.clock();
    if (now - (this.#uses.get(key) ?? 0) < noteEvery) return;
    if (this.#uses.size >= mostNoted) this.#uses.clear();
    this.#uses.set(key, now);
    directory.store
      .notePasswordUse(entry.uuid, id, new Date(now))
      .catch((error: unknown) => warn('the use of an app password could not be written down', error));
  }

  /** Writes a lock into the entry. Nobody waits for it, or its time would tell that there is an entry; till then memory holds the lock. */
  async #lock(entry: PackedEntry, policy: PasswordPolicy, times: readonly number[]): Promise<void> {
    const { directory, warn } = this.#options;
    const failures = [...new Set(times.map(generalizedTime))];
    try {
      await directory
        .asRoot('password policy')
        .secrets.notePassword(entry.uuid, () => ({ pwdFailureTime: failures, pwdAccountLockedTime: failures.slice(-1) }));
      this.#lockOut.forget(entry.uuid, policy);
    } catch (error) {
      warn('a lock-out could not be written down', error);
    }
  }

  /** Takes a lock away that has come to its end. */
  async #unlock(entry: PackedEntry): Promise<void> {
    const { directory, warn } = this.#options;
    const { policies, clock } = directory;
    try {
      await directory.asRoot('password policy').secrets.notePassword(entry.uuid, (now) => ({
        pwdFailureTime: [],
        ...(isLocked(policies.of(now), policies.stateOf(now), clock()) ? {} : { pwdAccountLockedTime: [] }),
      }));
    } catch (error) {
      warn('the end of a lock-out could not be written down', error);
    }
  }

  /**
   * A login with an expired password counts before it lets in.
   * @throws DirectoryError invalidCredentials when others were quicker; unavailable
   */
  async #useGrace(uuid: string): Promise<void> {
    const { directory } = this.#options;
    const { policies, clock } = directory;
    await directory.asRoot('password policy').secrets.notePassword(uuid, (entry) => {
      const now = clock();
      if (judgeAge(policies.of(entry), policies.stateOf(entry), now) === 'expired')
        throw new DirectoryError('invalidCredentials', '', { passwordPolicy: 'passwordExpired' });
      const used = directory.valuesOf(entry, 'pwdGraceUseTime').map(String);
      // one value a login, also when two fall into one millisecond
      let time = now;
      while (used.includes(generalizedTime(time))) time++;
      return { pwdGraceUseTime: [...used, generalizedTime(time)] };
    });
  }

  /** The stored value that the password fits. */
  async #match(entry: PackedEntry, password: Buffer): Promise<{ readonly stored: Buffer; readonly rehash: boolean } | undefined> {
    const { directory, cache } = this.#options;
    const { passwords } = directory;
    const values = directory.valuesOf(entry, 'userPassword').slice(0, mostPasswords);
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
    const { directory, warn } = this.#options;
    try {
      const hash = Buffer.from(await directory.passwords.hash(password));
      await directory.asRoot(rehashReason).secrets.restorePassword(entry, stored, hash);
    } catch (error) {
      warn('an imported password hash could not be renewed', error);
    }
  }
}
