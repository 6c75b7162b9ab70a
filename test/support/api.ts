// Programs that use the site with a token.
import * as assert from 'uvu/assert';
import type { TestSite, Visitor } from './site.ts';

/** A new token of whoever is signed in. @returns it, as it is shown this once */
export async function makeTokenOf(visitor: Visitor, ...scopes: readonly string[]): Promise<string> {
  await visitor.get('/me/tokens');
  const { status, text } = await visitor.post('/me/tokens', { name: 'test', scope: scopes, days: '30' });
  const token = />(mos_[\w-]{43})</.exec(text)?.[1];
  assert.ok(token, `${status} ${text}`);
  return token;
}

export interface Told {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each answer has its own shape
  readonly data: any;
}

/** What a program is told. @param body is sent as JSON, and makes it a POST unless another method is named */
export async function ask(
  { url }: Pick<TestSite, 'url'>,
  token: string | undefined,
  path: string,
  body?: unknown,
  more: { readonly method?: string; readonly accept?: string } = {},
): Promise<Told> {
  const { method = body === undefined ? 'GET' : 'POST', accept = 'application/json' } = more;
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      accept,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, headers: answer.headers, data: /json/.test(type) && text !== '' ? JSON.parse(text) : text };
}
