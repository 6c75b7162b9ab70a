import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wikiNameOf } from '../../sync/wiki/name.ts';
import { digestOf, wikiPassword } from '../../sync/wiki/password.ts';
import { nameCases } from '../cases/wiki-names.ts';

for (const { text, name, why } of nameCases) {
  test(`the name ${JSON.stringify(text.slice(0, 40))} (${text.length}): ${name === undefined ? 'refused' : 'taken'}`, () => {
    const result = wikiNameOf(text);
    if (why === undefined) assert.equal(result, { name });
    else assert.match('why' in result ? result.why : `taken as ${result.name}`, why);
    // what the wiki has made of a name stays that name
    if ('name' in result) assert.equal(wikiNameOf(result.name), result);
  });
}

const phc = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$QmFzZTY0SGFzaEJhc2U2NEhhc2hCYXNlNjRIYXNoQmE';

const passwords: readonly (readonly [what: string, stored: string | undefined, written: string | undefined])[] = [
  ['argon2id as MOS writes it', `{ARGON2}${phc}`, `:argon2:${phc}`],
  ['argon2i', `{ARGON2}${phc.replace('2id', '2i')}`, `:argon2:${phc.replace('2id', '2i')}`],
  ['the scheme in small letters', `{argon2}${phc}`, `:argon2:${phc}`],
  ['no password', undefined, undefined],
  ['salted SHA-1, imported', '{SSHA}QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=', undefined],
  ['bcrypt, imported', '{CRYPT}$2b$10$abcdefghijklmnopqrstuv', undefined],
  ['argon2d, which PHP does not verify', `{ARGON2}${phc.replace('2id', '2d')}`, undefined],
  ['a hash with something behind it', `{ARGON2}${phc}:x`, undefined],
  ['one that is longer than the column', `{ARGON2}${phc}${'A'.repeat(200)}`, undefined],
  ['a clear one', 'secret', undefined],
];

for (const [what, stored, written] of passwords) {
  test(`as the wiki keeps it: ${what}`, () => assert.is(wikiPassword(stored), written));
}

test('what is remembered of a password tells another from the same, and none from any', () => {
  const [one, other] = [`:argon2:${phc}`, `:argon2:${phc}A`];
  assert.match(digestOf(one), /^[\da-f]{64}$/);
  assert.is(digestOf(one), digestOf(one));
  assert.is.not(digestOf(one), digestOf(other));
  assert.is(digestOf(undefined), '');
});

test.run();
