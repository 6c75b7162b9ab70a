import { randomInt } from 'node:crypto';
import type { Directory } from '../core/directory.ts';
import type { PackedEntry } from '../core/packed-entry.ts';
import { escapeDnText } from '../model/dn.ts';
import type { Attribute } from '../model/entry.ts';
import { done, type Job, refused, word } from './job.ts';

const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 32 letters and digits, 185 bits, none of which any configuration file would have to escape. */
function madeUpPassword(): string {
  return Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');
}

const dnOf = ({ baseDn }: Directory, name: string) => `cn=${escapeDnText(name)},ou=services,${baseDn}`;

function attribute(description: string, ...values: readonly string[]): Attribute {
  return { description, values: values.map((value) => Buffer.from(value)) };
}

/** Accounts of programs, below ou=services. */
export const serviceJobs: Readonly<Record<string, Job>> = {
  /** `name`, `description`, and in `grants` rows of mosGrant, a line each */
  async 'service-add'({ directory }, request) {
    const dn = dnOf(directory, word(request, 'name'));
    if (directory.tree.named(dn) !== undefined)
      return refused(`there is ${dn} already; mos service rotate changes its password, mos service update its rights`);
    const password = madeUpPassword();
    const grants = word(request, 'grants').split('\n').filter(Boolean);
    await directory
      .asRoot('mos service')
      .add(dn, [
        attribute('objectClass', 'applicationProcess', 'simpleSecurityObject', 'mosService'),
        attribute('cn', word(request, 'name')),
        attribute('description', word(request, 'description')),
        attribute('userPassword', `{CLEARTEXT}${password}`),
        ...(grants.length > 0 ? [attribute('mosGrant', ...grants)] : []),
      ]);
    return done(password);
  },

  async 'service-update'({ directory }, request) {
    const { dn } = existing(directory, word(request, 'name'));
    const grants = attribute('mosGrant', ...word(request, 'grants').split('\n').filter(Boolean));
    await directory.asRoot('mos service').modify(dn, [{ operation: 'replace', attribute: grants }]);
    return done(`${dn} may what mos config relies on, and no more`);
  },

  /** Both passwords work until `finish`, so that every copy of the old one can be replaced first. */
  async 'service-rotate'({ directory }, request) {
    const entry = existing(directory, word(request, 'name'));
    const stored = directory.valuesOf(entry, 'userPassword');
    const root = directory.asRoot('mos service');
    if (request.arguments['finish'] === true) {
      // the newest comes last: values keep the order in which they came
      const old = stored.slice(0, -1);
      if (old.length === 0) return refused(`${entry.dn} has one password; mos service rotate begins a change`);
      await root.modify(entry.dn, [{ operation: 'delete', attribute: { description: 'userPassword', values: old } }]);
      return done(`${entry.dn} has the new password alone`);
    }
    if (stored.length > 1)
      return refused(`${entry.dn} has ${stored.length} passwords already; end that change first: mos service rotate --finish`);
    const password = madeUpPassword();
    await root.modify(entry.dn, [{ operation: 'add', attribute: attribute('userPassword', `{CLEARTEXT}${password}`) }]);
    return done(password);
  },

  async 'service-remove'({ directory }, request) {
    const { dn } = existing(directory, word(request, 'name'));
    await directory.asRoot('mos service').delete(dn);
    return done(`${dn} is gone`);
  },

  async 'service-list'({ directory }) {
    const parent = directory.tree.find(directory.servicesKey);
    if (parent === undefined) return refused(`there is no ou=services,${directory.baseDn}`);
    const lines: string[] = [];
    for (const slot of directory.tree.childrenOf(parent)) {
      const entry = directory.tree.at(slot);
      if (entry === undefined) continue;
      const text = (name: string) => directory.valuesOf(entry, name).map(String);
      const passwords = directory.valuesOf(entry, 'userPassword').length;
      lines.push(`${text('cn')[0]}${passwords > 1 ? ' (a change of its password is under way)' : ''}: ${text('description').join(' ')}`);
      lines.push(...text('mosGrant').map((grant) => `  ${grant}`));
    }
    return done(...lines);
  },
};

/** @throws DirectoryError noSuchObject */
function existing(directory: Directory, name: string): PackedEntry {
  return directory.asRoot('mos service').find(dnOf(directory, name));
}
