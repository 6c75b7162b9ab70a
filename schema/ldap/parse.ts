/** A definition as it stands in a file: what RFC 4512 §4.1 lets it say, nothing looked up yet. */
export interface Definition {
  readonly kind: 'attributeType' | 'objectClass';
  readonly oid: string;
  readonly names: readonly string[];
  /** keyword → its words; a keyword without words is there with none */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** One line, one blank between tokens */
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/** All mistakes of the definition files, a line each. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Words that take nothing behind them */
const flags = new Set(['OBSOLETE', 'SINGLE-VALUE', 'COLLECTIVE', 'NO-USER-MODIFICATION', 'ABSTRACT', 'STRUCTURAL', 'AUXILIARY']);

const starts: ReadonlyMap<string, Definition['kind'] | 'macro'> = new Map([
  ['attributetype', 'attributeType'],
  ['attributetypes:', 'attributeType'],
  ['olcattributetypes:', 'attributeType'],
  ['objectclass', 'objectClass'],
  ['objectclasses:', 'objectClass'],
  ['olcobjectclasses:', 'objectClass'],
  ['objectidentifier', 'macro'],
]);

/**
 * Reads definitions: OpenLDAP's `.schema` files (attributetype, objectclass, objectidentifier) and the `attributeTypes:` lines
 * of a subschema entry.
 * @param macros names for OIDs, carried from file to file
 */
export function parseDefinitions(text: string, file: string, macros: Map<string, string>, mistakes: string[]): Definition[] {
  const definitions: Definition[] = [];
  for (const { line, content } of logicalLines(text)) {
    const [, word = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(content) ?? [];
    // OpenLDAP numbers them in its cn=config: {0}( … )
    const kind = starts.get(word.toLowerCase());
    try {
      if (kind === undefined) throw new Error(`"${word}" begins neither an attributetype, an objectclass nor an objectidentifier`);
      if (kind === 'macro') defineMacro(rest, macros);
      else definitions.push(parseDefinition(kind, rest.replace(/^\{\d+\}/, ''), macros, file, line));
    } catch (error) {
      mistakes.push(`${file}:${line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return definitions;
}

/** Lines that begin with a blank go on with the one before; `#` lines are comments. */
function logicalLines(text: string): { line: number; content: string }[] {
  const lines: { line: number; content: string }[] = [];
  text.split(/\r?\n/).forEach((content, index) => {
    if (content.startsWith('#') || content.trim() === '' || /^(?:dn|objectClass|cn):/.test(content)) return;
    const last = lines.at(-1);
    if (/^\s/.test(content) && last !== undefined) last.content += ` ${content.trim()}`;
    else lines.push({ line: index + 1, content: content.trim() });
  });
  return lines;
}

function defineMacro(rest: string, macros: Map<string, string>): void {
  const [name, value, ...more] = rest.trim().split(/\s+/);
  if (name === undefined || value === undefined || more.length > 0) throw new Error('objectidentifier takes a name and an OID');
  macros.set(name.toLowerCase(), resolveOid(value, macros));
}

function resolveOid(text: string, macros: ReadonlyMap<string, string>): string {
  const [name = '', suffix] = text.split(':');
  const base = /^\d/.test(name) ? name : macros.get(name.toLowerCase());
  if (base === undefined) throw new Error(`"${name}" is neither an OID nor the name of one`);
  const oid = suffix === undefined ? base : `${base}.${suffix}`;
  if (!/^\d+(?:\.\d+)+$/.test(oid)) throw new Error(`"${oid}" is no OID`);
  return oid;
}

function parseDefinition(
  kind: Definition['kind'],
  text: string,
  macros: ReadonlyMap<string, string>,
  file: string,
  line: number,
): Definition {
  const tokens = tokenize(text);
  if (tokens.shift() !== '(' || tokens.pop() !== ')') throw new Error('a definition stands between "(" and ")"');
  const oid = resolveOid(tokens.shift() ?? '', macros);
  const fields = new Map<string, readonly string[]>();
  for (let keyword = tokens.shift(); keyword !== undefined; keyword = tokens.shift()) {
    if (!/^[A-Z][A-Z0-9_-]*$/.test(keyword)) throw new Error(`a keyword is expected, not "${keyword}"`);
    if (fields.has(keyword)) throw new Error(`${keyword} is there twice`);
    fields.set(keyword, flags.has(keyword) ? [] : words(tokens, keyword));
  }
  const syntax = fields.get('SYNTAX')?.[0];
  if (syntax !== undefined) {
    const [, name = '', length = ''] = /^([^{]+)(\{\d+\})?$/.exec(syntax) ?? [];
    fields.set('SYNTAX', [`${resolveOid(name, macros)}${length}`]);
  }
  const names = (fields.get('NAME') ?? []).map(unquote);
  return { kind, oid, names, fields, text: render(oid, fields), file, line };
}

/** Brackets, dollar signs, quoted strings and words. */
function tokenize(text: string): string[] {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|[()$]|[^\s()$']+/g) ?? [];
  if (tokens.join('').length !== text.replace(/\s/g, '').length && !text.includes("'")) throw new Error('the definition can not be read');
  return tokens;
}

/** One word, or several between brackets, set apart by dollar signs or (names) by nothing. */
function words(tokens: string[], keyword: string): string[] {
  const first = tokens.shift();
  if (first === undefined || first === ')' || first === '$') throw new Error(`something is missing behind ${keyword}`);
  if (first !== '(') return [first];
  const found: string[] = [];
  for (let token = tokens.shift(); token !== ')'; token = tokens.shift()) {
    if (token === undefined) throw new Error(`")" is missing behind ${keyword}`);
    if (token !== '$') found.push(token);
  }
  return found;
}

function unquote(word: string): string {
  return word.replace(/^'|'$/g, '');
}

function render(oid: string, fields: ReadonlyMap<string, readonly string[]>): string {
  const parts = [...fields].map(([keyword, values]) => {
    if (values.length === 0) return keyword;
    if (values.length === 1) return `${keyword} ${values[0]}`;
    return `${keyword} ( ${values.join(values[0]?.startsWith("'") ? ' ' : ' $ ')} )`;
  });
  return `( ${[oid, ...parts].join(' ')} )`;
}
