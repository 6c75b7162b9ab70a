import { DirectoryError } from '../model/errors.ts';

/** Universal tags that LDAP uses (X.690 §8, RFC 4511 §5.1). */
export const TAG = { boolean: 0x01, integer: 0x02, octetString: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31 } as const;

/** Context-specific tags, primitive and constructed. */
export const context = (number: number): number => 0x80 | number;
export const constructed = (number: number): number => 0xa0 | number;

/** Tags or lengths that are not BER as LDAP wants it: what follows can't be trusted either (RFC 4511 §4.1.1). */
export class Malformed extends DirectoryError {
  constructor(reason: string) {
    super('protocolError', `malformed message: ${reason}`);
  }
}

/** Makes the error; the caller throws it. */
export function malformed(reason: string): Malformed {
  return new Malformed(reason);
}

/**
 * Reads BER elements one after the other within a part of a buffer. Lengths are definite and of at most four bytes
 * (RFC 4511 §5.1); nothing reaches beyond the element around it. Values are views into the buffer: who keeps one copies it.
 */
export class Reader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** Tag of the next element, −1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] ?? -1) : -1;
  }

  /** Reads tag and length; `at` then stands at the content. @returns where the content ends */
  enter(tag: number): number {
    if (this.peek() !== tag)
      throw malformed(`tag 0x${tag.toString(16)} is expected, not ${this.done ? 'the end' : `0x${this.peek().toString(16)}`}`);
    this.at++;
    const length = this.#length();
    const end = this.at + length;
    if (end > this.end) throw malformed('an element is longer than the one around it');
    return end;
  }

  /** A reader over the content of the next element; this one goes on behind it. */
  inside(tag: number): Reader {
    const end = this.enter(tag);
    const reader = new Reader(this.bytes, this.at, end);
    this.at = end;
    return reader;
  }

  octets(tag: number = TAG.octetString): Buffer {
    const end = this.enter(tag);
    const value = this.bytes.subarray(this.at, end);
    this.at = end;
    return value;
  }

  /** An octet string as text in which each byte is a character; for what is ASCII, and as a key. */
  latin1(tag: number = TAG.octetString): string {
    const end = this.enter(tag);
    const value = this.bytes.toString('latin1', this.at, end);
    this.at = end;
    return value;
  }

  integer(tag: number = TAG.integer): number {
    const end = this.enter(tag);
    const length = end - this.at;
    if (length < 1 || length > 4) throw malformed('an integer of 1 to 4 bytes is expected');
    const value = this.bytes.readIntBE(this.at, length);
    this.at = end;
    return value;
  }

  boolean(tag: number = TAG.boolean): boolean {
    const end = this.enter(tag);
    if (end - this.at !== 1) throw malformed('a boolean of 1 byte is expected');
    const value = this.bytes[this.at] !== 0;
    this.at = end;
    return value;
  }

  /** @throws Malformed when something is left */
  finish(): void {
    if (this.at !== this.end) throw malformed('there is more in an element than belongs there');
  }

  /**
   * Ends a SEQUENCE of the protocol. Elements whose tags are not known here come from later versions of it and are passed
   * over, as RFC 4511 §4 demands; anything else that is left is an error.
   * @param known how many context-specific tags the SEQUENCE has: [0] up to this are not unknown
   */
  finishSequence(known = 0): void {
    while (this.at < this.end) {
      const tag = this.peek();
      const number = tag & 0x1f;
      if ((tag & 0xc0) !== 0x80 || number === 0x1f || number < known) throw malformed('there is more in an element than belongs there');
      this.at = this.enter(tag);
    }
  }

  #length(): number {
    if (this.at >= this.end) throw malformed('a length is missing');
    const first = this.bytes[this.at++] ?? 0;
    if (first < 0x80) return first;
    const size = first & 0x7f;
    if (size === 0 || size > 4) throw malformed('lengths are definite and of at most four bytes');
    if (this.at + size > this.end) throw malformed('a length is cut off');
    let length = 0;
    // a product, not a shift: four bytes of 0xff are no negative length
    for (const end = this.at + size; this.at < end; this.at++) length = length * 256 + (this.bytes[this.at] ?? 0);
    return length;
  }
}

const startSize = 4096;
/** A buffer that a huge answer has blown up is not kept. */
const keptSize = 1 << 18;

/** Bytes of an answer, growing as it is written. */
export class Output {
  bytes: Buffer = Buffer.allocUnsafeSlow(startSize);
  length = 0;

  /** Makes room for so many bytes more. */
  ensure(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** A copy of what is written, which is then forgotten here. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.length);
    this.bytes.copy(taken, 0, 0, this.length);
    this.reset();
    return taken;
  }

  /** Forgets what is written. */
  reset(): void {
    this.length = 0;
    if (this.bytes.length > keptSize) this.bytes = Buffer.allocUnsafeSlow(startSize);
  }

  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  header(tag: number, length: number): void {
    this.ensure(6);
    this.length = writeHeader(this.bytes, this.length, tag, length);
  }

  /** Bytes as they are. Short runs are copied here, which costs less than a call. */
  raw(source: Buffer, start = 0, end = source.length): void {
    const size = end - start;
    this.ensure(size);
    if (size < 24) for (let at = start; at < end; at++) this.bytes[this.length++] = source[at] ?? 0;
    else this.length += source.copy(this.bytes, this.length, start, end);
  }

  octets(tag: number, value: Buffer): void {
    this.header(tag, value.length);
    this.raw(value);
  }

  text(tag: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.header(tag, length);
    this.ensure(length);
    this.length += this.bytes.write(value, this.length, 'utf8');
  }

  integer(tag: number, value: number): void {
    const size = integerSize(value);
    this.header(tag, size);
    this.ensure(size);
    this.length = writeInteger(this.bytes, this.length, value, size);
  }

  boolean(tag: number, value: boolean): void {
    this.header(tag, 1);
    this.byte(value ? 0xff : 0);
  }

  /** An element whose length is known when it has been written: the content moves when the length needs more than a byte. */
  element(tag: number, write: () => void): void {
    this.header(tag, 0);
    const start = this.length;
    write();
    const length = this.length - start;
    const extra = headerSize(length) - 2;
    if (extra > 0) {
      this.ensure(extra);
      this.bytes.copyWithin(start + extra, start, this.length);
      this.length += extra;
    }
    writeHeader(this.bytes, start - 2, tag, length);
  }
}

/** Bytes of an element made by `write`. */
export function encodeBytes(write: (out: Output) => void): Buffer {
  const out = new Output();
  write(out);
  return out.take();
}

/** Bytes that a tag of one byte and the shortest length take. */
export function headerSize(length: number): number {
  if (length < 0x80) return 2;
  if (length < 0x100) return 3;
  if (length < 0x10000) return 4;
  if (length < 0x1000000) return 5;
  return 6;
}

/** Writes a tag and the shortest length. @returns where the content begins */
export function writeHeader(bytes: Buffer, at: number, tag: number, length: number): number {
  bytes[at] = tag;
  if (length < 0x80) {
    bytes[at + 1] = length;
    return at + 2;
  }
  const size = headerSize(length) - 2;
  bytes[at + 1] = 0x80 | size;
  return bytes.writeUIntBE(length, at + 2, size);
}

/** Bytes of an integer in two's complement (32 bits). */
export function integerSize(value: number): number {
  if (value >= -0x80 && value < 0x80) return 1;
  if (value >= -0x8000 && value < 0x8000) return 2;
  if (value >= -0x800000 && value < 0x800000) return 3;
  return 4;
}

/** Writes the content of an integer of so many bytes. @returns where it ends */
export function writeInteger(bytes: Buffer, at: number, value: number, size: number): number {
  let to = at;
  for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes[to++] = value >> shift;
  return to;
}
