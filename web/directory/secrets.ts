import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { type Answer, Refusal } from '../answer.ts';
import { writeTo } from '../mail/owner.ts';
import { askForProof, isProved } from '../me/proof.ts';
import { nameOf } from '../people/person.ts';
import { isOwn } from '../people/profile.ts';
import type { Visit } from '../visit.ts';

/** Is it a password, or something else that the access rows call a secret? By whatever name and with whatever options. */
export function isSecret({ site }: Visit, description: string): boolean {
  const type = site.directory.schema.covered(description)?.type;
  return type !== undefined && site.directory.access.isSecret(type);
}

/**
 * Which attributes a form offers: secrets to who may set them, and has shown lately who they are.
 * @param entry undefined: a new one
 * @returns as `proofFor`, what would be there as well after that
 */
export function offered(
  visit: Visit,
  entry: PackedEntry | undefined,
  names: readonly string[],
): { readonly names: readonly string[]; readonly proofFor: readonly string[] } {
  const secrets = names.filter((name) => isSecret(visit, name));
  const open = secrets.filter((name) => maySet(visit, entry, name));
  const proofFor = isProved(visit) ? [] : open;
  return { names: names.filter((name) => !secrets.includes(name) || (open.includes(name) && !proofFor.includes(name))), proofFor };
}

/** One's own password has a page of its own, where the old one is asked for. */
function maySet(visit: Visit, entry: PackedEntry | undefined, name: string): boolean {
  const { as } = visit;
  if (entry === undefined) return as.viewer.changesSecrets;
  return isPassword(visit, name) ? as.maySetPassword(entry) && !isOwn(visit, entry) : as.mayWrite(entry, name);
}

/**
 * Who sets a secret opens a door to an account: no token does, and a session has to show whose it is.
 * @param entry undefined: a new one
 * @returns what has to be asked first
 * @throws Refusal 403
 */
export function beforeSecrets(visit: Visit, entry: PackedEntry | undefined, secrets: readonly string[]): Answer | undefined {
  if (secrets.length === 0) return undefined;
  if (visit.token !== undefined) throw new Refusal(403, 'error.noSecrets');
  if (entry !== undefined && isOwn(visit, entry) && secrets.some((each) => isPassword(visit, each)))
    throw new Refusal(403, 'browser.ownPassword');
  return askForProof(visit, visit.url.pathname + visit.url.search);
}

/** Tells the owner of an entry, at the address that it had before, who has set a secret of theirs. */
export async function tellOfSecrets(visit: Visit, entry: PackedEntry, secrets: readonly string[]): Promise<void> {
  if (secrets.length === 0) return;
  const { as, me, site } = visit;
  const uid = site.directory.valuesOf(entry, 'uid')[0]?.toString() ?? entry.dn;
  await writeTo(site, entry, {
    subject: 'security.mailChanged',
    paragraphs: [secrets.some((each) => isPassword(visit, each)) ? 'browser.mailPassword' : 'browser.mailSecret', 'browser.mailNotAsked'],
    values: { who: me === undefined ? as.dn : nameOf(as, me), uid, attributes: secrets.join(', ') },
  });
}

function isPassword({ site }: Visit, description: string): boolean {
  return site.directory.schema.covered(description)?.type.name === 'userPassword';
}
