import type { Directory } from '../core/directory.ts';
import { ServiceAccounts } from '../core/service-accounts.ts';
import { DirectoryError } from '../model/errors.ts';
import { done, type Job, refused, word } from './job.ts';

const accountsOf = (directory: Directory) => new ServiceAccounts(directory, directory.asRoot('mos service'));

/** Accounts of programs, below ou=services. */
export const serviceJobs: Readonly<Record<string, Job>> = {
  /** `name`, `description`, and in `grants` rows of mosGrant, a line each */
  async 'service-add'({ directory }, request) {
    const accounts = accountsOf(directory);
    const name = word(request, 'name');
    if (directory.tree.named(accounts.dnOf(name)) !== undefined)
      return refused(`there is ${accounts.dnOf(name)} already; mos service rotate changes its password, mos service update its rights`);
    return done(await accounts.add(name, word(request, 'description'), word(request, 'grants').split('\n').filter(Boolean)));
  },

  async 'service-update'({ directory }, request) {
    const accounts = accountsOf(directory);
    const name = word(request, 'name');
    await accounts.grant(name, word(request, 'grants').split('\n').filter(Boolean));
    return done(`${accounts.find(name).dn} may what mos config relies on, and no more`);
  },

  async 'service-rotate'({ directory }, request) {
    const accounts = accountsOf(directory);
    const name = word(request, 'name');
    try {
      if (request.arguments['finish'] !== true) return done(await accounts.rotate(name));
      await accounts.finish(name);
      return done(`${accounts.find(name).dn} has the new password alone`);
    } catch (error) {
      if (!(error instanceof DirectoryError) || error.kind !== 'unwillingToPerform') throw error;
      return refused(error.message);
    }
  },

  async 'service-remove'({ directory }, request) {
    const accounts = accountsOf(directory);
    const { dn } = accounts.find(word(request, 'name'));
    await accounts.remove(word(request, 'name'));
    return done(`${dn} is gone`);
  },

  async 'service-list'({ directory }) {
    if (directory.tree.find(directory.servicesKey) === undefined) return refused(`there is no ou=services,${directory.baseDn}`);
    return done(
      ...accountsOf(directory)
        .list()
        .flatMap(({ name, description, grants, isChanging }) => [
          `${name}${isChanging ? ' (a change of its password is under way)' : ''}: ${description}`,
          ...grants.map((grant) => `  ${grant}`),
        ]),
    );
  },
};
