const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+-]\d{2}:?\d{2})?$/;

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A day of the calendar as `YYYY-MM-DD`; null when the text is none. */
export function normaliseDate(text: string): string | null {
  const parts = DATE.exec(text);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const days = DAYS[month - 1];
  if (year === 0 || days === undefined || day === 0 || day > days) return null;
  return month === 2 && day === 29 && !isLeapYear(year) ? null : text;
}

/** A time of day as `hh:mm:ss` with the fraction as given, seconds filled in; null when the text is none. */
export function normaliseTime(text: string): string | null {
  const parts = TIME.exec(text);
  if (parts === null) return null;
  const [, hour = '', minute = '', second = '00', fraction = ''] = parts;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return `${hour}:${minute}:${second}${fraction}`;
}

/**
 * A point in time. With a zone it is a `Date`, which each driver binds as its database wants it (to the millisecond,
 * finer digits are cut); without one it is the wall-clock text `YYYY-MM-DDThh:mm:ss[.f]`. Null when the text is none.
 */
export function normaliseDateTime(text: string): Date | string | null {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return null;
  const date = normaliseDate(parts[1] ?? '');
  const time = normaliseTime(parts[2] ?? '');
  if (date === null || time === null) return null;
  const zone = parts[3];
  if (zone === undefined) return `${date}T${time}`;
  const offset = normaliseOffset(zone);
  return offset === null ? null : new Date(`${date}T${cutToMilliseconds(time)}${offset}`);
}

function normaliseOffset(zone: string): string | null {
  if (zone === 'Z' || zone === 'z') return 'Z';
  const hours = zone.slice(1, 3);
  const minutes = zone.slice(-2);
  return Number(hours) > 23 || Number(minutes) > 59 ? null : `${zone.charAt(0)}${hours}:${minutes}`;
}

function cutToMilliseconds(time: string): string {
  return time.slice(0, 'hh:mm:ss.fff'.length);
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
