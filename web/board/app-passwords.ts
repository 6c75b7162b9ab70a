import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, page, Refusal, redirect } from '../answer.ts';
import { askFirst } from '../frame/ask.ts';
import { writeTo } from '../mail/owner.ts';
import { passwordsOf, serviceNames } from '../me/app-passwords.ts';
import { nameOf, userNameOf } from '../people/person.ts';
import { personNamed } from '../people/profile.ts';
import type { Visit } from '../visit.ts';
import { peopleOf } from './members.ts';
import { pageOf } from './paged.ts';

const path = '/board/app-passwords';
const perPage = 25;

/** GET /board/app-passwords: who has some, what for, and when each was used last. */
export async function listAppPasswords(visit: Visit): Promise<Answer> {
  const { as, site } = visit;
  const names = serviceNames(site);
  const having = [...peopleOf(visit)]
    .filter((entry) => site.directory.appPasswordsOf(entry).length > 0)
    .map((entry) => ({ entry, uid: userNameOf(entry) ?? '', name: nameOf(as, entry) }))
    .sort((one, other) => one.name.localeCompare(other.name, visit.language) || (one.uid < other.uid ? -1 : 1));
  const { shown, paged } = pageOf(visit, having, perPage);
  const people = await Promise.all(
    shown.map(async ({ entry, uid, name }) => ({ uid, name, passwords: await passwordsOf(visit, entry, names) })),
  );
  const mayRevoke = shown.map(({ entry }) => as.maySetPassword(entry));
  return page('board/app-passwords', visit.t('apps.title'), { people, ...paged }, { form: { mayRevoke } });
}

/** POST /board/app-passwords/:name/:id/revoke: of somebody who has lost a phone, or has left. Its owner gets a mail. */
export async function revokeTheirs(visit: Visit): Promise<Answer> {
  const { as, site, me, t } = visit;
  const entry = personNamed(visit, visit.param('name'));
  if (!as.maySetPassword(entry)) throw new Refusal(403, 'error.forbidden');
  const [id, name] = [visit.param('id'), nameOf(as, entry)];
  const app = site.directory.appPasswordsOf(entry).find((each) => each.id === id)?.name;
  if (app === undefined) throw new Refusal(404, 'apps.gone');
  const question = await askFirst(visit, {
    ...{ title: t('apps.revokeTitle', { name: app }), what: t('apps.willRevoke', { name }) },
    ...{ yes: t('apps.revoke'), isDanger: true, back: path },
  });
  if (question !== undefined) return question;
  try {
    await as.secrets.revokeAppPassword(entry.uuid, id);
  } catch (error) {
    if (error instanceof DirectoryError && error.kind === 'noSuchAttribute') throw new Refusal(404, 'apps.gone');
    throw error;
  }
  await writeTo(site, entry, {
    subject: 'apps.mailRevoked',
    paragraphs: ['apps.mailRevokedText'],
    values: { app, who: me === undefined ? t('frame.administrator') : nameOf(as, me) },
    link: { word: 'apps.title', path: '/me/app-passwords' },
  });
  return redirect(path, { word: 'apps.revoked' });
}
