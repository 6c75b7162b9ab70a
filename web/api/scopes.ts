import { Refusal } from '../answer.ts';
import type { ApiToken, Scope } from './tokens.ts';

/** Pages for people alone: what they type there, passwords above all, is no business of a program. */
const forPeople = ['/board/people', '/sign-in', '/sign-out', '/me', '/join', '/forgot', '/reset', '/language', '/dev'];

/** Which scope a page takes; undefined: no token opens it. */
export function scopeOf({ method, path }: { readonly method: string; readonly path: string }): Scope | undefined {
  if (forPeople.some((each) => path === each || path.startsWith(`${each}/`))) return undefined;
  const right = method === 'GET' ? 'read' : 'write';
  return path === '/board' || path.startsWith('/board/') || path.startsWith('/directory') ? `board:${right}` : right;
}

/** @throws Refusal 403 when the token does not open this page */
export function checkScope(token: ApiToken, route: { readonly method: string; readonly path: string }): void {
  const scope = scopeOf(route);
  if (scope === undefined) throw new Refusal(403, 'error.noTokens');
  if (!token.scopes.includes(scope)) throw new Refusal(403, 'error.scope', { scope });
}
