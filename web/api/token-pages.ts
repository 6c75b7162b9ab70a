import { type Answer, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { sessionOf } from '../me/own-sessions.ts';
import type { Visit } from '../visit.ts';
import { makeToken, revokeToken, scopes, tokensOf } from './tokens.ts';

const mostTokens = 20;
const longestName = 100;
/** Days that a token may live. */
const lifetimes = [30, 90, 365] as const;

/** GET /me/tokens */
export async function listTokens(visit: Visit): Promise<Answer> {
  return page('api/tokens', visit.t('tokens.title'), await shown(visit), {
    form: { scopes: scopesFor(visit), lifetimes, chosen: ['read'] },
  });
}

/** POST /me/tokens: makes one and shows it, this once. */
export async function addToken(visit: Visit): Promise<Answer> {
  const { t, site } = visit;
  const me = ownOf(visit);
  const form = await visit.request.form();
  const name = form.text('name');
  const wanted = scopesFor(visit).filter((scope) => form.texts('scope').includes(scope));
  const days = lifetimes.find((each) => String(each) === form.text('days'));
  const errors: Record<string, string> = {};
  if (name === '' || name.length > longestName || /\p{Cc}/u.test(name)) errors['name'] = t('tokens.wrongName', { most: longestName });
  if (wanted.length === 0) errors['scope'] = t('tokens.noScope');
  if (days === undefined) errors['days'] = t('field.wrongLanguage');
  if ((await tokensOf(site, me.uuid)).length >= mostTokens) errors['form'] = t('tokens.tooMany', { most: mostTokens });
  if (days === undefined || Object.keys(errors).length > 0)
    return refusedForm('api/tokens', t('tokens.title'), await shown(visit), errors, {
      ...{ scopes: scopesFor(visit), lifetimes, chosen: wanted, name: name.slice(0, longestName), days: form.text('days') },
    });
  const { mark } = sessionOf(visit);
  const token = await makeToken(site, { entryUuid: me.uuid, name, scopes: wanted, mark, days });
  return page('api/token-made', t('tokens.title'), { name, token });
}

/** POST /me/tokens/:id/revoke */
export async function endToken(visit: Visit): Promise<Answer> {
  if (!(await revokeToken(visit.site, ownOf(visit).uuid, visit.param('id')))) throw new Refusal(404, 'error.notFound');
  return redirect('/me/tokens', { word: 'tokens.revoked' });
}

function ownOf({ me }: Visit) {
  if (me === undefined) throw new Refusal(404, 'error.notFound');
  return me;
}

/** The board's pages are offered to the board alone; the rights are looked at with each request all the same. */
function scopesFor({ isBoard }: Visit) {
  return scopes.filter((scope) => isBoard || !scope.startsWith('board'));
}

async function shown(visit: Visit) {
  const tokens = await tokensOf(visit.site, ownOf(visit).uuid);
  return {
    tokens: tokens.map(({ id, name, scopes: own, madeAt, usedAt, expiresAt }) => ({
      ...{ id, name, scopes: own, made: madeAt.toISOString(), used: usedAt?.toISOString(), expires: expiresAt.toISOString() },
      expired: expiresAt.getTime() <= visit.site.clock(),
    })),
  };
}
