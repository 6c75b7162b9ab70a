import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConfigOptions, config } from '../../directory/commands/config.ts';
import { parseGrant } from '../../schema/ldap/policy.ts';
import { packageFolder } from '../../settings/package-root.ts';
import { services } from '../../settings/services/catalog.ts';
import { passwordPlaceholder, type RenderOptions, renderConfig, setWordsOf, variablesOf } from '../../settings/services/render.ts';
import { loadSettings, SettingsError } from '../../settings/settings.ts';

/** What mos config prints, for every service alike, and what mos config --check says of files. */
const test = suite('configuration of services');
const folder = mkdtempSync(join(tmpdir(), 'mos-services-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const settingsOf = (baseDn = 'dc=example,dc=org') =>
  loadSettings({
    MOS_BASE_DN: baseDn,
    MOS_VAR: folder,
    MOS_LDAP_LISTEN: 'ldap://[::]:3389 ldaps://[::]:3636',
    MOS_HOST: 'mos.example.org',
  });
const settings = settingsOf();
const names = Object.keys(services);
const serviceOf = (name: string) => {
  const service = services[name];
  if (service === undefined) throw new Error(name);
  return service;
};
const render = (name: string, options: Partial<RenderOptions> = {}) => renderConfig(name, settings, { set: {}, ...options });
const textOf = (name: string, set: Record<string, string>) =>
  render(name, { set })
    .map(({ text }) => text.replace(/Made by: .*/, ''))
    .join('\n');
const refused = (work: () => unknown, words: RegExp, message?: string) =>
  assert.throws(work, (error: unknown) => error instanceof SettingsError && words.test(error.message), message);

for (const name of names) {
  test(`${name}: every template is filled in, and is one of its files`, () => {
    const files = render(name, { password: 'secret-of-the-service' });
    assert.equal(files.map((file) => file.name).sort(), readdirSync(join(packageFolder, 'settings/services', name)).sort());
    for (const { name: file, text } of files) assert.not.match(text, /\{\{|\}\}|undefined|\[object/, file);
  });

  test(`${name}: the password stands in the files for it, and nowhere else`, () => {
    for (const { name: file, text, secret } of render(name, { password: 'secret-of-the-service' }))
      assert.is(text.includes('secret-of-the-service'), secret, file);
    for (const { name: file, text, secret } of render(name)) assert.is(text.includes(passwordPlaceholder), secret, file);
  });

  test(`${name}: every variable is told of, and changes something`, () => {
    for (const [each, { help, default: usual, form, raw }] of Object.entries(serviceOf(name).variables)) {
      assert.ok(help.length > 3, each);
      const other = [`other-${each}`, '12345', 'other', 'yes'].find((value) => form?.test(value) ?? true) ?? '';
      // what is for StartTLS or for LDAPS alone shows with one of them
      const ways = serviceOf(name).variables['starttls'] === undefined ? [{}] : [{}, { starttls: 'yes' }];
      assert.ok(
        ways.some((way) => textOf(name, { ...way, [each]: other }) !== textOf(name, way)),
        `${each} changes nothing`,
      );
      assert.is(typeof usual, 'function');
      assert.not.ok(raw && form, each);
    }
  });

  test(`${name}: the words that made the files are read back from them, whatever their order`, () => {
    const set = Object.fromEntries(
      Object.entries(serviceOf(name).variables).flatMap(([each, { form, raw }]) =>
        form === undefined ? [[each, raw ? `it's\n'a' \\n --set 'x=y'` : `with ${each}`]] : [],
      ),
    );
    const reversed = Object.fromEntries(Object.entries(set).reverse());
    const files = render(name, { set });
    assert.equal(render(name, { set: reversed }), files);
    const told = files.map(({ text }) => setWordsOf(text)).filter((words) => Object.keys(words).length > 0);
    assert.ok(told.length > 0);
    for (const words of told) assert.equal(words, set);
    assert.equal(
      files.flatMap(({ text }) => [...text.matchAll(/^.*Made by: mos config (\S+)/gm)].map(([, made]) => made)),
      told.map(() => name),
    );
  });

  test(`${name}: a variable that there is not, and values that can't be, are refused`, () => {
    refused(() => render(name, { set: { nonsense: 'x' } }), /no variable nonsense; mos config .* --variables/);
    for (const [each, { form, raw }] of Object.entries(serviceOf(name).variables)) {
      for (const value of raw ? ['a\rb', 'a\0b'] : ['a\nb', 'a\rb', 'a\tb', 'a\0b'])
        refused(() => render(name, { set: { [each]: value } }), new RegExp(`^${each}: `), each);
      if (form !== undefined) refused(() => render(name, { set: { [each]: 'a) (b' } }), new RegExp(`^${each}: `), each);
    }
  });

  test(`${name}: its rights can be read, and name no secret to be read`, () => {
    for (const grant of serviceOf(name).grants) {
      const { attributes, may } = parseGrant(grant);
      const secret = Array.isArray(attributes) && attributes.some((each) => /^(userPassword|pwdHistory|mosAppPassword)$/i.test(each));
      assert.ok(!secret || may.every((right) => right === 'write'), grant);
    }
  });
}

test('a service that there is not is refused', () => {
  for (const name of ['nonsense', 'constructor', '']) refused(() => render(name), /no service ".*"; mos config lists them/);
});

/** The club of somebody who tries everything, and what comes of it in a line of each service. */
const suffixes: readonly (readonly [suffix: string, service: string, file: string, line: string | undefined])[] = [
  ['o=The Club', 'ejabberd', 'ejabberd.yml', 'ldap_rootdn: "cn=ejabberd,ou=services,o=The Club"'],
  ['o=The Club', 'dovecot', 'mos-userdb.conf.ext', 'base = ou=people,o=The Club'],
  ['o=The Club', 'postfix', 'mos-groups.cf', 'search_base = ou=groups,o=The Club'],
  ['o=The Club', 'mediawiki', 'mos-ldapprovider.json', '"basedn": "o=The Club",'],
  ['o=The \\"Club\\"', 'ejabberd', 'ejabberd.yml', 'ldap_rootdn: "cn=ejabberd,ou=services,o=The \\\\\\"Club\\\\\\""'],
  ['o=The \\"Club\\"', 'mediawiki', 'mos-ldapprovider.json', '"basedn": "o=The \\\\\\"Club\\\\\\"",'],
  ['o=The \\"Club\\"', 'dovecot', 'mos-userdb.conf.ext', undefined],
  ['o=The \\"Club\\"', 'postfix', 'mos-groups.cf', undefined],
  ['o=100%', 'dovecot', 'mos-userdb.conf.ext', undefined],
  ['o=$club', 'postfix', 'mos-groups.cf', undefined],
  ['o=Klüb', 'ejabberd', 'ejabberd.yml', 'ldap_base: "ou=people,cn=ejabberd,ou=services,o=Klüb"'],
];
for (const [suffix, service, file, line] of suffixes) {
  test(`${suffix} in ${file}: ${line ?? 'refused'}`, () => {
    const text = () => renderConfig(service, settingsOf(suffix), { set: {} }).find(({ name }) => name === file)?.text ?? '';
    if (line === undefined) refused(text, /: ".*" would mean something else in /);
    else assert.ok(text().includes(line), text());
    if (line !== undefined && file.endsWith('.json')) assert.is(Object.keys(JSON.parse(text())).length, 1);
  });
}

test('a button may say what it wants, but not end the PHP', () => {
  const button = (text: string) => render('mediawiki', { set: { button: text } })[0]?.text ?? '';
  assert.match(button("Metalab's door"), /\['Metalab\\'s door'\]/);
  refused(() => button("x']; system('id'); ?>"), /--set: \?> would end what stands in mos\.php/);
  refused(() => render('mediawiki', { set: { account: 'cn=a?>b' } }), /--set: \?> would end/);
});

test('what follows from the settings is the default', () => {
  const values = variablesOf('ejabberd', settings, {});
  const { account, base, ldap_host, ldaps_port, domain } = values;
  assert.equal(
    [account, base, ldap_host, ldaps_port, domain],
    ['cn=ejabberd,ou=services,dc=example,dc=org', 'dc=example,dc=org', 'mos.example.org', '3636', 'example.org'],
  );
});

/** Runs mos config in this process. @returns what it printed, and the exit code */
async function run(words: readonly string[], options: Partial<ConfigOptions> = {}): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  const { stdout, stderr } = process;
  const [out, err] = [stdout.write, stderr.write];
  const into = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    printed[stream] += text;
    return true;
  };
  stdout.write = into('out');
  stderr.write = into('err');
  try {
    const nothing = { set: [], passwordFile: undefined, out: undefined, check: undefined, variables: false };
    return { code: await config(settings, words, { ...nothing, ...options }), ...printed };
  } finally {
    stdout.write = out;
    stderr.write = err;
  }
}

const secret = 'kept.out-of,tickets';
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, `${secret}\n`);
let numbers = 0;

/** The files of a service, written by mos config. */
async function written(service: string, set: readonly string[] = []): Promise<string> {
  const out = join(folder, `out-${++numbers}`);
  assert.is((await run([service], { out, passwordFile, set })).code, 0);
  return out;
}

test('the files are written, those with a password for owner and group alone, also where they were open to all', async () => {
  const out = await written('ejabberd');
  const modeOf = (file: string) => statSync(join(out, file)).mode & 0o777;
  assert.equal([modeOf('ejabberd.yml'), modeOf('mos-password.yml')], [0o644, 0o640]);
  chmodSync(join(out, 'mos-password.yml'), 0o666);
  await run(['ejabberd'], { out, passwordFile });
  assert.is(modeOf('mos-password.yml'), 0o660);
  assert.match(readFileSync(join(out, 'mos-password.yml'), 'utf8'), `MOS_PASSWORD: "${secret}"`);
  const without = join(folder, 'without');
  const ended = await run(['ejabberd'], { out: without });
  assert.equal(readdirSync(without), ['ejabberd.yml']);
  assert.match(ended.err, /mos-password\.yml is not written: .*--password-file/);
});

test('a password that would have to be escaped somewhere is refused', async () => {
  for (const bad of ['', 'a b', 'a"b', "a'b", 'a\\b', 'a#b', 'a$b', 'a{b', 'ä']) {
    const file = join(folder, 'bad-password');
    writeFileSync(file, `${bad}\n`);
    let message = '';
    await run(['ejabberd'], { passwordFile: file }).catch((error: Error) => (message = error.message));
    assert.match(message, /its first line is not a password of letters, digits and/, bad);
    assert.not.match(message, bad === '' ? 'never' : ` ${bad} `);
  }
});

/** What somebody does to the files, and what mos config --check says of it. */
const checks: readonly (readonly [what: string, service: string, does: (place: string) => void, code: number, out: RegExp])[] = [
  ['nothing', 'ejabberd', () => undefined, 0, /is what mos config ejabberd prints\n$/],
  ['nothing, with what was set', 'dovecot', () => undefined, 0, /is what mos config dovecot prints\n$/],
  ['takes one away', 'ejabberd', (place) => rmSync(join(place, 'ejabberd.yml')), 1, /^\S+ejabberd\.yml is missing\n$/],
  ['takes the secret away', 'ejabberd', (place) => rmSync(join(place, 'mos-password.yml')), 1, /^\S+mos-password\.yml is missing\n$/],
  [
    'changes a line',
    'ejabberd',
    edit('ejabberd.yml', 'ldap_tls_verify: hard', 'ldap_tls_verify: false'),
    1,
    /^-ldap_tls_verify: false\n\+.*hard/m,
  ],
  ['changes the secret file', 'ejabberd', edit('mos-password.yml', /$/, 'more: 1\n'), 1, /^-more: 1$/m],
  ['sets another password', 'ejabberd', edit('mos-password.yml', secret, 'another-one'), 0, /is what/],
  ['quotes the password otherwise', 'ejabberd', edit('mos-password.yml', /"/g, "'"), 1, /otherwise .* how is not shown/],
  ['puts a line above the password', 'dovecot-2.4', edit('mos-password.conf', /^/, '# of MOS\n'), 1, /^-# of MOS$/m],
  ['changes a line beside the password', 'postfix', edit('mos-senders.cf', 'version = 3', 'version = 2'), 1, /^-version = 2$/m],
];
for (const [what, service, does, code, out] of checks) {
  test(`--check of ${service} when somebody ${what}: ${code}`, async () => {
    const set = service === 'dovecot' ? ["more=# it's\nmine", 'listen=127.0.0.1'] : [];
    const place = await written(service, set);
    does(place);
    const ended = await run([service], { check: place });
    assert.is(ended.code, code, ended.out);
    assert.match(ended.out, out);
    assert.not.ok(ended.out.includes(secret), 'the password is shown');
  });
}

function edit(file: string, from: string | RegExp, to: string): (place: string) => void {
  return (place) => {
    const text = readFileSync(join(place, file), 'utf8');
    const changed = text.replace(from, to);
    assert.is.not(changed, text, `${file} has no ${from}`);
    writeFileSync(join(place, file), changed);
  };
}

test('--check of one file looks at that alone; what is none of the files is refused', async () => {
  const place = await written('ejabberd');
  rmSync(join(place, 'mos-password.yml'));
  assert.is((await run(['ejabberd'], { check: join(place, 'ejabberd.yml') })).code, 0);
  const other = join(folder, 'other.yml');
  writeFileSync(other, '');
  mkdirSync(join(folder, 'empty'));
  const messageOf = (check: string) => run(['ejabberd'], { check }).then(String, (error: unknown) => String(error));
  assert.match(await messageOf(join(folder, 'nowhere')), /there is no \S+nowhere$/);
  assert.match(await messageOf(other), /other\.yml is none of ejabberd's files: ejabberd\.yml, mos-password\.yml$/);
  assert.is((await run(['ejabberd'], { check: join(folder, 'empty') })).code, 1);
});

test('one file is printed alone, variables with what they mean, services with what they are', async () => {
  assert.match((await run(['ejabberd', 'mos-password.yml'])).out, /^define_macro:\n/);
  const list = (await run([])).out;
  for (const name of names) {
    assert.match(list, new RegExp(`^${name.replaceAll('.', '\\.')} `, 'm'));
    const lines = (await run([name], { variables: true })).out.trimEnd().split('\n');
    assert.equal(
      lines.map((line) => line.split('=')[0]),
      Object.keys(serviceOf(name).variables),
    );
    for (const line of lines) assert.match(line, / # \S/);
  }
  for (const bad of ['no-equals-sign', '=x'])
    assert.match(await run(['ejabberd'], { set: [bad] }).then(String, String), /NAME=VALUE is expected/);
});

test.run();
