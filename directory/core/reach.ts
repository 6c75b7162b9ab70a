/** Entries of one part of the tree. */
export interface Place {
  /** Normal form of the DN where it begins */
  readonly baseKey: string;
  readonly scope: 'base' | 'one' | 'sub';
}

/** Does a place hold everything that another does, whatever comes to be there? A comma in a key always sets two RDNs apart. */
export function reaches({ baseKey, scope }: Place, other: Place): boolean {
  if (other.baseKey === baseKey) return scope === 'sub' || scope === other.scope;
  if (!other.baseKey.endsWith(`,${baseKey}`)) return false;
  const isChild = !other.baseKey.slice(0, -baseKey.length - 1).includes(',');
  return scope === 'sub' || (scope === 'one' && other.scope === 'base' && isChild);
}
