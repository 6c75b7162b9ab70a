import { malformed } from './ber.ts';

/**
 * Cuts a stream of bytes into LDAP messages. A message that lies in one chunk is a view of it; one that comes in pieces is
 * put together when the last has come, so a byte at a time costs no more than its bytes.
 */
export class Framer {
  /** bytes of the longest message allowed */
  limit: number;
  #chunk: Buffer = empty;
  #at = 0;
  /** Pieces of a message that is not complete */
  #pieces: Buffer[] = [];
  #gathered = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes of a message that is not complete yet. */
  get pending(): number {
    return this.#gathered + this.#chunk.length - this.#at;
  }

  /** Drops what is not complete. */
  clear(): void {
    this.#chunk = empty;
    this.#at = 0;
    this.#pieces = [];
    this.#gathered = 0;
  }

  push(chunk: Buffer): void {
    if (this.#at < this.#chunk.length) this.#keep(this.#chunk.subarray(this.#at));
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * The next whole message, or undefined until more has come. Call it until then after each push.
   * @throws DirectoryError protocolError for what can't be a message, before its content is waited for
   */
  next(): Buffer | undefined {
    return this.#gathered > 0 ? this.#nextGathered() : this.#nextInChunk();
  }

  #nextInChunk(): Buffer | undefined {
    const available = this.#chunk.length - this.#at;
    if (available === 0) return undefined;
    const size = this.#size(this.#chunk, this.#at, available);
    if (size === undefined || size > available) {
      this.#keep(this.#chunk.subarray(this.#at));
      this.#chunk = empty;
      this.#at = 0;
      return undefined;
    }
    const pdu = this.#chunk.subarray(this.#at, this.#at + size);
    this.#at += size;
    return pdu;
  }

  #nextGathered(): Buffer | undefined {
    let head = this.#pieces[0] ?? empty;
    if (head.length < headMost && this.#pieces.length + this.#chunk.length > 1) {
      head = Buffer.concat([...this.#pieces, this.#chunk.subarray(this.#at, this.#at + headMost)]).subarray(0, headMost);
    }
    const size = this.#size(head, 0, head.length);
    const available = this.#chunk.length - this.#at;
    if (size === undefined || size > this.#gathered + available) {
      if (available > 0) this.#keep(this.#chunk.subarray(this.#at));
      this.#chunk = empty;
      this.#at = 0;
      return undefined;
    }
    const rest = size - this.#gathered;
    const pdu = Buffer.concat([...this.#pieces, this.#chunk.subarray(this.#at, this.#at + rest)], size);
    this.#at += rest;
    this.#pieces = [];
    this.#gathered = 0;
    return pdu;
  }

  /** Small pieces are joined as they come, so that a message sent byte by byte is not a list of thousands. */
  #keep(piece: Buffer): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.length + piece.length <= 4096) this.#pieces[this.#pieces.length - 1] = Buffer.concat([last, piece]);
    // a copy: a view would keep the whole chunk alive for a few bytes
    else this.#pieces.push(Buffer.from(piece));
    this.#gathered += piece.length;
  }

  /** Bytes of the message that begins here, undefined while its length is not complete. */
  #size(bytes: Buffer, at: number, available: number): number | undefined {
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
const headMost = 6;
