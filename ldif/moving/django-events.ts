import { type DjangoDump, type DjangoRecord, Fields } from './django-dump.ts';

/** The events of the dump, a JSON object a line, for the calendar to come: local times as they stand, with what rooms and categories are called. */
export function eventsOf({ records }: DjangoDump, timeZone: string): readonly string[] {
  const named = (...models: readonly string[]) =>
    new Map(models.flatMap((model) => records.get(model) ?? []).map((record) => [String(record.pk), new Fields(record).text('name')]));
  const [rooms, categories] = [named('core.location', 'cal.location'), named('core.category', 'cal.category')];
  const users = new Map(
    (records.get('auth.user') ?? []).map((record: DjangoRecord) => [String(record.pk), new Fields(record).text('username')]),
  );
  return (records.get('cal.event') ?? []).map((record) => {
    const event = new Fields(record);
    const line = {
      id: record.pk,
      name: event.text('name'),
      start: event.text('startDate'),
      end: event.text('endDate') || null,
      timeZone,
      deleted: event.flag('deleted'),
      teaser: event.text('teaser'),
      who: event.text('who'),
      room: nameOf(rooms, event.text('location')),
      where: event.text('where') || null,
      category: nameOf(categories, event.text('category')),
      wikiPage: event.text('wikiPage') || null,
      createdBy: nameOf(users, event.text('created_by')),
      createdAt: event.text('created_at') || null,
    };
    const { left } = event;
    return JSON.stringify(
      left.length === 0 ? line : { ...line, more: Object.fromEntries(left.map((name) => [name, record.fields[name]])) },
    );
  });
}

/** What a key stands for; what it says itself where the dump does not have that record. */
function nameOf(names: ReadonlyMap<string, string>, key: string): string | null {
  return names.get(key) ?? (key === '' ? null : `#${key}`);
}
