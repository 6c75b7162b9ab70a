import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type PolicyCase, type PolicyStep, policyCases } from '../cases/slapd-password-policy.ts';
import { startMos } from '../support/mos-process.ts';
import { type Answer, ber, entryOf, RawClient, request } from '../support/raw-client.ts';
import { type LdapServer, slapdMissing, startSlapd } from '../support/slapd.ts';

/** slapd's ppolicy overlay and MOS, told the same (draft-behera-ldap-password-policy-10). */
const test = suite('password policy as slapd has it');
const suffix = 'dc=example,dc=org';
const control = { oid: '1.3.6.1.4.1.42.2.27.8.5.1' };
const passwordModify = '1.3.6.1.4.1.4203.1.11.1';

const servers: LdapServer[] = [];
test.before(async () => {
  const ldif = [join(import.meta.dirname, 'people.ldif')];
  servers.push(
    await startSlapd({
      baseDn: suffix,
      ldif,
      overlays: ['ppolicy'],
      lastOverlay: ['ppolicy_hash_cleartext'],
      database: ['access to attrs=userPassword by self write by * auth', 'access to * by * read'],
    }),
    await startMos({ baseDn: suffix, ldif }),
  );
});
test.after(async () => {
  for (const server of servers) await server.stop();
});

/** Plays a row on one server. @returns a line for each step */
async function play(server: LdapServer, { policy, steps }: PolicyCase, number: number): Promise<string[]> {
  const root = await RawClient.connect(server.port);
  const done = async (operation: Buffer) => {
    const { code, text } = await root.ask(operation);
    assert.is(code, 0, `${server.name}: ${text}`);
  };
  await done(request.bind(server.rootDn, server.rootPassword));
  const policyDn = `cn=policy${number},${suffix}`;
  const dn = `uid=case${number},${suffix}`;
  const rules = Object.fromEntries(Object.entries(policy).map(([name, value]) => [name, [value]]));
  await done(request.add(policyDn, { objectClass: ['organizationalRole', 'pwdPolicy'], pwdAttribute: ['userPassword'], ...rules }));
  await done(
    request.add(dn, { objectClass: ['inetOrgPerson'], uid: [`case${number}`], cn: ['x'], sn: ['x'], pwdPolicySubentry: [policyDn] }),
  );
  await done(request.modify(dn, [2, 'userPassword', 'first password']));
  const user = await RawClient.connect(server.port);
  const lines: string[] = [];
  for (const step of steps) lines.push(`${step.join(' ')}: ${await perform(step, { root, user, dn })}`);
  root.close();
  user.close();
  return lines;
}

interface Cast {
  readonly root: RawClient;
  readonly user: RawClient;
  readonly dn: string;
}

/** What the server says: the code, and the control's value when there is one. */
async function perform(step: PolicyStep, { root, user, dn }: Cast): Promise<string> {
  const told = ({ code, controls }: Answer) => `${code} ${controls.get(control.oid)?.toString('hex') ?? ''}`;
  const own = async (operation: Buffer) => told(await user.ask(operation, [control]));
  switch (step[0]) {
    case 'bind':
      return own(request.bind(dn, step[1]));
    case 'replace':
      return own(request.modify(dn, [2, 'userPassword', step[1]]));
    case 'exchange':
      return own(request.modify(dn, [1, 'userPassword', step[1]], [0, 'userPassword', step[2]]));
    case 'remove':
      return own(request.modify(dn, [1, 'userPassword']));
    case 'passmod': {
      const [, old, fresh] = step;
      const value = ber(0x30, ...(old === '' ? [] : [ber(0x81, old)]), ber(0x82, fresh));
      return own(request.extended(passwordModify, value));
    }
    case 'look':
      return own(request.search(suffix, { scope: 0 }));
    case 'whoami':
      return own(request.extended('1.3.6.1.4.1.4203.1.11.3'));
    case 'rename':
      return own(request.modifyDn(dn, 'uid=other', false));
    case 'reset':
      return told(await root.ask(request.modify(dn, [2, 'userPassword', step[1]])));
    case 'set':
      return told(await root.ask(request.modify(dn, [2, step[1], ...step.slice(2)])));
    case 'wait':
      await sleep(step[1]);
      return '';
    case 'count': {
      // a lock is written beside the answer
      await sleep(50);
      const { entries } = await root.ask(request.search(dn, { scope: 0, attributes: step.slice(1) }));
      const { attributes } = entryOf(entries[0]?.parts ?? []);
      return step
        .slice(1)
        .map((name) => `${attributes[name]?.length ?? 0}`)
        .join(' ');
    }
  }
}

async function compareBoth(row: PolicyCase, number: number): Promise<void> {
  const [slapd, mos] = servers;
  if (slapd === undefined || mos === undefined) throw new Error('two servers');
  const [theirs, ours] = await Promise.all([play(slapd, row, number), play(mos, row, number)]);
  if (row.ours === undefined) {
    assert.equal(ours, theirs);
    return;
  }
  const differing = ours.flatMap((line, index) => (line === theirs[index] ? [] : [line]));
  assert.equal(differing, row.ours, `${row.because}; slapd: ${JSON.stringify(theirs)}`);
}

if (slapdMissing !== undefined) console.log(`skipped: ${slapdMissing}`);
else {
  policyCases.forEach((row, number) => {
    test(row.name, () => compareBoth(row, number));
  });
  test.run();
}
