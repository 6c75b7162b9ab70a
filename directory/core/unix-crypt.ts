import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';

/** crypt(3)'s digest methods, checked only: nothing new is hashed with them. */

/** A `$1$`, `$5$` or `$6$` string taken apart. */
export interface UnixCrypt {
  readonly method: '1' | '5' | '6';
  readonly salt: Buffer;
  readonly rounds: number;
  /** The hash as it stands in the string, in crypt's own base 64. */
  readonly checksum: string;
}

/** passlib's defaults are 535,000 and 656,000; a million SHA-512 rounds take about two seconds. */
const mostRounds = 1_000_000;
const defaultRounds = 5000;
/** No hashing between two looks at the event loop takes longer, in milliseconds. */
const slice = 4;

const form = /^\$([156])\$(?:rounds=([1-9]\d{3,8})\$)?([^$:\s]{0,16})\$([./0-9A-Za-z]+)$/;
const checksumLength = { '1': 22, '5': 43, '6': 86 } as const;

/** @returns undefined for what is not well formed or asks for too much work */
export function parseUnixCrypt(text: string): UnixCrypt | undefined {
  const [, method, rounds, salt, checksum] = form.exec(text) ?? [];
  if ((method !== '1' && method !== '5' && method !== '6') || salt === undefined || checksum === undefined) return undefined;
  if (checksum.length !== checksumLength[method] || Number(rounds) > mostRounds) return undefined;
  if (method === '1' && (rounds !== undefined || salt.length > 8)) return undefined;
  return { method, salt: Buffer.from(salt, 'latin1'), rounds: Number(rounds ?? defaultRounds), checksum };
}

/** The checksum that this password has with that salt. Hashes in slices, so that others are served meanwhile. */
export function unixCryptChecksum({ method, salt, rounds }: UnixCrypt, password: Buffer): Promise<string> {
  return method === '1' ? md5Checksum(salt, password) : shaChecksum(method, salt, rounds, password);
}

type Digest = (...parts: readonly Uint8Array[]) => Buffer;

function digestOf(algorithm: string): Digest {
  return (...parts) => {
    const hash = createHash(algorithm);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
}

/** Runs `round` so many times, in slices. */
async function inSlices(rounds: number, round: (index: number) => void): Promise<void> {
  let until = performance.now() + slice;
  for (let index = 0; index < rounds; index++) {
    round(index);
    if ((index & 31) === 31 && performance.now() > until) {
      await breathe();
      until = performance.now() + slice;
    }
  }
}

/** The first `length` bytes of `block`, again and again. */
function repeat(block: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, block);
}

/** Poul-Henning Kamp's MD5 crypt, as in FreeBSD 2.0's crypt.c. */
async function md5Checksum(salt: Buffer, password: Buffer): Promise<string> {
  const md5 = digestOf('md5');
  const parts = [password, Buffer.from('$1$'), salt, repeat(md5(password, salt, password), password.length)];
  // for each bit of the length: a zero byte, or the password's first
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? Buffer.alloc(1) : password.subarray(0, 1));
  let sum = md5(...parts);
  await inSlices(1000, (index) => {
    sum = md5(...roundParts(index, sum, password, salt));
  });
  return encode(sum, [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, 11]);
}

/** Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512", steps 1 to 22. */
async function shaChecksum(method: '5' | '6', salt: Buffer, rounds: number, password: Buffer): Promise<string> {
  const sha = digestOf(method === '5' ? 'sha256' : 'sha512');
  const alternate = sha(password, salt, password);
  const parts = [password, salt, repeat(alternate, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? alternate : password);
  let sum = sha(...parts);
  const p = repeat(sha(...new Array<Buffer>(password.length).fill(password)), password.length);
  const s = repeat(sha(...new Array<Buffer>(16 + (sum[0] ?? 0)).fill(salt)), salt.length);
  await inSlices(rounds, (index) => {
    sum = sha(...roundParts(index, sum, p, s));
  });
  return encode(sum, method === '5' ? sha256Order : sha512Order);
}

/** What goes into one round; the same for MD5 and SHA crypt. */
function roundParts(index: number, sum: Buffer, password: Buffer, salt: Buffer): Buffer[] {
  const odd = index % 2 === 1;
  const parts = [odd ? password : sum];
  if (index % 3 !== 0) parts.push(salt);
  if (index % 7 !== 0) parts.push(password);
  parts.push(odd ? sum : password);
  return parts;
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Step 22: three bytes at a time, the first the highest, written from the lowest six bits up; a rest is shorter. */
function encode(sum: Buffer, order: readonly number[]): string {
  let text = '';
  for (let at = 0; at < order.length; at += 3) {
    const group = order.slice(at, at + 3);
    let bits = group.reduce((value, index) => (value << 8) | (sum[index] ?? 0), 0);
    for (let count = 0; count <= group.length; count++, bits >>= 6) text += alphabet[bits & 63] ?? '';
  }
  return text;
}

/** In which order the digest's bytes are written: three columns, rotated by one from row to row. */
function shaOrder(rows: number, rotate: (row: readonly [number, number, number]) => [number, number, number]): number[] {
  const order: number[] = [];
  let row: [number, number, number] = [0, rows, 2 * rows];
  for (let count = 0; count < rows; count++) {
    order.push(...row);
    row = rotate(row);
  }
  return order;
}
const sha256Order = [...shaOrder(10, ([a, b, c]) => [c + 1, a + 1, b + 1]), 31, 30];
const sha512Order = [...shaOrder(21, ([a, b, c]) => [b + 1, c + 1, a + 1]), 63];
