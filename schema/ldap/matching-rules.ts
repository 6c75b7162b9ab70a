import { isAscii, isUtf8 } from 'node:buffer';
import { normalizeGeneralizedTime } from './generalized-time.ts';
import { type Piece, prepare, preparePiece } from './string-preparation.ts';
import { SYNTAX } from './syntaxes.ts';

/** What some rules must ask the schema: names mean nothing to them. */
export interface NormalizationContext {
  /** @throws DirectoryError invalidDNSyntax */
  normalizeDn(text: string): string;
  /** The OID of an object class, attribute type, … by one of its names; numbers stay as they are */
  canonicalOid(nameOrOid: string): string | undefined;
}

/** The pieces of a substrings assertion (RFC 4511 §4.5.1.7.2). */
export interface Substrings<Text> {
  readonly initial?: Text;
  readonly any: readonly Text[];
  readonly final?: Text;
}

/**
 * A matching rule (RFC 4512 §4.1.3, RFC 4517 §4). Two values are equal when they have the same normal form, a string; octet
 * strings have each byte as a character. Where a normal form is undefined, the outcome is X.511's Undefined.
 */
export interface MatchingRule {
  readonly oid: string;
  readonly name: string;
  /** `extensible`: for extensible filters only */
  readonly kind: 'equality' | 'ordering' | 'substrings' | 'extensible';
  /** Of the assertion */
  readonly syntaxOid: string;
  /** OIDs of the syntaxes whose values it can compare */
  readonly appliesTo: readonly string[];
  /** The normal form of an attribute value. */
  normalize(value: Buffer): string | undefined;
  /** The normal form of an assertion value: another thing than a value with the first-component rules. */
  normalizeAssertion(value: Buffer): string | undefined;
  /** Ordering rules: negative when a comes first; both are normal forms. */
  readonly compare: ((a: string, b: string) => number) | undefined;
  /** Substrings rules: pieces to be looked for in the normal form of a value. */
  readonly normalizeSubstrings: ((pieces: Substrings<Buffer>) => Substrings<string> | undefined) | undefined;
  /** Makes an extensible filter's assertion (RFC 4511 §4.5.1.7.7) ready; undefined when the value is none. */
  assertion(value: Buffer): ((value: Buffer) => boolean) | undefined;
}

type Normalize = (value: Buffer) => string | undefined;
type NormalizePiece = (value: Buffer, piece: Piece) => string | undefined;

interface Row {
  readonly oid: string;
  readonly name: string;
  readonly kind: MatchingRule['kind'];
  readonly syntax: string;
  readonly applies: readonly string[];
  readonly normalize: Normalize;
  readonly normalizeAssertion?: Normalize;
  readonly compare?: (a: string, b: string) => number;
  readonly piece?: NormalizePiece;
  readonly assertion?: MatchingRule['assertion'];
}

const caseIgnore: Normalize = (value) => prepare(value, true);
const caseExact: Normalize = (value) => prepare(value, false);
// an IA5 string may be empty, which equals nothing but blanks
const ia5 = (value: Buffer, ignoreCase: boolean) => (value.length === 0 ? ' ' : isAscii(value) ? prepare(value, ignoreCase) : undefined);
const ia5Ignore: Normalize = (value) => ia5(value, true);
const ia5Exact: Normalize = (value) => ia5(value, false);
const octets: Normalize = (value) => value.toString('latin1');
const numericString: Normalize = (value) => digits(value) || undefined;
const telephoneNumber: Normalize = (value) => withoutHyphens(value) || undefined;
const integer: Normalize = (value) => canonical(value, /^(?:0|-?[1-9]\d*)$/);
const boolean: Normalize = (value) => canonical(value, /^(?:TRUE|FALSE)$/);
const bitString: Normalize = (value) => canonical(value, /^'[01]*'B$/);
const uuid: Normalize = (value) => canonical(value, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)?.toLowerCase();
const csn: Normalize = (value) => canonical(value, /^\d{14}(?:\.\d{6})?Z#[0-9a-f]{6}#[0-9a-f]{2,3}#[0-9a-f]{6}$/i)?.toLowerCase();
const csnSid: Normalize = (value) => canonical(value, /^[0-9a-f]{3}$/i)?.toLowerCase();
const generalizedTime: Normalize = (value) => normalizeGeneralizedTime(value.toString('latin1'));

/** A certificate by its DER bytes; the GSER form `{ serialNumber …, issuer … }` (RFC 4523 §3.1) is not understood. */
const certificate: Normalize = (value) => (value[0] === 0x30 ? value.toString('latin1') : undefined);

function canonical(value: Buffer, form: RegExp): string | undefined {
  const text = value.toString('latin1');
  return form.test(text) ? text : undefined;
}

function digits(value: Buffer): string | undefined {
  const text = value.toString('latin1');
  return /^[\d ]*$/.test(text) ? text.replaceAll(' ', '') : undefined;
}

function withoutHyphens(value: Buffer): string | undefined {
  return isAscii(value) ? value.toString('latin1').replace(/[ -]/g, '').toLowerCase() : undefined;
}

/** Lines of a postal address (RFC 4517 §3.3.28), each prepared; a line feed, which no prepared line holds, stands between. */
const caseIgnoreList: Normalize = (value) => {
  if (value.length === 0 || !isUtf8(value)) return undefined;
  const lines = value
    .toString('utf8')
    .split('$')
    .map((line) => (line === '' ? '' : prepare(Buffer.from(unescapeLine(line)), true)));
  return lines.includes(undefined) ? undefined : lines.join('\n');
};

function unescapeLine(line: string): string {
  return line.replace(/\\24/g, '$').replace(/\\5c/gi, '\\');
}

/** `( 2.5.4.3 NAME …` → `2.5.4.3` */
function firstComponent(value: Buffer): string | undefined {
  return /^ *\( *([^\s()]+)/.exec(value.toString('utf8'))?.[1];
}

const first =
  (normalize: Normalize): Normalize =>
  (value) => {
    const component = firstComponent(value);
    return component === undefined ? undefined : normalize(Buffer.from(component));
  };

const text =
  (ignoreCase: boolean): NormalizePiece =>
  (value, piece) =>
    preparePiece(value, ignoreCase, piece);
const ia5Text =
  (ignoreCase: boolean): NormalizePiece =>
  (value, piece) =>
    isAscii(value) ? preparePiece(value, ignoreCase, piece) : undefined;
const listText: NormalizePiece = (value, piece) => preparePiece(Buffer.from(unescapeLine(value.toString('utf8'))), true, piece);

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function byNumber(a: string, b: string): number {
  const [negativeA, negativeB] = [a.startsWith('-'), b.startsWith('-')];
  if (negativeA !== negativeB) return negativeA ? -1 : 1;
  const order = a.length - b.length || byCodeUnit(a, b);
  return negativeA ? -order : order;
}

/** The bit rules of Active Directory: all bits of the mask, or any. */
function bits(holds: (value: bigint, mask: bigint) => boolean): MatchingRule['assertion'] {
  // BigInt takes quadratic time on long numbers
  const toNumber = (value: Buffer) => (value.length <= 64 && integer(value) !== undefined ? BigInt(value.toString('latin1')) : undefined);
  return (assertion) => {
    const mask = toNumber(assertion);
    if (mask === undefined) return undefined;
    return (value) => {
      const number = toNumber(value);
      return number !== undefined && holds(number, mask);
    };
  };
}

/** One of the words of the value; what a word is, RFC 4517 §4.2.21 and §4.2.32 leave to the server. */
const words: MatchingRule['assertion'] = (assertion) => {
  const wanted = caseIgnore(assertion);
  if (wanted === undefined) return undefined;
  return (value) =>
    caseIgnore(value)
      ?.split(/[^\p{L}\p{N}]+/u)
      .includes(wanted) ?? false;
};

const strings = [SYNTAX.directoryString, SYNTAX.printableString, SYNTAX.countryString, SYNTAX.telephoneNumber];
const descriptions = [
  SYNTAX.attributeTypeDescription,
  SYNTAX.ditContentRule,
  SYNTAX.matchingRuleDescription,
  SYNTAX.matchingRuleUse,
  SYNTAX.nameForm,
  SYNTAX.objectClassDescription,
  SYNTAX.ldapSyntax,
];

const equality = (oid: string, name: string, syntax: string, normalize: Normalize, applies: readonly string[] = [syntax]): Row => {
  return { oid, name, kind: 'equality', syntax, applies, normalize };
};
const ordering = (oid: string, name: string, syntax: string, normalize: Normalize, applies = [syntax], compare = byCodeUnit): Row => {
  return { oid, name, kind: 'ordering', syntax, applies, normalize, compare };
};
const substrings = (oid: string, name: string, normalize: Normalize, applies: readonly string[], piece: NormalizePiece): Row => {
  return { oid, name, kind: 'substrings', syntax: SYNTAX.substringAssertion, applies, normalize, piece };
};

/** The rules that need no names. */
const rows: readonly Row[] = [
  equality('2.5.13.2', 'caseIgnoreMatch', SYNTAX.directoryString, caseIgnore, strings),
  ordering('2.5.13.3', 'caseIgnoreOrderingMatch', SYNTAX.directoryString, caseIgnore, strings),
  substrings('2.5.13.4', 'caseIgnoreSubstringsMatch', caseIgnore, strings, text(true)),
  equality('2.5.13.5', 'caseExactMatch', SYNTAX.directoryString, caseExact, strings),
  ordering('2.5.13.6', 'caseExactOrderingMatch', SYNTAX.directoryString, caseExact, strings),
  substrings('2.5.13.7', 'caseExactSubstringsMatch', caseExact, strings, text(false)),
  equality('2.5.13.8', 'numericStringMatch', SYNTAX.numericString, numericString),
  ordering('2.5.13.9', 'numericStringOrderingMatch', SYNTAX.numericString, numericString),
  substrings('2.5.13.10', 'numericStringSubstringsMatch', numericString, [SYNTAX.numericString], digits),
  equality('2.5.13.11', 'caseIgnoreListMatch', SYNTAX.postalAddress, caseIgnoreList),
  substrings('2.5.13.12', 'caseIgnoreListSubstringsMatch', caseIgnoreList, [SYNTAX.postalAddress], listText),
  equality('2.5.13.13', 'booleanMatch', SYNTAX.boolean, boolean),
  equality('2.5.13.14', 'integerMatch', SYNTAX.integer, integer),
  ordering('2.5.13.15', 'integerOrderingMatch', SYNTAX.integer, integer, [SYNTAX.integer], byNumber),
  equality('2.5.13.16', 'bitStringMatch', SYNTAX.bitString, bitString),
  equality('2.5.13.17', 'octetStringMatch', SYNTAX.octetString, octets),
  ordering('2.5.13.18', 'octetStringOrderingMatch', SYNTAX.octetString, octets),
  substrings('2.5.13.19', 'octetStringSubstringsMatch', octets, [SYNTAX.octetString], octets),
  equality('2.5.13.20', 'telephoneNumberMatch', SYNTAX.telephoneNumber, telephoneNumber),
  substrings('2.5.13.21', 'telephoneNumberSubstringsMatch', telephoneNumber, [SYNTAX.telephoneNumber], withoutHyphens),
  equality('2.5.13.22', 'presentationAddressMatch', SYNTAX.presentationAddress, octets),
  equality('2.5.13.24', 'protocolInformationMatch', SYNTAX.protocolInformation, octets),
  equality('2.5.13.27', 'generalizedTimeMatch', SYNTAX.generalizedTime, generalizedTime),
  ordering('2.5.13.28', 'generalizedTimeOrderingMatch', SYNTAX.generalizedTime, generalizedTime),
  {
    ...equality('2.5.13.29', 'integerFirstComponentMatch', SYNTAX.integer, first(integer), [SYNTAX.ditStructureRule]),
    normalizeAssertion: integer,
  },
  {
    ...equality('2.5.13.31', 'directoryStringFirstComponentMatch', SYNTAX.directoryString, first(caseIgnore), []),
    normalizeAssertion: caseIgnore,
  },
  { ...equality('2.5.13.32', 'wordMatch', SYNTAX.directoryString, caseIgnore, strings), kind: 'extensible', assertion: words },
  { ...equality('2.5.13.33', 'keywordMatch', SYNTAX.directoryString, caseIgnore, strings), kind: 'extensible', assertion: words },
  equality('2.5.13.34', 'certificateExactMatch', SYNTAX.certificateExactAssertion, certificate, [SYNTAX.certificate]),
  equality('2.5.13.38', 'certificateListExactMatch', SYNTAX.certificateListExactAssertion, certificate, [SYNTAX.certificateList]),
  equality('1.3.6.1.4.1.1466.109.114.1', 'caseExactIA5Match', SYNTAX.ia5String, ia5Exact),
  equality('1.3.6.1.4.1.1466.109.114.2', 'caseIgnoreIA5Match', SYNTAX.ia5String, ia5Ignore),
  substrings('1.3.6.1.4.1.1466.109.114.3', 'caseIgnoreIA5SubstringsMatch', ia5Ignore, [SYNTAX.ia5String], ia5Text(true)),
  substrings('1.3.6.1.4.1.4203.1.2.1', 'caseExactIA5SubstringsMatch', ia5Exact, [SYNTAX.ia5String], ia5Text(false)),
  equality('1.3.6.1.1.16.2', 'UUIDMatch', SYNTAX.uuid, uuid),
  ordering('1.3.6.1.1.16.3', 'UUIDOrderingMatch', SYNTAX.uuid, uuid),
  equality('1.3.6.1.4.1.4203.666.11.2.2', 'CSNMatch', SYNTAX.csn, csn),
  ordering('1.3.6.1.4.1.4203.666.11.2.3', 'CSNOrderingMatch', SYNTAX.csn, csn),
  equality('1.3.6.1.4.1.4203.666.11.2.5', 'CSNSIDMatch', SYNTAX.csnSid, csnSid),
  equality('1.3.6.1.4.1.4203.666.4.12', 'authzMatch', SYNTAX.authz, caseExact),
  equality('1.3.6.1.4.1.4203.1.2.2', 'authPasswordExactMatch', SYNTAX.authPassword, octets),
  {
    ...equality('1.2.840.113556.1.4.803', 'integerBitAndMatch', SYNTAX.integer, integer),
    kind: 'extensible',
    assertion: bits((value, mask) => (value & mask) === mask),
  },
  {
    ...equality('1.2.840.113556.1.4.804', 'integerBitOrMatch', SYNTAX.integer, integer),
    kind: 'extensible',
    assertion: bits((value, mask) => (value & mask) !== 0n),
  },
];

/** The rules about names, which ask the schema. */
function namingRows(context: NormalizationContext): readonly Row[] {
  const dn: Normalize = (value) => {
    try {
      return context.normalizeDn(value.toString('utf8'));
    } catch {
      return undefined;
    }
  };
  const rdn: Normalize = (value) => (/(?<!\\),/.test(value.toString('latin1')) || value.length === 0 ? undefined : dn(value));
  const nameAndOptionalUid: Normalize = (value) => {
    const [, name = '', uid = ''] = /^(.*?)(#'[01]*'B)?$/s.exec(value.toString('utf8')) ?? [];
    if (uid === '') return dn(value);
    const normal = dn(Buffer.from(name));
    return normal === undefined ? undefined : normal + uid;
  };
  const objectIdentifier: Normalize = (value) => context.canonicalOid(value.toString('latin1'));
  return [
    equality('2.5.13.0', 'objectIdentifierMatch', SYNTAX.oid, objectIdentifier),
    equality('2.5.13.1', 'distinguishedNameMatch', SYNTAX.dn, dn),
    equality('2.5.13.23', 'uniqueMemberMatch', SYNTAX.nameAndOptionalUid, nameAndOptionalUid),
    {
      ...equality('2.5.13.30', 'objectIdentifierFirstComponentMatch', SYNTAX.oid, first(objectIdentifier), descriptions),
      normalizeAssertion: objectIdentifier,
    },
    equality('1.2.36.79672281.1.13.3', 'rdnMatch', SYNTAX.rdn, rdn),
    // LDAP_MATCHING_RULE_IN_CHAIN, at any distance: who searches knows the other entries; here it compares one value
    { ...equality('1.2.840.113556.1.4.1941', 'dnInChainMatch', SYNTAX.dn, dn, [SYNTAX.dn, SYNTAX.nameAndOptionalUid]), kind: 'extensible' },
  ];
}

/** Every matching rule that MOS knows. */
export function matchingRules(context: NormalizationContext): readonly MatchingRule[] {
  return [...namingRows(context), ...rows].map(ruleOf);
}

function ruleOf(row: Row): MatchingRule {
  const { normalize, normalizeAssertion = normalize, compare, piece } = row;
  const normalizeSubstrings = piece && ((pieces: Substrings<Buffer>) => normalizePieces(pieces, piece));
  const rule: MatchingRule = {
    oid: row.oid,
    name: row.name,
    kind: row.kind,
    syntaxOid: row.syntax,
    appliesTo: row.applies,
    normalize,
    normalizeAssertion,
    compare,
    normalizeSubstrings,
    assertion: row.assertion ?? ((value) => extensibleAssertion(rule, value)),
  };
  return rule;
}

function normalizePieces(pieces: Substrings<Buffer>, normalize: NormalizePiece): Substrings<string> | undefined {
  const initial = pieces.initial && normalize(pieces.initial, 'initial');
  const any = pieces.any.map((piece) => normalize(piece, 'any'));
  const final = pieces.final && normalize(pieces.final, 'final');
  if ((pieces.initial && initial === undefined) || (pieces.final && final === undefined)) return undefined;
  const known = any.filter((piece) => piece !== undefined);
  if (known.length !== any.length) return undefined;
  return { ...(initial !== undefined && { initial }), any: known, ...(final !== undefined && { final }) };
}

function extensibleAssertion(rule: MatchingRule, assertion: Buffer): ((value: Buffer) => boolean) | undefined {
  const { compare, normalizeSubstrings } = rule;
  if (normalizeSubstrings !== undefined) {
    const pieces = normalizeSubstrings(parseSubstrings(assertion));
    return (
      pieces &&
      ((value) => {
        const normal = rule.normalize(value);
        return normal !== undefined && containsPieces(normal, pieces);
      })
    );
  }
  const wanted = rule.normalizeAssertion(assertion);
  if (wanted === undefined) return undefined;
  if (compare === undefined) return (value) => rule.normalize(value) === wanted;
  return (value) => {
    const normal = rule.normalize(value);
    return normal !== undefined && compare(normal, wanted) < 0; // RFC 4517 §4.2.5: the value comes before the assertion
  };
}

/** A substrings assertion as one value, `ab*c*d`, where `\2A` is a star and `\5C` a backslash (RFC 4517 §3.3.30). */
function parseSubstrings(assertion: Buffer): Substrings<Buffer> {
  const pieces = assertion
    .toString('latin1')
    .split('*')
    .map((piece) => Buffer.from(piece.replace(/\\2a/gi, '*').replace(/\\5c/gi, '\\'), 'latin1'));
  const [initial, final] = [pieces[0], pieces.length > 1 ? pieces.at(-1) : undefined];
  return {
    ...(initial?.length && { initial }),
    any: pieces.slice(1, -1).filter((piece) => piece.length > 0),
    ...(final?.length && { final }),
  };
}

/** Are the pieces in a normal form, in order and without overlap? Linear in the value: each is looked for from where the last one ended. */
export function containsPieces(normal: string, { initial = '', any, final = '' }: Substrings<string>): boolean {
  if (!normal.startsWith(initial)) return false;
  let at = initial.length;
  for (const piece of any) {
    const found = normal.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return normal.length - final.length >= at && normal.endsWith(final);
}
