/** One attribute of an entry: an attribute description (RFC 4512 §2.5, `cn;lang-de`) and its values as they came in. */
export interface Attribute {
  readonly description: string;
  readonly values: readonly Buffer[];
}

/** An entry as people write it: its name in RFC 4514 text and its attributes. */
export interface Entry {
  readonly dn: string;
  readonly attributes: readonly Attribute[];
}

/** One change of a modify request (RFC 4511 §4.6, RFC 4525 for increment). */
export interface Modification {
  readonly operation: 'add' | 'delete' | 'replace' | 'increment';
  readonly attribute: Attribute;
}
