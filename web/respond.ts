import { gzipSync } from 'node:zlib';
import type { Answer, Notice, Page } from './answer.ts';
import type { Asset, AssetName } from './assets.ts';
import { pageElsewhere } from './hosts.ts';
import { personLine } from './people/person.ts';
import type { Problem } from './problem.ts';
import { render } from './render.ts';
import { signInPath } from './session/sign-in.ts';
import { clubName } from './site.ts';
import { Times } from './times.ts';
import type { Visit } from './visit.ts';
import { isWord } from './words.ts';

type HeaderFields = Readonly<Record<string, string>>;

export type Assets = Readonly<Record<AssetName, Asset>>;

/** Nothing but our own files runs or is loaded; nobody puts the site into a frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const guards: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Turns an answer into what goes over the wire: a page, a part of a page for htmx, or JSON. */
export function respond(visit: Visit, answer: Answer, assets: Assets): Promise<Response> {
  switch (answer.kind) {
    case 'redirect':
      return redirection(visit, answer);
    case 'file': {
      const { etag } = answer.headers ?? {};
      const isKnown = etag !== undefined && (visit.request.header('if-none-match') ?? '').split(/\s*,\s*/).includes(etag);
      const headers = { 'content-type': answer.type, ...answer.headers };
      return Promise.resolve(isKnown ? finished(visit, null, 304, headers) : finished(visit, answer.body, 200, headers));
    }
    case 'page':
      return visit.wantsJson ? json(visit, answer) : html(answer.visit ?? visit, answer, assets);
  }
}

/** @param problem what went wrong, as a page or as application/problem+json */
export async function respondProblem(visit: Visit, problem: Problem, assets: Assets): Promise<Response> {
  const { status, title, detail, headers = {} } = problem;
  if (visit.wantsJson) {
    const body = { type: 'about:blank', title, status, detail, instance: visit.url.pathname };
    return finished(visit, JSON.stringify(body), status, { 'content-type': 'application/problem+json', ...headers });
  }
  return html(visit, { kind: 'page', view: 'frame/problem', title, data: { detail, status }, status, headers }, assets);
}

async function redirection(visit: Visit, { to, notice, data }: Extract<Answer, { kind: 'redirect' }>): Promise<Response> {
  if (visit.wantsJson)
    return finished(visit, JSON.stringify(data ?? {}), 200, { 'content-type': 'application/json', 'content-location': to });
  const elsewhere = pageElsewhere(visit.site, visit.request);
  if (elsewhere !== undefined) return sentOn(visit, elsewhere);
  if (notice !== undefined) visit.cookies.set('notice', encodeURIComponent(JSON.stringify(notice)), 60);
  return finished(visit, null, 303, { location: to });
}

async function json(visit: Visit, { data, status = 200, errors, headers = {} }: Page): Promise<Response> {
  if (errors === undefined) return compressed(visit, JSON.stringify(data), { status, type: 'application/json', headers });
  const detail = visit.t('frame.wrongFields', { count: Object.keys(errors).length });
  const body = { type: 'about:blank', title: visit.t('error.title'), status, detail, instance: visit.url.pathname, errors };
  return compressed(visit, JSON.stringify(body), { status, type: 'application/problem+json', headers });
}

/** To the same page under another name. */
function sentOn(visit: Visit, to: string): Response {
  return finished(visit, null, 302, { location: to, vary: 'Accept' });
}

async function html(visit: Visit, page: Page, assets: Assets): Promise<Response> {
  const elsewhere = pageElsewhere(visit.site, visit.request);
  if (elsewhere !== undefined) return sentOn(visit, elsewhere);
  const { view, title, data, status = 200, errors = {}, form = {}, headers = {} } = page;
  const { site, t, language, me } = visit;
  const common = {
    t,
    language,
    data,
    errors,
    form,
    title,
    assets,
    visit,
    me: me && personLine(visit.as, me),
    club: clubName(site),
    times: new Times(language, t, site.settings.timeZone, site.clock()),
    csrf: () => visit.csrf,
    signIn: signInPath(visit.request),
  };
  const body = render(view, common);
  const isPart = visit.request.header('hx-request') === 'true' && visit.request.header('hx-boosted') !== 'true';
  const text = isPart ? body : render('frame/layout', { ...common, body, notice: takeNotice(visit) });
  return compressed(visit, text, { status, type: 'text/html; charset=utf-8', headers });
}

/** What the page before wanted to say. Its words are ours; what stands in the cookie only chooses among them. */
function takeNotice(visit: Visit): string | undefined {
  const cookie = visit.cookies.get('notice');
  if (cookie === undefined) return undefined;
  visit.cookies.set('notice', '', 0);
  try {
    const notice = JSON.parse(decodeURIComponent(cookie)) as Partial<Notice>;
    return typeof notice.word === 'string' && isWord(notice.word) ? visit.t(notice.word, notice.values) : undefined;
  } catch {
    return undefined;
  }
}

function compressed(
  visit: Visit,
  text: string,
  { status, type, headers: more }: { readonly status: number; readonly type: string; readonly headers?: HeaderFields },
): Response {
  const accepts = /\bgzip\b/.test(visit.request.header('accept-encoding') ?? '') && text.length > 1400;
  const headers = { 'content-type': type, vary: 'Accept, Accept-Encoding, Accept-Language, Cookie, HX-Request', ...more };
  if (!accepts) return finished(visit, text, status, headers);
  // packed lightly and at once: under steady load on one core the slow hundredth waited less than with level 5 on another thread
  return finished(visit, new Uint8Array(gzipSync(text, { level: 1 })), status, { ...headers, 'content-encoding': 'gzip' });
}

function finished(
  { cookies, request, site }: Visit,
  body: string | Uint8Array<ArrayBuffer> | null,
  status: number,
  given: Readonly<Record<string, string>>,
): Response {
  const headers = new Headers({ 'cache-control': 'no-store', ...guards, ...given });
  if (site.url.protocol === 'https:') headers.set('strict-transport-security', 'max-age=31536000');
  for (const cookie of cookies.changes) headers.append('set-cookie', cookie);
  return new Response(request.method === 'HEAD' ? null : body, { status, headers });
}
