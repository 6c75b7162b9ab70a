import type { Words } from '../words.ts';

export const sessionWords = {
  'signIn.title': ['Sign in', 'Anmelden'],
  'signIn.name': ['User name or e-mail', 'Benutzername oder E-Mail'],
  'signIn.password': ['Password', 'Passwort'],
  'signIn.do': ['Sign in', 'Anmelden'],
  'signIn.wrong': [
    'Name and password do not fit, or this account may not sign in at the moment.',
    'Name und Passwort passen nicht zusammen, oder dieses Konto darf sich gerade nicht anmelden.',
  ],
  'signIn.empty': ['Both are needed.', 'Beides wird gebraucht.'],
  'signIn.done': ['Hello, {name}.', 'Hallo, {name}.'],
  'signOut.done': ['You are signed out.', 'Du bist abgemeldet.'],
} satisfies Words;
