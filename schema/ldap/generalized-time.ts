const form =
  /^(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])(?:([0-5]\d)([0-5]\d|60)?)?(?:[.,](\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3])(?:[0-5]\d)?)$/;

/**
 * Reads a Generalized Time (RFC 4517 §3.3.13).
 * @returns one spelling for each moment, in UTC with nine digits of a second, which sorts as time goes; undefined when it is none
 */
export function normalizeGeneralizedTime(text: string): string | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute, second, fraction = '', zone = 'Z'] = match;
  // a fraction is one of the smallest unit that is there: hour, minute or second
  const unit = minute === undefined ? 3_600_000_000_000 : second === undefined ? 60_000_000_000 : 1_000_000_000;
  const nanos = fraction === '' ? 0 : Math.round(Number(`0.${fraction}`) * unit);
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute ?? 0), Number(second ?? 0));
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined;
  const sign = zone.startsWith('-') ? -1 : 1;
  const offset = zone === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5) || 0)) * 60_000;
  const moment = new Date(local - offset + Math.floor(nanos / 1_000_000_000) * 1000);
  const stamp = moment.toISOString().replace(/[-T:]/g, '').slice(0, 14);
  return `${stamp}.${String(nanos % 1_000_000_000).padStart(9, '0')}Z`;
}
