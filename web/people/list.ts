import { type Answer, page } from '../answer.ts';
import { and, equality, or, substrings } from '../filters.ts';
import type { Visit } from '../visit.ts';
import { personLine } from './person.ts';

const perPage = 60;
const searched = ['uid', 'cn', 'displayName', 'mosNick', 'mosSkill'];

/** GET /people: everybody whom the visitor may see, or those with a word in name, nick or skill. */
export function listPeople(visit: Visit): Answer {
  const { as, site } = visit;
  const query = visit.query('q');
  const words = query.split(/\s+/).filter(Boolean).slice(0, 5);
  const filter = and(
    equality('objectClass', 'inetOrgPerson'),
    ...words.map((word) => or(...searched.map((attribute) => substrings(attribute, word)))),
  );
  const run = as.search({ base: `ou=people,${site.directory.baseDn}`, scope: 'one', filter });
  const people = [];
  while (!run.done) {
    const entry = run.next();
    if (entry !== undefined) people.push(personLine(as, entry));
  }
  people.sort((one, other) => one.name.localeCompare(other.name, visit.language));
  const pages = Math.max(1, Math.ceil(people.length / perPage));
  const at = Math.min(Math.max(1, Number.parseInt(visit.query('page'), 10) || 1), pages);
  const shown = people.slice((at - 1) * perPage, at * perPage);
  return page('people/list', visit.t('people.title'), { query, people: shown, count: people.length, page: at, pages });
}
