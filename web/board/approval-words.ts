import type { Words } from '../words.ts';

export const approvalWords = {
  'approvals.title': ['Approvals', 'Zustimmungen'],
  'approvals.count': ['One change waits. || {count} changes wait.', 'Eine Änderung wartet. || {count} Änderungen warten.'],
  'approvals.none': [
    'Nothing waits for you to decide. What members ask to have changed (their legal name, status, mail address …) shows up here.',
    'Nichts wartet auf deine Entscheidung. Was Mitglieder geändert haben möchten (amtlicher Name, Status, Mailadresse …), steht dann hier.',
  ],
  'approvals.decide': ['Decide', 'Entscheiden'],
  'approvals.askedBy': ['asked for by', 'beantragt von'],
  'approvals.approve': ['Approve', 'Zustimmen'],
  'approvals.refuse': ['Refuse', 'Ablehnen'],
  'approvals.reason': ['Why not? The member gets this by mail.', 'Warum nicht? Das Mitglied bekommt es per Mail.'],
  'approvals.reasonMissing': ['Say why.', 'Schreib, warum.'],
  'approvals.reasonTooLong': ['At most {most} characters.', 'Höchstens {most} Zeichen.'],
  'approvals.conflict': [
    'This was changed meanwhile: “{was}” when it was asked for, “{now}” now. Refuse it, or have it asked for again.',
    'Das wurde inzwischen geändert: „{was}“ beim Antrag, „{now}“ jetzt. Lehne ab, oder lass es neu beantragen.',
  ],
  'approvals.nothing': ['nothing', 'nichts'],
  'approvals.approved': ['Done. {name} gets a mail.', 'Erledigt. {name} bekommt eine Mail.'],
  'approvals.refused': ['Refused. {name} gets a mail.', 'Abgelehnt. {name} bekommt eine Mail.'],
  'approvals.gone': ['That does not wait any more; somebody has decided it.', 'Das wartet nicht mehr; jemand hat es schon entschieden.'],
  'approvals.mailWaits': ['Changes wait for the board', 'Änderungen warten auf den Vorstand'],
  'approvals.mailWaitsText': [
    'Something waits for your decision: {count}. Further changes are told at most once an hour.',
    'Es wartet etwas auf eure Entscheidung: {count}. Weiteres wird höchstens einmal in der Stunde gemeldet.',
  ],
  'approvals.mailApproved': ['Your change was approved', 'Deine Änderung ist bestätigt'],
  'approvals.mailApprovedText': ['This is done:\n{changes}', 'Das ist erledigt:\n{changes}'],
  'approvals.mailRefused': ['Your change was refused', 'Deine Änderung ist abgelehnt'],
  'approvals.mailRefusedText': ['This was not done:\n{changes}', 'Das wurde nicht geändert:\n{changes}'],
  'approvals.mailReason': ['The reason: {reason}', 'Der Grund: {reason}'],
  'approvals.mailBy': ['{decider} has decided it.', 'Entschieden hat {decider}.'],
  'approvals.mailOpen': ['See the history', 'Zum Verlauf'],
} satisfies Words;
