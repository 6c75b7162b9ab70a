import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { formatRdn, parseDn } from '../../directory/model/dn.ts';
import type { Attribute } from '../../directory/model/entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import { parseFilter } from '../../directory/model/filter-text.ts';
import { type Answer, page, Refusal } from '../answer.ts';
import { textOrBase64 } from '../people/own-data.ts';
import type { Visit } from '../visit.ts';
import { isRefusal, refusalOf } from './refusal.ts';

/** Entries below one, or found, that a page lists. */
const mostListed = 200;
/** Characters of Base64 of a picture that stands in the page itself; of a larger one the size is shown. */
const mostOfPicture = 400_000;

interface Listed {
  readonly dn: string;
  /** The RDN below the entry that is shown, the whole DN of what was found elsewhere */
  readonly name: string;
  readonly below: number;
}

/** GET /directory: `?dn=` an entry with what is below it, `?filter=` what is found there. */
export function browse(visit: Visit): Answer {
  const { as, site } = visit;
  const { directory } = site;
  const wanted = visit.query('dn') || directory.baseDn;
  const filter = visit.query('filter').slice(0, 1000);
  const entry = entryNamed(visit, wanted);
  const attributes = shownOf(visit, entry).map(({ description, values }) => ({
    name: description,
    operational: directory.schema.description(description)?.type.operational === true,
    values: values.map(textOrBase64),
  }));
  const listed = filter === '' ? childrenOf(visit, entry) : found(visit, entry, filter);
  return page(
    'directory/browse',
    entry.dn,
    { dn: entry.dn, above: aboveOf(visit, entry), attributes, below: listed.entries, count: listed.count },
    {
      form: {
        filter,
        mostOfPicture,
        mayAdd: as.viewer.mayAddBelow(entry),
        mayEdit: as.mayDelete(entry) || attributes.some(({ name }) => mayAsk(visit, entry, name)),
      },
      ...(listed.error !== undefined && { status: 422, errors: { filter: listed.error } }),
    },
  );
}

/** May the visitor change an attribute, or ask for that? */
function mayAsk({ as, site }: Visit, entry: PackedEntry, name: string): boolean {
  const description = site.directory.schema.description(name);
  return description !== undefined && (as.viewer.mayWrite(entry, description) || as.viewer.mayPropose(entry, description));
}

/** @throws DirectoryError, Refusal 422 when that is no DN */
export function entryNamed({ as }: Visit, dn: string): PackedEntry {
  try {
    return as.find(dn);
  } catch (error) {
    if (error instanceof DirectoryError && error.kind === 'invalidDNSyntax') throw new Refusal(422, 'refusal.noDn');
    throw error;
  }
}

/** What the visitor may read, but for passwords: not even their hashes are looked at here. */
export function shownOf({ as, site }: Visit, entry: PackedEntry): Attribute[] {
  const { schema, access } = site.directory;
  return as.readable(entry).filter(({ description }) => {
    const type = schema.description(description)?.type;
    return type !== undefined && !access.isSecret(type);
  });
}

/** The entries above, from the suffix on. */
function aboveOf({ as, site }: Visit, entry: PackedEntry): readonly Listed[] {
  const above: Listed[] = [];
  const { tree } = site.directory;
  for (let at = tree.parentOf(entry); at !== undefined; at = tree.parentOf(at))
    if (as.viewer.sees(at)) above.unshift({ dn: at.dn, name: nameWithin(at, tree.parentOf(at)), below: 0 });
  return above;
}

function childrenOf(
  { as, site }: Visit,
  entry: PackedEntry,
): { readonly entries: readonly Listed[]; readonly count: number; readonly error?: string } {
  const { tree } = site.directory;
  const children = [...tree.childrenOf(entry)].flatMap((slot) => {
    const child = tree.at(slot);
    return child !== undefined && as.viewer.sees(child) ? child : [];
  });
  const named = children.map((child) => ({ dn: child.dn, name: nameWithin(child, entry), below: tree.childrenOf(child).size }));
  return { entries: named.sort((one, other) => one.name.localeCompare(other.name)).slice(0, mostListed), count: children.length };
}

function found(
  visit: Visit,
  base: PackedEntry,
  text: string,
): { readonly entries: readonly Listed[]; readonly count: number; readonly error?: string } {
  try {
    const run = visit.as.search({ base: base.dn, scope: 'sub', filter: parseFilter(text) });
    const entries: Listed[] = [];
    let count = 0;
    while (!run.done) {
      const entry = run.next();
      if (entry === undefined) continue;
      count++;
      if (entries.length < mostListed) entries.push({ dn: entry.dn, name: entry.dn, below: 0 });
    }
    return { entries, count };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { entries: [], count: 0, error: refusalOf(visit, error) };
  }
}

function nameWithin(entry: PackedEntry, parent: PackedEntry | undefined): string {
  const [rdn] = parseDn(entry.dn);
  return parent === undefined || rdn === undefined ? entry.dn : formatRdn(rdn);
}
