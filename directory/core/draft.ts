import type { AttributeDescription, AttributeType } from '../../schema/ldap/registry.ts';
import type { Attribute } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import { type PackedEntry, packEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/** An entry while it is being changed. Values are copied: what comes from a socket is gone with the next packet. */
export class Draft {
  readonly #tree: Tree;
  readonly #attributes = new Map<AttributeDescription, Buffer[]>();

  constructor(tree: Tree, entry?: PackedEntry) {
    this.#tree = tree;
    entry?.layout.descriptions.forEach((description, index) => {
      this.#attributes.set(description, entry.valuesAt(index));
    });
  }

  get(description: AttributeDescription): readonly Buffer[] {
    return this.#attributes.get(description) ?? [];
  }

  /** Values of the type with whatever options. */
  valuesOfType(type: AttributeType): Buffer[] {
    return [...this.#attributes].flatMap(([description, values]) => (description.type === type ? values : []));
  }

  set(description: AttributeDescription, values: readonly Buffer[]): void {
    if (values.length === 0) this.#attributes.delete(description);
    else this.#attributes.set(description, values.map(copyOf));
  }

  /** Sets an attribute that the schema files define; @throws Error when they don't. */
  setText(name: string, ...values: readonly string[]): void {
    this.set(
      resolveDescription(this.#tree, name),
      values.map((value) => Buffer.from(value)),
    );
  }

  /** @throws DirectoryError attributeOrValueExists */
  add(description: AttributeDescription, values: readonly Buffer[]): void {
    const present = [...this.get(description)];
    const known = new Set(present.map((value) => normalOf(description, value)));
    for (const [index, value] of values.entries()) {
      const normal = normalOf(description, value);
      if (known.has(normal)) {
        const detail = { attribute: description.name, at: index };
        throw new DirectoryError('attributeOrValueExists', `${description.name}: value #${index} is there already`, detail);
      }
      known.add(normal);
      present.push(value);
    }
    this.set(description, present);
  }

  /** @throws DirectoryError noSuchAttribute */
  remove(description: AttributeDescription, values: readonly Buffer[]): void {
    const present = this.get(description);
    if (present.length === 0)
      throw new DirectoryError('noSuchAttribute', `${description.name}: no such attribute`, { attribute: description.name });
    const [only] = values;
    if (values.length === 1 && only !== undefined) {
      // in the same spelling, as most are: a large group need not be normalised for it
      const place = present.findIndex((each) => each.equals(only));
      if (place >= 0) {
        this.set(description, present.toSpliced(place, 1));
        return;
      }
    }
    const gone = new Set<string>();
    const normals = new Set(present.map((value) => normalOf(description, value)));
    for (const [index, value] of values.entries()) {
      const normal = normalOf(description, value);
      if (!normals.has(normal) || gone.has(normal))
        throw new DirectoryError('noSuchAttribute', `${description.name}: value #${index} is not there`, { attribute: description.name });
      gone.add(normal);
    }
    this.set(description, values.length === 0 ? [] : present.filter((value) => !gone.has(normalOf(description, value))));
  }

  has(description: AttributeDescription, value: Buffer): boolean {
    const normal = normalOf(description, value);
    return this.get(description).some((each) => normalOf(description, each) === normal);
  }

  attributes(): Attribute[] {
    return [...this.#attributes].map(([description, values]) => ({ description: description.name, values }));
  }

  pack(identity: { readonly uuid: string; readonly parent: string | null; readonly key: string; readonly dn: string }): PackedEntry {
    const resolved = [...this.#attributes].map(([description, values]) => ({ description, values }));
    return packEntry(this.#tree.layouts, identity, this.#tree.inOrder(resolved));
  }
}

/** Values that are equal by the attribute's rule have the same; without a rule, the same bytes (RFC 4512 §2.3). */
export function normalOf(description: AttributeDescription, value: Buffer): string {
  return description.type.equality?.normalize(value) ?? `=${value.toString('latin1')}`;
}

/** @throws DirectoryError undefinedAttributeType */
export function resolveDescription(tree: Tree, name: string): AttributeDescription {
  const description = tree.schema.description(name);
  if (description === undefined)
    throw new DirectoryError('undefinedAttributeType', `${name}: attribute type undefined`, { attribute: name });
  return description;
}

/** The refusal of a change of what the server keeps itself (NO-USER-MODIFICATION). */
export function serverSets(attribute: string): DirectoryError {
  return new DirectoryError('constraintViolation', `${attribute}: the server alone sets this attribute`, { flaw: 'serverSets', attribute });
}

function copyOf(value: Buffer): Buffer {
  return Buffer.from(value);
}
