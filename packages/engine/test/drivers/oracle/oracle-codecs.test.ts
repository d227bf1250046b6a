import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOracleDate, encodeOracleDate } from '../../support/doubles/oracle-server/oracle-dates.ts';
import { decodeOracleNumber, encodeOracleNumber } from '../../support/doubles/oracle-server/oracle-number.ts';

/** What `DUMP` of a real server shows for these, as Oracle's manuals and notes print it. */
describe('the codecs of the double', () => {
  it.each([
    ['0', [128]],
    ['1', [193, 2]],
    ['10', [193, 11]],
    ['100', [194, 2]],
    ['123', [194, 2, 24]],
    ['-1', [62, 100, 102]],
    ['-123', [61, 100, 78, 102]],
    ['0.1', [192, 11]],
    ['0.01', [192, 2]],
    ['123456.789', [195, 13, 35, 57, 79, 91]],
  ])('store the NUMBER %s as a server does', (text, bytes) => {
    expect([...encodeOracleNumber(text)]).toEqual(bytes);
    expect(decodeOracleNumber(Buffer.from(bytes))).toBe(text);
  });

  it('lose no digit of a NUMBER', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,18}$/);
    const fraction = fc.stringMatching(/^\d{0,17}[1-9]$/);
    fc.assert(
      fc.property(fc.boolean(), digits, fc.option(fraction), (isNegative, whole, part) => {
        const text = `${isNegative ? '-' : ''}${whole}${part === null ? '' : `.${part}`}`;
        expect(decodeOracleNumber(encodeOracleNumber(text))).toBe(text);
      }),
    );
  });

  it('store a DATE as a server does', () => {
    const bytes = [119, 199, 12, 31, 24, 60, 60];
    expect([...encodeOracleDate('1999-12-31T23:59:59', 7)]).toEqual(bytes);
    expect(decodeOracleDate(Buffer.from(bytes))).toBe('1999-12-31T23:59:59');
  });
});
