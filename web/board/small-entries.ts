import { type EditedField, editOf } from '../../directory/core/edit.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { escapeDnText } from '../../directory/model/dn.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { type Answer, type FieldErrors, notFound, page, redirect } from '../answer.ts';
import type { Form } from '../form.ts';
import { askFirst } from '../frame/ask.ts';
import { complaintOf } from '../mail/address.ts';
import { conflicts, hasChanged, loadedValues } from '../people/edit.ts';
import { wordsOf } from '../problem.ts';
import type { Visit } from '../visit.ts';
import type { Kind, KindField, Shape } from './kinds.ts';

/** A row of the table: entryUUID, and the values of each field. */
interface Row {
  readonly id: string;
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** What was typed into one of the forms, by the entryUUID of its row; empty for a new one. */
interface Typed {
  readonly id: string;
  readonly form: Form;
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

function shown(visit: Visit, kind: Kind, errors?: FieldErrors, typed?: Typed, status = 422): Answer {
  const { as } = visit;
  const found = entriesOf(visit, kind).map(({ entry, shape }) => {
    const { naming, fields } = shape;
    const row: Row = { id: entry.uuid, values: Object.fromEntries(fields.map(({ attribute }) => [attribute, as.texts(entry, attribute)])) };
    const form = typed?.id === entry.uuid ? typed.form : undefined;
    const isStale = (attribute: string) => form !== undefined && status === 409 && hasChanged(visit, entry, form, attribute);
    return {
      name: row.values[naming]?.[0] ?? '',
      row,
      form: {
        ...{ naming, fields },
        meanwhile: fields.flatMap(({ attribute }) => (isStale(attribute) ? attribute : [])),
        mayChange: fields.some(({ attribute }) => attribute !== naming && as.mayWrite(entry, attribute)),
        mayDelete: as.mayDelete(entry),
      },
    };
  });
  found.sort((one, other) => one.name.localeCompare(other.name));
  const [{ fields }] = kind.shapes;
  return page(
    'board/small-entries',
    visit.t(kind.title),
    { entries: found.map(({ row }) => row) },
    {
      form: {
        ...{ kind, fields, mayAdd: mayAdd(visit, kind) },
        rows: Object.fromEntries(found.map(({ row, form }) => [row.id, form])),
        typed: { ...typed?.form.typed, id: typed?.id },
      },
      ...(errors && { status, errors }),
    },
  );
}

async function add(visit: Visit, kind: Kind): Promise<Answer> {
  const form = await visit.request.form();
  const typed = { id: '', form };
  const [{ classes, naming, fields }] = kind.shapes;
  const { values, errors } = read(visit, fields, form);
  if (errors !== undefined) return shown(visit, kind, errors, typed);
  const name = values.get(naming)?.[0] ?? '';
  const attributes = [...values].flatMap(([description, each]) => (each.length === 0 ? [] : { description, values: bytes(each) }));
  const all = [{ description: 'objectClass', values: bytes(classes) }, ...attributes];
  try {
    await visit.as.add(`${naming}=${escapeDnText(name)},${folderOf(visit, kind)}`, all);
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    const there = error.kind === 'entryAlreadyExists' ? { [naming]: visit.t('smallEntries.there') } : { form: wordsOf(visit.t, error) };
    return shown(visit, kind, there, typed);
  }
  return redirect(`/board/${kind.path}`, { word: 'smallEntries.added', values: { name } });
}

/** Changes an entry, or takes it away: `do` says what. */
async function change(visit: Visit, kind: Kind): Promise<Answer> {
  const { as, t, site } = visit;
  const found = entriesOf(visit, kind).find(({ entry }) => entry.uuid === visit.param('id'));
  if (found === undefined) throw notFound();
  const { entry, shape } = found;
  const form = await visit.request.form();
  const name = as.texts(entry, shape.naming)[0] ?? '';
  const typed = { id: entry.uuid, form };
  const path = `/board/${kind.path}`;
  try {
    if (form.text('do') === 'delete') {
      const [title, what, yes] = [t('ask.delete', { name }), t(kind.willDelete), t('smallEntries.delete')];
      // what can't be done is not asked about
      const question = as.mayDelete(entry) ? await askFirst(visit, { title, what, yes, isDanger: true, back: path }) : undefined;
      if (question !== undefined) return question;
      await as.delete(entry.dn);
      return redirect(path, { word: 'smallEntries.deleted', values: { name } });
    }
    const fields = shape.fields.filter(({ attribute }) => attribute !== shape.naming);
    const { values, errors } = read(visit, fields, form, (attribute) => loadedValues(visit, entry, form, attribute));
    if (errors !== undefined) return shown(visit, kind, errors, typed);
    const edited = fields.map(({ attribute, kind: type }) => ({
      attribute,
      loaded: bytes(loadedValues(visit, entry, form, attribute)),
      typed: bytes(values.get(attribute) ?? []),
      single: type === 'line',
    }));
    const { modifications, assertion } = editOf(site.directory.schema, [classesOf(visit, entry, shape), ...edited]);
    if (modifications.length > 0) await as.modify(entry.dn, modifications, { assertion });
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return shown(visit, kind, { form: wordsOf(t, error) }, typed, conflicts.has(error.kind) ? 409 : 422);
  }
  return redirect(path, { word: 'profile.saved' });
}

/** @param loadedOf what was there when the form was loaded */
function read(
  { t }: Visit,
  fields: readonly KindField[],
  form: Form,
  loadedOf: (attribute: string) => readonly string[] = () => [],
): { readonly values: ReadonlyMap<string, readonly string[]>; readonly errors: FieldErrors | undefined } {
  const errors: Record<string, string> = {};
  const values = new Map<string, readonly string[]>();
  for (const field of fields) {
    const { attribute, required, check } = field;
    const given = valuesOf(field, form);
    const complaint = check && complaintOf(check, given, loadedOf(attribute));
    if (required && given.length === 0) errors[attribute] = t('smallEntries.missing');
    else if (given.length > most) errors[attribute] = t('field.tooMany', { most });
    else if (given.some((value) => value.length > longest)) errors[attribute] = t('field.tooLong', { most: longest });
    else if (complaint !== undefined) errors[attribute] = t(...complaint);
    values.set(attribute, given);
  }
  return { values, errors: Object.keys(errors).length > 0 ? errors : undefined };
}

function valuesOf({ attribute, kind }: KindField, form: Form): string[] {
  if (kind === 'flag') return [form.text(attribute) === 'TRUE' ? 'TRUE' : 'FALSE'];
  const text = form.text(attribute);
  const lines = kind === 'lines' ? text.split(/[\n,]/) : [text];
  return [...new Set(lines.map((line) => line.trim()).filter(Boolean))];
}

function entriesOf({ as, site }: Visit, kind: Kind): { readonly entry: PackedEntry; readonly shape: Shape }[] {
  const { tree } = site.directory;
  const folder = tree.named(folderOf({ site }, kind));
  return [...(folder === undefined ? [] : tree.childrenOf(folder))].flatMap((slot) => {
    const entry = tree.at(slot);
    const shape = entry && kind.shapes.find(({ ofClass }) => tree.isOfClass(entry, ofClass));
    return entry !== undefined && shape !== undefined && as.viewer.sees(entry) ? { entry, shape } : [];
  });
}

/** An entry that was made elsewhere may lack a class that has the fields. */
function classesOf({ as, site }: Visit, entry: PackedEntry, { classes }: Shape): EditedField {
  const loaded = bytes(as.texts(entry, 'objectClass'));
  const missing = classes.filter((each) => !site.directory.tree.isOfClass(entry, each));
  return { attribute: 'objectClass', loaded, typed: [...loaded, ...bytes(missing)] };
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
