import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { Directory } from '../../directory/core/directory.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Viewer } from '../../directory/core/viewer.ts';
import { parseDn } from '../../directory/model/dn.ts';
import { withoutTurns } from '../direction.ts';

/** Somebody as lists show them. */
export interface PersonLine {
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
    uid: as.texts(entry, 'uid')[0] ?? '',
    name: nameOf(as, entry),
    nick: as.texts(entry, 'mosNick').map(withoutTurns)[0],
    skills: as.texts(entry, 'mosSkill'),
    hasPhoto: as.values(entry, 'jpegPhoto').length > 0,
  };
}
