import { type Answer, page } from '../answer.ts';
import type { Visit } from '../visit.ts';

/** GET /board/mail: where the mail of the club goes, and what MOS itself has sent. */
export function boardMail(visit: Visit): Answer {
  return page('board/mail', visit.t('boardMail.title'), { places: ['/board/mail/domains', '/board/mail/aliases'] });
}
