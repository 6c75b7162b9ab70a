import type { SecureContext } from 'node:tls';
import type { Place } from './channel.ts';
import type { Finding } from './finding.ts';
import type { Party } from './protocol.ts';

/** A service as it is looked at. */
export interface Service {
  /** As the administrator wrote it; reports begin with it */
  readonly url: string;
  readonly place: Place;
  readonly party: Party;
  /** From the URL, with its slash; `/` if there was none */
  readonly path: string;
  /** It is known to listen on loopback alone, so passwords that it takes never leave this machine */
  readonly loopbackOnly: boolean;
}

/** What certificates are judged by. */
export interface Judge {
  /** The authorities that are trusted */
  readonly trusted: SecureContext;
  readonly now: Date;
}

/** What came out for one service. */
export interface Report {
  /** Nothing wrong: nothing in it, or warnings alone */
  readonly findings: readonly Finding[];
  /** What to say when nothing is wrong */
  readonly summary: string;
}

/** Looks at a service from outside. @throws CheckFailed when it does not answer as its protocol wants */
export type Check = (service: Service, judge: Judge) => Promise<Report>;
