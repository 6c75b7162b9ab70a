import { isUtf8 } from 'node:buffer';

/** Which part of a substrings assertion a text is (RFC 4511 §4.5.1.7.2). */
export type Piece = 'initial' | 'any' | 'final';

const SPACE = 32;

/**
 * Prepares a string for comparison (RFC 4518): control characters go, every kind of blank becomes a space, case is folded if
 * asked for, NFKC, runs of blanks become one and those at the ends none. RFC 4518 §2.6.1 writes one blank at the ends and two
 * within; which strings are equal, and their order, stays the same.
 * @returns undefined for what is no UTF-8, is empty or holds prohibited characters (private use, U+FFFD, …)
 */
export function prepare(value: Buffer, ignoreCase: boolean): string | undefined {
  // The usual value is printable ASCII with single blanks; it needs no more than lower case.
  let previous = SPACE;
  let upper = false;
  for (let at = 0; at < value.length; at++) {
    const byte = value[at] ?? 0;
    if (byte === SPACE ? previous === SPACE : byte < SPACE || byte > 126) return prepareAny(value, ignoreCase);
    if (byte >= 65 && byte <= 90) upper = true;
    previous = byte;
  }
  if (previous === SPACE) return value.length === 0 ? undefined : prepareAny(value, ignoreCase);
  const text = value.toString('latin1');
  return upper && ignoreCase ? text.toLowerCase() : text;
}

function prepareAny(value: Buffer, ignoreCase: boolean): string | undefined {
  const text = mapped(value, ignoreCase);
  if (text === undefined) return undefined;
  return singleBlanks(text) || ' ';
}

/**
 * Prepares a piece of a substrings assertion, to be looked for in what prepare returns. Blanks at the outer ends go, blanks
 * next to a `*` stay as one: `(cn=foo *)` wants something behind the blank, as with slapd; RFC 4518 §2.6.1 would find a plain
 * `foo` as well.
 */
export function preparePiece(value: Buffer, ignoreCase: boolean, piece: Piece): string | undefined {
  const text = mapped(value, ignoreCase)?.replace(/ {2,}/g, ' ');
  if (text === undefined || text === ' ') return text;
  if (piece === 'initial') return text.startsWith(' ') ? text.slice(1) : text;
  return piece === 'final' && text.endsWith(' ') ? text.slice(0, -1) : text;
}

/** RFC 4518 §2.1 to §2.4: transcode, map, normalize, prohibit. */
function mapped(value: Buffer, ignoreCase: boolean): string | undefined {
  if (!isUtf8(value)) return undefined;
  const text = value
    .toString('utf8')
    .replace(/[\p{Z}\t\n\v\f\r\u0085]/gu, ' ')
    .replace(/\p{Cc}|\p{Cf}|\p{Variation_Selector}|\u034F|\uFFFC/gu, '')
    .normalize('NFKC');
  // code points that newer editions of Unicode assign are let through, or new letters could never be found
  if (/[\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\uFFFD]/u.test(text)) return undefined;
  return ignoreCase ? foldCase(text).normalize('NFKC') : text;
}

/** RFC 3454 table B.2 by way of the upper case, where ß is SS; only the dotless ı would become an i. */
function foldCase(text: string): string {
  return text.replace(/[^ı]+/gu, (part) => part.toLowerCase().toUpperCase().toLowerCase()).replaceAll('ς', 'σ');
}

function singleBlanks(text: string): string {
  return text.replace(/ {2,}/g, ' ').replace(/^ | $/g, '');
}
