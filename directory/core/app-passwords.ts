import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { DirectoryError } from '../model/errors.ts';

/** A password that a member made for one program. */
export interface AppPassword {
  /** Eight letters and digits, unique for the person */
  readonly id: string;
  /** What the member calls it: "phone" */
  readonly name: string;
  /** entryUUID of the only service that it opens; undefined: any */
  readonly service: string | undefined;
  readonly made: Date;
}

/** As many as one person may have. */
export const mostAppPasswords = 50;
const longestName = 100;

/** Without what is mistaken for each other: 20 of these 32 are 100 bits, so a plain digest is as good as a slow hash. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const passwordForm = /^[a-km-np-z2-9]{20}$/;
const valueForm = /^([a-z2-9]{8}) (\*|[0-9a-f-]{36}) (\d{14}Z) sha256:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{43}) (.+)$/;

/**
 * Makes an app password.
 * @returns what the member types, in groups of five, and the value of mosAppPassword that stands for it
 * @throws DirectoryError constraintViolation for a name that can't be
 */
export function makeAppPassword(
  { name, service }: Pick<AppPassword, 'name' | 'service'>,
  now: Date,
): { readonly id: string; readonly password: string; readonly value: string } {
  const called = name.trim().normalize('NFC');
  if (called === '' || called.length > longestName || /\p{Cc}/u.test(called))
    throw new DirectoryError('constraintViolation', `an app password has a name of 1 to ${longestName} characters, like "phone"`);
  const id = word(8);
  const password = word(20);
  const salt = randomBytes(16).toString('base64url');
  const time = now.toISOString().replace(/[-T:]|\.\d+/g, '');
  const value = `${id} ${service ?? '*'} ${time} sha256:${salt}:${digest(salt, password).toString('base64url')} ${called}`;
  return { id, password: password.replace(/(.{5})(?=.)/g, '$1-'), value };
}

/** Reads a value of mosAppPassword; undefined when it is none. */
export function readAppPassword(value: string): AppPassword | undefined {
  const [, id, service, time, , , name] = valueForm.exec(value) ?? [];
  if (id === undefined || time === undefined || name === undefined) return undefined;
  const made = new Date(time.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return { id, name, service: service === '*' ? undefined : service, made };
}

/**
 * Finds the app password that this is.
 * @param values of mosAppPassword
 * @param service entryUUID of the service that asks; undefined when nobody knows
 */
export function findAppPassword(values: readonly Buffer[], password: Buffer, service: string | undefined): AppPassword | undefined {
  if (values.length === 0 || password.length > 64) return undefined;
  // people leave the hyphens out, or type blanks
  const typed = password.toString('latin1').toLowerCase().replace(/[-\s]/g, '');
  if (!passwordForm.test(typed)) return undefined;
  let found: AppPassword | undefined;
  for (const value of values) {
    const text = value.toString();
    const [, , , , salt, stored] = valueForm.exec(text) ?? [];
    if (salt === undefined || stored === undefined) continue;
    if (!timingSafeEqual(digest(salt, typed), Buffer.from(stored, 'base64url'))) continue;
    const read = readAppPassword(text);
    if (read !== undefined && (read.service === undefined || read.service === service)) found = read;
  }
  return found;
}

function digest(salt: string, password: string): Buffer {
  return createHash('sha256').update(salt).update(':').update(password).digest();
}

function word(length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}
