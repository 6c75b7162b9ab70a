import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryError } from '../../directory/model/errors.ts';
import { formatFilter } from '../../directory/model/filter-text.ts';
import { formatLdapUrl, parseLdapUrl } from '../../directory/model/ldap-url.ts';

interface Row {
  readonly url: string;
  readonly authority?: string;
  readonly dn?: string;
  readonly attributes?: readonly string[];
  readonly scope?: string;
  readonly filter?: string;
  /** as it is written, where that differs */
  readonly written?: string;
}

const readable: readonly Row[] = [
  { url: 'ldap:///' },
  { url: 'ldap://', written: 'ldap:///' },
  { url: 'LDAP:///dc=x', dn: 'dc=x', written: 'ldap:///dc=x' },
  { url: 'ldap://ldap.example.org:1389/dc=x', authority: 'ldap.example.org:1389', dn: 'dc=x' },
  { url: 'ldap://[2001:db8::1]:389/dc=x', authority: '[2001:db8::1]:389', dn: 'dc=x' },
  { url: 'ldap:///ou=people,dc=x??sub?(uid=*)', dn: 'ou=people,dc=x', scope: 'sub', filter: '(uid=*)' },
  { url: 'ldap:///dc=x?cn,sn?one', dn: 'dc=x', attributes: ['cn', 'sn'], scope: 'one' },
  { url: 'ldap:///dc=x??base', dn: 'dc=x', scope: 'base' },
  { url: 'ldap:///dc=x???', dn: 'dc=x', written: 'ldap:///dc=x' },
  { url: 'ldap:///dc=x????e-bindname=cn=a', dn: 'dc=x', written: 'ldap:///dc=x' },
  { url: 'ldap:///o=University%20of%20Michigan,c=US', dn: 'o=University of Michigan,c=US' },
  { url: 'ldap:///o=Question%3f,c=US', dn: 'o=Question?,c=US', written: 'ldap:///o=Question%3F,c=US' },
  { url: 'ldap:///cn=J%C3%BCrgen', dn: 'cn=Jürgen' },
  { url: 'ldap:///o=An%20Example%5C2C%20Inc.,c=US', dn: 'o=An Example\\2C Inc.,c=US' },
  { url: 'ldap:///dc=x??sub?(cn=a%2Ab)', dn: 'dc=x', scope: 'sub', filter: '(cn=a*b)', written: 'ldap:///dc=x??sub?(cn=a*b)' },
  {
    url: 'ldap:///??sub?(int=%5c00%5c00%5c00%5c04)',
    scope: 'sub',
    filter: '(int=\\00\\00\\00\u0004)',
    written: 'ldap:///??sub?(int=%5C00%5C00%5C00%04)',
  },
];

for (const { url, authority = '', dn = '', attributes = [], scope, filter, written = url } of readable) {
  test(`${url} is read, and written as ${written}`, () => {
    const read = parseLdapUrl(url);
    assert.is(read.authority, authority);
    assert.is(read.dn, dn);
    assert.equal(read.attributes, attributes);
    assert.is(read.scope, scope);
    assert.is(read.filter && formatFilter(read.filter), filter);
    assert.is(formatLdapUrl(read), written);
    assert.equal(parseLdapUrl(written), read);
  });
}

const wrong: readonly (readonly [name: string, url: string])[] = [
  ['nothing', ''],
  ['another scheme', 'http:///dc=x'],
  ['a mere DN', 'dc=x'],
  ['an unknown scope', 'ldap:///dc=x??children'],
  ['a filter that is none', 'ldap:///dc=x??sub?(cn'],
  ['a percent sign alone', 'ldap:///dc=x%zz'],
  ['bytes that are no UTF-8', 'ldap:///cn=%ff'],
  ['one question mark too many', 'ldap:///dc=x?a?sub?(cn=a)?x?y'],
];

for (const [name, url] of wrong) {
  test(`no LDAP URL: ${name}`, () => {
    assert.throws(
      () => parseLdapUrl(url),
      (error: unknown) => error instanceof DirectoryError && error.kind === 'invalidAttributeSyntax',
    );
  });
}

test.run();
