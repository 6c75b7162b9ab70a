import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { onlyAppPasswords } from '../../directory/core/password-change.ts';
import { type Answer, type Data, page, redirect } from '../answer.ts';
import { type Telling, writeTo } from '../mail/owner.ts';
import { nameOf } from '../people/person.ts';
import { hasSecondFactor, recoveryFactor } from '../session/factors.ts';
import { passkeysOf } from '../session/passkeys.ts';
import { countRecoveryCodes, makeRecoveryCodes } from '../session/recovery-codes.ts';
import { hasTotp } from '../session/totp.ts';
import { newPasskeyOptions, passkeysWork } from '../session/webauthn.ts';
import type { Visit } from '../visit.ts';
import type { Values, Word } from '../words.ts';
import { ownEntryOf } from './account.ts';
import { isProved } from './proof.ts';

/** GET /me/security: what it takes to sign in, beside the password. */
export async function security(visit: Visit): Promise<Answer> {
  return page('me/security', visit.t('security.title'), await factorsShown(visit), { form: await factorsForm(visit) });
}

/** Second factors as JSON. */
export async function factorsShown(visit: Visit): Promise<Data> {
  const { site } = visit;
  const entry = ownEntryOf(visit);
  const passkeys = await passkeysOf(site, entry.uuid);
  return {
    totp: await hasTotp(site, entry.uuid),
    passkeys: passkeys.map(({ id, name, madeAt, usedAt }) => ({ id, name, made: madeAt.toISOString(), used: usedAt?.toISOString() })),
    recoveryCodes: await countRecoveryCodes(site, entry.uuid),
  };
}

/** What the page's forms need. A new passkey is offered to who has just shown who they are. */
export async function factorsForm(visit: Visit): Promise<Data> {
  const { site, as } = visit;
  const entry = ownEntryOf(visit);
  const [isProvedNow, canPasskeys] = [isProved(visit), passkeysWork(site)];
  const person = { uuid: entry.uuid, uid: as.texts(entry, 'uid')[0] ?? '', name: nameOf(as, entry) };
  const known = await passkeysOf(site, entry.uuid);
  return {
    isProved: isProvedNow,
    canPasskeys,
    onlyAppPasswords: onlyAppPasswords(site.directory, entry),
    back: '/me/security',
    passkey: isProvedNow && canPasskeys ? JSON.stringify(await newPasskeyOptions(visit, person, known)) : undefined,
  };
}

/** POST /me/security/recovery-codes: new ones in place of the old. */
export async function renewRecoveryCodes(visit: Visit): Promise<Answer> {
  const entry = ownEntryOf(visit);
  if (!(await hasSecondFactor(visit.site, entry.uuid))) return redirect('/me/security', { word: 'codes.noFactor' });
  await tellOwner(visit, entry, 'security.mailChanged', 'codes.mailText');
  return recoveryCodes(visit, entry);
}

/** After a factor was added: with the first one come recovery codes. */
export async function afterAdding(visit: Visit, entry: PackedEntry, done: Word): Promise<Answer> {
  if ((await countRecoveryCodes(visit.site, entry.uuid)) === 0) return recoveryCodes(visit, entry);
  return redirect('/me/security', { word: done });
}

/** Makes them and shows them, this once. */
async function recoveryCodes(visit: Visit, { uuid }: PackedEntry): Promise<Answer> {
  const codes = await makeRecoveryCodes(visit.site, uuid);
  await visit.as.secrets.noteFactors(uuid, { added: [recoveryFactor] });
  return page('me/recovery-codes', visit.t('codes.title'), { codes });
}

/** Mail about what has changed, for the case that it was somebody else. */
export async function tellOwner({ site }: Visit, entry: PackedEntry, subject: Word, text: Word, values: Values = {}): Promise<void> {
  const link: Telling['link'] = { word: 'security.title', path: '/me/security' };
  await writeTo(site, entry, { subject, paragraphs: [text, 'security.mailNotYou'], values, link });
}
