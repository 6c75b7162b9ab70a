import type { Fields } from './django-dump.ts';
import { EntryDraft, type Fault } from './entry-draft.ts';
import { djangoHash } from './hashes.ts';
import type { Membership } from './memberships.ts';
import { type Newcomer, type Note, timeOfDay } from './plan.ts';

export interface PersonOptions {
  /** Who comes into the group cn=board: whom Django lets into its administration */
  readonly board: 'superuser' | 'staff' | undefined;
  /** Bytes of an uploaded photo by its path, as JPEG; undefined when there is none */
  readonly media: (path: string) => Buffer | undefined;
  readonly fault: Fault;
}

/** What the dump has about somebody. */
export interface Account {
  /** auth.user */
  readonly user: Fields;
  /** members.contactinfo */
  readonly contact: Fields | undefined;
  readonly membership: Membership | undefined;
  /** auth.group by key */
  readonly groups: ReadonlyMap<string, string>;
}

/** Says something about a field of a record. */
type Tell = (field: string, what: string) => void;

/** A user of Django as a person of the directory. What does not come along goes to `notes`. */
export function personOf({ user, contact, membership, groups }: Account, options: PersonOptions, notes: Note[]): Newcomer {
  const uid = user.text('username');
  const about = (fields: Fields): Tell => {
    return (field, what) => void notes.push({ where: `${fields.where(field)} (${uid})`, what });
  };
  const tell = about(user);
  const draft = new EntryDraft(options.fault, (where, what) => void notes.push({ where, what }));
  const put = (field: string, description: string, ...values: readonly (string | undefined)[]) =>
    draft.put(`${user.where(field)} (${uid})`, description, ...values);
  const [first, last] = [user.text('first_name'), user.text('last_name')];
  const name = [first, last].filter(Boolean).join(' ') || uid;
  put('username', 'objectClass', 'inetOrgPerson', 'mosMember');
  put('username', 'uid', uid);
  put('username', 'cn', name);
  put('last_name', 'sn', last || uid);
  put('first_name', 'givenName', first);
  put('username', 'displayName', name);
  const mail = address(user, 'email', tell);
  if (put('email', 'mail', mail)) put('email', 'mosMailActivated', 'TRUE');
  else if (user.text('email') === '') tell('email', 'is empty: a new password can be mailed to nobody');
  put('username', 'mosJoined', membership?.joined);
  put('username', 'mosLeft', membership?.left);
  const hash = djangoHash(user.text('password'));
  if ('value' in hash) put('password', 'userPassword', hash.value);
  else tell('password', hash.reason);
  if (contact === undefined) tell('username', 'has no contact info');
  else putContact(contact, mail, { draft, tell: about(contact), uid, options });
  const inGroups = [...groupsOf(user, groups, tell), ...(isBoard(user, options, tell) ? ['board'] : [])];
  const status = statusOf(user, membership, tell);
  for (const field of user.left) if (!counted.has(field)) tell(field, 'is not known here, and was left out');
  return { uid, status, isShut: !user.flag('is_active'), attributes: draft.attributes, groups: inGroups };
}

/** Fields of auth.user that everybody has and that are told once for all. */
export const counted: ReadonlySet<string> = new Set(['last_login', 'date_joined']);

function statusOf(user: Fields, membership: Membership | undefined, tell: Tell): string {
  if (membership === undefined) tell('username', 'has no period of membership: an applicant, until the board says otherwise');
  const standing = membership?.status ?? 'applicant';
  if (user.flag('is_active')) return standing;
  const status = standing === 'applicant' ? standing : 'alumni';
  tell('is_active', `is off: the status is ${status}`);
  return status;
}

function groupsOf(user: Fields, groups: ReadonlyMap<string, string>, tell: Tell): string[] {
  if (user.keys('user_permissions').length > 0) tell('user_permissions', 'rights of Django mean nothing here');
  return user.keys('groups').flatMap((key) => {
    const name = groups.get(key);
    if (name === undefined) tell('groups', `there is no group ${key} in the dump`);
    return name ?? [];
  });
}

function isBoard(user: Fields, { board }: PersonOptions, tell: Tell): boolean {
  const [isSuperuser, isStaff] = [user.flag('is_superuser'), user.flag('is_staff')];
  if (board === 'superuser' ? isSuperuser : board === 'staff' && (isStaff || isSuperuser)) return true;
  const field = isSuperuser ? 'is_superuser' : 'is_staff';
  if (isSuperuser || isStaff) tell(field, 'is set; rights do not come along (--board superuser or --board staff puts them into the board)');
  return false;
}

/** An address of mail; empty when it is none. */
function address(fields: Fields, field: string, tell: Tell): string {
  const value = fields.text(field);
  if (value === '' || /^[^\s@]+@[^\s@]+$/.test(value)) return value;
  tell(field, `"${value}" is no address; left out`);
  return '';
}

interface ContactContext {
  readonly draft: EntryDraft;
  readonly tell: Tell;
  readonly uid: string;
  readonly options: PersonOptions;
}

function putContact(contact: Fields, mail: string, { draft, tell, uid, options }: ContactContext): void {
  const put = (field: string, description: string, value: string | Buffer | undefined) =>
    draft.put(`${contact.where(field)} (${uid})`, description, value);
  put('phone_number', 'telephoneNumber', contact.text('phone_number'));
  const town = [contact.text('postcode'), contact.text('city')].filter(Boolean).join(' ');
  // once and whole, as the profile has it: copies of its parts would keep a rule of their own for who sees them
  const lines = [contact.text('street'), town, contact.text('country')].flatMap((text) => text.split(/\s*[\r\n]\s*/)).filter(Boolean);
  put('street', 'homePostalAddress', lines.map((line) => line.replaceAll('\\', '\\5C').replaceAll('$', '\\24')).join('$'));
  const birthday = contact.text('birthday');
  if (birthday.length === 10 && timeOfDay(birthday) !== undefined) put('birthday', 'mosBirthday', birthday);
  else if (birthday !== '') tell('birthday', `"${birthday}" is no day; left out`);
  put('wiki_name', 'mosWikiName', contact.text('wiki_name'));
  const isOnList = contact.flag('on_intern_list');
  put('on_intern_list', 'mosListMember', isOnList ? 'TRUE' : 'FALSE');
  const listAddress = address(contact, 'intern_list_email', tell);
  put('intern_list_email', 'mosListAddress', listAddress.toLowerCase() === mail.toLowerCase() ? '' : listAddress);
  // null where nobody has tried yet
  if (contact.isOff('last_email_ok') && isOnList) tell('last_email_ok', 'mail of the list has come back');
  const image = contact.text('image');
  const photo = image === '' ? undefined : options.media(image);
  if (image !== '' && photo === undefined) tell('image', `${image} was not found or is no picture (--media FOLDER says where uploads are)`);
  put('image', 'jpegPhoto', photo);
  tellBoardsOwn(contact, tell);
  contact.text('user');
  for (const field of contact.left) tell(field, 'is not known here, and was left out');
}

/** What the board keeps about members, and the directory does not. */
function tellBoardsOwn(contact: Fields, tell: Tell): void {
  const remark = contact.text('remark');
  if (remark !== '') tell('remark', `"${remark}" is the board's note, and stays with the board`);
  const key = contact.text('key_id');
  if (contact.flag('has_active_key')) tell('has_active_key', `keys to the door are no business of the directory (${key})`);
  else if (key !== '') tell('key_id', `keys to the door are no business of the directory (${key})`);
}
