import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Modification } from '../../directory/model/entry.ts';
import { writeTo } from '../mail/owner.ts';
import { userNameOf } from '../people/person.ts';
import type { Site } from '../site.ts';
import type { Visit } from '../visit.ts';

/** A row of the table of statuses. */
export interface Status {
  readonly dn: string;
  readonly name: string;
  readonly description: string;
  readonly mayLogIn: boolean;
}

/** Every status that there is, by name. */
export function statusesOf({ directory }: Pick<Site, 'directory'>): readonly Status[] {
  const { tree } = directory;
  const found = tree.ofClass('mosStatusDefinition').flatMap((slot) => {
    const entry = tree.at(slot);
    if (entry === undefined) return [];
    const text = (name: string) => directory.valuesOf(entry, name)[0]?.toString() ?? '';
    return { dn: entry.dn, name: text('cn'), description: text('description'), mayLogIn: text('mosMayLogin') === 'TRUE' };
  });
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * Gives somebody another status, with what goes with it: the day of joining when they may sign in for the first time, the day of leaving
 * when they no longer may. Who is let in gets a welcome by mail.
 * @throws DirectoryError what the directory has against it
 */
export async function setStatus(visit: Visit, entry: PackedEntry, status: Status): Promise<void> {
  const { site, as } = visit;
  const { directory } = site;
  const mightLogIn = directory.mayLogIn(entry);
  const has = (name: string) => directory.valuesOf(entry, name).length > 0;
  const now = `${new Date(site.clock())
    .toISOString()
    .replace(/[-T:]|\.\d+/g, '')
    .slice(0, 14)}Z`;
  const set = (description: string, ...values: readonly string[]): Modification => ({
    operation: 'replace',
    attribute: { description, values: values.map((value) => Buffer.from(value)) },
  });
  await as.modify(entry.dn, [
    set('mosStatus', status.dn),
    ...(status.mayLogIn && !has('mosJoined') ? [set('mosJoined', now)] : []),
    ...(status.mayLogIn && has('mosLeft') ? [set('mosLeft')] : []),
    ...(!status.mayLogIn && mightLogIn ? [set('mosLeft', now)] : []),
  ]);
  const after = directory.tree.byUuid(entry.uuid);
  if (!mightLogIn && after !== undefined && directory.mayLogIn(after) && !has('mosJoined')) await welcome(site, after);
}

/** What a new member is told: from now on every service knows them. */
async function welcome(site: Site, entry: PackedEntry): Promise<void> {
  const uid = userNameOf(entry) ?? '';
  await writeTo(site, entry, {
    subject: 'members.welcome',
    paragraphs: ['members.welcomeText', 'members.welcomeNext'],
    values: { uid },
    link: { word: 'members.welcomeLink', path: `/people/${encodeURIComponent(uid)}/edit` },
  });
}
