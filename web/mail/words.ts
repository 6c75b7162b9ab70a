import type { Words } from '../words.ts';

export const mailWords = {
  'mail.greeting': ['Hello {name},', 'Hallo {name},'],
  'mail.open': ['Open it', 'Öffnen'],
} satisfies Words;
