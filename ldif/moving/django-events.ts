import { type DjangoDump, type DjangoRecord, Fields } from './django-dump.ts';
import { WallClock } from './local-time.ts';
import type { Note } from './plan.ts';

export interface Events {
  /** A JSON object each */
  readonly lines: readonly string[];
  readonly notes: readonly Note[];
}

/** What keys of a dump stand for. */
type Names = ReadonlyMap<string, string>;

interface Context {
  readonly clock: WallClock;
  readonly timeZone: string;
  readonly rooms: Names;
  readonly categories: Names;
  readonly users: Names;
  readonly notes: Note[];
  /** Field and key → in how many events it is, of what the dump does not have */
  readonly missing: Map<string, number>;
}

/**
 * The events of a dump (cal.event), for the calendar to come. Pure.
 * @param timeZone in which times without an offset are read
 */
export function eventsOf(dump: DjangoDump, timeZone: string): Events {
  const notes: Note[] = [];
  const context: Context = {
    clock: new WallClock(timeZone),
    timeZone,
    rooms: namesOf(dump, 'name', 'core.location', 'cal.location'),
    categories: namesOf(dump, 'name', 'core.category', 'cal.category'),
    users: namesOf(dump, 'username', 'auth.user'),
    notes,
    missing: new Map(),
  };
  const lines = (dump.records.get('cal.event') ?? []).flatMap((record) => eventOf(record, context) ?? []);
  for (const [key, count] of context.missing)
    notes.push({ where: `cal.event ${key}`, what: `the dump does not have it; ${count} events keep the number` });
  return { lines: lines.map((line) => JSON.stringify(line)), notes };
}

function namesOf({ records }: DjangoDump, field: string, ...models: readonly string[]): Names {
  const all = models.flatMap((model) => records.get(model) ?? []);
  return new Map(all.map((record) => [String(record.pk), new Fields(record).text(field)]));
}

/** One event as the calendar will read it; undefined when it has no name or no beginning. What the calendar has no name for is in `more`. */
function eventOf(record: DjangoRecord, { clock, timeZone, rooms, categories, users, notes, missing }: Context): object | undefined {
  const event = new Fields(record);
  const more: Record<string, unknown> = {};
  const tell = (field: string, what: string) => void notes.push({ where: event.where(field), what });
  const time = (field: string): string | null => {
    const text = event.text(field);
    if (text === '') return null;
    const read = clock.read(text);
    if (read === undefined) tell(field, `"${text}" is no time; left out`);
    else if (read.oddity !== undefined) tell(field, `${text} ${read.oddity} is taken`);
    return read?.time ?? null;
  };
  const named = (field: string, names: Names): string | null => {
    const key = event.text(field);
    if (key === '') return null;
    const name = names.get(key);
    if (name !== undefined) return name;
    more[field] = record.fields[field];
    missing.set(`${field} ${key}`, (missing.get(`${field} ${key}`) ?? 0) + 1);
    return null;
  };
  const [name, start] = [event.text('name'), time('startDate')];
  if (name === '' || start === null) {
    tell(name === '' ? 'name' : 'startDate', 'an event without it is none; left out');
    return undefined;
  }
  const end = time('endDate');
  const endsBefore = end !== null && Date.parse(end) < Date.parse(start);
  if (endsBefore) tell('endDate', `${end} is before the beginning; left out`);
  const line = {
    id: record.pk,
    ...{ name, start, end: endsBefore ? null : end, timeZone },
    deleted: event.flag('deleted'),
    ...{ teaser: event.text('teaser') || null, who: event.text('who') || null, where: event.text('where') || null },
    room: named('location', rooms),
    category: named('category', categories),
    wikiPage: event.text('wikiPage') || null,
    createdBy: named('created_by', users),
    createdAt: time('created_at'),
  };
  for (const field of event.left) more[field] = record.fields[field];
  return Object.keys(more).length === 0 ? line : { ...line, more };
}
