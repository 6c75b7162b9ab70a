import type { SyncedPerson } from '../../sync/people.ts';
import type { Directory } from '../core/directory.ts';
import type { PackedEntry } from '../core/packed-entry.ts';
import type { Modification } from '../model/entry.ts';
import { done, type Job, refused } from './job.ts';

/** How the jobs that keep other programs in step see the directory, and what they report back. */
export const peopleJobs: Readonly<Record<string, Job>> = {
  /** Sends everybody below ou=people as JSON, a line each. `passwords`: with their hashes, for wikis that check passwords themselves */
  async people({ directory }, request, output) {
    const people = directory.tree.named(`ou=people,${directory.baseDn}`);
    if (people === undefined) return refused(`there is no ou=people,${directory.baseDn}`);
    for (const entry of directory.tree.subtree(people)) {
      const person = personOf(directory, entry, request.arguments['passwords'] === true);
      if (person !== undefined) await output.data(Buffer.from(`${JSON.stringify(person)}\n`));
    }
    return done();
  },

  /** Takes lines of JSON: of the person with this uuid, since when mail comes back and the address on the list; what is missing ends. */
  async 'list-reports'({ directory }, request) {
    const pieces: Buffer[] = [];
    for await (const piece of request.input) pieces.push(piece);
    const root = directory.asRoot('mos sync mailman');
    for (const line of Buffer.concat(pieces).toString().split('\n').filter(Boolean)) {
      // our own command has written it
      const { uuid, bounced, listed } = JSON.parse(line) as { uuid: string; bounced?: string; listed?: string };
      const entry = directory.tree.byUuid(uuid);
      if (entry === undefined) continue;
      await root.modify(entry.dn, [replacement('mosMailBounced', bounced), replacement('mosListSubscribed', listed)]);
    }
    return done();
  },
};

function replacement(description: string, value: string | undefined): Modification {
  return { operation: 'replace', attribute: { description, values: value === undefined ? [] : [Buffer.from(value)] } };
}

function personOf(directory: Directory, entry: PackedEntry, passwords: boolean): SyncedPerson | undefined {
  const text = (name: string) => directory.valuesOf(entry, name)[0]?.toString();
  const uid = text('uid');
  if (uid === undefined || text('sn') === undefined) return undefined;
  const { tree, membership } = directory;
  const mail = text('mail');
  const groups = [...membership.groupsOf(entry)].flatMap((slot) => {
    const group = tree.at(slot);
    return group === undefined ? [] : (directory.valuesOf(group, 'cn')[0]?.toString() ?? []);
  });
  return {
    uuid: entry.uuid,
    dn: entry.dn,
    uid,
    name: text('displayName') ?? text('cn') ?? uid,
    mail,
    wikiName: text('mosWikiName') ?? uid,
    active: directory.mayLogIn(entry),
    listMember: text('mosListMember') === 'TRUE',
    listAddress: text('mosListAddress') ?? mail,
    bounced: text('mosMailBounced'),
    listed: text('mosListSubscribed'),
    groups: groups.sort(),
    password: passwords ? text('userPassword') : undefined,
  };
}
