import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freshDatabase, serverUrl } from '../support/database.ts';
import { fromSource, ownEnvironment, startMos } from '../support/mos-process.ts';
import { RawClient, request } from '../support/raw-client.ts';
import { freePort } from '../support/slapd.ts';

/** The processes that a process has started and that still run. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let left = 600; !(await condition()); left--) {
    if (left === 0) throw new Error(`did not happen: ${what}`);
    await sleep(50);
  }
}

// a suite of its own: what is registered on uvu's shared one would run with another file's
const test = suite('workers');

test('several workers serve one port, know of each other’s changes, and are replaced when they die', async () => {
  const database = await freshDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'mos-workers-'));
  const env = { MOS_DATABASE_URL: database.url ?? '', MOS_SEED: 'base', MOS_VAR: folder };
  const mos = await startMos({ env, words: ['--workers', '2'], seconds: 60 });
  try {
    await until(() => (mos.log().match(/ started /g) ?? []).length === 2, 'two workers');
    const workers = childrenOf(mos.pid);
    const clients: RawClient[] = [];
    for (let count = 0; count < 4; count++) clients.push(await RawClient.connect(mos.port));
    const [first, ...others] = clients;
    if (first === undefined) throw new Error('a client');
    assert.is((await first.ask(request.bind(mos.rootDn, mos.rootPassword))).code, 0);
    const name = 'cn=desk,ou=groups,dc=example,dc=org';
    assert.is((await first.ask(request.add(name, { objectClass: ['groupOfNames'], cn: ['desk'] }))).code, 0);
    for (const client of others) {
      await client.ask(request.bind(mos.rootDn, mos.rootPassword));
      await until(async () => (await client.ask(request.search(name, { scope: 0 }))).code === 0, 'the change at the other worker');
    }
    for (const client of clients) client.close();
    process.kill(workers[0] ?? 0, 'SIGKILL');
    await until(() => childrenOf(mos.pid).filter((pid) => !workers.slice(0, 1).includes(pid)).length === 2, 'another worker');
    await until(() => (mos.log().match(/ started /g) ?? []).length === 3, 'it has started');
    await until(async () => {
      const client = await RawClient.connect(mos.port);
      const { code } = await client.ask(request.search('', { scope: 0 }));
      client.close();
      return code === 0;
    }, 'an answer');
  } catch (error) {
    throw new Error(`${String(error)}\n${mos.log()}`, { cause: error });
  } finally {
    await mos.stop();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

for (const taken of ['MOS_LDAP_LISTEN', 'MOS_WEB_LISTEN'] as const) {
  test(`an address of ${taken} that somebody else has ends the start with one sentence`, async () => {
    const database = await freshDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'mos-workers-'));
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const [ldap, web] = [`ldap://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    const where = `${taken === 'MOS_WEB_LISTEN' ? 'http' : 'ldap'}://127.0.0.1:${port}`;
    const settings = { MOS_DATABASE_URL: database.url ?? '', MOS_SEED: 'none', MOS_VAR: folder, MOS_ROOT_PASSWORD: 'hush-hush' };
    const env = { ...ownEnvironment(), ...settings, MOS_LDAP_LISTEN: ldap, MOS_WEB_LISTEN: web, [taken]: where };
    const child = spawn(process.execPath, [...fromSource, 'start', '--workers', '2'], { env });
    try {
      let said = '';
      for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (text: string) => (said += text));
      const [code] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) });
      assert.equal([code, said], [1, `mos: can't listen at ${where}: bind EADDRINUSE 127.0.0.1:${port}\n`]);
    } finally {
      child.kill();
      other.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

if (serverUrl === undefined) console.log('skipped: several workers need Postgres (npm run test:postgres)');
else test.run();
