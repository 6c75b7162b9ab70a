import type { BoundDirectory } from '../directory/core/bound-directory.ts';
import { planDelete } from '../directory/core/delete.ts';
import { planModify } from '../directory/core/modify.ts';
import { planMove } from '../directory/core/move.ts';
import type { Update } from '../directory/core/writer.ts';
import type { DirectoryError } from '../directory/model/errors.ts';
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
  const lines = new WeakMap<Update, number>();
  async function* updates(): AsyncIterable<Update> {
    let read = 0;
    for await (const item of records(source, options.file)) {
      options.progress?.(++read);
      if (item instanceof LdifError) {
        refuse(item);
        continue;
      }
      const update = await updateFor(directory, item);
      lines.set(update, item.line);
      yield update;
    }
  }
  const made = await directory.transaction(updates(), (update, error) =>
    refuse(new LdifError(options.file, lines.get(update) ?? 0, inWords(error))),
  );
  return { made, refused };
}

async function* records(source: AsyncIterable<Buffer>, file: string): AsyncIterable<LdifItem> {
  const parser = new LdifParser(file);
  for await (const chunk of source) yield* parser.push(chunk);
  yield* parser.end();
}

async function updateFor(directory: BoundDirectory, { change }: LdifRecord): Promise<Update> {
  switch (change.kind) {
    case 'add':
      return directory.addition(change.dn, change.attributes, true);
    case 'modify':
      return directory.change((context) => planModify(context, change.dn, change.modifications));
    case 'delete':
      return directory.change((context) => planDelete(context, change.dn));
    case 'rename':
      return directory.change((context) => planMove(context, { newSuperior: undefined, ...change }));
  }
}

function inWords(error: DirectoryError): string {
  return error.message === '' ? error.kind : `${error.message} (${error.kind})`;
}
