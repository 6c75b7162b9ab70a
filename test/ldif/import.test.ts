import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exportLdif } from '../../ldif/export.ts';
import { importLdif } from '../../ldif/import.ts';
import { LdifError } from '../../ldif/parse.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

const test = suite<{ open: TestDirectory }>('mos import and export');
test.before.each(async (context) => {
  context.open = await openTestDirectory();
});
test.after.each(({ open }) => open.close());

async function* source(text: string): AsyncIterable<Buffer> {
  yield Buffer.from(text);
}

const bring = ({ directory }: TestDirectory, text: string, continues = false) =>
  importLdif(directory.asRoot('test'), source(text), { file: 'club.ldif', continues });

const dump = ({ directory }: TestDirectory, options = { operational: true }): string => [...exportLdif(directory, options)].join('');

async function refusal(work: Promise<unknown>): Promise<LdifError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LdifError)) throw new Error(`a mistake of the LDIF is expected, not ${String(error)}`);
  return error;
}

const noSurname = `dn: uid=bob,ou=people,${base}\nobjectClass: inetOrgPerson\nuid: bob\ncn: bob\n\n`;

test('a record that is refused undoes the records before it, and is named by file, line and reason', async ({ open }) => {
  const before = dump(open);
  const error = await refusal(bring(open, person('ada') + noSurname + person('eve')));
  assert.is(error.file, 'club.ldif');
  assert.is(error.line, person('ada').split('\n').length);
  assert.match(error.reason, /sn.*\(objectClassViolation\)/);
  assert.is(dump(open), before);
});

test('a record that can not be read undoes everything too', async ({ open }) => {
  const before = dump(open);
  const error = await refusal(bring(open, `${person('ada')}hello\n`));
  assert.is(error.message, `club.ldif:${person('ada').split('\n').length}: "name: value" is expected`);
  assert.is(dump(open), before);
});

test('with --continue what is refused is left out and listed by line, the rest is made', async ({ open }) => {
  const { made, refused } = await bring(open, `${person('ada')}${noSurname}nonsense\n\n${person('eve')}`, true);
  assert.is(made, 2);
  const first = person('ada').split('\n').length;
  assert.equal(
    refused.map(({ line }) => line),
    [first, first + noSurname.split('\n').length - 1],
  );
  const directory = open.directory.asRoot('test');
  assert.ok(directory.find(`uid=eve,ou=people,${base}`));
  assert.throws(() => directory.find(`uid=bob,ou=people,${base}`), /no such entry/);
});

test('an entry may stand before its parent', async ({ open }) => {
  const below = `dn: cn=desk,ou=room,ou=groups,${base}\nobjectClass: groupOfNames\ncn: desk\n\n`;
  const parent = `dn: ou=room,ou=groups,${base}\nobjectClass: organizationalUnit\nou: room\n\n`;
  const { made } = await bring(open, below + parent);
  assert.is(made, 2);
});

test('an entry whose parent never comes is refused', async ({ open }) => {
  const error = await refusal(bring(open, `dn: cn=desk,ou=room,ou=groups,${base}\nobjectClass: groupOfNames\ncn: desk\n\n`));
  assert.match(error.message, /^club\.ldif:1: .*parent.*\(noSuchObject\)/);
});

test('change records are made in their order', async ({ open }) => {
  const ada = `uid=ada,ou=people,${base}`;
  const changes = [
    `dn: ${ada}\nchangetype: modify\nreplace: sn\nsn: Lovelace\n-\nadd: mail\nmail: ada@example.org\n-\n\n`,
    `dn: ${ada}\nchangetype: modrdn\nnewrdn: uid=countess\ndeleteoldrdn: 1\n\n`,
    `dn: uid=eve,ou=people,${base}\nchangetype: delete\n\n`,
  ];
  const { made } = await bring(open, person('ada') + person('eve') + changes.join(''));
  assert.is(made, 5);
  const text = dump(open, { operational: false });
  assert.match(text, new RegExp(`dn: uid=countess,ou=people,${base}\n(?:.+\n)*sn: Lovelace\n(?:.+\n)*mail: ada@example.org\n`));
  assert.not.match(text, /uid=eve/);
});

test('a dump reloads into another directory, which then gives the same dump', async ({ open }) => {
  await bring(open, person('ada', 'member', 'description:: IMO2', 'jpegPhoto:: /9j/4A==', 'userPassword: secret-word') + person('eve'));
  const first = dump(open);
  const other = await openTestDirectory('', 'open');
  try {
    const { root } = other.directory.tree;
    for (const entry of root === undefined ? [] : [...other.directory.tree.subtree(root)].reverse()) {
      await other.directory.asRoot('test').delete(entry.dn);
    }
    await bring(other, first);
    // entryCSN is the newest of the directory that it is in
    const withoutCsn = (text: string) => text.replace(/^entryCSN: .*\n/gm, '');
    assert.is(withoutCsn(dump(other)), withoutCsn(first));
  } finally {
    await other.close();
  }
});

test('passwords are hashed on the way in', async ({ open }) => {
  const change = `dn: uid=ada,ou=people,${base}\nchangetype: modify\nadd: userPassword\nuserPassword: second-secret-word\n-\n\n`;
  await bring(open, person('ada', 'member', 'userPassword: secret-word') + change);
  assert.not.match(dump(open), /secret-word/);
  const stored = /uid=ada(?:.+\n)*?userPassword:: (.*(?:\n .*)*)/.exec(dump(open))?.[1] ?? /userPassword: (.*)/.exec(dump(open))?.[1] ?? '';
  assert.ok(/ARGON2/.test(stored) || /ARGON2/.test(Buffer.from(stored.replace(/\n /g, ''), 'base64').toString()));
});

test.run();
