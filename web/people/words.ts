import type { Words } from '../words.ts';

export const peopleWords = {
  'people.title': ['People', 'Leute'],
  'people.count': ['one person || {count} people', 'eine Person || {count} Leute'],
  'people.none': [
    'Nobody to see here. Members choose who sees them.',
    'Hier ist niemand zu sehen. Mitglieder bestimmen selbst, wer sie sieht.',
  ],
  'people.noneFound': ['Nobody with “{query}” that you may see.', 'Niemand mit „{query}“, den du sehen darfst.'],
  'people.findHint': ['Name, nick or skill', 'Name, Nick oder Können'],
  'people.memberSince': ['since {year}', 'seit {year}'],
} satisfies Words;
