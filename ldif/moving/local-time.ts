/** A time as a dump has it: with its offset in ISO 8601, and what is odd about it. */
export interface ReadTime {
  /** "2008-01-23T20:00:00+01:00" */
  readonly time: string;
  /** In words; undefined for nearly all */
  readonly oddity: string | undefined;
}

const minute = 60_000;
const day = 86_400_000;

/** Reads times that have no offset as those of a clock on a wall in one time zone. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  /** @param timeZone IANA's name @throws RangeError when there is no such zone */
  constructor(timeZone: string) {
    const digits = '2-digit';
    this.#format = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: digits, day: digits, hour: digits, minute: digits, second: digits },
    });
  }

  /**
   * @param text "2008-01-23 20:00:00", as Django writes it; with "T", parts of seconds and an offset where the site knows zones
   * @returns undefined when there is no such time
   */
  read(text: string): ReadTime | undefined {
    const [, date, time, seconds = ':00', offset] =
      /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
    const wall = Date.parse(`${date}T${time}${seconds}Z`);
    // Date takes 30 February for 2 March
    if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(`${date}T${time}`)) return undefined;
    if (offset !== undefined) {
      const instant = Date.parse(`${date}T${time}${seconds}${offset}`);
      return Number.isNaN(instant) ? undefined : { time: this.#written(instant), oddity: undefined };
    }
    // the offsets before and after whatever change lies near
    const [before, after] = [this.#offset(wall - day), this.#offset(wall + day)];
    const earlier = [before, after].find((each) => this.#offset(wall - each) === each);
    if (earlier === undefined)
      return { time: this.#written(wall - before), oddity: 'was skipped when the clocks went forward; an hour later' };
    const isTwice = before > after && this.#offset(wall - after) === after && earlier === before;
    return { time: this.#written(wall - earlier), oddity: isTwice ? 'was there twice when the clocks went back; the first' : undefined };
  }

  /** Milliseconds that the wall's clock is ahead of UTC at this instant. */
  #offset(instant: number): number {
    const parts = this.#format.formatToParts(instant);
    const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return wall - Math.floor(instant / 1000) * 1000;
  }

  #written(instant: number): string {
    const offset = this.#offset(instant);
    const minutes = Math.abs(offset) / minute;
    const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
    return `${new Date(instant + offset).toISOString().slice(0, 19)}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
  }
}
