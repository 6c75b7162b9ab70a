import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import type { Modification } from '../../directory/model/entry.ts';
import { parseFilter } from '../../directory/model/filter-text.ts';
import { base, openTestDirectory, person, type TestDirectory } from '../support/directory.ts';

/** A search finds by its indexes what looking at every entry finds, whatever has happened to the entries. Seeded: `MOS_FUZZ_SEED`. */
const test = suite('indexed search');
const people = `ou=people,${base}`;
const seed = Number(process.env['MOS_FUZZ_SEED'] ?? 1);
let state = seed;
/** xorshift32: a number from 0 up to, not including, `below` */
function pick(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}
const one = <T>(list: readonly [T, ...T[]]): T => list[pick(list.length)] ?? list[0];

const words = ['Ada', 'ada', 'Łódź', 'Grace Hopper', 'grace  hopper', 'a', 'ab', 'abc', 'xyzzy', 'x*y', 'ß', 'SS'] as const;
const attributes = ['uid', 'cn', 'sn', 'description', 'mail', 'employeeNumber', 'objectClass', 'member', 'memberOf', 'mosStatus'] as const;
const numbers = ['1', '2', '10', '010', '99'] as const;
const nameOf = (nth: number): string => `uid=p${nth},${people}`;

/** Text of a value for a filter, escaped by RFC 4515 §3. */
const escaped = (text: string): string => text.replace(/[*()\\\0]/g, (each) => `\\${each.charCodeAt(0).toString(16).padStart(2, '0')}`);

function valueFor(attribute: (typeof attributes)[number]): string {
  switch (attribute) {
    case 'uid':
      return `p${pick(60)}`;
    case 'mail':
      return `p${pick(60)}@example.org`;
    case 'employeeNumber':
      return one(numbers);
    case 'objectClass':
      return one(['person', 'inetOrgPerson', 'device', 'groupOfNames', 'mosMember', 'top', 'nothing']);
    case 'member':
    case 'memberOf':
      return one([nameOf(pick(60)), `cn=g${pick(4)},ou=groups,${base}`, 'cn=none']);
    case 'mosStatus':
      return `cn=${one(['member', 'banned', 'applicant'])},ou=statuses,${base}`;
    default:
      return one(words);
  }
}

function filter(depth: number): string {
  const kind = pick(depth > 0 ? 8 : 5);
  const attribute = one(attributes);
  const value = escaped(valueFor(attribute));
  const inner = () => Array.from({ length: 1 + pick(3) }, () => filter(depth - 1)).join('');
  switch (kind) {
    case 0:
      return `(${attribute}=*)`;
    case 1:
      return `(${attribute}>=${value})`;
    case 2:
      return `(${attribute}<=${value})`;
    case 3: {
      const middle = escaped(valueFor(attribute))
        .slice(0, 1 + pick(4))
        .replace(/\\.?$/, '');
      return one([`(${attribute}=${value}*)`, `(${attribute}=*${value})`, `(${attribute}=*${middle === '' ? 'a' : middle}*)`]);
    }
    case 5:
      return `(&${inner()})`;
    case 6:
      return `(|${inner()})`;
    case 7:
      return `(!${filter(depth - 1)})`;
    default:
      return `(${attribute}=${value})`;
  }
}

function found(asker: BoundDirectory, text: string): string[] {
  const run = asker.search({ base, scope: 'sub', filter: parseFilter(text) });
  const dns: string[] = [];
  while (!run.done) {
    const entry = run.next();
    if (entry !== undefined) dns.push(entry.dn);
  }
  return dns.sort();
}

const all = ({ directory }: TestDirectory): PackedEntry[] =>
  directory.tree.root === undefined ? [] : [...directory.tree.subtree(directory.tree.root)];

async function change(root: BoundDirectory): Promise<void> {
  const dn = nameOf(pick(60));
  const attribute = one(['cn', 'sn', 'description', 'mail', 'employeeNumber'] as const);
  const values = [Buffer.from(valueFor(attribute))];
  const modify = (operation: Modification['operation'], values: readonly Buffer[]) =>
    root.modify(dn, [{ operation, attribute: { description: attribute, values } }]);
  const group = `cn=g${pick(4)},ou=groups,${base}`;
  const member = { description: 'member', values: [Buffer.from(nameOf(pick(60)))] };
  const steps: readonly [() => Promise<unknown>, ...(() => Promise<unknown>)[]] = [
    () => modify('add', values),
    () => modify('replace', values),
    () => modify('delete', values),
    () => root.modify(group, [{ operation: 'add', attribute: member }]),
    () => root.modify(group, [{ operation: 'delete', attribute: member }]),
    () => root.delete(dn),
    () => root.move({ dn, newRdn: `uid=p${pick(60)}`, deleteOldRdn: pick(2) === 0, newSuperior: undefined }),
    () =>
      root.add(
        dn,
        ['objectClass=inetOrgPerson', `uid=${dn.slice(4, dn.indexOf(','))}`, `cn=${one(words)}`, `sn=${one(words)}`].map((text) => {
          const at = text.indexOf('=');
          return { description: text.slice(0, at), values: [Buffer.from(text.slice(at + 1))] };
        }),
      ),
  ];
  // many are refused, as they should be
  await one(steps)().catch(() => undefined);
}

test('finds what a look at every entry finds, through changes', async () => {
  const crowd = Array.from({ length: 50 }, (_, nth) =>
    person(
      `p${nth}`,
      one(['member', 'banned', 'applicant']),
      `description: ${one(words)}`,
      `mail: p${nth}@example.org`,
      `employeeNumber: ${one(numbers)}`,
    ),
  );
  const groups = Array.from(
    { length: 4 },
    (_, nth) =>
      `dn: cn=g${nth},ou=groups,${base}\nobjectClass: groupOfNames\ncn: g${nth}\nmember: ${nameOf(nth * 3 + 1)}\nmember: ${nameOf(nth * 7 + 2)}\n\n`,
  );
  const open = await openTestDirectory([...crowd, ...groups].join(''));
  try {
    const root = open.directory.asRoot('test');
    const asker = open.directory.as({ kind: 'entry', uuid: root.find(nameOf(1)).uuid }, 'test');
    for (let round = 0; round < 400; round++) {
      const text = filter(3);
      const parsed = parseFilter(text);
      for (const each of [root, asker]) {
        const expected = all(open)
          .filter((entry) => each.viewer.sees(entry) && each.holds(parsed, entry))
          .map(({ dn }) => dn)
          .sort();
        assert.equal(found(each, text), expected, `seed ${seed}, round ${round}: ${text}`);
      }
      await change(root);
    }
    assert.equal(await open.directory.differences(), []);
  } finally {
    await open.close();
  }
});

test.run();
