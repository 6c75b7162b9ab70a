import type { AttributeDescription, AttributeType } from '../../schema/ldap/registry.ts';
import type { Attribute } from '../model/entry.ts';

/** Which descriptions an entry has, in which order. Entries of the same shape share one Layout, so what is worked out for it is worked out once. */
export class Layout {
  readonly descriptions: readonly AttributeDescription[];
  /** Attributes before this one are user attributes, from it on operational ones. */
  readonly userCount: number;
  /** Slots of the tree's entries that have this layout: the presence index. */
  readonly slots = new Set<number>();
  readonly #byId: number[] = [];
  readonly #byType = new Map<AttributeType, readonly number[]>();

  constructor(descriptions: readonly AttributeDescription[]) {
    this.descriptions = descriptions;
    const firstOperational = descriptions.findIndex((description) => description.type.operational);
    this.userCount = firstOperational < 0 ? descriptions.length : firstOperational;
    descriptions.forEach((description, index) => {
      while (this.#byId.length <= description.id) this.#byId.push(-1);
      this.#byId[description.id] = index;
      this.#byType.set(description.type, [...(this.#byType.get(description.type) ?? []), index]);
    });
  }

  /** Index of the attribute with that description id, −1 when the entry has none. */
  indexOf(descriptionId: number): number {
    return this.#byId[descriptionId] ?? -1;
  }

  /** Indexes of the attributes of exactly that type, with whatever options. */
  indexesOf(type: AttributeType): readonly number[] {
    return this.#byType.get(type) ?? none;
  }
}

const none: readonly number[] = [];

/** Hands out the one Layout for each list of descriptions. */
export class Layouts {
  readonly #known = new Map<string, Layout>();

  get(descriptions: readonly AttributeDescription[]): Layout {
    const key = descriptions.map((description) => description.id).join();
    let layout = this.#known.get(key);
    if (layout === undefined) {
      layout = new Layout(descriptions);
      this.#known.set(key, layout);
    }
    return layout;
  }

  /** Layouts that an entry of the tree uses. */
  *inUse(): Iterable<Layout> {
    for (const layout of this.#known.values()) if (layout.slots.size > 0) yield layout;
  }

  /** Drops what no entry uses any more, so that passing shapes do not pile up. */
  sweep(): void {
    for (const [key, layout] of this.#known) if (layout.slots.size === 0) this.#known.delete(key);
  }

  get size(): number {
    return this.#known.size;
  }
}

/**
 * An entry as memory keeps it: its DN and then each attribute as an encoded PartialAttribute (RFC 4511 §4.1.7), so that
 * an answer is put together from slices. It never changes; a write makes a new one.
 */
export class PackedEntry {
  /** Its number in the tree; −1 outside. A changed entry keeps its number. */
  slot = -1;
  /** What the access rows see of it; theirs to fill. */
  profile: object | undefined = undefined;
  readonly uuid: string;
  readonly parent: string | null;
  /** Normal form of the DN */
  readonly key: string;
  readonly layout: Layout;
  readonly bytes: Buffer;
  /** Where each attribute begins in `bytes`, and at the end where the last one ends. The DN stands before the first. */
  readonly offsets: readonly number[];

  constructor(uuid: string, parent: string | null, key: string, layout: Layout, bytes: Buffer, offsets: readonly number[]) {
    this.uuid = uuid;
    this.parent = parent;
    this.key = key;
    this.layout = layout;
    this.bytes = bytes;
    this.offsets = offsets;
  }

  get dn(): string {
    return this.bytes.toString('utf8', 0, this.offsets[0]);
  }

  has(description: AttributeDescription): boolean {
    return this.layout.indexOf(description.id) >= 0;
  }

  /** The values of the attribute at an index of the layout; views into `bytes`. */
  valuesAt(index: number): Buffer[] {
    const values: Buffer[] = [];
    const end = this.offsets[index + 1] ?? 0;
    for (let at = this.#firstValue(index); at < end; ) {
      const start = contentStart(this.bytes, at);
      const length = contentLength(this.bytes, at);
      values.push(this.bytes.subarray(start, start + length));
      at = start + length;
    }
    return values;
  }

  values(description: AttributeDescription): Buffer[] {
    const index = this.layout.indexOf(description.id);
    return index < 0 ? [] : this.valuesAt(index);
  }

  /** The values of every attribute of that type, whatever its options. */
  valuesOfType(type: AttributeType): Buffer[] {
    const indexes = this.layout.indexesOf(type);
    if (indexes.length === 0) return [];
    return indexes.flatMap((index) => this.valuesAt(index));
  }

  /** The attributes as plain data, in the schema's spelling. */
  attributes(): Attribute[] {
    return this.layout.descriptions.map((description, index) => ({ description: description.name, values: this.valuesAt(index) }));
  }

  #firstValue(index: number): number {
    const sequence = contentStart(this.bytes, this.offsets[index] ?? 0);
    const name = contentStart(this.bytes, sequence) + contentLength(this.bytes, sequence);
    return contentStart(this.bytes, name);
  }
}

/** One attribute whose description the schema has resolved. */
export interface ResolvedAttribute {
  readonly description: AttributeDescription;
  readonly values: readonly Buffer[];
}

/** Packs an entry. The attributes come in the order that answers shall have, the operational ones last. */
export function packEntry(
  layouts: Layouts,
  identity: { readonly uuid: string; readonly parent: string | null; readonly key: string; readonly dn: string },
  attributes: readonly ResolvedAttribute[],
): PackedEntry {
  const dnLength = Buffer.byteLength(identity.dn);
  let total = dnLength;
  for (const attribute of attributes) total += tlvSize(attributeContentSize(attribute));
  const bytes = allocate(total);
  bytes.write(identity.dn, 0, 'utf8');
  const offsets: number[] = [];
  let at = dnLength;
  for (const attribute of attributes) {
    offsets.push(at);
    at = writeAttribute(bytes, at, attribute);
  }
  offsets.push(at);
  const layout = layouts.get(attributes.map(({ description }) => description));
  return new PackedEntry(identity.uuid, identity.parent, identity.key, layout, bytes, offsets);
}

/** The same entry under another name. */
export function renamePacked(
  entry: PackedEntry,
  identity: { readonly parent: string | null; readonly key: string; readonly dn: string },
): PackedEntry {
  const oldLength = entry.offsets[0] ?? 0;
  const dnLength = Buffer.byteLength(identity.dn);
  const bytes = allocate(entry.bytes.length - oldLength + dnLength);
  bytes.write(identity.dn, 0, 'utf8');
  entry.bytes.copy(bytes, dnLength, oldLength);
  const offsets = entry.offsets.map((offset) => offset - oldLength + dnLength);
  return new PackedEntry(entry.uuid, identity.parent, identity.key, entry.layout, bytes, offsets);
}

/** An entry whose parent changed its name from `old` to `parent`. */
export function renamedWith(entry: PackedEntry, old: PackedEntry, parent: PackedEntry): PackedEntry {
  const dn = entry.dn.slice(0, entry.dn.length - old.dn.length) + parent.dn;
  const key = entry.key.slice(0, entry.key.length - old.key.length) + parent.key;
  return renamePacked(entry, { parent: entry.parent, key, dn });
}

/** One PartialAttribute (RFC 4511 §4.1.7) of its own, for attributes that are computed when asked for. */
export function packAttribute(attribute: ResolvedAttribute): Buffer {
  const bytes = Buffer.allocUnsafe(tlvSize(attributeContentSize(attribute)));
  writeAttribute(bytes, 0, attribute);
  return bytes;
}

/** The encoded name alone with an empty set of values, for typesOnly. */
export function packType(description: AttributeDescription): Buffer {
  return packAttribute({ description, values: [] });
}

const slabSize = 1 << 16;
let slab = Buffer.allocUnsafeSlow(slabSize);
let slabUsed = 0;

/** Long-lived entries share slabs of their own, so that they do not keep alive the pool that passing Buffers come from. */
function allocate(size: number): Buffer {
  if (size > slabSize / 4) return Buffer.allocUnsafeSlow(size);
  if (slabUsed + size > slabSize) {
    slab = Buffer.allocUnsafeSlow(slabSize);
    slabUsed = 0;
  }
  slabUsed += size;
  return slab.subarray(slabUsed - size, slabUsed);
}

const encodedNames = new WeakMap<AttributeDescription, Buffer>();

/** `04 len name` of a description. */
function encodedName(description: AttributeDescription): Buffer {
  let encoded = encodedNames.get(description);
  if (encoded === undefined) {
    const name = Buffer.from(description.name, 'latin1');
    encoded = Buffer.allocUnsafe(tlvSize(name.length));
    name.copy(encoded, writeHeader(encoded, 0, OCTET_STRING, name.length));
    encodedNames.set(description, encoded);
  }
  return encoded;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const OCTET_STRING = 0x04;

function valuesSize(values: readonly Buffer[]): number {
  let size = 0;
  for (const value of values) size += tlvSize(value.length);
  return size;
}

function attributeContentSize(attribute: ResolvedAttribute): number {
  return encodedName(attribute.description).length + tlvSize(valuesSize(attribute.values));
}

function writeAttribute(bytes: Buffer, start: number, attribute: ResolvedAttribute): number {
  const name = encodedName(attribute.description);
  const size = valuesSize(attribute.values);
  let at = writeHeader(bytes, start, SEQUENCE, name.length + tlvSize(size));
  at += name.copy(bytes, at);
  at = writeHeader(bytes, at, SET, size);
  for (const value of attribute.values) {
    at = writeHeader(bytes, at, OCTET_STRING, value.length);
    at += value.copy(bytes, at);
  }
  return at;
}

/** Bytes of a tag, a minimal length and so much content. */
function tlvSize(length: number): number {
  if (length < 0x80) return 2 + length;
  if (length < 0x100) return 3 + length;
  if (length < 0x10000) return 4 + length;
  if (length < 0x1000000) return 5 + length;
  return 6 + length;
}

function writeHeader(bytes: Buffer, at: number, tag: number, length: number): number {
  bytes[at] = tag;
  const size = tlvSize(length) - length - 2;
  if (size === 0) {
    bytes[at + 1] = length;
    return at + 2;
  }
  bytes[at + 1] = 0x80 | size;
  bytes.writeUIntBE(length, at + 2, size);
  return at + 2 + size;
}

/** Where the content of the element at `at` begins; the bytes are our own, so they are well formed. */
function contentStart(bytes: Buffer, at: number): number {
  const first = bytes[at + 1] ?? 0;
  return first < 0x80 ? at + 2 : at + 2 + (first & 0x7f);
}

function contentLength(bytes: Buffer, at: number): number {
  const first = bytes[at + 1] ?? 0;
  return first < 0x80 ? first : bytes.readUIntBE(at + 2, first & 0x7f);
}
