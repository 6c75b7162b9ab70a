import { CheckFailed } from './finding.ts';
import { kinds } from './kinds.ts';
import type { Judge, Report, Service } from './service.ts';

/** A service that is to be looked at. */
export interface Asked {
  readonly url: string;
  /** Name and address, where they are not those of the URL */
  readonly name?: string;
  readonly address?: string;
  readonly loopbackOnly?: boolean;
  /** It is no mistake that nobody is there */
  readonly mayBeDown?: boolean;
  /** Milliseconds that each reply is waited for, instead of 5000 */
  readonly patience?: number;
}

/** The lines on one service, and whether anything is wrong or could not be judged. */
export interface Lines {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

/** Looks at all services at once. @param base suffix of the directory @returns the answers in the order of what was asked */
export function checkServices(asked: readonly Asked[], base: string, judge: Judge): Promise<Lines[]> {
  return Promise.all(asked.map((each) => checkOne(each, base, judge)));
}

async function checkOne(asked: Asked, base: string, judge: Judge): Promise<Lines> {
  const url = asked.url.replace(/\/\/[^/@]*@/, '//…@'); // a password that somebody has written into it
  try {
    const { findings, summary } = await look(asked, base, judge);
    const lines = findings.map(({ level, text }) => `${level}: ${url}: ${text}`);
    const isWrong = findings.some(({ level }) => level !== 'warning');
    return { lines: isWrong ? lines : [`ok: ${url}: ${summary}`, ...lines], ok: !isWrong };
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    if (asked.mayBeDown === true && error.code === 'ECONNREFUSED') return { lines: [`not running: ${url}`], ok: true };
    return { lines: [`wrong: ${url}: ${error.message}`], ok: false };
  }
}

async function look(asked: Asked, base: string, judge: Judge): Promise<Report> {
  const [, scheme = '', six, written = '', digits, path = '/'] =
    /^([a-z][a-z\d]*):\/\/(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?(\/\S*)?$/i.exec(asked.url) ?? [];
  const kind = Object.hasOwn(kinds, scheme.toLowerCase()) ? kinds[scheme.toLowerCase()] : undefined;
  const [host, port] = [six ?? written, digits === undefined ? (kind?.port ?? 0) : Number(digits)];
  if (scheme === '' || port > 65535)
    throw new CheckFailed('is no URL of a service, like imap://mail.example.org or xmpp://example.org:5222');
  if (kind === undefined) throw new CheckFailed(`${scheme} is not known here; ${Object.keys(kinds).join(', ')} are`);
  const service: Service = {
    url: asked.url,
    place: { host: asked.address ?? host, port, ...(asked.patience === undefined ? {} : { patience: asked.patience }) },
    party: partyOf(scheme.toLowerCase(), asked.name ?? host, path, base),
    path,
    loopbackOnly: asked.loopbackOnly ?? false,
  };
  return kind.check(service, judge);
}

/** In XMPP the path names a domain that is not that of the host, in LDAP (RFC 4516) the suffix. */
function partyOf(scheme: string, name: string, path: string, base: string): Service['party'] {
  const further = decoded(path.slice(1));
  if (scheme.startsWith('xmpp') && further !== '') return { name: further, base };
  return { name, base: scheme.startsWith('ldap') && further !== '' ? further : base };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
