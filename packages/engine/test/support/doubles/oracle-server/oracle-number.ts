const ZERO = 0x80;
const POSITIVE_BIAS = 193;
const NEGATIVE_END = 102;
const MOST_PAIRS = 20;

/** A decimal text as Oracle stores a NUMBER: an exponent of 100 and digits of base 100, complemented when negative. */
export function encodeOracleNumber(text: string): Buffer {
  const match = /^(-?)(\d*)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new Error(`${text} is no decimal`);
  const [, sign, whole = '', fraction = ''] = match;
  const left = whole.replace(/^0+/, '');
  const digits = `${left.length % 2 === 0 ? left : `0${left}`}${fraction.length % 2 === 0 ? fraction : `${fraction}0`}`;
  const pairs = (digits.match(/\d\d/g) ?? []).map(Number);
  let exponent = Math.ceil(left.length / 2) - 1;
  while (pairs[0] === 0) {
    pairs.shift();
    exponent -= 1;
  }
  while (pairs.at(-1) === 0) pairs.pop();
  if (pairs.length === 0) return Buffer.from([ZERO]);
  if (sign === '') return Buffer.from([POSITIVE_BIAS + exponent, ...pairs.map((pair) => pair + 1)]);
  const end = pairs.length < MOST_PAIRS ? [NEGATIVE_END] : [];
  return Buffer.from([(POSITIVE_BIAS + exponent) ^ 0xff, ...pairs.map((pair) => 101 - pair), ...end]);
}

/** The canonical decimal text of a stored NUMBER: no needless zeros, a digit before the point. */
export function decodeOracleNumber(bytes: Buffer): string {
  const [first = ZERO, ...rest] = bytes;
  if (rest.length === 0) return '0';
  const isPositive = (first & 0x80) !== 0;
  const exponent = (isPositive ? first : first ^ 0xff) - POSITIVE_BIAS;
  if (!isPositive && rest.at(-1) === NEGATIVE_END) rest.pop();
  const digits = rest.map((byte) => (isPositive ? byte - 1 : 101 - byte).toString().padStart(2, '0')).join('');
  const point = (exponent + 1) * 2;
  const padded = point <= 0 ? '0'.repeat(-point) + digits : digits.padEnd(point, '0');
  const whole = (point <= 0 ? '' : padded.slice(0, point)).replace(/^0+/, '') || '0';
  const fraction = padded.slice(Math.max(0, point)).replace(/0+$/, '');
  return `${isPositive ? '' : '-'}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
