import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryError, type ErrorKind } from '../../directory/model/errors.ts';
import { refusalOf } from '../../web/directory/refusal.ts';
import { lineOf, valuesOf } from '../../web/directory/value-text.ts';
import { translator } from '../../web/words.ts';
import { base, person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

const test = suite('the directory browser');
let site: TestSite;
let cleo: Visitor;
let administrator: Visitor;
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
  administrator = await site.as(`cn=admin,${base}`, 'secret');
  await administrator.get('/directory');
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

/** Ids of the fields that are wrong → what stands beside each, as their descriptions say. */
function besideOf(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const said = (id: string) =>
    new RegExp(`id="${id}"[^>]*>([\\s\\S]*?)</(?:small|p)>`)
      .exec(text)?.[1]
      ?.replace(/<[^>]*>/g, '')
      .trim() ?? '';
  for (const [, field = ''] of text.matchAll(/<(?:input|textarea|select)([^>]*aria-invalid="true"[^>]*)>/g)) {
    const part = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(field)?.[1];
    found[part('id') ?? part('name') ?? ''] = (part('aria-describedby') ?? '').split(' ').map(said).join(' ');
  }
  return found;
}

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

test('a photo is shown as a picture, and other bytes by their size; for programs they are Base64', async () => {
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10]);
  const bytes = Buffer.from([0xff, 0, 0x80, 1]);
  await site.load(
    person(
      'pia',
      'member',
      `jpegPhoto:: ${jpeg.toString('base64')}`,
      `userSMIMECertificate:: ${bytes.toString('base64')}`,
      'description:: YQpi',
    ),
  );
  const path = at('', `uid=pia,${people}`);
  const { text } = await cleo.get(path);
  assert.match(text, `<img src="data:image/jpeg;base64,${jpeg.toString('base64')}"`);
  assert.match(text, /6 bytes/);
  assert.match(text, /4 bytes/);
  assert.not.match(text, /:: |\/wCAAQ/);
  const { data } = await cleo.json<{ attributes: { name: string; values: unknown[] }[] }>(path);
  const values = (name: string) => data.attributes.find((each) => each.name === name)?.values;
  assert.equal([values('jpegPhoto'), values('description')], [[{ base64: jpeg.toString('base64') }], ['a\nb']]);
});

test('a filter finds below the entry; what is wrong with one is said', async () => {
  const found = await cleo.json<{ below: { dn: string }[]; count: number }>(at('', base, `&filter=${encodeURIComponent('(uid=b*)')}`));
  assert.equal(
    found.data.below.map(({ dn }) => dn),
    [`uid=bob,${people}`],
  );
  const wrong = await cleo.get(at('', base, '&filter=((('));
  assert.equal(
    [wrong.status, besideOf(wrong.text)['filter']],
    [422, '“((” compares nothing. Write an attribute, an equals sign and a value: (uid=a*).'],
  );
});

test('an entry is changed by its schema, and the directory’s refusal is shown with what was typed', async () => {
  const path = at('/edit', `uid=bob,${people}`);
  const fields = fieldsOf((await cleo.get(path)).text);
  assert.is((await cleo.post(path, { ...fields, 'value.description': 'x' })).status, 303);
  const refused = await cleo.post(path, { ...fields, 'value.sn': '' });
  assert.is(refused.status, 422);
  assert.is(besideOf(refused.text)['value-sn'], 'The class person wants a value for sn. Fill it in.');
  assert.is((await cleo.post(path, { ...fields, 'value.displayName': 'Robert' })).status, 303);
  assert.equal(texts(`uid=bob,${people}`, 'displayName'), ['Robert']);
  // the old form again: what others have changed meanwhile is not overwritten
  const late = await cleo.post(path, { ...fields, 'value.displayName': 'Late' });
  assert.is(late.status, 422);
  assert.match(besideOf(late.text)['value-displayName'] ?? '', /^Somebody else has changed this meanwhile.*It is now: Robert$/s);
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
  assert.equal([refused.status, /value="cn=odd"/.test(refused.text)], [422, true]);
  assert.match(refused.text, /role="alert">None of its classes has sn\./);
  assert.is((await cleo.post(path, { rdn: 'cn=odd', class: 'groupOfNames', attribute: ['cn'], 'value.cn': 'odd' })).status, 303);
  const moved = await cleo.post(at('/move', `cn=odd,${parent}`), { rdn: 'cn=even' });
  assert.equal([moved.status, moved.location], [303, at('', `cn=even,${parent}`)]);
  const asked = await cleo.post(at('/delete', `cn=even,${parent}`));
  assert.equal([asked.status, site.directory.tree.named(`cn=even,${parent}`) !== undefined], [200, true]);
  assert.is((await cleo.post(at('/delete', `cn=even,${parent}`), { confirmed: 'yes' })).status, 303);
  assert.is(site.directory.tree.named(`cn=even,${parent}`), undefined);
});

/** What an entry of bob is asked to become; the field that is wrong; its words in English and German. */
const edits: readonly (readonly [fields: Record<string, string | readonly string[]>, field: string, en: RegExp, de: RegExp])[] = [
  [{ 'value.sn': '' }, 'value-sn', /^The class person wants a value for sn\. Fill/, /^Die Klasse person verlangt einen Wert für sn\. Trag/],
  [
    { 'value.mail': 'bob@exämple.org' },
    'value-mail',
    /^Value 1 of mail does not fit\. What fits: letters without accents/,
    /^Wert 1 von mail passt nicht\. Was passt: Buchstaben ohne/,
  ],
  [{ 'value.mosMailActivated': 'perhaps' }, 'value-mosMailActivated', /fits: TRUE or FALSE\.$/, /passt: TRUE oder FALSE\.$/],
  [{ 'value.mosJoined': 'yesterday' }, 'value-mosJoined', /fits: a time like 2026/, /passt: eine Zeit wie 2026/],
  [{ 'value.manager': 'nobody' }, 'value-manager', /fits: the whole name of an entry/, /passt: der ganze Name eines Eintrags/],
  [
    { 'value.displayName': 'B\nC' },
    'value-displayName',
    /^displayName has room for one value\. Leave one/,
    /^Bei displayName ist Platz für einen Wert\. Lass/,
  ],
  [
    { 'value.objectClass': 'inetOrgPerson\nnonsense' },
    'value-objectClass',
    /^The schema has no class “nonsense”\. Look/,
    /^Das Schema kennt keine Klasse „nonsense“\. Sieh/,
  ],
  [{ 'value.objectClass': 'mosMember' }, 'value-objectClass', /Choose a structural one too/, /Wähle auch eine strukturelle/],
  [
    { 'value.objectClass': 'inetOrgPerson\nmosMember\naccount' },
    'value-objectClass',
    /^An entry is one thing: of .*only one/,
    /^Ein Eintrag ist nur eines/,
  ],
  [
    { 'value.objectClass': 'organizationalRole\nmosMember' },
    'value-objectClass',
    /^What an entry is stays: inetOrgPerson\. Put/,
    /^Was ein Eintrag ist, das bleibt er: inetOrgPerson\. Trag/,
  ],
  [
    { 'value.objectClass': 'inetOrgPerson\nmosMember\nposixAccount' },
    'value-uidNumber',
    /^The class posixAccount wants a value for uidNumber/,
    /^Die Klasse posixAccount verlangt/,
  ],
  [
    { 'value.objectClass': 'inetOrgPerson' },
    'value-mosStatus',
    /^None of its classes has mosStatus\. Empty/,
    /^Keine seiner Klassen hat mosStatus\. Leere/,
  ],
  [
    { 'value.uid': 'robert' },
    'value-uid',
    /^The entry is named by this value of uid\. Put it back/,
    /^Nach diesem Wert von uid heißt der Eintrag\. Trag/,
  ],
  [
    { 'value.mosStatus': `cn=nonsense,ou=statuses,${base}` },
    'value-mosStatus',
    /^There is no such status\. Write/,
    /^Diesen Status gibt es nicht\. Schreib/,
  ],
  [
    { 'value.mosVisibility': 'mobile perhaps' },
    'value-mosVisibility',
    /^Write an attribute that there is and who sees it/,
    /^Schreib ein Attribut, das es gibt/,
  ],
];
for (const [fields, field, en, de] of edits) {
  test(`edited with ${JSON.stringify(fields)}, what is wrong stands beside ${field}, in English and in German`, async () => {
    const path = `${at('/edit', `uid=bob,${people}`)}&more=1`;
    const loaded = fieldsOf((await cleo.get(path)).text);
    for (const [language, words] of [
      ['en', en],
      ['de', de],
    ] as const) {
      const refused = await cleo.post(path, { ...loaded, ...fields }, { 'accept-language': language });
      assert.is(refused.status, 422);
      const beside = besideOf(refused.text);
      assert.equal(Object.keys(beside), [field]);
      assert.match(beside[field] ?? '', words);
      for (const [name, value] of Object.entries(fields)) assert.is(fieldsOf(refused.text)[name], value);
    }
  });
}

const parent = `ou=groups,${base}`;
const added: readonly (readonly [
  what: string,
  fields: Record<string, string | readonly string[]>,
  field: string,
  en: RegExp,
  de: RegExp,
])[] = [
  ['no name', { rdn: 'weavers' }, 'rdn', /^This is no name\. Write an attribute/, /^Das ist kein Name\. Schreib/],
  [
    'a name that is taken',
    { rdn: 'cn=board' },
    'rdn',
    /^There is an entry of that name already\. Choose/,
    /^Einen Eintrag dieses Namens gibt es schon\. Wähle/,
  ],
  [
    'a name below what is not there',
    { rdn: 'cn=a,cn=b' },
    'rdn',
    /^What would stand above it does not exist\. Write/,
    /^Was darüber stünde, gibt es nicht\. Schreib/,
  ],
  ['a password as its name', { rdn: 'userPassword=secret' }, 'rdn', /^A password is no name/, /^Ein Passwort ist kein Name/],
  [
    'a name by what the server sets',
    { rdn: 'pwdAccountLockedTime=20260101000000Z', 'value.cn': 'odd' },
    'rdn',
    /^The server alone sets/,
    /^Nur der Server setzt/,
  ],
  [
    'a value twice',
    { rdn: 'cn=odd', 'value.description': 'One\none' },
    'value-description',
    /^A value of description stands there twice/,
    /^Ein Wert von description steht zweimal da/,
  ],
  [
    'auxiliary classes alone',
    { rdn: 'cn=odd', class: 'mosGroup' },
    'structural',
    /Choose a structural one too/,
    /Wähle auch eine strukturelle/,
  ],
];
for (const [what, fields, field, en, de] of added) {
  test(`added with ${what}, that stands beside ${field}, in English and in German`, async () => {
    const form = { class: ['groupOfNames', 'mosGroup'], attribute: ['cn', 'description'], ...fields };
    for (const [language, words] of [
      ['en', en],
      ['de', de],
    ] as const) {
      const refused = await cleo.post(`/directory/add?parent=${encodeURIComponent(parent)}`, form, { 'accept-language': language });
      assert.is(refused.status, 422);
      const beside = besideOf(refused.text);
      assert.equal(Object.keys(beside), [field]);
      assert.match(beside[field] ?? '', words);
    }
  });
}

test('a name that can’t be is said beside the field, and stays there', async () => {
  for (const [rdn, words] of [
    ['robert', /^Das ist kein Name/],
    ['uid=cleo', /^Einen Eintrag dieses Namens gibt es schon/],
    ['nonsense=1', /^Das Schema kennt kein Attribut „nonsense“/],
    ['cn=a+cn=b', /./],
  ] as const) {
    const refused = await cleo.post(at('/move', `uid=bob,${people}`), { rdn }, { 'accept-language': 'de' });
    const beside = besideOf(refused.text);
    assert.equal([refused.status, Object.keys(beside)], [422, ['rdn']]);
    assert.match(beside['rdn'] ?? '', words);
    assert.match(refused.text, new RegExp(`value="${rdn.replace('+', '\\+')}"`));
  }
});

test('what can’t be deleted is said above the question', async () => {
  for (const [dn, en, de] of [
    [people, /There are entries below it\. Delete these first\./, /Darunter stehen noch Einträge\. Lösche zuerst diese\./],
    [`cn=member,ou=statuses,${base}`, /It is still the mosStatus of uid=/, /Er ist noch mosStatus von uid=/],
  ] as const) {
    for (const [language, words] of [
      ['en', en],
      ['de', de],
    ] as const) {
      const refused = await administrator.post(at('/delete', dn), { confirmed: 'yes' }, { 'accept-language': language });
      assert.is(refused.status, 422);
      assert.match(/role="alert">([^<]*)/.exec(refused.text)?.[1] ?? '', words);
      assert.match(refused.text, /name="confirmed" value="yes"/);
    }
  }
});

const filters: readonly (readonly [filter: string, en: RegExp, de: RegExp])[] = [
  ['((((', /^“\(\(\(” compares nothing\. Write/, /^„\(\(\(“ vergleicht nichts\. Schreib/],
  ['(uid=a', /^A closing bracket is missing at character 7/, /^Bei Zeichen 7 fehlt eine schließende/],
  ['(!uid=a)', /^An opening bracket is missing at character 3/, /^Bei Zeichen 3 fehlt eine öffnende/],
  ['(uid=a)(cn=b)', /^The filter is over before character 8/, /^Vor Zeichen 8 ist der Filter zu Ende/],
  ['(ümlaut=a)', /^“ümlaut” can be no attribute/, /^„ümlaut“ kann kein Attribut sein/],
  ['(uid=**)', /^There is nothing between the stars/, /^Zwischen den Sternen steht nichts/],
  ['(:=a)', /^“” names no attribute and no matching rule|names no attribute/, /nennt weder Attribut noch/],
  ['(uid=a(b)', /^Brackets and stars that belong to a value are written \\28, \\29 and \\2a\./, /schreibt man \\28, \\29 und \\2a\./],
  ['(uid=\\zz)', /^A backslash needs two hex digits behind it.*\\5c\./, /^Hinter einem Backslash stehen zwei/],
  [`${'(!'.repeat(60)}(uid=a)${')'.repeat(60)}`, /^There are too many brackets within/, /^Da sind zu viele Klammern/],
];
for (const [filter, en, de] of filters) {
  test(`the filter ${filter.slice(0, 20)} is refused in words, in English and in German`, async () => {
    for (const [language, words] of [
      ['en', en],
      ['de', de],
    ] as const) {
      const wrong = await cleo.get(at('', base, `&filter=${encodeURIComponent(filter)}`), { 'accept-language': language });
      const said = besideOf(wrong.text)['filter'] ?? '';
      assert.equal([wrong.status, /[a-z]+[A-Z][a-z]+Syntax|bad filter/.test(wrong.text)], [422, false]);
      assert.match(said, words);
    }
  });
}

test('every refusal of the directory has words that say more than its name, in both languages', () => {
  const kinds: readonly ErrorKind[] = [
    'adminLimitExceeded',
    'affectsMultipleDSAs',
    'aliasProblem',
    'assertionFailed',
    'attributeOrValueExists',
    'busy',
    'constraintViolation',
    'entryAlreadyExists',
    'insufficientAccessRights',
    'invalidAttributeSyntax',
    'invalidDNSyntax',
    'namingViolation',
    'noSuchAttribute',
    'noSuchObject',
    'notAllowedOnNonLeaf',
    'notAllowedOnRDN',
    'objectClassModsProhibited',
    'objectClassViolation',
    'protocolError',
    'referral',
    'sizeLimitExceeded',
    'timeLimitExceeded',
    'unavailable',
    'undefinedAttributeType',
    'unwillingToPerform',
  ];
  for (const kind of kinds) {
    for (const detail of [{}, { attribute: 'mail' }]) {
      const said = (['en', 'de'] as const).map((language) =>
        refusalOf({ t: translator(language), site: site.site }, new DirectoryError(kind, '', detail)),
      );
      assert.is(new Set(said).size, 2, `${kind}: ${said}`);
      for (const text of said) assert.not.match(text, new RegExp(`${kind}|[{}]|undefined`));
    }
  }
});

test('what names no entry is answered in words', async () => {
  const wrong = await cleo.get(at('', 'no dn'), { 'accept-language': 'de' });
  assert.is(wrong.status, 422);
  assert.match(wrong.text, /So heißt kein Eintrag/);
});

test('a form that was refused still knows what it was based on', async () => {
  const path = at('/edit', `uid=bob,${people}`);
  const fields = fieldsOf((await cleo.get(path)).text);
  const set = (text: string) => ({ operation: 'replace' as const, attribute: { description: 'sn', values: [Buffer.from(text)] } });
  await root().modify(`uid=bob,${people}`, [set('Faster')]);
  const refused = await cleo.post(path, { ...fields, 'value.displayName': 'a\nb' });
  assert.is(refused.status, 422);
  assert.is((await cleo.post(path, { ...fieldsOf(refused.text), 'value.displayName': 'a', 'value.sn': 'Later' })).status, 422);
  assert.equal(texts(`uid=bob,${people}`, 'sn'), ['Faster']);
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
  assert.is(refused.status, 422);
  assert.match(refused.text, /role="alert">That is not yours to do here\. Ask/);
});

test.run();
