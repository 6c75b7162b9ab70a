import { type Move, type Newcomer, type Note, text } from './plan.ts';

/** The files of /etc, as bytes: names in them may be in an old encoding. */
export interface UnixFiles {
  readonly passwd: Buffer;
  readonly shadow: Buffer | undefined;
  readonly group: Buffer | undefined;
}

export interface UnixOptions {
  /** Accounts below it are the system's */
  readonly minUid: number;
  /** Days since 1970 */
  readonly today: number;
}

/** Debian's `nobody` and its like are the system's too. */
const maxUid = 60_000;

interface Line {
  readonly fields: readonly string[];
  readonly where: string;
}

/** What passwd(5), shadow(5) and group(5) come to: people, groups, and a note for whatever does not come along. Pure. */
export function moveFromPasswd(files: UnixFiles, { minUid, today }: UnixOptions): Move {
  const notes: Note[] = [];
  const isPerson = (id: string) => /^\d+$/.test(id) && Number(id) >= minUid && Number(id) < maxUid;
  const shadow = new Map(linesOf('shadow', files.shadow, 9, notes).map((line) => [line.fields[0] ?? '', line]));
  const groupLines = linesOf('group', files.group, 4, notes);
  const accounts = linesOf('passwd', files.passwd, 7, notes);
  const own = accounts.filter(({ fields: [, , uid = ''] }) => isPerson(uid));
  if (own.length < accounts.length)
    notes.push({ where: 'passwd', what: `${accounts.length - own.length} accounts of the system left out` });
  const groups = groupLines.filter(({ fields: [, , gid = ''] }) => isPerson(gid));
  if (groups.length < groupLines.length)
    notes.push({ where: 'group', what: `${groupLines.length - groups.length} groups of the system left out` });
  // Debian gives everybody a group of their own name, which nobody else is in
  const shared = groups.filter(({ fields: [name, , , members = ''] }) => members !== '' || !own.some(({ fields }) => fields[0] === name));
  const memberships = new Map<string, string[]>();
  for (const {
    fields: [name = '', , , members = ''],
  } of shared)
    for (const member of members.split(',').filter(Boolean)) memberships.set(member, [...(memberships.get(member) ?? []), name]);
  const people: Newcomer[] = [];
  const taken = new Set<string>();
  for (const line of own) {
    const [name = ''] = line.fields;
    if (!/^[A-Za-z_][\w.-]{0,31}$/.test(name)) notes.push({ where: line.where, what: `"${name}" is no user name; left out` });
    else if (taken.has(name.toLowerCase())) notes.push({ where: line.where, what: `"${name}" is there already; left out` });
    else {
      taken.add(name.toLowerCase());
      people.push(newcomer(line, shadow.get(name), memberships.get(name) ?? [], today, notes));
    }
  }
  for (const [member, names] of memberships)
    if (!taken.has(member.toLowerCase())) notes.push({ where: `group ${names.join(', ')}`, what: `${member} is nobody who comes along` });
  const groupAttributes = new Map(shared.map(({ fields: [name = '', , gid] }) => [name, [text('gidNumber', gid)]]));
  return { people, statuses: new Map(), groups: groupAttributes, notes };
}

function newcomer({ fields, where }: Line, shadow: Line | undefined, groups: readonly string[], today: number, notes: Note[]): Newcomer {
  const [name = '', inPasswd = '', uid, gid, gecos = '', home, shell] = fields;
  const note = (what: string) => void notes.push({ where: `${where} (${name})`, what });
  const [full = '', room = '', office = '', phone = '', other = ''] = gecos.split(',').map((part) => part.trim().replace(/^&/, name));
  if (room !== '') note(`the room "${room}" was left out`);
  if (other !== '') note(`"${other}" was left out`);
  const hash = inPasswd === 'x' ? (shadow?.fields[1] ?? '') : inPasswd;
  const expires = shadow?.fields[7] ?? '';
  const isExpired = /^\d+$/.test(expires) && Number(expires) < today;
  if (isExpired) note('the account has expired: it gets the status alumni');
  const words = (full || name).split(/\s+/);
  const attributes = [
    text('objectClass', 'inetOrgPerson', 'mosMember', 'posixAccount'),
    text('uid', name),
    text('cn', full || name),
    text('sn', words.at(-1)),
    text('givenName', words.slice(0, -1).join(' ')),
    text('displayName', full || name),
    text('telephoneNumber', office),
    text('homePhone', phone),
    text('uidNumber', uid),
    text('gidNumber', gid),
    text('homeDirectory', home || '/nonexistent'),
    text('loginShell', shell),
    text('userPassword', crypt(hash, note)),
  ].filter(({ values }) => values.length > 0);
  return { uid: name, status: isExpired ? 'alumni' : 'member', attributes, groups };
}

/** crypt(3)'s notations that are checked as they are and renewed at the first login. */
function crypt(hash: string, note: (what: string) => void): string {
  if (hash === '' || /^[!*]/.test(hash)) {
    note('has no password that works: it has to be set anew');
    return '';
  }
  if (/^\$(1|5|6|2[aby])\$/.test(hash)) return `{CRYPT}${hash}`;
  const kind = hash.startsWith('$y$') || hash.startsWith('$gy$') ? 'yescrypt' : hash.startsWith('$7$') ? 'scrypt' : 'that kind';
  note(`hashes of ${kind} can't be checked here: the password has to be set anew`);
  return '';
}

/** @param count fields of a whole line */
function linesOf(file: string, bytes: Buffer | undefined, count: number, notes: Note[]): Line[] {
  if (bytes === undefined) return [];
  const lines: Line[] = [];
  for (const [nth, raw] of split(bytes).entries()) {
    const where = `${file}:${nth + 1}`;
    let line = raw.toString('utf8');
    if (!Buffer.from(line).equals(raw)) {
      line = raw.toString('latin1');
      notes.push({ where, what: `is not UTF-8, and was read as Latin-1: ${line.split(':')[4] ?? line.split(':')[0]}` });
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

function split(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    lines.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}
