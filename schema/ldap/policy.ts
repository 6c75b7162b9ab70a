import type { Filter } from '../../directory/model/filter.ts';
import { parseFilter } from '../../directory/model/filter-text.ts';

/** Who may see an attribute of a person, from everybody to nobody. Each level includes those to its right but nobody. */
export const levels = ['public', 'members', 'board', 'self', 'nobody'] as const;
export type Level = (typeof levels)[number];

export const rights = ['compare', 'search', 'read', 'write', 'add', 'delete', 'replicate', 'proxy', 'propose'] as const;
export type Right = (typeof rights)[number];

/** Whom a row is for. Rows for `anonymous` hold for everybody, those for `member` for everyone bound as a person. */
export type Who =
  | { readonly kind: 'anonymous' | 'member' | 'self' | 'service' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'entry'; readonly dn: string };

/** Which entries a row is about. */
export interface EntrySelector {
  readonly scope: 'base' | 'one' | 'sub';
  /** Below the suffix, as written; empty for the suffix itself */
  readonly dn: string;
  readonly filter: Filter | undefined;
}

/** `*` is every attribute but the secret ones, `visible` what the visibility rows show the asker, `visible:LEVEL` what they show that level. */
export type AttributeSelector = '*' | 'visible' | { readonly level: Level } | readonly string[];

export function isVisibleTo(attributes: AttributeSelector): attributes is { readonly level: Level } {
  return typeof attributes === 'object' && 'level' in attributes;
}

export interface Grant {
  readonly entries: EntrySelector;
  readonly attributes: AttributeSelector;
  readonly may: readonly Right[];
}

export interface AccessRow extends Grant {
  readonly who: Who;
}

/** Who sees an attribute unless the person says otherwise, and the range in which the person may choose. `*` stands for all without a row. */
export interface VisibilityRow {
  readonly attributes: readonly string[];
  readonly standard: Level;
  readonly widest: Level;
  readonly narrowest: Level;
}

/** The rows of an access file. */
export interface Policy {
  /** Name of a role → the groups (DNs below the suffix) whose members have it */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** Names of the roles that see what the level `board` sees */
  readonly board: readonly string[];
  /** Attributes that `*` and `visible` never mean */
  readonly secret: readonly string[];
  readonly visibility: readonly VisibilityRow[];
  readonly access: readonly AccessRow[];
}

/** All mistakes of an access file, a line each. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/**
 * Reads an access file: a row a line, columns set apart by a bar between blanks, `#` begins a comment.
 *
 *     role       | NAME | GROUP [| GROUP …]
 *     level      | board | ROLE [| ROLE …]
 *     secret     | ATTRIBUTES
 *     visibility | ATTRIBUTES | STANDARD | WIDEST..NARROWEST
 *     allow      | WHO | [base|one|sub] DN [FILTER] | ATTRIBUTES, *, visible or visible:LEVEL | RIGHTS
 *
 * DNs stand below the suffix, `.` is the suffix itself. Rows only add rights; what no row allows is refused.
 * @throws PolicyError with all mistakes
 */
export function parsePolicy(text: string, file: string): Policy {
  const roles = new Map<string, readonly string[]>();
  let board: readonly string[] | undefined;
  const secret: string[] = [];
  const visibility: VisibilityRow[] = [];
  const access: AccessRow[] = [];
  const mistakes: string[] = [];
  text.split('\n').forEach((line, index) => {
    const content = line.replace(/(^|\s)#.*$/, '').trim();
    if (content === '') return;
    const [kind, ...columns] = splitColumns(content);
    try {
      if (kind === 'role') {
        const [name, ...groups] = expectColumns(columns, 2, Number.POSITIVE_INFINITY);
        roles.set(word(name, 'a role'), groups);
      } else if (kind === 'level') board = [...(board ?? []), ...levelRow(columns)];
      else if (kind === 'secret') secret.push(...list(expectColumns(columns, 1)[0]));
      else if (kind === 'visibility') visibility.push(visibilityRow(columns));
      else if (kind === 'allow') access.push(accessRow(columns));
      else throw new Error(`a row begins with role, level, secret, visibility or allow, not with "${kind}"`);
    } catch (error) {
      mistakes.push(`${file}:${index + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  const named = [...(board ?? []), ...access.flatMap(({ who }) => (who.kind === 'role' ? who.role : []))];
  for (const role of named) if (!roles.has(role)) mistakes.push(`${file}: no row says who has the role "${role}"`);
  if (mistakes.length > 0) throw new PolicyError(mistakes.join('\n'));
  return { roles, board: board ?? ['board'], secret, visibility, access };
}

/**
 * Reads what a service's mosGrant says: the last three columns of an `allow` row.
 * @throws Error in words
 */
export function parseGrant(text: string): Grant {
  const [entries = '', attributes = '', may = ''] = expectColumns(splitColumns(text.trim()), 3);
  return { entries: entrySelector(entries), attributes: attributeSelector(attributes), may: rightsOf(may) };
}

/**
 * Reads one value of a person's mosVisibility: an attribute and a level.
 * @returns undefined when it is not of that form
 */
export function parseChoice(text: string): { readonly attribute: string; readonly level: Level } | undefined {
  const [, attribute, level] = /^([A-Za-z][\w;-]*)\s+([a-z]+)$/.exec(text) ?? [];
  return attribute !== undefined && isLevel(level) ? { attribute, level } : undefined;
}

export function isLevel(text: string | undefined): text is Level {
  return levels.some((level) => level === text);
}

function splitColumns(text: string): string[] {
  return text.split(/\s+\|\s+/).map((column) => column.trim());
}

function expectColumns(columns: readonly string[], least: number, most = least): readonly string[] {
  if (columns.length < least || columns.length > most) {
    throw new Error(`${most === least ? least : `at least ${least}`} columns are expected after the first, not ${columns.length}`);
  }
  return columns;
}

function list(text = ''): string[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  if (names.length === 0) throw new Error('a list of names is empty');
  return names;
}

function word(text: string | undefined, what: string): string {
  if (text === undefined || !/^[a-z][\w-]*$/.test(text)) throw new Error(`"${text}" is no name for ${what}`);
  return text;
}

function level(text: string | undefined): Level {
  if (!isLevel(text)) throw new Error(`"${text}" is not one of ${levels.join(', ')}`);
  return text;
}

function visibilityRow(columns: readonly string[]): VisibilityRow {
  const [names, standardText, range = ''] = expectColumns(columns, 2, 3);
  const standard = level(standardText);
  const [widestText, narrowestText] = range === '' ? [standard, standard] : range.split('..');
  const row = { attributes: list(names), standard, widest: level(widestText), narrowest: level(narrowestText) };
  const [at, from, to] = [levels.indexOf(row.standard), levels.indexOf(row.widest), levels.indexOf(row.narrowest)];
  if (at < from || at > to) throw new Error(`the standard ${row.standard} lies outside ${row.widest}..${row.narrowest}`);
  return row;
}

/** Only the board is a matter of roles: who is a member or oneself, one can see. */
function levelRow(columns: readonly string[]): readonly string[] {
  const [seen, ...roles] = expectColumns(columns, 2, Number.POSITIVE_INFINITY);
  if (level(seen) !== 'board') throw new Error(`the level ${seen} is given to no role; board alone is`);
  return roles.map((role) => word(role, 'a role'));
}

function accessRow(columns: readonly string[]): AccessRow {
  const [who, entries = '', attributes = '', may = ''] = expectColumns(columns, 4);
  return { who: whoOf(who), entries: entrySelector(entries), attributes: attributeSelector(attributes), may: rightsOf(may) };
}

function whoOf(text = ''): Who {
  if (text === 'anonymous' || text === 'member' || text === 'self' || text === 'service') return { kind: text };
  if (text.includes('=')) return { kind: 'entry', dn: text };
  return { kind: 'role', role: word(text, 'a role') };
}

function entrySelector(text: string): EntrySelector {
  const [, scope, dn = '', filter] = /^(?:(base|one|sub)\s+)?(.*?)(?:\s+(\(.*\)))?$/.exec(text) ?? [];
  if (dn === '') throw new Error('the entries are missing; "." is the whole tree');
  return {
    scope: scope === 'base' || scope === 'one' ? scope : 'sub',
    dn: dn === '.' ? '' : dn,
    filter: filter === undefined ? undefined : parseFilter(filter),
  };
}

function attributeSelector(text: string): AttributeSelector {
  if (text === '*' || text === 'visible') return text;
  const [, shownTo] = /^visible:(.*)$/.exec(text) ?? [];
  return shownTo === undefined ? list(text) : { level: level(shownTo) };
}

function rightsOf(text: string): readonly Right[] {
  const given = list(text).map((name) => {
    const right = rights.find((each) => each === name);
    if (right === undefined) throw new Error(`"${name}" is not one of ${rights.join(', ')}`);
    return right;
  });
  // who may read may search, who may search may compare
  const implied: readonly Right[] = given.includes('read') ? ['search', 'compare'] : given.includes('search') ? ['compare'] : [];
  return rights.filter((right) => given.includes(right) || implied.includes(right));
}
