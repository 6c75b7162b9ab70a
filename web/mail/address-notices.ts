import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Site } from '../site.ts';
import { writeTo } from './owner.ts';

/**
 * Writes to the addresses that somebody had before when theirs change, whoever changed them and by whichever door: who reads mail at the
 * new one can set a new password. It goes by what becomes of entries, which every process sees; one of them writes.
 */
export function tellFormerAddresses(site: Site): void {
  const { directory } = site;
  const people = `,${directory.schema.normalizeDn(`ou=people,${directory.baseDn}`)}`;
  const equality = directory.schema.attributeType('mail')?.equality;
  const keyOf = (mail: Buffer) => equality?.normalize(mail) ?? mail.toString();
  directory.tree.watch((before, after) => {
    if (before === undefined || after === undefined || !after.key.endsWith(people)) return;
    const [had, has] = [before, after].map((entry) => directory.valuesOf(entry, 'mail'));
    if (had === undefined || has === undefined || had.length === 0) return;
    const [hadKeys, hasKeys] = [new Set(had.map(keyOf)), new Set(has.map(keyOf))];
    const isNew = [...hasKeys].some((key) => !hadKeys.has(key));
    // one that stays is told of one that came, and not of one that went
    const told = had.filter((mail) => isNew || !hasKeys.has(keyOf(mail)));
    if (told.length > 0) site.later(() => tell(site, after, told.map(String), has.map(String).join(', ')));
  });
}

async function tell(site: Site, entry: PackedEntry, told: readonly string[], mails: string): Promise<void> {
  const uid = site.directory.valuesOf(entry, 'uid')[0]?.toString() ?? '';
  for (const to of told)
    await writeTo(site, entry, {
      to,
      subject: mails === '' ? 'addressNotice.gone' : 'addressNotice.changed',
      paragraphs: ['addressNotice.text', 'addressNotice.notYou'],
      values: { uid, mails: mails || '–' },
      once: true,
    });
}
