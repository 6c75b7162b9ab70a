import type { Words } from '../words.ts';

export const directoryWords = {
  'browser.title': ['Directory', 'Verzeichnis'],
  'browser.above': ['Above', 'Darüber'],
  'browser.add': ['Add an entry below', 'Eintrag darunter anlegen'],
  'browser.attributes': ['Attributes', 'Attribute'],
  'browser.below': ['Below: one || Below: {count}', 'Darunter: einer || Darunter: {count}'],
  'browser.found': ['Found: one || Found: {count}', 'Gefunden: einer || Gefunden: {count}'],
  'browser.more': ['and {count} more; search for them', 'und {count} weitere; suche danach'],
  'browser.search': ['Search below this entry', 'Unter diesem Eintrag suchen'],
  'browser.filter': ['LDAP filter', 'LDAP-Filter'],
  'browser.hint': [
    'A value a line. What is no line of text stands in Base64 behind two colons. The directory checks against its schema.',
    'Ein Wert je Zeile. Was keine Textzeile ist, steht als Base64 hinter zwei Doppelpunkten. Das Verzeichnis prüft gegen sein Schema.',
  ],
  'browser.required': ['required', 'Pflicht'],
  'browser.further': ['further attributes', 'weitere Attribute'],
  'browser.rename': ['Rename', 'Umbenennen'],
  'browser.newName': ['New RDN', 'Neuer RDN'],
  'browser.delete': ['Delete this entry', 'Diesen Eintrag löschen'],
  'browser.really': [
    'Really delete this entry? What it was stays in the log.',
    'Diesen Eintrag wirklich löschen? Was er war, bleibt im Protokoll.',
  ],
  'browser.structural': ['What it is (structural class)', 'Was er ist (strukturelle Klasse)'],
  'browser.auxiliary': ['What else it is (auxiliary classes)', 'Was er noch ist (Zusatzklassen)'],
  'browser.choose': ['Show its attributes', 'Attribute zeigen'],
  'browser.rdn': ['Name (RDN)', 'Name (RDN)'],
  'browser.bytes': ['one byte || {count} bytes', 'ein Byte || {count} Bytes'],
  'browser.empty': ['nothing', 'nichts'],
  'browser.proofFirst': [
    'To set {attributes} here, your own password is asked for once more.',
    'Um hier {attributes} zu setzen, wird dein eigenes Passwort noch einmal gebraucht.',
  ],
  'browser.ownPassword': [
    'Your own password is changed at /me/password, where the old one is asked for.',
    'Dein eigenes Passwort änderst du unter /me/password, wo nach dem alten gefragt wird.',
  ],
  'browser.mailPassword': [
    '{who} has set a password for your account {uid}, and you are signed out everywhere. Let them tell it to you in person, and change it after you have signed in.',
    '{who} hat ein Passwort für dein Konto {uid} gesetzt, und du bist überall abgemeldet. Lass es dir persönlich sagen, und ändere es, sobald du angemeldet bist.',
  ],
  'browser.mailSecret': [
    '{who} has set anew what nobody can read of your account {uid}: {attributes}.',
    '{who} hat neu gesetzt, was niemand von deinem Konto {uid} lesen kann: {attributes}.',
  ],
  'browser.mailNotAsked': [
    'Did you not ask for it? Tell the board at once.',
    'Hast du nicht darum gebeten? Sag sofort dem Vorstand Bescheid.',
  ],
} satisfies Words;
