import { randomBytes } from 'node:crypto';
import { hash as hashArgon2 } from '@node-rs/argon2';
import { DirectoryError } from '../model/errors.ts';
import { parsePassword } from './password-schemes.ts';

export { BindCache } from './bind-cache.ts';

export interface PasswordOptions {
  /** How many passwords are hashed at a time. */
  readonly hashWorkers: number;
  /** How many more may wait for that. */
  readonly hashQueue: number;
}

export interface Verification {
  readonly ok: boolean;
  /** It fits, and it is time to store it in today's form. */
  readonly rehash: boolean;
}

/** argon2id with OWASP's smallest recommended cost; memory in KiB. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
const currentPrefix = '{ARGON2}$argon2id$v=19$m=19456,t=2,p=1$';
/** 16 bytes of salt, 32 of hash. */
const currentForm = /^\{ARGON2\}\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;

/** In bytes. crypt's methods take quadratic time, and nobody types more. */
const longestPassword = 1024;

/** Hashes passwords and checks them against stored ones. However many ask, only so many are worked on at a time. */
export class Passwords {
  readonly #queue: HashQueue;
  /** Fits no password, and is checked as slowly as one that does. */
  readonly #nobodys = Buffer.from(`${currentPrefix}${base64(16)}$${base64(32)}`);

  constructor({ hashWorkers, hashQueue }: PasswordOptions) {
    this.#queue = new HashQueue(hashWorkers, hashQueue);
  }

  /**
   * What to store for a password: `{ARGON2}` and a PHC string, as slapd's argon2 module reads it.
   * @throws DirectoryError busy; constraintViolation (empty, or longer than 1,024 bytes)
   */
  async hash(password: Buffer): Promise<string> {
    if (password.length === 0) throw new DirectoryError('constraintViolation', 'a password cannot be empty');
    if (password.length > longestPassword)
      throw new DirectoryError('constraintViolation', `a password has at most ${longestPassword} bytes`);
    return `{ARGON2}${await this.#queue.run(() => hashArgon2(password, parameters))}`;
  }

  /**
   * Whether a password fits a stored value, a hash or clear text. What is no hash that MOS knows never fits.
   * @throws DirectoryError busy
   */
  async verify(stored: Buffer, password: Buffer): Promise<Verification> {
    const check = parsePassword(stored);
    if (check === undefined || password.length === 0 || password.length > longestPassword) return { ok: false, rehash: false };
    const ok = check.expensive ? await this.#queue.run(() => quietly(async () => check.matches(password))) : await check.matches(password);
    return { ok, rehash: ok && password.length <= check.counted && !this.isCurrent(stored) };
  }

  /** Whether a value is a hash that verify knows and not a password in clear. */
  isHash(value: Buffer): boolean {
    return parsePassword(value)?.kind === 'hash';
  }

  /**
   * Whether a value is a password in clear. Neither this nor isHash holds for a scheme that verify does not know (`{SASL}`) or a broken
   * hash; to hash such a value would let in whoever has read it, so it is to be kept as it is, which fits no password.
   */
  isClear(value: Buffer): boolean {
    return parsePassword(value)?.kind === 'clear';
  }

  /** Whether a value has the form and the cost that hash() gives. */
  isCurrent(value: Buffer): boolean {
    return currentForm.test(value.toString('latin1'));
  }

  /**
   * Takes as long as verify with a current hash, for names that do not exist.
   * @throws DirectoryError busy
   */
  async pretend(password: Buffer): Promise<void> {
    await this.verify(this.#nobodys, password);
  }
}

/** A hash that its library refuses does not fit. */
async function quietly(matches: () => Promise<boolean>): Promise<boolean> {
  try {
    return await matches();
  } catch {
    return false;
  }
}

function base64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '');
}

/** Runs so many jobs at a time, first come first served; the others wait, but only so many. */
class HashQueue {
  readonly #workers: number;
  readonly #longest: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(workers: number, longest: number) {
    this.#workers = Math.max(1, workers);
    this.#longest = longest;
  }

  /** @throws DirectoryError busy */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#running < this.#workers) this.#running++;
    else await this.#turn();
    try {
      return await job();
    } finally {
      // the place goes straight to the next in line
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#longest) throw new DirectoryError('busy', 'too many logins at once; try again in a moment');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
