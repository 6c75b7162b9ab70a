import { editOf } from '../../directory/core/edit.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, type FieldErrors, notFound, page, redirect } from '../answer.ts';
import type { Form } from '../form.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';
import type { Kind, KindField } from './kinds.ts';

/** A row of the table: entryUUID, and the values of each field. */
interface Row {
  readonly id: string;
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** Characters of a value; values of a field. */
const longest = 500;
const most = 500;

/** The pages of a table: to be put into the routes. */
export function pagesOf(kind: Kind) {
  return {
    list: (visit: Visit) => shown(visit, kind),
    add: (visit: Visit) => add(visit, kind),
    change: (visit: Visit) => change(visit, kind),
  };
}

function shown(visit: Visit, kind: Kind, errors?: FieldErrors, typed: Readonly<Record<string, unknown>> = {}): Answer {
  const rows = entriesOf(visit, kind).map((entry) => rowOf(visit, kind, entry));
  const key = ({ values }: Row) => values[kind.naming]?.[0] ?? '';
  return page(
    'board/small-entries',
    visit.t(kind.title),
    { entries: rows.sort((one, other) => key(one).localeCompare(key(other))) },
    { form: { kind, typed, mayAdd: mayAdd(visit, kind) }, ...(errors && { status: 422, errors }) },
  );
}

async function add(visit: Visit, kind: Kind): Promise<Answer> {
  const form = await visit.request.form();
  const { values, errors } = read(visit, kind.fields, form);
  if (errors !== undefined) return shown(visit, kind, errors, { ...form.typed, id: '' });
  const name = values.get(kind.naming)?.[0] ?? '';
  const attributes = [...values].flatMap(([description, each]) => (each.length === 0 ? [] : { description, values: bytes(each) }));
  const classes = { description: 'objectClass', values: bytes(kind.classes) };
  try {
    await visit.as.add(`${kind.naming}=${escapeDnText(name)},${folderOf(visit, kind)}`, [classes, ...attributes]);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    const there =
      error.kind === 'entryAlreadyExists' ? { [kind.naming]: visit.t('smallEntries.there') } : { form: wordsOf(visit.t, error) };
    return shown(visit, kind, there, { ...form.typed, id: '' });
  }
  return redirect(`/board/${kind.path}`, { word: 'smallEntries.added', values: { name } });
}

/** Changes an entry, or takes it away: `do` says what. */
async function change(visit: Visit, kind: Kind): Promise<Answer> {
  const entry = visit.site.directory.tree.byUuid(visit.param('id'));
  if (entry === undefined || !entriesOf(visit, kind).includes(entry)) throw notFound();
  const form = await visit.request.form();
  const name = visit.as.texts(entry, kind.naming)[0] ?? '';
  const typed = { ...form.typed, id: entry.uuid };
  try {
    if (form.text('do') === 'delete') {
      await visit.as.delete(entry.dn);
      return redirect(`/board/${kind.path}`, { word: 'smallEntries.deleted', values: { name } });
    }
    const fields = kind.fields.filter(({ attribute }) => attribute !== kind.naming);
    const { values, errors } = read(visit, fields, form);
    if (errors !== undefined) return shown(visit, kind, errors, typed);
    const edited = fields.map(({ attribute }) => ({
      attribute,
      loaded: [...visit.as.values(entry, attribute)],
      typed: bytes(values.get(attribute) ?? []),
    }));
    const { modifications, assertion } = editOf(visit.site.directory.schema, edited);
    if (modifications.length > 0) await visit.as.modify(entry.dn, modifications, { assertion });
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return shown(visit, kind, { form: wordsOf(visit.t, error) }, typed);
  }
  return redirect(`/board/${kind.path}`, { word: 'profile.saved' });
}

function read(
  { t }: Visit,
  fields: readonly KindField[],
  form: Form,
): { readonly values: ReadonlyMap<string, readonly string[]>; readonly errors: FieldErrors | undefined } {
  const errors: Record<string, string> = {};
  const values = new Map<string, readonly string[]>();
  for (const field of fields) {
    const given = valuesOf(field, form);
    if (field.required && given.length === 0) errors[field.attribute] = t('smallEntries.missing');
    if (given.length > most) errors[field.attribute] = t('field.tooMany', { most });
    if (given.some((value) => value.length > longest)) errors[field.attribute] = t('field.tooLong', { most: longest });
    values.set(field.attribute, given);
  }
  return { values, errors: Object.keys(errors).length > 0 ? errors : undefined };
}

function valuesOf({ attribute, kind }: KindField, form: Form): string[] {
  if (kind === 'flag') return [form.text(attribute) === 'TRUE' ? 'TRUE' : 'FALSE'];
  const text = form.text(attribute);
  const lines = kind === 'lines' ? text.split(/[\n,]/) : [text];
  return [...new Set(lines.map((line) => line.trim()).filter(Boolean))];
}

function entriesOf({ as, site }: Visit, kind: Kind): PackedEntry[] {
  const { tree } = site.directory;
  const folder = tree.named(folderOf({ site }, kind));
  return [...(folder === undefined ? [] : tree.childrenOf(folder))].flatMap((slot) => {
    const entry = tree.at(slot);
    return entry !== undefined && as.viewer.sees(entry) && tree.isOfClass(entry, kind.ofClass) ? entry : [];
  });
}

function rowOf({ as }: Visit, { fields }: Kind, entry: PackedEntry): Row {
  return { id: entry.uuid, values: Object.fromEntries(fields.map(({ attribute }) => [attribute, as.texts(entry, attribute)])) };
}

function mayAdd({ as, site }: Visit, kind: Kind): boolean {
  const folder = site.directory.tree.named(folderOf({ site }, kind));
  return folder !== undefined && as.viewer.mayAddBelow(folder);
}

function folderOf({ site }: Pick<Visit, 'site'>, { folder }: Kind): string {
  return `${folder},${site.directory.baseDn}`;
}

function bytes(texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text));
}
