import QRCode from 'qrcode';
import { type Answer, page, Refusal, redirect, refusedForm } from '../answer.ts';
import { nameOf } from '../people/person.ts';
import { forgetFactorless, passkeyFactor, totpFactor } from '../session/factors.ts';
import { addPasskey, longestPasskeyName, mostPasskeys, passkeysOf, removePasskey } from '../session/passkeys.ts';
import { beginTotp, removeTotp, takeTotp, waitingTotp } from '../session/totp.ts';
import { readNewPasskey } from '../session/webauthn.ts';
import { clubName } from '../site.ts';
import type { Visit } from '../visit.ts';
import { ownEntryOf } from './account.ts';
import { afterAdding, factorsForm, factorsShown, tellOwner } from './security.ts';

/** POST /me/security/totp: makes a secret, which the next page shows. */
export async function beginCodes(visit: Visit): Promise<Answer> {
  const { uuid } = ownEntryOf(visit);
  return (await beginTotp(visit.site, uuid)) ? redirect('/me/security/totp') : redirect('/me/security', { word: 'totp.isThere' });
}

/** GET /me/security/totp */
export async function codesForm(visit: Visit): Promise<Answer> {
  const waiting = await waitingSecret(visit);
  return waiting === undefined ? redirect('/me/security') : page('me/totp', visit.t('totp.title'), {}, { form: waiting });
}

/** POST /me/security/totp/confirm: the first code shows that the app has the secret. */
export async function confirmCodes(visit: Visit): Promise<Answer> {
  const entry = ownEntryOf(visit);
  const code = (await visit.request.form()).text('code').replace(/\s/g, '');
  if (await takeTotp(visit.site, entry.uuid, code, 'first')) {
    await visit.as.secrets.noteFactors(entry.uuid, { added: [totpFactor] });
    await tellOwner(visit, entry, 'security.mailChanged', 'totp.mailAdded');
    return afterAdding(visit, entry, 'totp.added');
  }
  const waiting = await waitingSecret(visit);
  if (waiting === undefined) return redirect('/me/security');
  return refusedForm('me/totp', visit.t('totp.title'), {}, { code: visit.t('totp.wrong') }, waiting);
}

/** POST /me/security/totp/remove */
export async function removeCodes(visit: Visit): Promise<Answer> {
  const entry = ownEntryOf(visit);
  if (!(await removeTotp(visit.site, entry.uuid))) return redirect('/me/security');
  await visit.as.secrets.noteFactors(entry.uuid, { removed: [totpFactor, ...(await forgetFactorless(visit.site, entry.uuid))] });
  await tellOwner(visit, entry, 'security.mailChanged', 'totp.mailRemoved');
  return redirect('/me/security', { word: 'totp.removed' });
}

/** POST /me/security/passkeys */
export async function registerPasskey(visit: Visit): Promise<Answer> {
  const { site, t } = visit;
  const entry = ownEntryOf(visit);
  const form = await visit.request.form();
  const name = form.text('name').replace(/\p{Cc}/gu, ' ');
  const refused = async (word: 'passkey.wrongName' | 'passkey.failed' | 'passkey.tooMany') => {
    const values = { most: word === 'passkey.tooMany' ? mostPasskeys : longestPasskeyName };
    return refusedForm('me/security', t('security.title'), await factorsShown(visit), { form: t(word, values) }, await factorsForm(visit));
  };
  if (name === '' || [...name].length > longestPasskeyName) return refused('passkey.wrongName');
  if ((await passkeysOf(site, entry.uuid)).length >= mostPasskeys) return refused('passkey.tooMany');
  const made = await readNewPasskey(visit, form.raw('response'));
  if (made === undefined || !(await addPasskey(site, { ...made, entryUuid: entry.uuid, name }))) return refused('passkey.failed');
  await visit.as.secrets.noteFactors(entry.uuid, { added: [passkeyFactor(name)] });
  await tellOwner(visit, entry, 'security.mailChanged', 'passkey.mailAdded', { key: name });
  return afterAdding(visit, entry, 'passkey.added');
}

/** POST /me/security/passkeys/:id/remove */
export async function forgetPasskey(visit: Visit): Promise<Answer> {
  const entry = ownEntryOf(visit);
  const name = await removePasskey(visit.site, entry.uuid, visit.param('id'));
  if (name === undefined) throw new Refusal(404, 'passkey.gone');
  await visit.as.secrets.noteFactors(entry.uuid, { removed: [passkeyFactor(name), ...(await forgetFactorless(visit.site, entry.uuid))] });
  await tellOwner(visit, entry, 'security.mailChanged', 'passkey.mailRemoved', { key: name });
  return redirect('/me/security', { word: 'passkey.removed' });
}

/** What an app needs, as a picture and as text. */
async function waitingSecret(
  visit: Visit,
): Promise<{ readonly secret: string; readonly uri: string; readonly picture: string } | undefined> {
  const { site, as } = visit;
  const entry = ownEntryOf(visit);
  const person = as.texts(entry, 'uid')[0] ?? nameOf(as, entry);
  const waiting = await waitingTotp(site, entry.uuid, { club: clubName(site), person });
  if (waiting === undefined) return undefined;
  const svg = await QRCode.toString(waiting.uri, { type: 'svg', margin: 3 });
  return { ...waiting, picture: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` };
}
