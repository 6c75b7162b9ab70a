import { normalizeGeneralizedTime } from './generalized-time.ts';
import { decodeUtf8, prepare, prepareSubstring } from './string-preparation.ts';

/** What some rules need to know of the schema that they are part of. */
export interface NormalizationContext {
  /** Normal form of a DN; @throws when it is none */
  normalizeDn(dn: string): string;
  /** The OID of a class, attribute type or rule given by name or OID; a number that is not known stays */
  canonicalOid(nameOrOid: string): string | undefined;
}

export interface SubstringPattern {
  readonly initial?: string;
  readonly any: readonly string[];
  readonly final?: string;
}

interface Pieces {
  readonly initial?: Buffer;
  readonly any: readonly Buffer[];
  readonly final?: Buffer;
}

type Normalizer = (value: Buffer, context: NormalizationContext) => string | undefined;

/** A row of the table: a rule of RFC 4517 §4.2 or of an extension. */
interface Row {
  readonly oid: string;
  readonly name: string;
  readonly kind: 'equality' | 'ordering' | 'substrings' | 'extensible';
  /** Assertion syntax */
  readonly syntax: string;
  readonly normalize: Normalizer;
  /** Where an assertion is not written like a value */
  readonly normalizeAssertion?: Normalizer;
  readonly compare?: (a: string, b: string) => number;
  readonly piece?: (piece: Buffer, position: 'initial' | 'any' | 'final') => string | undefined;
  /** Where matching is not equality of normal forms */
  readonly matches?: (value: string, assertion: string) => boolean;
  /** Attribute syntaxes that it is for, where they are not its own */
  readonly appliesTo?: readonly string[];
}

/** A matching rule, bound to a schema. Normal forms are strings; undefined is X.511's Undefined. */
export class MatchingRule {
  readonly oid: string;
  readonly name: string;
  readonly kind: Row['kind'];
  readonly syntaxOid: string;
  readonly appliesTo: readonly string[];
  readonly compare: ((a: string, b: string) => number) | undefined;
  readonly #row: Row;
  readonly #context: NormalizationContext;

  constructor(row: Row, context: NormalizationContext) {
    this.oid = row.oid;
    this.name = row.name;
    this.kind = row.kind;
    this.syntaxOid = row.syntax;
    this.appliesTo = row.appliesTo ?? [row.syntax];
    this.compare = row.compare;
    this.#row = row;
    this.#context = context;
  }

  /** Normal form of an attribute value; equal values have equal forms. */
  normalize(value: Buffer): string | undefined {
    return this.#row.normalize(value, this.#context);
  }

  normalizeAssertion(value: Buffer): string | undefined {
    return (this.#row.normalizeAssertion ?? this.#row.normalize)(value, this.#context);
  }

  /** A test for values against this assertion, undefined when the assertion is not valid. */
  assertion(value: Buffer): ((value: Buffer) => boolean) | undefined {
    const { compare, kind, matches } = this.#row;
    const asserted = this.normalizeAssertion(value);
    if (asserted === undefined) return undefined;
    return (each) => {
      const normal = this.normalize(each);
      if (normal === undefined) return false;
      if (matches !== undefined) return matches(normal, asserted);
      // an ordering rule in an extensible filter says "less than" (RFC 4517 §4.2)
      return kind === 'ordering' && compare !== undefined ? compare(normal, asserted) < 0 : normal === asserted;
    };
  }

  /** The pieces of a substrings filter in normal form; only of rules that are for substrings. */
  normalizeSubstrings({ initial, any, final }: Pieces): SubstringPattern | undefined {
    const { piece } = this.#row;
    if (piece === undefined) return undefined;
    const first = initial && piece(initial, 'initial');
    const middle = any.map((each) => piece(each, 'any'));
    const last = final && piece(final, 'final');
    if ((initial && first === undefined) || (final && last === undefined) || !middle.every((each) => each !== undefined)) return undefined;
    return { any: middle, ...(first !== undefined && { initial: first }), ...(last !== undefined && { final: last }) };
  }
}

const caseIgnore: Normalizer = (value) => prepare(value, true);
const caseExact: Normalizer = (value) => prepare(value, false);
const isAscii = (value: Buffer) => value.every((byte) => byte < 0x80);
const ia5 =
  (inner: Normalizer): Normalizer =>
  (value, context) =>
    isAscii(value) ? inner(value, context) : undefined;
const octets: Normalizer = (value) => value.toString('latin1');
const integer: Normalizer = (value) => (/^(?:0|-?[1-9]\d*)$/.test(value.toString('latin1')) ? value.toString('latin1') : undefined);
const boolean: Normalizer = (value) => (/^(?:TRUE|FALSE)$/.test(value.toString('latin1')) ? value.toString('latin1') : undefined);
const bits: Normalizer = (value) => /^'([01]*)'B$/.exec(value.toString('latin1'))?.[0];
const time: Normalizer = (value) => normalizeGeneralizedTime(value.toString('latin1'));
const uuid: Normalizer = (value) =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value.toString('latin1')) ? value.toString('latin1').toLowerCase() : undefined;
const csn: Normalizer = (value) =>
  /^\d{14}\.\d{6}Z#[0-9a-f]{6}#[0-9a-f]{3}#[0-9a-f]{6}$/i.test(value.toString('latin1'))
    ? value.toString('latin1').toLowerCase()
    : undefined;
const digits: Normalizer = (value) =>
  /^[\d ]*$/.test(value.toString('latin1')) ? value.toString('latin1').replaceAll(' ', '') : undefined;
const phone: Normalizer = (value) => prepare(value, true)?.replace(/[ -]/g, '');
/** The lines of an address, each on its own (RFC 4517 §4.2.13) */
const lines: Normalizer = (value) =>
  caseIgnore(value, noContext)
    ?.split('$')
    .map((line) => line.trim())
    .join('$');
const dn: Normalizer = (value, context) => {
  const text = decodeUtf8(value);
  if (text === undefined) return undefined;
  try {
    return context.normalizeDn(text);
  } catch {
    return undefined;
  }
};
/** RFC 4517 §4.2.31 */
const nameAndUid: Normalizer = (value, context) => {
  const [, name = '', uid = ''] = /^(.*?)(#'[01]*'B)?$/s.exec(value.toString('latin1')) ?? [];
  const normal = dn(Buffer.from(name, 'latin1'), context);
  return normal === undefined ? undefined : normal + uid;
};
const identifier: Normalizer = (value, context) => context.canonicalOid(value.toString('latin1').trim());
const firstComponent = (value: Buffer) => /^\(\s*('[^']*'|[^\s)]+)/.exec(value.toString('latin1'))?.[1];

const noContext: NormalizationContext = { normalizeDn: (text) => text, canonicalOid: (text) => text };

const byCodePoint = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function compareIntegers(a: string, b: string): number {
  const negative = a.startsWith('-');
  if (negative !== b.startsWith('-')) return negative ? -1 : 1;
  const order = a.length - b.length || byCodePoint(a, b);
  return negative ? -order : order;
}

const substringsOf =
  (foldCase: boolean, after: (text: string) => string = (text) => text): NonNullable<Row['piece']> =>
  (piece, position) => {
    const text = prepareSubstring(piece, position, foldCase);
    return text === undefined ? undefined : after(text);
  };

const x = '1.3.6.1.4.1.1466.115.121.1';
const directoryString = `${x}.15`;
/** Syntaxes whose values are text for people */
const strings = [directoryString, `${x}.44`, `${x}.11`, `${x}.50`, `${x}.26`];

/** Words of a text, each of which keywordMatch and wordMatch look for. */
const oneOfTheWords = (value: string, assertion: string) => value.split(/[^\p{L}\p{N}]+/u).includes(assertion);

export const matchingRuleRows: readonly Row[] = [
  { oid: '2.5.13.0', name: 'objectIdentifierMatch', kind: 'equality', syntax: `${x}.38`, normalize: identifier },
  { oid: '2.5.13.1', name: 'distinguishedNameMatch', kind: 'equality', syntax: `${x}.12`, normalize: dn },
  { oid: '2.5.13.2', name: 'caseIgnoreMatch', kind: 'equality', syntax: directoryString, normalize: caseIgnore, appliesTo: strings },
  {
    oid: '2.5.13.3',
    name: 'caseIgnoreOrderingMatch',
    kind: 'ordering',
    syntax: directoryString,
    normalize: caseIgnore,
    compare: byCodePoint,
    appliesTo: strings,
  },
  {
    oid: '2.5.13.4',
    name: 'caseIgnoreSubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: caseIgnore,
    piece: substringsOf(true),
    appliesTo: strings,
  },
  { oid: '2.5.13.5', name: 'caseExactMatch', kind: 'equality', syntax: directoryString, normalize: caseExact, appliesTo: strings },
  {
    oid: '2.5.13.6',
    name: 'caseExactOrderingMatch',
    kind: 'ordering',
    syntax: directoryString,
    normalize: caseExact,
    compare: byCodePoint,
    appliesTo: strings,
  },
  {
    oid: '2.5.13.7',
    name: 'caseExactSubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: caseExact,
    piece: substringsOf(false),
    appliesTo: strings,
  },
  { oid: '2.5.13.8', name: 'numericStringMatch', kind: 'equality', syntax: `${x}.36`, normalize: digits },
  { oid: '2.5.13.9', name: 'numericStringOrderingMatch', kind: 'ordering', syntax: `${x}.36`, normalize: digits, compare: byCodePoint },
  {
    oid: '2.5.13.10',
    name: 'numericStringSubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: digits,
    piece: (piece) => digits(piece, noContext),
    appliesTo: [`${x}.36`],
  },
  { oid: '2.5.13.11', name: 'caseIgnoreListMatch', kind: 'equality', syntax: `${x}.41`, normalize: lines },
  {
    oid: '2.5.13.12',
    name: 'caseIgnoreListSubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: lines,
    piece: substringsOf(true),
    appliesTo: [`${x}.41`],
  },
  { oid: '2.5.13.13', name: 'booleanMatch', kind: 'equality', syntax: `${x}.7`, normalize: boolean },
  { oid: '2.5.13.14', name: 'integerMatch', kind: 'equality', syntax: `${x}.27`, normalize: integer },
  { oid: '2.5.13.15', name: 'integerOrderingMatch', kind: 'ordering', syntax: `${x}.27`, normalize: integer, compare: compareIntegers },
  { oid: '2.5.13.16', name: 'bitStringMatch', kind: 'equality', syntax: `${x}.6`, normalize: bits },
  { oid: '2.5.13.17', name: 'octetStringMatch', kind: 'equality', syntax: `${x}.40`, normalize: octets },
  { oid: '2.5.13.18', name: 'octetStringOrderingMatch', kind: 'ordering', syntax: `${x}.40`, normalize: octets, compare: byCodePoint },
  {
    oid: '2.5.13.19',
    name: 'octetStringSubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: octets,
    piece: (piece) => piece.toString('latin1'),
    appliesTo: [`${x}.40`],
  },
  { oid: '2.5.13.20', name: 'telephoneNumberMatch', kind: 'equality', syntax: `${x}.50`, normalize: phone },
  {
    oid: '2.5.13.21',
    name: 'telephoneNumberSubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: phone,
    piece: substringsOf(true, (text) => text.replace(/[ -]/g, '')),
    appliesTo: [`${x}.50`],
  },
  { oid: '2.5.13.23', name: 'uniqueMemberMatch', kind: 'equality', syntax: `${x}.34`, normalize: nameAndUid },
  { oid: '2.5.13.27', name: 'generalizedTimeMatch', kind: 'equality', syntax: `${x}.24`, normalize: time },
  { oid: '2.5.13.28', name: 'generalizedTimeOrderingMatch', kind: 'ordering', syntax: `${x}.24`, normalize: time, compare: byCodePoint },
  {
    oid: '2.5.13.29',
    name: 'integerFirstComponentMatch',
    kind: 'equality',
    syntax: `${x}.27`,
    normalize: (value) => firstComponent(value),
    normalizeAssertion: integer,
    appliesTo: [`${x}.17`],
  },
  {
    oid: '2.5.13.30',
    name: 'objectIdentifierFirstComponentMatch',
    kind: 'equality',
    syntax: `${x}.38`,
    normalize: (value) => firstComponent(value),
    normalizeAssertion: identifier,
    appliesTo: [`${x}.3`, `${x}.16`, `${x}.54`, `${x}.30`, `${x}.31`, `${x}.35`, `${x}.37`],
  },
  {
    oid: '2.5.13.31',
    name: 'directoryStringFirstComponentMatch',
    kind: 'equality',
    syntax: directoryString,
    normalize: (value, context) => caseIgnore(Buffer.from((firstComponent(value) ?? '').replace(/^'|'$/g, ''), 'latin1'), context),
    normalizeAssertion: caseIgnore,
    appliesTo: [],
  },
  {
    oid: '2.5.13.32',
    name: 'wordMatch',
    kind: 'extensible',
    syntax: directoryString,
    normalize: caseIgnore,
    matches: oneOfTheWords,
    appliesTo: strings,
  },
  {
    oid: '2.5.13.33',
    name: 'keywordMatch',
    kind: 'extensible',
    syntax: directoryString,
    normalize: caseIgnore,
    matches: oneOfTheWords,
    appliesTo: strings,
  },
  { oid: '1.3.6.1.4.1.1466.109.114.1', name: 'caseExactIA5Match', kind: 'equality', syntax: `${x}.26`, normalize: ia5(caseExact) },
  { oid: '1.3.6.1.4.1.1466.109.114.2', name: 'caseIgnoreIA5Match', kind: 'equality', syntax: `${x}.26`, normalize: ia5(caseIgnore) },
  {
    oid: '1.3.6.1.4.1.1466.109.114.3',
    name: 'caseIgnoreIA5SubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: ia5(caseIgnore),
    piece: substringsOf(true),
    appliesTo: [`${x}.26`],
  },
  {
    oid: '1.3.6.1.4.1.4203.1.2.1',
    name: 'caseExactIA5SubstringsMatch',
    kind: 'substrings',
    syntax: `${x}.58`,
    normalize: ia5(caseExact),
    piece: substringsOf(false),
    appliesTo: [`${x}.26`],
  },
  // RFC 4530
  { oid: '1.3.6.1.1.16.2', name: 'UUIDMatch', kind: 'equality', syntax: '1.3.6.1.1.16.1', normalize: uuid },
  { oid: '1.3.6.1.1.16.3', name: 'UUIDOrderingMatch', kind: 'ordering', syntax: '1.3.6.1.1.16.1', normalize: uuid, compare: byCodePoint },
  // OpenLDAP
  { oid: '1.3.6.1.4.1.4203.666.11.2.2', name: 'CSNMatch', kind: 'equality', syntax: '1.3.6.1.4.1.4203.666.11.2.1', normalize: csn },
  {
    oid: '1.3.6.1.4.1.4203.666.11.2.3',
    name: 'CSNOrderingMatch',
    kind: 'ordering',
    syntax: '1.3.6.1.4.1.4203.666.11.2.1',
    normalize: csn,
    compare: byCodePoint,
  },
  // Active Directory's, which clients of all kinds use
  {
    oid: '1.2.840.113556.1.4.803',
    name: 'integerBitAndMatch',
    kind: 'extensible',
    syntax: `${x}.27`,
    normalize: integer,
    matches: (value, assertion) => (BigInt(value) & BigInt(assertion)) === BigInt(assertion),
  },
  {
    oid: '1.2.840.113556.1.4.804',
    name: 'integerBitOrMatch',
    kind: 'extensible',
    syntax: `${x}.27`,
    normalize: integer,
    matches: (value, assertion) => (BigInt(value) & BigInt(assertion)) !== 0n,
  },
  {
    oid: '1.2.840.113556.1.4.1941',
    name: 'dnInChainMatch',
    kind: 'extensible',
    syntax: `${x}.12`,
    normalize: dn,
    appliesTo: [`${x}.12`, `${x}.34`],
  },
];
