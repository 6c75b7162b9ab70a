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
  'browser.empty': ['nothing', 'nichts'],
} satisfies Words;
