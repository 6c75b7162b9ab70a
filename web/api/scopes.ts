import type { Identity } from '../../directory/core/access.ts';
import { Refusal } from '../answer.ts';
import type { ApiToken, Scope } from './tokens.ts';

/** A route, as far as it says which tokens open it. */
export interface Opened {
  readonly method: string;
  readonly path: string;
  readonly proof?: string;
}

/** Pages for people alone: what they type there, passwords above all, is no business of a program. */
const forPeople = ['/board/app-passwords/:name', '/sign-in', '/sign-out', '/me', '/join', '/forgot', '/reset', '/language', '/dev'];

/** Which scope a page takes; undefined: no token opens it, nor one that asks for the password once more. */
export function scopeOf({ method, path, proof }: Opened): Scope | undefined {
  if (proof !== undefined || forPeople.some((each) => path === each || path.startsWith(`${each}/`))) return undefined;
  const right = rightOf(method);
  return path === '/board' || path.startsWith('/board/') || path.startsWith('/directory') ? `board:${right}` : right;
}

/** @throws Refusal 403 when the token does not open this page */
export function checkScope(token: ApiToken, route: Opened): void {
  const scope = scopeOf(route);
  if (scope === undefined) throw new Refusal(403, 'error.noTokens');
  if (!token.scopes.includes(scope)) throw new Refusal(403, 'error.scope', { scope });
}

/** Who asks with a token: its owner, with the rights of any member where the board's scope is missing for what the request does. */
export function identityOf({ entryUuid, scopes }: ApiToken, method: string): Extract<Identity, { kind: 'entry' }> {
  return { kind: 'entry', uuid: entryUuid, token: { roles: scopes.includes(`board:${rightOf(method)}`) } };
}

function rightOf(method: string): 'read' | 'write' {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}
