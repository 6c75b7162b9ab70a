import { formatDn, parseDn } from '../model/dn.ts';
import { DirectoryError } from '../model/errors.ts';
import { retargetUrl } from '../model/ldap-url.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/** Is the entry a referral object: the place where another server's tree hangs (RFC 3296)? */
export function isReferral(tree: Tree, entry: PackedEntry): boolean {
  return tree.isOfClass(entry, 'referral');
}

/** Slots of all referral objects. */
export function referralSlots(tree: Tree): readonly number[] {
  return tree.ofClass('referral');
}

/**
 * Refuses a name that is a referral object's or lies below one.
 * @param sees what the asker may know of; the rest sends nobody elsewhere
 * @param scope of the search that asks, which goes into the URLs (RFC 4511 §4.1.10)
 * @throws DirectoryError referral with the URLs under which the operation goes on
 */
export function refuseReferred(tree: Tree, sees: (entry: PackedEntry) => boolean, dn: string, scope?: UrlScope): void {
  if (referralSlots(tree).length === 0) return;
  const rdns = parseDn(dn);
  for (let depth = rdns.length - 1; depth >= 0; depth--) {
    const entry = tree.find(tree.schema.dnKey(rdns.slice(depth)));
    if (entry !== undefined && isReferral(tree, entry) && sees(entry)) {
      const referrals = urlsOf(tree, entry).map((url) => retargetUrl(url, formatDn(rdns.slice(0, depth)), entry.dn, scope));
      throw new DirectoryError('referral', 'another server holds this part of the tree', { referrals, matchedDn: entry.dn });
    }
  }
}

export type UrlScope = 'base' | 'one' | 'sub' | 'subordinates';

/** Where a search that has met a referral object goes on (RFC 4511 §4.5.3): one level finds the object itself there, a subtree all of it. */
export function continuations(tree: Tree, entry: PackedEntry, scope: UrlScope): string[] {
  return urlsOf(tree, entry).map((url) => retargetUrl(url, '', entry.dn, scope === 'one' ? 'base' : 'sub'));
}

/** Values of `ref` are labeled URIs: what follows a blank is a label. */
function urlsOf(tree: Tree, entry: PackedEntry): string[] {
  const type = tree.schema.attributeType('ref');
  return (type === undefined ? [] : entry.valuesOfType(type)).map((value) => value.toString().split(' ', 1)[0] ?? '');
}
