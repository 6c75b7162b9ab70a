import type { Change } from '../directory/model/change.ts';
import type { Attribute, Entry } from '../directory/model/entry.ts';

const width = 76;

/** One content record, with the blank line that ends it. */
export function printEntry(entry: Entry): string {
  return `${line('dn', Buffer.from(entry.dn))}${attributeLines(entry.attributes)}\n`;
}

/** One change record that ldapmodify reads, with the blank line that ends it (RFC 2849; increment as in RFC 4525). */
export function printChange(change: Change): string {
  const dn = line('dn', Buffer.from(change.dn));
  switch (change.kind) {
    case 'add':
      return `${dn}changetype: add\n${attributeLines(change.attributes)}\n`;
    case 'delete':
      return `${dn}changetype: delete\n\n`;
    case 'rename': {
      const superior = change.newSuperior === undefined ? '' : line('newsuperior', Buffer.from(change.newSuperior));
      return `${dn}changetype: modrdn\n${line('newrdn', Buffer.from(change.newRdn))}deleteoldrdn: ${change.deleteOldRdn ? 1 : 0}\n${superior}\n`;
    }
    case 'modify': {
      const parts = change.modifications.map(
        ({ operation, attribute }) => `${operation}: ${attribute.description}\n${attributeLines([attribute])}-\n`,
      );
      return `${dn}changetype: modify\n${parts.join('')}\n`;
    }
  }
}

function attributeLines(attributes: readonly Attribute[]): string {
  let text = '';
  for (const { description, values } of attributes) for (const value of values) text += line(description, value);
  return text;
}

/** `name: value`, or `name:: base64` when the value is not a SAFE-STRING; folded. */
function line(name: string, value: Buffer): string {
  if (value.length === 0) return `${name}:\n`;
  return fold(isSafe(value) ? `${name}: ${value.toString('latin1')}` : `${name}:: ${value.toString('base64')}`);
}

/** RFC 2849: ASCII without NUL, CR and LF, not beginning with a blank, a colon or `<`; and no blank at the end. */
function isSafe(value: Buffer): boolean {
  const first = value[0];
  if (first === 0x20 || first === 0x3a || first === 0x3c || value[value.length - 1] === 0x20) return false;
  for (const byte of value) if (byte > 0x7f || byte === 0 || byte === 0x0a || byte === 0x0d) return false;
  return true;
}

function fold(text: string): string {
  if (text.length <= width) return `${text}\n`;
  const lines = [text.slice(0, width)];
  for (let at = width; at < text.length; at += width - 1) lines.push(` ${text.slice(at, at + width - 1)}`);
  return `${lines.join('\n')}\n`;
}
