import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';
import { Passwords } from './core/password.ts';

export interface RootPassword {
  /** What a bind is checked against: a hash in {SCHEME} notation */
  readonly stored: Buffer;
  /** The password itself when it was made up just now; to be shown once */
  readonly made?: string;
}

/** The administrator's password: from the settings, or the hash in the state folder, or a new one. */
export async function rootPasswordOf(settings: Settings): Promise<RootPassword> {
  const passwords = new Passwords(settings);
  if (settings.rootPassword !== undefined) {
    const given = Buffer.from(settings.rootPassword);
    return { stored: passwords.isHash(given) ? given : Buffer.from(await passwords.hash(given)) };
  }
  const kept = readKept(settings);
  if (kept !== undefined) return { stored: kept };
  const made = randomBytes(15).toString('base64url');
  return { stored: await keepRootPassword(settings, Buffer.from(made)), made };
}

/** Keeps a new password of the administrator, as a hash. */
export async function keepRootPassword(settings: Settings, password: Buffer): Promise<Buffer> {
  const stored = Buffer.from(await new Passwords(settings).hash(password));
  mkdirSync(settings.var, { recursive: true, mode: 0o700 });
  const file = fileOf(settings);
  writeFileSync(`${file}.new`, stored, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return stored;
}

function fileOf(settings: Settings): string {
  return join(settings.var, 'root-password');
}

function readKept(settings: Settings): Buffer | undefined {
  try {
    return Buffer.from(readFileSync(fileOf(settings), 'latin1').trim());
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
