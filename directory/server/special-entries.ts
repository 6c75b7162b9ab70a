import { publishedSchema } from '../../schema/ldap/subschema.ts';
import type { Directory } from '../core/directory.ts';
import { compileFilter } from '../core/matching.ts';
import { Layouts, type PackedEntry, packEntry } from '../core/packed-entry.ts';
import { Selections } from '../core/selection.ts';
import type { Viewer } from '../core/viewer.ts';
import type { Attribute } from '../model/entry.ts';
import type { Output } from '../wire/ber.ts';
import { encodeEntry, encodeResult } from '../wire/encode.ts';
import type { SearchRequest } from '../wire/messages.ts';

/** What a server can do, as its root DSE says it (RFC 4512 §5.1). */
export interface Abilities {
  readonly controls: readonly string[];
  readonly extensions: readonly string[];
  readonly features: readonly string[];
  readonly vendorVersion: string;
}

/** The two entries that stand outside the tree: the root DSE and the subschema (RFC 4512 §4.2, §5.1). Everybody may read them. */
export class SpecialEntries {
  readonly #directory: Directory;
  readonly #abilities: Abilities;
  readonly #layouts = new Layouts();
  readonly #selections: Selections;
  readonly #everything: Viewer;
  readonly #subschemaKey: string;
  readonly #rootDse = new Map<string, PackedEntry>();
  readonly #subschema: PackedEntry;

  constructor(directory: Directory, abilities: Abilities) {
    this.#directory = directory;
    this.#abilities = abilities;
    this.#selections = new Selections(directory.schema, new Map());
    this.#everything = directory.access.viewer({ kind: 'root', dn: directory.rootDn });
    this.#subschemaKey = directory.schema.normalizeDn('cn=Subschema');
    const now = new Date(directory.clock()).toISOString().replace(/[-T:]|\.\d+/g, '');
    this.#subschema = this.#pack('cn=Subschema', [
      attribute('objectClass', 'top', 'subentry', 'subschema', 'extensibleObject'),
      attribute('cn', 'Subschema'),
      ...publishedSchema(directory.schema),
      attribute('createTimestamp', now),
      attribute('modifyTimestamp', now),
      attribute('structuralObjectClass', 'subentry'),
    ]);
  }

  /** @param mechanisms the SASL mechanisms that this connection may use now */
  find(dn: string, mechanisms: readonly string[]): PackedEntry | undefined {
    if (dn === '') return this.#rootDseWith(mechanisms);
    return dn.length < 64 && /subschema/i.test(dn) && this.#directory.schema.normalizeDn(dn) === this.#subschemaKey
      ? this.#subschema
      : undefined;
  }

  /** Answers a base search for one of them. */
  answer(out: Output, id: number, entry: PackedEntry, request: SearchRequest): void {
    const { tree } = this.#directory;
    const test = compileFilter(request.filter, { tree, computed: new Map(), maySearch: () => true });
    if (test.evaluate(entry) === true) {
      const { ranges, extra } = this.#selections.get(request.attributes, request.typesOnly).compose(entry, this.#everything);
      encodeEntry(out, id, entry.bytes, entry.offsets[0] ?? 0, ranges, extra);
    }
    encodeResult(out, id, 'search', { kind: 'success' });
  }

  #rootDseWith(mechanisms: readonly string[]): PackedEntry {
    const key = mechanisms.join();
    let entry = this.#rootDse.get(key);
    if (entry === undefined) {
      const { controls, extensions, features, vendorVersion } = this.#abilities;
      entry = this.#pack('', [
        attribute('objectClass', 'top'),
        attribute('structuralObjectClass', 'top'),
        attribute('namingContexts', this.#directory.baseDn),
        attribute('subschemaSubentry', 'cn=Subschema'),
        attribute('supportedLDAPVersion', '3'),
        attribute('supportedControl', ...controls),
        attribute('supportedExtension', ...extensions),
        attribute('supportedFeatures', ...features),
        attribute('supportedSASLMechanisms', ...mechanisms),
        attribute('vendorName', 'MOS'),
        attribute('vendorVersion', vendorVersion),
      ]);
      this.#rootDse.set(key, entry);
    }
    return entry;
  }

  #pack(dn: string, attributes: readonly Attribute[]): PackedEntry {
    const { schema, tree } = this.#directory;
    return packEntry(this.#layouts, { uuid: '', parent: null, key: schema.normalizeDn(dn), dn }, tree.resolve(attributes));
  }
}

function attribute(description: string, ...values: readonly string[]): Attribute {
  return { description, values: values.map((value) => Buffer.from(value)) };
}
