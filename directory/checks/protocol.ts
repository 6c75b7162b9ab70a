import type { Channel } from './channel.ts';

/** How far a conversation has come: `plain`, TLS begun within it (`started`), or TLS from its first byte (`direct`). */
export type Stage = 'plain' | 'started' | 'direct';

/** What a server offers at a stage. */
export interface Offer {
  /** Ways to log in that send the password itself, in the protocol's words, like `AUTH=PLAIN` */
  readonly passwords: readonly string[];
  /** Ways to log in by a proof that is made of the password, like `CRAM-MD5`: who listens can try guesses against it */
  readonly proofs: readonly string[];
  readonly startTls: boolean;
}

/** Whom the conversation is about. */
export interface Party {
  /** The name that the certificate must have; in XMPP the domain */
  readonly name: string;
  /** Suffix of a directory */
  readonly base: string;
}

/** What differs between protocols that have StartTLS. Every function throws CheckFailed when the other side does not follow the protocol. */
export interface Protocol {
  /** Reads the greeting, if there is one at this stage, and asks what is offered. */
  offer(channel: Channel, party: Party, stage: Stage): Promise<Offer>;
  /**
   * Tries a made-up name and password without TLS, which reaches nobody's account.
   * @returns what the server said when it took them for something to look at; undefined when it refused for want of TLS
   */
  tryPassword(channel: Channel, party: Party): Promise<string | undefined>;
  /** Asks for TLS. @returns the refusal, if it is one */
  startTls(channel: Channel, party: Party): Promise<string | undefined>;
}

/** Splits the mechanisms of SASL (RFC 4422) into those that send the password and those that prove it. */
export function sorted(mechanisms: readonly string[], word = (mechanism: string) => mechanism): Pick<Offer, 'passwords' | 'proofs'> {
  const upper = mechanisms.map((each) => each.toUpperCase());
  return {
    passwords: upper.filter((each) => each === 'PLAIN' || each === 'LOGIN').map(word),
    proofs: upper.filter((each) => /^(CRAM-|DIGEST-|SCRAM-|NTLM$|LM$|APOP$)/.test(each)).map(word),
  };
}

/** A refusal that speaks of TLS, and not of the password. */
export function isAboutTls(text: string): boolean {
  return /TLS|SSL|PRIVACYREQUIRED|ENCRYPT|plain-?text|secure|confidential/i.test(text);
}
