import { malformed } from './ber.ts';

/**
 * Cuts a stream of bytes into LDAP messages. A message that lies in one chunk is a view of it; one that comes in pieces is
 * put together in a buffer that grows with what has come, not with what is claimed, so a byte at a time costs no more than
 * its bytes.
 */
export class Framer {
  /** bytes of the longest message allowed */
  limit: number;
  /** What is not taken yet of the bytes that came last */
  #chunk: Buffer = empty;
  #at = 0;
  /** A message that began in an earlier chunk; while there is one, the chunk is used up between calls */
  #partial: Buffer = empty;
  #filled = 0;
  /** Bytes of that message, header and all; undefined while its length is not complete */
  #size: number | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes of messages that are not complete, or not taken yet. */
  get pending(): number {
    return this.#filled + this.#chunk.length - this.#at;
  }

  /** Bytes that are held for them; some more, since the buffer grows ahead. */
  get held(): number {
    return this.#partial.length + this.#chunk.length - this.#at;
  }

  /** Drops what is not taken. */
  clear(): void {
    this.#useUpChunk();
    this.#forgetPartial();
  }

  push(chunk: Buffer): void {
    this.#chunk = this.#at < this.#chunk.length ? Buffer.concat([this.#chunk.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
  }

  /**
   * The next whole message, or undefined until more has come. Call it until then after each push.
   * @throws DirectoryError protocolError for what can't be a message, before its content is waited for
   */
  next(): Buffer | undefined {
    const available = this.#chunk.length - this.#at;
    if (available === 0) return undefined;
    if (this.#filled > 0) return this.#continued();
    const size = this.#sizeOf(this.#chunk, this.#at, available);
    if (size === undefined || size > available) {
      this.#size = size;
      this.#keep(available);
      return undefined;
    }
    const pdu = this.#chunk.subarray(this.#at, this.#at + size);
    this.#at += size;
    return pdu;
  }

  #continued(): Buffer | undefined {
    while (this.#size === undefined && this.#at < this.#chunk.length) {
      this.#keep(1);
      this.#size = this.#sizeOf(this.#partial, 0, this.#filled);
    }
    if (this.#size === undefined) return undefined;
    this.#keep(Math.min(this.#size - this.#filled, this.#chunk.length - this.#at));
    if (this.#filled < this.#size) return undefined;
    const pdu = this.#partial.subarray(0, this.#size);
    this.#forgetPartial();
    return pdu;
  }

  /** Copies bytes of the chunk: a view would keep a whole chunk alive for a few of them. */
  #keep(count: number): void {
    const needed = this.#filled + count;
    if (needed > this.#partial.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(this.#size ?? longestHeader, 2 * needed)));
      this.#partial.copy(grown, 0, 0, this.#filled);
      this.#partial = grown;
    }
    this.#filled += this.#chunk.copy(this.#partial, this.#filled, this.#at, this.#at + count);
    this.#at += count;
    if (this.#at === this.#chunk.length) this.#useUpChunk();
  }

  #useUpChunk(): void {
    this.#chunk = empty;
    this.#at = 0;
  }

  #forgetPartial(): void {
    this.#partial = empty;
    this.#filled = 0;
    this.#size = undefined;
  }

  /** Bytes of the message that begins here, undefined while its length is not complete. */
  #sizeOf(bytes: Buffer, at: number, available: number): number | undefined {
    if (bytes[at] !== 0x30) throw malformed('an LDAP message begins with 0x30');
    if (available < 2) return undefined;
    const first = bytes[at + 1] ?? 0;
    if (first < 0x80) return this.#allowed(2 + first);
    const lengthSize = first & 0x7f;
    if (lengthSize === 0 || lengthSize > 4) throw malformed('lengths are definite and of at most four bytes');
    if (available < 2 + lengthSize) return undefined;
    return this.#allowed(2 + lengthSize + bytes.readUIntBE(at + 2, lengthSize));
  }

  #allowed(size: number): number {
    if (size > this.limit) throw malformed(`a message of ${size} bytes is longer than the ${this.limit} allowed here`);
    return size;
  }
}

const empty = Buffer.alloc(0);
/** Bytes of the longest tag and length */
const longestHeader = 6;
