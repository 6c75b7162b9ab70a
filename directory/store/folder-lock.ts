import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreNotOpened } from './failures.ts';

/** Who has a folder open. Process ids are used again, so the start time counts; after a boot none of them means anything. */
interface Owner {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
  readonly host: string;
}

/** Two that come at the same moment both step back and try again after a random pause. */
const tries = 8;

/**
 * Makes sure that no other process has `folder` open, until the answered function is called or the process ends,
 * however it ends.
 *
 * Node has no flock. So everyone first puts up a file of his own beside the folder and then looks at the others': whoever
 * sees one whose process lives takes his own away. Two can therefore never both go on, and a file that a dead process left
 * can be removed by anyone at any time, because its name is never used again.
 * @throws StoreNotOpened when another process has it
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const me = thisProcess();
  for (let left = tries; ; left--) {
    const mine = putUp(folder, me);
    const other = livingOwner(folder, mine);
    if (other === undefined) return () => rmSync(mine, { force: true });
    rmSync(mine, { force: true });
    if (left <= 1) throw new StoreNotOpened(explain(folder, other.owner, other.file));
    await pause(10 + Math.random() * 40);
  }
}

function putUp(folder: string, me: Owner): string {
  const name = `${folder}.lock-${me.pid}-${randomBytes(6).toString('hex')}`;
  const draft = `${name}.new`;
  writeFileSync(draft, JSON.stringify(me), { mode: 0o600 });
  renameSync(draft, name); // so that nobody ever reads half of it
  return name;
}

function livingOwner(folder: string, mine: string): { owner: Owner; file: string } | undefined {
  const prefix = `${basename(folder)}.lock-`;
  for (const name of readdirSync(dirname(folder))) {
    const file = join(dirname(folder), name);
    if (!name.startsWith(prefix) || name.endsWith('.new') || file === mine) continue;
    const owner = readOwner(file);
    if (owner === undefined) continue;
    if (mayLive(owner)) return { owner, file };
    rmSync(file, { force: true });
  }
  return undefined;
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined; // its owner has just gone
    throw new StoreNotOpened(`the lock ${file} cannot be read; remove it when no other mos uses the folder`, { cause: error });
  }
}

function mayLive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true; // cannot be seen from here
  if (owner.boot !== bootId()) return false;
  return isRunning(owner.pid) && startTime(owner.pid) === owner.started;
}

function explain(folder: string, owner: Owner, file: string): string {
  if (owner.host !== hostname()) {
    return `${folder} is in use by process ${owner.pid} on the host ${owner.host}; when that host no longer uses it, remove ${file}`;
  }
  return `${folder} is in use by process ${owner.pid}: the embedded database has one user at a time; stop that process, or set MOS_DATABASE_URL`;
}

function thisProcess(): Owner {
  return { pid: process.pid, started: startTime(process.pid), boot: bootId(), host: hostname() };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // it is there, but somebody else's
  }
}

/** Clock ticks from boot to the start of the process (proc(5), field 22); empty where there is no /proc, and for a zombie. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold blanks and brackets
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
