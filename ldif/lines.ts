/** A line of a record after unfolding: `name: value` taken apart. */
export interface LdifLine {
  readonly number: number;
  /** As it was written */
  readonly name: string;
  readonly value: Buffer;
  /** What is wrong with it, if something is */
  readonly mistake?: string;
}

/** The lines between two blank ones. */
export interface RawRecord {
  /** Line number of the first line */
  readonly number: number;
  readonly lines: readonly LdifLine[];
  /** A mistake that concerns the record as a whole */
  readonly mistake?: string;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;

/**
 * Takes LDIF apart into records and unfolded lines (RFC 2849), in time linear to its bytes. Comments are left out.
 */
export class LdifLines {
  readonly #mostBytes: number;
  #rest: Buffer[] = [];
  #restLength = 0;
  #number = 0;
  #record: LdifLine[] = [];
  #recordNumber = 0;
  #recordBytes = 0;
  #tooLong = false;
  /** Pieces of the line that may go on with the next one */
  #open: { readonly number: number; readonly pieces: Buffer[]; readonly comment: boolean } | undefined;

  /** @param mostBytes of one record */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  *push(chunk: Buffer): Generator<RawRecord> {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      yield* this.#physical(this.#joined(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#rest.push(Buffer.from(chunk.subarray(start)));
      this.#restLength += chunk.length - start;
      if (this.#restLength > this.#mostBytes) {
        // a line without end: what follows is counted, not kept
        this.#rest = [Buffer.alloc(0)];
        this.#restLength = 0;
        this.#tooLong = true;
      }
    }
  }

  *end(): Generator<RawRecord> {
    if (this.#restLength > 0) yield* this.#physical(this.#joined(Buffer.alloc(0)));
    yield* this.#close();
  }

  #joined(last: Buffer): Buffer {
    const line = this.#rest.length === 0 ? last : Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#restLength = 0;
    return line.at(-1) === CR ? line.subarray(0, -1) : line;
  }

  *#physical(line: Buffer): Generator<RawRecord> {
    this.#number++;
    if (line.length === 0) {
      yield* this.#close();
      return;
    }
    if (line[0] === SPACE && this.#open !== undefined) {
      this.#count(line.length);
      if (!this.#open.comment && !this.#tooLong) this.#open.pieces.push(Buffer.from(line.subarray(1)));
      return;
    }
    this.#closeLine();
    if (this.#record.length === 0 && this.#recordBytes === 0) this.#recordNumber = this.#number;
    this.#count(line.length);
    this.#open = { number: this.#number, pieces: this.#tooLong ? [] : [Buffer.from(line)], comment: line[0] === HASH };
  }

  #count(bytes: number): void {
    this.#recordBytes += bytes;
    if (this.#recordBytes > this.#mostBytes) this.#tooLong = true;
  }

  #closeLine(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined || open.comment) return;
    if (this.#record.length === 0) this.#recordNumber = open.number;
    this.#record.push(parseLine(open.number, open.pieces.length === 1 ? (open.pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(open.pieces)));
  }

  *#close(): Generator<RawRecord> {
    this.#closeLine();
    const lines = this.#record;
    const tooLong = this.#tooLong;
    this.#record = [];
    this.#recordBytes = 0;
    this.#tooLong = false;
    if (tooLong) yield { number: this.#recordNumber, lines: [], mistake: `a record has more than ${this.#mostBytes} bytes` };
    else if (lines.length > 0) yield { number: this.#recordNumber, lines };
  }
}

const COLON = 0x3a;
const LESS = 0x3c;

function parseLine(number: number, line: Buffer): LdifLine {
  const colon = line.indexOf(COLON);
  const name = line.toString('latin1', 0, Math.max(colon, 0));
  const wrong = (mistake: string): LdifLine => ({ number, name, value: Buffer.alloc(0), mistake });
  if (line.length === 1 && line[0] === 0x2d) return { number, name: '-', value: Buffer.alloc(0) };
  if (line[0] === SPACE) return wrong('a line that goes on with another has none before it');
  if (colon <= 0) return wrong('"name: value" is expected');
  const kind = line[colon + 1];
  let at = colon + 1 + (kind === COLON || kind === LESS ? 1 : 0);
  while (line[at] === SPACE) at++;
  const rest = line.subarray(at);
  if (kind === LESS) return wrong('values from files and URLs (":<") are refused; put the value into the LDIF, in base64 if need be');
  if (kind !== COLON) return { number, name, value: rest };
  const text = rest.toString('latin1').replace(/ +$/, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return wrong('a value in base64 is expected behind "::"');
  return { number, name, value: Buffer.from(text, 'base64') };
}
