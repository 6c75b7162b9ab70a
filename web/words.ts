import { apiWords } from './api/words.ts';
import { approvalWords } from './board/approval-words.ts';
import { boardWords } from './board/words.ts';
import { isolated } from './direction.ts';
import { refusalWords } from './directory/refusal-words.ts';
import { directoryWords } from './directory/words.ts';
import { frameWords } from './frame/words.ts';
import { historyWords } from './history/words.ts';
import { joinWords } from './join/words.ts';
import { mailWords } from './mail/words.ts';
import { accountWords } from './me/words.ts';
import { peopleWords } from './people/words.ts';
import { sessionWords } from './session/words.ts';

export type Language = 'en' | 'de';

/** A word or sentence in each language. `{name}` is filled in; of `one || many` the value `count` chooses. */
export type Words = Readonly<Record<string, readonly [en: string, de: string]>>;

const words = {
  ...frameWords,
  ...sessionWords,
  ...accountWords,
  ...peopleWords,
  ...mailWords,
  ...historyWords,
  ...approvalWords,
  ...boardWords,
  ...joinWords,
  ...apiWords,
  ...directoryWords,
  ...refusalWords,
} satisfies Words;

export type Word = keyof typeof words;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (word: Word, values?: Values) => string;

export function isWord(text: string): text is Word {
  return Object.hasOwn(words, text);
}

/** A translator into one language. @throws Error for a word that is not there, which a test of the templates finds */
export function translator(language: Language): Translate {
  const column = language === 'en' ? 0 : 1;
  return (word, values = {}) => {
    if (!isWord(word)) throw new Error(`there is no word ${word}`);
    const [one = '', many = one] = words[word][column].split(' || ');
    return (values['count'] === 1 ? one : many).replace(/\{(\w+)\}/g, (whole, name: string) => isolated(String(values[name] ?? whole)));
  };
}

/** The language that somebody's browser asks for first among ours (RFC 9110 §12.5.4); undefined when it asks for none of them. */
export function acceptedLanguage(header: string): Language | undefined {
  const ranges = header.split(',').map((part) => {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
    return { primary: range.split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  const wanted = ranges.filter(({ quality }) => quality > 0).sort((one, other) => other.quality - one.quality);
  for (const { primary } of wanted) if (primary === 'de' || primary === 'en') return primary;
  return undefined;
}

export function isLanguage(text: string | undefined): text is Language {
  return text === 'en' || text === 'de';
}
