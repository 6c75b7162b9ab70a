import type { Answer } from '../answer.ts';
import { clubName, type Site } from '../site.ts';
import type { Visit } from '../visit.ts';
import { ref } from './json-schema.ts';
import { type Operation, operations } from './operations.ts';
import { schemas } from './schemas.ts';
import { scopeOf } from './scopes.ts';

/** GET /openapi.json */
export function showOpenApi(visit: Visit): Answer {
  return {
    kind: 'file',
    body: JSON.stringify(openApi(visit.site)),
    type: 'application/json',
    headers: { 'cache-control': 'public, max-age=3600' },
  };
}

/** The description of what programs may ask for (OpenAPI 3.1). */
export function openApi(site: Site) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: clubName(site),
      version: '1',
      description:
        'Every page is there as JSON at its own address: ask with "Accept: application/json" and, for more than the public sees, with a token. What is sent may be a form or JSON. Errors are application/problem+json (RFC 9457).',
    },
    servers: [{ url: site.url.origin }],
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'Members make tokens at /me/tokens; each has scopes: read, write, board:read, board:write. Without the board’s scope a token of the board sees and does what any member’s does. No token sets passwords.',
        },
      },
    },
    paths,
  };
}

function described(operation: Operation) {
  const { method, path, summary, query = {}, body, answer, open, partly } = operation;
  const scope = scopeOf(operation);
  const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: ref('Problem') } } });
  const content = typeof answer === 'string' ? { [answer]: {} } : { 'application/json': { schema: answer } };
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const inQuery = Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema: { type: 'string' } }));
  const properties =
    body && Object.fromEntries(Object.entries(body).map(([name, description]) => [name, { type: ['string', 'array'], description }]));
  return {
    summary,
    operationId: `${method.toLowerCase()}${path.replace(/[^\w]+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace('/', 'Start')}`,
    description: scope === undefined ? '' : `Scope: ${scope}`,
    security: open ? [{}, { token: [] }] : [{ token: [] }],
    parameters: [...inPath, ...inQuery],
    ...(properties && { requestBody: { content: { 'application/json': { schema: { type: 'object', properties } } } } }),
    responses: {
      200: { description: 'Done', content },
      400: problem('The address or what was sent is mangled'),
      401: problem('There is no token, or it is not valid'),
      403: problem('The token or its owner may not do that'),
      404: problem('There is nothing, or it is not shown to the asker'),
      ...(method === 'POST' && {
        409: partly ? { description: 'Done in part', content } : problem('Somebody else was faster'),
        422: problem('What was sent can’t be taken; errors says why, field by field'),
      }),
    },
  };
}
