import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type EditedField, editOf } from '../../directory/core/edit.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { loadSchema } from '../../directory/open.ts';
import { base, openTestDirectory, person } from '../support/directory.ts';

/** A form that was loaded and sent becomes a change that notices what others did meanwhile. */
const test = suite('edits');
const schema = loadSchema([]);
const field = (attribute: string, loaded: readonly string[], typed: readonly string[], single = false): EditedField => ({
  attribute,
  loaded: loaded.map((value) => Buffer.from(value)),
  typed: typed.map((value) => Buffer.from(value)),
  single,
});

const edits: readonly (readonly [what: string, fields: readonly EditedField[], change: readonly string[], absent: readonly string[]])[] = [
  ['nothing typed is no change', [field('mail', ['a@x', 'b@x'], ['b@x', 'a@x'])], [], []],
  ['a value in the place of another', [field('mail', ['a@x', 'b@x'], ['c@x', 'b@x'])], ['delete mail: a@x', 'add mail: c@x'], []],
  ['a field that was emptied', [field('mail', ['a@x'], [])], ['delete mail: a@x'], []],
  ['several values that are new', [field('mosSkill', [], ['a', 'b'])], ['add mosSkill: a,b'], []],
  ['one of a kind that was not there', [field('mosWikiName', [], ['Ada'])], ['add mosWikiName: Ada'], ['mosWikiName']],
  ['one where the form has room for one', [field('description', [], ['I'], true)], ['add description: I'], ['description']],
  ['a value in another spelling', [field('cn', ['ada'], ['Ada'])], ['delete cn: ada', 'add cn: Ada'], []],
  ['a value that was typed twice', [field('cn', [], ['Ada', 'ADA'])], ['add cn: ADA'], []],
  ['two fields', [field('cn', ['a'], ['b']), field('sn', ['a'], ['a'])], ['delete cn: a', 'add cn: b'], []],
];
for (const [what, fields, change, absent] of edits) {
  test(what, () => {
    const { modifications, assertion } = editOf(schema, fields);
    assert.equal(
      modifications.map(({ operation, attribute }) => `${operation} ${attribute.description}: ${attribute.values.join()}`),
      change,
    );
    const filters = assertion?.kind === 'and' ? assertion.filters : [];
    assert.equal(
      filters.map((each) => (each.kind === 'not' && each.filter.kind === 'present' ? each.filter.attribute : each.kind)),
      absent,
    );
  });
}

/** Two people load the form, the first sends `theirs`, the second `ours`. */
const meetings: readonly (readonly [what: string, theirs: EditedField, ours: EditedField, outcome: string])[] = [
  ['both change one value', field('title', ['a'], ['b']), field('title', ['a'], ['c']), 'noSuchAttribute'],
  ['both add the same', field('mosSkill', [], ['x']), field('mosSkill', [], ['x']), 'attributeOrValueExists'],
  ['both fill in what was empty', field('mosWikiName', [], ['X']), field('mosWikiName', [], ['Y']), 'assertionFailed'],
  ['one takes away what the other changes', field('title', ['a'], []), field('title', ['a'], ['c']), 'noSuchAttribute'],
  ['they change different fields', field('title', ['a'], ['b']), field('mosSkill', [], ['x']), 'title=b mosSkill=x'],
  ['they add different values', field('mosSkill', [], ['x']), field('mosSkill', [], ['y']), 'title=a mosSkill=x,y'],
];
for (const [what, theirs, ours, outcome] of meetings) {
  test(`${what}: ${outcome}`, async () => {
    const { directory, close } = await openTestDirectory(person('ada', 'member', 'title: a'));
    const root = directory.asRoot('test');
    const dn = `uid=ada,ou=people,${base}`;
    const send = (each: EditedField) => {
      const { modifications, assertion } = editOf(schema, [each]);
      return root.modify(dn, modifications, { assertion });
    };
    await send(theirs);
    const told = await send(ours).then(
      () => ['title', 'mosSkill'].map((name) => `${name}=${root.texts(root.find(dn), name).sort().join()}`).join(' '),
      (error: unknown) => (error instanceof DirectoryError ? error.kind : String(error)),
    );
    await close();
    assert.is(told, outcome);
  });
}

test.run();
