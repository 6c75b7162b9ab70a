import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { type Answer, ber, entryOf, RawClient, type RawControl, request } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** draft-behera-ldap-password-policy-10, on the wire. */
const test = suite('password policy');
const people = `ou=people,${base}`;
const admin = `cn=admin,${base}`;
const control: RawControl = { oid: '1.3.6.1.4.1.42.2.27.8.5.1' };
const whoAmI = request.extended('1.3.6.1.4.1.4203.1.11.3');
/** The control's value: an error, a warning with its number (draft-behera §6.2) */
const says = (error?: number) => (error === undefined ? '3000' : `300381010${error}`);
const graceLeft = (left: number) => `3005a00381010${left}`;
const errors = { expired: 0, reset: 2, notAllowed: 3, oldMissing: 4, poor: 5, short: 6, young: 7, used: 8 } as const;

const day = 86_400_000;
/** What the server takes for now, in milliseconds */
let now = Date.UTC(2030, 0, 1);
let served: TestServer;
let users = 0;

test.before(async () => {
  const policies = `dn: ou=policies,${base}\nobjectClass: organizationalUnit\nou: policies\n\n`;
  served = await startTestServer(
    policies +
      person('sue') +
      `dn: cn=helpdesk,ou=services,${base}\nobjectClass: applicationProcess\nobjectClass: mosService\ncn: helpdesk\nuserPassword: helpdesk\nmosGrant: ou=people | * | read, add\nmosGrant: ou=people | userPassword | write\n\n`,
    'club',
    {},
    { clock: () => now, passwordMinLength: 10 },
  );
});
test.after(() => served.stop());

const admins = async (): Promise<RawClient> => {
  const client = await RawClient.connect(served.port);
  assert.is((await client.ask(request.bind(admin, 'secret'))).code, 0);
  return client;
};

/** A person under a policy of their own. @returns the DN */
async function someone(policy: Readonly<Record<string, string>> | undefined, password = 'first password'): Promise<string> {
  const name = `user${++users}`;
  const dn = `uid=${name},${people}`;
  const root = await admins();
  const policyDn = `cn=for-${name},ou=policies,${base}`;
  if (policy !== undefined) {
    const values = Object.fromEntries(Object.entries(policy).map(([key, value]) => [key, [value]]));
    const added = await root.ask(
      request.add(policyDn, { objectClass: ['organizationalRole', 'pwdPolicy'], pwdAttribute: ['userPassword'], ...values }),
    );
    assert.is(added.code, 0, added.text);
  }
  const { code, text } = await root.ask(
    request.add(dn, {
      objectClass: ['inetOrgPerson', 'mosMember'],
      cn: [name],
      sn: [name],
      mosStatus: [`cn=member,ou=statuses,${base}`],
      userPassword: [password],
      ...(policy && { pwdPolicySubentry: [policyDn] }),
    }),
  );
  assert.is(code, 0, text);
  root.close();
  return dn;
}

async function bindAs(dn: string, password: string, controls: readonly RawControl[] = [control]) {
  const client = await RawClient.connect(served.port);
  const answer = await client.ask(request.bind(dn, password), controls);
  return { client, code: answer.code, says: sayingOf(answer), text: answer.text };
}
const sayingOf = ({ controls }: Answer) => controls.get(control.oid)?.toString('hex');

const replace = (dn: string, password: string) => request.modify(dn, [2, 'userPassword', password]);
const exchange = (dn: string, old: string, fresh: string) => request.modify(dn, [1, 'userPassword', old], [0, 'userPassword', fresh]);
const passwordModify = (fields: { user?: string; old?: string; fresh?: string }) =>
  request.extended(
    '1.3.6.1.4.1.4203.1.11.1',
    ber(
      0x30,
      ...(fields.user === undefined ? [] : [ber(0x80, fields.user)]),
      ...(fields.old === undefined ? [] : [ber(0x81, fields.old)]),
      ...(fields.fresh === undefined ? [] : [ber(0x82, fields.fresh)]),
    ),
  );

/** An attribute of an entry, as the administrator reads it. */
async function read(dn: string, name: string): Promise<string[]> {
  const root = await admins();
  const { entries } = await root.ask(request.search(dn, { scope: 0, attributes: [name] }));
  root.close();
  return entryOf(entries[0]?.parts ?? []).attributes[name] ?? [];
}

/** Waits for what is written behind an answer. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come about');
}

async function asAdmin(operation: Buffer): Promise<void> {
  const root = await admins();
  const { code, text } = await root.ask(operation);
  assert.is(code, 0, text);
  root.close();
}

// a person's change of their own password: code, and what the control says

interface Row {
  readonly name: string;
  readonly policy: Readonly<Record<string, string>> | undefined;
  readonly change: (dn: string) => Buffer;
  readonly code: number;
  readonly error?: number;
}
const hash = '{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3';
const rows: readonly Row[] = [
  { name: 'a short one is refused', policy: undefined, change: (dn) => replace(dn, '9 letters'), code: 19, error: errors.short },
  { name: 'one of ten letters is taken, each of two bytes', policy: undefined, change: (dn) => replace(dn, 'äöüßäöüßäö'), code: 0 },
  { name: 'length counts letters, not bytes', policy: undefined, change: (dn) => replace(dn, 'äöüßäöüß'), code: 19, error: errors.short },
  {
    name: 'a common one is refused in any case',
    policy: undefined,
    change: (dn) => replace(dn, 'Passwort1234'),
    code: 19,
    error: errors.poor,
  },
  {
    name: 'a common one with a year and a mark after it is refused',
    policy: undefined,
    change: (dn) => replace(dn, 'Banana2024!'),
    code: 19,
    error: errors.poor,
  },
  { name: 'a common word within a longer one is taken', policy: undefined, change: (dn) => replace(dn, 'a banana a day'), code: 0 },
  {
    name: 'five at once are refused',
    policy: undefined,
    change: (dn) => request.modify(dn, [2, 'userPassword', ...['one', 'two', 'three', 'four', 'five'].map((nth) => `password ${nth}`)]),
    code: 19,
  },
  { name: 'a hash is taken', policy: undefined, change: (dn) => replace(dn, hash), code: 0 },
  {
    name: 'a hash is refused where all must be checked',
    policy: { pwdCheckQuality: '2' },
    change: (dn) => replace(dn, hash),
    code: 19,
    error: errors.poor,
  },
  {
    name: 'nothing is checked where quality is off',
    policy: { pwdCheckQuality: '0', pwdMinLength: '12' },
    change: (dn) => replace(dn, 'secret'),
    code: 0,
  },
  {
    name: 'a length of the policy holds',
    policy: { pwdCheckQuality: '1', pwdMinLength: '12' },
    change: (dn) => replace(dn, 'elf letters'),
    code: 19,
    error: errors.short,
  },
  {
    name: 'so does a greatest length',
    policy: { pwdCheckQuality: '1', pwdMaxLength: '12' },
    change: (dn) => replace(dn, 'thirteen char'),
    code: 19,
    error: errors.poor,
  },
  {
    name: 'the same rules hold for the extended operation',
    policy: undefined,
    change: () => passwordModify({ old: 'first password', fresh: 'short' }),
    code: 19,
    error: errors.short,
  },
  {
    name: 'what looks like a hash is judged as typed there',
    policy: { pwdCheckQuality: '2', pwdMinLength: '5' },
    change: () => passwordModify({ old: 'first password', fresh: '{x}' }),
    code: 19,
    error: errors.short,
  },
  {
    name: 'the policy may leave it to others',
    policy: { pwdAllowUserChange: 'FALSE' },
    change: (dn) => replace(dn, 'second password'),
    code: 50,
    error: errors.notAllowed,
  },
  {
    name: 'the old one may be asked for',
    policy: { pwdSafeModify: 'TRUE' },
    change: (dn) => replace(dn, 'second password'),
    code: 50,
    error: errors.oldMissing,
  },
  {
    name: 'the old one may be given',
    policy: { pwdSafeModify: 'TRUE' },
    change: (dn) => exchange(dn, 'first password', 'second password'),
    code: 0,
  },
  {
    name: 'a wrong old one is no old one',
    policy: { pwdSafeModify: 'TRUE' },
    change: (dn) => exchange(dn, 'wrong', 'second password'),
    code: 53,
    error: errors.oldMissing,
  },
  {
    name: 'the extended operation wants the old one',
    policy: undefined,
    change: () => passwordModify({ fresh: 'second password' }),
    code: 53,
    error: errors.oldMissing,
  },
  {
    name: 'the extended operation brings the old one',
    policy: { pwdSafeModify: 'TRUE' },
    change: () => passwordModify({ old: 'first password', fresh: 'second password' }),
    code: 0,
  },
  {
    name: 'it may be too soon',
    policy: { pwdMinAge: '60' },
    change: (dn) => replace(dn, 'second password'),
    code: 19,
    error: errors.young,
  },
  {
    name: 'the present one is in the history',
    policy: { pwdInHistory: '1' },
    change: (dn) => replace(dn, 'first password'),
    code: 19,
    error: errors.used,
  },
  { name: 'without a history it may stay', policy: { pwdInHistory: '0' }, change: (dn) => replace(dn, 'first password'), code: 0 },
];
for (const { name, policy, change, code, error } of rows) {
  test(`one's own password: ${name}`, async () => {
    const dn = await someone(policy);
    const { client } = await bindAs(dn, 'first password');
    const without = error === undefined ? undefined : await client.ask(change(dn));
    const answer = await client.ask(change(dn), [control]);
    assert.is(answer.code, code, answer.text);
    assert.is(sayingOf(answer), error === undefined ? undefined : says(error));
    if (without !== undefined) assert.equal([without.code, without.controls.size], [code, 0]);
    client.close();
  });
}

test('a password in the notation of clear text is the text behind it', async () => {
  const dn = await someone(undefined);
  const { client } = await bindAs(dn, 'first password');
  assert.is((await client.ask(replace(dn, '{CLEARTEXT}second password'))).code, 0);
  assert.is((await bindAs(dn, 'second password')).code, 0);
});

test('the root DN sets what it likes, and it is hashed', async () => {
  const dn = await someone({ pwdCheckQuality: '2', pwdMinLength: '12', pwdInHistory: '3', pwdMinAge: '60' }, 'x');
  await asAdmin(replace(dn, 'x'));
  assert.is((await bindAs(dn, 'x')).code, 0);
  const root = served.directory.tree.find(served.directory.schema.normalizeDn(dn));
  assert.match(String(root && served.directory.valuesOf(root, 'userPassword')[0]), /^\{ARGON2\}/);
});

test('a service that sets passwords is judged by their quality, not by their age or who they belong to', async () => {
  const dn = await someone({
    pwdCheckQuality: '1',
    pwdMinLength: '12',
    pwdMinAge: '60',
    pwdSafeModify: 'TRUE',
    pwdAllowUserChange: 'FALSE',
  });
  const { client } = await bindAs(`cn=helpdesk,ou=services,${base}`, 'helpdesk');
  const short = await client.ask(replace(dn, 'short'), [control]);
  assert.equal([short.code, sayingOf(short)], [19, says(errors.short)], short.text);
  assert.is((await client.ask(replace(dn, 'long enough for it'))).code, 0);
  const added = await client.ask(
    request.add(`uid=fresh,${people}`, { objectClass: ['inetOrgPerson'], cn: ['f'], sn: ['f'], userPassword: ['short'] }),
    [control],
  );
  assert.equal([added.code, sayingOf(added)], [19, says(errors.short)]);
});

// history

test('old passwords come back when the history has forgotten them, and no sooner', async () => {
  const dn = await someone({ pwdInHistory: '2' });
  const change = async (to: string): Promise<number> => {
    now += 60_000;
    const { client } = await bindAs(dn, current);
    const { code } = await client.ask(replace(dn, to));
    if (code === 0) current = to;
    client.close();
    return code;
  };
  let current = 'first password';
  assert.is(await change('second password'), 0);
  assert.is(await change('first password'), 19);
  assert.is(await change('third password'), 0);
  assert.is(await change('first password'), 19);
  assert.is(await change('fourth password'), 0);
  assert.is(await change('first password'), 0);
  const values = await read(dn, 'pwdHistory');
  assert.is(values.length, 2);
  for (const value of values) assert.match(value, /^\d{14}Z#1\.3\.6\.1\.4\.1\.1466\.115\.121\.1\.40#\d+#\{ARGON2\}/);
});

// reset

test('after a reset only the password can be changed, and then everything is as before', async () => {
  const dn = await someone({ pwdMustChange: 'TRUE' });
  await asAdmin(request.modify(dn, [1, 'pwdReset']));
  const before = await bindAs(dn, 'first password');
  assert.equal([before.code, before.says], [0, says()]);
  await asAdmin(replace(dn, 'from admin'));
  assert.equal(await read(dn, 'pwdReset'), ['TRUE']);
  const { client, code, says: told } = await bindAs(dn, 'from admin');
  assert.equal([code, told], [0, says(errors.reset)]);
  const refused = [
    request.search(base),
    request.compare(dn, 'cn', 'x'),
    request.add(`uid=x,${people}`, { objectClass: ['account'] }),
    request.modify(dn, [2, 'displayName', 'x']),
    request.modify(dn, [2, 'userPassword', 'second password'], [2, 'displayName', 'x']),
    replace(`uid=sue,${people}`, 'second password'),
    request.delete(dn),
    request.modifyDn(dn, 'uid=other', true),
  ];
  for (const operation of refused) {
    const answer = await client.ask(operation, [control]);
    assert.equal([answer.code, sayingOf(answer)], [50, says(errors.reset)], answer.text);
    assert.is((await client.ask(operation)).controls.size, 0);
  }
  // it holds in a session that was there before
  assert.is((await before.client.ask(request.search(base))).code, 50);
  assert.is((await client.ask(whoAmI)).code, 0);
  assert.is((await client.ask(passwordModify({ old: 'from admin', fresh: 'second password' }))).code, 0);
  assert.is((await client.ask(request.search(base))).code, 0);
  assert.is((await before.client.ask(request.search(base))).code, 0);
  assert.equal(await read(dn, 'pwdReset'), []);
});

// expiry

test('a password warns before it expires, lets in a few times more, and then no more', async () => {
  const dn = await someone({ pwdMaxAge: '864000', pwdExpireWarning: '86400', pwdGraceAuthNLimit: '2' });
  const tell = async () => {
    const { code, says: told, client } = await bindAs(dn, 'first password');
    client.close();
    return [code, told];
  };
  assert.equal(await tell(), [0, says()]);
  now += 9.5 * day;
  // 43,200 s are left
  assert.equal(await tell(), [0, '3007a0058003 00a8c0'.replace(' ', '')]);
  now += day;
  assert.equal(await tell(), [0, graceLeft(1)]);
  assert.equal(await tell(), [0, graceLeft(0)]);
  assert.is((await read(dn, 'pwdGraceUseTime')).length, 2);
  assert.equal(await tell(), [49, says(errors.expired)]);
  const silent = await bindAs(dn, 'first password', []);
  assert.equal([silent.code, silent.says, silent.text], [49, undefined, '']);
  await asAdmin(replace(dn, 'first password'));
  assert.equal(await tell(), [0, says()]);
  assert.equal(await read(dn, 'pwdGraceUseTime'), []);
});

test('logins at once do not share a grace login', async () => {
  const dn = await someone({ pwdMaxAge: '86400', pwdGraceAuthNLimit: '3' });
  now += 2 * day;
  const answers = await Promise.all(Array.from({ length: 6 }, () => bindAs(dn, 'first password')));
  assert.is(answers.filter(({ code }) => code === 0).length, 3);
});

test('a hash that is renewed at a login leaves the age of the password as it is', async () => {
  const dn = await someone({ pwdMaxAge: '864000', pwdInHistory: '3' });
  await asAdmin(replace(dn, '{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M='));
  const changed = await read(dn, 'pwdChangedTime');
  now += day;
  assert.is((await bindAs(dn, 'test')).code, 0);
  const stored = () => served.directory.tree.find(served.directory.schema.normalizeDn(dn));
  await until(async () => {
    const entry = stored();
    return entry !== undefined && String(served.directory.valuesOf(entry, 'userPassword')[0]).startsWith('{ARGON2}');
  });
  assert.equal(await read(dn, 'pwdChangedTime'), changed);
  assert.is((await read(dn, 'pwdHistory')).length, 1);
});

// lock-out

test('the failures that lock are written once, and the lock ends', async () => {
  const dn = await someone({ pwdLockout: 'TRUE', pwdMaxFailure: '3', pwdLockoutDuration: '600' });
  const before = served.directory.tree.csn;
  for (let tries = 0; tries < 3; tries++) {
    const wrong = await bindAs(dn, 'wrong');
    assert.equal([wrong.code, wrong.says], [49, says()]);
  }
  await until(async () => (await read(dn, 'pwdAccountLockedTime')).length === 1);
  for (const password of ['first password', 'wrong', 'wrong']) {
    const locked = await bindAs(dn, password);
    assert.equal([locked.code, locked.says], [49, says()]);
  }
  const silent = await bindAs(dn, 'first password', []);
  assert.equal([silent.code, silent.says, silent.text], [49, undefined, '']);
  assert.is(served.directory.tree.csn, before + 1);
  now += 601_000;
  assert.is((await bindAs(dn, 'first password')).code, 0);
  await until(async () => (await read(dn, 'pwdFailureTime')).length === 0 && (await read(dn, 'pwdAccountLockedTime')).length === 0);
});

test('failures that lie far apart do not lock', async () => {
  const dn = await someone({ pwdLockout: 'TRUE', pwdMaxFailure: '2', pwdFailureCountInterval: '60' });
  for (let tries = 0; tries < 4; tries++) {
    await bindAs(dn, 'wrong');
    now += 61_000;
  }
  assert.is((await bindAs(dn, 'first password')).code, 0);
});

test('a right password makes failures count from one again', async () => {
  const dn = await someone({ pwdLockout: 'TRUE', pwdMaxFailure: '2' });
  for (let tries = 0; tries < 3; tries++) {
    await bindAs(dn, 'wrong');
    assert.is((await bindAs(dn, 'first password')).code, 0);
  }
});

for (const [name, attribute, value, forSure] of [
  ['locked for ever', 'pwdAccountLockedTime', '000001010000Z', true],
  ['locked by hand', 'pwdAccountLockedTime', '20300101000000Z', true],
  ['not to start yet', 'pwdStartTime', '20900101000000Z', true],
  ['at its end', 'pwdEndTime', '20200101000000Z', true],
  ['not at its end', 'pwdEndTime', '20900101000000Z', false],
] as const) {
  test(`an account ${name} by ${attribute}`, async () => {
    const dn = await someone(undefined);
    assert.is((await bindAs(dn, 'first password')).code, 0);
    await asAdmin(request.modify(dn, [2, attribute, value]));
    const { code, says: told } = await bindAs(dn, 'first password');
    assert.equal([code, told], forSure ? [49, says()] : [0, says()]);
  });
}

test('a new password from somebody else unlocks', async () => {
  const dn = await someone(undefined);
  await asAdmin(request.modify(dn, [2, 'pwdAccountLockedTime', '000001010000Z']));
  await asAdmin(replace(dn, 'second password'));
  assert.is((await bindAs(dn, 'second password')).code, 0);
});

// the default policy, and names that do not exist

test('cn=default,ou=policies is for everybody without a policy of their own; its lock tells nobody who exists', async () => {
  const dn = await someone(undefined);
  const standard = `cn=default,ou=policies,${base}`;
  await asAdmin(
    request.add(standard, {
      objectClass: ['organizationalRole', 'pwdPolicy'],
      pwdAttribute: ['userPassword'],
      pwdLockout: ['TRUE'],
      pwdMaxFailure: ['3'],
      pwdLockoutDuration: ['60'],
    }),
  );
  const known: unknown[] = [];
  const unknown: unknown[] = [];
  for (let tries = 0; tries < 5; tries++) {
    for (const [name, answers] of [
      [dn, known],
      [`uid=nobody,${people}`, unknown],
    ] as const) {
      const { code, says: told, text } = await bindAs(name, 'wrong');
      answers.push([code, told, text]);
    }
  }
  assert.equal(unknown, known);
  assert.equal(known.at(-1), [49, says(), '']);
  assert.is((await bindAs(dn, 'first password')).code, 49);
  await asAdmin(request.delete(standard));
});

test('who is under a policy stays under it when it is renamed', async () => {
  const dn = await someone({ pwdCheckQuality: '1', pwdMinLength: '12' });
  const [policy = ''] = await read(dn, 'pwdPolicySubentry');
  await asAdmin(request.modifyDn(policy, 'cn=renamed', true));
  assert.equal(await read(dn, 'pwdPolicySubentry'), [`cn=renamed,ou=policies,${base}`]);
  await asAdmin(request.delete(`cn=renamed,ou=policies,${base}`));
  assert.equal(await read(dn, 'pwdPolicySubentry'), []);
});

test('without the control a bind tells nothing', async () => {
  const dn = await someone({ pwdMustChange: 'TRUE' });
  const { code, says: told } = await bindAs(dn, 'first password', []);
  assert.equal([code, told], [0, undefined]);
});

test('the control takes no value, and is one that the root DSE names', async () => {
  const client = await RawClient.connect(served.port);
  assert.is((await client.ask(request.bind('', ''), [{ ...control, value: Buffer.from('x') }])).code, 2);
  const { entries } = await client.ask(request.search('', { scope: 0, attributes: ['supportedControl'] }));
  assert.ok(entryOf(entries[0]?.parts ?? []).attributes['supportedControl']?.includes(control.oid));
  client.close();
});

test.run();
