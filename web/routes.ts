import { type Answer, redirect } from './answer.ts';
import { showOpenApi } from './api/openapi.ts';
import { addToken, endToken, listTokens } from './api/token-pages.ts';
import { listAppPasswords, revokeTheirs } from './board/app-passwords.ts';
import { decideApplicant, listApplicants } from './board/applicants.ts';
import { approveChange, refuseChange, showApprovals } from './board/approvals.ts';
import { bulkAction } from './board/bulk.ts';
import { changeGroup, showGroup } from './board/group.ts';
import { addGroup, listGroups, previewGroup } from './board/groups.ts';
import { kinds } from './board/kinds.ts';
import { showLog } from './board/log.ts';
import { boardMail } from './board/mail.ts';
import { listMembers, membersCsv } from './board/members.ts';
import { resetFactors, resetFactorsForm } from './board/reset-factors.ts';
import { addService, changeService, listServices } from './board/services.ts';
import { pagesOf } from './board/small-entries.ts';
import { browse } from './directory/browse.ts';
import { addEntry, addEntryForm, deleteEntry, editEntry, editEntryForm, renameEntry } from './directory/change.ts';
import { setLanguage } from './frame/home.ts';
import { revertChange, showHistory, withdrawChange } from './history/history.ts';
import { activate, activateForm } from './join/activate.ts';
import { invite, inviteForm } from './join/invite.ts';
import { join, joinForm, joinSent } from './join/join.ts';
import { listMail, showMail, showMailHtml } from './mail/dev-mail.ts';
import { account } from './me/account.ts';
import { appPasswords, makeAppPassword, revokeAppPassword, setOnlyAppPasswords } from './me/app-passwords.ts';
import { changePassword, passwordForm } from './me/own-password.ts';
import { endOthers, endSession, ownSessions } from './me/own-sessions.ts';
import { proofForm, prove } from './me/proof.ts';
import { beginCodes, codesForm, confirmCodes, forgetPasskey, registerPasskey, removeCodes } from './me/second-factors.ts';
import { renewRecoveryCodes, security } from './me/security.ts';
import { editForm, editPerson, editTooLarge } from './people/edit.ts';
import { feedPath, peopleFeed } from './people/feed.ts';
import { listPeople } from './people/list.ts';
import { ownData, ownJson, ownLdif, requestDeletion } from './people/own-data.ts';
import { showPhoto } from './people/photo.ts';
import { showPerson, showVCard } from './people/profile.ts';
import { forgot, forgotForm, reset, resetForm } from './session/forgot.ts';
import { mostWithKept } from './session/kept-form.ts';
import { factorForm, takeFactor, takePasskey } from './session/second-factor.ts';
import { signIn, signInByPasskey, signInForm, signOut } from './session/sign-in.ts';
import type { Visit } from './visit.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (visit: Visit) => Answer | Promise<Answer>;
  /** Who gets as far as the handler; what they may do there, the directory says. Anyone, unless said */
  readonly who?: 'anyone' | 'person' | 'board';
  /** Bytes that a form may have, where it is more than usual */
  readonly most?: number;
  /** Answers a form that has more, in the place of a page that says so alone; none of it has been read */
  readonly tooLarge?: (visit: Visit) => Answer | Promise<Answer>;
  /** It opens a door to an account: no token does; who has not given the password for a while is asked for it, and then comes to this page (`:name` is that of the route) */
  readonly proof?: string;
  /** Also for somebody who has to change the password before anything else */
  readonly beforeChange?: true;
}

type More = Pick<Route, 'who' | 'most' | 'tooLarge' | 'proof' | 'beforeChange'>;
const get = (path: string, handle: Route['handle'], more: More = {}): Route => ({ method: 'GET', path, handle, ...more });
const post = (path: string, handle: Route['handle'], more: More = {}): Route => ({ method: 'POST', path, handle, ...more });

/** The tables that the board keeps, each with the same three addresses. */
const tableRoutes: readonly Route[] = Object.values(kinds).flatMap((kind) => {
  const { list, add, change } = pagesOf(kind);
  const path = `/board/${kind.path}`;
  return [get(path, list, { who: 'board' }), post(path, add, { who: 'board' }), post(`${path}/:id`, change, { who: 'board' })];
});

/** Every address of the site. */
export const routes: readonly Route[] = [
  // the start: people, until there is more
  get('/', listPeople),
  post('/language', setLanguage, { beforeChange: true }),

  get('/sign-in', signInForm),
  post('/sign-in', signIn, { most: mostWithKept }),
  post('/sign-in/passkey', signInByPasskey, { most: mostWithKept }),
  get('/sign-in/factor', factorForm),
  post('/sign-in/factor', takeFactor, { most: mostWithKept }),
  post('/sign-in/factor/passkey', takePasskey, { most: mostWithKept }),
  post('/sign-out', signOut, { beforeChange: true }),
  get('/forgot', forgotForm, { beforeChange: true }),
  post('/forgot', forgot, { beforeChange: true }),
  get('/reset/:token', resetForm, { beforeChange: true }),
  post('/reset/:token', reset, { beforeChange: true }),

  get('/me', account, { who: 'person' }),
  get('/me/confirm', proofForm, { who: 'person' }),
  post('/me/confirm', prove, { who: 'person' }),
  get('/me/password', passwordForm, { who: 'person', beforeChange: true }),
  post('/me/password', changePassword, { who: 'person', beforeChange: true }),
  get('/me/sessions', ownSessions, { who: 'person' }),
  post('/me/sessions/end-others', endOthers, { who: 'person' }),
  post('/me/sessions/:id/end', endSession, { who: 'person' }),
  get('/me/app-passwords', appPasswords, { who: 'person' }),
  post('/me/app-passwords', makeAppPassword, { who: 'person', proof: '/me/app-passwords' }),
  post('/me/app-passwords/only', setOnlyAppPasswords, { who: 'person', proof: '/me/app-passwords' }),
  post('/me/app-passwords/:id/revoke', revokeAppPassword, { who: 'person' }),
  get('/me/security', security, { who: 'person' }),
  post('/me/security/totp', beginCodes, { who: 'person', proof: '/me/security' }),
  get('/me/security/totp', codesForm, { who: 'person', proof: '/me/security/totp' }),
  post('/me/security/totp/confirm', confirmCodes, { who: 'person', proof: '/me/security/totp' }),
  post('/me/security/totp/remove', removeCodes, { who: 'person', proof: '/me/security' }),
  post('/me/security/passkeys', registerPasskey, { who: 'person', proof: '/me/security' }),
  post('/me/security/passkeys/:id/remove', forgetPasskey, { who: 'person', proof: '/me/security' }),
  post('/me/security/recovery-codes', renewRecoveryCodes, { who: 'person', proof: '/me/security' }),

  get('/join', joinForm),
  post('/join', join),
  get('/join/sent', joinSent),
  get('/join/:token', activateForm),
  post('/join/:token', activate),
  get('/invite', inviteForm, { who: 'person' }),
  post('/invite', invite, { who: 'person' }),

  get('/me/tokens', listTokens, { who: 'person' }),
  post('/me/tokens', addToken, { who: 'person', proof: '/me/tokens' }),
  post('/me/tokens/:id/revoke', endToken, { who: 'person' }),
  get('/openapi.json', showOpenApi),

  get('/people', listPeople),
  get(feedPath, peopleFeed),
  get('/people/:name', showPerson),
  get('/people/:name/edit', editForm, { who: 'person' }),
  post('/people/:name/edit', editPerson, { who: 'person', most: 33_554_432, tooLarge: editTooLarge }),
  get('/people/:name/vcard', showVCard),
  get('/people/:name/data', ownData, { who: 'person' }),
  get('/people/:name/data.ldif', ownLdif, { who: 'person' }),
  get('/people/:name/data.json', ownJson, { who: 'person' }),
  post('/people/:name/deletion', requestDeletion, { who: 'person' }),
  get('/people/:name/photo', showPhoto),
  get('/people/:name/history', showHistory, { who: 'person' }),
  post('/people/:name/history/:csn/revert', revertChange, { who: 'person' }),
  post('/people/:name/history/:csn/withdraw', withdrawChange, { who: 'person' }),

  get('/board', () => redirect('/board/members'), { who: 'board' }),
  get('/board/members', listMembers, { who: 'board' }),
  get('/board/members.csv', membersCsv, { who: 'board' }),
  post('/board/members/bulk', bulkAction, { who: 'board' }),
  get('/board/people/:name/reset-factors', resetFactorsForm, { who: 'board', proof: '/board/people/:name/reset-factors' }),
  post('/board/people/:name/reset-factors', resetFactors, { who: 'board', proof: '/board/people/:name/reset-factors' }),
  ...tableRoutes,
  get('/board/groups', (visit) => listGroups(visit), { who: 'board' }),
  post('/board/groups', addGroup, { who: 'board' }),
  get('/board/groups/preview', previewGroup, { who: 'board' }),
  get('/board/groups/:name', (visit) => showGroup(visit), { who: 'board' }),
  post('/board/groups/:name', changeGroup, { who: 'board' }),
  get('/board/mail', boardMail, { who: 'board' }),
  get('/board/services', (visit) => listServices(visit), { who: 'board' }),
  post('/board/services', addService, { who: 'board', proof: '/board/services' }),
  post('/board/services/:name', changeService, { who: 'board', proof: '/board/services' }),
  get('/board/app-passwords', listAppPasswords, { who: 'board' }),
  post('/board/app-passwords/:name/:id/revoke', revokeTheirs, { who: 'board' }),
  get('/board/log', showLog, { who: 'board' }),

  get('/board/applicants', listApplicants, { who: 'board' }),
  post('/board/applicants/:name', decideApplicant, { who: 'board' }),
  get('/board/approvals', showApprovals, { who: 'person' }),
  post('/board/approvals/:csn/approve', approveChange, { who: 'person' }),
  post('/board/approvals/:csn/refuse', refuseChange, { who: 'person' }),

  get('/directory', browse, { who: 'board' }),
  get('/directory/edit', editEntryForm, { who: 'board' }),
  post('/directory/edit', editEntry, { who: 'board', most: 16_777_216 }),
  get('/directory/add', addEntryForm, { who: 'board' }),
  post('/directory/add', addEntry, { who: 'board', most: 16_777_216 }),
  post('/directory/move', renameEntry, { who: 'board' }),
  post('/directory/delete', deleteEntry, { who: 'board' }),

  get('/dev/mail', listMail),
  get('/dev/mail/:id', showMail),
  get('/dev/mail/:id/html', showMailHtml),
];
