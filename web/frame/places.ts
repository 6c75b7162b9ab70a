import { userNameOf } from '../people/person.ts';
import type { Visit } from '../visit.ts';
import type { Word } from '../words.ts';

/** The menu: where it leads, what else belongs there, and for whom. */
const places: readonly (readonly [path: string, word: Word, more?: readonly string[], board?: 'board'])[] = [
  ['/people', 'frame.people', ['/']],
  ['/board', 'rooms.title', ['/directory'], 'board'],
];

export function placesFor(visit: Visit): readonly (readonly [path: string, word: Word, isHere: boolean])[] {
  const { pathname } = visit.url;
  const isWithin = (path: string) => pathname === path || pathname.startsWith(`${path}/`);
  return places
    .filter(([, , , board]) => board === undefined || visit.isBoard)
    .map(([path, word, more = []]) => [path, word, [path, ...more].some(isWithin)]);
}

/** What is the visitor's own. */
export function ownPlacesFor({ me, site }: Visit): readonly (readonly [path: string, word: Word])[] {
  const uid = me && userNameOf(me);
  const own = uid === undefined ? [] : [[`/people/${encodeURIComponent(uid)}`, 'frame.me'] as const];
  const invite = uid === undefined || site.settings.signUp === 'closed' ? [] : [['/invite', 'invite.title'] as const];
  return [...own, ['/me', 'frame.myAccount'], ...invite];
}
