import type { Words } from '../words.ts';

export const mailWords = {
  'mail.greeting': ['Hello {name},', 'Hallo {name},'],
  'mail.greetingAnybody': ['Hello,', 'Hallo,'],
  'mail.open': ['Open it', 'Öffnen'],
  'devMail.title': ['Mail that went nowhere', 'Mails, die nirgendwohin gingen'],
  'devMail.why': [
    'No mail server is set (MOS_MAIL_URL), so mail is kept here and in the folder of the state. Nobody else sees this page.',
    'Es ist kein Mailserver eingestellt (MOS_MAIL_URL), also liegen Mails hier und im Ordner des Zustands. Sonst sieht diese Seite niemand.',
  ],
  'devMail.none': ['None so far.', 'Noch keine.'],
  'devMail.html': ['As HTML', 'Als HTML'],
} satisfies Words;
