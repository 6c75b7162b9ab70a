import { formatDn, parseDn } from '../model/dn.ts';
import type { Directory } from './directory.ts';
import type { PackedEntry } from './packed-entry.ts';

/** A name below a service's entry that stands for the same name below the suffix. */
export interface ViewedName {
  /** The service through whose view it is seen */
  readonly service: PackedEntry;
  /** The DN that it stands for */
  readonly dn: string;
}

/**
 * Each service's entry has the tree below it once more: `uid=ada,ou=people,cn=chat,ou=services,SUFFIX` is `uid=ada,ou=people,SUFFIX`
 * seen by cn=chat. A program that looks people up on one connection and binds them on another (as ejabberd does) names itself
 * that way, because the DN that it finds is the DN that it binds. The idea is kanidm's.
 * @returns undefined for every other name, one of an entry that really stands there, and what is no DN
 */
export function viewedName(directory: Directory, dn: string): ViewedName | undefined {
  const { schema, tree, access, servicesKey } = directory;
  if (!schema.normalizeDn(dn).endsWith(`,${servicesKey}`) || tree.named(dn) !== undefined) return undefined;
  const rdns = parseDn(dn);
  const suffixLength = parseDn(directory.baseDn).length;
  // the suffix, ou=services, and the service
  const above = suffixLength + 2;
  if (rdns.length <= above) return undefined;
  const service = tree.find(schema.dnKey(rdns.slice(-above)));
  if (service === undefined || !access.isService(service)) return undefined;
  return { service, dn: formatDn([...rdns.slice(0, -above), ...rdns.slice(-suffixLength)]) };
}

/** The DN of an entry as the service's view has it. */
export function nameInView(directory: Directory, service: PackedEntry, entry: PackedEntry): string {
  const suffix = directory.tree.root?.dn ?? directory.baseDn;
  return `${entry.dn.slice(0, entry.dn.length - suffix.length)}${service.dn}`;
}
