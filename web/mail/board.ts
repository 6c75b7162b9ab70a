import type { Site } from '../site.ts';
import type { Values, Word } from '../words.ts';
import { writeTo } from './owner.ts';

/** Writes to everybody who has the board's eyes and an address, each in their language. @param path what it is about, within the site */
export async function writeBoard(site: Site, subject: Word, paragraphs: readonly Word[], values: Values, path: string): Promise<void> {
  const { directory } = site;
  const written = new Set<string>();
  for (const group of directory.access.groupsOfRole('board')) {
    const entry = directory.tree.find(group);
    if (entry === undefined) continue;
    for (const slot of directory.membership.membersOf(entry)) {
      const member = directory.tree.at(slot);
      if (member === undefined || !directory.mayLogIn(member)) continue;
      const to = directory.valuesOf(member, 'mail')[0]?.toString();
      if (to === undefined || written.has(to)) continue;
      written.add(to);
      await writeTo(site, member, { subject, paragraphs, values, link: { word: 'mail.open', path }, to });
    }
  }
}
