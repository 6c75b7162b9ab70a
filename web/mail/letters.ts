import { clubFill } from '../colour.ts';
import { clubName, type Site } from '../site.ts';
import { type Language, translator, type Values, type Word } from '../words.ts';
import type { Letter } from './outbox.ts';

/** What a letter says; its words come in the reader's language. */
export interface LetterText {
  readonly to: string;
  /** Whom it greets. Never what a stranger has typed: in a mail of the club to anybody's address that would be the club's word */
  readonly name?: string;
  readonly language: Language;
  readonly subject: Word;
  readonly paragraphs: readonly Word[];
  readonly values?: Values;
  /** A button, and the same address as text for who sees none */
  readonly link?: { readonly word: Word; readonly path: string };
}

/** Makes a mail in both forms: plain text, and HTML without anything that would be loaded from elsewhere. */
export function letter(site: Site, { to, name = '', language, subject, paragraphs, values = {}, link }: LetterText): Letter {
  const t = translator(language);
  const club = clubName(site);
  const all = { club, name, ...values };
  const said = paragraphs.map((word) => t(word, all));
  const url = link && new URL(link.path, site.url).href;
  const greeting = name === '' ? t('mail.greetingAnybody') : t('mail.greeting', { name });
  const plain = [greeting, ...said, ...(url === undefined ? [] : [url]), club].map(wrapped).join('\n\n');
  const paragraph = (text: string) => `<p>${escaped(text).replaceAll('\n', '<br>')}</p>`;
  const button = link &&
    url !== undefined && [
      `<p><a href="${escaped(url)}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:${clubFill(site.settings.clubColour)};color:#fff;text-decoration:none">${escaped(t(link.word, all))}</a></p>`,
      `<p style="font-size:13px">${escaped(url)}</p>`,
    ];
  const body = [paragraph(greeting), ...said.map(paragraph), ...(button || []), paragraph(club)].join('\n');
  const title = t(subject, all).replace(/\s+/g, ' ');
  // web mail shows what is within the body alone, so the language is said there too
  const html = `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escaped(title)}</title></head>
<body style="margin:0"><main lang="${language}" style="font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:1.5em auto;padding:0 1em;overflow-wrap:anywhere">
<h1 style="font-size:20px;line-height:1.3;margin:0 0 1em">${escaped(title)}</h1>
${body}
</main></body></html>
`;
  return { to, subject: title, plain: `${plain}\n`, html };
}

/** Lines of at most 76 characters, but for a word that is longer. */
function wrapped(text: string): string {
  return text.replace(/(?![^\n]{1,76}$)([^\n]{1,76})\s/g, '$1\n');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
