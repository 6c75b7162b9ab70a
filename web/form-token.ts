import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const size = 32;

/**
 * What a form carries so that no other site can send it (CSRF). It looks different each time, because pages are compressed and
 * show what was asked for, and the length of a page must not tell a secret that stands in it (BREACH).
 * @param secret that only this browser holds
 */
export function formToken(secret: string): string {
  const mask = randomBytes(size);
  return Buffer.concat([mask, xor(mask, expected(secret))]).toString('base64url');
}

export function isFormToken(secret: string, token: string): boolean {
  const bytes = Buffer.from(token, 'base64url');
  return bytes.length === 2 * size && timingSafeEqual(xor(bytes.subarray(0, size), bytes.subarray(size)), expected(secret));
}

function expected(secret: string): Buffer {
  return createHash('sha256').update('form ').update(secret).digest();
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, at) => byte ^ (other[at] ?? 0)));
}
