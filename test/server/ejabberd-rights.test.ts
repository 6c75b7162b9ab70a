import { Attribute, Change, Client } from 'ldapts';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { services } from '../../settings/services/catalog.ts';
import { base, person } from '../support/directory.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** What the account that mos service add ejabberd makes may, and nothing else: this is what somebody has who took ejabberd over. */
const test = suite('rights of ejabberd');
const people = `ou=people,${base}`;
const account = `cn=ejabberd,ou=services,${base}`;
let served: TestServer;
let client: Client;

const service = (cn: string, grants: readonly string[]) =>
  `dn: cn=${cn},ou=services,${base}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\nobjectClass: mosService\ncn: ${cn}\nuserPassword: ${cn}-secret\n${grants.map((grant) => `mosGrant: ${grant}\n`).join('')}\n`;

test.before(async () => {
  served = await startTestServer(
    person('ada', 'member', 'userPassword: adas-password', 'mail: ada@example.org', 'mobile: +43 1', 'mosVisibility: mobile members') +
      person('bob', 'member', 'userPassword: bobs-password', 'mail: bob@example.org', 'mosVisibility: mail self', 'mobile: +43 2') +
      person('eve', 'banned', 'userPassword: eves-password', 'mail: eve@example.org') +
      person('una', 'member', 'mosMailActivated: FALSE', 'mail: una@example.org') +
      person('fay') +
      `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=fay,${people}\n-\n\n` +
      `dn: cn=postmaster,ou=mail,${base}\nobjectClass: mosMailAlias\ncn: postmaster\n\n` +
      service('mail', []) +
      service('ejabberd', services['ejabberd']?.grants ?? []),
    'club',
  );
  client = new Client({ url: `ldap://127.0.0.1:${served.port}` });
  await client.bind(account, 'ejabberd-secret');
});
test.after(async () => {
  await client.unbind();
  await served.stop();
});

/** All that a search for everything brings, as lines of LDIF without DNs. */
async function seen(dn: string): Promise<string[]> {
  const attributes = ['*', '+', 'userPassword', 'pwdHistory', 'mosAppPassword', 'mosGrant', 'memberUid'];
  const { searchEntries } = await client.search(dn, { scope: 'base', attributes });
  const [entry = { dn }] = searchEntries;
  return Object.entries(entry).flatMap(([name, value]) => (name === 'dn' ? [] : [value].flat().map((each) => `${name}: ${each}`)));
}

test('of the people it sees those who may log in', async () => {
  const { searchEntries } = await client.search(people, { scope: 'one', attributes: ['uid'] });
  assert.equal(searchEntries.map(({ uid }) => String(uid)).sort(), ['ada', 'bob', 'fay']);
});

test('it reads of them what members see, and no password', async () => {
  const [ada, bob] = [await seen(`uid=ada,${people}`), await seen(`uid=bob,${people}`)];
  for (const line of ['uid: ada', 'mail: ada@example.org', 'mobile: +43 1', 'mosActive: TRUE']) assert.ok(ada.includes(line), line);
  assert.not.match([...ada, ...bob].join('\n'), /userPassword|pwdHistory|mosAppPassword|mosVisibility|\$argon2/);
  assert.not.match(bob.join('\n'), /bob@example\.org|\+43 2/);
});

const filters: readonly (readonly [filter: string, found: readonly string[]])[] = [
  ['(mail=bob@example.org)', []],
  ['(mail=*)', ['ada']],
  ['(mobile=*)', ['ada']],
  ['(userPassword=*)', []],
  ['(mosAppPassword=*)', []],
  ['(!(userPassword=*))', []],
];
for (const [filter, found] of filters) {
  test(`${filter} tells it of ${found.join(', ') || 'nobody'}`, async () => {
    const { searchEntries } = await client.search(people, { filter, attributes: ['uid'] });
    assert.equal(
      searchEntries.flatMap(({ uid }) => String(uid)),
      found,
    );
  });
}

const hidden: readonly (readonly [what: string, dn: string])[] = [
  ['somebody who is banned', `uid=eve,${people}`],
  ['somebody not activated', `uid=una,${people}`],
  ['another service', `cn=mail,ou=services,${base}`],
  ['a mail alias', `cn=postmaster,ou=mail,${base}`],
  ['a status', `cn=member,ou=statuses,${base}`],
];
for (const [what, dn] of hidden) {
  test(`it sees nothing of ${what}`, async () => {
    const lines = await seen(dn).catch((error: Error) => [error.name]);
    assert.ok(lines.length === 0 || lines[0] === 'NoSuchObjectError', lines.join());
  });
}

test('of a group it reads the name and who is in it', async () => {
  const lines = await seen(`cn=board,ou=groups,${base}`);
  assert.equal(lines.filter((line) => !line.startsWith('objectClass')).sort(), ['cn: board', 'memberUid: fay']);
});

test('of itself it reads what it may, and not its password', async () => {
  const lines = await seen(account);
  assert.ok(lines.some((line) => line.startsWith('mosGrant: ')));
  assert.not.match(lines.join('\n'), /^userPassword/m);
});

const set = (type: string, ...values: readonly string[]) => [
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [...values] }) }),
];
const board = `cn=board,ou=groups,${base}`;
const writes: readonly (readonly [what: string, may: boolean, write: () => Promise<unknown>])[] = [
  ['set the password of a member', true, () => client.modify(`uid=bob,${people}`, set('userPassword', 'set-by-ejabberd'))],
  ['set the password of the board', false, () => client.modify(`uid=fay,${people}`, set('userPassword', 'set-by-ejabberd'))],
  ['set the password of the banned', false, () => client.modify(`uid=eve,${people}`, set('userPassword', 'set-by-ejabberd'))],
  [
    'set the password of another service',
    false,
    () => client.modify(`cn=mail,ou=services,${base}`, set('userPassword', 'set-by-ejabberd')),
  ],
  ['set its own password', false, () => client.modify(account, set('userPassword', 'set-by-ejabberd'))],
  ['set a password of the administrator', false, () => client.modify(`cn=admin,${base}`, set('userPassword', 'set-by-ejabberd'))],
  ['set a password for the people', false, () => client.modify(people, set('userPassword', 'set-by-ejabberd'))],
  ['give itself rights', false, () => client.modify(account, set('mosGrant', '. | * | read, write'))],
  ['change a mail address', false, () => client.modify(`uid=ada,${people}`, set('mail', 'mallory@example.org'))],
  ['lift a ban', false, () => client.modify(`uid=eve,${people}`, set('mosStatus', `cn=member,ou=statuses,${base}`))],
  ['keep others from app passwords', false, () => client.modify(`uid=ada,${people}`, set('mosAppPasswordsOnly', 'FALSE'))],
  ['make an app password', false, () => client.modify(`uid=ada,${people}`, set('mosAppPassword', 'aaaaaaaa * x'))],
  ['put somebody on the board', false, () => client.modify(board, set('member', `uid=bob,${people}`))],
  ['add somebody', false, () => client.add(`uid=new,${people}`, { objectClass: 'inetOrgPerson', uid: 'new', cn: 'new', sn: 'new' })],
  ['rename somebody', false, () => client.modifyDN(`uid=ada,${people}`, 'uid=ida')],
  ['delete somebody', false, () => client.del(`uid=ada,${people}`)],
];
for (const [what, may, write] of writes) {
  test(`it may ${may ? '' : 'not '}${what}`, async () => {
    const done = await write().then(
      () => true,
      () => false,
    );
    assert.is(done, may);
  });
}

test.run();
