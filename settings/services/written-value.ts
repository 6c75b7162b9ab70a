import { extname } from 'node:path';
import { SettingsError } from '../settings.ts';

/** How a value stands in a file of a kind, so that it is that value there and nothing else; undefined: it can't be written. */
type Writing = (value: string) => string | undefined;

/** In a comment too */
const endOfPhp = '?>';

/** Templates have values between double quotes in YAML and JSON, and between single quotes in PHP. */
const kinds: Readonly<Record<string, Writing>> = {
  '.yml': (value) => value.replace(/["\\]/g, '\\$&'),
  '.json': (value) => JSON.stringify(value).slice(1, -1),
  '.php': (value) => (value.includes(endOfPhp) ? undefined : value.replace(/['\\]/g, '\\$&')),
};

/** Postfix, Dovecot and Mailman each have signs of their own for variables, comments, files and quotes, and no way round all of them. */
const otherwise: Writing = (value) => (/["'`\\#$%{}<>]/.test(value) ? undefined : value);

/**
 * A value as it goes into a file.
 * @param name of the variable, for the message
 * @throws SettingsError when the file would mean something else by it
 */
export function writtenValue(file: string, name: string, value: string): string {
  const written = (kinds[extname(file)] ?? otherwise)(value);
  if (written !== undefined) return written;
  throw new SettingsError(`${name}: "${value}" would mean something else in ${file}; it can't have quotes or signs like $ % # \\ there`);
}

/** The same for a comment of one line. @throws SettingsError */
export function writtenComment(file: string, text: string): string {
  if (extname(file) === '.php' && text.includes(endOfPhp)) throw new SettingsError(`--set: ${endOfPhp} would end what stands in ${file}`);
  return text;
}
