import { ServiceAccounts } from '../../directory/core/service-accounts.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { parseGrant } from '../../schema/ldap/policy.ts';
import { type Answer, type FieldErrors, page, redirect } from '../answer.ts';
import { askFirst } from '../frame/ask.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';

const accountsOf = ({ site, as }: Visit) => new ServiceAccounts(site.directory, as);

/** GET /board/services: programs that use the directory, with what each may. Whoever may change that is asked for it here. */
export function listServices(visit: Visit, errors?: FieldErrors, typed: Readonly<Record<string, unknown>> = {}): Answer {
  const folder = visit.site.directory.tree.find(visit.site.directory.servicesKey);
  const mayAdd = folder !== undefined && visit.as.viewer.mayAddBelow(folder);
  const services = accountsOf(visit)
    .list()
    .map(({ uuid: _, ...each }) => each);
  return page(
    'board/services',
    visit.t('services.title'),
    { services },
    { form: { mayAdd, typed }, ...(errors && { status: 422, errors }) },
  );
}

/** POST /board/services: makes an account, and shows its password this once. */
export async function addService(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const name = form.text('name');
  const grants = form
    .text('grants')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const errors: Record<string, string> = {};
  if (!/^[a-z0-9][\w.-]{0,63}$/i.test(name)) errors['name'] = visit.t('services.wrongName');
  for (const grant of grants) {
    try {
      parseGrant(grant);
    } catch (error) {
      errors['grants'] = error instanceof Error ? error.message : String(error);
    }
  }
  if (Object.keys(errors).length > 0) return listServices(visit, errors, form.typed);
  return made(visit, name, form.typed, () => accountsOf(visit).add(name, form.text('description'), grants));
}

/** POST /board/services/:name: `do` is rotate, finish or remove. */
export async function changeService(visit: Visit): Promise<Answer> {
  const form = await visit.request.form();
  const name = visit.param('name');
  const accounts = accountsOf(visit);
  if (form.text('do') === 'rotate') return made(visit, name, {}, () => accounts.rotate(name));
  try {
    if (form.text('do') === 'finish') await accounts.finish(name);
    else if (form.text('do') === 'remove') {
      const [title, what, yes] = [visit.t('ask.delete', { name }), visit.t('services.willRemove'), visit.t('smallEntries.delete')];
      const question =
        visit.as.mayDelete(accounts.find(name)) && (await askFirst(visit, { title, what, yes, isDanger: true, back: '/board/services' }));
      if (question) return question;
      await accounts.remove(name);
    } else return redirect('/board/services');
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return listServices(visit, { form: wordsOf(visit.t, error) });
  }
  return redirect('/board/services', {
    word: form.text('do') === 'remove' ? 'smallEntries.deleted' : 'services.finished',
    values: { name },
  });
}

/** A password is shown in the answer itself: it is kept nowhere from where a next page could take it. */
async function made(visit: Visit, name: string, typed: Readonly<Record<string, unknown>>, make: () => Promise<string>): Promise<Answer> {
  try {
    return page('board/service-password', name, { name, password: await make() });
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return listServices(visit, { form: wordsOf(visit.t, error) }, typed);
  }
}
