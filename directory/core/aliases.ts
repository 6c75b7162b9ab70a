import { formatDn, parseDn } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/** Aliases that stand for aliases, and so on, so many times at most. */
const mostHops = 16;

/** Slots of all alias entries (RFC 4512 §2.6). */
export function aliasSlots(tree: Tree): readonly number[] {
  return tree.ofClass('alias');
}

export function isAlias(tree: Tree, entry: PackedEntry): boolean {
  return tree.isOfClass(entry, 'alias');
}

/** The object that an alias stands for, by way of other aliases too; undefined when it leads nowhere or in a circle. */
export function dereference(tree: Tree, alias: PackedEntry): PackedEntry | undefined {
  let at: PackedEntry | undefined = alias;
  for (let hops = 0; hops < mostHops && at !== undefined; hops++) {
    if (!isAlias(tree, at)) return at;
    at = tree.named(aliasedObjectName(tree, at));
  }
  return undefined;
}

function aliasedObjectName(tree: Tree, alias: PackedEntry): string {
  const type = tree.schema.attributeType('aliasedObjectName');
  const [name] = type === undefined ? [] : alias.valuesOfType(type);
  return name?.toString() ?? '';
}

/**
 * The name that a DN leads to when every alias in it is dereferenced, those that stand above the entry too.
 * @param sees what the asker may know of; other aliases are none to them
 * @returns a DN as text
 * @throws DirectoryError aliasProblem (RFC 4511 appendix A), invalidDNSyntax
 */
export function dereferenceName(tree: Tree, sees: (entry: PackedEntry) => boolean, dn: string): string {
  if (aliasSlots(tree).length === 0) return dn;
  let name = dn;
  for (let hops = 0; hops < mostHops; hops++) {
    const rdns = parseDn(name);
    const alias = rdns
      .map((_, depth) => tree.find(tree.schema.dnKey(rdns.slice(depth))))
      .findLast((entry) => entry !== undefined && isAlias(tree, entry) && sees(entry));
    if (alias === undefined) return name;
    const object = aliasedObjectName(tree, alias);
    const target = tree.named(object);
    if (target === undefined || !sees(target))
      throw new DirectoryError('aliasProblem', 'an alias leads to an object that does not exist', { matchedDn: alias.dn });
    const below = formatDn(rdns.slice(0, rdns.length - parseDn(alias.dn).length));
    name = below === '' ? object : `${below},${object}`;
  }
  throw new DirectoryError('aliasProblem', 'the aliases lead in a circle', { matchedDn: '' });
}
