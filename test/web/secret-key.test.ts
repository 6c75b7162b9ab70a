import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadSettings } from '../../settings/settings.ts';
import { secretKeyOf } from '../../web/session/secret-key.ts';

const test = suite('the secret of the site');
const text = Buffer.from('twenty bytes of secret');
let folder: string;

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'mos-secret-'));
});
test.after.each(() => rmSync(folder, { recursive: true, force: true }));

const key = (env: Readonly<Record<string, string>> = {}) => secretKeyOf(loadSettings({ MOS_VAR: join(folder, 'var'), ...env }));
const long = 'a secret of more than thirty-two characters';

test('without a setting it is made once, for its owner alone, and stays', () => {
  const encrypted = key().encrypt(text, 'ada');
  const file = join(folder, 'var', 'secret.key');
  assert.is(statSync(file).mode & 0o777, 0o600);
  assert.equal(readdirSync(join(folder, 'var')), ['secret.key']);
  assert.equal(key().decrypt(encrypted, 'ada'), text);
});

test('MOS_SECRET is the same on every machine, also from a file', () => {
  const file = join(folder, 'secret');
  writeFileSync(file, `${long}\n`);
  const encrypted = key({ MOS_SECRET: long }).encrypt(text, 'ada');
  assert.equal(key({ MOS_SECRET_FILE: file, MOS_VAR: join(folder, 'elsewhere') }).decrypt(encrypted, 'ada'), text);
});

const refused: readonly (readonly [
  what: string,
  change: (encrypted: Buffer) => Buffer,
  owner: string,
  env: Readonly<Record<string, string>>,
])[] = [
  ['under another secret', (bytes) => bytes, 'ada', { MOS_SECRET: `${long}!` }],
  ['for another owner', (bytes) => bytes, 'bob', { MOS_SECRET: long }],
  [
    'with a bit changed',
    (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]),
    'ada',
    { MOS_SECRET: long },
  ],
  ['with a shorter tag', (bytes) => bytes.subarray(0, 20), 'ada', { MOS_SECRET: long }],
  ['of another version', (bytes) => Buffer.concat([Buffer.of(9), bytes.subarray(1)]), 'ada', { MOS_SECRET: long }],
  ['that is empty', () => Buffer.alloc(0), 'ada', { MOS_SECRET: long }],
];
for (const [what, change, owner, env] of refused) {
  test(`nothing ${what} is read, and the error says what to look at`, () => {
    const encrypted = key({ MOS_SECRET: long }).encrypt(text, 'ada');
    assert.throws(() => key(env).decrypt(change(encrypted), owner), /MOS_SECRET, or MOS_VAR\/secret\.key/);
  });
}

test('the same text is encrypted otherwise each time', () => {
  const secret = key();
  assert.is.not(secret.encrypt(text, 'ada').toString('hex'), secret.encrypt(text, 'ada').toString('hex'));
});

test('a short secret, and a file that is no key, stop the start', () => {
  assert.throws(() => key({ MOS_SECRET: 'short' }), /MOS_SECRET: it has less than 32 characters/);
  key();
  writeFileSync(join(folder, 'var', 'secret.key'), 'short');
  assert.throws(() => key(), /is no key/);
  assert.is(readFileSync(join(folder, 'var', 'secret.key'), 'utf8'), 'short');
});

test.run();
