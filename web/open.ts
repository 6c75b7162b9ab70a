import { join } from 'node:path';
import type { DatabasePool } from 'slonik';
import type { Authenticator } from '../directory/core/authenticate.ts';
import type { Directory } from '../directory/core/directory.ts';
import { domainOf } from '../settings/club.ts';
import type { Settings } from '../settings/settings.ts';
import { Afterwards } from './afterwards.ts';
import { Allowance } from './allowance.ts';
import { sweepTokens } from './api/tokens.ts';
import { ApprovalNotices } from './board/approval-notices.ts';
import { tellFormerAddresses } from './mail/address-notices.ts';
import { makeCarrier } from './mail/carrier.ts';
import { Outbox } from './mail/outbox.ts';
import { PeopleIndex } from './people/people-index.ts';
import { secretKeyOf } from './session/secret-key.ts';
import { Sessions } from './session/sessions.ts';
import { clubName, type Site } from './site.ts';

export interface SiteParts {
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  readonly database: DatabasePool;
  readonly settings: Settings;
  readonly incident: (error: unknown) => string;
  readonly warn: (text: string, error: unknown) => void;
  /** Milliseconds since 1970 */
  readonly clock?: () => number;
}

/** A site that is open, and what it does beside answering requests. */
export interface OpenSite extends Site {
  /** When what pages have begun beside their answers is done */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds after a change until sessions and tokens are looked at that it may have ended. */
const sweepAfter = 200;
const sweepEvery = 600_000;

/** Joins what the pages need, and starts what runs beside them: outgoing mail, and the end of sessions. */
export function openSite({ settings, directory, warn, clock = Date.now, ...parts }: SiteParts): OpenSite {
  const { database } = parts;
  const sessions = new Sessions({ directory, database, clock, days: settings.sessionDays });
  const afterwards = new Afterwards(warn);
  const site: Omit<Site, 'outbox'> = {
    ...parts,
    settings,
    directory,
    clock,
    sessions,
    secret: secretKeyOf(settings),
    people: new PeopleIndex(directory),
    joins: new Allowance({ most: 5, seconds: 3600 }, clock),
    resets: new Allowance({ most: 10, seconds: 3600 }, clock),
    later: (work) => afterwards.later(work),
    url: siteUrl(settings),
  };
  const from = { name: clubName(site), address: settings.mailFrom ?? `mos@${domainOf(settings)}` };
  const carrier = makeCarrier({ url: settings.mailUrl, folder: join(settings.var, 'mail'), from });
  const outbox = new Outbox({ database, carrier, clock, warn });
  outbox.start();
  const notices = new ApprovalNotices({ ...site, outbox }, warn);
  notices.start();
  tellFormerAddresses({ ...site, outbox });
  let timer: NodeJS.Timeout | undefined;
  const sweep = () => {
    timer = undefined;
    const ended = Promise.all([sessions.sweep(), sweepTokens({ database, sessions })]);
    ended.catch((error: unknown) => warn('sessions and tokens that are over could not be ended', error));
  };
  const soon = () => {
    timer ??= setTimeout(sweep, sweepAfter).unref();
  };
  const unfollow = directory.tree.follow(soon);
  const interval = setInterval(soon, sweepEvery).unref();
  return {
    ...site,
    outbox,
    settled: () => afterwards.settled(),
    async close() {
      await afterwards.settled();
      unfollow();
      clearInterval(interval);
      clearTimeout(timer);
      await notices.stop();
      await outbox.stop();
    },
  };
}

/** MOS_WEB_URL, or where it listens. */
function siteUrl({ webUrl, webListen, host }: Settings): URL {
  if (webUrl !== undefined) return webUrl;
  const { scheme, host: address, port } = webListen;
  const isOpen = address === '::' || address === '0.0.0.0';
  const name = isOpen ? (host ?? 'localhost') : address.includes(':') ? `[${address}]` : address;
  return new URL(`${scheme}://${name}:${port}`);
}
