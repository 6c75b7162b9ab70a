import type { BoundDirectory } from '../../directory/core/bound-directory.ts';
import { isClose } from '../../directory/core/history.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { Level } from '../../schema/ldap/policy.ts';
import { type Answer, type Data, notFound, page } from '../answer.ts';
import { recentHistory } from '../history/history.ts';
import { hasSecondFactor } from '../session/factors.ts';
import type { Visit } from '../visit.ts';
import { type ShownValue, showValue } from './field-text.ts';
import { fields } from './fields.ts';
import { isPresent, nameOf, personLine, userNameOf } from './person.ts';
import { vCard } from './vcard.ts';

/** GET /people/:name, as a page, as JSON, or as a vCard: whichever is asked for. `?as=public` and `?as=members` show it with others' eyes. */
export async function showPerson(visit: Visit): Promise<Answer> {
  const entry = personNamed(visit, visit.param('name'));
  const eyes = othersEyes(visit, entry);
  const as = eyes?.as ?? visit.as;
  if (/^text\/(vcard|directory)\b/.test(visit.request.header('accept') ?? '')) return vCardFile(as, entry);
  if (eyes !== undefined && !isPresent(visit.site.directory, as.viewer, entry))
    return page('people/unseen', visit.t('people.title'), {}, { form: { seenAs: eyes?.level, path: visit.url.pathname } });
  const isClose = eyes === undefined && (isOwn(visit, entry) || visit.isBoard);
  return page('people/profile', nameOf(as, entry), profileOf(as, entry), {
    form: {
      history: isClose ? await recentHistory(visit, entry) : undefined,
      isOwn: isOwn(visit, entry),
      mayEdit: eyes === undefined && mayEdit(visit, entry),
      resetFactors: eyes === undefined && (await canResetFactors(visit, entry)),
      seenAs: eyes?.level,
      path: visit.url.pathname,
      visibility: isOwn(visit, entry) ? visibilityOf(visit, entry) : {},
    },
  });
}

/** GET /people/:name/vcard: the same vCard for programs that can't ask for a type. */
export function showVCard(visit: Visit): Answer {
  return vCardFile(visit.as, personNamed(visit, visit.param('name')));
}

function vCardFile(as: BoundDirectory, entry: PackedEntry): Answer {
  const uid = userNameOf(entry) ?? 'person';
  return {
    kind: 'file',
    body: vCard(as, entry),
    type: 'text/vcard; charset=utf-8',
    headers: { 'content-disposition': `attachment; filename="${uid.replace(/[^\w.-]/g, '_')}.vcf"`, vary: 'Accept, Cookie' },
  };
}

/** @throws Refusal 404 when there is nobody of that name whom the visitor may see, as the list does not show them either */
export function personNamed({ as, site }: Pick<Visit, 'as' | 'site'>, name: string): PackedEntry {
  try {
    const entry = as.find(site.authenticator.dnOfUser(name));
    if (isClose(as.viewer, entry) || isPresent(site.directory, as.viewer, entry)) return entry;
    throw notFound();
  } catch (error) {
    if (error instanceof DirectoryError) throw notFound();
    throw error;
  }
}

export function isOwn({ me }: Visit, entry: PackedEntry): boolean {
  return me?.uuid === entry.uuid;
}

/** May the visitor change anything that a profile shows? */
export function mayEdit({ as, site }: Visit, entry: PackedEntry): boolean {
  return fields.some(({ attribute }) => {
    const description = site.directory.schema.description(attribute);
    return description !== undefined && as.viewer.mayWrite(entry, description);
  });
}

/** Has somebody else second factors that the visitor may take away? */
async function canResetFactors(visit: Visit, entry: PackedEntry): Promise<boolean> {
  return visit.isBoard && !isOwn(visit, entry) && visit.as.maySetPassword(entry) && hasSecondFactor(visit.site, entry.uuid);
}

/** Whoever sees an entry whole may look at it with the eyes of others. */
function othersEyes(visit: Visit, entry: PackedEntry): { readonly as: BoundDirectory; readonly level: 'public' | 'members' } | undefined {
  const level = visit.query('as');
  if ((level !== 'public' && level !== 'members') || !(isOwn(visit, entry) || visit.isBoard)) return undefined;
  const identity = level === 'public' ? ({ kind: 'anonymous' } as const) : ({ kind: 'somebody' } as const);
  return { as: visit.site.directory.as(identity, visit.request.address), level };
}

/** A person as JSON: what the asker may see, and nothing about what there is beside it. */
function profileOf(as: BoundDirectory, entry: PackedEntry): Data {
  const facts = fields.flatMap((field) => {
    const values = as
      .texts(entry, field.attribute)
      .map((value): ShownValue & { readonly value: string } => ({ value, ...showValue(field, value) }));
    return values.length === 0 ? [] : [{ attribute: field.attribute, values }];
  });
  const joined = as.texts(entry, 'mosJoined')[0];
  return {
    ...personLine(as, entry),
    status: firstRdn(as.texts(entry, 'mosStatus')[0]),
    joined: joined?.replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3'),
    groups: as
      .texts(entry, 'memberOf')
      .flatMap((dn) => firstRdn(dn) ?? [])
      .sort(),
    facts,
  };
}

/** The value that a DN begins with: "board" of cn=board,ou=groups,… */
export function firstRdn(dn: string | undefined): string | undefined {
  return dn === undefined ? undefined : /^[^=]+=((?:\\.|[^,+\\])*)/.exec(dn)?.[1]?.replace(/\\(.)/g, '$1');
}

function visibilityOf({ site }: Visit, entry: PackedEntry): Readonly<Record<string, Level>> {
  const { access } = site.directory;
  return Object.fromEntries(fields.map(({ attribute }) => [attribute, access.visibility(entry, attribute).level]));
}
