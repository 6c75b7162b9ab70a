import type { Words } from '../words.ts';

export const apiWords = {
  'tokens.title': ['Tokens for programs', 'Tokens für Programme'],
  'tokens.intro': [
    'A program with a token sees and does what you may as a member, and what you may beyond that with the board’s scopes alone. It never sets passwords. Every page is there as JSON at the same address.',
    'Ein Programm mit einem Token sieht und tut, was du als Mitglied darfst, und was du darüber hinaus darfst nur mit den Rechten beim Vorstand. Passwörter setzt es nie. Jede Seite gibt es unter derselben Adresse als JSON.',
  ],
  'tokens.end': ['Tokens end with a new password, as sessions do.', 'Mit einem neuen Passwort enden Tokens, wie Sitzungen.'],
  'tokens.none': ['No tokens yet.', 'Noch keine Tokens.'],
  'tokens.add': ['Make a token', 'Token anlegen'],
  'tokens.name': ['What is it for?', 'Wofür ist er?'],
  'tokens.wrongName': ['A name of 1 to {most} characters.', 'Ein Name mit 1 bis {most} Zeichen.'],
  'tokens.scopes': ['What it may', 'Was er darf'],
  'tokens.scope.read': ['read what members see', 'lesen, was Mitglieder sehen'],
  'tokens.scope.write': ['change what is mine', 'ändern, was mein ist'],
  'tokens.scope.board:read': ['read what the board sees', 'lesen, was der Vorstand sieht'],
  'tokens.scope.board:write': ['change what the board may', 'ändern, was der Vorstand darf'],
  'tokens.noScope': ['Choose at least one.', 'Wähle mindestens eines.'],
  'tokens.days': ['For how long', 'Wie lange'],
  'tokens.forDays': ['{count} days', '{count} Tage'],
  'tokens.tooMany': [
    'There are {most} tokens already; revoke those that are not used.',
    'Es gibt schon {most} Tokens; nimm zurück, was nicht gebraucht wird.',
  ],
  'tokens.made': [
    'This is the token. It is not shown again; whoever has it may what it may.',
    'Das ist der Token. Er wird nicht noch einmal gezeigt; wer ihn hat, darf, was er darf.',
  ],
  'tokens.revoke': ['Revoke', 'Zurücknehmen'],
  'tokens.revoked': ['The token opens nothing any more.', 'Der Token öffnet nichts mehr.'],
  'tokens.used': ['last used {when}', 'zuletzt benutzt {when}'],
  'tokens.unused': ['never used', 'noch nie benutzt'],
  'tokens.until': ['until {when}', 'bis {when}'],
  'tokens.expired': ['expired', 'abgelaufen'],
  'error.token': [
    'This token is not valid (any more). Make a new one at /me/tokens.',
    'Dieser Token gilt nicht (mehr). Leg unter /me/tokens einen neuen an.',
  ],
  'error.scope': ['This token lacks the scope {scope}.', 'Diesem Token fehlt {scope}.'],
  'error.noSecrets': [
    'No token sets passwords or other secrets; that is for people.',
    'Kein Token setzt Passwörter oder andere Geheimnisse; das ist für Menschen.',
  ],
  'error.noTokens': ['This page is for people; no token opens it.', 'Diese Seite ist für Menschen; kein Token öffnet sie.'],
} satisfies Words;
