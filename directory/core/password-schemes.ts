import { isUtf8 } from 'node:buffer';
import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Algorithm, hashRaw as rawArgon2, verify as verifyArgon2 } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { parseUnixCrypt, unixCryptChecksum } from './unix-crypt.ts';

/** How one stored password is checked. */
export interface PasswordCheck {
  readonly kind: 'hash' | 'clear';
  /** Costs more than a few microseconds, so that it has to queue. */
  readonly expensive: boolean;
  /** How many bytes of a password count; with a longer one that fits, nobody knows whether its end is right. */
  readonly counted: number;
  matches(password: Buffer): boolean | Promise<boolean>;
}

/** No stored value that is longer is a hash of ours. */
const longestHash = 1024;

/** Work that an imported hash may ask for. Django 6 starts at 1,200,000 iterations; a bcrypt of 2¹⁴ takes about a second. */
const most = {
  iterations: 2_000_000,
  bcryptCost: 14,
  argonMemory: 262_144,
  argonPasses: 32,
  argonLanes: 16,
  argonWork: 1_048_576,
} as const;

const pbkdf2InPool = promisify(pbkdf2);

/**
 * What a stored password is, by its notation: OpenLDAP's `{SCHEME}data`, Django's `algorithm$data`, or clear text.
 * @returns undefined for a scheme that is not known, a hash that is not well formed and one that asks for too much work.
 *   None of these is ever taken for clear text: otherwise whoever reads a hash could log in with it.
 */
export function parsePassword(stored: Buffer): PasswordCheck | undefined {
  const text = stored.toString('latin1', 0, longestHash + 1);
  const braced = /^\{([^{}]+)\}/.exec(text);
  if (braced !== null) {
    const [prefix, name = ''] = braced;
    if (name.toUpperCase() === 'CLEARTEXT') return clearText(stored.subarray(prefix.length));
    return text.length > longestHash ? undefined : ldapSchemes.get(name.toUpperCase())?.(text.slice(prefix.length));
  }
  const [algorithm = ''] = text.split('$', 1);
  const django = text.length === algorithm.length ? undefined : djangoSchemes.get(algorithm);
  if (django !== undefined) return text.length > longestHash ? undefined : django(text.slice(algorithm.length + 1));
  return looksHashed.test(text) ? undefined : clearText(stored);
}

/** Hashes that are not checked, yet never clear text either: crypt(3)'s and PHC's without a scheme, and Django's other hashers. */
const looksHashed = /^(?:\$[0-9a-z-]{1,16}\$|(?:scrypt|crypt|unsalted_md5|unsalted_sha1|argon2[a-z]*|bcrypt\w*|pbkdf2_\w+)\$)/;

type Scheme = (data: string) => PasswordCheck | undefined;

/** RFC 2307 §5.3 and OpenLDAP's, by their names in capitals. */
const ldapSchemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['ARGON2', argon2],
  ['MD5', (data) => digest('md5', data, 'plain')],
  ['SMD5', (data) => digest('md5', data, 'salted')],
  ['SHA', (data) => digest('sha1', data, 'plain')],
  ['SSHA', (data) => digest('sha1', data, 'salted')],
  ['SHA256', (data) => digest('sha256', data, 'plain')],
  ['SSHA256', (data) => digest('sha256', data, 'salted')],
  ['SHA384', (data) => digest('sha384', data, 'plain')],
  ['SSHA384', (data) => digest('sha384', data, 'salted')],
  ['SHA512', (data) => digest('sha512', data, 'plain')],
  ['SSHA512', (data) => digest('sha512', data, 'salted')],
  ['CRYPT', crypt],
  ['PBKDF2', (data) => ldapPbkdf2('sha1', data)],
  ['PBKDF2-SHA1', (data) => ldapPbkdf2('sha1', data)],
  ['PBKDF2-SHA256', (data) => ldapPbkdf2('sha256', data)],
  ['PBKDF2-SHA512', (data) => ldapPbkdf2('sha512', data)],
]);

/** Django's hashers (django.contrib.auth.hashers), by what stands before the first `$`. */
const djangoSchemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['pbkdf2_sha256', (data) => djangoPbkdf2('sha256', data)],
  ['pbkdf2_sha1', (data) => djangoPbkdf2('sha1', data)],
  ['sha1', (data) => djangoDigest('sha1', data)],
  ['md5', (data) => djangoDigest('md5', data)],
  ['argon2', (data) => argon2(`$${data}`)],
  ['bcrypt', (data) => bcrypt(data)],
  ['bcrypt_sha256', (data) => bcrypt(data, (password) => createHash('sha256').update(password).digest('hex'))],
]);

function clearText(stored: Buffer): PasswordCheck | undefined {
  if (stored.length === 0) return undefined;
  // digests, since timingSafeEqual wants equal lengths and tells them otherwise
  const sum = (value: Buffer) => createHash('sha256').update(value).digest();
  return { kind: 'clear', expensive: false, counted: Infinity, matches: (password) => timingSafeEqual(sum(stored), sum(password)) };
}

const digestSize = { md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
type DigestName = keyof typeof digestSize;

/** Base 64 of the digest over password and salt, and after it the salt. */
function digest(algorithm: DigestName, data: string, form: 'plain' | 'salted'): PasswordCheck | undefined {
  const bytes = decodeBase64(data);
  const size = digestSize[algorithm];
  if (bytes === undefined || (form === 'plain' ? bytes.length !== size : bytes.length <= size)) return undefined;
  const sum = bytes.subarray(0, size);
  const salt = bytes.subarray(size);
  return hash((password) => timingSafeEqual(createHash(algorithm).update(password).update(salt).digest(), sum));
}

/** `salt$hex`, over salt and password; the salt may be empty, as with Django's unsalted hashers. */
function djangoDigest(algorithm: DigestName, data: string): PasswordCheck | undefined {
  const [, salt, hex] = /^([^$]*)\$([0-9a-f]+)$/.exec(data) ?? [];
  if (salt === undefined || hex?.length !== 2 * digestSize[algorithm]) return undefined;
  const sum = Buffer.from(hex, 'hex');
  return hash((password) => timingSafeEqual(createHash(algorithm).update(salt, 'latin1').update(password).digest(), sum));
}

/** `iterations$salt$digest` of OpenLDAP's pw-pbkdf2: "adapted" base 64 with `.` for `+`, the salt's bytes encoded too. */
function ldapPbkdf2(algorithm: DigestName, data: string): PasswordCheck | undefined {
  const [, iterations, salt = '', sum = ''] = /^([1-9]\d{0,8})\$([^$]+)\$([^$]+)$/.exec(data) ?? [];
  return checkPbkdf2(algorithm, Number(iterations), decodeBase64(salt.replaceAll('.', '+')), decodeBase64(sum.replaceAll('.', '+')));
}

/** `iterations$salt$digest` of Django: base 64, the salt as it stands. */
function djangoPbkdf2(algorithm: DigestName, data: string): PasswordCheck | undefined {
  const [, iterations, salt = '', sum = ''] = /^([1-9]\d{0,8})\$([^$]+)\$([^$]+)$/.exec(data) ?? [];
  return checkPbkdf2(algorithm, Number(iterations), Buffer.from(salt, 'latin1'), decodeBase64(sum));
}

function checkPbkdf2(
  algorithm: DigestName,
  iterations: number,
  salt: Buffer | undefined,
  sum: Buffer | undefined,
): PasswordCheck | undefined {
  if (!(iterations <= most.iterations) || salt === undefined || sum?.length !== digestSize[algorithm]) return undefined;
  return slowHash(async (password) => timingSafeEqual(await pbkdf2InPool(password, salt, iterations, sum.length, algorithm), sum));
}

/** PHC strings with the parameters in the order m, t, p (the reference implementation's). */
function argon2(data: string): PasswordCheck | undefined {
  const form = /^\$argon2(id|i|d)\$(?:v=(16|19)\$)?m=([1-9]\d{0,6}),t=([1-9]\d{0,2}),p=([1-9]\d?)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
  const [, kind, version = '16', memory, passes, lanes, salt = '', sum = ''] = form.exec(data) ?? [];
  const [m, t, p] = [Number(memory), Number(passes), Number(lanes)];
  if (!(m <= most.argonMemory && t <= most.argonPasses && p <= most.argonLanes && m * t <= most.argonWork && m >= 8 * p)) return undefined;
  const [saltBytes, sumBytes] = [decodeBase64(salt), decodeBase64(sum)];
  if (saltBytes === undefined || sumBytes === undefined || !isLength(saltBytes, 8, 48) || !isLength(sumBytes, 16, 64)) return undefined;
  const algorithm: Algorithm = kind === 'd' ? 0 : kind === 'i' ? 1 : 2;
  const cost = { memoryCost: m, timeCost: t, parallelism: p, algorithm, version: version === '19' ? 1 : 0 };
  return slowHash(async (password) => {
    // the library compares in constant time; it hashes any bytes, but verifies UTF-8 alone
    if (isUtf8(password)) return verifyArgon2(data, password);
    return timingSafeEqual(await rawArgon2(password, { ...cost, salt: saltBytes, outputLen: sumBytes.length }), sumBytes);
  });
}

function crypt(data: string): PasswordCheck | undefined {
  if (data.startsWith('$2')) return bcrypt(data);
  const parsed = parseUnixCrypt(data);
  if (parsed === undefined) return undefined;
  const sum = Buffer.from(parsed.checksum, 'latin1');
  return slowHash(
    async (password) => !password.includes(0) && timingSafeEqual(Buffer.from(await unixCryptChecksum(parsed, password), 'latin1'), sum),
  );
}

function bcrypt(data: string, prepare?: (password: Buffer) => string): PasswordCheck | undefined {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(data) ?? [];
  if (!(Number(cost) >= 4 && Number(cost) <= most.bcryptCost)) return undefined;
  const matches = async (password: Buffer) =>
    !password.includes(0) && (await verifyBcrypt(prepare === undefined ? password : prepare(password), data));
  return slowHash(matches, prepare === undefined ? 72 : Infinity);
}

function hash(matches: (password: Buffer) => boolean): PasswordCheck {
  return { kind: 'hash', expensive: false, counted: Infinity, matches };
}

function slowHash(matches: (password: Buffer) => Promise<boolean>, counted = Infinity): PasswordCheck {
  return { kind: 'hash', expensive: true, counted, matches };
}

/** Base 64 with or without its padding; undefined for anything else, which Buffer.from would take. */
function decodeBase64(text: string): Buffer | undefined {
  const bare = text.replace(/={1,2}$/, '');
  if (bare === '' || !/^[A-Za-z0-9+/]+$/.test(bare) || bare.length % 4 === 1) return undefined;
  return Buffer.from(bare, 'base64');
}

function isLength(bytes: Buffer | undefined, least: number, longest: number): boolean {
  return bytes !== undefined && bytes.length >= least && bytes.length <= longest;
}
