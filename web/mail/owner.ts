import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Site } from '../site.ts';
import { isLanguage, type Values, type Word } from '../words.ts';
import { letter } from './letters.ts';

/** What somebody is told by mail. */
export interface Telling {
  readonly subject: Word;
  readonly paragraphs: readonly Word[];
  readonly values?: Values;
  readonly link?: { readonly word: Word; readonly path: string };
  /** Where to; their first address unless said */
  readonly to?: string;
  /** Several processes have it to say, and one is enough: not again within an hour */
  readonly once?: true;
}

/** Writes to somebody in their language. @returns false when they have no address */
export async function writeTo(site: Site, entry: PackedEntry, { to, once, ...telling }: Telling): Promise<boolean> {
  const { directory } = site;
  const text = (name: string) => directory.valuesOf(entry, name)[0]?.toString();
  const address = to ?? text('mail');
  if (address === undefined) return false;
  const own = text('preferredLanguage')?.slice(0, 2);
  const language = isLanguage(own) ? own : site.settings.language;
  const name = text('displayName') ?? text('cn') ?? text('uid') ?? '';
  const said = letter(site, { ...telling, to: address, name, language });
  if (once) await site.outbox.sendUnless(said, 1);
  else await site.outbox.send(said);
  return true;
}
