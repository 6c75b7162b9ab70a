import type { DatabasePool } from 'slonik';
import type { Authenticator } from '../directory/core/authenticate.ts';
import type { Directory } from '../directory/core/directory.ts';
import type { Settings } from '../settings/settings.ts';
import type { Allowance } from './allowance.ts';
import type { Outbox } from './mail/outbox.ts';
import type { PeopleIndex } from './people/people-index.ts';
import type { SecretKey } from './session/secret-key.ts';
import type { Sessions } from './session/sessions.ts';

/** What every page may use. */
export interface Site {
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  /** For the site's own tables; whatever is an entry goes through the directory */
  readonly database: DatabasePool;
  readonly sessions: Sessions;
  readonly outbox: Outbox;
  readonly people: PeopleIndex;
  /** Encrypts what a copy of the database shall not tell */
  readonly secret: SecretKey;
  readonly settings: Settings;
  /** Address that people type, without a path */
  readonly url: URL;
  /** Milliseconds since 1970 */
  readonly clock: () => number;
  /** How often a client's address may ask this process to join */
  readonly joins: Allowance;
  /** How often a client's address may ask this process for a link to set a new password */
  readonly resets: Allowance;
  /** Does something when the answer has gone, so that its time tells nothing; an error goes into the log */
  readonly later: (work: () => Promise<void>) => void;
  /** Writes an unforeseen error into the log. @returns the number that a visitor may be told */
  readonly incident: (error: unknown) => string;
}

/** What the club is called. */
export function clubName({ settings, directory }: Pick<Site, 'settings' | 'directory'>): string {
  const { root } = directory.tree;
  return settings.clubName ?? (root === undefined ? undefined : directory.valuesOf(root, 'o')[0]?.toString()) ?? settings.baseDn;
}
