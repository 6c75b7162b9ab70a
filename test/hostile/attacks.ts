import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ber, integer, message, RawClient, type RawControl, request } from '../support/raw-client.ts';
import type { LdapServer } from '../support/slapd.ts';

/** What somebody with a few computers can do to a server. Each ends what it has begun. */
export interface Attack {
  readonly name: string;
  run(target: Target): Promise<void>;
}

export interface Target {
  readonly server: LdapServer;
  readonly base: string;
  /** DN and password of a member */
  readonly member: readonly [dn: string, password: string];
}

const rootDse = message(1, request.search('', { scope: 0 }));
const megabyte = 1024 * 1024;

/** Opens so many connections, a hundred at a time. */
async function open(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(100, count - sockets.length) }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    });
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

async function members({ server, member: [dn, password] }: Target, count: number): Promise<Socket[]> {
  const sockets = await open(server.port, count);
  const bind = message(1, request.bind(dn, password));
  for (const socket of sockets) {
    socket.write(bind);
    await once(socket, 'data');
  }
  return sockets;
}

const close = (sockets: readonly Socket[]) => {
  for (const socket of sockets) socket.destroy();
};

/** Resolves when the server has closed all of them. */
async function closedByServer(sockets: readonly Socket[], seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (const socket of sockets) socket.resume();
  while (sockets.some(({ readyState }) => readyState === 'open')) {
    if (Date.now() > deadline) {
      const left = sockets.filter(({ readyState }) => readyState === 'open').length;
      throw new Error(`${left} of ${sockets.length} connections are still open`);
    }
    await sleep(50);
  }
  close(sockets);
}

/** An add that ends as it should, with a value of so many bytes. */
const longAdd = (dn: string, bytes: number): Buffer =>
  message(2, request.add(dn, { objectClass: ['device'], cn: ['x'], description: ['x'.repeat(bytes)] }));

const sync: RawControl = { oid: '1.3.6.1.4.1.4203.1.9.1.1', critical: true, value: ber(0x30, integer(3, 0x0a)) };
const paged: RawControl = {
  oid: '1.2.840.113556.1.4.319',
  critical: true,
  value: ber(0x30, integer(1), ber(0x04)),
};

export const attacks: readonly Attack[] = [
  {
    name: '5,000 connections that say nothing',
    async run({ server }) {
      const idle = await open(server.port, 5000);
      await sleep(2000);
      close(idle);
    },
  },
  {
    name: '300 that send a byte now and then',
    async run({ server }) {
      const slow = await open(server.port, 300);
      const timer = setInterval(() => {
        for (const socket of slow) socket.write('0');
      }, 100);
      for (const socket of slow) socket.write(Buffer.from([0x30, 0x82, 0x10, 0x00]));
      await closedByServer(slow, 30).finally(() => clearInterval(timer));
    },
  },
  {
    name: '1,000 half TLS handshakes',
    async run({ server }) {
      const half = await open(server.tlsPort, 1000);
      for (const socket of half) socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
      await closedByServer(half, 30);
    },
  },
  {
    name: '300 that start TLS and say no more',
    async run({ server }) {
      const half = await open(server.port, 300);
      for (const socket of half) socket.write(message(1, request.extended('1.3.6.1.4.1.1466.20037')));
      await sleep(1000);
      close(half);
    },
  },
  {
    name: '5,000 that send garbage or HTTP and go',
    async run({ server }) {
      const noise = [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), Buffer.from('30840000ffff0201', 'hex'), Buffer.alloc(300, 0xff)];
      for (let round = 0; round < 50; round++) {
        const sockets = await open(server.port, 100);
        sockets.forEach((socket, index) => void socket.end(noise[index % noise.length] ?? ''));
        await closedByServer(sockets, 30);
      }
    },
  },
  {
    name: '64 that bind with wrong passwords, as fast as they can',
    async run({ server, base }) {
      const sockets = await open(server.port, 64);
      sockets.forEach((socket, index) => {
        socket.resume();
        for (let nth = 0; nth < 100; nth++)
          socket.write(message(nth + 1, request.bind(`uid=nobody${index}-${nth},ou=people,${base}`, 'x')));
      });
      await sleep(5000);
      close(sockets);
    },
  },
  {
    name: '200 that ask for everything and read nothing',
    async run({ server, base }) {
      const sockets = await open(server.port, 200);
      for (const socket of sockets) {
        socket.pause();
        for (let nth = 1; nth <= 50; nth++) socket.write(message(nth, request.search(base)));
      }
      await sleep(4000);
      close(sockets);
    },
  },
  {
    name: '10 that send 100,000 small requests at once',
    async run({ server }) {
      const sockets = await open(server.port, 10);
      const many = Buffer.concat(Array.from({ length: 1000 }, () => rootDse));
      for (const socket of sockets) for (let nth = 0; nth < 100; nth++) socket.write(many);
      await sleep(4000);
      close(sockets);
    },
  },
  {
    name: 'a filter 10,000 deep, 100,000 attributes, ids that are none',
    async run({ server, base }) {
      let filter = ber(0x87, 'objectClass');
      for (let depth = 0; depth < 10_000; depth++) filter = ber(0xa2, filter);
      const attributes = Array.from({ length: 100_000 }, (_, index) => `a${index}`);
      for (const bytes of [
        message(1, request.search(base, { filter })),
        message(1, request.search(base, { attributes })),
        message(-1, request.search(base)),
        ber(0x30, ber(0x02, Buffer.alloc(9, 0x7f)), request.search(base)),
      ]) {
        for (const socket of await open(server.port, 20)) {
          socket.write(bytes);
          await Promise.race([once(socket, 'data'), once(socket, 'close')]);
          socket.destroy();
        }
      }
    },
  },
  {
    name: 'a value of 50 MB, announced and sent',
    async run(target) {
      const bytes = longAdd(`cn=x,${target.base}`, 50 * megabyte);
      const sockets = [...(await open(target.server.port, 10)), ...(await members(target, 10))];
      for (const socket of sockets) socket.write(bytes);
      await closedByServer(sockets, 30);
    },
  },
  {
    name: '300 members with messages of 7 MB that do not end',
    async run(target) {
      const part = longAdd(`cn=x,${target.base}`, 7.5 * megabyte).subarray(0, 7 * megabyte);
      const sockets = await members(target, 300);
      for (const socket of sockets) socket.write(part);
      await closedByServer(sockets, 60);
    },
  },
  {
    name: '20 members with a hundred messages of 4 MB at once',
    async run(target) {
      const bytes = longAdd(`cn=x,${target.base}`, 4 * megabyte);
      const sockets = await members(target, 20);
      for (const socket of sockets) for (let nth = 0; nth < 100; nth++) socket.write(bytes);
      await sleep(5000);
      close(sockets);
    },
  },
  {
    name: '500 with 30 paged searches each that they leave open',
    async run({ server, base }) {
      const sockets = await open(server.port, 500);
      for (const socket of sockets) {
        socket.resume();
        for (let nth = 1; nth <= 30; nth++) socket.write(message(nth, request.search(base), [paged]));
      }
      await sleep(3000);
      close(sockets);
    },
  },
  {
    name: '100 members with transactions that they leave open',
    async run(target) {
      const sockets = await members(target, 100);
      for (const socket of sockets) socket.write(message(2, request.extended('1.3.6.1.1.21.1')));
      await sleep(500);
      await Promise.all(
        sockets.map(async (socket) => {
          socket.write(message(3, request.extended('1.3.6.1.1.21.1')));
          await once(socket, 'data');
        }),
      );
      close(sockets);
    },
  },
  {
    name: '1,000 that follow the changes, and a hundred of them do not read',
    async run(target) {
      const sockets = await members(target, 1000);
      sockets.forEach((socket, index) => {
        if (index % 10 === 0) socket.pause();
        else socket.resume();
        socket.write(message(2, request.search(target.member[0], { scope: 0 }), [sync]));
      });
      const root = await RawClient.connect(target.server.port);
      await root.ask(request.bind(target.server.rootDn, target.server.rootPassword));
      for (let nth = 0; nth < 50; nth++)
        await root.ask(request.modify(target.member[0], [2, 'description', `${nth} ${'x'.repeat(20_000)}`]));
      root.close();
      close(sockets);
    },
  },
  {
    name: 'a member who changes their entry 2,000 times at once',
    async run(target) {
      const [socket] = await members(target, 1);
      if (socket === undefined) throw new Error('no connection');
      let answered = 0;
      socket.on('data', (chunk: Buffer) => (answered += chunk.length));
      for (let nth = 2; nth <= 2001; nth++) socket.write(message(nth, request.modify(target.member[0], [2, 'description', `${nth}`])));
      await sleep(3000);
      if (answered === 0) throw new Error('nothing was answered');
      socket.destroy();
    },
  },
];
