import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, notFound, page } from '../answer.ts';
import type { Visit } from '../visit.ts';
import { nameOf, personLine } from './person.ts';

/** GET /people/:name */
export function showPerson(visit: Visit): Answer {
  const entry = personNamed(visit, visit.param('name'));
  return page('people/profile', nameOf(visit.as, entry), { ...personLine(visit.as, entry) });
}

/** @throws Refusal 404 when there is nobody of that name whom the visitor may see */
export function personNamed({ as, site }: Visit, name: string): PackedEntry {
  try {
    return as.find(site.authenticator.dnOfUser(name));
  } catch (error) {
    if (error instanceof DirectoryError) throw notFound();
    throw error;
  }
}
