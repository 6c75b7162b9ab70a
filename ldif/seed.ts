import { parseDn, type Rdn } from '../directory/model/dn.ts';
import type { Attribute } from '../directory/model/entry.ts';
import { printEntry } from './print.ts';

/** The suffix that base.ldif and demo.ldif are written for. */
const placeholder = 'dc=example,dc=org';

/**
 * Puts a seed file under another suffix: the DNs in it and the entry that carries the suffix.
 * @param text of base.ldif or demo.ldif, whose first record is the suffix entry
 */
export function seedFor(text: string, baseDn: string): string {
  if (baseDn.toLowerCase() === placeholder) return text;
  const end = text.indexOf('\n\n', text.indexOf('\ndn:') + 1);
  return `version: 1\n\n${printEntry({ dn: baseDn, attributes: suffixAttributes(parseDn(baseDn)[0] ?? []) })}${text.slice(end + 2).replaceAll(placeholder, baseDn)}`;
}

/** Classes that allow the naming attributes people use for a suffix. */
const classes: Readonly<Record<string, readonly string[]>> = {
  dc: ['organization', 'dcObject'],
  o: ['organization'],
  ou: ['organizationalUnit'],
  c: ['country'],
  l: ['locality'],
};

function suffixAttributes(rdn: Rdn): Attribute[] {
  const [first] = rdn;
  const objectClasses = classes[first?.type.toLowerCase() ?? ''] ?? ['organization', 'extensibleObject'];
  const naming = rdn.map(({ type, value }) => ({ description: type, values: [value] }));
  const hasO = rdn.some(({ type }) => type.toLowerCase() === 'o');
  const o = objectClasses.includes('organization') && !hasO ? [{ description: 'o', values: [first?.value ?? Buffer.from('club')] }] : [];
  return [{ description: 'objectClass', values: ['top', ...objectClasses].map((name) => Buffer.from(name)) }, ...naming, ...o];
}
