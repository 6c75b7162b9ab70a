import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { equals, present, request } from '../support/raw-client.ts';
import { startTestServer } from '../support/server.ts';
import { change, dial, make, people, poll, refreshRequired, type SyncContext, watch } from '../support/sync-client.ts';

/** What those see who may not see everything. */
const eyes = suite<SyncContext>('content synchronization for those who see less');

const password = 'a-long-enough-password';
eyes.before.each(async (context) => {
  context.clients = [];
  const service = (name: string, ...grants: readonly string[]) =>
    [`dn: cn=${name},ou=services,${base}`, 'objectClass: applicationProcess', 'objectClass: mosService', `cn: ${name}`]
      .concat([`userPassword: ${password}`, ...grants.map((grant) => `mosGrant: ${grant}`), '', ''])
      .join('\n');
  const ldif =
    service('narrow', 'ou=people (description=x) | uid, description | read') +
    service('copy', 'ou=people | * | read, replicate') +
    person('ada', 'member', 'description: x') +
    person('bob') +
    person('eve', 'member', 'description: x', `userPassword: ${password}`);
  context.served = await startTestServer(ldif, 'club', { sizeLimit: 3 });
});
eyes.after.each(async ({ served, clients }) => {
  for (const client of clients) client.close();
  await served.stop();
});

eyes('an entry that leaves their sight is gone, one that they never saw is not told', async (context) => {
  const writer = await dial(context);
  const narrow = await dial(context, `cn=narrow,ou=services,${base}`, password);
  const options = { scope: 1, filter: present('uid') };
  const { said, cookie } = await poll(narrow, undefined, options);
  assert.equal(said, ['add uid=ada,ou=people', 'add uid=eve,ou=people', 'done']);
  const persistent = await watch(narrow, options);
  await make(writer, change.describe('bob', 'y'), change.describe('ada', 'y'));
  assert.is((await persistent.next()).text, 'delete uid=ada,ou=people');
  await make(writer, change.remove('bob'), change.describe('ada', 'x'));
  assert.is((await persistent.next()).text, 'add uid=ada,ou=people');
  // what is there is named, so that nothing need be said of what isn't
  assert.equal((await poll(writer, cookie, options)).said, ['add uid=ada,ou=people', 'idSet delete 1', 'done refreshDeletes']);
  narrow.send(request.abandon(persistent.id));
  assert.equal((await poll(narrow, cookie, options)).said, ['add uid=ada,ou=people', 'idSet present 1', 'done']);
});

eyes('whose rights change has to begin again', async (context) => {
  const writer = await dial(context);
  const eve = await dial(context, `uid=eve,${people}`, password);
  const options = { filter: equals('uid', 'ada') };
  const persistent = await watch(eve, options);
  await make(writer, request.modify(`uid=eve,${people}`, [2, 'mosStatus', `cn=banned,ou=statuses,${base}`]));
  assert.is((await persistent.next()).code, refreshRequired);
  assert.is((await poll(eve, persistent.cookie, options)).code, refreshRequired);
});

eyes('who comes into a role gets everything anew, who sees others come into it does not', async (context) => {
  const writer = await dial(context);
  const options = { filter: equals('uid', 'ada') };
  const eve = await dial(context, `uid=eve,${people}`, password);
  const { cookie } = await poll(eve, undefined, options);
  await make(
    writer,
    request.add(`cn=any,ou=groups,${base}`, { objectClass: ['groupOfNames'], cn: ['any'], member: [`uid=ada,${people}`] }),
  );
  assert.equal((await poll(eve, cookie, options)).said, ['idSet present 1', 'done']);
  await make(writer, request.modify(`cn=board,ou=groups,${base}`, [0, 'member', `cn=any,ou=groups,${base}`]));
  await make(writer, request.modify(`cn=any,ou=groups,${base}`, [0, 'member', `uid=eve,${people}`]));
  assert.is((await poll(eve, cookie, options)).code, refreshRequired);
  assert.equal((await poll(eve, cookie, options, true)).said, ['add uid=ada,ou=people', 'done']);
});

eyes('the limits of a search hold for all but those who may replicate', async (context) => {
  const eve = await dial(context, `uid=eve,${people}`, password);
  assert.is((await poll(eve)).code, 4);
  const copy = await dial(context, `cn=copy,ou=services,${base}`, password);
  assert.is((await poll(copy)).code, 0);
  assert.is((await poll(copy, undefined, { size: 2 })).code, 4);
});

eyes.run();

const pressure = suite<SyncContext>('content synchronization with clients that do not read');

pressure('who waits for changes is left alone, who does not read them is ended', async (context) => {
  context.clients = [];
  const large = Array.from({ length: 40 }, (_, index) => person(`p${index}`, 'member', `description: ${'x'.repeat(200_000)}`)).join('');
  context.served = await startTestServer(large, 'open', { idleMs: 600 });
  try {
    const [patient, deaf, writer] = [await dial(context), await dial(context), await dial(context)];
    const quiet = await watch(patient, { filter: equals('uid', 'p0'), attributes: ['uid'] }, undefined, base);
    await watch(deaf, {}, undefined, base);
    deaf.socket.pause();
    const rename = (from: string, to: string) => request.modifyDn(`ou=${from},${base}`, `ou=${to}`, true);
    for (let round = 0; round < 3; round++) await make(writer, rename('people', 'humans'), rename('humans', 'people'));
    writer.close();
    const { server } = context.served;
    for (let left = 200; server.connections > 1 && left > 0; left--) await sleep(50);
    assert.is(server.connections, 1, 'the deaf one is gone, the patient one is not');
    assert.is(patient.closed, false);
    await quiet.next();
  } finally {
    for (const client of context.clients) client.close();
    await context.served.stop();
  }
});

pressure.run();
