import { parsePassword } from '../../directory/core/password-schemes.ts';

/** What becomes of a stored password: the value of userPassword, or why there is none. */
export type Hash = { readonly value: string } | { readonly reason: string };

const none: Hash = { reason: 'there is none that works: it has to be set anew' };

/** A field of auth.user (django.contrib.auth.hashers); `!` begins what fits no password. No reason shows any of the hash. */
export function djangoHash(stored: string): Hash {
  if (stored === '' || stored.startsWith('!')) return none;
  // Django's oldest, and what its UnsaltedMD5PasswordHasher writes: 32 digits and nothing else
  const value = /^[0-9a-f]{32}$/.test(stored) ? `md5$$${stored}` : stored;
  const [, algorithm] = /^([a-z0-9_]{1,30})\$/.exec(value) ?? [];
  if (algorithm === undefined) return { reason: 'it is no hash of Django: it has to be set anew' };
  return checked(value, `of the kind ${algorithm}`);
}

/** The second field of shadow(5), or of passwd(5) where that holds hashes (crypt(5)). */
export function unixHash(stored: string): Hash {
  if (stored === '' || /^[!*]/.test(stored)) return none;
  const kind = kinds.find(([beginning]) => stored.startsWith(beginning))?.[1] ?? 'of that kind';
  return checked(`{CRYPT}${stored}`, kind);
}

const kinds: readonly (readonly [beginning: string, kind: string])[] = [
  ['$y$', 'of yescrypt'],
  ['$gy$', 'of yescrypt'],
  ['$7$', 'of scrypt'],
  ['$1$', 'of md5crypt'],
  ['$2', 'of bcrypt'],
  ['$5$', 'of sha256crypt'],
  ['$6$', 'of sha512crypt'],
];

/** Asks those who will check it at the first login. */
function checked(value: string, kind: string): Hash {
  if (parsePassword(Buffer.from(value))?.kind === 'hash') return { value };
  return { reason: `a hash ${kind} that can't be checked here: it has to be set anew` };
}
