import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JsonSchema } from '../../web/api/json-schema.ts';
import { openApi } from '../../web/api/openapi.ts';
import { operations } from '../../web/api/operations.ts';
import { schemas } from '../../web/api/schemas.ts';
import { scopeOf } from '../../web/api/scopes.ts';
import { routes } from '../../web/routes.ts';
import { ask, makeTokenOf, type Told } from '../support/api.ts';
import { base } from '../support/directory.ts';
import { type FurnishedSite, furnishedSite } from '../support/furnished-site.ts';

/** Every address that a token opens is described, and answers as it is described. */
const test = suite('the API, address by address');
const people = `ou=people,${base}`;
const all = ['read', 'write', 'board:read', 'board:write'];
let club: FurnishedSite;
/** Ada is of the board, bob is not. */
let tokens: Readonly<Record<'ada' | 'bob', string>>;

test.before(async () => {
  club = await furnishedSite();
  tokens = {
    ada: await makeTokenOf(await club.site.as('ada'), ...all),
    bob: await makeTokenOf(await club.site.as('bob'), 'read', 'write'),
  };
});
test.after(() => club.site.stop());

const ajv = new Ajv2020({ strict: false, allErrors: true });
// the package says default, Node takes the module itself
(formats as unknown as { default: (ajv: unknown) => void }).default(ajv);

/** Is it what the description of this address says? */
function check({ status, type, data }: Told, answer: JsonSchema | string): void {
  assert.is(status, 200, JSON.stringify(data));
  assert.ok(type.startsWith(typeof answer === 'string' ? answer : 'application/json'), type);
  if (typeof answer === 'string') return;
  const validate = ajv.compile({ ...answer, components: { schemas } });
  assert.ok(validate(data), JSON.stringify([validate.errors, data], undefined, 1));
}

const named = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;

test('every route that a token opens is described, and no other; those that need none say so', () => {
  const opened = routes.filter((route) => scopeOf(route) !== undefined);
  assert.equal(operations.map(named).sort(), opened.map(named).sort());
  const isOpen = ({ who = 'anyone' }: { readonly who?: string }) => who === 'anyone';
  assert.equal(
    operations
      .filter(({ open }) => open)
      .map(named)
      .sort(),
    opened.filter(isOpen).map(named).sort(),
  );
});

test('the description is OpenAPI 3.1 with a problem for each way to fail', async () => {
  const { status, data } = await ask(club.site, undefined, '/openapi.json');
  assert.equal([status, data.openapi, data], [200, '3.1.0', JSON.parse(JSON.stringify(openApi(club.site.site)))]);
  const ids = Object.values(data.paths).flatMap((path) =>
    Object.values(path as object).map((each) => (each as { operationId: string }).operationId),
  );
  assert.is(new Set(ids).size, ids.length);
  assert.equal(
    ids.filter((id) => !/^\w+$/.test(id)),
    [],
  );
});

/** Further questions to an address. */
const more: Readonly<Record<string, readonly string[]>> = {
  '/people': ['/people?q=weav', '/people?page=2'],
  '/people/:name': ['/people/bob?as=public', '/people/ada'],
  '/people/:name/edit': ['/people/ada/edit'],
  '/people/:name/history': ['/people/cleo/history'],
  '/board/members': ['/board/members?status=applicant', '/board/members?only=deletion'],
  '/board/groups/preview': ['/board/groups/preview', '/board/groups/preview?filter=((('],
  '/board/groups/:name': ['/board/groups/board', '/board/groups/members?filter=(uid%3D*)'],
  '/board/log': ['/board/log?state=pending', '/board/log?operation=add'],
  '/directory': ['/directory', `/directory?filter=${encodeURIComponent('(uid=b*)')}`],
  '/directory/edit': [`/directory/edit?dn=${encodeURIComponent(`uid=bob,${people}`)}&more=1`],
  '/directory/add': [`/directory/add?parent=${encodeURIComponent(people)}`],
};
for (const { method, path, answer } of operations) {
  if (method !== 'GET') continue;
  test(`GET ${path} answers as it is described`, async () => {
    const usual = club.examples[path] ?? path.replace(/:\w+/g, (parameter) => club.examples[parameter] ?? parameter);
    for (const address of [usual, ...(more[path] ?? [])]) check(await ask(club.site, tokens.ada, address), answer);
  });
}

test('what a page for changing shows stands in its JSON: values, rights, and who sees them', async () => {
  const { data } = await ask(club.site, tokens.bob, '/people/bob/edit');
  const field = (name: string) => data.fields.find((each: { attribute: string }) => each.attribute === name);
  assert.equal(field('mobile'), {
    ...{ attribute: 'mobile', right: 'write', most: field('mobile').most, values: ['+43 1 23456789'] },
    ...{ level: 'board', levels: ['public', 'members', 'board', 'self'] },
  });
  assert.is(field('mail').right, 'propose');
  assert.equal([data.photo.has, data.photo.level], [true, 'members']);
  const entry = await ask(club.site, tokens.ada, club.examples['/directory/edit'] ?? '');
  const attribute = (name: string) => entry.data.attributes.find((each: { name: string }) => each.name === name);
  assert.equal(attribute('sn'), { name: 'sn', required: true, single: false, secret: false, values: ['bob'] });
  assert.ok(attribute('jpegPhoto').values[0].base64.startsWith('/9j/'));
  assert.is(attribute('userPassword'), undefined);
});

const at = (path: string, dn: string) => `${path}?dn=${encodeURIComponent(dn)}`;
const waitingOf = async (uid: 'bob') => {
  const { data } = await ask(club.site, tokens[uid], `/people/${uid}/history`);
  return data.waiting.at(-1).csn as number;
};
/** Bob asks for something. @returns the number under which it waits */
const asked = async (sn: string) => {
  await ask(club.site, tokens.bob, '/people/bob/edit', { sn });
  return waitingOf('bob');
};
const idIn = async (table: string, attribute: string, value: string) => {
  const { data } = await ask(club.site, tokens.ada, `/board/${table}`);
  const entries = data.entries as readonly { readonly id: string; readonly values: Readonly<Record<string, readonly string[]>> }[];
  return entries.find(({ values }) => values[attribute]?.includes(value))?.id ?? '';
};

type Step = readonly [
  path: string,
  body: Readonly<Record<string, unknown>>,
  more?: { readonly as?: 'bob'; readonly address?: () => string | Promise<string> },
];
/** One after the other. */
const steps: readonly Step[] = [
  ['/people/:name/edit', { description: 'I weave.', 'visibility.mobile': 'self' }, { as: 'bob' }],
  [
    '/people/:name/history/:csn/revert',
    {},
    {
      as: 'bob',
      address: async () => {
        const { data } = await ask(club.site, tokens.bob, '/people/bob/history');
        return `/people/bob/history/${data.changes[0].csn}/revert`;
      },
    },
  ],
  ['/people/:name/history/:csn/withdraw', {}, { as: 'bob', address: async () => `/people/bob/history/${await asked('One')}/withdraw` }],
  ['/board/approvals/:csn/approve', {}, { address: async () => `/board/approvals/${await asked('Two')}/approve` }],
  ['/board/approvals/:csn/refuse', { reason: 'no' }, { address: async () => `/board/approvals/${await asked('Three')}/refuse` }],
  ['/people/:name/deletion', { wanted: 'yes' }, { as: 'bob' }],
  ['/invite', { mail: 'somebody@example.net', note: 'come' }, { as: 'bob' }],
  ['/board/members/bulk', { uid: ['eve'], action: 'status alumni' }],
  ['/board/members/bulk', { uid: ['eve'], action: 'status alumni', confirmed: 'yes' }],
  ['/board/applicants/:name', { do: 'accept', status: 'member' }, { address: () => '/board/applicants/zoe' }],
  ['/board/groups', { name: 'knitters', description: 'Who knits', mail: 'knitters@example.org' }],
  ['/board/groups/:name', { do: 'join', uid: 'bob' }, { address: () => '/board/groups/knitters' }],
  ['/board/statuses', { cn: 'guest', mosMayLogin: 'FALSE' }],
  [
    '/board/statuses/:id',
    { do: 'save', description: 'For a day', mosMayLogin: 'FALSE' },
    { address: async () => `/board/statuses/${await idIn('statuses', 'cn', 'guest')}` },
  ],
  ['/board/mail/domains', { associatedDomain: 'example.com' }],
  [
    '/board/mail/domains/:id',
    { do: 'delete' },
    { address: async () => `/board/mail/domains/${await idIn('mail/domains', 'associatedDomain', 'example.com')}` },
  ],
  ['/board/mail/aliases', { cn: 'office', rfc822MailMember: ['ada@example.org', 'bob@example.org'] }],
  [
    '/board/mail/aliases/:id',
    { do: 'save', rfc822MailMember: 'ada@example.org' },
    { address: async () => `/board/mail/aliases/${await idIn('mail/aliases', 'cn', 'office')}` },
  ],
  [
    '/directory/edit',
    { attribute: 'description', 'value.description': ['One', 'Two'] },
    { address: () => at('/directory/edit', `cn=knitters,ou=groups,${base}`) },
  ],
  [
    '/directory/add',
    { rdn: 'cn=spinners', class: ['groupOfNames', 'mosGroup'], attribute: ['cn'], 'value.cn': 'spinners' },
    { address: () => `/directory/add?parent=${encodeURIComponent(`ou=groups,${base}`)}` },
  ],
  ['/directory/move', { rdn: 'cn=weaving' }, { address: () => at('/directory/move', `cn=spinners,ou=groups,${base}`) }],
  ['/directory/delete', {}, { address: () => at('/directory/delete', `cn=weaving,ou=groups,${base}`) }],
  ['/directory/delete', { confirmed: 'yes' }, { address: () => at('/directory/delete', `cn=weaving,ou=groups,${base}`) }],
];
for (const [path, body, { as = 'ada', address } = {}] of steps) {
  test(`POST ${path} ${JSON.stringify(body)} answers as it is described`, async () => {
    const operation = operations.find((each) => each.method === 'POST' && each.path === path);
    assert.ok(operation);
    check(await ask(club.site, tokens[as], (await address?.()) ?? path.replace(':name', 'bob'), body), operation.answer);
  });
}

test('no address for changes has been forgotten here', () => {
  const tried = new Set(steps.map(([path]) => path));
  assert.equal(operations.filter(({ method, path }) => method === 'POST' && !tried.has(path)).map(named), []);
});

test('a program that names an attribute in the directory browser replaces it, and leaves the others', () => {
  const root = club.site.directory.asRoot('test');
  const group = root.find(`cn=knitters,ou=groups,${base}`);
  assert.equal([root.texts(group, 'description'), root.texts(group, 'mail')], [['One', 'Two'], ['knitters@example.org']]);
});

test('what can’t be taken is told as a problem', async () => {
  const answers = [
    await ask(club.site, tokens.ada, at('/directory', base).concat('&filter=((('), undefined),
    await ask(club.site, tokens.ada, at('/directory/edit', `uid=bob,${people}`), { attribute: 'sn', 'value.sn': '' }),
    await ask(club.site, tokens.bob, '/people/bob/edit', { mosBirthday: 'someday' }),
  ];
  const validate = ajv.compile({ ...schemas['Problem'], components: { schemas } });
  for (const { status, type, data } of answers) {
    assert.equal([status, type], [422, 'application/problem+json'], JSON.stringify(data));
    assert.ok(validate(data), JSON.stringify(validate.errors));
  }
});

test.run();
