/** A search filter (RFC 4511 §4.5.1.7). Assertion values are the bytes that came in; the schema gives them their meaning. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approx'; readonly attribute: string; readonly value: Buffer }
  | SubstringsFilter
  | { readonly kind: 'present'; readonly attribute: string }
  | ExtensibleFilter;

export interface SubstringsFilter {
  readonly kind: 'substrings';
  readonly attribute: string;
  readonly initial?: Buffer;
  readonly any: readonly Buffer[];
  readonly final?: Buffer;
}

export interface ExtensibleFilter {
  readonly kind: 'extensible';
  readonly rule?: string;
  readonly attribute?: string;
  readonly value: Buffer;
  readonly dnAttributes: boolean;
}

/** X.511's three values: undefined is its Undefined. */
export type Truth = boolean | undefined;

export function not(a: Truth): Truth {
  return a === undefined ? undefined : !a;
}

/** False wins over Undefined, Undefined over true (RFC 4511 §4.5.1.7). */
export function and(truths: Iterable<Truth>): Truth {
  let result: Truth = true;
  for (const truth of truths) {
    if (truth === false) return false;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** True wins over Undefined, Undefined over false. */
export function or(truths: Iterable<Truth>): Truth {
  let result: Truth = false;
  for (const truth of truths) {
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}
