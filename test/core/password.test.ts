import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BindCache, Passwords } from '../../directory/core/password.ts';
import { DirectoryError } from '../../directory/model/errors.ts';

const secret = Buffer.from('secret');
const passwords = new Passwords({ hashWorkers: 2, hashQueue: 100 });

test('a hash has the form that slapd reads, fits its password and needs no renewal', async () => {
  const hash = await passwords.hash(secret);
  assert.match(hash, /^\{ARGON2\}\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  const stored = Buffer.from(hash);
  assert.equal(await passwords.verify(stored, secret), { ok: true, rehash: false });
  assert.equal(await passwords.verify(stored, Buffer.from('Secret')), { ok: false, rehash: false });
  assert.is(passwords.isHash(stored), true);
  assert.is(passwords.isCurrent(stored), true);
});

test('two hashes of one password differ', async () => {
  assert.is.not(await passwords.hash(secret), await passwords.hash(secret));
});

test('PHP reads the hash', async () => {
  const hash = (await passwords.hash(secret)).slice('{ARGON2}'.length);
  let answer: string;
  try {
    answer = execFileSync('php', ['-r', 'echo password_verify("secret", $argv[1]) ? "fits" : "does not";', hash], {
      stdio: 'pipe',
    }).toString();
  } catch {
    return; // no PHP here
  }
  assert.is(answer, 'fits');
});

test('passwords that are empty or absurdly long are not hashed and fit nothing', async () => {
  for (const password of [Buffer.alloc(0), Buffer.alloc(1025, 'x')]) {
    assert.is(await kindOf(passwords.hash(password)), 'constraintViolation');
    assert.equal(await passwords.verify(Buffer.from(password), password), { ok: false, rehash: false });
    await passwords.pretend(password);
  }
});

test('a password of bytes that are not UTF-8 fits its own hash and no other', async () => {
  const password = Buffer.from([0x61, 0xff, 0xfe]);
  const stored = Buffer.from(await passwords.hash(password));
  assert.equal(await passwords.verify(stored, password), { ok: true, rehash: false });
  assert.equal(await passwords.verify(stored, Buffer.from([0x61, 0xff, 0xfd])), { ok: false, rehash: false });
  assert.equal(await passwords.verify(Buffer.from(await passwords.hash(Buffer.from('a'))), password), { ok: false, rehash: false });
  await passwords.pretend(password);
});

test('pretending takes about as long as a wrong password', async () => {
  const stored = Buffer.from(await passwords.hash(secret));
  const real = await medianTime(() => passwords.verify(stored, Buffer.from('wrong')));
  const pretended = await medianTime(() => passwords.pretend(Buffer.from('wrong')));
  assert.ok(pretended > real / 4 && pretended < real * 4, `${pretended} ms and ${real} ms`);
});

test('more than may wait are told that the server is busy, the others are served', async () => {
  const small = new Passwords({ hashWorkers: 1, hashQueue: 2 });
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => kindOf(small.hash(secret))));
  assert.equal(outcomes, [undefined, undefined, undefined, 'busy', 'busy', 'busy']);
  assert.is(await kindOf(small.hash(secret)), undefined);
});

test('every costly check waits in the same queue, a cheap one in none', async () => {
  const small = new Passwords({ hashWorkers: 1, hashQueue: 0 });
  const first = small.hash(secret);
  const costly = '{PBKDF2}10000$....AwQFBgcICQoLDA0ODw$sqwKJLT6Gj89VI3hVRSHYddVUy0';
  const crypt = '{CRYPT}$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1';
  assert.is(await kindOf(small.verify(Buffer.from(costly), secret)), 'busy');
  assert.is(await kindOf(small.verify(Buffer.from(crypt), secret)), 'busy');
  assert.is(await kindOf(small.pretend(secret)), 'busy');
  assert.is((await small.verify(Buffer.from('{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='), secret)).ok, true);
  await first;
  assert.is((await small.verify(Buffer.from(crypt), secret)).ok, true);
});

test('a remembered login is known until its time is over', () => {
  let now = 1000;
  const cache = new BindCache(60, () => now);
  assert.is(cache.knows('id', '{X}1', secret), false);
  cache.remember('id', '{X}1', secret);
  now += 59_999;
  assert.is(cache.knows('id', '{X}1', secret), true);
  now += 1;
  assert.is(cache.knows('id', '{X}1', secret), false);
});

test('another id, stored value or password is not known', () => {
  const cache = new BindCache(60, () => 0);
  cache.remember('id', '{X}1', secret);
  assert.is(cache.knows('i', '{X}1', secret), false);
  assert.is(cache.knows('id', '{X}2', secret), false);
  assert.is(cache.knows('id', '{X}1', Buffer.from('secre')), false);
  // the same bytes, divided elsewhere
  assert.is(cache.knows('id', '{X}1s', Buffer.from('ecret')), false);
  assert.is(cache.knows('id', '{X}1', secret), true);
});

test('a forgotten login is not known, and 0 seconds remember none', () => {
  const cache = new BindCache(60, () => 0);
  cache.remember('id', '{X}1', secret);
  cache.forget('id');
  assert.is(cache.knows('id', '{X}1', secret), false);
  const off = new BindCache(0, () => 0);
  off.remember('id', '{X}1', secret);
  assert.is(off.knows('id', '{X}1', secret), false);
});

test('of more than 10,000 logins the one not used for longest is forgotten', () => {
  const cache = new BindCache(60, () => 0);
  for (let count = 0; count < 10_000; count++) cache.remember(`id${count}`, '{X}1', secret);
  assert.is(cache.knows('id0', '{X}1', secret), true);
  cache.remember('one more', '{X}1', secret);
  assert.is(cache.knows('id0', '{X}1', secret), true);
  assert.is(cache.knows('id1', '{X}1', secret), false);
});

/** The kind of DirectoryError that a promise ends with. */
async function kindOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof DirectoryError) return error.kind;
    throw error;
  }
}

async function medianTime(job: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 7; count++) {
    const start = performance.now();
    await job();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[3] ?? 0;
}

test.run();
