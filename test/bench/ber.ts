// The client's own BER: written from RFC 4511 and X.690, so that it can disagree with the server's.

/** One element: identifier octet, length, content. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOctets(content.length), content]);
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.of(0x80 | octets.length, ...octets);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
export const octets = (value: string | Uint8Array, tag = 0x04): Buffer => tlv(tag, typeof value === 'string' ? Buffer.from(value) : value);
export const boolean = (value: boolean, tag = 0x01): Buffer => tlv(tag, Buffer.of(value ? 0xff : 0));

/** INTEGER or ENUMERATED in the fewest octets; |value| < 2^47. */
export function integer(value: number, tag = 0x02): Buffer {
  let size = 1;
  while (value < -(2 ** (8 * size - 1)) || value >= 2 ** (8 * size - 1)) size++;
  const content = Buffer.alloc(size);
  content.writeIntBE(value, 0, size);
  return tlv(tag, content);
}

/** A decoded element; `children` reads the content as further elements. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Offset of the octet after it */
  readonly end: number;
}

/** The element at `offset`, or undefined while it is incomplete. Lengths over 4 octets throw. */
export function elementAt(buffer: Buffer, offset: number): Element | undefined {
  const tag = buffer[offset];
  const first = buffer[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  let start = offset + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first - 0x80;
    if (count === 0 || count > 4) throw new Error(`length in ${count} octets`);
    if (buffer.length < start + count) return undefined;
    length = buffer.readUIntBE(start, count);
    start += count;
  }
  const end = start + length;
  return buffer.length < end ? undefined : { tag, content: buffer.subarray(start, end), end };
}

/** Every element in `content`; throws when the last one is cut off. */
export function elements(content: Buffer): Element[] {
  const found: Element[] = [];
  for (let offset = 0; offset < content.length; ) {
    const element = elementAt(content, offset);
    if (element === undefined) throw new Error(`element cut off at ${offset}`);
    found.push(element);
    offset = element.end;
  }
  return found;
}

/** The value of an INTEGER or ENUMERATED. */
export const integerOf = (element: Element): number => element.content.readIntBE(0, element.content.length);
