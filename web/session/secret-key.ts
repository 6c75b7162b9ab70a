import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../settings/settings.ts';

const size = 32;
const version = 1;
const [nonceSize, tagSize] = [12, 16];

/**
 * The site's own secret: it encrypts what the server must be able to read and no copy of the database shall tell, and it marks what
 * the site has given out and will know again.
 */
export class SecretKey {
  readonly #encryption: Buffer;
  readonly #marks: Buffer;

  constructor(secret: Buffer) {
    this.#encryption = derived(secret, 'encryption');
    this.#marks = derived(secret, 'marks');
  }

  /** AES-256-GCM (NIST SP 800-38D). @param owner without whom it can not be read: a row moved to somebody else is worth nothing */
  encrypt(text: Uint8Array, owner: string): Buffer {
    const nonce = randomBytes(nonceSize);
    const cipher = createCipheriv('aes-256-gcm', this.#encryption, nonce).setAAD(Buffer.from(owner));
    const body = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), body]);
  }

  /** @throws Error when it was encrypted under another key, for another owner, or was changed */
  decrypt(bytes: Buffer, owner: string): Buffer {
    const [nonce, tag] = [bytes.subarray(1, 1 + nonceSize), bytes.subarray(1 + nonceSize, 1 + nonceSize + tagSize)];
    try {
      if (bytes[0] !== version) throw new Error(`version ${bytes[0]} is not known`);
      const decipher = createDecipheriv('aes-256-gcm', this.#encryption, nonce, { authTagLength: tagSize }).setAAD(Buffer.from(owner));
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(1 + nonceSize + tagSize)), decipher.final()]);
    } catch (cause) {
      throw new Error('a secret can not be decrypted: MOS_SECRET, or MOS_VAR/secret.key, is not what it was encrypted with', { cause });
    }
  }

  /** A keyed digest (HMAC-SHA-256). */
  mark(purpose: string, text: Uint8Array): Buffer {
    return createHmac('sha256', this.#marks).update(`${purpose.length} ${purpose} `).update(text).digest();
  }
}

function derived(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `mos ${purpose}`, size));
}

/** MOS_SECRET, or what MOS_VAR/secret.key holds; that is made when it is missing. @throws Error when it can't be read or is none */
export function secretKeyOf({ secret, var: folder }: Settings): SecretKey {
  if (secret !== undefined) return new SecretKey(Buffer.from(secret));
  const file = join(folder, 'secret.key');
  const kept = read(file) ?? make(folder, file);
  if (kept.length < size) throw new Error(`${file} is no key: it is too short`);
  return new SecretKey(kept);
}

/** Of several processes that start at once, the first makes it, and all use that. */
function make(folder: string, file: string): Buffer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = `${file}.${randomBytes(6).toString('hex')}.part`;
  writeFileSync(part, `${randomBytes(size).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(part, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(part);
  }
  const made = read(file);
  if (made === undefined) throw new Error(`${file} went away while it was made`);
  return made;
}

function read(file: string): Buffer | undefined {
  try {
    return Buffer.from(readFileSync(file, 'latin1').trim());
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
