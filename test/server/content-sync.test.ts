import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { type Answer, ber, elements, entryOf, integer, RawClient, type RawControl, request } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** RFC 4533, message by message. */
const people = `ou=people,${base}`;
const REQUEST = '1.3.6.1.4.1.4203.1.9.1.1';
const STATE = '1.3.6.1.4.1.4203.1.9.1.2';
const DONE = '1.3.6.1.4.1.4203.1.9.1.3';
const INFO = '1.3.6.1.4.1.4203.1.9.1.4';
const states = ['present', 'add', 'modify', 'delete'];

interface Context {
  served: TestServer;
  clients: RawClient[];
}
const test = suite<Context>('content synchronization');

test.before.each(async (context) => {
  context.clients = [];
  context.served = await startTestServer(person('ada') + person('bob') + person('eve'), 'open');
});
test.after.each(async ({ served, clients }) => {
  for (const client of clients) client.close();
  await served.stop();
});

async function dial({ served, clients }: Context, dn = `cn=admin,${base}`, password = 'secret'): Promise<RawClient> {
  const client = await RawClient.connect(served.port);
  clients.push(client);
  if (dn !== '') assert.is((await client.ask(request.bind(dn, password))).code, 0);
  return client;
}

/** @param cookie undefined for a consumer that has nothing */
function sync(mode: 'refreshOnly' | 'refreshAndPersist', cookie?: string, reload = false): RawControl[] {
  const parts = [integer(mode === 'refreshOnly' ? 1 : 3, 0x0a), ...(cookie === undefined ? [] : [ber(0x04, cookie)])];
  return [{ oid: REQUEST, critical: true, value: ber(0x30, ...parts, ...(reload ? [ber(0x01, Buffer.from([0xff]))] : [])) }];
}

/** One message in a line: `add uid=ada`, `idSet delete 2`, `refreshDelete`; and the cookie if it has one. */
function told(answer: Answer): { readonly text: string; readonly cookie: string | undefined } {
  const state = answer.controls.get(STATE);
  if (answer.tag === 0x64 && state !== undefined) {
    const [kind, , cookie] = elements(elements(state)[0]?.content ?? Buffer.alloc(0));
    const { dn } = entryOf(answer.parts);
    return { text: `${states[kind?.content[0] ?? 9]} ${dn.replace(`,${base}`, '')}`, cookie: cookie && String(cookie.content) };
  }
  if (answer.tag === 0x79) {
    const [info] = elements(answer.parts.find(({ tag }) => tag === 0x81)?.content ?? Buffer.alloc(0));
    assert.is(String(answer.parts[0]?.content), INFO);
    if (info?.tag === 0x80) return { text: 'newCookie', cookie: String(info.content) };
    const fields = elements(info?.content ?? Buffer.alloc(0));
    const cookie = fields.find(({ tag }) => tag === 0x04);
    const flag = fields.some(({ tag }) => tag === 0x01);
    const uuids = elements(fields.find(({ tag }) => tag === 0x31)?.content ?? Buffer.alloc(0));
    const name = { 161: 'refreshDelete', 162: 'refreshPresent', 163: `idSet ${flag ? 'delete' : 'present'} ${uuids.length}` };
    return { text: name[info?.tag as keyof typeof name] ?? `${info?.tag}`, cookie: cookie && String(cookie.content) };
  }
  const done = answer.controls.get(DONE);
  const fields = elements(elements(done ?? ber(0x30))[0]?.content ?? Buffer.alloc(0));
  const deletes = fields.some(({ tag }) => tag === 0x01);
  return { text: `done${deletes ? ' refreshDeletes' : ''}`, cookie: fields[0] && String(fields[0].content) };
}

interface Poll {
  readonly code: number;
  readonly said: readonly string[];
  readonly cookie: string | undefined;
}

async function poll(client: RawClient, cookie?: string, options: Parameters<typeof request.search>[1] = {}, reload = false): Promise<Poll> {
  const answer = await client.ask(request.search(people, options), sync('refreshOnly', cookie, reload));
  const last = told(answer);
  return { code: answer.code, said: [...answer.entries.map((each) => told(each).text), last.text], cookie: last.cookie };
}

const change = {
  describe: (uid: string, value: string) => request.modify(`uid=${uid},${people}`, [2, 'description', value]),
  rename: (uid: string, to: string) => request.modifyDn(`uid=${uid},${people}`, `uid=${to}`, true),
  remove: (uid: string) => request.delete(`uid=${uid},${people}`),
  add: (uid: string) =>
    request.add(`uid=${uid},${people}`, { objectClass: ['inetOrgPerson'], uid: [uid], cn: [uid], sn: [uid], description: [uid] }),
};

async function make(client: RawClient, ...changes: readonly Buffer[]): Promise<void> {
  for (const each of changes) assert.is((await client.ask(each)).code, 0);
}

test('a consumer that has nothing is told everything, superiors first', async (context) => {
  const { code, said, cookie } = await poll(await dial(context));
  assert.is(code, 0);
  assert.equal(said, ['add ou=people', 'add uid=ada,ou=people', 'add uid=bob,ou=people', 'add uid=eve,ou=people', 'done']);
  assert.match(cookie ?? '', /^csn=\d{14}\.\d{6}Z#000000#000#000000$/);
});

test('with a cookie it is told what has changed since, in the order in which it happened', async (context) => {
  const client = await dial(context);
  const { cookie } = await poll(client);
  assert.equal((await poll(client, cookie)).said, ['done refreshDeletes']);
  await make(client, change.describe('ada', 'x'), change.rename('eve', 'eva'), change.remove('bob'), change.add('bob'));
  const next = await poll(client, cookie);
  assert.equal(next.said, [
    'add uid=ada,ou=people',
    'add uid=eva,ou=people',
    'idSet delete 1',
    'add uid=bob,ou=people',
    'done refreshDeletes',
  ]);
  assert.equal((await poll(client, next.cookie)).said, ['done refreshDeletes']);
});

test.run();
