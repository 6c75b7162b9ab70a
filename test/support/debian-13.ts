// Dovecot as Debian 13 has it, in a folder of its own, since Debian 12 has none.
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(tmpdir(), 'mos-debian-13');
const mirror = 'http://deb.debian.org/debian';
const packages = 'dovecot-imapd,dovecot-lmtpd,dovecot-ldap';

export interface Debian13 {
  /** What runs a program of it that sees one folder of ours, under the same name. */
  command(shared: string, program: string, words: readonly string[]): readonly [command: string, words: readonly string[]];
}

/** Unpacks it, unless an earlier run has. @returns why not, in words, when that can't be done here */
export function debian13(): Debian13 | string {
  if (process.getuid?.() !== 0) return 'a folder with a Debian in it needs root';
  if (!existsSync('/usr/sbin/debootstrap')) return 'debootstrap is not installed';
  if (!existsSync(join(folder, 'usr/sbin/dovecot'))) {
    const draft = `${folder}.${process.pid}`;
    const made = spawnSync('debootstrap', ['--variant=minbase', `--include=${packages}`, 'trixie', draft, mirror], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    if (made.status !== 0) {
      rmSync(draft, { recursive: true, force: true });
      return `debootstrap: ${made.stdout.trim().split('\n').at(-1)}`;
    }
    copyFileSync('/etc/hosts', join(draft, 'etc/hosts'));
    // the sockets for Postfix belong to its user, by the number that it has here
    for (const file of ['etc/passwd', 'etc/group']) {
      const line = readFileSync(`/${file}`, 'utf8')
        .split('\n')
        .find((each) => each.startsWith('postfix:'));
      if (line !== undefined) appendFileSync(join(draft, file), `${line}\n`);
    }
    renameSync(draft, folder);
  }
  return {
    command: (shared, program, words) => [
      'unshare',
      [
        '--mount',
        'sh',
        '-ec',
        'mkdir -p "$0$1"; mount --bind "$1" "$0$1"; mount -t proc proc "$0/proc"; root=$0; shift; exec chroot "$root" "$@"',
        folder,
        shared,
        program,
        ...words,
      ],
    ],
  };
}
