import { accessSync, constants, statSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { formatDn, parseDn } from '../directory/model/dn.ts';
import type { ListenAddress } from '../directory/model/listen-address.ts';

/** Reads the text of a setting. @throws Error in words that go behind "NAME: " */
export type Parser<T> = (text: string) => T;

export const text: Parser<string> = (value) => value;

export const oneOf =
  <const T extends string>(...words: readonly T[]): Parser<T> =>
  (value) => {
    const word = words.find((each) => each === value);
    if (word === undefined) throw new Error(`"${value}" is not one of ${words.join(', ')}`);
    return word;
  };

/** A whole number. */
export const count =
  (least: number, most: number): Parser<number> =>
  (value) => {
    if (!/^\d+$/.test(value)) throw new Error(`"${value}" is not a whole number`);
    return within(Number(value), value, least, most);
  };

const scale: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** A number of bytes, perhaps with K, M or G behind it (1024, 1024², 1024³). */
export const bytes =
  (least: number, most: number): Parser<number> =>
  (value) => {
    const [, digits, letter = ''] = /^(\d+)([KMG]?)$/i.exec(value) ?? [];
    const factor = scale[letter.toUpperCase()];
    if (digits === undefined || factor === undefined) throw new Error(`"${value}" is not a number of bytes, like 8M`);
    return within(Number(digits) * factor, value, least, most);
  };

function within(number: number, written: string, least: number, most: number): number {
  if (number < least || number > most) throw new Error(`${written} is not between ${least} and ${most}`);
  return number;
}

/** A DN that is not the root of all trees, in the form of RFC 4514 whatever its blanks were. */
export const distinguishedName: Parser<string> = (value) => {
  const dn = parseDn(value);
  if (dn.length === 0) throw new Error('a distinguished name is expected, like dc=example,dc=org');
  return formatDn(dn);
};

/** The name of a file that can be read. */
export const file: Parser<string> = (value) => {
  try {
    accessSync(value, constants.R_OK);
  } catch (error) {
    throw new Error(`the file ${value} cannot be read (${codeOf(error)})`);
  }
  if (statSync(value).isDirectory()) throw new Error(`${value} is a folder, not a file`);
  return value;
};

/** What the operating system calls an error, like ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Names of files with blanks between them. */
export const files: Parser<readonly string[]> = (value) => words(value).map(file);

/** `club`, `open` or a file */
export const access: Parser<string> = (value) => (value === 'club' || value === 'open' ? value : file(value));

/** Says nothing of the text, which has a password in it. */
export const postgresUrl: Parser<string> = (value) => {
  if (!/^postgres(?:ql)?:\/\//.test(value) || !URL.canParse(value)) {
    throw new Error('a URL like postgres://user:password@host:5432/database is expected');
  }
  return value;
};

/** LDAP URLs (RFC 4516) of hosts, and ldapi URLs with the socket's path percent-encoded as libldap writes it; blanks between. */
export const ldapAddresses: Parser<readonly ListenAddress[]> = (value) => words(value).map(ldapAddress);

function ldapAddress(url: string): ListenAddress {
  const [, scheme, rest = ''] = /^(ldap|ldaps|ldapi):\/\/(.*?)\/?$/i.exec(url) ?? [];
  const kind = scheme?.toLowerCase();
  const place = kind === 'ldapi' ? undefined : hostAndPort(rest, kind === 'ldaps' ? 636 : 389);
  if ((kind === 'ldap' || kind === 'ldaps') && place !== undefined) return { kind, ...place };
  const path = kind === 'ldapi' ? decoded(rest) : undefined;
  if (path?.startsWith('/')) return { kind: 'ldapi', path, trusted: false };
  throw new Error(`"${url}" is not an address like ldap://127.0.0.1:389, ldaps://[::]:636 or ldapi://%2Frun%2Fmos%2Fldapi`);
}

/** An HTTP address; TLS is the proxy's. */
export interface WebAddress {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

export const webAddress: Parser<WebAddress> = (value) => {
  const [, scheme, rest] = /^(https?):\/\/(.*?)\/?$/i.exec(value) ?? [];
  const isTls = scheme?.toLowerCase() === 'https';
  const place = rest === undefined ? undefined : hostAndPort(rest, isTls ? 443 : 80);
  if (place === undefined) throw new Error(`"${value}" is not an address like http://127.0.0.1:8080`);
  return { scheme: isTls ? 'https' : 'http', ...place };
};

/** No host is every address, as in slapd's `ldap:///`. */
function hostAndPort(written: string, usual: number): { host: string; port: number } | undefined {
  const [, six, name, digits] = /^(?:\[(.+)\]|([\w.-]*))(?::(\d{1,5}))?$/.exec(written) ?? [];
  const port = digits === undefined ? usual : Number(digits);
  if (port > 65535 || (six !== undefined && !isIPv6(six))) return undefined;
  if (six !== undefined) return { host: six, port };
  return name === undefined ? undefined : { host: name || '::', port };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function words(value: string): string[] {
  return value.split(/\s+/).filter(Boolean);
}

/** The name of a machine or a domain. */
export const hostName: Parser<string> = (value) => {
  if (!/^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i.test(value))
    throw new Error(`"${value}" is not a name like mos.example.org`);
  return value.toLowerCase();
};

/** URLs of services; what schemes there are, whoever tries them says. */
export const serviceUrls: Parser<readonly string[]> = (value) =>
  words(value).map((url) => {
    if (!/^[a-z][a-z\d]*:\/\/[^/\s]+/i.test(url)) throw new Error(`"${url}" is not a URL like imap://mail.example.org`);
    return url;
  });

/** Says nothing of the text, which has a password in it. */
export const httpUrl: Parser<string> = (value) => {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) throw new Error('a URL like http://user:password@localhost:8001 is expected');
  return value;
};

export const mailAddress: Parser<string> = (value) => {
  if (!/^[^@\s]+@[^@\s]+$/.test(value)) throw new Error(`"${value}" is not an address like intern@example.org`);
  return value;
};

/** Says nothing of the text, which has a password in it. */
export const databaseUrl: Parser<string> = (value) => {
  if (!/^(mysql|sqlite):\/\//.test(value) || !URL.canParse(value))
    throw new Error('a URL like mysql://user:password@host:3306/database or sqlite:///var/lib/wiki.sqlite is expected');
  return value;
};

/** NAME=VALUE with blanks between. */
export const pairs: Parser<Readonly<Record<string, string>>> = (value) =>
  Object.fromEntries(
    words(value).map((word) => {
      const [, name, meaning] = /^([^=]+)=([^=]+)$/.exec(word) ?? [];
      if (name === undefined || meaning === undefined) throw new Error(`"${word}" is not of the form NAME=VALUE`);
      return [name, meaning];
    }),
  );

/** Address of a site without a path. */
export const webUrl: Parser<URL> = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new Error(`"${value}" is not an address like https://mos.example.org`);
  return url;
};

export const addresses: Parser<readonly string[]> = (value) =>
  words(value).map((address) => {
    if (isIP(address) === 0) throw new Error(`"${address}" is not an IP address`);
    return address;
  });

export const colour: Parser<string> = (value) => {
  if (!/^#[0-9a-f]{6}$/i.test(value)) throw new Error(`"${value}" is not a colour like #b93c17`);
  return value.toLowerCase();
};

export const timeZone: Parser<string> = (value) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    throw new Error(`"${value}" is not a time zone like Europe/Vienna`);
  }
};

/** Says nothing of the text, which has a password in it. */
export const smtpUrl: Parser<string> = (value) => {
  if (!/^smtps?:\/\//.test(value) || !URL.canParse(value))
    throw new Error('a URL like smtp://user:password@mail.example.org:587 is expected');
  return value;
};

/** Something that nobody guesses. */
export const longSecret: Parser<string> = (value) => {
  if (value.length < 32) throw new Error('it has less than 32 characters; openssl rand -base64 33 makes a good one');
  return value;
};
