import type { Words } from '../words.ts';

/** What the directory refuses, in words, and what to do then. `refusal.` and a flaw of its errors, or what their kind comes to. */
export const refusalWords = {
  'refusal.filterOpen': [
    'An opening bracket is missing at character {at}. Each part of a filter stands in brackets: (&(uid=a*)(mosSkill=welding)).',
    'Bei Zeichen {at} fehlt eine öffnende Klammer. Jeder Teil eines Filters steht in Klammern: (&(uid=a*)(mosSkill=welding)).',
  ],
  'refusal.filterClose': [
    'A closing bracket is missing at character {at}. Each part of a filter stands in brackets: (&(uid=a*)(mosSkill=welding)).',
    'Bei Zeichen {at} fehlt eine schließende Klammer. Jeder Teil eines Filters steht in Klammern: (&(uid=a*)(mosSkill=welding)).',
  ],
  'refusal.filterEnd': [
    'The filter is over before character {at}, and more follows. Join parts with (&(…)(…)) for all of them, (|(…)(…)) for any.',
    'Vor Zeichen {at} ist der Filter zu Ende, und es folgt noch etwas. Verbinde Teile mit (&(…)(…)) für alle, (|(…)(…)) für irgendeinen.',
  ],
  'refusal.filterDepth': [
    'There are too many brackets within brackets. Make the filter simpler.',
    'Da sind zu viele Klammern in Klammern. Mach den Filter einfacher.',
  ],
  'refusal.filterItem': [
    '“{named}” compares nothing. Write an attribute, an equals sign and a value: (uid=a*).',
    '„{named}“ vergleicht nichts. Schreib ein Attribut, ein Gleichheitszeichen und einen Wert: (uid=a*).',
  ],
  'refusal.filterAttribute': [
    '“{named}” can be no attribute. Those are letters, digits and hyphens, like mosSkill.',
    '„{named}“ kann kein Attribut sein. Das sind Buchstaben, Ziffern und Bindestriche, wie mosSkill.',
  ],
  'refusal.filterStars': [
    'There is nothing between the stars. One star alone finds whatever has the attribute: (uid=*).',
    'Zwischen den Sternen steht nichts. Ein einzelner Stern findet, was das Attribut hat: (uid=*).',
  ],
  'refusal.filterRule': [
    '“{named}” names no attribute and no matching rule. Write it like (cn:caseExactMatch:=Ada), or with = alone.',
    '„{named}“ nennt weder Attribut noch Vergleichsregel. Schreib es wie (cn:caseExactMatch:=Ada), oder nur mit =.',
  ],
  'refusal.filterValue': [
    'Brackets and stars that belong to a value are written \\28, \\29 and \\2a.',
    'Klammern und Sterne, die zum Wert gehören, schreibt man \\28, \\29 und \\2a.',
  ],
  'refusal.filterHex': [
    'A backslash needs two hex digits behind it; one that belongs to a value is written \\5c.',
    'Hinter einem Backslash stehen zwei Hex-Ziffern; einen, der zum Wert gehört, schreibt man \\5c.',
  ],
  'refusal.attributeMissing': [
    'The class {named} wants a value for {attribute}. Fill it in.',
    'Die Klasse {named} verlangt einen Wert für {attribute}. Trag ihn ein.',
  ],
  'refusal.attributeNotAllowed': [
    'None of its classes has {attribute}. Empty it, or give the entry a class that has it.',
    'Keine seiner Klassen hat {attribute}. Leere es, oder gib dem Eintrag eine Klasse, die es hat.',
  ],
  'refusal.classChain': [
    'An entry is one thing: of {named}, only one can stay.',
    'Ein Eintrag ist nur eines: von {named} kann nur eine bleiben.',
  ],
  'refusal.noClass': ['An entry has a class. Choose what it is.', 'Ein Eintrag hat eine Klasse. Wähle, was er ist.'],
  'refusal.noStructuralClass': [
    'These classes say what it is beside something else. Choose a structural one too, like inetOrgPerson.',
    'Diese Klassen sagen nur, was er noch ist. Wähle auch eine strukturelle, wie inetOrgPerson.',
  ],
  'refusal.unknownClass': [
    'The schema has no class “{named}”. Look how it is spelled, or leave it out.',
    'Das Schema kennt keine Klasse „{named}“. Sieh nach, wie sie geschrieben wird, oder lass sie weg.',
  ],
  'refusal.classStays': [
    'What an entry is stays: {named}. Put that class back, or make a new entry.',
    'Was ein Eintrag ist, das bleibt er: {named}. Trag diese Klasse wieder ein, oder leg einen neuen Eintrag an.',
  ],
  'refusal.nameMissing': [
    'The entry does not have the {attribute} that its name says. Write the same in both places.',
    'Der Eintrag hat nicht das {attribute}, das sein Name sagt. Schreib an beiden Stellen dasselbe.',
  ],
  'refusal.nameOperational': [
    'The server alone sets {attribute}, so it names nothing. Take another attribute, like cn.',
    'Nur der Server setzt {attribute}, also benennt es nichts. Nimm ein anderes Attribut, wie cn.',
  ],
  'refusal.nameSecret': [
    'A password is no name: everybody would read it. Take another attribute, like cn.',
    'Ein Passwort ist kein Name: alle würden es lesen. Nimm ein anderes Attribut, wie cn.',
  ],
  'refusal.nameTwice': ['{attribute} stands in the name twice. Leave it once.', '{attribute} steht zweimal im Namen. Lass es einmal.'],
  'refusal.name': [
    'This is no name. Write an attribute, an equals sign and a value, like cn=weavers; commas, plus signs and quotation marks get a backslash before them.',
    'Das ist kein Name. Schreib ein Attribut, ein Gleichheitszeichen und einen Wert, wie cn=weavers; vor Beistriche, Pluszeichen und Anführungszeichen kommt ein Backslash.',
  ],
  'refusal.noDn': [
    'That is not how an entry is named. It would be like uid=ada,ou=people,dc=example,dc=org: begin at the top of the directory.',
    'So heißt kein Eintrag. Es wäre etwas wie uid=ada,ou=people,dc=example,dc=org: fang ganz oben im Verzeichnis an.',
  ],
  'refusal.nameStays': [
    'The entry is named by this value of {attribute}. Put it back, and rename the entry instead.',
    'Nach diesem Wert von {attribute} heißt der Eintrag. Trag ihn wieder ein, und benenne stattdessen den Eintrag um.',
  ],
  'refusal.nameTaken': [
    'There is an entry of that name already. Choose another name.',
    'Einen Eintrag dieses Namens gibt es schon. Wähle einen anderen.',
  ],
  'refusal.parentMissing': [
    'What would stand above it does not exist. Write one attribute and value, without a comma; a comma in the value gets a backslash before it.',
    'Was darüber stünde, gibt es nicht. Schreib ein Attribut und einen Wert ohne Beistrich; vor einen Beistrich im Wert kommt ein Backslash.',
  ],
  'refusal.suffixStays': [
    'Everything stands below this entry, so its name stays as it is.',
    'Unter diesem Eintrag steht alles, darum bleibt sein Name, wie er ist.',
  ],
  'refusal.notEmpty': ['There are entries below it. Delete these first.', 'Darunter stehen noch Einträge. Lösche zuerst diese.'],
  'refusal.stillNamed': [
    'It is still the {attribute} of {named}, and perhaps of others. Give them another one first.',
    'Er ist noch {attribute} von {named}, und vielleicht von anderen. Gib ihnen zuerst etwas anderes.',
  ],
  'refusal.filterUnreadable': [
    'Not everybody shows you “{attribute}”, and whom the group finds would tell it all the same. Leave it out of the filter.',
    'Nicht alle zeigen dir „{attribute}“, und wen die Gruppe findet, würde es trotzdem verraten. Lass es aus dem Filter weg.',
  ],
  'refusal.filterUnreadable.*': [
    'A part of the filter asks for every attribute, and not everybody shows you all of them. Say which one it is about.',
    'Ein Teil des Filters fragt nach jedem Attribut, und nicht alle zeigen dir alles. Sag, um welches es geht.',
  ],
  'refusal.moreRights': [
    'Whoever this is has rights that you have not, so their password is not yours to set.',
    'Wer das ist, hat Rechte, die du nicht hast; das Passwort kannst du darum nicht setzen.',
  ],
  'refusal.roleEmptied': [
    'Rights come from being in {named}, so somebody has to stay in it. Put another in first.',
    'Wer in {named} ist, hat dadurch Rechte; jemand muss also darin bleiben. Nimm zuerst jemand anderen hinein.',
  ],
  'refusal.roleStays': [
    'Rights hang on the name of {named}: the administrator alone deletes or renames it.',
    'Am Namen von {named} hängen Rechte: nur die Administration löscht das oder benennt es um.',
  ],
  'refusal.gone': [
    'This entry is gone, or not for you to see: it was perhaps deleted or renamed meanwhile. Look for it in the directory.',
    'Diesen Eintrag gibt es nicht mehr, oder du darfst ihn nicht sehen: vielleicht wurde er inzwischen gelöscht oder umbenannt. Such ihn im Verzeichnis.',
  ],
  'refusal.oneValue': ['{attribute} has room for one value. Leave one line.', 'Bei {attribute} ist Platz für einen Wert. Lass eine Zeile.'],
  'refusal.valueTwice': [
    'A value of {attribute} stands there twice, perhaps in another spelling. Leave it once.',
    'Ein Wert von {attribute} steht zweimal da, vielleicht anders geschrieben. Lass ihn einmal.',
  ],
  'refusal.noValue': [
    '{attribute} needs a value. Fill it in, or leave it out.',
    '{attribute} braucht einen Wert. Trag ihn ein, oder lass es weg.',
  ],
  'refusal.serverSets': [
    'The server alone sets {attribute}. Leave it as it was.',
    'Nur der Server setzt {attribute}. Lass es, wie es war.',
  ],
  'refusal.unknownAttribute': [
    'The schema has no attribute “{attribute}”. Look how it is spelled, or leave it out.',
    'Das Schema kennt kein Attribut „{attribute}“. Sieh nach, wie es geschrieben wird, oder lass es weg.',
  ],
  'refusal.valueSyntax': [
    'Value {at} of {attribute} does not fit. What fits: {wanted}.',
    'Wert {at} von {attribute} passt nicht. Was passt: {wanted}.',
  ],
  'refusal.value': [
    'The directory does not take this value of {attribute}. Look at what it is for, and write another.',
    'Das Verzeichnis nimmt diesen Wert von {attribute} nicht. Sieh nach, wofür es da ist, und schreib einen anderen.',
  ],
  'refusal.valueRule': [
    'Value {at} of {attribute} does not fit. Look at what other entries have there.',
    'Wert {at} von {attribute} passt nicht. Sieh nach, was andere Einträge dort haben.',
  ],
  'refusal.valueRule.mosStatus': [
    'There is no such status. Write the whole name of an entry below ou=statuses.',
    'Diesen Status gibt es nicht. Schreib den ganzen Namen eines Eintrags unter ou=statuses.',
  ],
  'refusal.valueRule.mosVisibility': [
    'Write an attribute that there is and who sees it (public, members, board, self or nobody), like “mobile public”.',
    'Schreib ein Attribut, das es gibt, und wer es sieht (public, members, board, self oder nobody), wie „mobile public“.',
  ],
  'refusal.valueRule.mosGrant': [
    'Write entries, attributes and rights, like “ou=people | uid, mail | read”.',
    'Schreib Einträge, Attribute und Rechte, wie „ou=people | uid, mail | read“.',
  ],
  'refusal.valueRule.memberURL': [
    'Write where to look and for what, like “ldap:///ou=people,dc=example,dc=org??sub?(mosSkill=welding)”.',
    'Schreib, wo gesucht wird und wonach, wie „ldap:///ou=people,dc=example,dc=org??sub?(mosSkill=welding)“.',
  ],
  'refusal.password': [
    'This password is too short, too common, or was used before. Choose another.',
    'Dieses Passwort ist zu kurz, zu verbreitet oder war schon in Verwendung. Wähle ein anderes.',
  ],
  'refusal.notAllowed': [
    'That is not yours to do here. Ask whoever administrates the directory.',
    'Das darfst du hier nicht. Frag, wer das Verzeichnis verwaltet.',
  ],
  'refusal.notAllowedOn': [
    'You may not change {attribute}. Leave it as it was, or ask whoever administrates the directory.',
    'Du darfst {attribute} nicht ändern. Lass es, wie es war, oder frag, wer das Verzeichnis verwaltet.',
  ],
  'refusal.waitsTogether': [
    '{attribute} can’t wait for approval together with {named}. Change each by itself.',
    '{attribute} kann nicht zusammen mit {named} auf Bestätigung warten. Ändere beide einzeln.',
  ],
  'refusal.conflict': [
    'Somebody else has changed this meanwhile. Nothing was overwritten: look at what it is now, and save again.',
    'Das hat inzwischen jemand anderes geändert. Es wurde nichts überschrieben: sieh nach, was jetzt da steht, und speichere noch einmal.',
  ],
  'refusal.tooMuch': [
    'That is more than the directory does at once. Ask for less, or do it in smaller steps.',
    'Das ist mehr, als das Verzeichnis auf einmal macht. Frag nach weniger, oder geh in kleineren Schritten vor.',
  ],
  'refusal.elsewhere': [
    'Another server keeps this part of the tree. Change it there.',
    'Diesen Teil des Baums hat ein anderer Server. Ändere es dort.',
  ],
  'refusal.alias': [
    'An alias on the way leads nowhere or in a circle. Correct its aliasedObjectName first.',
    'Ein Alias auf dem Weg führt ins Leere oder im Kreis. Berichtige zuerst sein aliasedObjectName.',
  ],
  'refusal.unsaid': [
    'The directory does not do this: {reason}. If that does not tell you what to do, ask whoever administrates it.',
    'Das Verzeichnis macht das nicht. Es sagt dazu (auf Englisch): {reason}. Wenn dir das nicht hilft, frag, wer es verwaltet.',
  ],
  'refusal.unsaidNothing': [
    'The directory does not do this, and does not say why. Ask whoever administrates it.',
    'Das Verzeichnis macht das nicht und sagt nicht, warum. Frag, wer es verwaltet.',
  ],
  'syntax.boolean': ['TRUE or FALSE', 'TRUE oder FALSE'],
  'syntax.dn': ['the whole name of an entry, like uid=ada,ou=people,…', 'der ganze Name eines Eintrags, wie uid=ada,ou=people,…'],
  'syntax.text': ['text, at least a character', 'Text, mindestens ein Zeichen'],
  'syntax.time': ['a time like 20260131180000Z', 'eine Zeit wie 20260131180000Z'],
  'syntax.ascii': [
    'letters without accents, digits and signs of ASCII',
    'Buchstaben ohne Akzente und Umlaute, Ziffern und Zeichen aus ASCII',
  ],
  'syntax.integer': ['a whole number', 'eine ganze Zahl'],
  'syntax.jpeg': ['a JPEG picture, in Base64 behind two colons', 'ein JPEG-Bild, als Base64 hinter zwei Doppelpunkten'],
  'syntax.digits': ['digits and blanks', 'Ziffern und Leerzeichen'],
  'syntax.oid': ['a name of the schema, or numbers with dots between them', 'ein Name aus dem Schema, oder Zahlen mit Punkten dazwischen'],
  'syntax.address': [
    'lines with $ between them; a $ of the text is \\24, a backslash \\5C',
    'Zeilen mit $ dazwischen; ein $ im Text ist \\24, ein Backslash \\5C',
  ],
  'syntax.printable': [
    "letters without accents, digits, blanks and ' ( ) + , - . / : ? =",
    "Buchstaben ohne Akzente und Umlaute, Ziffern, Leerzeichen und ' ( ) + , - . / : ? =",
  ],
  'syntax.phone': ['a phone number like +43 1 234567', 'eine Telefonnummer wie +43 1 234567'],
  'syntax.other': ['a value of the kind “{syntax}”', 'ein Wert der Art „{syntax}“'],
} satisfies Words;
