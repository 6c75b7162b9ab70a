import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { moveFromDjango } from '../../ldif/moving/django.ts';
import { readDjangoDump } from '../../ldif/moving/django-dump.ts';
import { eventsOf } from '../../ldif/moving/django-events.ts';
import { WallClock } from '../../ldif/moving/local-time.ts';
import { dumpOf, type Rows, standard, told } from '../support/moving.ts';

const test = suite('moving in: events');

const zone = 'Europe/Vienna';

const times: readonly (readonly [text: string, zone: string, time: string | undefined, oddity?: RegExp])[] = [
  ['2008-01-23 20:00:00', zone, '2008-01-23T20:00:00+01:00'],
  ['2008-07-23T20:00:00.120', zone, '2008-07-23T20:00:00+02:00'],
  ['2008-07-23 20:00', zone, '2008-07-23T20:00:00+02:00'],
  ['2008-07-23T20:00:00Z', zone, '2008-07-23T22:00:00+02:00'],
  ['2008-07-23T20:00:00-03:30', zone, '2008-07-24T01:30:00+02:00'],
  ['2008-07-23 20:00:00', 'America/St_Johns', '2008-07-23T20:00:00-02:30'],
  // the clocks of Vienna went forward on 30 March 2008 and back on 26 October
  ['2008-03-30 01:59:59', zone, '2008-03-30T01:59:59+01:00'],
  ['2008-03-30 02:30:00', zone, '2008-03-30T03:30:00+02:00', /skipped/],
  ['2008-03-30 03:00:00', zone, '2008-03-30T03:00:00+02:00'],
  ['2008-10-26 01:59:59', zone, '2008-10-26T01:59:59+02:00'],
  ['2008-10-26 02:30:00', zone, '2008-10-26T02:30:00+02:00', /twice/],
  ['2008-10-26 03:00:00', zone, '2008-10-26T03:00:00+01:00'],
  ['2008-02-30 20:00:00', zone, undefined],
  ['2008-01-23 25:00:00', zone, undefined],
  ['2008-01-23 20:00:60', zone, undefined],
  ['2008-01-23', zone, undefined],
  ['at eight', zone, undefined],
];
for (const [text, timeZone, time, oddity] of times) {
  test(`${text} in ${timeZone}: ${time}`, () => {
    const read = new WallClock(timeZone).read(text);
    assert.is(read?.time, time);
    if (oddity === undefined) assert.is(read?.oddity, undefined);
    else assert.match(read?.oddity ?? '', oddity);
  });
}

const party = { name: 'Party', startDate: '2012-05-04 20:00:00', endDate: '2012-05-05 02:00:00' };
const checked: readonly (readonly [what: string, fields: Readonly<Record<string, unknown>>, says: string, start?: string, end?: string])[] =
  [
    ['no name', { name: ' ' }, 'cal.event 7 name: an event without it is none; left out'],
    ['no beginning', { startDate: null }, 'cal.event 7 startDate: an event without it is none; left out'],
    [
      'a beginning on 31 June',
      { startDate: '2012-06-31 20:00:00' },
      'cal.event 7 startDate: "2012-06-31 20:00:00" is no time; left out\ncal.event 7 startDate: an event without it is none; left out',
    ],
    ['an end that is no time', { endDate: 'late' }, 'cal.event 7 endDate: "late" is no time; left out', '2012-05-04T20:00:00+02:00'],
    [
      'an end before the beginning',
      { endDate: '2012-05-04 19:00:00' },
      'cal.event 7 endDate: 2012-05-04T19:00:00+02:00 is before the beginning; left out',
      '2012-05-04T20:00:00+02:00',
    ],
    [
      'an end that was skipped',
      { startDate: '2012-03-24 20:00:00', endDate: '2012-03-25 02:00:00' },
      'cal.event 7 endDate: 2012-03-25 02:00:00 was skipped when the clocks went forward; an hour later is taken',
      '2012-03-24T20:00:00+01:00',
      '2012-03-25T03:00:00+02:00',
    ],
    [
      'somebody who is not there',
      { created_by: 99 },
      'cal.event created_by 99: the dump does not have it; 1 events keep the number',
      '2012-05-04T20:00:00+02:00',
      '2012-05-05T02:00:00+02:00',
    ],
  ];
for (const [what, fields, says, start, end] of checked) {
  test(`an event with ${what}`, () => {
    const { lines, notes } = eventsOf(dumpOf([['cal.event', 7, { ...party, ...fields }]]), zone);
    assert.is(notes.map((note) => `${note.where}: ${note.what}`).join('\n'), says);
    assert.is(lines.length, start === undefined ? 0 : 1);
    const event = JSON.parse(lines[0] ?? '{}');
    assert.equal([event.start, event.end], start === undefined ? [undefined, undefined] : [start, end ?? null]);
  });
}

test('events that are kept are not said to be left out, those that are not are counted', () => {
  const rows: Rows = [
    ['cal.event', 7, party],
    ['cal.event', 8, party],
  ];
  assert.is(told(moveFromDjango(dumpOf(rows), standard)), 'cal.event: 2 left out: waits for the calendar (--events FILE keeps it)');
  assert.is(told(moveFromDjango(dumpOf(rows), { ...standard, keepsEvents: true })), '');
});

test('the events of a real site are read whole: rooms and categories by name, those that were deleted too', () => {
  const name = 'django-site.json';
  const dump = readDjangoDump([{ name, bytes: readFileSync(join(import.meta.dirname, '../data', name)) }]);
  const { lines, notes } = eventsOf(dump, zone);
  const events = lines.map((line) => JSON.parse(line));
  assert.is(events.length, dump.records.get('cal.event')?.length);
  for (const event of events) assert.match(event.start, /^20\d\d-\d\d-\d\dT\d\d:\d\d:00\+0[12]:00$/);
  const metaday = events.find((event) => event.category === 'metaday');
  assert.equal([metaday?.name, metaday?.room, metaday?.deleted], ['Metaday #23', 'Hauptraum', false]);
  assert.ok(events.some((event) => event.deleted));
  // the site's users are in another file
  assert.equal(notes, [{ where: 'cal.event created_by 1', what: 'the dump does not have it; 4 events keep the number' }]);
});

test.run();
