// A process that opens a folder, says so, writes one entry and stays: `node open-folder.ts FOLDER`.
import { openStore } from '../../directory/store/open-store.ts';
import { entry, put } from './rows.ts';

async function main(folder: string): Promise<void> {
  const store = await openStore({ folder });
  await store.write((transaction) => transaction.append([put(transaction.lastCsn + 1, entry(`dc=of-${process.pid}`))]));
  console.log('opened');
  process.stdin.resume().once('end', () => void store.close());
}

// Not when the test runner imports every file of the folder.
if (process.argv[1] === import.meta.filename) await main(process.argv[2] ?? '').catch((error) => console.log(String(error)));
