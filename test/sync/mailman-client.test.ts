import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { carryOut } from '../../sync/mailman/carry-out.ts';
import { createList, readList } from '../../sync/mailman/client.ts';
import type { Step } from '../../sync/mailman/plan.ts';
import { openRest, type Rest } from '../../sync/mailman/rest.ts';
import { freePort } from '../support/slapd.ts';

/** What the real Mailman can't be made to do: to hang, to fail, to talk nonsense, and to change between two pages. */
const test = suite('mailman client');
const list = 'Intern@example.org';

/** An answer; a body that is no text becomes JSON. `hangs`: none comes; `breaks`: the connection ends in the middle of it */
type Answer = { readonly status?: number; readonly body?: unknown } | 'hangs' | 'breaks';

let server: Server;
let asked: string[] = [];
let logins: (string | undefined)[] = [];
let answer: (what: string) => Answer;

test.before(async () => {
  server = createServer((request, response) => {
    let form = '';
    request.setEncoding('utf8').on('data', (text: string) => (form += text));
    request.on('end', () => {
      const what = `${request.method} ${request.url}${form === '' ? '' : ` ${form}`}`;
      asked.push(what);
      logins.push(request.headers.authorization);
      const said = answer(what);
      if (said === 'hangs') return;
      if (said === 'breaks') {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"entries": [');
        setTimeout(() => response.destroy(), 20);
        return;
      }
      const { status = 200, body = '' } = said;
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
test.before.each(() => {
  asked = [];
  logins = [];
});
test.after(() => {
  server.closeAllConnections();
  server.close();
});

function open(path = '', timeout = 5): Rest {
  // an AddressInfo, since it listens on a port
  const { port } = server.address() as AddressInfo;
  return openRest(`http://rest%40admin:p%3Ass@127.0.0.1:${port}${path}`, timeout);
}

const entry = (number: number) => ({ member_id: `id${number}`, email: `m${number}@x.org`, display_name: `M ${number}` });
const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => entry(from + index));

/** A list of so many members, as Mailman pages it. */
function paged(what: string, total: number): Answer {
  if (/find/.test(what)) return { body: { start: 0, total_size: 0 } };
  if (!/roster/.test(what)) return { body: { list_id: 'intern.example.org' } };
  const page = Number(/page=(\d+)/.exec(what)?.[1]);
  const some = entries((page - 1) * 100, Math.min(page * 100, total));
  return { body: { start: 0, total_size: total, ...(some.length > 0 ? { entries: some } : {}) } };
}

for (const [total, pages] of [
  [0, 1],
  [1, 1],
  [100, 1],
  [101, 2],
  [250, 3],
] as const) {
  test(`${total} members are read in ${pages} pages of a hundred`, async () => {
    answer = (what) => paged(what, total);
    const members = await readList(open(), list);
    assert.is(members?.length, total);
    assert.is(new Set(members?.map(({ memberId }) => memberId)).size, total);
    assert.equal(
      asked.filter((what) => what.includes('roster')),
      Array.from({ length: pages }, (_, index) => `GET /3.1/lists/intern.example.org/roster/member?count=100&page=${index + 1}`),
    );
  });
}

test('name and password go along as basic authentication, and the address may have a folder', async () => {
  answer = (what) => paged(what, 0);
  await readList(open('/mailman/'), list);
  assert.is(asked[0], 'GET /mailman/3.1/lists/Intern%40example.org');
  assert.equal(new Set(logins), new Set([`Basic ${Buffer.from('rest@admin:p:ss').toString('base64')}`]));
});

test('a list that changes while it is read is read again', async () => {
  let rounds = 0;
  answer = (what) => {
    if (/roster.*page=1/.test(what)) rounds++;
    // somebody of the first page leaves before the second is read, and everybody moves up
    if (rounds === 1 && /roster.*page=2/.test(what)) return { body: { total_size: 149, entries: entries(101, 150) } };
    return paged(what, rounds === 1 ? 150 : 149);
  };
  assert.is((await readList(open(), list))?.length, 149);
  assert.is(rounds, 2);
});

test('a list that never holds still is not taken for whole', async () => {
  answer = (what) => (/roster/.test(what) ? { body: { total_size: 150, entries: entries(0, 100) } } : paged(what, 150));
  await throws(() => readList(open(), list), /roster\/member changes while it is read; try again later/);
});

const page = (body: unknown) => (what: string) => (/roster/.test(what) ? { body } : paged(what, 1));
const failures: readonly (readonly [name: string, answer: (what: string) => Answer, error: RegExp])[] = [
  ['no answer at all', () => 'hangs', /Mailman has not answered within 0\.3 seconds/],
  ['half an answer', () => 'breaks', /no answer/],
  ['an error of its own', () => ({ status: 500, body: 'oops' }), /Mailman has failed \(500\); its log mailman\.log tells why/],
  ['a proxy without Mailman behind', () => ({ status: 502, body: '<html>' }), /failed \(502\)/],
  ['a wrong password', () => ({ status: 401, body: { title: '401 Unauthorized' } }), /refuses the user name or the password/],
  ['a web page', () => ({ body: '<html>It works!</html>' }), /not that of Mailman's REST interface; is MOS_MAILMAN_URL right\?/],
  ['JSON of something else', () => ({ body: [1, 2] }), /not that of Mailman's REST interface/],
  ['another place', () => ({ status: 302 }), /no answer/],
  ['a roster without a size', page({ entries: [] }), /is not a list of Mailman's/],
  ['a roster of words', page({ total_size: 1, entries: ['a'] }), /is not a list of Mailman's/],
  ['a member without an address', page({ total_size: 1, entries: [{ member_id: 'a' }] }), /has no email/],
];

for (const [name, said, error] of failures) {
  test(`${name}: the list counts as unread`, async () => {
    answer = said;
    await throws(() => readList(open('', 0.3), list), error);
  });
}

test('a list that is not there is undefined, and no error', async () => {
  answer = () => ({ status: 404, body: { title: '404 Not Found' } });
  assert.is(await readList(open(), list), undefined);
});

test('nobody listens there', async () => {
  const url = `http://a:secret@127.0.0.1:${await freePort()}`;
  await throws(
    () => readList(openRest(url), list),
    /GET http:\/\/127\.0\.0\.1:\d+\/3\.1\/lists\/.*ECONNREFUSED.*is Mailman's core running/,
  );
});

const add = (address: string): Step => ({ kind: 'add', address, name: 'N' });

test('what Mailman refuses does not keep the others from their turn', async () => {
  answer = (what) => {
    if (/POST.*subscriber=bad/.test(what)) return { status: 400, body: { title: '400 Bad Request', description: 'Membership is banned' } };
    return /GET/.test(what) ? { body: { member_id: 'a', email: 'a@x.org', display_name: 'N' } } : { status: 201 };
  };
  const steps = [add('a@x.org'), add('bad@x.org'), add('b@x.org')];
  const { done, refused, away } = await carryOut(open(), list, steps);
  assert.equal([...done], [steps[0], steps[2]]);
  assert.equal(refused, [{ step: steps[1], why: 'Membership is banned' }]);
  assert.is(away, undefined);
});

test('when Mailman goes away in the middle, what was done is known and the rest is not tried', async () => {
  answer = (what) =>
    /b%40/.test(what) ? 'hangs' : /GET/.test(what) ? { body: { member_id: 'a', email: 'a@x.org', display_name: 'N' } } : {};
  const steps = [add('a@x.org'), add('b@x.org'), add('c@x.org')];
  const { done, refused, away } = await carryOut(open('', 0.3), list, steps);
  assert.equal([...done], [steps[0]]);
  assert.equal(refused, []);
  assert.match(away ?? '', /POST http.*members: Mailman has not answered within 0\.3 seconds/);
  assert.not(asked.some((what) => what.includes('c%40')));
});

test('who was removed or added by somebody else in the meantime is no failure', async () => {
  answer = (what) => {
    if (/DELETE/.test(what)) return { status: 404, body: { title: '404 Not Found' } };
    if (/POST/.test(what)) return { status: 409, body: { title: '409 Conflict', description: 'Member already subscribed' } };
    return /requests/.test(what) ? { body: { total_size: 0 } } : { body: { member_id: 'a', email: 'a@x.org', display_name: 'N' } };
  };
  const who = { memberId: 'b', address: 'b@x.org', name: 'B', disabled: false, lastBounce: undefined };
  const steps: Step[] = [add('a@x.org'), { kind: 'remove', who, why: '' }];
  const { done, refused } = await carryOut(open(), list, steps);
  assert.equal([...done, ...refused], steps);
});

test('a domain that is there already is not made again', async () => {
  answer = () => ({ body: {} });
  await createList(open(), list);
  assert.equal(
    asked.map((what) => what.split(' ').slice(0, 2).join(' ')),
    ['GET /3.1/domains/example.org', 'POST /3.1/lists', 'PATCH /3.1/lists/intern.example.org/config'],
  );
});

async function throws(work: () => Promise<unknown>, expected: RegExp): Promise<void> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, Error);
  assert.match(String(error), expected);
  assert.not.match(String(error), /p:ss|p%3Ass|secret/, 'no password');
}

test.run();
