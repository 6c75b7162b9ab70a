import type { PackedEntry } from '../core/packed-entry.ts';
import type { OpenDirectory } from '../open.ts';
import type { JobRequest } from '../server/jobs.ts';
import { done, type Job, refused, word } from './job.ts';

/** App passwords of the person that `name` says: a user name or a DN. */
export const appPasswordJobs: Readonly<Record<string, Job>> = {
  /** `called`: what it is for; `service`: cn of the only service that it opens, or nothing */
  async 'app-password-add'(open, request) {
    const { directory } = open;
    const person = personOf(open, request);
    const service = word(request, 'service');
    const only = service === '' ? undefined : directory.tree.named(`cn=${service},ou=services,${directory.baseDn}`);
    if (service !== '' && only === undefined) return refused(`there is no service "${service}"; mos service list shows them`);
    const { password } = await directory
      .asRoot('mos app-password')
      .secrets.addAppPassword(person.uuid, { name: word(request, 'called'), service: only?.uuid });
    return done(password);
  },

  async 'app-password-revoke'(open, request) {
    const person = personOf(open, request);
    await open.directory.asRoot('mos app-password').secrets.revokeAppPassword(person.uuid, word(request, 'id'));
    return done(`${word(request, 'id')} of ${person.dn} opens nothing any more`);
  },

  async 'app-password-list'(open, request) {
    const { directory } = open;
    const person = personOf(open, request);
    const uses = await directory.store.passwordUses(person.uuid);
    const day = (date: Date | undefined) => date?.toISOString().slice(0, 16).replace('T', ' ') ?? 'never';
    return done(
      ...directory.appPasswordsOf(person).map(({ id, name, service, made }) => {
        const only = service === undefined ? undefined : directory.tree.byUuid(service);
        const opens = service === undefined ? 'every service' : (only?.dn ?? 'a service that is gone');
        return `${id}  ${name}  for ${opens}, made ${day(made)}, last used ${day(uses.get(id))}`;
      }),
    );
  },
};

/** @throws DirectoryError noSuchObject */
function personOf({ directory, authenticator }: OpenDirectory, request: JobRequest): PackedEntry {
  const name = word(request, 'name');
  return directory.asRoot('mos app-password').find(name.includes('=') ? name : authenticator.dnOfUser(name));
}
