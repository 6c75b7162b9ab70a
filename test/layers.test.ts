import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the files of a folder may import: beginnings of our paths, and packages. Node's own modules where `node` is set. */
interface Layer {
  readonly ours: readonly string[];
  readonly packages?: readonly string[];
  readonly node: boolean;
}

/** From the bottom to the top; files that stand in none of these folders join them, and may import anything. */
const layers: Readonly<Record<string, Layer>> = {
  'directory/model/': { ours: ['directory/model/'], node: false },
  'directory/wire/': { ours: ['directory/wire/', 'directory/model/'], node: true },
  'schema/ldap/': { ours: ['schema/ldap/', 'directory/model/'], node: true },
  'directory/core/': {
    ours: ['directory/core/', 'directory/model/', 'schema/ldap/'],
    packages: ['@node-rs/argon2', '@node-rs/bcrypt', '@zxcvbn-ts/language-common'],
    node: true,
  },
  'directory/store/': {
    ours: ['directory/store/', 'directory/model/', 'directory/core/store.ts'],
    packages: ['pg', 'slonik', 'zod', '@electric-sql/pglite'],
    node: true,
  },
  'directory/server/': {
    ours: ['directory/server/', 'directory/model/', 'directory/wire/', 'directory/core/', 'schema/ldap/'],
    packages: ['@peculiar/x509', 'reflect-metadata'],
    node: true,
  },
  'web/': {
    ours: [
      'web/',
      'directory/model/',
      'directory/core/',
      'schema/ldap/',
      'ldif/',
      'settings/settings.ts',
      'settings/club.ts',
      'settings/package-root.ts',
    ],
    packages: [
      'hono',
      '@hono/node-server',
      'eta',
      'diff',
      'slonik',
      'zod',
      'nodemailer',
      'sharp',
      'qrcode',
      'otpauth',
      '@simplewebauthn/server',
    ],
    node: true,
  },
  'directory/checks/': { ours: ['directory/checks/', 'directory/model/', 'directory/wire/'], node: true },
  'sync/': { ours: ['sync/', 'directory/model/', 'directory/core/'], packages: ['mysql2'], node: true },
  'ldif/': { ours: ['ldif/', 'directory/model/', 'directory/core/'], node: true },
};

function readdir(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}${name}`.replaceAll('\\', '/'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = /^(?:(?:import|export)\s[^;'"=]*?\sfrom|import)\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;
  return [...text.matchAll(statements)].map(([, a, b]) => a ?? b ?? '');
}

function isAllowed(file: string, name: string, { ours, packages = [], node }: Layer): boolean {
  if (name.startsWith('.')) {
    const target = relative(root, join(root, dirname(file), name)).replaceAll('\\', '/');
    return ours.some((path) => target.startsWith(path));
  }
  if (name.startsWith('node:')) return node;
  return packages.some((each) => name === each || name.startsWith(`${each}/`));
}

for (const [folder, layer] of Object.entries(layers)) {
  test(`${folder} imports what lies below it, and no more`, () => {
    const files = readdir(folder);
    assert.ok(files.length > 0);
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => !isAllowed(file, name, layer))
        .map((name) => `${file} imports ${name}`),
    );
    assert.equal(wrong, []);
  });
}

test('relative imports name files that exist, with their ending', () => {
  const files = ['directory/', 'schema/', 'ldif/', 'sync/', 'settings/', 'web/'].flatMap(readdir);
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((name) => name.startsWith('.') && !(name.endsWith('.ts') && existsSync(join(root, dirname(file), name))))
      .map((name) => `${file} imports ${name}`),
  );
  assert.equal(wrong, []);
});

test.run();
