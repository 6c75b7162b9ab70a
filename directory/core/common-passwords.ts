import { dictionary } from '@zxcvbn-ts/language-common';

/** Passwords of published leaks, most used first; in lower case. */
const leaked: ReadonlySet<string> = new Set(dictionary['passwords-common'].map(commonForm));

/** What people append to a word when a site asks for more: a year and a mark are the longest. */
const ending = /[\d\p{P}\p{S}]{1,5}$/u;

/**
 * Is this a password that guessers try first: one of the leaked ones, or one of them with up to five digits and marks after it?
 * @param password in clear
 */
export function isCommonPassword(password: string): boolean {
  const form = commonForm(password);
  return leaked.has(form) || leaked.has(form.replace(ending, ''));
}

/** Spellings of one password that a guesser tries together. */
function commonForm(password: string): string {
  return password.normalize('NFKC').toLowerCase().trim();
}
