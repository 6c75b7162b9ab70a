import { Attribute, Change, Client } from 'ldapts';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { serveDirectory } from '../support/server.ts';
import { goodPassword, startTestSite, type TestSite, type Visitor } from '../support/site.ts';

/** Passwords that change within one second, which is as fine as LDAP's pwdChangedTime is. */
const test = suite('a session and its password');
const fresh = 'quite-another-password';
const now = Date.UTC(2026, 2, 1, 12, 0, 0, 500);
let site: TestSite;
let ldap: Awaited<ReturnType<typeof serveDirectory>>;
let made = 0;

test.before(async () => {
  site = await startTestSite('', { clock: () => now });
  ldap = await serveDirectory(site);
});
test.after(async () => {
  await ldap.stop();
  await site.stop();
});

const isIn = async (visitor: Visitor) => (await visitor.get('/me')).status === 200;
const dnOf = (uid: string) => `uid=${uid},ou=people,${base}`;

async function member(): Promise<string> {
  const uid = `member${++made}`;
  await site.load(person(uid, 'member', `userPassword: ${goodPassword}`));
  return uid;
}

/** Puts these values in the place of a member's password, over LDAP. @param by undefined: the administrator */
async function replace(uid: string, values: readonly string[], by?: string): Promise<void> {
  const client = new Client({ url: `ldap://127.0.0.1:${ldap.port}` });
  try {
    await client.bind(by === undefined ? `cn=admin,${base}` : dnOf(uid), by ?? 'secret');
    const modification = new Attribute({ type: 'userPassword', values: [...values] });
    await client.modify(dnOf(uid), new Change({ operation: 'replace', modification }));
  } finally {
    await client.unbind();
  }
}

function changedTime(uid: string): string {
  const entry = site.directory.tree.named(dnOf(uid));
  return entry === undefined ? '' : String(site.directory.valuesOf(entry, 'pwdChangedTime'));
}

test('ends with a change of it over LDAP in the second in which it began; one begun after that in the same second lives', async () => {
  const uid = await member();
  const before = await site.as(uid);
  assert.is(await isIn(before), true);
  await replace(uid, [fresh], goodPassword);
  assert.is(await isIn(before), false);
  const after = await site.as(uid, fresh);
  assert.is(await isIn(after), true);
});

test('ends with each of many changes within a second, also with one back to the same words', async () => {
  const uid = await member();
  const visitors: Visitor[] = [];
  for (const password of [fresh, goodPassword, fresh, fresh]) {
    await replace(uid, [password]);
    visitors.push(await site.as(uid, password));
    assert.equal(
      await Promise.all(visitors.map(isIn)),
      visitors.map((_, nth) => nth === visitors.length - 1),
    );
  }
  assert.is(changedTime(uid), '20260301120004Z', 'a time as LDAP has it, one second after the other');
});

test('does not come back when the password is taken away and set again within a second', async () => {
  const uid = await member();
  const before = await site.as(uid);
  await replace(uid, []);
  await replace(uid, [goodPassword]);
  assert.is(await isIn(before), false);
  assert.is(await isIn(await site.as(uid)), true);
});

test('goes on when anything else of the entry changes, and when an imported hash is renewed', async () => {
  const uid = `member${++made}`;
  // {SHA} of "test"
  await site.load(person(uid, 'member', 'userPassword: {SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M='));
  const visitor = await site.as(uid, 'test');
  const entry = () => site.directory.tree.named(dnOf(uid));
  const isRenewed = () => {
    const known = entry();
    return known !== undefined && String(site.directory.valuesOf(known, 'userPassword')).startsWith('{ARGON2}');
  };
  while (!isRenewed()) await new Promise((resolve) => setTimeout(resolve, 10));
  await site.directory
    .asRoot('test')
    .modify(dnOf(uid), [{ operation: 'replace', attribute: { description: 'title', values: [Buffer.from('Dr.')] } }]);
  assert.is(await isIn(visitor), true);
});

test('that was begun with a password which was changed while it was looked at is over at once', async () => {
  const uid = await member();
  const { authenticator } = site;
  const real = authenticator.authenticate.bind(authenticator);
  authenticator.authenticate = async (credentials) => {
    const identity = await real(credentials);
    authenticator.authenticate = real;
    await replace(uid, [fresh]);
    return identity;
  };
  assert.is(await isIn(await site.as(uid)), false);
  assert.is(await isIn(await site.as(uid, fresh)), true);
});

test.run();
