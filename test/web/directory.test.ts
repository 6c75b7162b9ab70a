import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lineOf, valuesOf } from '../../web/directory/value-text.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('the directory browser');
let site: TestSite;
let cleo: Visitor;
const people = `ou=people,${base}`;

test.before(async () => {
  site = await startTestSite(
    [
      person('cleo', 'member', `userPassword: ${goodPassword}`, 'displayName: Cleo'),
      person('bob', 'member', `userPassword: ${goodPassword}`, 'displayName: Bob <b>', 'mosVisibility: mobile self', 'mobile: +43 1 999'),
    ].join(''),
  );
  await site.directory
    .asRoot('test')
    .modify(`cn=board,ou=groups,${base}`, [
      { operation: 'add', attribute: { description: 'member', values: [Buffer.from(`uid=cleo,${people}`)] } },
    ]);
  cleo = await site.as('cleo');
});
test.after(() => site.stop());

const at = (path: string, dn: string, more = '') => `/directory${path}?dn=${encodeURIComponent(dn)}${more}`;
const root = () => site.directory.asRoot('test');
const texts = (dn: string, attribute: string) => root().texts(root().find(dn), attribute);
/** The fields of an edit form, as a browser would send them back. */
const fieldsOf = (text: string) => {
  const decoded = (value = '') =>
    value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  const fields: Record<string, string | readonly string[]> = {
    attribute: [...text.matchAll(/name="attribute" value="([^"]*)"/g)].map(([, name]) => name ?? ''),
  };
  for (const [, name = '', value] of text.matchAll(/name="((?:was|value)\.[\w;-]+)"[^>]*value="([^"]*)"/g)) fields[name] = decoded(value);
  for (const [, name = '', value] of text.matchAll(/<textarea[^>]*name="(value\.[\w;-]+)"[^>]*>\n([\s\S]*?)<\/textarea>/g))
    fields[name] = decoded(value);
  return fields;
};

const values: readonly (readonly [text: string, line: string])[] = [
  ['plain', 'plain'],
  ['ümlaut 🦝', 'ümlaut 🦝'],
  [' blank', ':: IGJsYW5r'],
  ['two\nlines', ':: dHdvCmxpbmVz'],
  [':: looks coded', ':: OjogbG9va3MgY29kZWQ='],
  ['', '::'],
];
for (const [text, line] of values) {
  test(`${JSON.stringify(text)} is written as ${line} and read back`, () => {
    assert.is(lineOf(Buffer.from(text)).trim(), line);
    assert.equal(valuesOf(lineOf(Buffer.from(text))).map(String), [text]);
  });
}
test('bytes that are no text go through the form unchanged', () => {
  const bytes = Buffer.from([0xff, 0xd8, 0, 1, 0x80]);
  assert.equal(valuesOf(lineOf(bytes)), [bytes]);
});

test('it is for the board, and shows no more than the board may see', async () => {
  assert.is((await (await site.as('bob')).get('/directory')).status, 403);
  const top = await cleo.get('/directory');
  assert.match(top.text, /ou=people/);
  const { text } = await cleo.get(at('', `uid=bob,${people}`));
  assert.match(text, /Bob &lt;b/);
  assert.match(text, new RegExp(`href="/directory\\?dn=${encodeURIComponent(`cn=member,ou=statuses,${base}`)}"`));
  assert.not.match(text, /999|argon2|userPassword/i);
  assert.is((await cleo.get(at('', `uid=nobody,${people}`))).status, 404);
  assert.is((await cleo.get(at('', 'no dn'))).status, 422);
});

test('a filter finds below the entry; what is wrong with one is said', async () => {
  const found = await cleo.json<{ below: { dn: string }[]; count: number }>(at('', base, `&filter=${encodeURIComponent('(uid=b*)')}`));
  assert.equal(
    found.data.below.map(({ dn }) => dn),
    [`uid=bob,${people}`],
  );
  assert.match((await cleo.get(at('', base, '&filter=((('))).text, /role="alert"/);
});

test('an entry is changed by its schema, and the directory’s refusal is shown with what was typed', async () => {
  const path = at('/edit', `uid=bob,${people}`);
  const fields = fieldsOf((await cleo.get(path)).text);
  assert.is((await cleo.post(path, { ...fields, 'value.description': 'x' })).status, 303);
  const refused = await cleo.post(path, { ...fields, 'value.sn': '' });
  assert.is(refused.status, 422);
  assert.match(refused.text, /objectClassViolation: object class .*person.* requires attribute/);
  assert.is((await cleo.post(path, { ...fields, 'value.displayName': 'Robert' })).status, 303);
  assert.equal(texts(`uid=bob,${people}`, 'displayName'), ['Robert']);
  // the old form again: what others have changed meanwhile is not overwritten
  assert.is((await cleo.post(path, { ...fields, 'value.displayName': 'Late' })).status, 422);
  assert.equal(texts(`uid=bob,${people}`, 'displayName'), ['Robert']);
  const more = await cleo.get(`${path}&more=1`);
  assert.match(more.text, /name="value\.employeeNumber"/);
  const all = fieldsOf(more.text);
  assert.is((await cleo.post(path, { ...all, 'value.employeeNumber': '7' })).status, 303);
  assert.equal(texts(`uid=bob,${people}`, 'employeeNumber'), ['7']);
});

test('an entry is added by its classes, renamed and deleted after a question', async () => {
  const parent = `ou=groups,${base}`;
  const choose = await cleo.get(`/directory/add?parent=${encodeURIComponent(parent)}`);
  assert.match(choose.text, /<option>groupOfNames<\/option>/);
  const form = await cleo.get(`/directory/add?parent=${encodeURIComponent(parent)}&class=groupOfNames`);
  assert.match(form.text, /name="value\.member"/);
  const path = `/directory/add?parent=${encodeURIComponent(parent)}`;
  const refused = await cleo.post(path, {
    rdn: 'cn=odd',
    class: 'groupOfNames',
    attribute: ['cn', 'sn'],
    'value.cn': 'odd',
    'value.sn': 'x',
  });
  assert.equal([refused.status, /objectClassViolation/.test(refused.text), /value="cn=odd"/.test(refused.text)], [422, true, true]);
  assert.is((await cleo.post(path, { rdn: 'cn=odd', class: 'groupOfNames', attribute: ['cn'], 'value.cn': 'odd' })).status, 303);
  const moved = await cleo.post(at('/move', `cn=odd,${parent}`), { rdn: 'cn=even' });
  assert.equal([moved.status, moved.location], [303, at('', `cn=even,${parent}`)]);
  const asked = await cleo.post(at('/delete', `cn=even,${parent}`));
  assert.equal([asked.status, site.directory.tree.named(`cn=even,${parent}`) !== undefined], [200, true]);
  assert.is((await cleo.post(at('/delete', `cn=even,${parent}`), { confirmed: 'yes' })).status, 303);
  assert.is(site.directory.tree.named(`cn=even,${parent}`), undefined);
});

test('the board stays within its rights', async () => {
  const service = `ou=services,${base}`;
  assert.not.match((await cleo.get(at('', service))).text, /\/directory\/add/);
  await cleo.get(at('', service));
  const refused = await cleo.post(`/directory/add?parent=${encodeURIComponent(service)}`, {
    rdn: 'cn=spy',
    class: 'applicationProcess',
    attribute: ['cn'],
    'value.cn': 'spy',
  });
  assert.equal([refused.status, /insufficientAccessRights/.test(refused.text)], [422, true]);
});

test.run();
