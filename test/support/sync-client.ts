import * as assert from 'uvu/assert';
import { base } from './directory.ts';
import { type Answer, ber, elements, entryOf, integer, RawClient, type RawControl, request } from './raw-client.ts';
import type { TestServer } from './server.ts';

/** A consumer of content (RFC 4533) over the raw client; what it is told becomes a line a message. */
export const people = `ou=people,${base}`;
export const REQUEST = '1.3.6.1.4.1.4203.1.9.1.1';
const STATE = '1.3.6.1.4.1.4203.1.9.1.2';
const DONE = '1.3.6.1.4.1.4203.1.9.1.3';
const INFO = '1.3.6.1.4.1.4203.1.9.1.4';
/** The result code */
export const refreshRequired = 4096;
const states = ['present', 'add', 'modify', 'delete'];

/** A server, and who is connected to it. */
export interface SyncContext {
  served: TestServer;
  clients: RawClient[];
}

/** A client that has bound; with an empty DN one that has not. */
export async function dial({ served, clients }: SyncContext, dn = `cn=admin,${base}`, password = 'secret'): Promise<RawClient> {
  const client = await RawClient.connect(served.port);
  clients.push(client);
  if (dn !== '') assert.is((await client.ask(request.bind(dn, password))).code, 0);
  return client;
}

/** @param cookie undefined for a consumer that has nothing */
export function sync(mode: 'refreshOnly' | 'refreshAndPersist', cookie?: string, reload = false): RawControl[] {
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

/** Asks once. @param cookie undefined for a consumer that has nothing */
export async function poll(
  client: RawClient,
  cookie?: string,
  options: Parameters<typeof request.search>[1] = {},
  reload = false,
): Promise<Poll> {
  const answer = await client.ask(request.search(people, options), sync('refreshOnly', cookie, reload));
  const last = told(answer);
  return { code: answer.code, said: [...answer.entries.map((each) => told(each).text), last.text], cookie: last.cookie };
}

/** Requests that change a person. */
export const change = {
  describe: (uid: string, value: string) => request.modify(`uid=${uid},${people}`, [2, 'description', value]),
  rename: (uid: string, to: string) => request.modifyDn(`uid=${uid},${people}`, `uid=${to}`, true),
  remove: (uid: string) => request.delete(`uid=${uid},${people}`),
  add: (uid: string) =>
    request.add(`uid=${uid},${people}`, { objectClass: ['inetOrgPerson'], uid: [uid], cn: [uid], sn: [uid], description: [uid] }),
};

/** Makes changes, one after the other. */
export async function make(client: RawClient, ...changes: readonly Buffer[]): Promise<void> {
  for (const each of changes) assert.is((await client.ask(each)).code, 0);
}

/** A search that persists: its refresh stage, and then message by message. */
export interface Watch {
  readonly id: number;
  readonly refresh: readonly string[];
  readonly cookie: string | undefined;
  next(): Promise<{ readonly text: string; readonly cookie: string | undefined; readonly code: number }>;
}

/** Begins a persistent search and takes what its refresh tells. */
export async function watch(
  client: RawClient,
  options: Parameters<typeof request.search>[1] = {},
  cookie?: string,
  from = people,
): Promise<Watch> {
  const id = client.send(request.search(from, options), sync('refreshAndPersist', cookie));
  const next = async () => {
    const answer = await client.next();
    if (answer === undefined) throw new Error('the connection has ended');
    assert.is(answer.id, id, `an answer to ${id}, not to ${answer.id}`);
    return { ...told(answer), code: answer.code };
  };
  for (const refresh: string[] = []; ; ) {
    const { text, cookie: given, code } = await next();
    assert.is(code, -1, `the refresh ended with ${code}`);
    refresh.push(text);
    if (text.startsWith('refresh')) return { id, refresh, cookie: given, next };
  }
}
