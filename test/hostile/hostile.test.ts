import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startMos } from '../support/mos-process.ts';
import type { LdapServer } from '../support/slapd.ts';
import { type Attack, attacks, type Target } from './attacks.ts';
import { HonestClient, sample } from './watch.ts';

/** Attacks from outside on a process of its own: it lives, it serves others, and it gives back what it took. */
const test = suite('hostile');
const base = 'dc=example,dc=org';
/** MiB that an attack may add: MOS_BUFFERS, and three times as much for what is not collected yet */
const mostGrowth = 512;
/** The embedded database opens one now and then, and keeps it open. */
const filesOfDatabase = 16;
const limits = { MOS_BUFFERS: '128M', MOS_MESSAGE_TIME: '3' };
const folder = mkdtempSync(join(tmpdir(), 'mos-hostile-'));
const table: string[] = [];
let server: LdapServer;
let honest: HonestClient;
let target: Target;

test.before(async () => {
  const person = (uid: string, ...lines: readonly string[]) =>
    [`dn: uid=${uid},ou=people,${base}`, 'objectClass: inetOrgPerson', `uid: ${uid}`, `cn: ${uid}`, `sn: ${uid}`, ...lines, '', ''].join(
      '\n',
    );
  const tree = `dn: ${base}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: x\n\ndn: ou=people,${base}\nobjectClass: organizationalUnit\nou: people\n\n`;
  const crowd = Array.from({ length: 3000 }, (_, index) =>
    person(`p${index}`, `mail: p${index}@example.org`, `description: ${'x'.repeat(200)}`),
  );
  const file = join(folder, 'crowd.ldif');
  writeFileSync(file, [tree, person('ada', 'userPassword: analysis'), person('eve', 'userPassword: hunting'), ...crowd].join(''));
  const access = join(folder, 'hostile.access');
  writeFileSync(access, 'secret | userPassword\nallow | anonymous | . | * | read\nallow | self | . | * | write\n');
  server = await startMos({ baseDn: base, ldif: [file], env: { ...limits, MOS_ACCESS: access } });
  target = { server, base, member: [`uid=eve,ou=people,${base}`, 'hunting'] };
  honest = new HonestClient([server.port, `uid=ada,ou=people,${base}`, 'analysis', base]);
  await until(() => honest.served().answered > 0, 20);
});
test.after(() => {
  console.log(['', 'MiB before, most, after | descriptors | longest wait of the others', ...table].join('\n'));
  honest.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function until(holds: () => boolean, seconds: number): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !holds(); await sleep(50))
    if (Date.now() > deadline) throw new Error('it does not come');
}

async function survive(attack: Attack): Promise<void> {
  const before = sample(server.pid);
  honest.served();
  let most = before;
  const watch = setInterval(() => {
    const { rss, descriptors } = sample(server.pid);
    most = { rss: Math.max(rss, most.rss), descriptors: Math.max(descriptors, most.descriptors) };
  }, 50);
  await attack.run(target).finally(() => clearInterval(watch));
  await until(() => sample(server.pid).descriptors <= before.descriptors + filesOfDatabase, 30);
  const after = sample(server.pid);
  // it reports now and then
  await sleep(300);
  const { answered, longest } = honest.served();
  const numbers = `${before.rss} ${most.rss} ${after.rss}`.padEnd(15);
  const descriptors = `${before.descriptors} ${most.descriptors} ${after.descriptors}`.padEnd(13);
  table.push(`${numbers} | ${descriptors} | ${String(longest).padStart(5)} ms | ${attack.name}`);
  assert.ok(answered > 0, 'nobody else was served');
  assert.ok(most.rss - before.rss < mostGrowth, `it grew from ${before.rss} to ${most.rss} MiB`);
}

const only = process.env['MOS_TEST_ATTACK'] ?? '';
for (const attack of attacks.filter(({ name }) => name.includes(only))) test(attack.name, () => survive(attack));

test('the tree is what it was, and it ends when it is told to, whoever is connected', async () => {
  const attacker = attacks.find(({ name }) => name.startsWith('200 that ask'));
  const going = attacker?.run(target);
  await sleep(500);
  honest.stop();
  await server.stop();
  await going;
});

test.run();
