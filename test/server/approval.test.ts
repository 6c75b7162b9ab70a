import { Attribute, Change, Client } from 'ldapts';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import type { RawClient } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { dial, poll, watch } from '../support/sync-client.ts';

/** Approval as somebody meets it with an LDAP client. */
const test = suite('approval over LDAP');
const people = `ou=people,${base}`;
const password = 'a-good-password';
let served: TestServer;
let bob: Client;

test.before(async () => {
  served = await startTestServer(person('bob', 'member', `userPassword: ${password}`), 'club');
});
test.after(() => served.stop());
test.before.each(async () => {
  bob = new Client({ url: `ldap://127.0.0.1:${served.port}` });
  await bob.bind(`uid=bob,${people}`, password);
});
test.after.each(() => bob.unbind());

const replace = (type: string, ...values: readonly string[]) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [...values] }) });

/** What the client is told; undefined: success. */
async function refusalOf(attempt: Promise<unknown>): Promise<{ readonly code: number; readonly text: string } | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? Number(error.code) : -1, text: String(error) };
  }
}

const seen = async () => {
  const { searchEntries } = await bob.search(`uid=bob,${people}`, {
    scope: 'base',
    attributes: ['cn', 'mosNick', 'description', 'entryCSN'],
  });
  return searchEntries[0];
};

test('a change that needs approval is not made, and its number is told', async () => {
  const before = await seen();
  const told = await refusalOf(bob.modify(`uid=bob,${people}`, [replace('description', 'me'), replace('cn', 'Robert')]));
  assert.is(told?.code, 53);
  const [waiting] = await served.directory.store.revisions({ waiting: true });
  assert.match(told?.text ?? '', new RegExp(`waits for approval as number ${waiting?.csn}; nothing has changed yet`));
  assert.equal(await seen(), before);
});

test('what is one’s own to write is made at once', async () => {
  assert.is(await refusalOf(bob.modify(`uid=bob,${people}`, replace('mosNick', 'bobby'))), undefined);
  assert.is((await seen())?.['mosNick'], 'bobby');
});

test('once it is approved everybody sees it', async () => {
  const [waiting] = await served.directory.store.revisions({ waiting: true });
  await served.directory.asRoot('test').approvals.approve(waiting?.csn ?? 0);
  assert.is((await seen())?.['cn'], 'Robert');
});

test('a wrong value is told as without approval', async () => {
  const told = await refusalOf(bob.modify(`uid=bob,${people}`, replace('mosStatus', `cn=king,ou=statuses,${base}`)));
  assert.is(told?.code, 19);
});

test('a replica hears nothing of what waits, and of the change when it is made', async () => {
  const clients: RawClient[] = [];
  const context = { served, clients };
  const root = await dial(context);
  const { cookie } = await poll(root);
  const persisting = await watch(await dial(context), {}, cookie);
  await refusalOf(bob.modify(`uid=bob,${people}`, replace('sn', 'Tables')));
  const waiting = await poll(root, cookie);
  assert.equal(waiting.said, ['done refreshDeletes']);
  const [asked] = await served.directory.store.revisions({ waiting: true });
  await served.directory.asRoot('test').approvals.approve(asked?.csn ?? 0);
  assert.equal((await poll(root, waiting.cookie)).said, ['add uid=bob,ou=people', 'done refreshDeletes']);
  for (;;) {
    const { text } = await persisting.next();
    if (text === 'newCookie') continue;
    assert.is(text, 'modify uid=bob,ou=people');
    break;
  }
  for (const client of clients) client.close();
});

test.run();
