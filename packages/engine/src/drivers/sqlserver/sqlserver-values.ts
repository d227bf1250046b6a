const INTEGER_TEXT = /^-?\d+$/;
/** A float of 32 bits has at most nine digits that mean something. */
const REAL_DIGITS = { least: 6, most: 9 } as const;

/** Brings a value that was read into the form that the four databases share. */
export function fromSqlserverValue(value: unknown, typeName: string, dataLength: number | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return toTimeText(value, typeName);
  if (typeof value === 'number') return isReal(typeName, dataLength) ? shortenReal(value) : value;
  if (typeof value === 'string' && (typeName === 'BigInt' || typeName === 'IntN') && INTEGER_TEXT.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  // tedious hands out a part of what arrived: kept as it is, a short value would hold on to all of that.
  return value instanceof Uint8Array ? Uint8Array.from(value) : value;
}

function isReal(typeName: string, dataLength: number | undefined): boolean {
  return typeName === 'Real' || (typeName === 'FloatN' && dataLength === 4);
}

/** The shortest number that is the same in 32 bits: 0.1 and not 0.10000000149011612. */
function shortenReal(value: number): number {
  for (let digits: number = REAL_DIGITS.least; digits < REAL_DIGITS.most; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function toTimeText(value: Date, typeName: string): string {
  const precise = `${value.toISOString().slice(0, -1)}${belowMillisecond(value)}`;
  switch (typeName) {
    case 'Date':
      return precise.slice(0, 10);
    case 'Time':
      return precise.slice(11);
    case 'DateTimeOffset':
      return `${precise}Z`;
    default:
      return precise;
  }
}

/** The part of a second that a Date can't hold, which tedious leaves beside it. */
function belowMillisecond(value: Date): string {
  const delta: unknown = Reflect.get(value, 'nanosecondsDelta');
  if (typeof delta !== 'number' || delta <= 0) return '';
  return Math.round(delta * 1e7)
    .toString()
    .padStart(4, '0');
}
