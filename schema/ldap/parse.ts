/** Where a definition stands, for messages. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

interface Definition {
  readonly oid: string;
  readonly names: readonly string[];
  readonly description: string | undefined;
  readonly obsolete: boolean;
  /** X-…: values, in the order they came */
  readonly extensions: ReadonlyMap<string, readonly string[]>;
  readonly place: Place;
}

/** RFC 4512 §4.1.2, with names not yet resolved. */
export interface AttributeTypeDefinition extends Definition {
  readonly kind: 'attributeType';
  readonly superior: string | undefined;
  readonly equality: string | undefined;
  readonly ordering: string | undefined;
  readonly substrings: string | undefined;
  readonly syntax: string | undefined;
  readonly maxLength: number | undefined;
  readonly singleValue: boolean;
  readonly collective: boolean;
  readonly noUserModification: boolean;
  readonly usage: string | undefined;
}

/** RFC 4512 §4.1.1, with names not yet resolved. */
export interface ObjectClassDefinition extends Definition {
  readonly kind: 'objectClass';
  readonly superiors: readonly string[];
  readonly form: 'abstract' | 'structural' | 'auxiliary';
  readonly must: readonly string[];
  readonly may: readonly string[];
}

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** What a set of files says; a mistake is one line of text that names file and line. */
export interface Definitions {
  readonly attributeTypes: readonly AttributeTypeDefinition[];
  readonly objectClasses: readonly ObjectClassDefinition[];
  readonly mistakes: readonly string[];
}

/** All mistakes of the definition files, a line each. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** What is wrong with one definition. */
class DefinitionError extends Error {}

/**
 * Reads definition files: OpenLDAP's `.schema` format (`attributetype ( … )`, `objectclass ( … )`, `objectidentifier name
 * base:suffix`) and the values of a subschema entry as LDIF (`attributeTypes: ( … )`, also with `olc` in front). Macros hold
 * for the files that follow.
 */
export function parseDefinitions(sources: readonly Source[]): Definitions {
  const attributeTypes: AttributeTypeDefinition[] = [];
  const objectClasses: ObjectClassDefinition[] = [];
  const mistakes: string[] = [];
  const macros = new Map<string, string>();
  for (const { file, text } of sources) {
    for (const { keyword, rest, line } of statements(text)) {
      try {
        const place = { file, line };
        if (keyword === 'objectidentifier') defineMacro(rest, macros);
        else if (keyword.startsWith('attributetype')) attributeTypes.push(parseAttributeType(rest, macros, place));
        else if (keyword.startsWith('objectclass')) objectClasses.push(parseObjectClass(rest, macros, place));
        else throw new DefinitionError(`"${keyword}" is none of attributetype, objectclass, objectidentifier`);
      } catch (error) {
        if (!(error instanceof DefinitionError)) throw error;
        mistakes.push(`${file}:${line}: ${error.message}`);
      }
    }
  }
  return { attributeTypes, objectClasses, mistakes };
}

interface Statement {
  readonly keyword: string;
  readonly rest: string;
  readonly line: number;
}

/** Keywords of a subschema entry in LDIF; its other lines (dn, cn, syntaxes, …) say nothing that is needed here. */
const ldifKeyword = /^(?:olc)?(attributetypes|objectclasses|objectidentifier)$/;

function* statements(text: string): Iterable<Statement> {
  for (const { content, line } of logicalLines(text)) {
    const ldif = /^([A-Za-z][\w-]*)(::?) *(.*)$/s.exec(content);
    if (ldif !== null) {
      const [, name = '', colons, value = ''] = ldif;
      const [, keyword] = ldifKeyword.exec(name.toLowerCase()) ?? [];
      // in a cn=schema entry a class of the entry itself is no definition
      if (keyword === undefined) continue;
      const unfolded = value.replace(/\r?\n[ \t]/g, '');
      const decoded = colons === '::' ? Buffer.from(unfolded, 'base64').toString('utf8') : unfolded;
      yield { keyword, rest: decoded.replace(/^\{\d+\}/, ''), line };
    } else {
      const [, keyword = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(content) ?? [];
      yield { keyword: keyword.toLowerCase(), rest, line };
    }
  }
}

/** Lines with the ones that continue them, which begin with a blank. A comment may be continued too. */
function logicalLines(text: string): { content: string; line: number }[] {
  const found: { content: string; line: number }[] = [];
  text.split('\n').forEach((raw, index) => {
    const content = raw.replace(/\r$/, '');
    const last = found.at(-1);
    if (/^[ \t]/.test(content) && last !== undefined) last.content += `\n${content}`;
    else if (content.trim() !== '') found.push({ content, line: index + 1 });
  });
  return found.filter(({ content }) => !content.startsWith('#'));
}

function defineMacro(rest: string, macros: Map<string, string>): void {
  const [, name, value] = /^([A-Za-z][\w.-]*)\s+(\S+)\s*$/.exec(rest) ?? [];
  if (name === undefined || value === undefined) throw new DefinitionError('an objectidentifier is a name and an OID');
  const oid = resolveOid(value, macros);
  const known = macros.get(name.toLowerCase());
  if (known !== undefined && known !== oid) throw new DefinitionError(`objectidentifier ${name} is ${known} already`);
  macros.set(name.toLowerCase(), oid);
}

/** `2.5.4.3`, a macro's name, or a macro with arcs behind it: `name:1.2`. */
function resolveOid(text: string, macros: ReadonlyMap<string, string>): string {
  if (/^\d+(?:\.\d+)+$/.test(text)) return text;
  const [, name = '', suffix] = /^([A-Za-z][\w.-]*?)(?::(\d+(?:\.\d+)*))?$/.exec(text) ?? [];
  const base = macros.get(name.toLowerCase());
  if (base === undefined) throw new DefinitionError(`"${text}" is no OID, nor built from an objectidentifier`);
  return suffix === undefined ? base : `${base}.${suffix}`;
}

/** One `( … )` (RFC 4512 §4.1): its OID, and what stands behind each keyword. */
class Fields {
  readonly oid: string;
  readonly #fields = new Map<string, readonly string[]>();
  readonly #extensions = new Map<string, readonly string[]>();

  constructor(text: string, keywords: Readonly<Record<string, 'flag' | 'value'>>, macros: ReadonlyMap<string, string>) {
    const tokens = tokenize(text);
    if (tokens.shift() !== '(') throw new DefinitionError('a definition begins with "("');
    if (tokens.pop() !== ')') throw new DefinitionError('a definition ends with ")"');
    this.oid = resolveOid(tokens.shift() ?? '', macros);
    while (tokens.length > 0) {
      const written = tokens.shift() ?? '';
      const keyword = written.toUpperCase();
      const extension = /^X-[A-Z_-]+/.test(keyword);
      const takes = extension ? 'value' : keywords[keyword];
      if (takes === undefined) throw new DefinitionError(`"${written}" is not expected here`);
      const fields = extension ? this.#extensions : this.#fields;
      if (fields.has(keyword)) throw new DefinitionError(`${keyword} stands there twice`);
      fields.set(keyword, takes === 'flag' ? [] : takeValues(tokens, keyword));
    }
  }

  has(keyword: string): boolean {
    return this.#fields.has(keyword);
  }

  list(keyword: string): readonly string[] {
    return this.#fields.get(keyword) ?? [];
  }

  one(keyword: string): string | undefined {
    const values = this.#fields.get(keyword);
    if (values !== undefined && values.length !== 1) throw new DefinitionError(`${keyword} takes one value`);
    return values?.[0];
  }

  /** What both kinds of definition have. */
  common(place: Place): Definition {
    const names = this.list('NAME');
    const wrong = names.find((name) => !/^[A-Za-z][A-Za-z0-9-]*$/.test(name));
    if (wrong !== undefined) throw new DefinitionError(`"${wrong}" is no name: a letter, then letters, digits, hyphens`);
    return { oid: this.oid, names, description: this.one('DESC'), obsolete: this.has('OBSOLETE'), extensions: this.#extensions, place };
  }
}

/** A word, a quoted string or a list of either in brackets, with or without `$` between. */
function takeValues(tokens: string[], keyword: string): readonly string[] {
  const first = tokens.shift();
  if (first === undefined || first === ')' || first === '$') throw new DefinitionError(`${keyword} needs a value`);
  if (first !== '(') return [unquote(first)];
  const end = tokens.indexOf(')');
  if (end < 0) throw new DefinitionError(`the list behind ${keyword} has no end`);
  const values = tokens.splice(0, end + 1).slice(0, -1);
  if (values.includes('(')) throw new DefinitionError(`the list behind ${keyword} holds another`);
  return values.filter((value) => value !== '$').map(unquote);
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern = /\s*(?:([()$])|('[^']*')|([^\s()$']+))/gy;
  let end = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
    end = pattern.lastIndex;
  }
  if (text.slice(end).trim() !== '') throw new DefinitionError('a quoted string has no end');
  return tokens;
}

/** RFC 4512 §4.1: `\27` is a quote and `\5C` a backslash within quotes. */
function unquote(token: string): string {
  return token.startsWith("'") ? token.slice(1, -1).replace(/\\(27|5c)/gi, (_, hex: string) => (hex === '27' ? "'" : '\\')) : token;
}

const attributeTypeKeywords = {
  NAME: 'value',
  DESC: 'value',
  OBSOLETE: 'flag',
  SUP: 'value',
  EQUALITY: 'value',
  ORDERING: 'value',
  SUBSTR: 'value',
  SYNTAX: 'value',
  'SINGLE-VALUE': 'flag',
  COLLECTIVE: 'flag',
  'NO-USER-MODIFICATION': 'flag',
  USAGE: 'value',
} as const;

function parseAttributeType(text: string, macros: ReadonlyMap<string, string>, place: Place): AttributeTypeDefinition {
  const fields = new Fields(text, attributeTypeKeywords, macros);
  const [, syntax, length] = /^([^{}]+)(?:\{(\d+)\})?$/.exec(fields.one('SYNTAX') ?? '') ?? [];
  if (fields.has('SYNTAX') && syntax === undefined) throw new DefinitionError('SYNTAX is an OID, perhaps with a length: 1.2.3{64}');
  return {
    kind: 'attributeType',
    ...fields.common(place),
    superior: fields.one('SUP'),
    equality: fields.one('EQUALITY'),
    ordering: fields.one('ORDERING'),
    substrings: fields.one('SUBSTR'),
    syntax: syntax === undefined ? undefined : resolveOid(syntax, macros),
    maxLength: length === undefined ? undefined : Number(length),
    singleValue: fields.has('SINGLE-VALUE'),
    collective: fields.has('COLLECTIVE'),
    noUserModification: fields.has('NO-USER-MODIFICATION'),
    usage: fields.one('USAGE'),
  };
}

const objectClassKeywords = {
  NAME: 'value',
  DESC: 'value',
  OBSOLETE: 'flag',
  SUP: 'value',
  ABSTRACT: 'flag',
  STRUCTURAL: 'flag',
  AUXILIARY: 'flag',
  MUST: 'value',
  MAY: 'value',
} as const;

function parseObjectClass(text: string, macros: ReadonlyMap<string, string>, place: Place): ObjectClassDefinition {
  const fields = new Fields(text, objectClassKeywords, macros);
  const forms = (['abstract', 'structural', 'auxiliary'] as const).filter((form) => fields.has(form.toUpperCase()));
  if (forms.length > 1) throw new DefinitionError('a class is one of ABSTRACT, STRUCTURAL, AUXILIARY');
  return {
    kind: 'objectClass',
    ...fields.common(place),
    superiors: fields.list('SUP'),
    form: forms[0] ?? 'structural',
    must: fields.list('MUST'),
    may: fields.list('MAY'),
  };
}
