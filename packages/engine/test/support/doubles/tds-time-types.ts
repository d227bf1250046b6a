import { sized, type TdsType } from './tds-types.ts';

export const DAYS_TO_1970 = 719_162;
export const DAYS_FROM_1900_TO_1970 = 25_567;
export const DAY_MS = 86_400_000;
/** Units of 100 ns in a millisecond: what the server calls scale 7. */
const UNITS_IN_MS = 10_000n;

/** A point in time as the double writes it: to the millisecond, and what lies below in units of 100 ns. */
export interface TdsMoment {
  readonly at: Date;
  readonly units: number;
}

export const date: TdsType = sized('date', [0x28], 3, (buffer, value) => writeDays(buffer, 0, toMoment(value)));

export function time(scale: number): TdsType {
  const length = timeLength(scale);
  return sized(`time(${scale})`, [0x29, scale], length, (buffer, value) => writeTime(buffer, scale, toMoment(value)));
}

export function datetime2(scale: number): TdsType {
  const length = timeLength(scale);
  return sized(`datetime2(${scale})`, [0x2a, scale], length + 3, (buffer, value) => {
    writeTime(buffer, scale, toMoment(value));
    writeDays(buffer, length, toMoment(value));
  });
}

/** The time in UTC, and the minutes by which the clock that wrote it was ahead: here always two hours. */
export function datetimeoffset(scale: number): TdsType {
  const length = timeLength(scale);
  return sized(`datetimeoffset(${scale})`, [0x2b, scale], length + 5, (buffer, value) => {
    writeTime(buffer, scale, toMoment(value));
    writeDays(buffer, length, toMoment(value));
    buffer.writeInt16LE(120, length + 3);
  });
}

/** Days since 1900 and 300ths of a second. */
export const datetime: TdsType = sized('datetime', [0x6f, 8], 8, (buffer, value) => {
  const ms = toMoment(value).at.getTime();
  buffer.writeInt32LE(Math.floor(ms / DAY_MS) + DAYS_FROM_1900_TO_1970, 0);
  buffer.writeUInt32LE(Math.round((msOfDay(ms) * 3) / 10), 4);
});

/** Days since 1900 and minutes. */
export const smalldatetime: TdsType = sized('smalldatetime', [0x6f, 4], 4, (buffer, value) => {
  const ms = toMoment(value).at.getTime();
  buffer.writeUInt16LE(Math.floor(ms / DAY_MS) + DAYS_FROM_1900_TO_1970, 0);
  buffer.writeUInt16LE(Math.floor(msOfDay(ms) / 60_000), 2);
});

function timeLength(scale: number): number {
  return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
}

function writeTime(buffer: Buffer, scale: number, { at, units }: TdsMoment): void {
  const all = BigInt(msOfDay(at.getTime())) * UNITS_IN_MS + BigInt(units);
  buffer.writeUIntLE(Number(all / 10n ** BigInt(7 - scale)), 0, timeLength(scale));
}

function writeDays(buffer: Buffer, offset: number, { at }: TdsMoment): void {
  buffer.writeUIntLE(Math.floor(at.getTime() / DAY_MS) + DAYS_TO_1970, offset, 3);
}

function msOfDay(ms: number): number {
  return ((ms % DAY_MS) + DAY_MS) % DAY_MS;
}

function toMoment(value: unknown): TdsMoment {
  if (value instanceof Date) return { at: value, units: 0 };
  if (typeof value === 'object' && value !== null && 'at' in value && 'units' in value) {
    const { at, units } = value;
    if (at instanceof Date && typeof units === 'number') return { at, units };
  }
  throw new TypeError('the double writes times from a Date');
}
