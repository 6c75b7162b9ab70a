import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { Directory } from '../../directory/core/directory.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Viewer } from '../../directory/core/viewer.ts';
import { parseDn } from '../../directory/model/dn.ts';
import { withoutTurns } from '../direction.ts';

/** Somebody as lists show them. */
export interface PersonLine {
  /** Under which the page is; empty for who has none */
  readonly uid: string;
  readonly name: string;
  readonly nick: string | undefined;
  readonly skills: readonly string[];
  readonly hasPhoto: boolean;
}

/** Is somebody there for others? Who may sign in; those who are banned, or have yet to come in, are for the board and themselves. */
export function isPresent(directory: Directory, viewer: Viewer, entry: PackedEntry): boolean {
  return viewer.sees(entry) && directory.mayLogIn(entry);
}

/**
 * The name under which somebody's page is. It stands in the DN, which whoever sees an entry knows, whether or not they may read `uid`.
 * @returns undefined for who is called otherwise in the directory (`cn=…`) and has no page
 */
export function userNameOf({ dn, key }: PackedEntry): string | undefined {
  const [rdn = []] = key.startsWith('uid=') ? parseDn(dn) : [];
  return rdn.length === 1 ? rdn[0]?.value.toString() : undefined;
}

/** What somebody is called by whoever looks: displayName, else cn, else uid, else as in the DN, which nobody sees an entry without. */
export function nameOf(as: BoundDirectory, entry: PackedEntry): string {
  for (const name of ['displayName', 'cn', 'uid']) {
    const value = withoutTurns(as.texts(entry, name)[0] ?? '');
    if (value !== '') return value;
  }
  return ownRdn(entry);
}

/** The same with the name in the DN beside it: where it counts who it is, and not what they like to be called. */
export function fullNameOf(as: BoundDirectory, entry: PackedEntry): string {
  const [name, unique] = [nameOf(as, entry), ownRdn(entry)];
  return name === unique ? name : `${name} (${unique})`;
}

function ownRdn({ dn }: PackedEntry): string {
  return parseDn(dn)[0]?.[0]?.value.toString() ?? '';
}

export function personLine(as: BoundDirectory, entry: PackedEntry): PersonLine {
  return {
    uid: userNameOf(entry) ?? '',
    name: nameOf(as, entry),
    nick: as.texts(entry, 'mosNick').map(withoutTurns)[0],
    skills: as.texts(entry, 'mosSkill'),
    hasPhoto: as.values(entry, 'jpegPhoto').length > 0,
  };
}
