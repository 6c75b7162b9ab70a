import type { Change } from '../directory/model/change.ts';
import type { Attribute, Modification } from '../directory/model/entry.ts';
import { type LdifLine, LdifLines, type RawRecord } from './lines.ts';

/** A control of a change record. */
export interface LdifControl {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer | undefined;
}

/** A record that could be read. Content records are changes of kind add. */
export interface LdifRecord {
  /** Line number of its dn */
  readonly line: number;
  readonly change: Change;
  readonly controls: readonly LdifControl[];
  readonly isContent: boolean;
}

/** A record with a mistake: file, line and reason. */
export class LdifError extends Error {
  override readonly name = 'LdifError';
  readonly file: string;
  readonly line: number;
  readonly reason: string;

  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: ${reason}`);
    this.file = file;
    this.line = line;
    this.reason = reason;
  }
}

export type LdifItem = LdifRecord | LdifError;

const standardRecordSize = 64 * 1024 * 1024;

/**
 * Reads LDIF (RFC 2849) piece by piece. After a mistake it goes on with the next record.
 */
export class LdifParser {
  readonly #file: string;
  readonly #lines: LdifLines;
  #first = true;

  /** @param file its name, for mistakes */
  constructor(file: string, mostRecordBytes = standardRecordSize) {
    this.#file = file;
    this.#lines = new LdifLines(mostRecordBytes);
  }

  *push(chunk: Buffer): Generator<LdifItem> {
    for (const record of this.#lines.push(chunk)) yield* this.#record(record);
  }

  /** Call it when everything has been pushed. */
  *end(): Generator<LdifItem> {
    for (const record of this.#lines.end()) yield* this.#record(record);
  }

  *#record(raw: RawRecord): Generator<LdifItem> {
    try {
      if (raw.mistake !== undefined) throw new Mistake(raw.number, raw.mistake);
      const lines = this.#first ? withoutVersion(raw.lines) : raw.lines;
      this.#first = false;
      if (lines.length > 0) yield readRecord(lines);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      yield new LdifError(this.#file, error.line, error.message);
    }
  }
}

/** Reads a whole text at once. */
export function parseLdif(text: Buffer | string, file = 'ldif'): LdifItem[] {
  const parser = new LdifParser(file);
  return [...parser.push(Buffer.from(text)), ...parser.end()];
}

/** Reads one change record, as `printChange` writes it. @throws LdifError, or Error when it is not one record */
export function parseChange(text: string): Change {
  const [record, ...more] = parseLdif(text);
  if (record instanceof LdifError) throw record;
  if (record === undefined || more.length > 0) throw new Error('one change record is expected');
  return record.change;
}

class Mistake extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

function withoutVersion(lines: readonly LdifLine[]): readonly LdifLine[] {
  const [first, ...rest] = lines;
  if (first?.name.toLowerCase() !== 'version') return lines;
  if (first.value.toString() !== '1') throw new Mistake(first.number, 'version 1 of LDIF is read here');
  return rest;
}

/** Lines one after the other, with what is expected of them. */
class Lines {
  readonly #lines: readonly LdifLine[];
  #at = 0;

  constructor(lines: readonly LdifLine[]) {
    this.#lines = lines;
  }

  get name(): string | undefined {
    return this.#lines[this.#at]?.name.toLowerCase();
  }

  next(): LdifLine {
    const line = this.#lines[this.#at++];
    if (line === undefined) throw new Mistake((this.#lines.at(-1)?.number ?? 0) + 1, 'the record ends too early');
    if (line.mistake !== undefined) throw new Mistake(line.number, line.mistake);
    return line;
  }

  expect(...names: readonly string[]): LdifLine {
    const line = this.next();
    if (!names.includes(line.name.toLowerCase()))
      throw new Mistake(line.number, `"${names.join('" or "')}" is expected, not "${line.name}"`);
    return line;
  }

  finish(): void {
    const line = this.#lines[this.#at];
    if (line !== undefined) throw new Mistake(line.number, `nothing is expected here, but there is "${line.name}"`);
  }
}

function readRecord(raw: readonly LdifLine[]): LdifRecord {
  const lines = new Lines(raw);
  const first = lines.expect('dn');
  const dn = utf8(first);
  const controls: LdifControl[] = [];
  while (lines.name === 'control') controls.push(readControl(lines.next()));
  const isContent = lines.name !== 'changetype';
  if (isContent && controls.length > 0) throw new Mistake(first.number, 'controls need a changetype behind them');
  const change = isContent ? { kind: 'add' as const, dn, attributes: readAttributes(lines) } : readChange(lines, dn);
  return { line: first.number, change, controls, isContent };
}

function readChange(lines: Lines, dn: string): Change {
  const line = lines.expect('changetype');
  const type = line.value.toString().toLowerCase();
  switch (type) {
    case 'add':
      return { kind: 'add', dn, attributes: readAttributes(lines) };
    case 'delete':
      lines.finish();
      return { kind: 'delete', dn };
    case 'modify':
      return { kind: 'modify', dn, modifications: readModifications(lines) };
    case 'modrdn':
    case 'moddn': {
      const newRdn = utf8(lines.expect('newrdn'));
      const flag = lines.expect('deleteoldrdn');
      if (!/^[01]$/.test(flag.value.toString())) throw new Mistake(flag.number, 'deleteoldrdn is 0 or 1');
      const newSuperior = lines.name === 'newsuperior' ? utf8(lines.next()) : undefined;
      lines.finish();
      return { kind: 'rename', dn, newRdn, deleteOldRdn: flag.value.toString() === '1', ...(newSuperior !== undefined && { newSuperior }) };
    }
    default:
      throw new Mistake(line.number, `"${type}" is not a changetype: add, delete, modify, modrdn or moddn`);
  }
}

function readAttributes(lines: Lines): Attribute[] {
  const attributes = new Map<string, { readonly description: string; readonly values: Buffer[] }>();
  if (lines.name === undefined) lines.next();
  while (lines.name !== undefined) {
    const line = lines.next();
    checkDescription(line, line.name);
    const known = attributes.get(line.name.toLowerCase());
    if (known !== undefined) known.values.push(line.value);
    else attributes.set(line.name.toLowerCase(), { description: line.name, values: [line.value] });
  }
  return [...attributes.values()];
}

function readModifications(lines: Lines): Modification[] {
  const modifications: Modification[] = [];
  while (lines.name !== undefined) {
    const line = lines.expect('add', 'delete', 'replace', 'increment');
    const description = line.value.toString();
    checkDescription(line, description);
    const values: Buffer[] = [];
    while (lines.name !== undefined && lines.name !== '-') {
      const value = lines.next();
      if (value.name.toLowerCase() !== description.toLowerCase())
        throw new Mistake(value.number, `a value of "${description}" or "-" is expected, not "${value.name}"`);
      values.push(value.value);
    }
    // the last one may leave its "-" out, as ldapmodify lets it
    if (lines.name === '-') lines.next();
    const operation = line.name.toLowerCase();
    if (operation === 'add' || operation === 'delete' || operation === 'replace' || operation === 'increment') {
      modifications.push({ operation, attribute: { description, values } });
    }
  }
  return modifications;
}

function checkDescription(line: LdifLine, description: string): void {
  if (!/^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(?:;[A-Za-z0-9-]+)*$/.test(description)) {
    throw new Mistake(line.number, `"${description}" is not an attribute description`);
  }
}

function readControl(line: LdifLine): LdifControl {
  const [, oid, critical, more] = /^([\d.]+)(?: (true|false))?(:.*)?$/s.exec(line.value.toString('latin1')) ?? [];
  if (oid === undefined) throw new Mistake(line.number, 'a control is written "OID [true|false][: value]"');
  const [, encoded, text] = /^:(?:: *([A-Za-z0-9+/=]*)| *(.*))$/s.exec(more ?? '') ?? [];
  const value = encoded !== undefined ? Buffer.from(encoded, 'base64') : text !== undefined ? Buffer.from(text, 'latin1') : undefined;
  return { oid, critical: critical === 'true', value };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(line: LdifLine): string {
  try {
    return decoder.decode(line.value);
  } catch {
    throw new Mistake(line.number, `the value of "${line.name}" is not UTF-8`);
  }
}
