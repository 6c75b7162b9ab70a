import { DirectoryError } from '../model/errors.ts';
import type { ExtensibleFilter, Filter, SubstringsFilter } from '../model/filter.ts';
import { constructed, context, malformed, type Reader, TAG } from './ber.ts';

/** Filter choices (RFC 4511 §4.5.1.7) */
const AND = constructed(0);
const OR = constructed(1);
const NOT = constructed(2);
const EQUALITY = constructed(3);
const SUBSTRINGS = constructed(4);
const GREATER_OR_EQUAL = constructed(5);
const LESS_OR_EQUAL = constructed(6);
const PRESENT = context(7);
const APPROX = constructed(8);
const EXTENSIBLE = constructed(9);

/** The request can be told apart from the next one, but asks for what there is not: it is answered, and the connection goes on. */
export function refused(reason: string): DirectoryError {
  return new DirectoryError('protocolError', reason);
}

export interface FilterLimits {
  readonly filterDepth: number;
  readonly filterItems: number;
}

/**
 * Reads a filter.
 * @throws DirectoryError protocolError, adminLimitExceeded when it is deeper or longer than allowed
 */
export function decodeFilter(reader: Reader, limits: FilterLimits): Filter {
  return decode(reader, limits, { items: 0 }, 0);
}

function decode(reader: Reader, limits: FilterLimits, count: { items: number }, depth: number): Filter {
  countItem(limits, count);
  if (depth > limits.filterDepth)
    throw new DirectoryError('adminLimitExceeded', `the filter is nested more than ${limits.filterDepth} deep`);
  const tag = reader.peek();
  switch (tag) {
    case EQUALITY:
      return assertion('equality', reader.inside(tag));
    case AND:
    case OR: {
      const set = reader.inside(tag);
      const filters: Filter[] = [];
      while (!set.done) filters.push(decode(set, limits, count, depth + 1));
      return { kind: tag === AND ? 'and' : 'or', filters };
    }
    case NOT: {
      const inner = reader.inside(tag);
      const filter = decode(inner, limits, count, depth + 1);
      inner.finish();
      return { kind: 'not', filter };
    }
    case PRESENT:
      return { kind: 'present', attribute: internedName(reader, PRESENT) };
    case SUBSTRINGS:
      return substrings(reader.inside(tag), limits, count);
    case GREATER_OR_EQUAL:
      return assertion('greaterOrEqual', reader.inside(tag));
    case LESS_OR_EQUAL:
      return assertion('lessOrEqual', reader.inside(tag));
    case APPROX:
      return assertion('approx', reader.inside(tag));
    case EXTENSIBLE:
      return extensible(reader.inside(tag));
    default:
      return unimplemented(reader, tag);
  }
}

function countItem(limits: FilterLimits, count: { items: number }): void {
  if (++count.items > limits.filterItems)
    throw new DirectoryError('adminLimitExceeded', `the filter has more than ${limits.filterItems} items`);
}

/** A filter of a later version evaluates to Undefined (RFC 4511 §4.5.1.7), as one with an unknown rule does. */
function unimplemented(reader: Reader, tag: number): Filter {
  const number = tag & 0x1f;
  if (tag < 0 || (tag & 0xc0) !== 0x80 || number < 10 || number === 0x1f) throw malformed(`0x${tag.toString(16)} is not a filter`);
  reader.octets(tag);
  return { kind: 'extensible', rule: `unknown-filter-${number}`, value: Buffer.alloc(0), dnAttributes: false };
}

function assertion(kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approx', item: Reader): Filter {
  const attribute = internedName(item);
  const value = item.octets();
  item.finishSequence();
  return { kind, attribute, value };
}

/** Each piece counts as an item: they are looked for one after the other. */
function substrings(item: Reader, limits: FilterLimits, count: { items: number }): SubstringsFilter {
  const attribute = internedName(item);
  const pieces = item.inside(TAG.sequence);
  item.finishSequence();
  let initial: Buffer | undefined;
  let final: Buffer | undefined;
  const any: Buffer[] = [];
  if (pieces.done) throw refused('a substrings filter needs a piece');
  for (let first = true; !pieces.done; first = false) {
    countItem(limits, count);
    if (final !== undefined) throw refused('nothing comes after the final piece of a substrings filter');
    const tag = pieces.peek();
    const piece = pieces.octets(tag);
    if (piece.length === 0) throw refused('a piece of a substrings filter is empty');
    if (tag === context(0) && first) initial = piece;
    else if (tag === context(1)) any.push(piece);
    else if (tag === context(2)) final = piece;
    else throw refused('the pieces of a substrings filter are out of order');
  }
  return { kind: 'substrings', attribute, any, ...(initial && { initial }), ...(final && { final }) };
}

function extensible(item: Reader): ExtensibleFilter {
  const rule = item.peek() === context(1) ? item.latin1(context(1)) : undefined;
  const attribute = item.peek() === context(2) ? internedName(item, context(2)) : undefined;
  const value = item.octets(context(3));
  const dnAttributes = item.peek() === context(4) ? item.boolean(context(4)) : false;
  item.finishSequence(5);
  if (rule === undefined && attribute === undefined) throw refused('an extensible filter names a rule or an attribute');
  return { kind: 'extensible', value, dnAttributes, ...(rule !== undefined && { rule }), ...(attribute !== undefined && { attribute }) };
}

const slots = 512;
const longest = 32;
const names: string[] = new Array(slots).fill('');

/**
 * An attribute description as text. The few that come again and again are not made anew each time: a table that is as large
 * as it is, in which one pushes out the other.
 */
export function internedName(reader: Reader, tag: number = TAG.octetString): string {
  const end = reader.enter(tag);
  const { bytes, at: start } = reader;
  const length = end - start;
  reader.at = end;
  if (length > longest) return bytes.toString('latin1', start, end);
  let hash = length;
  for (let at = start; at < end; at++) hash = (hash * 31 + (bytes[at] ?? 0)) & 0xffff;
  const slot = hash % slots;
  const known = names[slot] ?? '';
  if (known.length === length) {
    let same = 0;
    while (same < length && known.charCodeAt(same) === bytes[start + same]) same++;
    if (same === length) return known;
  }
  const name = bytes.toString('latin1', start, end);
  names[slot] = name;
  return name;
}
