import type { Word } from '../words.ts';

/** How the values of a field look and are typed in. */
export type FieldKind = 'line' | 'name' | 'text' | 'mail' | 'phone' | 'address' | 'link' | 'birthday' | 'sshKey' | 'pgpKey' | 'language';

/** An attribute that a profile shows. */
export interface Field {
  readonly attribute: string;
  readonly word: Word;
  readonly kind: FieldKind;
  /** Values that it may have */
  readonly most: number;
  /** Characters that one value may have */
  readonly longest: number;
  /** What the browser may fill in (HTML, autocomplete) */
  readonly autocomplete?: string;
  /** Only who has one sees it: it has come from elsewhere, and another field is there for new ones */
  readonly inherited?: true;
}

/** What stands on a profile, in this order. Who sees and who changes it, the access rows say. */
export const fields: readonly Field[] = [
  { attribute: 'displayName', word: 'field.displayName', kind: 'name', most: 1, longest: 100, autocomplete: 'nickname' },
  { attribute: 'mosNick', word: 'field.mosNick', kind: 'name', most: 5, longest: 50 },
  { attribute: 'description', word: 'field.description', kind: 'text', most: 1, longest: 4000 },
  { attribute: 'mosSkill', word: 'field.mosSkill', kind: 'line', most: 30, longest: 60 },
  { attribute: 'mosLink', word: 'field.mosLink', kind: 'link', most: 10, longest: 500 },
  { attribute: 'labeledURI', word: 'field.labeledURI', kind: 'link', most: 10, longest: 500 },
  { attribute: 'mail', word: 'field.mail', kind: 'mail', most: 5, longest: 256, autocomplete: 'email' },
  { attribute: 'mobile', word: 'field.mobile', kind: 'phone', most: 5, longest: 40, autocomplete: 'tel' },
  { attribute: 'telephoneNumber', word: 'field.telephoneNumber', kind: 'phone', most: 5, longest: 40 },
  { attribute: 'homePostalAddress', word: 'field.homePostalAddress', kind: 'address', most: 3, longest: 300 },
  { attribute: 'postalAddress', word: 'field.postalAddress', kind: 'address', most: 3, longest: 300, inherited: true },
  { attribute: 'street', word: 'field.street', kind: 'line', most: 3, longest: 128, inherited: true },
  { attribute: 'postalCode', word: 'field.postalCode', kind: 'line', most: 3, longest: 40, inherited: true },
  { attribute: 'l', word: 'field.l', kind: 'line', most: 3, longest: 128, inherited: true },
  { attribute: 'mosBirthday', word: 'field.mosBirthday', kind: 'birthday', most: 1, longest: 10 },
  { attribute: 'mosWikiName', word: 'field.mosWikiName', kind: 'line', most: 1, longest: 100 },
  { attribute: 'sshPublicKey', word: 'field.sshPublicKey', kind: 'sshKey', most: 20, longest: 16_384 },
  { attribute: 'mosPgpKey', word: 'field.mosPgpKey', kind: 'pgpKey', most: 3, longest: 65_536 },
  { attribute: 'preferredLanguage', word: 'field.preferredLanguage', kind: 'language', most: 1, longest: 2 },
  { attribute: 'givenName', word: 'field.givenName', kind: 'name', most: 1, longest: 100, autocomplete: 'given-name' },
  { attribute: 'sn', word: 'field.sn', kind: 'name', most: 1, longest: 100, autocomplete: 'family-name' },
  { attribute: 'cn', word: 'field.cn', kind: 'name', most: 1, longest: 200, autocomplete: 'name' },
];

export function fieldOf(attribute: string): Field | undefined {
  return fields.find((field) => field.attribute === attribute);
}
