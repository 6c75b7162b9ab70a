import { createHash } from 'node:crypto';

/** user_password is a TINYBLOB */
const longest = 255;

/**
 * A password as MediaWiki keeps it.
 * @param stored in {SCHEME} notation, as userPassword has it
 * @returns the PHC string behind `:argon2:`; undefined for schemes that the wiki can't verify, which are argon2id after the next login at MOS
 */
export function wikiPassword(stored: string | undefined): string | undefined {
  const [, hash] = /^\{ARGON2\}(\$argon2id?\$v=19\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]+)$/i.exec(stored ?? '') ?? [];
  if (hash === undefined) return undefined;
  const written = `:argon2:${hash}`;
  return written.length <= longest ? written : undefined;
}

/**
 * What is remembered of a password that was written: the wiki may write another hash of it at a login, so its column tells nothing.
 * Empty when there is none. The salt within the hash makes it worthless for guessing.
 */
export function digestOf(written: string | undefined): string {
  return written === undefined ? '' : createHash('sha256').update(written).digest('hex');
}
