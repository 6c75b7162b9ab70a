import type { Words } from '../words.ts';

export const mailWords = {
  'mail.greeting': ['Hello {name},', 'Hallo {name},'],
  'mail.greetingAnybody': ['Hello,', 'Hallo,'],
  'mail.open': ['Open it', 'Öffnen'],
  'addressNotice.changed': ['The address of your account {uid} is now {mails}', 'Die Adresse deines Kontos {uid} ist jetzt {mails}'],
  'addressNotice.gone': ['Your account {uid} has no address any more', 'Dein Konto {uid} hat keine Adresse mehr'],
  'addressNotice.text': [
    'The mail addresses of your account {uid} at {club} were changed. From now on they are: {mails}',
    'Die Mailadressen deines Kontos {uid} bei {club} wurden geändert. Ab jetzt sind es: {mails}',
  ],
  'addressNotice.notYou': [
    'Do you know nothing of this? Then tell the board at once: whoever reads mail at a new address can set a new password with it.',
    'Weißt du davon nichts? Dann sag sofort dem Vorstand Bescheid: Wer an einer neuen Adresse Mails liest, kann damit ein neues Passwort setzen.',
  ],
  'devMail.title': ['Mail that went nowhere', 'Mails, die nirgendwohin gingen'],
  'devMail.why': [
    'No mail server is set (MOS_MAIL_URL), so mail is kept here and in the folder of the state. Nobody else sees this page.',
    'Es ist kein Mailserver eingestellt (MOS_MAIL_URL), also liegen Mails hier und im Ordner des Zustands. Sonst sieht diese Seite niemand.',
  ],
  'devMail.none': ['None so far.', 'Noch keine.'],
  'devMail.html': ['As HTML', 'Als HTML'],
} satisfies Words;
