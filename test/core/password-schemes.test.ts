import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Passwords } from '../../directory/core/password.ts';

const passwords = new Passwords({ hashWorkers: 2, hashQueue: 100 });
const verify = (stored: string, password: string) => passwords.verify(Buffer.from(stored), Buffer.from(password));

const umlauts = 'grüße 漢字';
const long = 'a very much longer text to encrypt.  This one even stretches over morethan one line.';
const x200 = 'x'.repeat(200);

/** Each stored value was made by the program that its name tells. */
const fitting: readonly (readonly [name: string, stored: string, password: string])[] = [
  // slappasswd -s secret -h
  ['slappasswd {SHA}', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=', 'secret'],
  ['slappasswd {SSHA}', '{SSHA}gqMb0VAcE0SXIgjlATkERXwL96HYe6bX', 'secret'],
  ['{SSHA} in small letters', '{ssha}gqMb0VAcE0SXIgjlATkERXwL96HYe6bX', 'secret'],
  ['{SHA} without padding', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ', 'secret'],
  ['slappasswd {MD5}', '{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==', 'secret'],
  ['slappasswd {SMD5}', '{SMD5}nfW1kGC613Fn+jn6UTRFnYAZM98=', 'secret'],
  ['pw-sha2 {SHA256}', '{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=', 'secret'],
  ['pw-sha2 {SSHA256}', '{SSHA256}NDbx+j8RX9pEnzoJdYFW44lUOzsGD0UNc9eKnHHVUsIVAaiaWlfDBA==', 'secret'],
  ['pw-sha2 {SHA384}', '{SHA384}WKd1ukESvjAFrkQHznV9iP2nHUBJe7gCbsrFTU4//HIyzo3jq1rLMK45dg/ufFPt', 'secret'],
  ['pw-sha2 {SSHA384}', '{SSHA384}fRNJPliBQ61fYaymo6hyxojmA64Omn+wJpy2JY2JzBY1ylbk3qVlWvC7T6wk6ySA7W4DPlGgYWY=', 'secret'],
  ['pw-sha2 {SHA512}', '{SHA512}vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192CF5bDufKRpayrW/isg==', 'secret'],
  [
    'pw-sha2 {SSHA512}',
    '{SSHA512}J1762OwEQACgUMgdTs+/qUGqFmixeEFhxzYh+9BsQJ1fgDaPmFudGs+/f4yVzO/QvZE0hohSGfArqSus6SDCKh29lTGkatuN',
    'secret',
  ],
  ['slapd {ARGON2}', '{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$9u6yS9BI2ipGRKkNYUdxxg$IFloeCZc2m+AWkbD5mWT1k/NqjqRcxDczsGw5NFaCms', 'secret'],
  ['PHP argon2id', '{ARGON2}$argon2id$v=19$m=1024,t=2,p=1$dk1Fa01rODdZWWRkb1g5cQ$Pxf5hWuhJrsvkqgxjGFcxKykNU/TuFb2g9+hyroME4U', 'secret'],
  ['PHP argon2i', '{ARGON2}$argon2i$v=19$m=1024,t=2,p=1$dUg5b09GaUJXMVJTWHc4TQ$jHhOsUK+4BbA+oj8qxmhTf7/io8OWSmP0C3qTgKHgII', 'secret'],
  // openssl passwd -1 -5 -6, and PHP's crypt()
  ['openssl $1$', '{CRYPT}$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1', 'secret'],
  ['openssl $5$', '{CRYPT}$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.', 'secret'],
  ['openssl $6$', '{CRYPT}$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.', 'secret'],
  ['$1$ of UTF-8', '{CRYPT}$1$abcdefgh$mlwy7yKwDGwFNaZuBfHIf/', umlauts],
  ['$1$ of a long password', '{CRYPT}$1$abcdefgh$j37CHvGkiOEUvY/w0I4gw1', long],
  ['$1$ of 200 bytes', '{CRYPT}$1$ab$xgDtiY9HhrFpVSwAcBd9X0', x200],
  ['$5$ of UTF-8', '{CRYPT}$5$saltstring$2PxVCEualKYHM54Ps9gYhr8f9sn46M3DbB8DfLsj091', umlauts],
  ['$5$ of a long password', '{CRYPT}$5$saltstring$GyTEZtFuSijnDwgZAdeQeFYSkAzF3f3QpZGhkJUrWWD', long],
  ['$5$ with its own rounds', '{CRYPT}$5$rounds=1400$anotherlongsalt$90KEs7QiTOJtG/NTUwDQBxHGVrmHw2JtXM3HqZsvK/C', umlauts],
  ['$6$ of UTF-8', '{CRYPT}$6$saltstring$blS5rl0tdMSlHxSnQfhJjR6H0kwno6jAc4uao5odUqwHXcOIB35a2.dRJj.wUzcqwJp76durGoDg6Zzf8PLKn0', umlauts],
  ['$6$ of 200 bytes', '{CRYPT}$6$ab$omzZb0bmJoRBt5rynstCYhtCkj5Pnaxr7/OBLY7H0ohGwnKPkfLLo1GLkoPb.oJKhfU9ZEA.dchxWSflGL.eh/', x200],
  [
    '$6$ with many rounds',
    '{CRYPT}$6$rounds=77777$short$9507ykVghWlIh.PL0rot5plEhlMKfSjTMyjik3OBdaj3wd8rYkiDohSBCe2hb0d72UsdaWUI4EklcBYK/NUq70',
    long,
  ],
  ['$2a$', '{CRYPT}$2a$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a', 'secret'],
  ['$2b$', '{CRYPT}$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a', 'secret'],
  ['$2y$', '{CRYPT}$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a', 'secret'],
  ['$2y$ of UTF-8', '{CRYPT}$2y$05$abcdefghijklmnopqrstuuz5XOeS50NB6ZK5Y7WE4zU27aNwr79fy', umlauts],
  // Python's hashlib.pbkdf2_hmac, written as pw-pbkdf2 does
  ['{PBKDF2}', '{PBKDF2}10000$....AwQFBgcICQoLDA0ODw$sqwKJLT6Gj89VI3hVRSHYddVUy0', 'secret'],
  ['{PBKDF2-SHA1}', '{PBKDF2-SHA1}10000$....AwQFBgcICQoLDA0ODw$sqwKJLT6Gj89VI3hVRSHYddVUy0', 'secret'],
  ['{PBKDF2-SHA256}', '{PBKDF2-SHA256}10000$....AwQFBgcICQoLDA0ODw$7EKyH4Fyd5ViiFhnI75nT1zu0gQKoKGvIdEBwI.8lPM', 'secret'],
  [
    '{PBKDF2-SHA512}',
    '{PBKDF2-SHA512}10000$....AwQFBgcICQoLDA0ODw$yizSSbW1NsO1q0zPJQQrrGQoGvtk8L1ARYap7O8d1ZRuzqrRtiCytiRIGstKKX72xRkWfNh39G.SAOWQHaZMJw',
    'secret',
  ],
  // Python's hashlib and PHP's crypt(), written as Django does
  ['Django pbkdf2_sha256', 'pbkdf2_sha256$20000$seasalt$PEG088fj9osfypUYOVPyqOBnW7ha4jZUuVcEvibLUtw=', 'secret'],
  ['Django pbkdf2_sha1', 'pbkdf2_sha1$20000$seasalt$aVE31Epd5GZOWVbpuOAoXkdqQBw=', 'secret'],
  ['Django sha1', 'sha1$seasalt$74e5eb411f940a7427f9903bb7c54144e96b0abe', 'secret'],
  ['Django sha1 without salt', 'sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4', 'secret'],
  ['Django md5', 'md5$seasalt$51bd9678978c1b8d854cd8d771c933e8', 'secret'],
  ['Django argon2', 'argon2$argon2id$v=19$m=1024,t=2,p=1$dk1Fa01rODdZWWRkb1g5cQ$Pxf5hWuhJrsvkqgxjGFcxKykNU/TuFb2g9+hyroME4U', 'secret'],
  ['Django bcrypt', 'bcrypt$$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a', 'secret'],
  ['Django bcrypt_sha256', 'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuu6ySUy0zWYVXIQ.LN/DOPaf42SgydiW.', 'secret'],
];

for (const [name, stored, password] of fitting) {
  test(`${name}: the right password fits and is to be hashed anew`, async () => {
    assert.equal(await verify(stored, password), { ok: true, rehash: true });
  });
  test(`${name}: a wrong one does not`, async () => {
    assert.equal(await verify(stored, `${password}x`), { ok: false, rehash: false });
    assert.equal(await verify(stored, password.slice(0, -1)), { ok: false, rehash: false });
    assert.equal(await verify(stored, ''), { ok: false, rehash: false });
  });
  test(`${name}: is a hash, not a current one, and never a password itself`, async () => {
    assert.is(passwords.isHash(Buffer.from(stored)), true);
    assert.is(passwords.isClear(Buffer.from(stored)), false);
    assert.is(passwords.isCurrent(Buffer.from(stored)), false);
    assert.equal(await verify(stored, stored), { ok: false, rehash: false });
  });
  test(`${name}: cut anywhere, it throws nothing and fits nothing`, async () => {
    const least = stored.startsWith('{') ? stored.indexOf('}') + 1 : stored.indexOf('$') + 1;
    const slow = /argon2|\$[256]|pbkdf2/i.test(stored);
    for (let length = least; length < stored.length; length += slow ? 7 : 1) {
      const cut = stored.slice(0, length);
      // padding may be missing; a salt may be shorter
      if (stored.slice(length).replaceAll('=', '') === '') continue;
      assert.is((await verify(cut, password)).ok, false, cut);
    }
  });
}

const refused: Record<string, string> = {
  'DES crypt': '{CRYPT}abNANd1rDfiNc',
  yescrypt: '{CRYPT}$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7',
  $2x$: '{CRYPT}$2x$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a',
  'a scheme of others': '{SASL}secret@EXAMPLE.ORG',
  'an empty scheme': '{CRYPT}',
  '{SSHA} without a salt': '{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=',
  '{SHA} with one': '{SHA}gqMb0VAcE0SXIgjlATkERXwL96HYe6bX',
  '{SHA} with other letters': '{SHA}5en6G6MezRroT3XKqkdPOmY_BfQ=',
  '{SHA} with blanks in it': '{SHA}5en6G6MezRroT3XK qkdPOmY/BfQ=',
  'a digest cut short': '{PBKDF2-SHA256}10000$....AwQFBgcICQoLDA0ODw$7EKy',
  'no iterations': '{PBKDF2-SHA256}0$....AwQFBgcICQoLDA0ODw$7EKyH4Fyd5ViiFhnI75nT1zu0gQKoKGvIdEBwI.8lPM',
  'too many iterations': '{PBKDF2-SHA256}999999999$....AwQFBgcICQoLDA0ODw$7EKyH4Fyd5ViiFhnI75nT1zu0gQKoKGvIdEBwI.8lPM',
  'more iterations than a number holds': `pbkdf2_sha256$${'9'.repeat(400)}$seasalt$PEG088fj9osfypUYOVPyqOBnW7ha4jZUuVcEvibLUtw=`,
  'iterations below zero': 'pbkdf2_sha256$-1$seasalt$PEG088fj9osfypUYOVPyqOBnW7ha4jZUuVcEvibLUtw=',
  'too many rounds': '{CRYPT}$5$rounds=99999999$anotherlongsalt$90KEs7QiTOJtG/NTUwDQBxHGVrmHw2JtXM3HqZsvK/C',
  'too few rounds': '{CRYPT}$5$rounds=10$anotherlongsalt$90KEs7QiTOJtG/NTUwDQBxHGVrmHw2JtXM3HqZsvK/C',
  'rounds in MD5 crypt': '{CRYPT}$1$rounds=1400$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1',
  'a costly bcrypt': '{CRYPT}$2b$31$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a',
  'a cheap bcrypt': '{CRYPT}$2b$03$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a',
  'argon2 with too much memory':
    '{ARGON2}$argon2id$v=19$m=4000000,t=2,p=1$dk1Fa01rODdZWWRkb1g5cQ$Pxf5hWuhJrsvkqgxjGFcxKykNU/TuFb2g9+hyroME4U',
  'argon2 with too many passes':
    '{ARGON2}$argon2id$v=19$m=1024,t=999,p=1$dk1Fa01rODdZWWRkb1g5cQ$Pxf5hWuhJrsvkqgxjGFcxKykNU/TuFb2g9+hyroME4U',
  'argon2 with too little memory': '{ARGON2}$argon2id$v=19$m=8,t=2,p=4$dk1Fa01rODdZWWRkb1g5cQ$Pxf5hWuhJrsvkqgxjGFcxKykNU/TuFb2g9+hyroME4U',
  'argon2 in another order': '{ARGON2}$argon2id$v=19$t=2,m=1024,p=1$dk1Fa01rODdZWWRkb1g5cQ$Pxf5hWuhJrsvkqgxjGFcxKykNU/TuFb2g9+hyroME4U',
  'argon2 without a hash': '{ARGON2}$argon2id$v=19$m=1024,t=2,p=1$dk1Fa01rODdZWWRkb1g5cQ$',
  'a hash of endless length': `{SSHA}${'A'.repeat(100_000)}`,
  'a crypt string without its scheme': '$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1',
  "Django's scrypt": 'scrypt$seasalt$16384$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
  "Django's md5, broken": 'md5$seasalt$51bd',
  nothing: '',
};

for (const [name, stored] of Object.entries(refused)) {
  test(`${name}: no hash, not clear text, fits nothing`, async () => {
    assert.is(passwords.isHash(Buffer.from(stored)), false);
    assert.is(passwords.isClear(Buffer.from(stored)), false);
    for (const password of ['secret', stored]) assert.equal(await verify(stored, password), { ok: false, rehash: false });
  });
}

const clear: Record<string, readonly [stored: string, password: string]> = {
  'a plain word': ['secret', 'secret'],
  'UTF-8': [umlauts, umlauts],
  'dollars in it': ['cash$$$', 'cash$$$'],
  'a brace in it': ['{secret', '{secret'],
  '{CLEARTEXT}': ['{cleartext}secret', 'secret'],
};

for (const [name, [stored, password]] of Object.entries(clear)) {
  test(`clear text, ${name}: fits itself alone and is to be hashed`, async () => {
    assert.equal(await verify(stored, password), { ok: true, rehash: true });
    assert.equal(await verify(stored, `${password}x`), { ok: false, rehash: false });
    assert.equal(await verify(stored, password.slice(1)), { ok: false, rehash: false });
    assert.is(passwords.isHash(Buffer.from(stored)), false);
    assert.is(passwords.isClear(Buffer.from(stored)), true);
  });
}

test('clear text is compared by its bytes', async () => {
  assert.is((await passwords.verify(Buffer.from([0xff, 0xfe]), Buffer.from([0xff, 0xfe]))).ok, true);
  assert.is((await passwords.verify(Buffer.from([0xff, 0xfe]), Buffer.from([0xff, 0xff]))).ok, false);
});

test('crypt and bcrypt end a password at a zero byte, so one that has any fits none', async () => {
  for (const stored of [
    '{CRYPT}$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1',
    '{CRYPT}$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a',
  ]) {
    assert.is((await verify(stored, 'secret\0more')).ok, false);
  }
});

test('bcrypt looks at 72 bytes, so a longer password that fits is not made the new one', async () => {
  const stored = '{CRYPT}$2y$05$abcdefghijklmnopqrstuuoBz.G9gMNiZlW/Gsj.oKhiomPeIRFTC';
  assert.equal(await verify(stored, long), { ok: true, rehash: false });
  assert.equal(await verify(stored, `${long}x`), { ok: true, rehash: false });
  assert.equal(await verify(stored, long.slice(0, 72)), { ok: true, rehash: true });
  assert.equal(await verify(stored, long.slice(0, 71)), { ok: false, rehash: false });
});

test('many rounds do not hold up others', async () => {
  const work = verify(
    '{CRYPT}$6$rounds=77777$short$9507ykVghWlIh.PL0rot5plEhlMKfSjTMyjik3OBdaj3wd8rYkiDohSBCe2hb0d72UsdaWUI4EklcBYK/NUq70',
    long,
  );
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  assert.is((await work).ok, true);
  clearInterval(timer);
  assert.ok(turns > 3, `${turns} turns of the event loop`);
});

test.run();
