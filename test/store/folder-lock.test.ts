import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lockFolder } from '../../directory/store/folder-lock.ts';
import { openStore } from '../../directory/store/open-store.ts';
import { entry, entryCsn, put } from './rows.ts';

const test = suite<{ home: string; folder: string }>('the embedded folder');
// To make a database takes seconds; so the tests that need one share `home`, in the order in which they stand here.
test.before((context) => {
  context.home = mkdtempSync(join(tmpdir(), 'mos-home-'));
});
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'mos-folder-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));
test.after(({ home }) => rmSync(home, { recursive: true, force: true }));

const locks = (folder: string): string[] => readdirSync(folder).filter((name) => name.includes('.lock-'));

async function refusal(failing: Promise<unknown>): Promise<string> {
  return failing.then(() => 'no error', String);
}

/** Starts a process that opens the folder, and answers the first line that it says. */
async function opener(folder: string): Promise<{ child: ChildProcess; said: string }> {
  const script = fileURLToPath(new URL('open-folder.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text).trim())));
  return { child, said };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

test('keeps what was written, through close and open', async ({ home }) => {
  const suffix = entry('dc=example');
  const first = await openStore({ folder: home });
  await first.write((transaction) => transaction.append([put(1, suffix)]));
  await first.close();
  assert.equal(locks(home), []);
  const again = await openStore({ folder: home });
  assert.equal(await again.changesSince(0), { csn: 1, entryCsn: entryCsn(1), put: [suffix], deleted: [] });
  await again.close();
});

test('is open once, and is taken over from a process that was killed, with all that it wrote', async ({ home }) => {
  const { child, said } = await opener(home);
  assert.is(said, 'opened');
  assert.match(await refusal(openStore({ folder: home })), `is in use by process ${child.pid}`);
  const exit = ended(child);
  child.kill('SIGKILL');
  await exit;
  assert.is(locks(home).length, 1);
  const store = await openStore({ folder: home });
  assert.is((await store.changesSince(1)).put[0]?.rdn, `dc=of-${child.pid}`);
  await store.close();
  assert.equal(locks(home), []);
});

test('a process that closes it in order leaves nothing behind', async ({ home }) => {
  const { child } = await opener(home);
  const exit = ended(child);
  child.stdin?.end();
  await exit;
  assert.is(child.exitCode, 0);
  assert.equal(locks(home), []);
});

test('that is no database is said so', async ({ folder }) => {
  mkdirSync(join(folder, 'db'));
  writeFileSync(join(folder, 'db', 'PG_VERSION'), '9.4');
  assert.match(await refusal(openStore({ folder })), `StoreNotOpened: cannot open the embedded database in ${folder}`);
  assert.equal(locks(folder), []);
});

test('this process cannot open it twice either', async ({ folder }) => {
  const unlock = await lockFolder(join(folder, 'db'));
  assert.match(await refusal(lockFolder(join(folder, 'db'))), `in use by process ${process.pid}`);
  unlock();
  (await lockFolder(join(folder, 'db')))();
});

test('of many that come at once, one gets in', async ({ folder }) => {
  for (let round = 0; round < 5; round++) {
    const unlocks = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(join(folder, 'db'))));
    const inside = unlocks.filter((result) => result.status === 'fulfilled');
    assert.is(inside.length, 1);
    for (const { value } of inside) value();
  }
});

test('whose owner cannot be alive is free, whose owner cannot be seen is not', async ({ folder }) => {
  const unlock = await lockFolder(join(folder, 'db'));
  const [name = ''] = locks(folder);
  const mine = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  unlock();
  const leave = (owner: object): void => writeFileSync(join(folder, 'db.lock-left'), JSON.stringify({ ...mine, ...owner }));
  for (const dead of [{ boot: 'an earlier one' }, { started: '1' }, { pid: 2 ** 22 + 1 }]) {
    leave(dead);
    (await lockFolder(join(folder, 'db')))();
    assert.equal(locks(folder), [], JSON.stringify(dead));
  }
  leave({ host: `not-${hostname()}` });
  assert.match(await refusal(lockFolder(join(folder, 'db'))), /on the host not-.*remove .*db\.lock-left/);
  assert.equal(locks(folder), ['db.lock-left']);
});

test.run();
