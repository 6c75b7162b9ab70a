import { createHash } from 'node:crypto';
import type { Field, FieldKind } from './fields.ts';
import { encodePostalAddress, postalLines } from './postal-address.ts';

/** A value as a page shows it. */
export interface ShownValue {
  readonly text: string;
  /** Where a click leads; only addresses that are safe to follow */
  readonly href?: string;
}

/** How values of each kind look to who reads. */
const shown: Readonly<Record<FieldKind, (value: string) => ShownValue>> = {
  name: (text) => ({ text }),
  line: (text) => ({ text }),
  text: (text) => ({ text }),
  language: (text) => ({ text }),
  birthday: (text) => ({ text }),
  mail: (text) => ({ text, href: `mailto:${encodeURIComponent(text).replace('%40', '@')}` }),
  phone: (text) => ({ text, href: `tel:${text.replace(/[^\d+*#]/g, '')}` }),
  address: (text) => ({ text: postalLines(text).join('\n') }),
  link: (value) => {
    const [url = '', ...label] = value.split(' ');
    const text = label.length > 0 ? label.join(' ') : url.replace(/^https?:\/\//, '').replace(/\/$/, '');
    return isWebAddress(url) ? { text, href: url } : { text: value };
  },
  sshKey: (text) => ({ text: sshFingerprint(text) }),
  pgpKey: (text) => ({ text: `OpenPGP, ${text.length} bytes` }),
};

export function showValue({ kind }: Pick<Field, 'kind'>, value: string): ShownValue {
  return shown[kind](value);
}

/** Would a browser go to a web page there, and nowhere else? */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text);
}

/** As ssh-keygen -l says it: SHA256 of the key's bytes in Base64 without its end (RFC 4648), with the comment. */
function sshFingerprint(line: string): string {
  const [type = '', key = '', ...comment] = line.split(/\s+/);
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');
  return [type, `SHA256:${digest}`, ...comment].join(' ').trim();
}

/** Fields whose values are longer than a line; of the others each line is a value. */
export const boxKinds: ReadonlySet<FieldKind> = new Set(['text', 'address', 'pgpKey']);

/** What stands in the form for these values. */
export function typedText({ kind }: Pick<Field, 'kind'>, values: readonly string[]): string {
  // the form has the site's languages to choose from: `de-AT` is one of them
  if (kind === 'language') return /^(?:de|en)\b/i.exec(values[0] ?? '')?.[0]?.toLowerCase() ?? '';
  // an empty line sets addresses apart
  if (kind === 'address') return values.map((value) => postalLines(value).filter(Boolean).join('\n')).join('\n\n');
  return values.join(kind === 'pgpKey' ? '\n\n' : '\n');
}

/** The values that somebody has typed; the other way round from `typedText`. */
export function typedValues({ kind }: Pick<Field, 'kind'>, text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (kind === 'address') return [...new Set(trimmed.split(/\n\s*\n/).map(encodePostalAddress))];
  if (kind === 'text') return [trimmed];
  const parts = kind === 'pgpKey' ? trimmed.split(/\n{2,}(?=-----BEGIN)/) : trimmed.split('\n');
  return [...new Set(parts.map((part) => part.trim()).filter(Boolean))];
}
