import { once } from 'node:events';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base, person } from '../support/directory.ts';
import { mutate } from '../support/mutate.ts';
import { ber, elements, equals, integer, message, present, type RawControl, request } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { seeded } from '../wire/bytes.ts';

/** Whatever comes in: an answer that is LDAP or the end of the connection, nothing unforeseen, and the next client is served. */
const seed = Number(process.env['MOS_FUZZ_SEED'] ?? 4511);
/** Many more than some thousands, and the guard against guessing slows all of them down. */
const inputs = Number(process.env['MOS_FUZZ_INPUTS'] ?? 2500);
const atOnce = 16;
const test = suite(`fuzz, seed ${seed}`);

const people = `ou=people,${base}`;
const ada = `uid=ada,${people}`;
const control = (oid: string, ...parts: readonly Buffer[]): RawControl => ({
  oid,
  critical: true,
  ...(parts.length > 0 && { value: ber(0x30, ...parts) }),
});
const text = (value: string): Buffer => ber(0x04, value);
const substrings = (name: string): Buffer => ber(0xa4, text(name), ber(0x30, ber(0x80, 'a'), ber(0x81, 'd'), ber(0x82, 'a')));
const extensible = ber(0xa9, ber(0x81, '2.5.13.2'), ber(0x82, 'cn'), ber(0x83, 'ada'), ber(0x84, Buffer.from([0xff])));
const and = ber(
  0xa0,
  equals('objectClass', 'person'),
  ber(0xa1, present('mail'), ber(0xa2, equals('uid', 'ada'))),
  substrings('cn'),
  extensible,
);

/** What is made wrong: each operation, with each control that goes with it. */
const originals: readonly Buffer[] = [
  message(7, request.search(base, { filter: and, attributes: ['*', '+', 'cn;lang-de', '@person'] })),
  message(7, request.search(people, { scope: 1, filter: substrings('uid') }), [control('1.2.840.113556.1.4.319', integer(3), text(''))]),
  message(7, request.search(people, { filter: present('uid') }), [
    control('1.2.840.113556.1.4.473', ber(0x30, text('cn'), ber(0x80, '2.5.13.3'), ber(0x81, Buffer.from([0xff])))),
  ]),
  message(7, request.search(ada, { scope: 0, deref: 3, attributes: ['mail'] }), [
    control('1.2.826.0.1.3344810.2.3', equals('mail', 'a'), substrings('mail')),
  ]),
  message(7, request.search(base, { scope: 0 }), [{ oid: '1.3.6.1.1.12', critical: true, value: and }]),
  message(7, request.search(base), [control('1.3.6.1.4.1.4203.1.9.1.1', integer(1, 0x0a), text('rid=1,csn=x'))]),
  message(7, request.search('', { scope: 0, attributes: ['+'] })),
  message(7, request.search('cn=Subschema', { scope: 0, attributes: ['attributeTypes'] })),
  message(7, request.compare(ada, 'cn', 'Ada')),
  message(
    7,
    request.add(`uid=x,${people}`, {
      objectClass: ['inetOrgPerson'],
      uid: ['x'],
      cn: ['x'],
      sn: ['x'],
      jpegPhoto: [Buffer.from([0xff, 0xd8, 0xff])],
    }),
  ),
  message(7, request.modify(ada, [0, 'mail', 'x@y'], [1, 'mail', 'x@y'], [2, 'description', 'a', 'b'], [3, 'uidNumber', '1'])),
  message(7, request.modify(ada, [2, 'description', 'z']), [control('1.3.6.1.1.13.1', text('*')), control('1.3.6.1.1.13.2', text('+'))]),
  message(7, request.modify(`cn=board,ou=groups,${base}`, [0, 'member', ada])),
  message(7, request.modifyDn(`uid=p1,${people}`, 'uid=q1', true, `ou=groups,${base}`)),
  message(7, request.delete(`uid=p2,${people}`), [{ oid: '2.16.840.1.113730.3.4.18', critical: true, value: Buffer.from(`dn:${ada}`) }]),
  message(7, request.delete(`uid=p2,${people}`), [{ oid: '1.3.6.1.1.21.2', critical: true, value: Buffer.from('x') }]),
  message(7, request.bind(ada, 'wrong')),
  message(7, request.sasl('PLAIN', '\0ada\0wrong')),
  message(7, request.extended('1.3.6.1.4.1.4203.1.11.3')),
  message(7, request.extended('1.3.6.1.4.1.4203.1.11.1', ber(0x30, ber(0x80, ada), ber(0x82, 'new-password')))),
  message(7, request.extended('1.3.6.1.1.8', ber(0x30, integer(5)))),
  message(7, request.extended('1.3.6.1.1.21.1')),
  message(7, request.extended('1.3.6.1.1.21.3', ber(0x30, text('x')))),
  message(7, request.abandon(3)),
];

let served: TestServer;
const unforeseen: string[] = [];
test.before(async () => {
  const ldif = Array.from({ length: 20 }, (_, index) => person(`p${index}`)).join('');
  served = await startTestServer(
    person('ada', 'member', 'userPassword: analysis') + ldif,
    'club',
    { messageMs: 100 },
    {
      write: (line) => void unforeseen.push(line),
    },
  );
});
test.after(() => served.stop());

const last = 99;
const bind = message(1, request.bind(`cn=admin,${base}`, 'secret'));
const goodbye = message(last, request.extended('1.3.6.1.4.1.4203.1.11.3'));

/** Sends the input between two good requests. @returns what came back, once the last is answered or the connection has ended */
async function send(input: Buffer): Promise<Buffer> {
  const socket = connect(served.port, '127.0.0.1');
  let answer: Buffer = Buffer.alloc(0);
  const over = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (hasAnswer(answer)) resolve();
    });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  await once(socket, 'connect');
  socket.write(Buffer.concat([bind, input, goodbye]));
  const late = setTimeout(() => socket.destroy(new Error('late')), 10_000);
  await over;
  clearTimeout(late);
  assert.is(socket.errored?.message === 'late', false, 'neither an answer nor an end');
  socket.destroy();
  return answer;
}

function hasAnswer(bytes: Buffer): boolean {
  try {
    return elements(bytes).some(({ content }) => elements(content)[0]?.content.equals(integerContent) === true);
  } catch {
    // the rest is still to come
    return false;
  }
}
const integerContent = Buffer.from([last]);

async function round(input: Buffer): Promise<void> {
  const answer = await send(input).catch((error: unknown) => {
    throw new Error(`${String(error)}; input ${input.toString('hex').slice(0, 4000)}`);
  });
  for (const { tag } of elements(answer)) assert.is(tag, 0x30, `an answer that is no LDAP to ${input.toString('hex').slice(0, 4000)}`);
  assert.equal(unforeseen, [], `input ${input.toString('hex').slice(0, 4000)}`);
}

test(`${inputs} messages that are wrong somewhere, or everywhere`, async () => {
  const random = seeded(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const make = (): Buffer =>
    pick(20) === 0
      ? Buffer.from(Array.from({ length: 1 + pick(200) }, () => pick(256)))
      : mutate(Buffer.from(originals[pick(originals.length)] ?? Buffer.alloc(0)), pick);
  for (let done = 0; done < inputs; done += atOnce) await Promise.all(Array.from({ length: atOnce }, () => round(make())));
});

test('afterwards everybody is served, and memory is what the tables hold', async () => {
  const answer = await send(message(7, request.search(base, { scope: 0 })));
  assert.ok(hasAnswer(answer));
  assert.equal(await served.directory.differences(), []);
});

test.run();
