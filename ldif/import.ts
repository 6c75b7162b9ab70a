import type { BoundDirectory } from '../directory/core/bound-directory.ts';
import type { Update } from '../directory/core/writer.ts';
import type { DirectoryError, ErrorKind } from '../directory/model/errors.ts';
import { LdifError, type LdifItem, LdifParser, type LdifRecord } from './parse.ts';

export interface ImportOptions {
  /** Name of the file, for reports */
  readonly file: string;
  /** Leave out what is refused and go on, instead of making nothing */
  readonly continues: boolean;
  /** Is told after each record how many were read. */
  readonly progress?: (read: number) => void;
}

export interface ImportReport {
  readonly made: number;
  readonly refused: readonly LdifError[];
}

/**
 * Brings LDIF into the directory, in one transaction. Without `continues` the first refused record undoes everything.
 * Operational attributes of a dump are kept, but for entryCSN.
 * @throws LdifError the first mistake or refusal; DirectoryError unavailable
 */
export async function importLdif(directory: BoundDirectory, source: AsyncIterable<Buffer>, options: ImportOptions): Promise<ImportReport> {
  const refused: LdifError[] = [];
  const refuse = (error: LdifError) => {
    if (!options.continues) throw error;
    refused.push(error);
  };
  const records = new WeakMap<Update, LdifRecord>();
  // what an entry needs may come later in the file: its parent, its status
  let later: { readonly update: Update; readonly error: LdifError }[] = [];
  async function* updates(): AsyncIterable<Update> {
    let count = 0;
    for await (const item of read(source, options.file)) {
      options.progress?.(++count);
      if (item instanceof LdifError) {
        refuse(item);
        continue;
      }
      const update = await updateFor(directory, item);
      records.set(update, item);
      yield update;
    }
    for (let round = later; round.length > 0; round = later) {
      later = [];
      for (const { update } of round) yield update;
      if (later.length < round.length) continue;
      for (const { error } of later) refuse(error);
      return;
    }
  }
  const made = await directory.transaction(updates(), (update, refusal) => {
    const record = records.get(update);
    const error = new LdifError(options.file, record?.line ?? 0, inWords(refusal));
    if (record?.change.kind === 'add' && mayComeLater.has(refusal.kind)) later.push({ update, error });
    else refuse(error);
  });
  return { made, refused: refused.toSorted((one, other) => one.line - other.line) };
}

/** How an add is refused whose parent or status is not there yet. */
const mayComeLater: ReadonlySet<ErrorKind> = new Set(['noSuchObject', 'constraintViolation']);

async function* read(source: AsyncIterable<Buffer>, file: string): AsyncIterable<LdifItem> {
  const parser = new LdifParser(file);
  for await (const chunk of source) yield* parser.push(chunk);
  yield* parser.end();
}

async function updateFor(directory: BoundDirectory, { change }: LdifRecord): Promise<Update> {
  switch (change.kind) {
    case 'add':
      return directory.restoration(change.dn, change.attributes);
    case 'modify':
      return directory.modification(change.dn, change.modifications, { manageDsaIt: true });
    case 'delete':
      return directory.deletion(change.dn, { manageDsaIt: true });
    case 'rename':
      return directory.renaming({ newSuperior: undefined, ...change }, { manageDsaIt: true });
  }
}

function inWords(error: DirectoryError): string {
  return error.message === '' ? error.kind : `${error.message} (${error.kind})`;
}
