import { DirectoryError } from './errors.ts';
import type { Filter } from './filter.ts';
import { formatFilter, parseFilter } from './filter-text.ts';

/** An LDAP URL (RFC 4516) as groupOfURLs and referrals use it. */
export interface LdapUrl {
  /** `host:port`, empty when the URL has none */
  readonly authority: string;
  readonly dn: string;
  readonly attributes: readonly string[];
  readonly scope: 'base' | 'one' | 'sub' | undefined;
  readonly filter: Filter | undefined;
}

/**
 * Reads `ldap://host/dn?attributes?scope?filter`.
 * @throws DirectoryError invalidAttributeSyntax
 */
export function parseLdapUrl(text: string): LdapUrl {
  const [, authority = '', path = ''] = /^ldap:\/\/([^/?]*)(?:\/(.*))?$/is.exec(text) ?? [];
  if (!/^ldap:\/\//i.test(text))
    throw new DirectoryError('invalidAttributeSyntax', `"${text}" is not an LDAP URL (ldap:///dn??scope?filter)`);
  const [dn = '', attributes = '', scope = '', filter = '', ...rest] = path.split('?').map(decode);
  if (rest.length > 1 || !['', 'base', 'one', 'sub'].includes(scope)) {
    throw new DirectoryError('invalidAttributeSyntax', `"${text}" is not an LDAP URL (ldap:///dn??scope?filter)`);
  }
  return {
    authority,
    dn,
    attributes: attributes === '' ? [] : attributes.split(','),
    scope: scope === 'base' || scope === 'one' || scope === 'sub' ? scope : undefined,
    filter: filter === '' ? undefined : parseFilter(filter),
  };
}

/** Writes an LDAP URL without what is left open at the end. */
export function formatLdapUrl(url: LdapUrl): string {
  const parts = [url.dn, url.attributes.join(','), url.scope ?? '', url.filter === undefined ? '' : formatFilter(url.filter)].map(encode);
  while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return `ldap://${url.authority}/${parts.join('?')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new DirectoryError('invalidAttributeSyntax', 'a percent sign in an LDAP URL needs two hex digits behind it', { cause });
  }
}

function encode(part: string): string {
  return encodeURIComponent(part).replace(/%(?:2C|3D|28|29|26|7C|3A|40|2B|2F|3B|24)/g, decodeURIComponent);
}

/**
 * A referral's URL for a name at or below the referral object (RFC 3296 §5.2). URLs of other kinds stay as they are.
 * @param below RDNs between the name and the referral object, empty for the object itself
 * @param dn of the referral object, for URLs that name none
 * @param scope is added when the URL has none
 */
export function retargetUrl(url: string, below: string, dn: string, scope?: string): string {
  const [, authority, path = '', rest = ''] = /^(ldaps?:\/\/[^/?]*)(?:\/([^?]*)(.*))?$/is.exec(url) ?? [];
  if (authority === undefined) return url;
  const there = decode(path) || dn;
  const target = below === '' ? there : `${below},${there}`;
  const [, attributes = '', given = '', filter = ''] = rest.split('?');
  const parts = [encode(target), attributes, given || (scope === 'subordinates' ? 'sub' : (scope ?? '')), filter];
  while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return `${authority}/${parts.join('?')}`;
}
