import { text } from './entry-draft.ts';
import { listed, type Newcomer, type Note } from './plan.ts';
import type { Line } from './unix-files.ts';

export interface UnixGroups {
  /** Login name → names of the groups that they are in */
  readonly of: ReadonlyMap<string, readonly string[]>;
  /** Name → gidNumber */
  readonly attributes: ReadonlyMap<string, Newcomer['attributes']>;
}

/**
 * Who is in which group: those that group(5) names, and those whose own gid it is.
 * @param lines of group(5) @param accounts lines of passwd(5) that come along @param isOurs is this gid not the system's?
 */
export function unixGroups(lines: readonly Line[], accounts: readonly Line[], isOurs: (gid: string) => boolean, notes: Note[]): UnixGroups {
  const people = new Set(accounts.map(({ fields: [name = ''] }) => name));
  const byGid = new Map<string, string[]>();
  for (const {
    fields: [name = '', , , gid = ''],
  } of accounts) {
    const same = byGid.get(gid);
    if (same === undefined) byGid.set(gid, [name]);
    else same.push(name);
  }
  const of = new Map<string, string[]>();
  const attributes = new Map<string, Newcomer['attributes']>();
  let ofSystem = 0;
  for (const {
    fields: [name = '', secret = '', gid = '', inIt = ''],
    where,
  } of lines) {
    const named = inIt
      .split(',')
      .map((member) => member.trim())
      .filter(Boolean);
    if (!isOurs(gid)) {
      ofSystem++;
      // sudo, adm, …: rights on that machine, of which somebody ought to know
      const ours = named.filter((member) => people.has(member));
      if (ours.length > 0) notes.push({ where, what: `${name} is a group of the system, and was left out; in it: ${listed(ours)}` });
      continue;
    }
    if (!/^[A-Za-z_][\w.-]{0,31}\$?$/.test(name)) {
      notes.push({ where, what: `${JSON.stringify(name)} is no name of a group; left out` });
      continue;
    }
    const members = new Set([...named, ...(byGid.get(gid) ?? [])]);
    // Debian gives everybody a group of their own name, which nobody else is in
    if (people.has(name) && [...members].every((member) => member === name)) continue;
    if (!/^[x*!]?$/.test(secret)) notes.push({ where, what: `the password of ${name} was left out` });
    if (attributes.has(name))
      notes.push({ where, what: `${name} is there already; its members come into that, its number ${gid} was left out` });
    else attributes.set(name, [text('gidNumber', gid)]);
    for (const member of members) {
      if (people.has(member)) of.set(member, [...(of.get(member) ?? []), name]);
      else notes.push({ where, what: `${name}: ${member} is nobody who comes along` });
    }
  }
  if (ofSystem > 0) notes.push({ where: 'group', what: `${ofSystem} groups of the system left out` });
  return { of, attributes };
}
