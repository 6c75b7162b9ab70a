import type { Words } from '../words.ts';

export const frameWords = {
  'frame.skip': ['Skip to the page', 'Zum Inhalt'],
  'frame.main': ['Main', 'Hauptmenü'],
  'frame.people': ['People', 'Leute'],
  'frame.find': ['Find people', 'Leute finden'],
  'frame.findIt': ['Find', 'Suchen'],
  'frame.signIn': ['Sign in', 'Anmelden'],
  'frame.signOut': ['Sign out', 'Abmelden'],
  'frame.me': ['My profile', 'Mein Profil'],
  'frame.languages': ['Language', 'Sprache'],
  'frame.save': ['Save', 'Speichern'],
  'frame.cancel': ['Cancel', 'Abbrechen'],
  'frame.back': ['Back', 'Zurück'],
  'frame.wrongFields': [
    'One field needs another look. || {count} fields need another look.',
    'Ein Feld braucht noch einen Blick. || {count} Felder brauchen noch einen Blick.',
  ],
  'frame.today': ['today {time}', 'heute {time}'],
  'frame.yesterday': ['yesterday {time}', 'gestern {time}'],
  'frame.tomorrow': ['tomorrow {time}', 'morgen {time}'],
  'level.public': ['public', 'öffentlich'],
  'level.members': ['members', 'Mitglieder'],
  'level.board': ['board', 'Vorstand'],
  'level.self': ['only me', 'nur ich'],
  'level.nobody': ['nobody', 'niemand'],
  'error.title': ['That did not work', 'Das hat nicht geklappt'],
  'error.notFound': ['There is nothing here, or it is not shown to you.', 'Hier ist nichts, oder es wird dir nicht gezeigt.'],
  'error.signIn': ['Sign in to see this page.', 'Melde dich an, um diese Seite zu sehen.'],
  'error.forbidden': ['That is not yours to do.', 'Das darfst du nicht.'],
  'error.unavailable': [
    'The database is away. Reading works, changes have to wait; try again in a minute.',
    'Die Datenbank ist gerade weg. Lesen geht, Änderungen müssen warten; versuch es in einer Minute noch einmal.',
  ],
  'error.busy': ['Too much at once. Try again in a moment.', 'Zu viel auf einmal. Versuch es gleich noch einmal.'],
  'error.origin': [
    'This form came from elsewhere, or its page was open for very long. Nothing was changed: open the page again and send it once more.',
    'Dieses Formular kam von anderswo, oder seine Seite war sehr lange offen. Es wurde nichts geändert: öffne die Seite neu und schick es noch einmal ab.',
  ],
  'error.conflict': [
    'Somebody else has changed this meanwhile. Nothing was overwritten.',
    'Das hat inzwischen jemand anderes geändert. Es wurde nichts überschrieben.',
  ],
  'error.refused': ['The directory refuses this: {reason}', 'Das Verzeichnis lehnt das ab: {reason}'],
  'error.tooLarge': [
    'That is too much for one form. At most {size} can be sent.',
    'Das ist zu viel für ein Formular. Höchstens {size} gehen.',
  ],
  'error.malformed': ['The form could not be read.', 'Das Formular war nicht zu lesen.'],
  'error.encrypted': [
    'Passwords are taken over an encrypted connection alone. Use https://.',
    'Passwörter werden nur über eine verschlüsselte Verbindung angenommen. Nimm https://.',
  ],
  'error.unforeseen': [
    'Something went wrong on our side. The administrators find it in the log as {incident}.',
    'Auf unserer Seite ist etwas schiefgegangen. Im Protokoll steht es unter {incident}.',
  ],
} satisfies Words;
