import { describe, expect, it } from 'vitest';
import { CappedRows } from '../../../src/drivers/pool/capped-rows.ts';

describe('CappedRows', () => {
  it('keeps what fits and calls it complete', () => {
    const capped = new CappedRows({ maxRows: 2, maxBytes: 1000 });
    expect(capped.add(['a', 1])).toBe(true);
    expect(capped.add(['b', null])).toBe(true);
    expect(capped.rows).toEqual([
      ['a', 1],
      ['b', null],
    ]);
    expect(capped.truncated).toBe(false);
  });

  it('leaves out the row after the last that may be kept', () => {
    const capped = new CappedRows({ maxRows: 1, maxBytes: 1000 });
    capped.add([1]);
    expect(capped.add([2])).toBe(false);
    expect(capped.rows).toEqual([[1]]);
    expect(capped.truncated).toBe(true);
  });

  it('counts the bytes of texts in UTF-8 and of binaries', () => {
    const fits = new CappedRows({ maxRows: 9, maxBytes: 6 });
    expect(fits.add(['ßß', new Uint8Array(2)])).toBe(true);
    const tooLarge = new CappedRows({ maxRows: 9, maxBytes: 5 });
    expect(tooLarge.add(['ßß', new Uint8Array(2)])).toBe(false);
  });

  it('takes no later row after one that was too large, so that what it keeps is the beginning', () => {
    const capped = new CappedRows({ maxRows: 9, maxBytes: 10 });
    capped.add(['abc']);
    capped.add(['x'.repeat(20)]);
    expect(capped.add(['d'])).toBe(false);
    expect(capped.rows).toEqual([['abc']]);
  });
});
