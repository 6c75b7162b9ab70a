import type { Language, Translate } from './words.ts';

const locales = { en: 'en-GB', de: 'de-AT' } as const;

/** Times as people say them, in the club's time zone. */
export class Times {
  readonly #language: Language;
  readonly #t: Translate;
  readonly #zone: string | undefined;
  readonly #now: number;

  /** @param zone undefined: this machine's @param now milliseconds */
  constructor(language: Language, t: Translate, zone: string | undefined, now: number) {
    this.#language = language;
    this.#t = t;
    this.#zone = zone;
    this.#now = now;
  }

  /** "today 19:00", "3 Oct 19:00", "3 Oct 2019 19:00" */
  said(date: Date): string {
    const time = this.#format(date, { hour: '2-digit', minute: '2-digit', hour12: false });
    const days = this.#dayNumber(date) - this.#dayNumber(new Date(this.#now));
    if (days === 0) return this.#t('frame.today', { time });
    if (days === -1) return this.#t('frame.yesterday', { time });
    if (days === 1) return this.#t('frame.tomorrow', { time });
    return `${this.day(date)} ${time}`;
  }

  /** "3 Oct", with the year when it is another */
  day(date: Date): string {
    const sameYear = this.#year(date) === this.#year(new Date(this.#now));
    return this.#format(date, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
  }

  /** The whole of it, for the title of a short form. */
  exact(date: Date): string {
    return this.#format(date, { dateStyle: 'full', timeStyle: 'long' });
  }

  year(date: Date): string {
    return this.#year(date);
  }

  #year(date: Date): string {
    return this.#format(date, { year: 'numeric' });
  }

  #dayNumber(date: Date): number {
    const parts = formatter('en-GB', { year: 'numeric', month: 'numeric', day: 'numeric', ...this.#inZone() }).formatToParts(date);
    const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
    return Date.UTC(part('year'), part('month') - 1, part('day')) / 86_400_000;
  }

  #format(date: Date, options: Intl.DateTimeFormatOptions): string {
    return formatter(locales[this.#language], { ...options, ...this.#inZone() }).format(date);
  }

  #inZone(): Intl.DateTimeFormatOptions {
    return this.#zone === undefined ? {} : { timeZone: this.#zone };
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** To make one takes a tenth of a millisecond; a page wants dozens. */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(key, known);
  return known;
}
