import { type Answer, page } from '../answer.ts';
import { atomType } from '../atom.ts';
import type { Visit } from '../visit.ts';
import { feedPath, peopleFeed } from './feed.ts';

const perPage = 60;
/** Characters of a search; nobody is called longer. */
const longestQuery = 100;

/**
 * GET / and /people: everybody who is in the club and whom the visitor may see; with `?q=`, those with all words of it in name, nick or skill.
 * Who asks for a feed gets what is new about them.
 */
export function listPeople(visit: Visit): Answer | Promise<Answer> {
  if (visit.request.header('accept')?.startsWith(atomType)) return peopleFeed(visit);
  const query = visit.query('q').slice(0, longestQuery);
  const wanted = Math.max(1, Number.parseInt(visit.query('page'), 10) || 1);
  const find = (at: number) => visit.site.people.find(visit.as.viewer, query, (at - 1) * perPage, at * perPage);
  const first = find(wanted);
  const pages = Math.max(1, Math.ceil(first.count / perPage));
  const at = Math.min(wanted, pages);
  const { people, count } = at === wanted ? first : find(at);
  return page('people/list', visit.t('people.title'), { query, people, count, page: at, pages }, { form: { feed: feedPath } });
}
