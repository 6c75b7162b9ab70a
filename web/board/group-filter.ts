import { unreadableIn } from '../../directory/core/member-url.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { formatFilter, parseFilter } from '../../directory/model/filter-text.ts';
import { formatLdapUrl, parseLdapUrl } from '../../directory/model/ldap-url.ts';
import { flawOf } from '../directory/refusal.ts';
import { nameOf } from '../people/person.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';

/** Whom a group that fills itself would have, or what is wrong with its filter. */
export interface Preview {
  readonly names: readonly string[];
  readonly count: number;
  readonly error?: string;
}

const mostNames = 20;

/** What the form shows of a group's memberURL; undefined of one that says more than this site would make of it. */
export function filterOf(urls: readonly string[]): string | undefined {
  const [only] = urls;
  if (only === undefined || urls.length > 1) return undefined;
  try {
    const { authority, attributes, filter } = parseLdapUrl(only);
    return authority === '' && attributes.length === 0 && filter !== undefined ? formatFilter(filter) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The memberURL with this filter: of everybody, unless the group's own says where to look.
 * @throws DirectoryError when that is no filter
 */
export function urlWith({ site }: Visit, filter: string, own?: string): string {
  const everybody = { authority: '', dn: `ou=people,${site.directory.baseDn}`, attributes: [], scope: 'sub' } as const;
  // what was not touched stays as it is written
  if (own !== undefined && filterOf([own]) === filter) return own;
  return formatLdapUrl({ ...(own === undefined ? everybody : parseLdapUrl(own)), filter: parseFilter(filter) });
}

/** The group as the directory would fill it. @param own memberURL that it has already */
export function preview(visit: Visit, filter: string, own?: string): Preview {
  const { as, site } = visit;
  const { tree, membership } = site.directory;
  let url: string;
  try {
    url = urlWith(visit, filter, own);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return { names: [], count: 0, error: flawOf(visit.t, error) ?? visit.t('groups.wrongFilter') };
  }
  const unreadable = url === own ? undefined : unreadableIn(as.viewer, site.directory.schema, parseLdapUrl(url));
  if (unreadable !== undefined) return { names: [], count: 0, error: wordsOf(visit.t, unreadable) };
  const found = [...membership.dynamic.foundBy([Buffer.from(url)])].flatMap((slot) => tree.at(slot) ?? []);
  const seen = found.filter((entry) => as.viewer.sees(entry));
  return { count: found.length, names: seen.slice(0, mostNames).map((entry) => nameOf(as, entry)) };
}
