import { Attribute, Change, Client } from 'ldapts';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { services } from '../../settings/services/catalog.ts';
import { base, person } from '../support/directory.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** What the accounts that mos service add makes for Dovecot and Postfix see and may, and nothing else: this is what somebody has who took one over. */
const test = suite('rights of the mail services');
const people = `ou=people,${base}`;
const account = (cn: string) => `cn=${cn},ou=services,${base}`;
const names = ['dovecot', 'postfix'] as const;
type Name = (typeof names)[number];
let served: TestServer;
const clients = new Map<Name, Client>();

const service = (cn: string) =>
  `dn: ${account(cn)}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\nobjectClass: mosService\ncn: ${cn}\nuserPassword: ${cn}-secret\n${(services[cn]?.grants ?? []).map((grant) => `mosGrant: ${grant}\n`).join('')}\n`;

test.before(async () => {
  served = await startTestServer(
    person(
      'ada',
      'member',
      'objectClass: inetLocalMailRecipient',
      'userPassword: adas-password',
      'mail: ada@example.org',
      'mosVisibility: mail self',
      'mailLocalAddress: a@example.org',
      'mailRoutingAddress: ada@example.net',
      'mobile: +43 1',
      'mosBirthday: 12-10',
    ) +
      person('eve', 'banned', 'mail: eve@example.org') +
      person('una', 'member', 'mosMailActivated: FALSE', 'mail: una@example.org') +
      `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=ada,${people}\nmember: uid=eve,${people}\n-\nadd: mail\nmail: board@example.org\n\n` +
      `dn: cn=office,ou=mail,${base}\nobjectClass: nisMailAlias\ncn: office\nrfc822MailMember: ada@example.org\n\n` +
      `dn: associatedDomain=example.org,ou=mail,${base}\nobjectClass: mosMailDomain\nassociatedDomain: example.org\n\n` +
      names.map(service).join(''),
    'club',
  );
  for (const name of names) {
    const client = new Client({ url: `ldap://127.0.0.1:${served.port}` });
    await client.bind(account(name), `${name}-secret`);
    clients.set(name, client);
  }
});
test.after(async () => {
  for (const client of clients.values()) await client.unbind();
  await served.stop();
});

function clientOf(name: Name): Client {
  const client = clients.get(name);
  if (client === undefined) throw new Error(`${name} has not bound`);
  return client;
}

/** Names of the attributes that a search for everything brings; none when the entry is not shown */
async function seen(name: Name, dn: string): Promise<string[]> {
  const attributes = ['*', '+', 'userPassword', 'pwdHistory', 'mosAppPassword', 'mosGrant', 'memberUid', 'member', 'memberOf'];
  try {
    const { searchEntries } = await clientOf(name).search(dn, { scope: 'base', attributes });
    return searchEntries.flatMap((entry) => Object.keys(entry).filter((each) => each !== 'dn' && [entry[each]].flat().length > 0)).sort();
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchObjectError') return [];
    throw error;
  }
}

const ofAPerson = ['mail', 'mailLocalAddress', 'mosActive', 'objectClass', 'uid'];
const entries: readonly (readonly [what: string, dn: string, dovecot: readonly string[], postfix: readonly string[]])[] = [
  ['a member', `uid=ada,${people}`, ['entryUUID', ...ofAPerson], ['mailRoutingAddress', ...ofAPerson]],
  ['somebody who is banned', `uid=eve,${people}`, [], []],
  ['somebody not activated', `uid=una,${people}`, [], []],
  ['a group', `cn=board,ou=groups,${base}`, [], ['mail', 'member', 'objectClass']],
  ['an alias', `cn=office,ou=mail,${base}`, [], ['cn', 'objectClass', 'rfc822MailMember']],
  ['a domain', `associatedDomain=example.org,ou=mail,${base}`, [], ['associatedDomain', 'objectClass']],
  ['a status', `cn=member,ou=statuses,${base}`, [], []],
  ['another service', account('ejabberd'), [], []],
];
for (const [what, dn, ...expected] of entries) {
  for (const [index, name] of names.entries()) {
    test(`${name} sees ${expected[index]?.join(', ') || 'nothing'} of ${what}`, async () => {
      assert.equal(await seen(name, dn), [...(expected[index] ?? [])].sort());
    });
  }
}

test('of a group Postfix reads who is in it by name, whether or not it sees them', async () => {
  const { searchEntries } = await clientOf('postfix').search(`cn=board,ou=groups,${base}`, { scope: 'base', attributes: ['member'] });
  assert.equal(
    searchEntries.flatMap(({ member }) => member),
    [`uid=ada,${people}`, `uid=eve,${people}`],
  );
});

const filters: readonly (readonly [filter: string, found: readonly string[]])[] = [
  ['(mail=*)', ['ada']],
  ['(uid=eve)', []],
  ['(mobile=*)', []],
  ['(mosBirthday=*)', []],
  ['(memberOf=*)', []],
  ['(mosStatus=*)', []],
  ['(userPassword=*)', []],
  ['(mosAppPassword=*)', []],
  ['(!(userPassword=*))', []],
];
for (const [filter, found] of filters) {
  for (const name of names) {
    test(`${filter} tells ${name} of ${found.join(', ') || 'nobody'}`, async () => {
      const { searchEntries } = await clientOf(name).search(people, { filter, scope: 'one', attributes: ['uid'] });
      assert.equal(
        searchEntries.map(({ uid }) => uid),
        found,
      );
    });
  }
}

const set = (type: string, value: string) => [new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) })];
const writes: readonly (readonly [what: string, write: (client: Client, own: string) => Promise<unknown>])[] = [
  ['set a password', (client) => client.modify(`uid=ada,${people}`, set('userPassword', 'a-long-password'))],
  ['change an address', (client) => client.modify(`uid=ada,${people}`, set('mail', 'mallory@example.org'))],
  ['forward mail', (client) => client.modify(`uid=ada,${people}`, set('mailRoutingAddress', 'mallory@example.net'))],
  ['change an alias', (client) => client.modify(`cn=office,ou=mail,${base}`, set('rfc822MailMember', 'mallory@example.net'))],
  ['give a group an address', (client) => client.modify(`cn=helpers,ou=groups,${base}`, set('mail', 'helpers@example.org'))],
  ['give itself rights', (client, own) => client.modify(own, set('mosGrant', '. | * | read, write'))],
  ['set its own password', (client, own) => client.modify(own, set('userPassword', 'a-long-password'))],
  ['delete a domain', (client) => client.del(`associatedDomain=example.org,ou=mail,${base}`)],
];
for (const [what, write] of writes) {
  for (const name of names) {
    test(`${name} may not ${what}`, async () => {
      const said = await write(clientOf(name), account(name)).then(
        () => 'done',
        (error: Error) => error.name,
      );
      assert.match(said, /^(InsufficientAccess|NoSuchObject)Error$/);
    });
  }
}

test.run();
