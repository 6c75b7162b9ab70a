import { countedFields, type DjangoDump, Fields } from './django-dump.ts';
import { type Note, timeOfDay } from './plan.ts';

/** What the periods of a membership come to. */
export interface Membership {
  /** Name of the status */
  readonly status: string;
  /** Generalized Time */
  readonly joined: string | undefined;
  readonly left: string | undefined;
}

interface Period {
  /** YYYY-MM-DD */
  readonly begin: string;
  /** Empty: it goes on */
  readonly end: string;
  /** Name of the kind of membership */
  readonly kind: string;
}

/**
 * Reads who was a member when (members.membershipperiod, members.kindofmembership).
 * @param statuses kind of membership → status, where it is not `member`
 * @param today YYYY-MM-DD
 * @returns key of the user → what they are today; who has no period is not in it
 * @throws Error in words when `statuses` names a kind that the dump does not have
 */
export function membershipsOf(
  { records }: DjangoDump,
  statuses: ReadonlyMap<string, string>,
  today: string,
): { readonly of: ReadonlyMap<string, Membership>; readonly notes: readonly Note[] } {
  const kindRecords = records.get('members.kindofmembership') ?? [];
  const kinds = new Map(kindRecords.map((record) => [String(record.pk), new Fields(record).text('name')]));
  const names = new Set(kinds.values());
  for (const kind of statuses.keys())
    if (!names.has(kind))
      throw new Error(`there is no kind of membership "${kind}" in the dump; there are: ${[...names].join(', ') || 'none at all'}`);
  const users = new Set((records.get('auth.user') ?? []).map(({ pk }) => String(pk)));
  const periods = new Map<string, Period[]>();
  const notes: Note[] = countedFields(kindRecords, (field) => field !== 'name', 'fees and lockers are no business of the directory');
  for (const record of records.get('members.membershipperiod') ?? []) {
    const fields = new Fields(record);
    const [user, begin, end] = [fields.text('user'), fields.text('begin'), fields.text('end')];
    const kind = kinds.get(fields.text('kind_of_membership'));
    if (!users.has(user))
      notes.push({ where: fields.where('user'), what: `there is no user ${fields.shownKey('user')}; the period was left out` });
    else if (timeOfDay(begin) === undefined || (end !== '' && (timeOfDay(end) === undefined || end < begin)))
      notes.push({ where: fields.where('begin'), what: `"${begin}" to "${end}" is no period; it was left out` });
    else {
      periods.set(user, [...(periods.get(user) ?? []), { begin: begin.slice(0, 10), end: end.slice(0, 10), kind: kind ?? '' }]);
      if (kind === undefined)
        notes.push({
          where: fields.where('kind_of_membership'),
          what: `there is no kind ${fields.shownKey('kind_of_membership')}; it counts as member`,
        });
    }
    for (const field of fields.left) notes.push({ where: fields.where(field), what: 'is not known here, and was left out' });
  }
  return { of: new Map([...periods].map(([user, all]) => [user, membershipOf(all, statuses, today)])), notes };
}

function membershipOf(periods: readonly Period[], statuses: ReadonlyMap<string, string>, today: string): Membership {
  const begins = periods.map(({ begin }) => begin).sort();
  const current = periods.find(({ begin, end }) => begin <= today && (end === '' || end >= today));
  const isOver = periods.every(({ end }) => end !== '' && end < today);
  const last = periods
    .map(({ end }) => end)
    .sort()
    .at(-1);
  return {
    status: current === undefined ? (isOver ? 'alumni' : 'applicant') : (statuses.get(current.kind) ?? 'member'),
    joined: timeOfDay(begins[0]),
    left: isOver ? timeOfDay(last) : undefined,
  };
}
