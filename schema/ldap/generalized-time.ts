const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Brings a Generalized Time (RFC 4517 §3.3.13) into one form that sorts as text: `YYYYMMDDHHMMSS` in UTC, and a fraction of a
 * second without closing zeros.
 * @returns undefined when it is no such time
 */
export function normalizeGeneralizedTime(text: string): string | undefined {
  if (text.length > 64) return undefined;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,](\d+))?(?:Z|([+-])(\d\d)(\d\d)?)$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours, offsetMinutes] = match;
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60) return undefined;
  if (Number(offsetHours ?? 0) > 23 || Number(offsetMinutes ?? 0) > 59) return undefined;
  if (second !== undefined && second !== '60' && sign === undefined) return text.slice(0, 14) + decimals(fraction);

  // a fraction is one of the smallest unit that is written
  const unit = second !== undefined ? 1n : minute !== undefined ? 60n : 3600n;
  const parts = BigInt(fraction === '' ? 0 : fraction) * unit;
  const scale = 10n ** BigInt(fraction.length);
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0));
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute ?? 0) - offset, Number(second ?? 0) + Number(parts / scale));
  if (date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) return undefined;
  const seconds = date.toISOString().slice(0, 19).replace(/\D/g, '');
  return seconds + decimals(String(parts % scale).padStart(fraction.length, '0'));
}

function decimals(fraction: string): string {
  const significant = fraction.replace(/0+$/, '');
  return significant === '' ? '' : `.${significant}`;
}

function isDate(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : DAYS[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}
