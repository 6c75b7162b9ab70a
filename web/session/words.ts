import type { Words } from '../words.ts';

export const sessionWords = {
  'signIn.title': ['Sign in', 'Anmelden'],
  'signIn.name': ['User name or e-mail', 'Benutzername oder E-Mail'],
  'signIn.password': ['Password', 'Passwort'],
  'signIn.do': ['Sign in', 'Anmelden'],
  'signIn.wrong': [
    'Name and password do not fit, or this account may not sign in at the moment. After several attempts answers take longer.',
    'Name und Passwort passen nicht zusammen, oder dieses Konto darf sich gerade nicht anmelden. Nach mehreren Versuchen dauern Antworten länger.',
  ],
  'signIn.locked': [
    'Too many attempts with this name. For {minutes} minutes no password is looked at; take a break, or ask for a new password.',
    'Zu viele Versuche mit diesem Namen. Für {minutes} Minuten wird kein Passwort angesehen; mach eine Pause, oder lass dir ein neues Passwort geben.',
  ],
  'signIn.empty': ['Both are needed.', 'Beides wird gebraucht.'],
  'signIn.done': ['Hello, {name}.', 'Hallo, {name}.'],
  'signIn.passkey': ['Sign in with a passkey', 'Mit einem Passkey anmelden'],
  'signIn.wrongPasskey': [
    'This passkey is not known here, took too long, or its account may not sign in at the moment.',
    'Dieser Passkey ist hier nicht bekannt, hat zu lange gebraucht, oder das Konto darf sich gerade nicht anmelden.',
  ],
  'signIn.ended': [
    'You are not signed in any more. Sign in: what you typed is still here.',
    'Du bist nicht mehr angemeldet. Melde dich an: was du getippt hast, ist noch da.',
  ],
  'kept.title': ['Not saved yet', 'Noch nicht gespeichert'],
  'kept.why': [
    'You were not signed in any more, or had signed in anew, when you sent this form. What you typed is still here, and can be sent now.',
    'Du warst nicht mehr oder neu angemeldet, als du dieses Formular geschickt hast. Was du getippt hast, ist noch da und lässt sich jetzt abschicken.',
  ],
  'kept.file': ['The picture did not come along; choose it again afterwards.', 'Das Bild kam nicht mit; wähle es danach noch einmal aus.'],
  'kept.send': ['Send it now', 'Jetzt abschicken'],
  'signOut.done': ['You are signed out.', 'Du bist abgemeldet.'],
  'passkey.failed': [
    'The passkey was not taken: it was cancelled, took too long, or is not the right one. Try again.',
    'Der Passkey wurde nicht angenommen: abgebrochen, zu lange gebraucht, oder nicht der richtige. Versuch es noch einmal.',
  ],
  'factor.title': ['One more step', 'Noch ein Schritt'],
  'factor.code': ['Code', 'Code'],
  'factor.codeHint': [
    'The six digits that your app shows now, or a recovery code.',
    'Die sechs Ziffern, die deine App gerade zeigt, oder ein Notfallcode.',
  ],
  'factor.do': ['Go on', 'Weiter'],
  'factor.passkey': ['Use a passkey', 'Passkey verwenden'],
  'factor.lost': [
    'Everything lost? Somebody of the board can take your second factors away.',
    'Alles verloren? Jemand vom Vorstand kann deine zweiten Faktoren entfernen.',
  ],
  'factor.empty': ['A code is needed.', 'Ein Code wird gebraucht.'],
  'factor.wrong': [
    'This code is not right, or was used already. One more attempt. || This code is not right, or was used already. {count} more attempts.',
    'Dieser Code stimmt nicht oder wurde schon verwendet. Noch ein Versuch. || Dieser Code stimmt nicht oder wurde schon verwendet. Noch {count} Versuche.',
  ],
  'factor.wrongPasskey': ['This passkey was not taken. Try again.', 'Dieser Passkey wurde nicht angenommen. Versuch es noch einmal.'],
  'factor.locked': [
    'Too many wrong codes for this account. None is looked at for a while; a passkey still works.',
    'Zu viele falsche Codes für dieses Konto. Eine Weile wird keiner angesehen; ein Passkey geht weiterhin.',
  ],
  'factor.again': [
    'That took too long, or there were too many wrong codes. Sign in once more.',
    'Das hat zu lange gedauert, oder es waren zu viele falsche Codes. Melde dich noch einmal an.',
  ],
  'factor.recoveryUsed': [
    'You are in. This was the last recovery code but one. || You are in. {count} recovery codes are left.',
    'Du bist drin. Ein Notfallcode ist noch übrig. || Du bist drin. {count} Notfallcodes sind noch übrig.',
  ],
  'factor.mailRecovery': ['A recovery code was used', 'Ein Notfallcode wurde verwendet'],
  'factor.mailRecoveryText': [
    'Somebody signed in to your account with your password and one of your recovery codes. One is left. || Somebody signed in to your account with your password and one of your recovery codes. {count} are left.',
    'Jemand hat sich mit deinem Passwort und einem deiner Notfallcodes angemeldet. Einer ist noch übrig. || Jemand hat sich mit deinem Passwort und einem deiner Notfallcodes angemeldet. {count} sind noch übrig.',
  ],
  'factor.mailGuessed': ['Somebody knows your password', 'Jemand kennt dein Passwort'],
  'factor.mailGuessedText': [
    'Somebody signed in with your password and then gave wrong codes again and again. They did not get in, and for a while no code is looked at.',
    'Jemand hat sich mit deinem Passwort angemeldet und dann immer wieder falsche Codes eingegeben. Hinein kam niemand, und eine Weile wird kein Code angesehen.',
  ],
  'factor.mailGuessedDo': [
    'If that was not you, change your password now: whoever has it can read your mail with it, unless services take app passwords only.',
    'Wenn das nicht du warst, ändere jetzt dein Passwort: wer es hat, kann damit deine Mail lesen, außer Dienste nehmen nur App-Passwörter.',
  ],
  'forgot.link': ['Forgotten your password?', 'Passwort vergessen?'],
  'forgot.title': ['A new password', 'Ein neues Passwort'],
  'forgot.what': [
    'Say who you are, and a link to set a new password goes to the address that we have of you. It works for an hour.',
    'Sag, wer du bist, und ein Link für ein neues Passwort geht an die Adresse, die wir von dir haben. Er gilt eine Stunde.',
  ],
  'forgot.do': ['Send the link', 'Link schicken'],
  'forgot.empty': ['A name or an address is needed.', 'Ein Name oder eine Adresse wird gebraucht.'],
  'forgot.often': [
    'That was often. Wait an hour, or ask somebody of the board.',
    'Das war oft. Warte eine Stunde, oder frag jemanden vom Vorstand.',
  ],
  'forgot.sent': [
    'If there is such an account and it may sign in, a mail with a link is on its way. If none comes, look into the spam folder, or ask the board.',
    'Wenn es so ein Konto gibt und es sich anmelden darf, ist eine Mail mit einem Link unterwegs. Kommt keine, schau in den Spam-Ordner oder frag den Vorstand.',
  ],
  'reset.title': ['Set a new password', 'Neues Passwort setzen'],
  'reset.over': [
    'This link does not work any more: it was used, or is older than an hour. Ask for a new one.',
    'Dieser Link gilt nicht mehr: er wurde verwendet oder ist älter als eine Stunde. Lass dir einen neuen schicken.',
  ],
  'reset.done': [
    'The new password is set, and you are signed out everywhere. Sign in with it.',
    'Das neue Passwort ist gesetzt, und du bist überall abgemeldet. Melde dich damit an.',
  ],
  'reset.mailSubject': ['A new password at {club}', 'Ein neues Passwort bei {club}'],
  'reset.mailAsk': [
    'Somebody, probably you, wants a new password for your account {uid}. This link sets one; it works once, and for one hour.',
    'Jemand, wahrscheinlich du, möchte ein neues Passwort für dein Konto {uid}. Dieser Link setzt eines; er gilt einmal und eine Stunde lang.',
  ],
  'reset.mailIgnore': [
    'If it was not you, do nothing: your password stays what it is.',
    'Wenn du das nicht warst, tu nichts: dein Passwort bleibt, wie es ist.',
  ],
  'reset.mailButton': ['Set a new password', 'Neues Passwort setzen'],
  'reset.mailText': [
    'Your password was set anew by a link that was mailed to you. You are signed out everywhere, and tokens for programs have ended.',
    'Dein Passwort wurde über einen Link neu gesetzt, der dir gemailt wurde. Du bist überall abgemeldet, und Tokens für Programme gelten nicht mehr.',
  ],
  'reset.mailAppPasswords': [
    'App passwords go on working. If somebody else had your account, revoke those that you do not know.',
    'App-Passwörter gelten weiter. Wenn jemand anderes dein Konto hatte, widerrufe die, die du nicht kennst.',
  ],
  'password.title': ['Change password', 'Passwort ändern'],
  'password.what': [
    'It holds for this site and for every service of the club. All other sessions end.',
    'Es gilt für diese Seite und für alle Dienste des Vereins. Alle anderen Sitzungen enden.',
  ],
  'password.must': [
    'Before anything else, choose a password of your own: this one was set by somebody else, or has expired.',
    'Wähle zuerst ein eigenes Passwort: dieses hat jemand anderes gesetzt, oder es ist abgelaufen.',
  ],
  'password.old': ['Password until now', 'Bisheriges Passwort'],
  'password.new': ['New password', 'Neues Passwort'],
  'password.again': ['Once more', 'Noch einmal'],
  'password.againHint': ['The same, against slips.', 'Dasselbe, gegen Tippfehler.'],
  'password.hint': [
    'At least {least} characters; four or five words that nobody else would put together are good.',
    'Mindestens {least} Zeichen; vier oder fünf Wörter, die sonst niemand so zusammenstellt, sind gut.',
  ],
  'password.hintAny': [
    'Four or five words that nobody else would put together are good.',
    'Vier oder fünf Wörter, die sonst niemand so zusammenstellt, sind gut.',
  ],
  'password.do': ['Set the new password', 'Neues Passwort setzen'],
  'password.oldEmpty': ['The password until now is needed.', 'Das bisherige Passwort wird gebraucht.'],
  'password.oldWrong': ['This password is not right.', 'Dieses Passwort stimmt nicht.'],
  'password.empty': ['A new password is needed.', 'Ein neues Passwort wird gebraucht.'],
  'password.different': ['The two are not the same.', 'Die beiden sind nicht gleich.'],
  'password.same': ['That is the password you have. Choose another.', 'Das ist dein jetziges Passwort. Wähle ein anderes.'],
  'password.tooShort': ['At least {least} characters.', 'Mindestens {least} Zeichen.'],
  'password.tooLong': ['At most {most} characters.', 'Höchstens {most} Zeichen.'],
  'password.common': ['Too many people use this password. Choose another.', 'Dieses Passwort haben zu viele Leute. Wähle ein anderes.'],
  'password.used': ['You have had this one before. Choose another.', 'Das hattest du schon einmal. Wähle ein anderes.'],
  'password.young': [
    'Your password was changed a short while ago. Change it again later.',
    'Dein Passwort wurde vor Kurzem geändert. Ändere es später noch einmal.',
  ],
  'password.fixed': [
    'Here nobody changes their own password. Ask the board.',
    'Hier ändert niemand das eigene Passwort. Frag den Vorstand.',
  ],
  'password.changed': [
    'The new password is set. You are signed out everywhere else, and tokens for programs have ended.',
    'Das neue Passwort ist gesetzt. Überall sonst bist du abgemeldet, und Tokens für Programme gelten nicht mehr.',
  ],
  'password.mailChanged': ['Your password was changed', 'Dein Passwort wurde geändert'],
  'password.mailText': [
    'Your password was changed on the site. All other sessions have ended, and so have tokens for programs.',
    'Dein Passwort wurde auf der Seite geändert. Alle anderen Sitzungen sind beendet, und Tokens für Programme gelten nicht mehr.',
  ],
} satisfies Words;
