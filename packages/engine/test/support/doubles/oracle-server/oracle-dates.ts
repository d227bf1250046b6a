const CENTURY_BIAS = 100;
const UTC_HOUR = 20;
const UTC_MINUTE = 60;
const NANOSECONDS_PER_MS = 1_000_000;
const ISO = /^(\d\d)(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z?$/;

/**
 * An ISO text as Oracle stores a DATE (7 bytes), a TIMESTAMP (11) or a TIMESTAMP WITH TIME ZONE (13, the digits in UTC
 * whatever the zone). The double keeps the zone +00:00.
 */
export function encodeOracleDate(text: string, size: 7 | 11 | 13): Buffer {
  const match = ISO.exec(text);
  if (!match) throw new Error(`${text} is no ISO 8601 date and time`);
  const [century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 8).map(Number);
  const bytes = Buffer.alloc(size);
  bytes.set([century + CENTURY_BIAS, year + CENTURY_BIAS, month, day, hour + 1, minute + 1, second + 1]);
  if (size > 7) bytes.writeUInt32BE(Number((match[8] ?? '').padEnd(9, '0')), 7);
  if (size === 13) bytes.set([UTC_HOUR, UTC_MINUTE], 11);
  return bytes;
}

/** The ISO text of a stored date and time, with its milliseconds if it has some, and `Z` if it has a zone. */
export function decodeOracleDate(bytes: Buffer): string {
  const two = (value: number) => value.toString().padStart(2, '0');
  const [century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes;
  const ms = bytes.length >= 11 ? bytes.readUInt32BE(7) / NANOSECONDS_PER_MS : 0;
  const fraction = ms === 0 ? '' : `.${Math.trunc(ms).toString().padStart(3, '0')}`;
  const date = `${two(century - CENTURY_BIAS)}${two(year - CENTURY_BIAS)}-${two(month)}-${two(day)}`;
  const zone = bytes.length === 13 ? 'Z' : '';
  return `${date}T${two(hour - 1)}:${two(minute - 1)}:${two(second - 1)}${fraction}${zone}`;
}
