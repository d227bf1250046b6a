import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExactValue } from '../../../src/drivers/sqlserver/exact-values.ts';
import { decimal, money, smallmoney } from '../../support/doubles/tds-types.ts';

/** Digits with a point before the last `scale` of them. */
function toText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

describe('exact values of SQL Server', () => {
  it('are what was written, for every precision, scale and sign', () => {
    const cases = fc
      .tuple(fc.integer({ min: 1, max: 38 }), fc.nat())
      .chain(([precision, seed]) =>
        fc.tuple(
          fc.constant(precision),
          fc.constant(seed % (precision + 1)),
          fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
        ),
      );
    fc.assert(
      fc.property(cases, ([precision, scale, units]) => {
        const text = toText(units, scale);
        const bytes = decimal(precision, scale).write(text);
        expect(readExactValue(bytes, 0, 'DecimalN', scale)).toEqual({ value: text, offset: bytes.length });
      }),
    );
  });

  it('are amounts to the last ten-thousandth', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (units) => {
        const text = toText(units, 4);
        expect(readExactValue(money.write(text), 0, 'MoneyN', undefined)?.value).toBe(text);
        expect(readExactValue(money.write(text), 1, 'Money', undefined)?.value).toBe(text);
      }),
    );
    const least = '-214748.3648';
    expect(readExactValue(smallmoney.write(least), 0, 'MoneyN', undefined)?.value).toBe(least);
    expect(readExactValue(smallmoney.write(least), 1, 'SmallMoney', undefined)?.value).toBe(least);
  });

  it('say what is missing of a value that has not arrived whole, wherever it is cut', () => {
    const bytes = decimal(38, 10).write('12345678901234567890.0123456789');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readExactValue(bytes.subarray(0, length), 0, 'NumericN', 10)).toThrow(
        expect.objectContaining({ byteCount: length === 0 ? 1 : bytes.length }),
      );
    }
  });

  it('leave every other type to tedious', () => {
    expect(readExactValue(Buffer.alloc(16), 0, 'IntN', undefined)).toBeUndefined();
    expect(readExactValue(Buffer.from([6, 0, 0, 0, 0x38, 0, 1, 0, 0, 0]), 0, 'Variant', undefined)).toBeUndefined();
  });

  it('refuse a variant longer than any can be', () => {
    const claimed = Buffer.from([0xff, 0xff, 0xff, 0x7f, 0x6a]);
    expect(() => readExactValue(claimed, 0, 'Variant', undefined)).toThrow(
      expect.objectContaining({ kind: 'protocol' }),
    );
  });
});
