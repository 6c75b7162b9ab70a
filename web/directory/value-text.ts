import { isUtf8 } from 'node:buffer';

/** A value as a line of a form: text as it is, what is no single line of text in Base64 behind two colons, as LDIF has it (RFC 2849). */
export function lineOf(value: Buffer): string {
  const text = value.toString('utf8');
  const isLine = isUtf8(value) && !/\p{Cc}/u.test(text) && text === text.trim() && text !== '' && !text.startsWith(':: ');
  return isLine ? text : `:: ${value.toString('base64')}`;
}

/** The values of a form: a line each. */
export function valuesOf(text: string): Buffer[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.map((line) => (line.startsWith('::') ? Buffer.from(line.slice(2).trim(), 'base64') : Buffer.from(line)));
}
