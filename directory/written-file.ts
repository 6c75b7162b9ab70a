import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';

export type Write = (piece: Buffer) => Promise<void>;

/**
 * Writes a file that only its owner may read. It takes the place of an older one when all is written: nobody finds half of it.
 * @param produce writes the pieces; when it throws or answers false, the older file stays as it was
 * @returns what `produce` answered @throws Error in words
 */
export async function writeWhole(file: string, produce: (write: Write) => Promise<boolean>): Promise<boolean> {
  // a pipe or a device can't be replaced
  const special = await stat(file).then(
    (found) => !found.isFile(),
    () => false,
  );
  // a new file of a name that nobody can have prepared
  const target = special ? file : `${file}.${randomBytes(6).toString('hex')}.part`;
  const handle = await open(target, special ? 'w' : 'wx', 0o600).catch((error: Error) => {
    throw new Error(`${file} can not be written: ${error.message}`, { cause: error });
  });
  let done = false;
  try {
    done = await produce(async (piece) => {
      await handle.writeFile(piece);
    });
    if (!special && done) await handle.sync();
  } finally {
    await handle.close();
    if (!special) await (done ? rename(target, file) : rm(target));
  }
  return done;
}
