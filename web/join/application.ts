import { escapeDnText } from '../../directory/model/dn.ts';
import type { Form } from '../form.ts';
import { checkValues, hasControls } from '../people/field-check.ts';
import { fieldOf } from '../people/fields.ts';
import type { Site } from '../site.ts';
import type { Visit } from '../visit.ts';

/** What somebody tells who asks to join. */
export interface Application {
  readonly uid: string;
  readonly givenName: string;
  readonly sn: string;
  readonly mail: string;
  readonly message: string;
}

/** Characters. */
const longestMessage = 2000;

/** Names that a mail server or a web server takes for its own (RFC 2142), that would look official, and with which addresses of the site begin. */
const reserved: ReadonlySet<string> = new Set(
  `abuse admin administrator board daemon ftp helpers help hostmaster info list mailer-daemon majordomo members mos news nobody noc office
  postmaster root security support sysadmin usenet uucp webmaster www
  dev directory forgot invite join language me openapi.json people people.atom reset sign-in sign-out static`.split(/\s+/),
);

export function isUserName(uid: string): boolean {
  return /^[a-z][a-z\d.-]{1,31}$/.test(uid) && !/[.-]{2}|[.-]$/.test(uid) && !reserved.has(uid);
}

/** Is there anybody of that name, or with an address that begins with it? */
export function isTaken({ directory }: Pick<Site, 'directory'>, uid: string): boolean {
  return directory.tree.named(`uid=${escapeDnText(uid)},ou=people,${directory.baseDn}`) !== undefined;
}

/** @returns what the form says, or what is wrong with it, beside each field */
export function readApplication(
  { t }: Visit,
  form: Form,
  known: { readonly mail?: string } = {},
): { readonly application: Application; readonly errors: Readonly<Record<string, string>> } {
  const application = {
    uid: form.text('uid').toLowerCase(),
    givenName: form.text('givenName'),
    sn: form.text('sn'),
    mail: known.mail ?? form.text('mail'),
    message: form.raw('message').trim(),
  };
  const errors: Record<string, string> = {};
  if (!isUserName(application.uid)) errors['uid'] = t('join.wrongUid');
  for (const name of ['givenName', 'sn', 'mail'] as const) {
    const field = fieldOf(name);
    const complaint = application[name] === '' || field === undefined ? undefined : checkValues(field, [application[name]]);
    if (application[name] === '' && name !== 'givenName') errors[name] = t('join.missing');
    else if (complaint !== undefined) errors[name] = t(...complaint);
  }
  if (application.message.length > longestMessage) errors['message'] = t('field.tooLong', { most: longestMessage });
  if (hasControls(application.message)) errors['message'] = t('field.control');
  return { application, errors };
}

/** Reads what a link has kept. */
export function applicationOf(data: Readonly<Record<string, unknown>>): Application {
  const text = (name: string) => (typeof data[name] === 'string' ? data[name] : '');
  return { uid: text('uid'), givenName: text('givenName'), sn: text('sn'), mail: text('mail'), message: text('message') };
}

/** Does the address belong to somebody already? */
export function isKnownAddress({ directory }: Pick<Site, 'directory'>, mail: string): boolean {
  return ['mail', 'mailLocalAddress'].some((name) => {
    const type = directory.schema.attributeType(name);
    const normal = type?.equality?.normalizeAssertion(Buffer.from(mail));
    const slots = type && normal !== undefined ? directory.tree.equalityIndex(type)?.slots(normal) : undefined;
    return slots !== undefined && [...slots].length > 0;
  });
}
