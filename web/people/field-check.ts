import { turns } from '../direction.ts';
import type { Values, Word } from '../words.ts';
import { isWebAddress } from './field-text.ts';
import type { Field, FieldKind } from './fields.ts';

/** What is wrong with a value, in words. */
export type Complaint = readonly [word: Word, values?: Values];

const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What the directory's syntaxes let through and a profile does not want. */
const checks: Partial<Record<FieldKind, (value: string) => Complaint | undefined>> = {
  // who is called like an address of the web has it sent around in the club's name
  name: (value) => (/\w:\/\/|\bwww\.|\w\.\p{L}{2,}\//iu.test(value) ? ['field.wrongName'] : undefined),
  mail: (value) => (/^[^\s@<>"(),:;\\[\]]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value) ? undefined : ['field.wrongMail', { value }]),
  phone: (value) => (/^\+?[\d\s()/.*#-]{3,}$/.test(value) ? undefined : ['field.wrongPhone', { value }]),
  link: (value) => (isWebAddress(value.split(' ')[0] ?? '') ? undefined : ['field.wrongLink', { value }]),
  language: (value) => (value === 'de' || value === 'en' ? undefined : ['field.wrongLanguage']),
  birthday: (value) => {
    const [, year, month, day] = /^(?:(\d{4})-)?(\d\d)-(\d\d)$/.exec(value) ?? [];
    const most = days[Number(month) - 1] ?? 0;
    const isDay = month !== undefined && Number(day) >= 1 && Number(day) <= most;
    const isLeap = month !== '02' || day !== '29' || year === undefined || new Date(`${year}-02-29`).getUTCDate() === 29;
    return isDay && isLeap ? undefined : ['field.wrongBirthday'];
  },
  sshKey: (value) =>
    /^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp\d+|sk-[\w@.-]+) AAAA[A-Za-z0-9+/]+={0,3}( .*)?$/.test(value) ? undefined : ['field.wrongSshKey'],
  pgpKey: (value) =>
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[\s\S]+\n-----END PGP PUBLIC KEY BLOCK-----$/.test(value)
      ? undefined
      : [value.includes('PRIVATE KEY') ? 'field.privateKey' : 'field.wrongPgpKey'],
};

const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Are there control characters in a long text, where line ends and tabs belong? */
export function hasControls(text: string): boolean {
  return controls.test(text.replace(/[\n\t]/g, ''));
}

/** Looks at what somebody has typed into a field. @returns the first complaint */
export function checkValues({ kind, most, longest }: Field, values: readonly string[]): Complaint | undefined {
  if (values.length > most) return ['field.tooMany', { most }];
  for (const value of values) {
    if ([...value].length > longest) return ['field.tooLong', { most: longest }];
    if (kind === 'text' || kind === 'pgpKey' ? hasControls(value) : controls.test(value)) return ['field.control'];
    if (kind !== 'text' && turns(value)) return ['field.control'];
    const complaint = checks[kind]?.(value);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
