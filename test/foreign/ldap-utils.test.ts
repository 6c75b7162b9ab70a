import { execFile, spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** OpenLDAP's own tools as the judges, over each way in. */
const test = suite('ldap-utils');
const people = `ou=people,${base}`;
const installed = spawnSync('ldapsearch', ['-VV']).error === undefined;

interface Outcome {
  readonly code: number;
  readonly text: string;
}

function run(served: TestServer, tool: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, LDAPTLS_CACERT: served.caFile, LDAPTLS_REQCERT: 'demand' };
    const child = execFile(tool, args, { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

const ways: readonly (readonly [name: string, options: (served: TestServer) => readonly string[]])[] = [
  ['ldap://', ({ port }) => ['-H', `ldap://127.0.0.1:${port}`]],
  ['StartTLS', ({ port }) => ['-ZZ', '-H', `ldap://localhost:${port}`]],
  ['ldaps://', ({ tlsPort }) => ['-H', `ldaps://localhost:${tlsPort}`]],
];

if (!installed) console.log('skipped: ldap-utils is not installed');
for (const [way, options] of installed ? ways : []) {
  test(`all tools work over ${way}`, async () => {
    const served = await startTestServer(person('ada') + person('bob'));
    try {
      const root = ['-x', ...options(served), '-D', `cn=admin,${base}`, '-w', 'secret'];
      const ldap = (tool: string, args: readonly string[] = [], input = '') => run(served, tool, [...root, ...args], input);
      const add = await ldap('ldapadd', [], `dn: uid=eve,${people}\nobjectClass: inetOrgPerson\nuid: eve\ncn: Eve Evens\nsn: Evens\n\n`);
      assert.is(add.code, 0, add.text);
      const modify = await ldap(
        'ldapmodify',
        ['-e', 'preread=sn', '-e', 'postread=sn'],
        `dn: uid=eve,${people}\nchangetype: modify\nreplace: sn\nsn: Odds\n-\nadd: mail\nmail: eve@example.org\n\n`,
      );
      assert.match(modify.text, /sn: Evens[\s\S]*sn: Odds/);
      const search = await ldap('ldapsearch', ['-LLL', '-b', base, '(mail=EVE@example.org)', 'sn', 'mail']);
      assert.is(search.text.trim(), `dn: uid=eve,${people}\nsn: Odds\nmail: eve@example.org`);
      assert.is((await ldap('ldapcompare', [`uid=eve,${people}`, 'sn:ODDS'])).code, 6);
      assert.is((await ldap('ldapcompare', [`uid=eve,${people}`, 'sn:Evens'])).code, 5);
      assert.is((await ldap('ldappasswd', ['-s', 'first-password', `uid=eve,${people}`])).code, 0);
      const eve = ['-x', ...options(served), '-D', `uid=eve,${people}`, '-w', 'first-password'];
      assert.is((await run(served, 'ldapwhoami', eve)).text.trim(), `dn:uid=eve,${people}`);
      assert.is((await run(served, 'ldappasswd', [...eve, '-a', 'wrong', '-s', 'x'])).code !== 0, true);
      assert.is((await run(served, 'ldappasswd', [...eve, '-a', 'first-password', '-s', 'second-password'])).code, 0);
      assert.is((await run(served, 'ldapwhoami', eve)).code, 49);
      assert.is((await ldap('ldapmodrdn', ['-r', `uid=eve,${people}`, 'uid=eva'])).code, 0);
      assert.is((await ldap('ldapdelete', [`uid=eva,${people}`])).code, 0);
      assert.is((await ldap('ldapdelete', [`uid=eva,${people}`])).code, 32);
      const paged = await ldap('ldapsearch', ['-LLL', '-E', 'pr=3/noprompt', '-b', base, '1.1']);
      assert.is(paged.text.match(/^dn: /gm)?.length, served.directory.tree.size);
      assert.is((await ldap('ldapsearch', ['-e', '!1.2.3.4', '-b', base])).code, 12);
      assert.is((await ldap('ldapsearch', ['-z', '3', '-b', base, '1.1'])).code, 4);
      assert.is(
        (await ldap('ldapmodify', ['-e', '!assert=(uid=ada)'], `dn: uid=bob,${people}\nchangetype: modify\nreplace: sn\nsn: x\n\n`)).code,
        122,
      );
    } finally {
      await served.stop();
    }
  });
}

test.run();
