import { randomBytes } from 'node:crypto';

/** A name that nobody has and a password that nobody uses, new each time. No real one is ever sent. */
export function madeUp(): { readonly name: string; readonly password: string; readonly plain: string } {
  const [name, password] = [`mos-check-${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')];
  // RFC 4616
  return { name, password, plain: Buffer.from(`\0${name}\0${password}`).toString('base64') };
}
