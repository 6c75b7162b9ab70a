import type { Site } from '../site.ts';
import { isLanguage, type Values, type Word } from '../words.ts';
import { letter } from './letters.ts';

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
      const text = (name: string) => directory.valuesOf(member, name)[0]?.toString();
      const to = text('mail');
      if (to === undefined || written.has(to)) continue;
      written.add(to);
      const own = text('preferredLanguage');
      const language = isLanguage(own) ? own : site.settings.language;
      const name = text('displayName') ?? text('cn') ?? '';
      await site.outbox.send(letter(site, { to, name, language, subject, paragraphs, values, link: { word: 'mail.open', path } }));
    }
  }
}
