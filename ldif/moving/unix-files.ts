import type { Note } from './plan.ts';

/** A line of passwd(5), shadow(5) or group(5). */
export interface Line {
  readonly fields: readonly string[];
  /** "passwd:17" */
  readonly where: string;
}

/** @param count fields of a whole line @returns the lines that are whole; the others are told */
export function linesOf(file: string, bytes: Buffer | undefined, count: number, notes: Note[]): Line[] {
  if (bytes === undefined) return [];
  const lines: Line[] = [];
  for (const [nth, raw] of split(bytes).entries()) {
    const where = `${file}:${nth + 1}`;
    let line = raw.toString('utf8');
    if (!Buffer.from(line).equals(raw)) {
      line = raw.toString('latin1');
      // of a line with another number of fields nobody knows which is the password
      const [name = '', , , , gecos = ''] = line.split(':');
      notes.push({ where, what: `is not UTF-8, and was read as Latin-1: ${file === 'passwd' ? `${name} ${gecos}`.trim() : name}` });
    }
    if (line.trim() === '' || line.startsWith('#')) continue;
    const fields = line.split(':');
    // NIS (passwd(5), compat)
    if (/^[+-]/.test(line)) notes.push({ where, what: 'is an entry of NIS, and was left out' });
    else if (fields.length !== count) notes.push({ where, what: `has ${fields.length} fields, not ${count}; left out` });
    else lines.push({ fields, where });
  }
  return lines;
}

/** Lines without their ends, which may be those of Windows. */
function split(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    lines.push(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}
