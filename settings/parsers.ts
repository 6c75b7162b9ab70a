import { existsSync } from 'node:fs';
import { parseDn } from '../directory/model/dn.ts';
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

/** A whole number, perhaps with K, M or G (1024, 1024², 1024³) */
export const count =
  (least: number, most: number): Parser<number> =>
  (value) => {
    const [, digits, unit = ''] = /^(\d+)([KMG]?)$/i.exec(value) ?? [];
    if (digits === undefined) throw new Error(`"${value}" is not a whole number`);
    const number = Number(digits) * 1024 ** ' KMG'.indexOf(unit === '' ? ' ' : unit.toUpperCase());
    if (number < least || number > most) throw new Error(`${value} is not between ${least} and ${most}`);
    return number;
  };

export const distinguishedName: Parser<string> = (value) => {
  if (parseDn(value).length === 0) throw new Error('a distinguished name is expected, like dc=example,dc=org');
  return value;
};

export const file: Parser<string> = (value) => {
  if (!existsSync(value)) throw new Error(`there is no file ${value}`);
  return value;
};

export const files: Parser<readonly string[]> = (value) => value.split(/\s+/).filter(Boolean).map(file);

/** `club`, `open` or a file */
export const access: Parser<string> = (value) => (value === 'club' || value === 'open' ? value : file(value));

export const postgresUrl: Parser<string> = (value) => {
  if (!/^postgres(?:ql)?:\/\//.test(value) || !URL.canParse(value))
    throw new Error('a URL like postgres://user:password@host:5432/database is expected');
  return value;
};

const ports = { ldap: 389, ldaps: 636 } as const;

export const ldapAddresses: Parser<readonly ListenAddress[]> = (value) =>
  value
    .split(/\s+/)
    .filter(Boolean)
    .map((url) => {
      const [, kind, host = '', port] = /^(ldap|ldaps):\/\/(\[[\da-f:.]+\]|[^:/[\]]*)(?::(\d+))?\/?$/i.exec(url) ?? [];
      if (kind === 'ldap' || kind === 'ldaps')
        return { kind, host: host.replace(/^\[|\]$/g, '') || '::', port: port === undefined ? ports[kind] : Number(port) };
      const [, path] = /^ldapi:\/\/([^/]+)\/?$/i.exec(url) ?? [];
      if (path === undefined)
        throw new Error(`"${url}" is not an address like ldap://127.0.0.1:389, ldaps://[::]:636 or ldapi://%2Frun%2Fldapi`);
      return { kind: 'ldapi', path: decodeURIComponent(path), trusted: false };
    });

/** An HTTP address to listen at */
export const webAddress: Parser<string> = (value) => {
  if (!/^http:\/\/(\[[\da-f:.]+\]|[^:/[\]]+):\d+\/?$/i.test(value))
    throw new Error(`"${value}" is not an address like http://127.0.0.1:8080`);
  return value;
};
