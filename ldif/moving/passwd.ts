import { EntryDraft, type Fault } from './entry-draft.ts';
import { unixHash } from './hashes.ts';
import type { Move, Newcomer, Note } from './plan.ts';
import { type Line, linesOf } from './unix-files.ts';
import { unixGroups } from './unix-groups.ts';

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
  readonly fault: Fault;
}

/** systemd's users (systemd.io/UIDS-GIDS) and `nobody` lie here; people of other directories may lie above. */
const systemFrom = 60_000;
const systemTo = 65_535;

/** What passwd(5), shadow(5) and group(5) come to: people, groups, and a note for whatever does not come along. Pure. */
export function moveFromPasswd(files: UnixFiles, { minUid, today, fault }: UnixOptions): Move {
  const notes: Note[] = [];
  const isOurs = (id: string) => /^\d{1,10}$/.test(id) && Number(id) >= minUid && !(Number(id) >= systemFrom && Number(id) <= systemTo);
  const shadow = shadowByName(linesOf('shadow', files.shadow, 9, notes), notes);
  const groupLines = linesOf('group', files.group, 4, notes);
  const accounts = linesOf('passwd', files.passwd, 7, notes);
  const own = accounts.filter(({ fields: [name, , uid = ''], where }) => {
    if (!/^\d+$/.test(uid)) notes.push({ where, what: `the number of ${name}, "${uid}", is none; left out` });
    return isOurs(uid);
  });
  const ofSystem = accounts.filter(({ fields: [, , uid = ''] }) => /^\d+$/.test(uid) && !isOurs(uid)).length;
  if (ofSystem > 0) notes.push({ where: 'passwd', what: `${ofSystem} accounts of the system left out` });
  const accepted = acceptable(own, notes);
  const groups = unixGroups(groupLines, accepted, isOurs, notes);
  if (files.shadow === undefined && accepted.some(({ fields }) => fields[1] === 'x'))
    notes.push({ where: 'passwd', what: 'passwords are in the shadow file, which was not named: nobody has one' });
  const people = accepted.map((line) => {
    const [name = ''] = line.fields;
    return newcomer(line, {
      shadow: shadow.get(name),
      hasShadow: files.shadow !== undefined,
      groups: groups.of.get(name),
      today,
      fault,
      notes,
    });
  });
  const known = new Set(accounts.map(({ fields: [name = ''] }) => name));
  for (const [name, { where }] of shadow) if (!known.has(name)) notes.push({ where, what: `there is no account ${name}; left out` });
  const ages = accepted.filter(({ fields: [name = ''] }) => shadow.get(name)?.fields.some((field, nth) => isAge(field, nth)));
  if (ages.length > 0)
    notes.push({ where: 'shadow', what: `${ages.length} rules about the age of passwords left out: that is a policy here` });
  return { people, statuses: [], groups: groups.attributes, notes };
}

/** Of two lines with one name the first counts, as it does for whoever logs in there. */
function shadowByName(lines: readonly Line[], notes: Note[]): ReadonlyMap<string, Line> {
  const byName = new Map<string, Line>();
  for (const line of lines) {
    const [name = ''] = line.fields;
    if (byName.has(name)) notes.push({ where: line.where, what: `${name} is there already; left out` });
    else byName.set(name, line);
  }
  return byName;
}

/** Fields of shadow(5) about the age of the password, where they are not those that everybody gets. */
function isAge(field: string, nth: number): boolean {
  if (field === '') return false;
  if (nth === 4) return field !== '99999';
  return nth === 3 ? field !== '0' : nth === 6;
}

/** Accounts whose names can be user names; each name and each number is somebody's alone. */
function acceptable(lines: readonly Line[], notes: Note[]): Line[] {
  const names = new Set<string>();
  const numbers = new Map<string, string>();
  return lines.filter(({ fields: [name = '', , uid = ''], where }) => {
    const isName = /^[A-Za-z_][\w.-]{0,31}$/.test(name);
    const isNew = !names.has(name.toLowerCase());
    if (!isName) notes.push({ where, what: `${JSON.stringify(name)} is no user name; left out` });
    else if (!isNew) notes.push({ where, what: `"${name}" is there already; left out` });
    if (!isName || !isNew) return false;
    names.add(name.toLowerCase());
    const other = numbers.get(uid);
    if (other !== undefined) notes.push({ where, what: `${name} has the number of ${other}, ${uid}, and comes along with it` });
    numbers.set(uid, name);
    return true;
  });
}

interface Context {
  readonly shadow: Line | undefined;
  readonly hasShadow: boolean;
  readonly groups: readonly string[] | undefined;
  readonly today: number;
  readonly fault: Fault;
  readonly notes: Note[];
}

function newcomer({ fields, where }: Line, { shadow, hasShadow, groups = [], today, fault, notes }: Context): Newcomer {
  const [name = '', inPasswd = '', uid, gid, gecos = '', home, shell] = fields;
  const at = `${where} (${name})`;
  const note = (what: string) => void notes.push({ where: at, what });
  // an ampersand stands for the login name, its first letter in upper case (chfn, finger)
  const called = name.charAt(0).toUpperCase() + name.slice(1);
  const [full = '', room = '', office = '', phone = '', ...others] = gecos.split(',').map((part) => part.trim());
  const fullName = full.replaceAll('&', called) || name;
  for (const other of others.filter(Boolean)) note(`"${other}" was left out`);
  const expires = shadow?.fields[7] ?? '';
  const isExpired = /^\d+$/.test(expires) && Number(expires) < today;
  if (isExpired) note('the account has expired: it gets the status alumni');
  const words = fullName.split(/\s+/);
  const draft = new EntryDraft(fault, (_where, what) => note(what));
  const put = (description: string, ...values: readonly (string | undefined)[]) => draft.put(at, description, ...values);
  put('objectClass', 'inetOrgPerson', 'mosMember', 'posixAccount');
  put('uid', name);
  put('cn', fullName);
  put('sn', words.at(-1));
  put('givenName', words.slice(0, -1).join(' '));
  put('displayName', fullName);
  put('roomNumber', room);
  put('telephoneNumber', office);
  put('homePhone', phone);
  put('uidNumber', uid);
  // posixAccount wants both (RFC 2307)
  const orElse = (description: string, value: string | undefined, other: string | undefined) => {
    if (put(description, value)) return;
    put(description, other);
    note(`${description} is ${other}, since the line has none that can be used`);
  };
  orElse('gidNumber', gid, uid);
  orElse('homeDirectory', home, '/nonexistent');
  put('loginShell', shell);
  const hash = unixHash(inPasswd === 'x' ? (shadow?.fields[1] ?? '') : inPasswd);
  if ('value' in hash) put('userPassword', hash.value);
  else if (hasShadow || inPasswd !== 'x') note(`password: ${hash.reason}`);
  return { uid: name, status: isExpired ? 'alumni' : 'member', isShut: isExpired, attributes: draft.attributes, groups };
}
