import { sql } from 'slonik';
import { z } from 'zod';
import { type Answer, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { letter } from '../mail/letters.ts';
import { checkValues, hasControls } from '../people/field-check.ts';
import { fieldOf } from '../people/fields.ts';
import { nameOf } from '../people/person.ts';
import { makeLink } from '../session/links.ts';
import type { Visit } from '../visit.ts';
import { isKnownAddress } from './application.ts';

const hours = 14 * 24;
/** Invitations of one member that nobody has followed yet. */
const mostOpen = 10;
const longestNote = 1000;

/** GET /invite */
export function inviteForm(visit: Visit): Answer {
  ownOf(visit);
  return page('join/invite', visit.t('invite.title'), {});
}

/** POST /invite: the same answer for every address, whether it is known or not. */
export async function invite(visit: Visit): Promise<Answer> {
  const { site, t, as } = visit;
  const me = ownOf(visit);
  const form = await visit.request.form();
  // in one piece, so that nothing in it stands like a paragraph of ours
  const [mail, note] = [
    form.text('mail'),
    form
      .raw('note')
      .trim()
      .replace(/\n\s*\n/g, '\n'),
  ];
  const errors: Record<string, string> = {};
  const field = fieldOf('mail');
  const complaint = field && checkValues(field, [mail]);
  if (mail === '') errors['mail'] = t('join.missing');
  else if (complaint !== undefined) errors['mail'] = t(...complaint);
  if (note.length > longestNote) errors['note'] = t('field.tooLong', { most: longestNote });
  if (hasControls(note)) errors['note'] = t('field.control');
  const open = await openInvitations(visit, me.uuid);
  if (open >= mostOpen) errors['form'] = t('invite.tooMany', { count: open });
  if (Object.keys(errors).length > 0) return refusedForm('join/invite', t('invite.title'), {}, errors, form.typed);
  const inviter = nameOf(as, me);
  const token = await makeLink(site, { purpose: 'invite', entryUuid: me.uuid, data: { mail }, hours });
  const isKnown = isKnownAddress(site, mail);
  site.later(() =>
    site.outbox.send(
      letter(site, {
        to: mail,
        language: visit.language,
        subject: isKnown ? 'join.mailKnown' : 'invite.mailSubject',
        paragraphs: isKnown ? ['join.mailKnownText'] : note === '' ? ['invite.mailText'] : ['invite.mailText', 'invite.mailNote'],
        values: { inviter, note },
        link: isKnown ? { word: 'frame.signIn', path: '/sign-in' } : { word: 'invite.mailLink', path: `/join?invitation=${token}` },
      }),
    ),
  );
  return redirect('/invite', { word: 'invite.sent' });
}

/** @throws Refusal 403 for the administrator of the settings, who is nobody; and while nobody is taken in */
function ownOf({ me, site }: Visit) {
  if (me === undefined || site.settings.signUp === 'closed') throw new Refusal(403, 'join.closed');
  return me;
}

function openInvitations({ site }: Visit, uuid: string): Promise<number> {
  return site.database.oneFirst(sql.type(z.object({ count: z.number() }))`
    SELECT count(*) AS count FROM mos.link
    WHERE purpose = 'invite' AND entry_uuid = ${sql.uuid(uuid)} AND expires_at > ${sql.timestamp(new Date(site.clock()))}`);
}
