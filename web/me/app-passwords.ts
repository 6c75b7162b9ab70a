import { mostAppPasswords } from '../../directory/core/app-passwords.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { onlyAppPasswords } from '../../directory/core/password-change.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, type FieldErrors, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { writeTo } from '../mail/owner.ts';
import type { Site } from '../site.ts';
import type { Visit } from '../visit.ts';
import { ownEntryOf } from './account.ts';

const longestName = 100;

interface Service {
  readonly uuid: string;
  readonly name: string;
}

/** GET /me/app-passwords */
export async function appPasswords(visit: Visit): Promise<Answer> {
  return page('me/app-passwords', visit.t('apps.title'), await shown(visit), { form: { services: servicesOf(visit.site) } });
}

/** POST /me/app-passwords: makes one and shows it, this once. */
export async function makeAppPassword(visit: Visit): Promise<Answer> {
  const { site, t } = visit;
  const entry = ownEntryOf(visit);
  const form = await visit.request.form();
  const [name, wanted] = [form.text('name'), form.text('service')];
  const services = servicesOf(site);
  const service = services.find(({ uuid }) => uuid === wanted);
  const isFull = site.directory.appPasswordsOf(entry).length >= mostAppPasswords;
  const errors: FieldErrors = {
    ...((name === '' || name.length > longestName || /\p{Cc}/u.test(name)) && { name: t('apps.wrongName', { most: longestName }) }),
    ...(wanted !== '' && service === undefined && { service: t('field.wrongLanguage') }),
    ...(isFull && { form: t('apps.tooMany', { most: mostAppPasswords }) }),
  };
  if (Object.keys(errors).length > 0)
    return refusedForm('me/app-passwords', t('apps.title'), await shown(visit), errors, {
      services,
      name: name.slice(0, longestName),
      service: wanted,
    });
  const { password } = await visit.as.secrets.addAppPassword(entry.uuid, { name, service: service?.uuid });
  await writeTo(site, entry, {
    subject: 'apps.mailMade',
    paragraphs: ['apps.mailMadeText', 'security.mailNotYou'],
    values: { app: name },
    link: { word: 'apps.title', path: '/me/app-passwords' },
  });
  const uid = visit.as.texts(entry, 'uid')[0] ?? '';
  return page('me/app-password-made', t('apps.madeTitle'), { name, password, service: service?.name, uid });
}

/** POST /me/app-passwords/:id/revoke */
export async function revokeAppPassword(visit: Visit): Promise<Answer> {
  const entry = ownEntryOf(visit);
  try {
    await visit.as.secrets.revokeAppPassword(entry.uuid, visit.param('id'));
  } catch (error) {
    if (error instanceof DirectoryError && error.kind === 'noSuchAttribute') throw new Refusal(404, 'apps.gone');
    throw error;
  }
  return redirect('/me/app-passwords', { word: 'apps.revoked' });
}

/** POST /me/app-passwords/only: whether services take the main password too. */
export async function setOnlyAppPasswords(visit: Visit): Promise<Answer> {
  const entry = ownEntryOf(visit);
  const only = (await visit.request.form()).text('only') === 'yes';
  const values = only ? [Buffer.from('TRUE')] : [];
  await visit.as.modify(entry.dn, [{ operation: 'replace', attribute: { description: 'mosAppPasswordsOnly', values } }]);
  return redirect('/me/app-passwords', { word: only ? 'apps.onlyDone' : 'apps.notOnlyDone' });
}

async function shown(visit: Visit) {
  const { directory } = visit.site;
  const entry = ownEntryOf(visit);
  return { only: onlyAppPasswords(directory, entry), passwords: await passwordsOf(visit, entry, serviceNames(visit.site)) };
}

/** Somebody's app passwords as a page shows them. @param names of services, by their entryUUID */
export async function passwordsOf({ site: { directory }, t }: Visit, entry: PackedEntry, names: ReadonlyMap<string, string>) {
  const uses = await directory.store.passwordUses(entry.uuid);
  return directory.appPasswordsOf(entry).map(({ id, name, service, made }) => ({
    id,
    name,
    service: service === undefined ? undefined : (names.get(service) ?? t('apps.goneService')),
    made: made.toISOString(),
    used: uses.get(id)?.toISOString(),
  }));
}

export function serviceNames(site: Site): ReadonlyMap<string, string> {
  return new Map(servicesOf(site).map(({ uuid, name }) => [uuid, name]));
}

/** Members do not see the entries of services; what they are called is no secret from whoever uses them. */
function servicesOf({ directory }: Site): readonly Service[] {
  const root = directory.asRoot('names of services');
  const base = `ou=services,${directory.baseDn}`;
  if (directory.tree.named(base) === undefined) return [];
  const run = root.search({ base, scope: 'one', filter: { kind: 'equality', attribute: 'objectClass', value: Buffer.from('mosService') } });
  const services: Service[] = [];
  while (!run.done) {
    const entry = run.next();
    if (entry !== undefined) services.push({ uuid: entry.uuid, name: root.texts(entry, 'cn')[0] ?? entry.dn });
  }
  return services.sort((one, other) => one.name.localeCompare(other.name));
}
