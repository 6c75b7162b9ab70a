import { Hono } from 'hono';
import { type Answer, notFound, Refusal, redirect } from './answer.ts';
import { checkScope } from './api/scopes.ts';
import { findToken } from './api/tokens.ts';
import { loadAssets } from './assets.ts';
import { Cookies } from './cookies.ts';
import { pathWithin } from './hosts.ts';
import { LargeBodies } from './large-bodies.ts';
import { askForProof } from './me/proof.ts';
import { problemOf } from './problem.ts';
import type { Incoming } from './request.ts';
import { isMeant, requestOf } from './request.ts';
import { respond, respondProblem } from './respond.ts';
import { type Route, routes } from './routes.ts';
import { keptFormPage } from './session/arrival.ts';
import { keepForm } from './session/kept-form.ts';
import { signInAgain, signInPath } from './session/sign-in.ts';
import type { Site } from './site.ts';
import { Visit } from './visit.ts';

/** The whole site: every route of the table, with what goes for all of them. */
export function makeApp(site: Site): Hono<{ Bindings: Incoming }> {
  const app = new Hono<{ Bindings: Incoming }>({ getPath: (raw) => pathWithin(site, new URL(raw.url)) });
  const assets = loadAssets(site.settings.clubColour);
  const bodies = new LargeBodies();
  for (const asset of Object.values(assets)) {
    app.get(asset.path, ({ req }) => {
      const accepted = req.header('accept-encoding') ?? '';
      const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : 'identity';
      return new Response(asset.encodings[encoding], {
        headers: {
          'content-type': asset.type,
          'cache-control': 'public, max-age=31536000, immutable',
          vary: 'Accept-Encoding',
          'x-content-type-options': 'nosniff',
          ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
        },
      });
    });
  }
  const answer = async (route: Route | undefined, raw: Parameters<typeof requestOf>[0], incoming: Incoming) => {
    const request = requestOf(raw, incoming, site, route?.most);
    const cookies = new Cookies(request.header('cookie') ?? '', site.url.protocol === 'https:');
    let visit = new Visit(site, request, cookies, {});
    try {
      if (!isMeant(visit.url)) throw new Refusal(400, 'error.malformedAddress');
      visit = await recognized(visit);
      if (route === undefined) throw nothingThere(app, raw.path);
      if (visit.token !== undefined) checkScope(visit.token, route);
      return await respond(visit, await answerOf(visit, route, bodies), assets);
    } catch (error) {
      return respondProblem(visit, problemOf(site, visit.t, error), assets);
    }
  };
  for (const route of routes) app.on(route.method, route.path, ({ req, env }) => answer(route, req, env));
  app.notFound(({ req, env }) => answer(undefined, req, env));
  return app;
}

/** No such address; or there is one, for other methods (RFC 9110 §15.5.6). */
function nothingThere(app: ReturnType<typeof makeApp>, path: string): Refusal {
  const takes = (method: string) => app.router.match(method, path)[0].length > 0;
  const allow = [...(takes('GET') ? ['GET', 'HEAD'] : []), ...(takes('POST') ? ['POST'] : [])].join(', ');
  return allow === '' ? notFound() : new Refusal(405, 'error.method', { allow }, { allow });
}

/** With the token of a program, or with a session. A program that shows a token is nobody else, whatever cookies it has. */
async function recognized({ site, request, cookies }: Visit): Promise<Visit> {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '') ?? [];
  if (bearer !== undefined) {
    const token = request.encrypted ? await findToken(site, bearer) : undefined;
    if (token === undefined) throw new Refusal(401, 'error.token');
    return new Visit(site, request, cookies, { token });
  }
  const cookie = cookies.get('session');
  const session = cookie === undefined ? undefined : await site.sessions.find(cookie);
  return new Visit(site, request, cookies, { session });
}

async function answerOf(visit: Visit, route: Route, bodies: LargeBodies): Promise<Answer> {
  const { largeBody } = visit.request;
  try {
    if (largeBody === 0) return await asked(visit, route);
    // before any of it is read, so that strangers can't fill the memory; then it is held until it is worked up
    return (await askWho(visit, route)) ?? (await bodies.holding(largeBody, senderOf(visit), () => asked(visit, route)));
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 413 || route.tooLarge === undefined) throw error;
    // it changes nothing, so it does not matter that the token has not been read either
    return (await askWho(visit, { ...route, method: 'GET' })) ?? (await route.tooLarge(visit));
  }
}

async function asked(visit: Visit, route: Route): Promise<Answer> {
  return (await askOrigin(visit, route)) ?? (await askWho(visit, route)) ?? (await route.handle(visit));
}

/** What every form is asked first: that it is ours. */
async function askOrigin(visit: Visit, { method, who = 'anyone' }: Route): Promise<Answer | undefined> {
  if (method === 'GET' || visit.token !== undefined || (await isFromUs(visit))) return undefined;
  // the page is older than the session, or the cookie has gone: it was ours, and whoever has it may send it with a new token
  const kept = !visit.wantsJson && isSentFromUs(visit) ? await keepForm(visit) : undefined;
  if (kept === undefined) throw new Refusal(403, 'error.origin');
  return who !== 'anyone' && visit.identity.kind === 'anonymous' ? signInAgain(visit, kept) : keptFormPage(visit, kept, 403);
}

/** What a route asks for before its handler is called: that somebody is signed in, and is not to do something else first. */
async function askWho(visit: Visit, { method, who = 'anyone', proof, beforeChange }: Route): Promise<Answer | undefined> {
  if (visit.mustChangePassword && !beforeChange) {
    if (method === 'GET' && !visit.wantsJson) return redirect('/me/password');
    throw new Refusal(403, 'password.must');
  }
  if (who === 'anyone') return undefined;
  if (visit.identity.kind === 'anonymous') {
    if (method === 'GET' && !visit.wantsJson) return redirect(signInPath(visit.request), { word: 'error.signIn' });
    if (!visit.wantsJson && visit.token === undefined)
      return signInAgain(visit, visit.request.largeBody > 0 ? undefined : await keepForm(visit));
    throw new Refusal(401, 'error.signIn');
  }
  if (who === 'board' && !visit.isBoard) throw new Refusal(403, 'error.forbidden');
  if (proof === undefined) return undefined;
  return askForProof(
    visit,
    proof.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(visit.param(name))),
  );
}

/** Another site can make a browser send a form here, with cookies; but it can't know what ours carry. */
async function isFromUs(visit: Visit): Promise<boolean> {
  const origin = visit.request.header('origin');
  if (origin !== undefined && origin !== 'null' && !isSentFromUs(visit)) return false;
  const header = visit.request.header('x-csrf-token');
  return visit.isOwnForm(header ?? (await visit.request.form()).raw('csrf'));
}

/** Does the browser itself say so (RFC 6454 §7)? */
function isSentFromUs({ request, site, url }: Visit): boolean {
  const origin = request.header('origin');
  return origin === site.url.origin || origin === url.origin;
}

function senderOf({ identity, request }: Visit): string {
  return identity.kind === 'entry' ? identity.uuid : identity.kind === 'root' ? 'root' : request.address;
}
