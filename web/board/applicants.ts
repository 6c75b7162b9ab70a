import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { type Answer, notFound, page, Refusal, redirect } from '../answer.ts';
import { writeTo } from '../mail/owner.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { firstRdn, personNamed } from '../people/profile.ts';
import type { Visit } from '../visit.ts';
import { setStatus, statusesOf } from './member-status.ts';
import { peopleOf } from './members.ts';
import { pageOf } from './paged.ts';

const longestReason = 2000;
const perPage = 20;

/** GET /board/applicants: who has asked to join, the longest first. */
export function listApplicants(visit: Visit): Answer {
  const { as } = visit;
  const waiting = [...peopleOf(visit)]
    .filter((entry) => isApplicant(visit, entry))
    .map((entry) => ({ entry, since: isoTime(visit.site.directory.valuesOf(entry, 'createTimestamp')[0]?.toString()) }))
    .sort((one, other) => (one.since < other.since ? -1 : 1));
  const { shown, paged } = pageOf(visit, waiting, perPage);
  const applicants = shown.map(({ entry, since }) => ({
    uid: userNameOf(entry) ?? '',
    name: nameOf(as, entry),
    mail: as.texts(entry, 'mail'),
    confirmed: as.texts(entry, 'mosMailActivated')[0] !== 'FALSE',
    message: as.texts(entry, 'mosApplication')[0] ?? '',
    invitedBy: firstRdn(as.texts(entry, 'mosInvitedBy')[0]),
    since,
  }));
  const statuses = statusesOf(visit.site)
    .filter(({ mayLogIn }) => mayLogIn)
    .map(({ name }) => name);
  // of each in its turn
  const may = shown.map(({ entry }) => ({ accept: as.mayWrite(entry, 'mosStatus'), decline: as.mayDelete(entry) }));
  return page('board/applicants', visit.t('applicants.title'), { applicants, ...paged }, { form: { statuses, may } });
}

/** POST /board/applicants/:name: `do` is accept, with a status, or decline, perhaps with a reason. */
export async function decideApplicant(visit: Visit): Promise<Answer> {
  const { site, as } = visit;
  const entry = personNamed(visit, visit.param('name'));
  if (!isApplicant(visit, entry)) throw notFound();
  const form = await visit.request.form();
  const name = nameOf(as, entry);
  if (form.text('do') === 'decline') {
    const reason = form.raw('reason').trim().slice(0, longestReason);
    const tell = {
      subject: 'applicants.mailDeclined',
      paragraphs: ['applicants.mailDeclinedText', 'applicants.mailDeclinedData'],
      values: { reason },
    } as const;
    await as.delete(entry.dn);
    if (reason !== '') await writeTo(site, entry, tell);
    return redirect('/board/applicants', { word: 'applicants.declined', values: { name } });
  }
  const status = statusesOf(site).find((each) => each.name === form.text('status') && each.mayLogIn);
  if (status === undefined) throw new Refusal(422, 'error.malformed');
  await setStatus(visit, entry, status);
  return redirect('/board/applicants', { word: 'applicants.accepted', values: { name } });
}

function isApplicant({ as }: Visit, entry: PackedEntry): boolean {
  return firstRdn(as.texts(entry, 'mosStatus')[0]) === 'applicant';
}

function isoTime(generalized = ''): string {
  return generalized.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d).*/, '$1-$2-$3T$4:$5:$6Z');
}
