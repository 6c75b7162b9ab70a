import type { Complaint } from '../people/field-check.ts';

// Mailboxes of RFC 5321 §4.1.2, without address literals and without the characters of RFC 6531, which the directory's syntax for them
// (IA5) does not hold.

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const dotString = new RegExp(`^${atom}(\\.${atom})*$`);
const quotedString = /^"([\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;
const label = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** RFC 5321 §4.5.3.1: octets. */
const longest = { localPart: 64, domain: 255 };

function isDomain(text: string): boolean {
  return text.length <= longest.domain && text.split('.').every((each) => label.test(each));
}

function isLocalPart(text: string): boolean {
  return text.length <= longest.localPart && (dotString.test(text) || quotedString.test(text));
}

/** An e-mail address, whole. What a mail server takes for a program or a file (`|/bin/sh`, `/var/mail/x`) is none, whatever stands behind it. */
export function checkAddress(value: string): Complaint | undefined {
  const at = value.lastIndexOf('@');
  const isAddress = at > 0 && isLocalPart(value.slice(0, at)) && isDomain(value.slice(at + 1)) && !/^"?[|/]/.test(value);
  return isAddress ? undefined : ['field.wrongMail', { value }];
}

/** An e-mail address, or the part of one before the @. */
export function checkAddressOrLocalPart(value: string): Complaint | undefined {
  if (value.includes('@') && !isLocalPart(value)) return checkAddress(value);
  return isLocalPart(value) ? undefined : ['boardMail.wrongAddress', { value }];
}

/** Labels of letters, digits and hyphens; others are written xn--… (RFC 5890). */
export function checkDomain(value: string): Complaint | undefined {
  return isDomain(value) ? undefined : ['boardMail.wrongDomain', { value }];
}

/** The first that is wrong of the values that were not there before: those may be older than our rules. */
export function complaintOf(
  check: (value: string) => Complaint | undefined,
  typed: readonly string[],
  loaded: readonly string[] = [],
): Complaint | undefined {
  for (const value of typed) {
    const complaint = loaded.includes(value) ? undefined : check(value);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
