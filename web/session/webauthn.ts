import { isIP } from 'node:net';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { z } from 'zod';
import { clubName, type Site } from '../site.ts';
import type { Visit } from '../visit.ts';
import { type ChallengePurpose, makeChallenge, takeChallenge } from './challenge.ts';
import { findPasskey, notePasskeyUse, type Passkey } from './passkeys.ts';

/** Characters of an answer; the longest, with a certificate of the maker in it, have a few thousand. */
const longest = 30_000;
const timeout = 5 * 60_000;

const base64 = z.string().regex(/^[\w-]*$/);
const common = { id: base64.min(1).max(1400), rawId: base64.max(1400), type: z.literal('public-key') };
const registration = z.object({
  ...common,
  response: z.object({ clientDataJSON: base64, attestationObject: base64, transports: z.array(z.string().max(20)).max(10).default([]) }),
});
const assertion = z.object({
  ...common,
  response: z.object({ clientDataJSON: base64, authenticatorData: base64, signature: base64, userHandle: base64.nullish() }),
});
/** How browsers reach keys (WebAuthn §5.8.4). */
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
type Transport = (typeof transports)[number];
const isTransport = (text: string): text is Transport => transports.some((each) => each === text);

/** Browsers have passkeys for names alone, and where nobody listens on the way (WebAuthn §5.1.3). */
export function passkeysWork({ url }: Pick<Site, 'url'>): boolean {
  return isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 && (url.protocol === 'https:' || url.hostname === 'localhost');
}

/** What a browser needs to make a passkey for somebody. @param known what this person has already */
export function newPasskeyOptions(
  visit: Visit,
  person: { readonly uuid: string; readonly uid: string; readonly name: string },
  known: readonly Passkey[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { site, browserSecret } = visit;
  return generateRegistrationOptions({
    rpName: clubName(site),
    rpID: site.url.hostname,
    userID: new Uint8Array(Buffer.from(person.uuid)),
    userName: person.uid,
    userDisplayName: person.name,
    challenge: makeChallenge(site, 'register', browserSecret),
    timeout,
    excludeCredentials: known.map(idOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });
}

/** Reads what a browser has made. @returns undefined when it is not what was asked for */
export async function readNewPasskey(
  visit: Visit,
  text: string,
): Promise<Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'transports'> | undefined> {
  const read = parsed(registration, text);
  const challenge = read && (await challengeIn(visit, 'register', read.response.clientDataJSON));
  if (read === undefined || challenge === undefined) return undefined;
  const { url } = visit.site;
  const known = read.response.transports.filter(isTransport);
  const { verified, registrationInfo } = await orRefused(
    verifyRegistrationResponse({
      response: { ...read, clientExtensionResults: {}, response: { ...read.response, transports: known } },
      expectedChallenge: challenge,
      expectedOrigin: url.origin,
      expectedRPID: url.hostname,
      requireUserVerification: false,
    }),
  );
  if (!verified || registrationInfo === undefined) return undefined;
  const { id, publicKey, counter } = registrationInfo.credential;
  return { id, publicKey: new Uint8Array(publicKey), counter, transports: known };
}

/**
 * What a browser needs to show that a passkey is there.
 * @param known of the person who has given the password; undefined: whose it is, the passkey says, and it must have checked its owner
 */
export function passkeyOptions(visit: Visit, known: readonly Passkey[] | undefined): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { site, browserSecret } = visit;
  return generateAuthenticationOptions({
    rpID: site.url.hostname,
    challenge: makeChallenge(site, known === undefined ? 'sign-in' : 'factor', browserSecret),
    timeout,
    userVerification: known === undefined ? 'required' : 'discouraged',
    ...(known && { allowCredentials: known.map(idOf) }),
  });
}

/**
 * Whose passkey a browser has shown.
 * @param purpose `factor`: beside a password; `sign-in`: in place of it, so that the key must have checked its owner
 */
export async function shownPasskey(visit: Visit, purpose: 'factor' | 'sign-in', text: string): Promise<Passkey | undefined> {
  const read = parsed(assertion, text);
  const challenge = read && (await challengeIn(visit, purpose, read.response.clientDataJSON));
  if (read === undefined || challenge === undefined) return undefined;
  const passkey = await findPasskey(visit.site, read.id);
  if (passkey === undefined) return undefined;
  const { url } = visit.site;
  const { userHandle, ...response } = read.response;
  // who it says it is for must be whose it is (WebAuthn §7.2, step 6)
  if (userHandle && Buffer.from(userHandle, 'base64url').toString() !== passkey.entryUuid) return undefined;
  const { verified, authenticationInfo } = await orRefused(
    verifyAuthenticationResponse({
      response: { ...read, clientExtensionResults: {}, response },
      expectedChallenge: challenge,
      expectedOrigin: url.origin,
      expectedRPID: url.hostname,
      credential: { ...passkey, transports: passkey.transports.filter(isTransport) },
      requireUserVerification: purpose === 'sign-in',
    }),
  );
  if (!verified || authenticationInfo === undefined) return undefined;
  const isNew = await notePasskeyUse(visit.site, { id: passkey.id, counter: authenticationInfo.newCounter });
  return isNew ? passkey : undefined;
}

/** The challenge that an answer is for, used up; undefined when it is none of ours, or was answered before. */
async function challengeIn({ site, browserSecret }: Visit, purpose: ChallengePurpose, clientData: string): Promise<string | undefined> {
  const read = parsed(z.object({ challenge: base64 }), Buffer.from(clientData, 'base64url').toString());
  return read !== undefined && (await takeChallenge(site, purpose, browserSecret, read.challenge)) ? read.challenge : undefined;
}

/** The library throws for whatever is wrong with an answer. */
async function orRefused<T extends { readonly verified: boolean }>(verification: Promise<T>): Promise<T | Refused> {
  try {
    return await verification;
  } catch {
    return { verified: false };
  }
}

interface Refused {
  readonly verified: false;
  readonly registrationInfo?: undefined;
  readonly authenticationInfo?: undefined;
}

function parsed<T>(form: z.ZodType<T, z.ZodTypeDef, unknown>, text: string): T | undefined {
  if (text.length > longest) return undefined;
  try {
    return form.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function idOf({ id, transports: known }: Passkey): { readonly id: string; readonly transports: string[] } {
  return { id, transports: [...known] };
}
