import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { HonoRequest } from 'hono';
import { Refusal } from './answer.ts';
import { Form, formOfJson, hasNul } from './form.ts';
import { mostWithKept } from './session/kept-form.ts';
import type { Site } from './site.ts';
import type { Request } from './visit.ts';

/** What the listener gives to the app. */
export interface Incoming {
  readonly incoming: IncomingMessage;
}

/** Bytes of a form without files. */
const usualMost = 256 * 1024;

/**
 * A request as pages want it. What a proxy says of the visitor is believed from the proxies of the settings alone.
 * @param most bytes that its body may have
 */
export function requestOf(req: HonoRequest, { incoming }: Incoming, site: Site, most = usualMost): Request {
  const { socket } = incoming;
  const peer = plainAddress(socket.remoteAddress ?? '');
  const isProxied = site.settings.webProxies.includes(peer);
  const forwarded = isProxied ? req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  const address = forwarded === undefined || forwarded === '' ? peer : forwarded;
  const isLocal = /^(127\.|::1$)/.test(peer) && req.header('x-forwarded-for') === undefined;
  const length = Number(req.header('content-length') ?? Number.NaN);
  let form: Promise<Form> | undefined;
  return {
    method: req.method,
    url: new URL(req.url),
    parameters: req.param(),
    header: (name) => req.header(name),
    address,
    encrypted:
      socket instanceof TLSSocket ||
      (isProxied && req.header('x-forwarded-proto') === 'https') ||
      (isLocal && site.settings.cleartext === 'loopback'),
    largeBody: length > mostWithKept && length <= most ? length : 0,
    form: () => (form ??= readForm(req, length, most)),
  };
}

/** Is it an address that somebody can mean? What is escaped in it has to be UTF-8 (RFC 3986 §2.1, §2.5), and no NUL. */
export function isMeant({ pathname, search }: URL): boolean {
  try {
    return !hasNul(decodeURIComponent(pathname + search));
  } catch {
    return false;
  }
}

/** IPv4 in IPv6's clothes (RFC 4291 §2.5.5.2) is IPv4. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

async function readForm(req: HonoRequest, length: number, most: number): Promise<Form> {
  // without a length there would be no telling before it is all in memory
  if (!(length <= most)) {
    if (Number.isNaN(length) && req.raw.body === null) return new Form([]);
    throw new Refusal(413, 'error.tooLarge', { size: size(most) });
  }
  const type = req.header('content-type') ?? '';
  try {
    if (/^application\/json\b/.test(type)) return formOfJson(await req.json());
    if (/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(type)) return new Form((await req.formData()).entries());
  } catch {
    throw new Refusal(400, 'error.malformed');
  }
  return new Form([]);
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${Math.round(bytes / 1024 / 1024)} MB`;
}
