/** Mailman can't be asked, or answers nothing that we understand: whatever is left to do has no chance either. */
export class MailmanAway extends Error {
  override readonly name = 'MailmanAway';
}

/** Mailman understands a request and does not do it. */
export class MailmanRefuses extends Error {
  override readonly name = 'MailmanRefuses';

  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Fields = Readonly<Record<string, string>>;
export type Json = Readonly<Record<string, unknown>>;
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface Rest {
  /**
   * @param fields for GET and DELETE they go into the address, otherwise into a form
   * @returns what was answered; empty when nothing was
   * @throws MailmanAway, MailmanRefuses
   */
  ask(method: Method, path: string, fields?: Fields): Promise<Json>;
}

/** Answers are read up to here; a page of a hundred members has 60 KB. */
const mostBytes = 16 * 1024 ** 2;

/**
 * Mailman's REST interface, version 3.1.
 * @param url with user name and password, as in MOS_MAILMAN_URL
 * @param timeout of one request, in seconds
 */
export function openRest(url: string, timeout = 30): Rest {
  const { origin, pathname, username, password } = new URL(url);
  const base = `${origin}${pathname.replace(/\/+$/, '')}/3.1/`;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers = { authorization: `Basic ${Buffer.from(login).toString('base64')}`, accept: 'application/json' };

  return {
    async ask(method, path, fields = {}) {
      const form = new URLSearchParams(fields);
      const inAddress = (method === 'GET' || method === 'DELETE') && form.size > 0;
      const what = `${method} ${base}${path}`;
      let status: number;
      let text: string;
      try {
        const response = await fetch(`${base}${path}${inAddress ? `?${form}` : ''}`, {
          method,
          headers,
          redirect: 'error',
          signal: AbortSignal.timeout(timeout * 1000),
          ...(method === 'POST' || method === 'PATCH' ? { body: form } : {}),
        });
        status = response.status;
        text = await readText(response);
      } catch (error) {
        throw new MailmanAway(`${what}: ${whyNot(error, timeout)}`, { cause: error });
      }
      return understood(what, status, text);
    },
  };
}

async function readText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new Error('the answer does not end');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function whyNot(error: unknown, timeout: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `Mailman has not answered within ${timeout} seconds`;
  // fetch says "fetch failed", and why in its cause
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause);
  return `no answer (${why}): is Mailman's core running, and is MOS_MAILMAN_URL where its REST interface listens?`;
}

function understood(what: string, status: number, text: string): Json {
  if (status === 401)
    throw new MailmanAway(
      `${what}: Mailman refuses the user name or the password of MOS_MAILMAN_URL; mailman.cfg has admin_user and admin_pass`,
    );
  if (status >= 500) throw new MailmanAway(`${what}: Mailman has failed (${status}); its log mailman.log tells why`);
  const json = parsed(text);
  if (status >= 400) throw new MailmanRefuses(status, reason(json) ?? `${what} was answered with ${status}`);
  if (json === undefined) throw new MailmanAway(`${what}: the answer is not that of Mailman's REST interface; is MOS_MAILMAN_URL right?`);
  return json;
}

function parsed(text: string): Json | undefined {
  if (text === '') return {};
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function reason(json: Json | undefined): string | undefined {
  const description = json?.['description'] ?? json?.['title'];
  return typeof description === 'string' && description !== '' ? description : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
