import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { isWebAddress } from './field-text.ts';
import { nameOf } from './person.ts';
import { postalLines } from './postal-address.ts';

/** Attribute → the property that says it (RFC 6350 §6), where a value is one text. */
const properties: readonly (readonly [attribute: string, property: string])[] = [
  ['mosNick', 'NICKNAME'],
  ['mail', 'EMAIL'],
  ['mobile', 'TEL;TYPE=cell'],
  ['telephoneNumber', 'TEL'],
  ['description', 'NOTE'],
];

/** A person as vCard 4.0 (RFC 6350): what the asker may see. */
export function vCard(as: BoundDirectory, entry: PackedEntry): string {
  const first = (name: string) => as.texts(entry, name)[0] ?? '';
  const lines = ['BEGIN:VCARD', 'VERSION:4.0', `UID:urn:uuid:${entry.uuid}`, `FN:${escaped(nameOf(as, entry))}`];
  if (first('sn') !== '' || first('givenName') !== '') lines.push(`N:${escaped(first('sn'))};${escaped(first('givenName'))};;;`);
  for (const [attribute, property] of properties)
    for (const value of as.texts(entry, attribute)) lines.push(`${property}:${escaped(value)}`);
  for (const address of [...as.texts(entry, 'homePostalAddress'), ...as.texts(entry, 'postalAddress')])
    lines.push(`ADR;LABEL="${parameter(postalLines(address).join('\n'))}":;;;;;;`);
  const [street, town, code] = ['street', 'l', 'postalCode'].map((name) => escaped(first(name)));
  if (street !== '' || town !== '' || code !== '') lines.push(`ADR:;;${street};${town};;${code};`);
  for (const link of [...as.texts(entry, 'mosLink'), ...as.texts(entry, 'labeledURI')]) {
    const [url = ''] = link.split(' ');
    if (isWebAddress(url)) lines.push(`URL:${url}`);
  }
  const skills = as.texts(entry, 'mosSkill');
  for (const skill of skills) lines.push(`EXPERTISE:${escaped(skill)}`);
  const birthday = first('mosBirthday');
  if (birthday !== '') lines.push(`BDAY:${birthday.length === 5 ? `--${birthday.replace('-', '')}` : birthday.replaceAll('-', '')}`);
  for (const key of as.texts(entry, 'mosPgpKey')) lines.push(`KEY:data:application/pgp-keys;base64,${Buffer.from(key).toString('base64')}`);
  const [photo] = as.values(entry, 'jpegPhoto');
  if (photo !== undefined) lines.push(`PHOTO:data:image/jpeg;base64,${photo.toString('base64')}`);
  lines.push('END:VCARD');
  return lines.map((line) => `${folded(line.replace(controls, ''))}\r\n`).join('');
}

/** Whatever programs take for the end of a line, and not CR LF alone. */
const lineEnds = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;
/** No value has them but HTAB (RFC 6350 §3.3); what comes over LDAP may. */
const controls = /(?!\t)\p{Cc}|[\u2028\u2029]/gu;

/** RFC 6350 §3.4 */
function escaped(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replace(lineEnds, '\\n');
}

/** A parameter's value has no quotation marks and no line ends (RFC 6868). */
function parameter(text: string): string {
  return text.replaceAll('^', '^^').replaceAll('"', "^'").replace(lineEnds, '^n');
}

/** Lines of at most 75 octets, none of which cuts a character in two (RFC 6350 §3.2). */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= 75) return line;
  const pieces: string[] = [];
  let piece = '';
  let size = 0;
  for (const character of line) {
    const width = Buffer.byteLength(character);
    // a continuation begins with a blank, which counts
    if (size + width > (pieces.length === 0 ? 75 : 74)) {
      pieces.push(piece);
      piece = '';
      size = 0;
    }
    piece += character;
    size += width;
  }
  return [...pieces, piece].join('\r\n ');
}
