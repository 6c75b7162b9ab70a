import { Channel, isLoopback } from './channel.ts';
import { CheckFailed, type Finding, quoted } from './finding.ts';
import type { Check, Report, Service } from './service.ts';
import { secure, tryOldTls } from './tls.ts';

const mostRedirects = 5;

interface Answer {
  readonly status: number;
  /** Text of the header of this name, empty when it is missing */
  header(name: string): string;
}

async function get(channel: Channel, { host, port }: Service['place'], path: string): Promise<Answer> {
  const name = host.includes(':') ? `[${host}]` : host;
  channel.send(`GET ${path} HTTP/1.1\r\nHost: ${name}:${port}\r\nUser-Agent: mos-check\r\nAccept: text/html\r\nConnection: close\r\n\r\n`);
  const head = await channel.receiveText(/^[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n/);
  const [, digits] = /^HTTP\/1\.[01] (\d{3})\b/.exec(head) ?? [];
  if (digits === undefined) throw new CheckFailed(`does not speak HTTP: it says ${quoted(head)}`);
  const headers = head.split(/\r?\n/).slice(1);
  const header = (wanted: string) =>
    headers.flatMap((line) => (line.toLowerCase().startsWith(`${wanted}:`) ? [line.slice(wanted.length + 1).trim()] : [])).join(', ');
  return { status: Number(digits), header };
}

const wrong = (text: string): Report => ({ findings: [{ level: 'wrong', text: `${text}: send everybody to https://` }], summary: '' });
const fine = (summary: string): Report => ({ findings: [], summary });

/** Without TLS: everybody is sent to https, or nothing is there. Over loopback that is the proxy's to do. */
export const http: Check = async (service, judge) => {
  const channel = await openIfThere(service);
  const isLocal = channel !== undefined && isLoopback(channel.address);
  channel?.close();
  return isLocal ? fine('is reached over loopback, so nothing leaves this machine') : pagesWithoutTls(service, judge);
};

/** The same wherever it is. */
export const pagesWithoutTls: Check = async (service) => {
  let path = service.path;
  for (let count = 0; count < mostRedirects; count++) {
    const channel = await openIfThere(service);
    if (channel === undefined) return fine('nothing answers without TLS');
    try {
      const next = await lookAtPage(channel, service, path);
      if (typeof next !== 'string') return next;
      path = next;
    } finally {
      channel.close();
    }
  }
  return wrong(`sends browsers round in circles without TLS (${mostRedirects} times)`);
};

async function openIfThere({ place }: Service): Promise<Channel | undefined> {
  try {
    return await Channel.open(place);
  } catch (error) {
    if (error instanceof CheckFailed && error.code === 'ECONNREFUSED') return undefined;
    throw error;
  }
}

/** @returns what is to be said of it, or the path that browsers are sent to next */
async function lookAtPage(channel: Channel, { place }: Service, path: string): Promise<Report | string> {
  const { status, header } = await get(channel, place, path);
  const location = header('location');
  const here = new URL(`http://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}${path}`);
  if (status >= 300 && status < 400 && location !== '') {
    if (!URL.canParse(location, here.href)) return wrong(`sends browsers to ${quoted(location)}`);
    const next = new URL(location, here);
    if (next.protocol === 'https:') return fine('sends everybody to https');
    return next.origin === here.origin ? `${next.pathname}${next.search}` : wrong(`sends browsers to ${quoted(next.origin)}`);
  }
  if (/\bbasic\b/i.test(header('www-authenticate'))) return wrong('asks for a password without TLS (Basic)');
  if (/<input\b[^>]*\btype\s*=\s*["']?password/i.test(await channel.receiveRest())) return wrong('shows a login form without TLS');
  if (status >= 500) throw new CheckFailed(`does not answer: it says ${status}`);
  return status >= 400 ? fine(`refuses without TLS (${status})`) : wrong('shows pages without TLS');
}

/** Over TLS: a good certificate, no way back, and browsers are told to stay (RFC 6797). */
export const https: Check = async ({ place, party, path }, judge) => {
  const opened = () => Channel.open(place);
  const channel = await opened();
  try {
    const findings: Finding[] = await secure(channel, party.name, judge);
    const { header } = await get(channel, place, path);
    findings.push(...(await tryOldTls(opened, party.name)));
    if (/^http:/i.test(header('location'))) findings.push({ level: 'wrong', text: `sends browsers back to ${quoted(header('location'))}` });
    if (!/\bmax-age\s*=\s*"?[1-9]/i.test(header('strict-transport-security')))
      findings.push({
        level: 'warning',
        text: 'does not tell browsers to stay with TLS: send Strict-Transport-Security: max-age=31536000',
      });
    return { findings, summary: 'TLS' };
  } finally {
    channel.close();
  }
};
