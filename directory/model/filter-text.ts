import { DirectoryError, type ErrorDetail, type Flaw } from './errors.ts';
import type { ExtensibleFilter, Filter, SubstringsFilter } from './filter.ts';

/** Nesting that no filter of a person reaches. */
const maxDepth = 50;

/**
 * Reads the string form of a filter (RFC 4515), also without the outer brackets and with blanks between brackets, as
 * OpenLDAP's tools do.
 * @throws DirectoryError invalidAttributeSyntax
 */
export function parseFilter(text: string): Filter {
  const reader = new FilterReader(text.trim());
  return reader.whole();
}

/** Writes a filter in RFC 4515's form. */
export function formatFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
      return `(&${filter.filters.map(formatFilter).join('')})`;
    case 'or':
      return `(|${filter.filters.map(formatFilter).join('')})`;
    case 'not':
      return `(!${formatFilter(filter.filter)})`;
    case 'present':
      return `(${filter.attribute}=*)`;
    case 'equality':
      return `(${filter.attribute}=${escapeValue(filter.value)})`;
    case 'approx':
      return `(${filter.attribute}~=${escapeValue(filter.value)})`;
    case 'greaterOrEqual':
      return `(${filter.attribute}>=${escapeValue(filter.value)})`;
    case 'lessOrEqual':
      return `(${filter.attribute}<=${escapeValue(filter.value)})`;
    case 'substrings': {
      const { attribute, initial, any, final } = filter;
      return `(${attribute}=${[initial, ...any, final].map((piece) => (piece === undefined ? '' : escapeValue(piece))).join('*')})`;
    }
    case 'extensible': {
      const { attribute = '', dnAttributes, rule, value } = filter;
      return `(${attribute}${dnAttributes ? ':dn' : ''}${rule === undefined ? '' : `:${rule}`}:=${escapeValue(value)})`;
    }
  }
}

/** Bytes that stand for themselves in a filter are printed, the rest becomes `\xx`. */
function escapeValue(value: Buffer): string {
  const text = value.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(value)) {
    return [...text].map((character) => (/[*()\\\0]/.test(character) ? hexPair(character.charCodeAt(0)) : character)).join('');
  }
  return [...value]
    .map((byte) => (byte < 0x80 && !/[*()\\\0]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hexPair(byte)))
    .join('');
}

function hexPair(byte: number): string {
  return `\\${byte.toString(16).padStart(2, '0')}`;
}

function wrong(flaw: Flaw, reason: string, detail: ErrorDetail = {}): DirectoryError {
  return new DirectoryError('invalidAttributeSyntax', `bad filter: ${reason}`, { ...detail, flaw });
}

class FilterReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Filter {
    const filter = this.#text.startsWith('(') ? this.#bracketed(0) : this.#item(this.#text);
    if (this.#text.startsWith('(') && this.#at !== this.#text.length)
      throw wrong('filterEnd', `something follows the filter at character ${this.#at + 1}`, { at: this.#at + 1 });
    return filter;
  }

  #bracketed(depth: number): Filter {
    if (depth > maxDepth) throw wrong('filterDepth', `it is nested more than ${maxDepth} deep`, { at: this.#at + 1 });
    if (this.#text[this.#at] !== '(') throw wrong('filterOpen', `"(" is expected at character ${this.#at + 1}`, { at: this.#at + 1 });
    this.#at++;
    this.#blanks();
    const filter = this.#inner(depth);
    if (this.#text[this.#at] !== ')') throw wrong('filterClose', `")" is expected at character ${this.#at + 1}`, { at: this.#at + 1 });
    this.#at++;
    return filter;
  }

  #inner(depth: number): Filter {
    switch (this.#text[this.#at]) {
      case '&':
      case '|': {
        const kind = this.#text[this.#at++] === '&' ? 'and' : 'or';
        const filters: Filter[] = [];
        this.#blanks();
        while (this.#text[this.#at] === '(') {
          filters.push(this.#bracketed(depth + 1));
          this.#blanks();
        }
        return { kind, filters };
      }
      case '!': {
        this.#at++;
        this.#blanks();
        const filter = this.#bracketed(depth + 1);
        this.#blanks();
        return { kind: 'not', filter };
      }
      default: {
        const start = this.#at;
        while (this.#at < this.#text.length && this.#text[this.#at] !== ')') this.#at++;
        return this.#item(this.#text.slice(start, this.#at));
      }
    }
  }

  #blanks(): void {
    while (/^\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #item(text: string): Filter {
    const [, left = '', operator = '', right = ''] = /^([^=<>~]*?)([<>~:]?=)(.*)$/s.exec(text) ?? [];
    if (operator === '') throw wrong('filterItem', `"${text}" is no assertion`, { named: text });
    if (operator === ':=') return extensible(left, value(right));
    const attribute = description(left);
    if (operator === '=')
      return right === '*'
        ? { kind: 'present', attribute }
        : right.includes('*')
          ? substrings(attribute, right)
          : { kind: 'equality', attribute, value: value(right) };
    return { kind: operator === '>=' ? 'greaterOrEqual' : operator === '<=' ? 'lessOrEqual' : 'approx', attribute, value: value(right) };
  }
}

function description(text: string): string {
  if (!/^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)*)(?:;[a-z0-9-]+)*$/i.test(text))
    throw wrong('filterAttribute', `"${text}" is no attribute`, { named: text });
  return text;
}

function substrings(attribute: string, text: string): SubstringsFilter {
  const pieces = text.split('*');
  const initial = pieces[0] ?? '';
  const final = pieces.at(-1) ?? '';
  const any = pieces.slice(1, -1).filter((piece) => piece !== '');
  if (initial === '' && final === '' && any.length === 0) throw wrong('filterStars', 'there is nothing between the stars');
  return {
    kind: 'substrings',
    attribute,
    ...(initial !== '' && { initial: value(initial) }),
    any: any.map(value),
    ...(final !== '' && { final: value(final) }),
  };
}

function extensible(left: string, assertion: Buffer): ExtensibleFilter {
  const [, attribute, dn, rule] = /^([^:]*)(:dn)?(?::([^:]+))?$/i.exec(left) ?? [];
  if (attribute === undefined || (attribute === '' && rule === undefined))
    throw wrong('filterRule', `"${left}:=" names neither an attribute nor a rule`, { named: left });
  return {
    kind: 'extensible',
    value: assertion,
    dnAttributes: dn !== undefined,
    ...(attribute !== '' && { attribute: description(attribute) }),
    ...(rule !== undefined && { rule: ruleName(rule) }),
  };
}

function ruleName(text: string): string {
  if (!/^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)*)$/i.test(text)) throw wrong('filterRule', `"${text}" is no matching rule`, { named: text });
  return text;
}

/** RFC 4515 §3: valueencoding */
function value(text: string): Buffer {
  if (/[()*\0]/.test(text)) throw wrong('filterValue', 'brackets, stars and NUL in a value are written \\28, \\29, \\2a and \\00');
  if (!text.includes('\\')) return Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    const backslash = text.indexOf('\\', at);
    if (backslash < 0) {
      parts.push(Buffer.from(text.slice(at)));
      break;
    }
    const hex = text.slice(backslash + 1, backslash + 3);
    if (!/^[0-9a-f]{2}$/i.test(hex)) throw wrong('filterHex', 'a backslash needs two hex digits behind it');
    parts.push(Buffer.from(text.slice(at, backslash)), Buffer.from(hex, 'hex'));
    at = backslash + 3;
  }
  return Buffer.concat(parts);
}
