/**
 * RFC 4518 string preparation. In place of its padding with blanks (§2.6.1) the outer blanks go and inner runs become one:
 * the same strings are equal.
 */

/** Mapped to nothing (§2.2): control characters, soft hyphen, joiners, variation selectors, tags and the like. */
const ignored = /[\p{Cc}\p{Cf}\u034F\u180B-\u180D\uFE00-\uFE0F\uFFFC]/gu;
/** Mapped to a blank (§2.2). */
const blanks = /[\t\n\v\f\r\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/g;
/** Prohibited (§2.4): private use, surrogates, the replacement character, non-characters. */
const prohibited = /[\uE000-\uF8FF\uD800-\uDFFF\uFFFD\uFDD0-\uFDEF\uFFFE\uFFFF]|[\u{F0000}-\u{10FFFF}]/u;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns the text, or undefined when the bytes are not UTF-8 */
export function decodeUtf8(value: Buffer): string | undefined {
  try {
    return decoder.decode(value);
  } catch {
    return undefined;
  }
}

/**
 * Prepares a value or an assertion.
 * @returns undefined for what is not UTF-8 or holds prohibited characters
 */
export function prepare(value: Buffer, foldCase: boolean): string | undefined {
  const quick = simpleAscii(value);
  if (quick !== undefined) return foldCase ? quick.toLowerCase() : quick;
  const mapped = map(value, foldCase);
  return mapped?.replace(/ +/g, ' ').replace(/^ | $/g, '');
}

/** Prepares a piece of a substrings assertion: blanks at its inner ends count (§2.6.1). */
export function prepareSubstring(value: Buffer, position: 'initial' | 'any' | 'final', foldCase: boolean): string | undefined {
  const text = map(value, foldCase)?.replace(/ +/g, ' ');
  if (position === 'initial') return text?.replace(/^ /, '');
  return position === 'final' ? text?.replace(/ $/, '') : text;
}

function map(value: Buffer, foldCase: boolean): string | undefined {
  const text = decodeUtf8(value)?.replace(blanks, ' ').replace(ignored, '');
  if (text === undefined) return undefined;
  // B.2 of RFC 3454 folds for NFKC: fold, normalise, and fold what that brought forth
  const folded = foldCase ? fold(fold(text).normalize('NFKC')).normalize('NFKC') : text.normalize('NFKC');
  return prohibited.test(folded) ? undefined : folded;
}

/** Full case folding by way of upper case, so that ß equals ss and final sigma equals sigma. */
function fold(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/** Printable ASCII without outer or double blanks is prepared as it stands. */
function simpleAscii(value: Buffer): string | undefined {
  const { length } = value;
  if (value[0] === 0x20 || value[length - 1] === 0x20) return undefined;
  let before = 0;
  for (let at = 0; at < length; at++) {
    const byte = value[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || (byte === 0x20 && before === 0x20)) return undefined;
    before = byte;
  }
  return value.toString('latin1');
}
