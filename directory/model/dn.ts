import { DirectoryError } from './errors.ts';

/** One attribute type and value of an RDN. The type is as it was written (a name or an OID). */
export interface AttributeTypeAndValue {
  readonly type: string;
  readonly value: Buffer;
}
export type Rdn = readonly AttributeTypeAndValue[];
/** The leftmost RDN first, as in the text. The empty list is the root. */
export type Dn = readonly Rdn[];

/** More RDNs than any real tree has; a bound for what a client can make us walk. */
const maxRdns = 128;

const COMMA = 44;
const PLUS = 43;
const EQUALS = 61;
const BACKSLASH = 92;
const SPACE = 32;
const HASH = 35;

/**
 * Reads the string form of a DN (RFC 4514 §3), and with it what RFC 2253 allowed and clients still send: blanks round
 * the separators and `;` for `,`.
 * @throws DirectoryError invalidDNSyntax
 */
export function parseDn(text: string): Dn {
  return new DnReader(Buffer.from(text, 'utf8')).dn();
}

/** @throws DirectoryError invalidDNSyntax */
export function parseRdn(text: string): Rdn {
  const dn = parseDn(text);
  const [rdn] = dn;
  if (dn.length !== 1 || rdn === undefined) throw invalid('one relative distinguished name is expected here');
  return rdn;
}

/** Writes a DN in RFC 4514's form: no blanks after commas, only what must be escaped is. */
export function formatDn(dn: Dn): string {
  return dn.map(formatRdn).join(',');
}

export function formatRdn(rdn: Rdn): string {
  return rdn.map((ava) => `${ava.type}=${formatDnValue(ava.value)}`).join('+');
}

/** Escapes one attribute value for use in a DN (RFC 4514 §2.4). Bytes that are not UTF-8 become hex pairs. */
export function formatDnValue(value: Buffer): string {
  const text = value.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(value)) return [...value].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return escapeDnText(text);
}

/** formatDnValue for text that is known to be well formed. */
export function escapeDnText(text: string): string {
  if (!/[\\,+"<>;\0]|^[ #]| $/.test(text)) return text;
  if (text === ' ') return '\\ ';
  return text
    .replace(/[\\,+"<>;]/g, '\\$&')
    .replace(/\0/g, '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

function invalid(reason: string): DirectoryError {
  return new DirectoryError('invalidDNSyntax', `invalid DN: ${reason}`);
}

class DnReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  dn(): Dn {
    this.#blanks();
    if (this.#at === this.#bytes.length) return [];
    const rdns: Rdn[] = [];
    for (;;) {
      rdns.push(this.#rdn());
      if (rdns.length > maxRdns) throw invalid(`more than ${maxRdns} components`);
      if (this.#at === this.#bytes.length) return rdns;
      this.#at++; // the comma or semicolon that ended the RDN
    }
  }

  #rdn(): Rdn {
    const avas: AttributeTypeAndValue[] = [];
    for (;;) {
      this.#blanks();
      const type = this.#type();
      this.#blanks();
      if (this.#peek() !== EQUALS) throw invalid(`an attribute type and "=" are expected at byte ${this.#at}`);
      this.#at++;
      this.#blanks();
      avas.push({ type, value: this.#peek() === HASH ? this.#hexString() : this.#value() });
      if (this.#peek() !== PLUS) return avas;
      this.#at++;
    }
  }

  #type(): string {
    const start = this.#at;
    while (this.#at < this.#bytes.length && isKeyByte(this.#peek())) this.#at++;
    const type = this.#bytes.toString('latin1', start, this.#at).replace(/^oid\./i, '');
    if (!/^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)*)$/i.test(type)) throw invalid(`no attribute type at byte ${start}`);
    return type;
  }

  #value(): Buffer {
    if (this.#peek() === 34) return this.#quoted();
    const value: number[] = [];
    let end = 0; // trailing blanks count only when escaped
    for (let byte = this.#peek(); byte !== -1 && byte !== COMMA && byte !== PLUS && byte !== 59; byte = this.#peek()) {
      if (byte === BACKSLASH) {
        value.push(this.#escape());
        end = value.length;
        continue;
      }
      if (byte === 0 || byte === 34 || byte === 60 || byte === 62) throw invalid(`an unescaped special character at byte ${this.#at}`);
      value.push(byte);
      if (byte !== SPACE) end = value.length;
      this.#at++;
    }
    return Buffer.from(value.slice(0, end));
  }

  /** RFC 1779's quoted values, which RFC 2253 asks readers to go on accepting. */
  #quoted(): Buffer {
    this.#at++;
    const value: number[] = [];
    for (let byte = this.#peek(); byte !== 34; byte = this.#peek()) {
      if (byte === -1) throw invalid('a quoted value has no end');
      if (byte === BACKSLASH) value.push(this.#escape());
      else {
        value.push(byte);
        this.#at++;
      }
    }
    this.#at++;
    this.#blanks();
    this.#atSeparator();
    return Buffer.from(value);
  }

  #escape(): number {
    const next = this.#bytes[this.#at + 1] ?? -1;
    const hex = this.#bytes.toString('latin1', this.#at + 1, this.#at + 3);
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      this.#at += 3;
      return Number.parseInt(hex, 16);
    }
    if (next === -1 || !' "#+,;<=>\\'.includes(String.fromCharCode(next))) throw invalid(`a wrong escape at byte ${this.#at}`);
    this.#at += 2;
    return next;
  }

  /** `#` and the BER encoding of the value in hex (RFC 4514 §2.4); strings come without their tag and length. */
  #hexString(): Buffer {
    const start = ++this.#at;
    while (/[0-9a-f]/i.test(String.fromCharCode(this.#peek()))) this.#at++;
    const ber = Buffer.from(this.#bytes.toString('latin1', start, this.#at), 'hex');
    if ((this.#at - start) % 2 !== 0 || ber.length < 2) throw invalid(`a wrong hex value at byte ${start}`);
    this.#blanks();
    this.#atSeparator();
    const first = ber[1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (lengthBytes > 4 || ber.length < 2 + lengthBytes) throw invalid(`a wrong hex value at byte ${start}`);
    const length = lengthBytes === 0 ? first : ber.readUIntBE(2, lengthBytes);
    if (ber.length !== 2 + lengthBytes + length) throw invalid(`a wrong hex value at byte ${start}`);
    return ber.subarray(2 + lengthBytes);
  }

  #atSeparator(): void {
    const byte = this.#peek();
    if (byte !== -1 && byte !== COMMA && byte !== PLUS && byte !== 59) throw invalid(`"," or "+" is expected at byte ${this.#at}`);
  }

  #blanks(): void {
    while (this.#peek() === SPACE) this.#at++;
  }

  #peek(): number {
    return this.#bytes[this.#at] ?? -1;
  }
}

function isKeyByte(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 45 || byte === 46;
}
