import type { Row } from './access.ts';

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

/**
 * Do rows give whoever has them all that another row gives? Each of its rights may come from another of them. `visible` means what a level
 * shows: that of the row, or else of whoever has it. Pure.
 */
export function isWithin(
  { row, level }: { readonly row: Row; readonly level: number },
  wide: { readonly rows: readonly Row[]; readonly level: number },
): boolean {
  const over = wide.rows.filter(
    (each) =>
      reaches(each, row) &&
      (each.filter === undefined || each.filter === row.filter) &&
      speaksOf(each, each.level ?? wide.level, row, row.level ?? level),
  );
  return (row.may & ~over.reduce((rights, each) => rights | each.may, 0)) === 0;
}

function speaksOf(wide: Row, wideLevel: number, row: Row, level: number): boolean {
  const { names } = wide;
  // to write mosGrant takes a row that names it
  if (row.listed !== undefined)
    return names !== undefined && row.listed.every((type) => names(type) && (type.name !== 'mosGrant' || wide.listed !== undefined));
  // `*` is all that can be visible, too
  return names === undefined ? row.names === undefined && wideLevel >= level : wide.listed === undefined;
}
