import { type Answer, page } from '../answer.ts';
import type { Visit } from '../visit.ts';

const perPage = 60;
/** Characters of a search; nobody is called longer. */
const longestQuery = 100;

/** GET /people: everybody who is in the club and whom the visitor may see; with `?q=`, those with all words of it in name, nick or skill. */
export function listPeople(visit: Visit): Answer {
  const query = visit.query('q').slice(0, longestQuery);
  const found = visit.site.people.find(visit.as.viewer, query);
  const pages = Math.max(1, Math.ceil(found.length / perPage));
  const at = Math.min(Math.max(1, Number.parseInt(visit.query('page'), 10) || 1), pages);
  const people = found.slice((at - 1) * perPage, at * perPage);
  return page('people/list', visit.t('people.title'), { query, people, count: found.length, page: at, pages });
}
